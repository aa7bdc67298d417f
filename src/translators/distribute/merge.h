// What several subvolumes say of one directory, or several steps of one change, made one answer.
#pragma once

#include <algorithm>
#include <optional>

#include "base/absence.h"
#include "base/iatt.h"
#include "base/result.h"
#include "translators/cluster/fan_out.h"

namespace mortar::distribute {

// The attributes of one of them, with the latest times of all.
class MergedIatt {
 public:
  // `leads`: this one's attributes are the ones to follow; else those of the first.
  void add(const Iatt& iatt, bool leads) {
    Iatt times = known_ ? merged_ : iatt;
    if (!known_ || leads) merged_ = iatt;
    merged_.accessed = std::max(times.accessed, iatt.accessed);
    merged_.modified = std::max(times.modified, iatt.modified);
    merged_.changed = std::max(times.changed, iatt.changed);
    known_ = true;
  }
  const Iatt& get() const { return merged_; }

 private:
  Iatt merged_;
  bool known_ = false;
};

// Why it failed, where it failed on all. That the directory is missing is only true where nobody is away.
template <class Reply>
Error error_of(const std::vector<Result<Reply>>& answers) {
  std::optional<Error> missing, away;
  for (const Result<Reply>& answer : answers) {
    if (answer) continue;
    if (is_missing(answer.error())) {
      missing = answer.error();
    } else if (is_away(answer.error())) {
      away = answer.error();
    } else {
      return answer.error();
    }
  }
  if (away) return *away;
  return missing.value_or(Error(ENOTCONN));
}

// Where all steps have to succeed.
inline Result<Done> first_error(const std::vector<Result<Done>>& results) {
  for (const Result<Done>& result : results) {
    if (!result) return result;
  }
  return done;
}

}  // namespace mortar::distribute
