// Which objects are likely to be changed next: who goes through a tree, as chmod -R does, changes what is there in the
// order in which it was heard of. The longer it has been so, the more are named. Several may be on their ways at once,
// or one goes through several folders by turns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/gfid.h"

namespace mortar::replicate {

class OrderOfChanges {
 public:
  // How many objects are remembered, and how many are named before they are changed.
  static constexpr std::uint64_t most = 1 << 14;
  static constexpr std::uint64_t most_ahead = 16;

  // It was found or listed. What is heard again keeps its place until that gets old.
  void heard_of(const Gfid& gfid);
  // It is changed: those that are likely to follow and have not been named yet.
  std::vector<Gfid> changed(const Gfid& gfid);

 private:
  // Changes that are this close to the latest one are in order: several users go on at once, or leave some out.
  static constexpr std::uint64_t reach = 16;
  // How many are named for each change behind the first.
  static constexpr std::uint64_t for_each = 4;
  static constexpr std::size_t most_ways = 32;

  struct Way {
    std::uint64_t at = 0;        // of the change that is furthest
    std::uint64_t named_to = 0;  // what is before that has been named
    std::uint64_t changes = 0;   // in order, so far
  };
  // The way that the change goes on with, or a new one.
  Way& way_of(std::uint64_t place);

  std::vector<Gfid> heard_;  // by place, modulo `most`
  std::unordered_map<Gfid, std::uint64_t> places_;
  std::uint64_t end_ = 0;
  std::vector<Way> ways_;  // the one that was gone on with last comes first
};

}  // namespace mortar::replicate
