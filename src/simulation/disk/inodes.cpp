#include "simulation/disk/inodes.h"

#include <xxhash.h>

#include "base/check.h"

namespace mortar {

namespace {

// Scattered as in a hashed directory, and the same whenever the same name comes back. 0 and 1 are "." and "..".
std::uint64_t free_position(const Inode& directory, const std::string& name) {
  constexpr std::uint64_t mask = 0x7fff'ffff'ffff'ff00;
  std::uint64_t position = (XXH64(name.data(), name.size(), 0) & mask) + 256;
  while (directory.listing.contains(position)) ++position;
  return position;
}

}  // namespace

const Inode* Inodes::find(InodeNumber number) const {
  auto found = inodes_.find(number);
  return found == inodes_.end() ? nullptr : found->second.get();
}

const Inode& Inodes::at(InodeNumber number) const {
  const Inode* inode = find(number);
  check(inode != nullptr, "an inode that is used exists");
  return *inode;
}

Inode& Inodes::change(InodeNumber number) {
  std::shared_ptr<Inode>& inode = inodes_[number];
  if (inode == nullptr) {
    inode = std::make_shared<Inode>();
  } else if (inode.use_count() > 1) {
    inode = std::make_shared<Inode>(*inode);
  }
  return *inode;
}

void Inodes::apply(const Change& change_of) {
  if (const auto* put = std::get_if<PutInode>(&change_of)) {
    Inode& inode = change(put->inode);
    inode.attributes = put->attributes;
    if (!put->target.empty()) inode.target = put->target;
  } else if (const auto* entry = std::get_if<PutEntry>(&change_of)) {
    Inode& directory = change(entry->directory);
    auto known = directory.entries.find(entry->name);
    if (known != directory.entries.end()) {
      known->second.inode = entry->inode;
      return;
    }
    const std::uint64_t position = free_position(directory, entry->name);
    directory.entries.emplace(entry->name, InodeEntry{entry->inode, position});
    directory.listing.emplace(position, entry->name);
  } else if (const auto* gone = std::get_if<DropEntry>(&change_of)) {
    Inode& directory = change(gone->directory);
    auto known = directory.entries.find(gone->name);
    check(known != directory.entries.end(), "a name that is dropped was there");
    directory.listing.erase(known->second.position);
    directory.entries.erase(known);
  } else if (const auto* xattr = std::get_if<PutXattr>(&change_of)) {
    Inode& inode = change(xattr->inode);
    if (xattr->value) {
      inode.xattrs[xattr->key] = *xattr->value;
    } else {
      inode.xattrs.erase(xattr->key);
    }
  }
}

void Inodes::apply(const Transaction& transaction) {
  for (const Change& change_of : transaction) apply(change_of);
}

std::vector<InodeNumber> Inodes::unlinked() const {
  std::vector<InodeNumber> found;
  for (const auto& [number, inode] : inodes_) {
    if (inode->attributes.links == 0) found.push_back(number);
  }
  return found;
}

}  // namespace mortar
