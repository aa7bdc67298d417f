// How many copies have to take part, so that two groups of clients that do not see each other cannot both go on.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "translators/replicate/copies.h"

namespace mortar::replicate {

class Quorum {
 public:
  // `type`: none, auto, fixed, or empty where the volume says nothing: auto for three copies and more; fixed
  // is none while `count` is 0. EINVAL where that is more than there are.
  static Result<Quorum> make(const std::string& type, std::size_t count, std::size_t copies);

  // One copy is needed in any case. Exactly half of an even number is enough together with the first copy.
  bool is_met(Copies copies) const;
  // How many copies beside one have to be asked, so that one of them knows whatever a quorum does.
  std::size_t witnesses() const { return kind_ == Kind::none ? copies_ - 1 : copies_ - count_; }
  // So that whoever asks this many has asked one of each group that may change something.
  bool is_required() const { return kind_ != Kind::none; }
  // As the options say it; the number only where it is one that was chosen.
  const char* type() const { return kind_ == Kind::none ? "none" : kind_ == Kind::majority ? "auto" : "fixed"; }
  std::optional<std::size_t> fixed_count() const { return kind_ == Kind::fixed ? std::optional(count_) : std::nullopt; }

 private:
  enum class Kind { none, majority, fixed };
  Quorum(Kind kind, std::size_t count, std::size_t copies) : kind_(kind), count_(count), copies_(copies) {}

  Kind kind_;
  std::size_t count_;
  std::size_t copies_;
};

}  // namespace mortar::replicate
