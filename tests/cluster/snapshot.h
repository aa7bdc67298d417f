// A whole tree as a client sees it, and whether trees of a model explain it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "posix_model.h"
#include "translator/translator.h"

namespace mortar::sim {

// What a walk over everything found: directories are listed, every name is looked up, every file is read.
struct Snapshot {
  // A listing shows it, and its name leads to nothing or to something else.
  struct Stray {
    Gfid parent;
    std::string name;
    std::string sentence;
  };

  Tree tree;
  // What does not fit together: a listing and the lookups, the number of links and the names.
  std::vector<std::string> contradictions;
  std::vector<Stray> strays;
  // Where an object was found first.
  std::map<Gfid, std::string> paths;
};

// An error where something could not be read at all; its sentence says what.
Task<Snapshot> take_snapshot(Translator& top, Random random);

Gfid random_gfid(Random& random);

// What of a tree none of the given ones has: in plain words, or empty. Each aspect of each object (a name, the mode, an
// extended attribute, the content) may come from another one.
struct Explanation {
  std::vector<const Tree*> trees;
  // A crash leaves of content what it likes: each byte as it was at some time. The size is that of one of the trees.
  std::map<Gfid, std::vector<std::shared_ptr<const std::string>>> contents;
  bool is_after_crash = false;
  bool times = true;
  bool whole_directories = true;
};
std::string unexplained(const Snapshot& observed, const Explanation& explanation);

}  // namespace mortar::sim
