// What the parts of the heal of a directory share: what is known of the directory, and a name that a copy lacks in it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "translators/replicate/healing.h"
#include "translators/replicate/ruling.h"

namespace mortar::replicate {

struct DirectoryJob {
  Gfid directory;
  Testimony testimony;
  Direction direction;
  Ruling ruling;
  std::optional<Gfid> identity;  // for what has none on any copy
  bool merges = false;           // each copy is a source and a sink: all names are kept
  bool is_of_all = false;        // rather than of names that somebody is waiting for
  // What comes of it.
  HealReport report;
  std::string refused;     // why the ruling did not say which of several objects is right
  std::vector<Gfid> made;  // what came into being on a copy, without its content

  Copies concerned() const { return direction.sources | direction.sinks; }
};

// What the right copies have under a name, and another one has not.
struct MissingName {
  Place place;
  Iatt object;
  Copies right;
  Copy sink = 0;

  Copy source() const { return right.front(); }
};

inline bool is_same_object(const Iatt& left, const Iatt& right) {
  return left.gfid == right.gfid && left.type() == right.type();
}

}  // namespace mortar::replicate
