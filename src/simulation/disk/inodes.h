// The tree of a simulated disk: inodes by number, and the changes it is made of. Whatever an operation does is a list
// of changes; applying the same changes to an older tree gives the newer one, which is what a journal does after a
// crash.
//
// Copies share what they have in common, so a copy costs little.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/iatt.h"

namespace mortar {

using InodeNumber = std::uint64_t;
inline constexpr InodeNumber root_inode = 2;

struct InodeAttributes {
  std::uint32_t mode = 0;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t links = 0;
  std::uint64_t rdev = 0;
  std::uint64_t size = 0;
  Moment accessed;
  Moment modified;
  Moment changed;
  InodeNumber parent = 0;  // of directories
  std::uint32_t type() const { return mode & 0170000; }
};

struct InodeEntry {
  InodeNumber inode = 0;
  std::uint64_t position = 0;  // in the listing of the directory
};

struct Inode {
  InodeAttributes attributes;
  std::map<std::string, std::string> xattrs;
  std::string target;  // of a symbolic link
  std::map<std::string, InodeEntry> entries;
  std::map<std::uint64_t, std::string> listing;
};

// Makes the inode where there is none.
struct PutInode {
  InodeNumber inode = 0;
  InodeAttributes attributes;
  std::string target;
};
struct PutEntry {
  InodeNumber directory = 0;
  std::string name;
  InodeNumber inode = 0;
};
struct DropEntry {
  InodeNumber directory = 0;
  std::string name;
};
// Nothing removes it.
struct PutXattr {
  InodeNumber inode = 0;
  std::string key;
  std::optional<std::string> value;
};

using Change = std::variant<PutInode, PutEntry, DropEntry, PutXattr>;
// What happens wholly or not at all.
using Transaction = std::vector<Change>;

class Inodes {
 public:
  const Inode* find(InodeNumber number) const;
  const Inode& at(InodeNumber number) const;
  bool contains(InodeNumber number) const { return inodes_.contains(number); }
  void apply(const Change& change);
  void apply(const Transaction& transaction);
  void erase(InodeNumber number) { inodes_.erase(number); }
  // Those that no name leads to, as a file system finds them when it is mounted after a crash.
  std::vector<InodeNumber> unlinked() const;
  auto begin() const { return inodes_.begin(); }
  auto end() const { return inodes_.end(); }
  std::size_t size() const { return inodes_.size(); }

 private:
  Inode& change(InodeNumber number);

  std::map<InodeNumber, std::shared_ptr<Inode>> inodes_;
};

}  // namespace mortar
