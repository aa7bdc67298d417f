// What each kind of operation says of the registers.
#include "history.h"

#include <fmt/format.h>
#include <linux/xattr.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "random_user.h"

namespace mortar::sim {

namespace {

using Requires = RegisterEvent::Requires;

constexpr std::uint32_t permission_bits = 07777;
constexpr const char* user_xattrs[] = {"user.color", "user.size"};

Requires required_by(std::uint32_t flags) {
  if ((flags & XATTR_CREATE) != 0) return Requires::nothing;
  return (flags & XATTR_REPLACE) != 0 ? Requires::something : Requires::anything;
}

}  // namespace

History::History(const Snapshot& start, bool one_disk) : one_disk_(one_disk) {
  for (const auto& [gfid, node] : start.tree) {
    const auto begins = [&](Aspect aspect, const std::string& name, RegisterValue value) {
      registers_[{aspect, gfid, name}].start = value;
    };
    if (node->is_directory()) directories_.insert(gfid);
    begins(Aspect::mode, "", number(node->mode & permission_bits));
    begins(Aspect::owner, "", number(node->uid));
    begins(Aspect::group, "", number(node->gid));
    for (const auto& [name, there] : node->entries) begins(Aspect::name, name, there);
    for (const auto& [key, value] : node->xattrs) {
      begins(Aspect::xattr, key, Gfid::from(as_bytes(value)).value_or(null_gfid));
    }
    if (!node->content) continue;
    for (std::uint32_t block = 0; block < most_blocks; ++block) {
      std::uint64_t tag = 0;
      const std::size_t from = std::size_t{block} * block_size;
      if (from + sizeof tag <= node->content->size()) std::memcpy(&tag, node->content->data() + from, sizeof tag);
      begins(Aspect::block, std::to_string(block), tag == 0 ? null_gfid : number(tag));
    }
  }
}

RegisterValue History::number(std::uint64_t value) {
  RegisterValue encoded;
  std::memcpy(encoded.bytes.data(), &value, sizeof value);
  encoded.bytes.back() = 1;
  return encoded;
}

bool History::may_be_stray(const Gfid& parent, const std::string& name) const {
  const Key key{Aspect::name, parent, name};
  return std::ranges::any_of(lost_renames_, [&key](const LostRename& lost) { return lost.to == key; });
}

bool History::is_outage(const Error& error) {
  const int number = error.number();
  return number == ENOTCONN || number == ETIMEDOUT || number == EBADFD;
}

void History::fail(std::string sentence) {
  if (failure_.empty()) failure_ = std::move(sentence);
}

void History::judge_error(std::size_t client, const char* operation, const Error& error, const Descriptor* open) {
  const int number = error.number();
  const bool by_others = number == ENOENT || number == ESTALE || number == EEXIST || number == ENOTEMPTY ||
                         number == ENOTDIR || number == EISDIR || number == EINVAL || number == ELOOP ||
                         number == ENODATA || number == EPERM || number == EAGAIN;
  const bool by_fault =
      (meets_fault() && is_outage(error)) || (had_fault_ && open != nullptr && (number == EBADF || number == EBADFD));
  // A stray stands in the way of another object (may_be_stray).
  const bool by_stray = !lost_renames_.empty() && number == EIO && error.sentence().contains("keep one of them");
  if (by_others || by_fault || by_stray) return;
  const std::string what = fmt::format("client {}: {} fails: {}", client, operation, error.sentence());
  const auto opened = has_copies_ && number == ENOTCONN ? opened_.find(open) : opened_.end();
  if (opened == opened_.end() || fault_ended_ < opened->second) return fail(what);
  refusals_.push_back({open->gfid, begun_, ended_, what});
}

// ---- events

RegisterEvent& History::add(Aspect aspect, const Gfid& object, std::string name, RegisterEvent event,
                            const char* what) {
  event.begin = begun_;
  event.end = event.is_certain ? ended_ : never;
  event.what = what;
  std::vector<RegisterEvent>& events = registers_[{aspect, object, std::move(name)}].events;
  events.push_back(std::move(event));
  return events.back();
}

void History::sees(Aspect aspect, const Gfid& object, const std::string& name, RegisterValue value, const char* what) {
  if (value.is_null()) return sees_nothing(aspect, object, name, what);
  add(aspect, object, name, {.requires_ = Requires::value, .required = value}, what);
}

void History::sees_nothing(Aspect aspect, const Gfid& object, const std::string& name, const char* what) {
  add(aspect, object, name, {.requires_ = Requires::nothing}, what);
}

void History::sees_something(Aspect aspect, const Gfid& object, const std::string& name, const char* what) {
  add(aspect, object, name, {.requires_ = Requires::something}, what);
}

void History::sets(Aspect aspect, const Gfid& object, const std::string& name, RegisterValue value, bool certain,
                   const char* what) {
  add(aspect, object, name, {.leaves = {value}, .is_certain = certain}, what);
}

void History::sees_attributes(const Iatt& iatt, const char* what) {
  if (iatt.is_directory()) directories_.insert(iatt.gfid);
  sees_links(iatt);
  sees(Aspect::mode, iatt.gfid, "", number(iatt.mode & permission_bits), what);
  sees(Aspect::owner, iatt.gfid, "", number(iatt.uid), what);
  sees(Aspect::group, iatt.gfid, "", number(iatt.gid), what);
}

// ---- names

void History::note(const Call&, const fop::Lookup& lookup, const Result<fop::Lookup::Reply>& reply) {
  if (reply) sees_attributes(reply->iatt, "lookup");
  if (lookup.name.empty()) return;
  if (reply) sees(Aspect::name, lookup.parent, lookup.name, reply->iatt.gfid, "lookup");
  if (!reply && reply.error().number() == ENOENT) sees_nothing(Aspect::name, lookup.parent, lookup.name, "lookup");
}

void History::makes(const Call& call, const Gfid& parent, const std::string& name, const Gfid& gfid, std::uint32_t mode,
                    bool certain, const char* what) {
  made_.insert(gfid);
  add(Aspect::name, parent, name, {.requires_ = Requires::vacant, .leaves = {gfid}, .is_certain = certain}, what);
  const auto begins_with = [&](Aspect aspect, std::uint32_t value) {
    add(aspect, gfid, "", {.leaves = {number(value)}, .is_certain = certain, .is_making = true}, what);
  };
  begins_with(Aspect::mode, mode & permission_bits);
  begins_with(Aspect::owner, call.uid);
  begins_with(Aspect::group, call.gid);
}

template <class Reply>
void History::note_making(const Call& call, const Gfid& parent, const std::string& name, const Dictionary& xdata,
                          std::uint32_t mode, const Result<Reply>& reply, const char* what) {
  const Gfid gfid = xdata.gfid("gfid-req").value_or(null_gfid);
  if (reply && reply->iatt.gfid != gfid) {
    sees(Aspect::name, parent, name, reply->iatt.gfid, what);
  } else if (reply || is_outage(reply.error())) {
    makes(call, parent, name, gfid, mode, reply.has_value(), what);
  } else if (reply.error().number() == EEXIST) {
    sees_something(Aspect::name, parent, name, what);
  }
}

void History::note(const Call&, const fop::Open&, const Result<fop::Opened>& reply) {
  if (reply) opened_[reply->fd.open.get()] = begun_;
}

void History::note(const Call& call, const fop::Create& create, const Result<fop::Create::Reply>& reply) {
  if (reply) opened_[reply->fd.open.get()] = begun_;
  note_making(call, create.parent, create.name, create.xdata, create.mode, reply, "create");
}
void History::note(const Call& call, const fop::Mkdir& mkdir, const Result<fop::Made>& reply) {
  note_making(call, mkdir.parent, mkdir.name, mkdir.xdata, mkdir.mode, reply, "mkdir");
}
void History::note(const Call& call, const fop::Mknod& mknod, const Result<fop::Made>& reply) {
  note_making(call, mknod.parent, mknod.name, mknod.xdata, mknod.mode, reply, "mknod");
}
void History::note(const Call& call, const fop::Symlink& symlink, const Result<fop::Made>& reply) {
  targets_[symlink.xdata.gfid("gfid-req").value_or(null_gfid)] = symlink.target;
  note_making(call, symlink.parent, symlink.name, symlink.xdata, 0777, reply, "symlink");
}

void History::note(const Call&, const fop::Readlink& readlink, const Result<fop::Readlink::Reply>& reply) {
  auto target = targets_.find(readlink.gfid);
  if (!reply || target == targets_.end() || target->second == reply->target) return;
  fail(fmt::format("READLINK of {} is {} instead of {}", readlink.gfid.text(), reply->target, target->second));
}

void History::note(const Call&, const fop::Link& link, const Result<fop::Made>& reply) {
  linked_.insert(link.gfid);
  const bool may_have = reply || is_outage(reply.error());
  if (may_have) {
    add(Aspect::name, link.new_parent, link.new_name,
        {.requires_ = Requires::vacant, .leaves = {link.gfid}, .is_certain = reply.has_value()}, "link");
  } else if (reply.error().number() == EEXIST) {
    sees_something(Aspect::name, link.new_parent, link.new_name, "link");
  } else if (!one_disk_ && (reply.error().number() == ENOENT || reply.error().number() == ESTALE)) {
    registers_[{Aspect::name, link.new_parent, link.new_name}].taken_back.emplace_back(begun_, ended_);
  }
}

void History::note_removal(const Gfid& parent, const std::string& name, const Result<fop::Changed>& reply,
                           const char* what) {
  const bool may_have = reply || is_outage(reply.error());
  const int error = reply ? 0 : reply.error().number();
  if (may_have) {
    add(Aspect::name, parent, name,
        {.requires_ = Requires::something, .leaves = {null_gfid}, .is_certain = reply.has_value()}, what);
  } else if (error == ENOENT) {
    sees_nothing(Aspect::name, parent, name, what);
  } else if (error == EISDIR || error == ENOTDIR || error == ENOTEMPTY) {
    sees_something(Aspect::name, parent, name, what);
  }
}

void History::note(const Call&, const fop::Unlink& unlink, const Result<fop::Changed>& reply) {
  note_removal(unlink.parent, unlink.name, reply, "unlink");
}
void History::note(const Call&, const fop::Rmdir& rmdir, const Result<fop::Changed>& reply) {
  note_removal(rmdir.parent, rmdir.name, reply, "rmdir");
  if (reply) removals_.push_back({{Aspect::name, rmdir.parent, rmdir.name}, begun_, ended_});
}

void History::note(const Call&, const fop::Rename& rename, const Result<fop::Rename::Reply>& reply) {
  const Key from{Aspect::name, rename.old_parent, rename.old_name};
  const Key to{Aspect::name, rename.new_parent, rename.new_name};
  if (reply) {
    const Gfid gfid = reply->iatt.gfid;
    add(Aspect::name, rename.old_parent, rename.old_name,
        {.requires_ = Requires::value, .required = gfid, .leaves = {null_gfid}}, "rename from");
    renames_.push_back({from, registers_[from].events.size() - 1, gfid});
    sets(Aspect::name, rename.new_parent, rename.new_name, gfid, true, "rename to");
  } else if (is_outage(reply.error())) {
    add(Aspect::name, rename.old_parent, rename.old_name,
        {.requires_ = Requires::something, .leaves = {null_gfid}, .is_certain = false}, "rename from");
    add(Aspect::name, rename.new_parent, rename.new_name, {.is_certain = false}, "rename to");
    lost_renames_.push_back({from, to, registers_[to].events.size() - 1, begun_});
  } else if (reply.error().number() == ENOENT) {
    sees_nothing(Aspect::name, rename.old_parent, rename.old_name, "rename from");
  }
}

void History::saw_listing(Tick begin, const Gfid& directory, const std::set<std::string>& names) {
  begun_ = begin;
  ended_ = ++tick_;
  // Of several bricks, what those that are away have is not listed.
  const bool is_whole = one_disk_ || (!has_fault_ && fault_ended_ < begin);
  for (auto& [key, of] : registers_) {
    const auto& [aspect, object, name] = key;
    if (!is_whole || aspect != Aspect::name || object != directory || names.contains(name)) continue;
    of.events.push_back({.begin = begun_, .end = ended_, .requires_ = Requires::nothing, .what = listing_misses});
  }
  for (const std::string& name : names) sees_something(Aspect::name, directory, name, "listing");
}

// ---- attributes

void History::note(const Call&, const fop::Stat&, const Result<fop::Attributes>& reply) {
  if (reply) sees_attributes(reply->iatt, "stat");
}
void History::note(const Call&, const fop::Fstat&, const Result<fop::Attributes>& reply) {
  if (reply) sees_attributes(reply->iatt, "fstat");
}

// A file of several copies that loses its name meanwhile may have it by some of them: who has it open can see that.
bool History::is_perhaps_done(const Error& error) const {
  return is_outage(error) || (!one_disk_ && error.number() == ESTALE);
}

void History::note(const Call&, const fop::Setattr& set, const Result<fop::Changed>& reply) {
  if (!reply && !is_perhaps_done(reply.error())) return;
  const bool certain = reply.has_value();
  if ((set.valid & set_attribute::mode) != 0) {
    sets(Aspect::mode, set.gfid, "", number(set.iatt.mode & permission_bits), certain, "chmod");
  }
  if ((set.valid & set_attribute::uid) != 0) {
    sets(Aspect::owner, set.gfid, "", number(set.iatt.uid), certain, "chown");
  }
  if ((set.valid & set_attribute::gid) != 0) {
    sets(Aspect::group, set.gfid, "", number(set.iatt.gid), certain, "chown");
  }
}

void History::note(const Call&, const fop::Setxattr& set, const Result<fop::Acknowledged>& reply) {
  const auto& [key, value] = *set.values.begin();
  const int error = reply ? 0 : reply.error().number();
  if (reply || is_perhaps_done(reply.error())) {
    const RegisterValue to = Gfid::from(bytes_of(value).value_or(Bytes{})).value_or(null_gfid);
    add(Aspect::xattr, set.gfid, key,
        {.requires_ = required_by(set.flags), .leaves = {to}, .is_certain = reply.has_value()}, "setxattr");
  } else if (error == EEXIST) {
    sees_something(Aspect::xattr, set.gfid, key, "setxattr");
  } else if (error == ENODATA) {
    sees_nothing(Aspect::xattr, set.gfid, key, "setxattr");
  }
}

void History::note_value(const Gfid& gfid, const std::string& name, const Dictionary& values) {
  const std::optional<Bytes> bytes = values.bytes(name);
  if (!bytes) return sees_nothing(Aspect::xattr, gfid, name, "getxattr");
  const std::optional<Gfid> value = Gfid::from(*bytes);
  if (!value) return fail(fmt::format("{} of {} has {} bytes", name, gfid.text(), bytes->size()));
  sees(Aspect::xattr, gfid, name, *value, "getxattr");
}

void History::note(const Call&, const fop::Getxattr& get, const Result<fop::Values>& reply) {
  if (reply && get.name_given != 0) note_value(get.gfid, get.name, reply->values);
  if (reply && get.name_given == 0) {
    for (const char* name : user_xattrs) note_value(get.gfid, name, reply->values);
  }
  if (!reply && reply.error().number() == ENODATA) sees_nothing(Aspect::xattr, get.gfid, get.name, "getxattr");
}

void History::note(const Call&, const fop::Removexattr& remove, const Result<fop::Acknowledged>& reply) {
  if (reply || is_perhaps_done(reply.error())) {
    add(Aspect::xattr, remove.gfid, remove.name,
        {.requires_ = Requires::something, .leaves = {null_gfid}, .is_certain = reply.has_value()}, "removexattr");
  } else if (reply.error().number() == ENODATA) {
    sees_nothing(Aspect::xattr, remove.gfid, remove.name, "removexattr");
  }
}

// ---- content

void History::note(const Call&, const fop::Write& write, const Result<fop::Changed>& reply) {
  if (!reply && !is_outage(reply.error())) return;
  if (reply && reply->op_ret != static_cast<std::int32_t>(write.size)) fail("a write is short");
  if (reply) sees_links(reply->after);
  std::uint64_t tag = 0;
  std::memcpy(&tag, write.data.bytes.data(), sizeof tag);
  sets(Aspect::block, write.gfid, std::to_string(write.offset / block_size), number(tag), reply.has_value(), "write");
}

void History::sees_content(const Gfid& gfid, std::string_view content, const char* what) {
  for (std::uint32_t block = 0; block < most_blocks; ++block) {
    const std::size_t from = std::size_t{block} * block_size;
    const std::string_view bytes = from < content.size() ? content.substr(from, block_size) : std::string_view();
    std::uint64_t tag = 0;
    if (bytes.size() >= sizeof tag) std::memcpy(&tag, bytes.data(), sizeof tag);
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      const auto expected = static_cast<char>(tag >> 8 * (at % sizeof tag));
      if (bytes[at] == expected) continue;
      return fail(fmt::format("block {} of {} is made of several writes", block, gfid.text()));
    }
    sees(Aspect::block, gfid, std::to_string(block), tag == 0 ? null_gfid : number(tag), what);
  }
}

void History::note(const Call&, const fop::Read& read, const Result<fop::Read::Reply>& reply) {
  if (!reply) return;
  sees_links(reply->iatt);
  sees_content(read.gfid, reply->data.bytes.text(), "read");
}

void History::note_cut(const Gfid& gfid, std::uint64_t size, const Result<fop::Changed>& reply, const char* what) {
  if (!reply && !is_perhaps_done(reply.error())) return;
  for (std::uint64_t block = size / block_size; block < most_blocks; ++block) {
    sets(Aspect::block, gfid, std::to_string(block), null_gfid, reply.has_value(), what);
  }
}

void History::note(const Call&, const fop::Truncate& truncate, const Result<fop::Changed>& reply) {
  note_cut(truncate.gfid, truncate.size, reply, "truncate");
}
void History::note(const Call&, const fop::Ftruncate& truncate, const Result<fop::Changed>& reply) {
  note_cut(truncate.gfid, truncate.size, reply, "ftruncate");
}

void History::note(const Call&, const fop::Fsync& fsync, const Result<fop::Changed>& reply) {
  if (reply) syncs_.push_back({fsync.gfid, begun_, fsync.data_only == 0});
}
void History::note(const Call&, const fop::Fsyncdir& fsyncdir, const Result<fop::Acknowledged>& reply) {
  if (reply) syncs_.push_back({fsyncdir.gfid, begun_, true});
}

// ---- locks

void History::note_lock(std::size_t client, const Call& call, const fop::Lk& lk, const Result<fop::Lk::Reply>& reply) {
  if (lk.command == 0) return;
  const std::uint64_t first = lk.flock.start;
  const std::uint64_t last =
      lk.flock.length == 0 ? std::numeric_limits<std::uint64_t>::max() : first + lk.flock.length - 1;
  // What the owner had in that range ends where it asks for another lock or for none. Parts of a range count as whole
  // ones given up.
  for (Held& held : held_) {
    const bool concerned = held.client == client && held.owner == call.lock_owner && held.gfid == lk.gfid &&
                           held.to == never && held.first <= last && first <= held.last;
    if (concerned) held.to = begun_;
  }
  // While a fault lasts nobody can be sure of what was granted.
  if (!reply || lk.type == Flock::unlock || has_fault_) return;
  held_.push_back({.client = client,
                   .owner = call.lock_owner,
                   .gfid = lk.gfid,
                   .write = lk.type == Flock::write,
                   .first = first,
                   .last = last,
                   .from = ended_,
                   .to = never});
}

void History::note_lock(std::size_t client, const Call& call, const fop::Flush& flush,
                        const Result<fop::Acknowledged>&) {
  for (Held& held : held_) {
    if (held.client == client && held.owner == call.lock_owner && held.gfid == flush.gfid && held.to == never) {
      held.to = begun_;
    }
  }
}

// ---- faults

void History::fault_begins() {
  has_fault_ = had_fault_ = true;
  ++tick_;
  for (Held& held : held_) held.to = std::min(held.to, tick_);
}

void History::power_fails() { crashes_.push_back({.begin = ++tick_, .end = never, .syncs = syncs_}); }

void History::power_is_back() {
  ++tick_;
  for (Crash& crash : crashes_) crash.end = std::min(crash.end, tick_);
}

void History::written_back() { syncs_.push_back({null_gfid, ++tick_, true}); }

void History::saw_end(const Snapshot& snapshot) {
  begun_ = ++tick_;
  ended_ = ++tick_;
  for (const auto& [gfid, node] : snapshot.tree) {
    sees(Aspect::mode, gfid, "", number(node->mode & permission_bits), "the end");
    sees(Aspect::owner, gfid, "", number(node->uid), "the end");
    sees(Aspect::group, gfid, "", number(node->gid), "the end");
    if (node->is_regular() && node->content) sees_content(gfid, *node->content, "the end");
    if (!node->is_directory()) continue;
    for (auto& [key, of] : registers_) {
      const auto& [aspect, object, name] = key;
      if (aspect != Aspect::name || object != gfid || node->entries.contains(name)) continue;
      of.events.push_back({.begin = begun_, .end = ended_, .requires_ = Requires::nothing, .what = "the end"});
    }
    for (const auto& [name, there] : node->entries) sees(Aspect::name, gfid, name, there, "the end");
  }
}

}  // namespace mortar::sim
