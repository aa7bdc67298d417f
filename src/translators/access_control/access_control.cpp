#include "translators/access_control/access_control.h"

#include <algorithm>
#include <string_view>

#include "wire/own_keys.h"

namespace mortar {

namespace {

using access::may_execute;
using access::may_read;
using access::may_write;

constexpr std::int32_t nfs_pid = 1;
constexpr std::uint32_t open_to_execute = 040;
constexpr std::uint32_t set_group_id = 02000, sticky = 01000;

bool is_exempt(const Call& call) { return call.uid == 0 || call.is_internal(); }

// NFS servers do not open files: each of their reads and writes is checked.
bool is_checked_on_files(const Call& call) { return call.pid == nfs_pid && !is_exempt(call); }

// The question is the translator's own: what the caller may see does not count.
Call as_root(const Call& call) {
  Call root = call;
  root.uid = root.gid = 0;
  root.groups.clear();
  return root;
}

access::Subject subject_of(const Call& call) { return {.uid = call.uid, .gid = call.gid, .groups = call.groups}; }

std::optional<access::AccessList> list_in(const Dictionary& xdata, const char* key) {
  auto bytes = xdata.bytes(key);
  return bytes ? access::AccessList::parse(*bytes) : std::nullopt;
}

std::uint32_t wanted_by(std::uint32_t flags) {
  std::uint32_t wanted = may_read;
  if ((flags & open_to_execute) != 0) wanted = may_execute;
  if ((flags & open_flag::access_mode) == open_flag::write_only) wanted = may_write;
  if ((flags & open_flag::access_mode) == open_flag::read_write) wanted = may_read | may_write;
  if ((flags & (open_flag::truncate | open_flag::append)) != 0) wanted |= may_write;
  return wanted;
}

bool is_access_list(std::string_view name) {
  return name == access::access_key || name == access::default_key || name == "glusterfs.posix.acl" ||
         name == "glusterfs.posix.default_acl";
}

}  // namespace

bool AccessControl::Facts::permit(const Call& call, std::uint32_t wanted) const {
  return access::permits(
      subject_of(call), {.uid = iatt.uid, .gid = iatt.gid, .mode = iatt.mode, .list = list ? &*list : nullptr}, wanted);
}

Task<AccessControl::Facts> AccessControl::facts_of(const Call& call, Gfid gfid) {
  const Call root = as_root(call);
  fop::Stat stat{.gfid = gfid};
  stat.xdata.set(access::access_key, std::uint64_t{0});
  stat.xdata.set(access::default_key, std::uint64_t{0});
  auto reply = co_await tried(next().perform(root, stat));
  Facts facts;
  facts.iatt = reply.iatt;
  facts.list = list_in(reply.xdata, access::access_key);
  facts.default_list = list_in(reply.xdata, access::default_key);
  co_return facts;
}

Task<> AccessControl::require(const Call& call, Gfid gfid, std::uint32_t wanted) {
  const Facts facts = co_await tried(facts_of(call, gfid));
  if (!facts.permit(call, wanted)) co_return Error(EACCES);
  co_return done;
}

Task<> AccessControl::require_entry(const Call& call, Gfid directory, std::string entry) {
  const Facts facts = co_await tried(facts_of(call, directory));
  if (!facts.permit(call, may_write | may_execute)) co_return Error(EACCES);
  if ((facts.iatt.mode & sticky) == 0 || call.uid == facts.iatt.uid) co_return done;
  const Call root = as_root(call);
  const fop::Lookup lookup{.parent = directory, .name = std::move(entry)};
  auto found = co_await next().perform(root, lookup);
  if (!found) {
    if (found.error().number() == ENOENT) co_return done;  // nobody's; the operation says the rest
    co_return found.error();
  }
  if (found->iatt.uid != call.uid) co_return Error(EACCES);
  co_return done;
}

template <class Operation>
Task<typename Operation::Reply> AccessControl::checked(const Call& call, const Operation& operation, Gfid gfid,
                                                       std::uint32_t wanted) {
  co_await tried(require(call, gfid, wanted));
  auto reply = co_await tried(next().perform(call, operation));
  co_return reply;
}

// ---- objects

Task<fop::Lookup::Reply> AccessControl::perform(const Call& call, const fop::Lookup& lookup) {
  if (is_exempt(call) || lookup.parent.is_null()) return next().perform(call, lookup);
  return look_up(call, lookup);
}

Task<fop::Lookup::Reply> AccessControl::look_up(const Call& call, const fop::Lookup& lookup) {
  fop::Lookup::Reply reply = co_await tried(checked(call, lookup, lookup.parent, may_execute));
  if (reply.xdata.has(own_key::readable_content)) {
    const Result<Done> may = co_await require(call, reply.iatt.gfid, may_read);
    if (!may) reply.xdata.erase(own_key::readable_content);
  }
  co_return std::move(reply);
}

Task<fop::Readdirp::Reply> AccessControl::perform(const Call& call, const fop::Readdirp& readdirp) {
  if (is_exempt(call) || !readdirp.xdata.has(own_key::listed_content)) return next().perform(call, readdirp);
  return list(call, readdirp);
}

Task<fop::Readdirp::Reply> AccessControl::list(const Call& call, const fop::Readdirp& readdirp) {
  fop::Readdirp::Reply reply = co_await tried(next().perform(call, readdirp));
  for (EntryPlus& entry : reply.entries.elements) {
    if (!entry.xattrs.has(own_key::listed_content)) continue;
    const Result<Done> may = co_await require(call, entry.iatt.gfid, may_read);
    if (!may) entry.xattrs.erase(own_key::listed_content);
  }
  co_return std::move(reply);
}

Task<fop::Access::Reply> AccessControl::perform(const Call& call, const fop::Access& access) {
  const std::uint32_t wanted = access.mask & 7;
  fop::Access::Reply reply;
  if (access.mask == 0) co_return reply;
  if (wanted == 0) co_return Error(EINVAL);
  std::uint32_t granted = wanted;
  if (!is_exempt(call)) {
    const Facts facts = co_await tried(facts_of(call, access.gfid));
    for (std::uint32_t bit : {may_read, may_write, may_execute}) {
      if ((wanted & bit) != 0 && !facts.permit(call, bit)) granted &= ~bit;
    }
  }
  if (call.pid == nfs_pid) {
    reply.op_errno = static_cast<std::int32_t>(granted);
    co_return reply;
  }
  if (granted != wanted) co_return Error(EACCES);
  co_return reply;
}

Task<fop::Open::Reply> AccessControl::perform(const Call& call, const fop::Open& open) {
  if (is_exempt(call)) return next().perform(call, open);
  return checked(call, open, open.gfid, wanted_by(open.flags));
}

Task<fop::Opendir::Reply> AccessControl::perform(const Call& call, const fop::Opendir& opendir) {
  if (is_exempt(call)) return next().perform(call, opendir);
  return checked(call, opendir, opendir.gfid, may_read);
}

Task<fop::Truncate::Reply> AccessControl::perform(const Call& call, const fop::Truncate& truncate) {
  if (is_exempt(call)) return next().perform(call, truncate);
  return checked(call, truncate, truncate.gfid, may_write);
}

Task<fop::Read::Reply> AccessControl::perform(const Call& call, const fop::Read& read) {
  if (!is_checked_on_files(call)) return next().perform(call, read);
  return checked(call, read, read.gfid, may_read);
}

Task<fop::Write::Reply> AccessControl::perform(const Call& call, const fop::Write& write) {
  if (!is_checked_on_files(call)) return next().perform(call, write);
  return checked(call, write, write.gfid, may_write);
}

Task<fop::Ftruncate::Reply> AccessControl::perform(const Call& call, const fop::Ftruncate& truncate) {
  if (!is_checked_on_files(call)) return next().perform(call, truncate);
  return checked(call, truncate, truncate.gfid, may_write);
}

// ---- entries

template <class Operation>
Task<typename Operation::Reply> AccessControl::making(const Call& call, const Operation& operation) {
  const Facts directory = co_await tried(facts_of(call, operation.parent));
  if (!is_exempt(call) && !directory.permit(call, may_write | may_execute)) co_return Error(EACCES);
  Operation made = operation;
  if constexpr (requires { made.mode; }) {
    if (directory.default_list) {
      access::AccessList list = *directory.default_list;
      made.mode = list.inherit(made.mode);
      made.xdata.set(access::access_key, Slice::own(list.bytes()));
      if constexpr (std::is_same_v<Operation, fop::Mkdir>) {
        made.xdata.set(access::default_key, Slice::own(directory.default_list->bytes()));
      }
    } else {
      made.mode &= ~(made.umask & 0777);
    }
  }
  auto reply = co_await tried(next().perform(call, made));
  co_return reply;
}

Task<fop::Mknod::Reply> AccessControl::perform(const Call& call, const fop::Mknod& mknod) {
  if (is_exempt(call) && (mknod.mode & mknod.umask & 0777) == 0) return next().perform(call, mknod);
  return making(call, mknod);
}

Task<fop::Mkdir::Reply> AccessControl::perform(const Call& call, const fop::Mkdir& mkdir) {
  if (is_exempt(call) && (mkdir.mode & mkdir.umask & 0777) == 0) return next().perform(call, mkdir);
  return making(call, mkdir);
}

Task<fop::Create::Reply> AccessControl::perform(const Call& call, const fop::Create& create) {
  if (is_exempt(call) && (create.mode & create.umask & 0777) == 0) return next().perform(call, create);
  return making(call, create);
}

Task<fop::Symlink::Reply> AccessControl::perform(const Call& call, const fop::Symlink& symlink) {
  if (is_exempt(call)) return next().perform(call, symlink);
  return making(call, symlink);
}

Task<fop::Link::Reply> AccessControl::perform(const Call& call, const fop::Link& link) {
  if (is_exempt(call)) return next().perform(call, link);
  return checked(call, link, link.new_parent, may_write | may_execute);
}

template <class Operation>
Task<typename Operation::Reply> AccessControl::removing(const Call& call, const Operation& operation) {
  co_await tried(require_entry(call, operation.parent, operation.name));
  auto reply = co_await tried(next().perform(call, operation));
  co_return reply;
}

Task<fop::Unlink::Reply> AccessControl::perform(const Call& call, const fop::Unlink& unlink) {
  if (is_exempt(call)) return next().perform(call, unlink);
  return removing(call, unlink);
}

Task<fop::Rmdir::Reply> AccessControl::perform(const Call& call, const fop::Rmdir& rmdir) {
  if (is_exempt(call)) return next().perform(call, rmdir);
  return removing(call, rmdir);
}

Task<fop::Rename::Reply> AccessControl::perform(const Call& call, const fop::Rename& rename) {
  if (!is_exempt(call)) {
    co_await tried(require_entry(call, rename.old_parent, rename.old_name));
    co_await tried(require_entry(call, rename.new_parent, rename.new_name));
  }
  auto reply = co_await tried(next().perform(call, rename));
  co_return reply;
}

// ---- attributes

template <class Operation>
Task<typename Operation::Reply> AccessControl::setting(const Call& call, const Operation& operation) {
  const Facts facts = co_await tried(facts_of(call, operation.gfid));
  const access::Subject subject = subject_of(call);
  const bool owner = call.uid == facts.iatt.uid;
  Operation set = operation;
  if ((set.valid & set_attribute::mode) != 0) {
    if (!owner) co_return Error(EPERM);
    if (!subject.is_in(facts.iatt.gid)) set.iatt.mode &= ~set_group_id;
  }
  if ((set.valid & (set_attribute::accessed | set_attribute::modified)) != 0 && !owner) {
    // The times of now may be set by whoever may write; any others by the owner alone. Old clients do not tell which.
    if (!facts.permit(call, may_write)) co_return Error(EACCES);
  }
  if ((set.valid & set_attribute::uid) != 0 && set.iatt.uid != facts.iatt.uid) co_return Error(EPERM);
  if ((set.valid & set_attribute::gid) != 0 && (!owner || !subject.is_in(set.iatt.gid))) co_return Error(EPERM);
  if ((set.valid & set_attribute::size) != 0 && !facts.permit(call, may_write)) co_return Error(EACCES);
  auto reply = co_await tried(next().perform(call, set));
  co_return reply;
}

Task<fop::Setattr::Reply> AccessControl::perform(const Call& call, const fop::Setattr& set) {
  if (is_exempt(call)) return next().perform(call, set);
  return setting(call, set);
}

Task<fop::Fsetattr::Reply> AccessControl::perform(const Call& call, const fop::Fsetattr& set) {
  if (is_exempt(call)) return next().perform(call, set);
  return setting(call, set);
}

template <class Operation>
Task<typename Operation::Reply> AccessControl::setting_xattrs(const Call& call, const Operation& operation) {
  const bool lists = std::ranges::any_of(operation.values, [](const auto& pair) { return is_access_list(pair.first); });
  const Facts facts = co_await tried(facts_of(call, operation.gfid));
  if (lists && facts.iatt.uid != call.uid) co_return Error(EPERM);
  if (!lists && !facts.permit(call, may_write)) co_return Error(EACCES);
  auto reply = co_await tried(next().perform(call, operation));
  co_return reply;
}

Task<fop::Setxattr::Reply> AccessControl::perform(const Call& call, const fop::Setxattr& set) {
  if (is_exempt(call)) return next().perform(call, set);
  return setting_xattrs(call, set);
}

Task<fop::Fsetxattr::Reply> AccessControl::perform(const Call& call, const fop::Fsetxattr& set) {
  if (is_exempt(call)) return next().perform(call, set);
  return setting_xattrs(call, set);
}

// Names and access lists may be read by everybody who found the object.
Task<fop::Getxattr::Reply> AccessControl::perform(const Call& call, const fop::Getxattr& get) {
  if (is_exempt(call) || get.name_given == 0 || is_access_list(get.name)) return next().perform(call, get);
  return checked(call, get, get.gfid, may_read);
}

Task<fop::Fgetxattr::Reply> AccessControl::perform(const Call& call, const fop::Fgetxattr& get) {
  if (is_exempt(call) || get.name_given == 0 || is_access_list(get.name)) return next().perform(call, get);
  return checked(call, get, get.gfid, may_read);
}

template <class Operation>
Task<typename Operation::Reply> AccessControl::removing_xattr(const Call& call, const Operation& operation) {
  const Facts facts = co_await tried(facts_of(call, operation.gfid));
  if (is_access_list(operation.name) && facts.iatt.uid != call.uid) co_return Error(EPERM);
  if (!facts.permit(call, may_write)) co_return Error(EACCES);
  auto reply = co_await tried(next().perform(call, operation));
  co_return reply;
}

Task<fop::Removexattr::Reply> AccessControl::perform(const Call& call, const fop::Removexattr& remove) {
  if (is_exempt(call)) return next().perform(call, remove);
  return removing_xattr(call, remove);
}

Task<fop::Fremovexattr::Reply> AccessControl::perform(const Call& call, const fop::Fremovexattr& remove) {
  if (is_exempt(call)) return next().perform(call, remove);
  return removing_xattr(call, remove);
}

Result<std::unique_ptr<Translator>> make_access_control(World&, const VolumeSection& section) {
  return std::make_unique<AccessControl>(section.name);
}

}  // namespace mortar
