#include "translators/fuse/inode_table.h"

#include <algorithm>

#include "base/check.h"

namespace mortar::fuse {

bool Inode::knows_name(std::uint64_t parent_number, std::string_view known) const {
  return (parent == parent_number && name == known) ||
         std::ranges::find(other_names, KnownName{parent_number, std::string(known)}) != other_names.end();
}

InodeTable::InodeTable(Gfid root) {
  slots_.resize(root_number + 1);
  slots_[root_number] = std::make_shared<Inode>(Inode{.number = root_number, .gfid = root, .lookups = 1});
  by_gfid_.emplace(root, root_number);
}

void InodeTable::set_root(const Gfid& gfid) {
  check(by_gfid_.size() == 1, "the root is chosen before anything is looked up");
  by_gfid_.clear();
  slots_[root_number]->gfid = gfid;
  by_gfid_.emplace(gfid, root_number);
}

InodePointer InodeTable::find(std::uint64_t number) const { return number < slots_.size() ? slots_[number] : nullptr; }

InodePointer InodeTable::find(const Gfid& gfid) const {
  auto found = by_gfid_.find(gfid);
  return found == by_gfid_.end() ? nullptr : slots_[found->second];
}

InodePointer InodeTable::refer(const Gfid& gfid, std::uint64_t parent, std::string_view name) {
  InodePointer inode = find(gfid);
  if (!inode) {
    inode = std::make_shared<Inode>(Inode{.gfid = gfid});
    if (free_.empty()) {
      inode->number = slots_.size();
      slots_.push_back(inode);
    } else {
      inode->number = free_.back();
      free_.pop_back();
      slots_[inode->number] = inode;
    }
    by_gfid_.emplace(gfid, inode->number);
  }
  ++inode->lookups;
  const bool same_name = inode->parent == parent && inode->name == name;
  if (inode->number == root_number || same_name) return inode;
  if (!inode->name.empty() && !inode->knows_name(parent, name)) {
    if (inode->other_names.size() >= Inode::most_other_names) return inode;
    inode->other_names.push_back({inode->parent, inode->name});
  } else {
    const auto known = std::ranges::find(inode->other_names, KnownName{parent, std::string(name)});
    if (known != inode->other_names.end()) *known = {inode->parent, inode->name};
  }
  inode->parent = parent;
  inode->name = name;
  return inode;
}

void InodeTable::renamed(Inode& inode, const KnownName& from, const KnownName& to) {
  if (inode.number == root_number) return;
  std::erase(inode.other_names, from);
  std::erase(inode.other_names, to);
  if (inode.parent != from.parent || inode.name != from.name) {
    if (inode.other_names.size() < Inode::most_other_names) inode.other_names.push_back({inode.parent, inode.name});
  }
  inode.parent = to.parent;
  inode.name = to.name;
}

void InodeTable::forget(std::uint64_t number, std::uint64_t count) {
  const InodePointer inode = find(number);
  if (!inode) return;
  check(count <= inode->lookups, "the kernel gives back references it has");
  inode->lookups -= count;
  if (inode->lookups != 0 || number == root_number) return;
  by_gfid_.erase(inode->gfid);
  slots_[number].reset();
  free_.push_back(number);
}

std::size_t InodeTable::open() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(slots_, [](const InodePointer& inode) { return inode && !inode->handles.empty(); }));
}

}  // namespace mortar::fuse
