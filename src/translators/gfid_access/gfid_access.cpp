#include "translators/gfid_access/gfid_access.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/absence.h"
#include "translators/gfid_access/entry_requests.h"

namespace mortar {

using namespace gfid_access;

namespace {

constexpr const char* identity_key = "gfid-req";
constexpr const char* access_list_xattr = "system.posix_acl_access";

void show_as(const Gfid& gfid, Iatt& iatt) {
  if (iatt.gfid.is_null()) return;
  iatt.gfid = gfid;
  iatt.inode = gfid.inode_number();
}

template <class Reply>
void show_attributes_as(const Gfid& gfid, Reply& reply) {
  if constexpr (requires { reply.iatt; }) show_as(gfid, reply.iatt);
  if constexpr (requires { reply.before; }) {
    show_as(gfid, reply.before);
    show_as(gfid, reply.after);
  }
}

// Whoever may write to a directory may set extended attributes of these names. In another's name, and devices, are for
// root only.
bool may_make(const Call& call, const NewEntry& entry) {
  if (call.uid == 0) return true;
  const bool own_group = entry.gid == call.gid || std::ranges::find(call.groups, entry.gid) != call.groups.end();
  return entry.uid == call.uid && own_group && !entry.is_device();
}

// The value, whatever form it came in; nothing where the key is missing.
std::optional<Slice> request_of(const Dictionary& values, const char* key) {
  if (!values.has(key)) return std::nullopt;
  return Slice::copy(values.bytes(key).value_or(Bytes{}));
}

}  // namespace

Result<std::unique_ptr<Translator>> GfidAccess::make(World& world, const VolumeSection& section) {
  if (section.subvolumes.size() != 1) {
    return failed(EINVAL, fmt::format("volume {}: {} stands on one subvolume", section.name, section.type));
  }
  return std::make_unique<GfidAccess>(section.name, world.random_gfid());
}

template <class Operation>
Task<typename Operation::Reply> GfidAccess::perform_changed(const Call& call, Operation operation) {
  typename Operation::Reply reply = co_await tried(next().perform(call, operation));
  co_return std::move(reply);
}

template <class Operation>
Task<typename Operation::Reply> GfidAccess::perform_on_directory(const Call& call, Operation operation,
                                                                 Gfid directory) {
  const Gfid alias = std::exchange(operation.gfid, directory);
  typename Operation::Reply reply = co_await tried(next().perform(call, operation));
  show_attributes_as(alias, reply);
  co_return std::move(reply);
}

Task<fop::Lookup::Reply> GfidAccess::perform(const Call& call, const fop::Lookup& lookup) {
  if (lookup.parent == directory_gfid) return look_up_object(call, lookup);
  if (lookup.gfid == directory_gfid && lookup.parent.is_null()) return look_up_virtual_directory(call);
  if (lookup.parent.is_root() && lookup.name == directory_name) return look_up_virtual_directory(call);
  if (const std::optional<Gfid> parent = aliases_.directory_of(lookup.parent)) {
    fop::Lookup there = lookup;
    there.parent = *parent;
    return perform_changed(call, std::move(there));
  }
  if (const std::optional<Gfid> directory = aliases_.directory_of(lookup.gfid)) {
    return perform_on_directory(call, lookup, *directory);
  }
  return next().perform(call, lookup);
}

// It looks like the root.
Task<fop::Lookup::Reply> GfidAccess::look_up_virtual_directory(const Call& call) {
  const fop::Lookup root{.gfid = root_gfid};
  const fop::Lookup::Reply found = co_await tried(next().perform(call, root));
  fop::Lookup::Reply reply;
  reply.iatt = reply.parent = found.iatt;
  show_as(directory_gfid, reply.iatt);
  co_return std::move(reply);
}

Task<fop::Lookup::Reply> GfidAccess::look_up_object(const Call& call, fop::Lookup lookup) {
  const std::optional<Gfid> gfid = Gfid::parse(lookup.name);
  if (!gfid || *gfid == directory_gfid) co_return Error(ENOENT);
  if (gfid->is_null()) co_return Error(EINVAL);
  fop::Lookup object{.gfid = *gfid, .flags = lookup.flags, .xdata = std::move(lookup.xdata)};
  object.xdata.erase(identity_key);  // nothing is to be given an identity here
  Result<fop::Lookup::Reply> reply = co_await next().perform(call, object);
  if (!reply) co_return reply.error().number() == ESTALE ? Error(ENOENT) : reply.error();
  if (reply->iatt.is_directory()) show_as(aliases_.give(reply->iatt.gfid), reply->iatt);
  co_return std::move(*reply);
}

int GfidAccess::refusal(const Gfid& parent, std::string_view name) {
  if (name == directory_name && real(parent).is_root()) return EOPNOTSUPP;
  return parent == directory_gfid ? EPERM : 0;
}

template <class Operation>
Task<typename Operation::Reply> GfidAccess::make_entry(const Call& call, const Operation& operation) {
  int refused = refusal(operation.parent, operation.name);
  if (refused == 0 && aliases_.directory_of(operation.parent)) refused = ESTALE;  // as the brick says it to stock
  if (refused != 0) return ready<typename Operation::Reply>(failed(refused));
  return next().perform(call, operation);
}

Task<fop::Made> GfidAccess::perform(const Call& call, const fop::Mknod& mknod) { return make_entry(call, mknod); }

Task<fop::Made> GfidAccess::perform(const Call& call, const fop::Mkdir& mkdir) { return make_entry(call, mkdir); }

Task<fop::Made> GfidAccess::perform(const Call& call, const fop::Symlink& symlink) { return make_entry(call, symlink); }

Task<fop::Create::Reply> GfidAccess::perform(const Call& call, const fop::Create& create) {
  return make_entry(call, create);
}

template <class Operation>
Task<typename Operation::Reply> GfidAccess::remove(const Call& call, const Operation& operation) {
  if (const int refused = refusal(operation.parent, operation.name)) {
    return ready<typename Operation::Reply>(failed(refused));
  }
  const std::optional<Gfid> parent = aliases_.directory_of(operation.parent);
  if (!parent) return next().perform(call, operation);
  Operation there = operation;
  there.parent = *parent;
  return perform_changed(call, std::move(there));
}

Task<fop::Changed> GfidAccess::perform(const Call& call, const fop::Unlink& unlink) { return remove(call, unlink); }

Task<fop::Changed> GfidAccess::perform(const Call& call, const fop::Rmdir& rmdir) { return remove(call, rmdir); }

Task<fop::Made> GfidAccess::perform(const Call& call, const fop::Link& link) {
  if (const int refused = refusal(link.new_parent, link.new_name)) return ready<fop::Made>(failed(refused));
  const std::optional<Gfid> parent = aliases_.directory_of(link.new_parent);
  if (!parent) return next().perform(call, link);
  fop::Link there = link;
  there.new_parent = *parent;
  return perform_changed(call, std::move(there));
}

Task<fop::Rename::Reply> GfidAccess::perform(const Call& call, const fop::Rename& rename) {
  int refused = refusal(rename.old_parent, rename.old_name);
  if (refused == 0) refused = refusal(rename.new_parent, rename.new_name);
  if (refused != 0) return ready<fop::Rename::Reply>(failed(refused));
  fop::Rename there = rename;
  there.old_parent = real(rename.old_parent);
  there.new_parent = real(rename.new_parent);
  return perform_changed(call, std::move(there));
}

template <class Operation>
Task<typename Operation::Reply> GfidAccess::on_object(const Call& call, const Operation& operation) {
  if (operation.gfid == directory_gfid) return ready<typename Operation::Reply>(failed(EOPNOTSUPP));
  return on_any(call, operation);
}

// On the virtual directory it means the root.
template <class Operation>
Task<typename Operation::Reply> GfidAccess::on_any(const Call& call, const Operation& operation) {
  if (operation.gfid == directory_gfid) return perform_on_directory(call, operation, root_gfid);
  const std::optional<Gfid> directory = aliases_.directory_of(operation.gfid);
  return directory ? perform_on_directory(call, operation, *directory) : next().perform(call, operation);
}

Task<fop::Attributes> GfidAccess::perform(const Call& call, const fop::Stat& stat) { return on_any(call, stat); }

Task<fop::Changed> GfidAccess::perform(const Call& call, const fop::Setattr& setattr) {
  return on_object(call, setattr);
}

// The mode of ".gfid" is the root's, and so is its access list: where the kernel checks lists, it asks for it.
Task<fop::Values> GfidAccess::perform(const Call& call, const fop::Getxattr& getxattr) {
  return getxattr.name == access_list_xattr ? on_any(call, getxattr) : on_object(call, getxattr);
}

Task<fop::Acknowledged> GfidAccess::perform(const Call& call, const fop::Removexattr& removexattr) {
  return on_object(call, removexattr);
}

Task<fop::Acknowledged> GfidAccess::perform(const Call& call, const fop::Access& access) {
  return on_any(call, access);
}

Task<fop::Statfs::Reply> GfidAccess::perform(const Call& call, const fop::Statfs& statfs) {
  return on_any(call, statfs);
}

// The kernel could not tell the entries of an alias from those of the directory.
Task<fop::Opened> GfidAccess::perform(const Call& call, const fop::Opendir& opendir) {
  const bool refused = opendir.gfid == directory_gfid || aliases_.directory_of(opendir.gfid).has_value();
  return refused ? ready<fop::Opened>(failed(EOPNOTSUPP)) : next().perform(call, opendir);
}

Task<fop::Acknowledged> GfidAccess::perform(const Call& call, const fop::Setxattr& setxattr) {
  if (setxattr.gfid != directory_gfid) {
    if (std::optional<Slice> request = request_of(setxattr.values, new_entry_xattr)) {
      return make_new_entry(call, real(setxattr.gfid), std::move(*request), setxattr.xdata);
    }
    if (std::optional<Slice> request = request_of(setxattr.values, heal_xattr)) {
      return heal_entry(call, real(setxattr.gfid), std::move(*request), setxattr.xdata);
    }
  }
  return on_object(call, setxattr);
}

// Through an open directory only what could not be done by its identity comes here: it is gone.
Task<fop::Acknowledged> GfidAccess::perform(const Call& call, const fop::Fsetxattr& fsetxattr) {
  const bool is_request = fsetxattr.values.has(new_entry_xattr) || fsetxattr.values.has(heal_xattr);
  return is_request ? ready<fop::Acknowledged>(failed(ESTALE)) : next().perform(call, fsetxattr);
}

Task<fop::Acknowledged> GfidAccess::make_new_entry(const Call& call, Gfid directory, Slice request, Dictionary xdata) {
  NewEntry entry = co_await tried(read_new_entry(request.bytes()));
  if (!may_make(call, entry)) co_return Error(EPERM);
  if (const int refused = refusal(directory, entry.name)) co_return Error(refused);
  Call owner = call;
  owner.uid = entry.uid;
  owner.gid = entry.gid;
  xdata.set(identity_key, entry.gfid);
  if (entry.is_directory()) {
    const fop::Mkdir mkdir{.parent = directory,
                           .mode = entry.mode,
                           .umask = entry.umask,
                           .name = std::move(entry.name),
                           .xdata = std::move(xdata)};
    co_await tried(next().perform(owner, mkdir));
  } else if (entry.is_symlink()) {
    const fop::Symlink symlink{.parent = directory,
                               .name = std::move(entry.name),
                               .target = std::move(entry.target),
                               .xdata = std::move(xdata)};
    co_await tried(next().perform(owner, symlink));
  } else {
    // Where files lie on many bricks, looking the name up puts away what another file of that name left.
    const fop::Lookup lookup{.parent = directory, .name = entry.name};
    const Result<fop::Lookup::Reply> there = co_await next().perform(owner, lookup);
    const bool missing = !there && is_missing(there.error());
    if (!there && !missing) co_return there.error();
    const fop::Mknod mknod{.parent = directory,
                           .device = entry.device,
                           .mode = entry.type | entry.mode,
                           .umask = entry.umask,
                           .name = std::move(entry.name),
                           .xdata = std::move(xdata)};
    co_await tried(next().perform(owner, mknod));
  }
  co_return fop::Acknowledged{};
}

Task<fop::Acknowledged> GfidAccess::heal_entry(const Call& call, Gfid directory, Slice request, Dictionary xdata) {
  HealRequest entry = co_await tried(read_heal_request(request.bytes()));
  xdata.set(identity_key, entry.gfid);
  const fop::Lookup lookup{.parent = directory, .name = std::move(entry.name), .xdata = std::move(xdata)};
  co_await tried(next().perform(call, lookup));
  co_return fop::Acknowledged{};
}

void GfidAccess::notified(const Notice& notice, Translator& child) {
  PassOn::notified(notice, child);
  const auto* invalidation = std::get_if<notice::CacheInvalidation>(&notice);
  if (invalidation == nullptr) return;
  const std::optional<Gfid> alias = aliases_.given_for(invalidation->gfid);
  if (!alias) return;
  notice::CacheInvalidation twin = *invalidation;
  show_as(*alias, twin.iatt);
  twin.gfid = *alias;
  raise(twin);
}

void GfidAccess::dump_state(std::string& out) const { out += fmt::format("directories={}\n", aliases_.size()); }

}  // namespace mortar
