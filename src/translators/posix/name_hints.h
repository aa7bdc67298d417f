// Which object a name led to when it was looked up last. Only a guess: it says whose memory a job may be given, and the
// job checks that memory against the file system. A wrong guess costs a look, an old one is overwritten.
//
// Used by the loop's thread only.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/gfid.h"

namespace mortar::posix {

class NameHints {
 public:
  // Null where there is none.
  Gfid guess(const Gfid& parent, std::string_view name) const {
    const std::size_t hash = hash_of(parent, name);
    const Hint& hint = hints_[hash % size];
    return hint.hash == hash ? hint.gfid : null_gfid;
  }
  void learn(const Gfid& parent, std::string_view name, const Gfid& gfid) {
    const std::size_t hash = hash_of(parent, name);
    hints_[hash % size] = {hash, gfid};
  }

 private:
  struct Hint {
    std::size_t hash = 0;
    Gfid gfid;
  };
  static constexpr std::size_t size = 65536;  // as many as there are inodes remembered

  static std::size_t hash_of(const Gfid& parent, std::string_view name) {
    return std::hash<std::string_view>()(name) * 31 + std::hash<Gfid>()(parent);
  }

  std::vector<Hint> hints_ = std::vector<Hint>(size);
};

}  // namespace mortar::posix
