// Who says which copy is right where the marks do not, as all copies are blamed or are different objects: nobody, the
// volume's policy, or somebody by command. Pure functions.
//
// What they refuse is said in stock's words, which scripts know.
#pragma once

#include "translators/replicate/heal_direction.h"

namespace mortar::replicate {

struct Ruling {
  enum class By {
    nobody,
    // The policy, by the names of cluster.favorite-child-policy.
    size,
    ctime,
    mtime,
    majority,
    // A command.
    bigger_file,
    latest_mtime,
    source,
  };

  static Ruling of_policy(std::string_view name);
  static Ruling from(Copy source) { return {By::source, source}; }
  bool is_by_command() const { return by == By::bigger_file || by == By::latest_mtime || by == By::source; }

  By by = By::nobody;
  Copy source = 0;  // of By::source
};

inline constexpr const char* not_all_answer =
    "Failed to obtain replies from all bricks of the replica (are they up?). Cannot resolve split-brain.";
inline constexpr const char* not_in_split_brain = "File not in split-brain";

// The copy that is right, of all copies of one object. `with_data`: not the arbiter.
Result<Copy> right_content(const Ruling& ruling, const Testimony& testimony, Copies with_data);
Result<Copy> right_attributes(const Ruling& ruling, const Testimony& testimony, Copies with_data);
// Of the copies that have something under a name, of which none is blamed, `candidates`. Things of different types are
// never decided about, and directories only by command.
Result<Copy> right_object(const Ruling& ruling, const Testimony& testimony, Copies candidates);

}  // namespace mortar::replicate
