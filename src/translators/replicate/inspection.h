// What users may ask of a file in split brain through a mount, by extended attributes that no brick has:
//
//   get replica.split-brain-status             in which parts it is, and what the copies are called
//   set replica.split-brain-choice             COPY: it is read from that one for a while, by this client; none: not
//                                              any more
//   set replica.split-brain-choice-timeout     MINUTES, of choices to come
//   set replica.split-brain-heal-finalize      COPY: that one is right, and the file is healed from it
#pragma once

#include <chrono>
#include <functional>
#include <string_view>

#include "translators/replicate/healer.h"

namespace mortar::replicate {

class Inspection {
 public:
  // Both outlive this. `forget`: the kernel is to forget what it has of a file.
  Inspection(Volume& volume, Healer& healer, std::function<void(const Gfid&)> forget)
      : volume_(volume), healer_(healer), forget_(std::move(forget)) {}

  static bool is_meant(const fop::Getxattr& get);
  static bool is_meant(const fop::Setxattr& set);
  // EAGAIN where a copy does not answer.
  Task<fop::Values> get(Gfid gfid);
  // EINVAL where there is no such copy, or the file is not in split brain.
  Task<fop::Acknowledged> set(fop::Setxattr set);

  // The copy that somebody wants to see, where it is there.
  std::optional<Copy> chosen(const Gfid& gfid);

 private:
  struct Choice {
    Copy copy = 0;
    Instant until;
  };

  std::optional<Copy> copy_named(std::string_view name) const;
  Task<> choose(Gfid gfid, std::string name);
  Task<> finalize(Gfid gfid, std::string name);
  Task<> end_choice(Gfid gfid, Instant until);

  static constexpr std::size_t most_choices = 1024;

  Volume& volume_;
  Healer& healer_;
  const std::function<void(const Gfid&)> forget_;
  RecentObjects<Choice> choices_{most_choices};
  Duration timeout_ = std::chrono::minutes(5);
  TaskSet ending_;
};

}  // namespace mortar::replicate
