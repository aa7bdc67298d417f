#include "posix_model.h"

#include <linux/xattr.h>
#include <sys/stat.h>

#include <algorithm>
#include <tuple>

#include "translator/descriptor.h"

namespace mortar::sim {

namespace {

constexpr std::uint32_t permission_bits = 07777;
// The bricks keep a directory of their own at the root, which its link count gives away.
constexpr std::uint32_t hidden_at_root = 1;

bool is_same_content(const Node& left, const Node& right) {
  if (left.content == right.content) return true;
  static const std::string empty;
  return (left.content ? *left.content : empty) == (right.content ? *right.content : empty);
}

bool is_open(const Fd& fd) { return fd.open != nullptr; }

bool appends(const Fd& fd) { return fd.open && (fd.open->flags & open_flag::append) != 0; }

void raise(Moment& moment, Moment to) { moment = std::max(moment, to); }

}  // namespace

bool operator==(const Node& left, const Node& right) {
  return left.gfid == right.gfid && left.mode == right.mode && left.uid == right.uid && left.gid == right.gid &&
         left.links == right.links && left.target == right.target && is_same_content(left, right) &&
         left.xattrs == right.xattrs && left.entries == right.entries && left.parent == right.parent &&
         left.modified == right.modified && left.changed == right.changed;
}

bool operator==(const Tree& left, const Tree& right) {
  return std::ranges::equal(left.nodes_, right.nodes_, [](const auto& one, const auto& other) {
    return one.second == other.second || (one.first == other.first && *one.second == *other.second);
  });
}

Tree::Tree() {
  auto root = std::make_shared<Node>();
  root->gfid = root->parent = root_gfid;
  root->mode = S_IFDIR | 0755;
  root->links = 1;
  nodes_.emplace(root_gfid, std::move(root));
}

const Node* Tree::find(const Gfid& gfid) const {
  auto found = nodes_.find(gfid);
  return found == nodes_.end() ? nullptr : found->second.get();
}

const Node* Tree::find(const Gfid& parent, const std::string& name) const {
  const Node* directory = find(parent);
  if (directory == nullptr) return nullptr;
  auto found = directory->entries.find(name);
  return found == directory->entries.end() ? nullptr : find(found->second);
}

bool Tree::is_alive(const Gfid& gfid) const {
  const Node* node = find(gfid);
  return node != nullptr && node->links > 0;
}

std::uint32_t Tree::subdirectories(const Node& directory) const {
  const auto seen = std::ranges::count_if(directory.entries,
                                          [this](const auto& entry) { return find(entry.second)->is_directory(); });
  return static_cast<std::uint32_t>(seen) + (directory.gfid.is_root() ? hidden_at_root : 0);
}

Iatt Tree::iatt_of(const Node& node) const {
  Iatt iatt;
  iatt.gfid = node.gfid;
  iatt.mode = node.mode;
  iatt.uid = node.uid;
  iatt.gid = node.gid;
  iatt.size = node.size();
  iatt.links = node.is_directory() && node.links > 0 ? 2 + subdirectories(node) : node.links;
  iatt.modified = node.modified;
  iatt.changed = node.changed;
  return iatt;
}

void Tree::put(Node node) {
  const Gfid gfid = node.gfid;
  nodes_[gfid] = std::make_shared<Node>(std::move(node));
}

void Tree::forget_removed(const std::set<Gfid>& open) {
  std::vector<Gfid> left;
  std::erase_if(nodes_, [&](const auto& node) {
    const bool is_left = node.second->links == 0 && !open.contains(node.first);
    if (is_left && !node.second->is_left) left.push_back(node.first);
    return is_left && node.second->is_left;
  });
  for (const Gfid& gfid : left) change(gfid).is_left = true;
}

Node& Tree::change(const Gfid& gfid) {
  std::shared_ptr<Node>& node = nodes_.at(gfid);
  if (node.use_count() > 1) node = std::make_shared<Node>(*node);
  return *node;
}

Result<const Node*> Tree::parent_of_names(const Gfid& gfid) const {
  if (!is_alive(gfid)) return failed(ESTALE);
  const Node* node = find(gfid);
  return node->is_directory() ? Result<const Node*>(node) : failed(EPERM);
}

Result<const Node*> Tree::object(const Gfid& gfid, bool open) const {
  const Node* node = find(gfid);
  if (node == nullptr || (!open && node->links == 0)) return failed(ESTALE);
  return node;
}

Result<const Node*> Tree::regular(const Gfid& gfid, bool open) const {
  Result<const Node*> node = object(gfid, open);
  if (!node || (*node)->is_regular()) return node;
  return failed((*node)->is_directory() ? EISDIR : (*node)->is_symlink() ? ELOOP : EINVAL);
}

void Tree::stamp(const Call& call, std::uint32_t stamps, const Gfid& gfid) {
  Node& node = change(gfid);
  if ((stamps & stamp::changed) != 0) raise(node.changed, call.time);
  if ((stamps & stamp::modified) != 0) raise(node.modified, call.time);
}

void Tree::touch(const Call& call, std::uint32_t stamps, const Gfid& gfid) {
  if (find(gfid) != nullptr) stamp(call, stamps, gfid);
}

void Tree::stamp_parent(const Call& call, std::uint32_t stamps, const Gfid& gfid) {
  Node& node = change(gfid);
  if ((stamps & stamp::parent_changed) != 0) raise(node.changed, call.time);
  if ((stamps & stamp::parent_modified) != 0) raise(node.modified, call.time);
}

void Tree::lose_name(const Call& call, std::uint32_t stamps, const Gfid& gfid) {
  Node& node = change(gfid);
  --node.links;
  if (node.links > 0) stamp(call, stamps, gfid);
}

// ---- names

Result<fop::Lookup::Reply> Tree::perform(const Call&, const fop::Lookup& lookup) {
  fop::Lookup::Reply reply;
  if (lookup.name.empty()) {
    const Result<const Node*> node = object(lookup.gfid, false);
    if (!node) return std::unexpected(node.error());
    reply.iatt = iatt_of(**node);
    return reply;
  }
  const Result<const Node*> parent = parent_of_names(lookup.parent);
  if (!parent) return std::unexpected(parent.error());
  const Node* node = find(lookup.parent, lookup.name);
  if (node == nullptr) return failed(ENOENT);
  reply.iatt = iatt_of(*node);
  reply.parent = iatt_of(**parent);
  return reply;
}

Result<fop::Made> Tree::make(const Call& call, std::uint32_t stamps, const Gfid& parent, const std::string& name,
                             const Dictionary& xdata, Node node) {
  const Result<const Node*> directory = parent_of_names(parent);
  if (!directory) return std::unexpected(directory.error());
  if ((*directory)->entries.contains(name)) return failed(EEXIST);
  fop::Made reply;
  reply.parent_before = iatt_of(**directory);
  const bool inherits = ((*directory)->mode & S_ISGID) != 0;
  node.gfid = xdata.gfid("gfid-req").value_or(null_gfid);
  node.uid = call.uid;
  node.gid = inherits ? (*directory)->gid : call.gid;
  if (inherits && node.is_directory()) node.mode |= S_ISGID;
  node.links = 1;
  if (node.is_directory()) node.parent = parent;
  node.changed = node.modified = call.time;
  const Gfid gfid = node.gfid;
  put(std::move(node));
  change(parent).entries[name] = gfid;
  stamp_parent(call, stamps, parent);
  reply.iatt = iatt_of(*find(gfid));
  reply.parent_after = iatt_of(*find(parent));
  return reply;
}

Result<fop::Made> Tree::perform(const Call& call, const fop::Mknod& mknod) {
  Node node;
  const std::uint32_t type = (mknod.mode & S_IFMT) == 0 ? S_IFREG : mknod.mode & S_IFMT;
  node.mode = type | (mknod.mode & permission_bits & ~mknod.umask);
  return make(call, mknod.stamps, mknod.parent, mknod.name, mknod.xdata, std::move(node));
}

Result<fop::Made> Tree::perform(const Call& call, const fop::Mkdir& mkdir) {
  Node node;
  node.mode = S_IFDIR | (mkdir.mode & 01777 & ~mkdir.umask);
  return make(call, mkdir.stamps, mkdir.parent, mkdir.name, mkdir.xdata, std::move(node));
}

Result<fop::Create::Reply> Tree::perform(const Call& call, const fop::Create& create) {
  Node node;
  node.mode = S_IFREG | (create.mode & permission_bits & ~create.umask);
  const Result<fop::Made> made = make(call, create.stamps, create.parent, create.name, create.xdata, std::move(node));
  fop::Create::Reply reply;
  if (made) {
    reply.iatt = made->iatt;
    reply.parent_before = made->parent_before;
    reply.parent_after = made->parent_after;
    return reply;
  }
  if (made.error().number() != EEXIST || (create.flags & open_flag::exclusive) != 0) {
    return std::unexpected(made.error());
  }
  const Node* there = find(create.parent, create.name);
  if (there->is_directory()) return failed(EISDIR);
  if (there->is_symlink()) return failed(ELOOP);
  if (!there->is_regular()) return failed(EINVAL);
  reply.iatt = iatt_of(*there);
  reply.parent_before = reply.parent_after = iatt_of(*find(create.parent));
  return reply;
}

Result<fop::Made> Tree::perform(const Call& call, const fop::Symlink& symlink) {
  Node node;
  node.mode = S_IFLNK | 0777;
  node.target = symlink.target;
  return make(call, symlink.stamps, symlink.parent, symlink.name, symlink.xdata, std::move(node));
}

Result<fop::Made> Tree::perform(const Call& call, const fop::Link& link) {
  const Result<const Node*> parent = parent_of_names(link.new_parent);
  if (!parent) return std::unexpected(parent.error());
  const Result<const Node*> node = object(link.gfid, false);
  if (!node) return std::unexpected(node.error());
  if ((*node)->is_directory()) return failed(EPERM);
  if ((*parent)->entries.contains(link.new_name)) return failed(EEXIST);
  fop::Made reply;
  reply.parent_before = iatt_of(**parent);
  ++change(link.gfid).links;
  stamp(call, link.stamps, link.gfid);
  change(link.new_parent).entries[link.new_name] = link.gfid;
  stamp_parent(call, link.stamps, link.new_parent);
  reply.iatt = iatt_of(*find(link.gfid));
  reply.parent_after = iatt_of(*find(link.new_parent));
  return reply;
}

bool Tree::is_below(const Gfid& directory, const Gfid& ancestor) const {
  for (Gfid at = directory;; at = find(at)->parent) {
    if (at == ancestor) return true;
    if (at.is_root()) return false;
  }
}

Result<Done> Tree::may_rename(const Node& moved, const Node* replaced, const Gfid& new_parent) const {
  if (replaced != nullptr && moved.is_directory() && !replaced->is_directory()) return failed(ENOTDIR);
  if (replaced != nullptr && !moved.is_directory() && replaced->is_directory()) return failed(EISDIR);
  if (moved.is_directory() && is_below(new_parent, moved.gfid)) return failed(EINVAL);
  if (replaced != nullptr && moved.is_directory() && !replaced->entries.empty()) return failed(ENOTEMPTY);
  return done;
}

Result<fop::Rename::Reply> Tree::perform(const Call& call, const fop::Rename& rename) {
  const Result<const Node*> from = parent_of_names(rename.old_parent);
  if (!from) return std::unexpected(from.error());
  const Result<const Node*> to = parent_of_names(rename.new_parent);
  if (!to) return std::unexpected(to.error());
  const Node* moved = find(rename.old_parent, rename.old_name);
  if (moved == nullptr) return failed(ENOENT);
  const Node* replaced = find(rename.new_parent, rename.new_name);
  const bool is_one_object = replaced == moved;
  const Result<Done> may = is_one_object ? done : may_rename(*moved, replaced, rename.new_parent);
  if (!may) return std::unexpected(may.error());
  fop::Rename::Reply reply;
  reply.old_parent_before = iatt_of(**from);
  reply.new_parent_before = iatt_of(**to);
  const Gfid gfid = moved->gfid;
  if (!is_one_object) {
    if (replaced != nullptr) lose_name(call, rename.stamps, replaced->gfid);
    change(rename.old_parent).entries.erase(rename.old_name);
    change(rename.new_parent).entries[rename.new_name] = gfid;
    if (find(gfid)->is_directory()) change(gfid).parent = rename.new_parent;
    stamp(call, rename.stamps, gfid);
  }
  stamp_parent(call, rename.stamps, rename.old_parent);
  stamp_parent(call, rename.stamps, rename.new_parent);
  reply.iatt = iatt_of(*find(gfid));
  reply.old_parent_after = iatt_of(*find(rename.old_parent));
  reply.new_parent_after = iatt_of(*find(rename.new_parent));
  return reply;
}

void Tree::begin_rename(const Call& call, const fop::Rename& rename) {
  const Node* moved = find(rename.old_parent, rename.old_name);
  const bool is_file = moved != nullptr && !moved->is_directory();
  const Gfid gfid = moved != nullptr ? moved->gfid : null_gfid;
  if (!perform(call, rename) || !is_file) return;
  auto [name, is_new] = change(rename.old_parent).entries.try_emplace(rename.old_name, gfid);
  if (is_new) ++change(gfid).links;
}

void Tree::end_rename(const Call& call, const fop::Rename& rename) {
  const Node* old = find(rename.old_parent, rename.old_name);
  const bool has_both = old != nullptr && !old->is_directory() && old == find(rename.new_parent, rename.new_name) &&
                        std::tie(rename.old_parent, rename.old_name) != std::tie(rename.new_parent, rename.new_name);
  if (!has_both) return;
  lose_name(call, rename.stamps, old->gfid);
  change(rename.old_parent).entries.erase(rename.old_name);
  stamp_parent(call, rename.stamps, rename.old_parent);
}

void Tree::take_back_rename(const Call& call, const fop::Rename& rename) {
  const Node* moved = find(rename.old_parent, rename.old_name);
  if (moved != nullptr && !moved->is_directory()) stamp(call, rename.stamps, moved->gfid);
}

Result<fop::Changed> Tree::perform(const Call& call, const fop::Unlink& unlink) {
  const Result<const Node*> parent = parent_of_names(unlink.parent);
  if (!parent) return std::unexpected(parent.error());
  const Node* node = find(unlink.parent, unlink.name);
  if (node == nullptr) return failed(ENOENT);
  if (node->is_directory()) return failed(EISDIR);
  fop::Changed reply;
  reply.before = iatt_of(**parent);
  lose_name(call, unlink.stamps, node->gfid);
  change(unlink.parent).entries.erase(unlink.name);
  stamp_parent(call, unlink.stamps, unlink.parent);
  reply.after = iatt_of(*find(unlink.parent));
  return reply;
}

Result<fop::Changed> Tree::perform(const Call& call, const fop::Rmdir& rmdir) {
  const Result<const Node*> parent = parent_of_names(rmdir.parent);
  if (!parent) return std::unexpected(parent.error());
  const Node* node = find(rmdir.parent, rmdir.name);
  if (node == nullptr) return failed(ENOENT);
  if (!node->is_directory()) return failed(ENOTDIR);
  if (!node->entries.empty()) return failed(ENOTEMPTY);
  fop::Changed reply;
  reply.before = iatt_of(**parent);
  lose_name(call, rmdir.stamps, node->gfid);
  change(rmdir.parent).entries.erase(rmdir.name);
  stamp_parent(call, rmdir.stamps, rmdir.parent);
  reply.after = iatt_of(*find(rmdir.parent));
  return reply;
}

Result<fop::Readlink::Reply> Tree::perform(const Call&, const fop::Readlink& readlink) {
  const Result<const Node*> node = object(readlink.gfid, false);
  if (!node) return std::unexpected(node.error());
  if (!(*node)->is_symlink()) return failed(EINVAL);
  fop::Readlink::Reply reply;
  reply.iatt = iatt_of(**node);
  reply.target = (*node)->target;
  return reply;
}

// ---- attributes

Result<fop::Attributes> Tree::perform(const Call&, const fop::Stat& stat) {
  const Result<const Node*> node = object(stat.gfid, false);
  if (!node) return std::unexpected(node.error());
  fop::Attributes reply;
  reply.iatt = iatt_of(**node);
  return reply;
}

Result<fop::Attributes> Tree::perform(const Call&, const fop::Fstat& fstat) {
  const Result<const Node*> node = object(fstat.gfid, is_open(fstat.fd));
  if (!node) return std::unexpected(node.error());
  fop::Attributes reply;
  reply.iatt = iatt_of(**node);
  return reply;
}

Result<fop::Changed> Tree::set_attributes(const Call& call, const Gfid& gfid, bool open, const Iatt& wanted,
                                          std::int32_t valid) {
  using namespace set_attribute;
  const Result<const Node*> found = object(gfid, open);
  if (!found) return std::unexpected(found.error());
  fop::Changed reply;
  reply.before = iatt_of(**found);
  Node& node = change(gfid);
  if ((valid & uid) != 0) node.uid = wanted.uid;
  if ((valid & gid) != 0) node.gid = wanted.gid;
  if ((valid & mode) != 0 && !node.is_symlink()) node.mode = (node.mode & S_IFMT) | (wanted.mode & permission_bits);
  if ((valid & modified) != 0) node.modified = wanted.modified;
  // As stock: setting times alone leaves the change time as it is.
  if (valid == 0 || (valid & (mode | uid | gid)) != 0) raise(node.changed, call.time);
  reply.after = iatt_of(node);
  return reply;
}

Result<fop::Changed> Tree::perform(const Call& call, const fop::Setattr& set) {
  return set_attributes(call, set.gfid, false, set.iatt, set.valid);
}
Result<fop::Changed> Tree::perform(const Call& call, const fop::Fsetattr& set) {
  return set_attributes(call, set.gfid, is_open(set.fd), set.iatt, set.valid);
}

Result<fop::Acknowledged> Tree::set_xattrs(const Call& call, const Gfid& gfid, bool open, const Dictionary& values,
                                           std::uint32_t flags) {
  const Result<const Node*> found = object(gfid, open);
  if (!found) return std::unexpected(found.error());
  for (const auto& [key, value] : values) {
    const bool there = (*found)->xattrs.contains(key);
    if (there && (flags & XATTR_CREATE) != 0) return failed(EEXIST);
    if (!there && (flags & XATTR_REPLACE) != 0) return failed(ENODATA);
    change(gfid).xattrs[key] = std::string(as_text(bytes_of(value).value_or(Bytes{})));
  }
  stamp(call, fop::Setxattr::stamps, gfid);
  return fop::Acknowledged{};
}

Result<fop::Acknowledged> Tree::perform(const Call& call, const fop::Setxattr& set) {
  return set_xattrs(call, set.gfid, false, set.values, set.flags);
}
Result<fop::Acknowledged> Tree::perform(const Call& call, const fop::Fsetxattr& set) {
  return set_xattrs(call, set.gfid, is_open(set.fd), set.values, set.flags);
}

Result<fop::Values> Tree::get_xattrs(const Gfid& gfid, bool open, const std::string& name) const {
  const Result<const Node*> found = object(gfid, open);
  if (!found) return std::unexpected(found.error());
  fop::Values reply;
  for (const auto& [key, value] : (*found)->xattrs) {
    if (name.empty() || key == name) reply.values.append(key, Slice::copy(value));
  }
  if (!name.empty() && reply.values.empty()) return failed(ENODATA);
  return reply;
}

Result<fop::Values> Tree::perform(const Call&, const fop::Getxattr& get) {
  return get_xattrs(get.gfid, false, get.name_given != 0 ? get.name : "");
}
Result<fop::Values> Tree::perform(const Call&, const fop::Fgetxattr& get) {
  return get_xattrs(get.gfid, is_open(get.fd), get.name_given != 0 ? get.name : "");
}

Result<fop::Acknowledged> Tree::perform(const Call& call, const fop::Removexattr& remove) {
  const Result<const Node*> found = object(remove.gfid, false);
  if (!found) return std::unexpected(found.error());
  if (!(*found)->xattrs.contains(remove.name)) return failed(ENODATA);
  change(remove.gfid).xattrs.erase(remove.name);
  stamp(call, remove.stamps, remove.gfid);
  return fop::Acknowledged{};
}

// ---- content

// Who has it open keeps a file that lost its last name: whether anybody has is not this model's.
Result<fop::Opened> Tree::perform(const Call&, const fop::Open& open) {
  const Result<const Node*> node = object(open.gfid, false);
  if (!node) return std::unexpected(node.error());
  if ((*node)->is_symlink()) return failed(ELOOP);
  if (!(*node)->is_directory() && !(*node)->is_regular()) return failed(EINVAL);
  return fop::Opened{};
}

Result<fop::Opened> Tree::perform(const Call&, const fop::Opendir& opendir) {
  const Result<const Node*> node = object(opendir.gfid, false);
  if (!node) return std::unexpected(node.error());
  return (*node)->is_directory() ? Result<fop::Opened>(fop::Opened{}) : failed(ENOTDIR);
}

Result<fop::Read::Reply> Tree::perform(const Call&, const fop::Read& read) {
  const Result<const Node*> node = regular(read.gfid, is_open(read.fd));
  if (!node) return std::unexpected(node.error());
  fop::Read::Reply reply;
  reply.iatt = iatt_of(**node);
  if (read.offset < (*node)->size()) {
    reply.data.bytes = Slice::copy(std::string_view(*(*node)->content).substr(read.offset, read.size));
  }
  reply.op_ret = static_cast<std::int32_t>(reply.data.bytes.size());
  return reply;
}

Result<fop::Changed> Tree::perform(const Call& call, const fop::Write& write) {
  const Result<const Node*> node = regular(write.gfid, is_open(write.fd));
  if (!node) return std::unexpected(node.error());
  fop::Changed reply;
  reply.before = iatt_of(**node);
  const std::string_view data = as_text(write.data.bytes.bytes());
  std::string content = (*node)->content ? *(*node)->content : std::string();
  const std::size_t offset = appends(write.fd) ? content.size() : write.offset;
  if (content.size() < offset + data.size()) content.resize(offset + data.size());
  content.replace(offset, data.size(), data);
  change(write.gfid).content = std::make_shared<const std::string>(std::move(content));
  stamp(call, write.stamps, write.gfid);
  reply.after = iatt_of(*find(write.gfid));
  reply.op_ret = static_cast<std::int32_t>(data.size());
  return reply;
}

Result<fop::Changed> Tree::resize(const Call& call, std::uint32_t stamps, const Gfid& gfid, bool open,
                                  std::uint64_t size) {
  const Result<const Node*> node = regular(gfid, open);
  if (!node) return std::unexpected(node.error());
  fop::Changed reply;
  reply.before = iatt_of(**node);
  std::string content = (*node)->content ? *(*node)->content : std::string();
  content.resize(size);
  change(gfid).content = std::make_shared<const std::string>(std::move(content));
  stamp(call, stamps, gfid);
  reply.after = iatt_of(*find(gfid));
  return reply;
}

Result<fop::Changed> Tree::perform(const Call& call, const fop::Truncate& truncate) {
  return resize(call, truncate.stamps, truncate.gfid, false, truncate.size);
}
Result<fop::Changed> Tree::perform(const Call& call, const fop::Ftruncate& truncate) {
  return resize(call, truncate.stamps, truncate.gfid, is_open(truncate.fd), truncate.size);
}

Result<fop::Changed> Tree::perform(const Call&, const fop::Fsync& fsync) {
  const Result<const Node*> node = regular(fsync.gfid, is_open(fsync.fd));
  if (!node) return std::unexpected(node.error());
  fop::Changed reply;
  reply.before = reply.after = iatt_of(**node);
  return reply;
}

Result<fop::Acknowledged> Tree::perform(const Call&, const fop::Fsyncdir& fsyncdir) {
  const Result<const Node*> node = object(fsyncdir.gfid, is_open(fsyncdir.fd));
  if (!node) return std::unexpected(node.error());
  return fop::Acknowledged{};
}

}  // namespace mortar::sim
