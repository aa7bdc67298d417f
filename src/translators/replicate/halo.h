// Copies that are far are done without, as long as enough are near ("halo replication"): what is changed meanwhile they
// miss, as if they were away, and the self-heal daemon brings it. Who is far is measured by round trips.
//
// A quorum is used in any case where it is reached; the copies of a volume without one are each other's only as of the
// last heal.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "translator/distance.h"
#include "translator/options.h"
#include "translator/translator.h"
#include "translators/replicate/quorum.h"

namespace mortar::replicate {

struct HaloOptions {
  bool is_enabled = false;
  std::uint32_t most_milliseconds = 5;
  std::uint32_t most_milliseconds_of_healers = 99999;
  std::uint32_t most_copies = 99999;
  std::uint32_t least_copies = 2;
  bool is_self_heal_daemon = false;

  auto options(this auto& self) {
    return std::tuple(
        Option{"halo-enabled", self.is_enabled, "Copies that are far are not used while enough are near"},
        Option{"halo-max-latency", self.most_milliseconds, "A round trip of more milliseconds is far", 1u,
               99999u},
        Option{"halo-shd-max-latency", self.most_milliseconds_of_healers, "The same, of a self-heal daemon", 1u,
               99999u},
        Option{"halo-max-replicas", self.most_copies, "How many copies are used at most", 1u, 99999u},
        Option{"halo-min-replicas", self.least_copies, "How many are used, near or not", 1u, 99999u},
        Option{"iam-self-heal-daemon", self.is_self_heal_daemon, "This process heals"});
  }

  // A healer gets to all that it reaches.
  std::uint32_t limit() const { return is_self_heal_daemon ? most_milliseconds_of_healers : most_milliseconds; }
  std::size_t most() const { return is_self_heal_daemon ? replicate::most_copies : most_copies; }
};

// Milliseconds, by copy; of those that are reached.
using Distances = std::vector<std::optional<std::int64_t>>;

// Which of the copies that are reached are to be used, as long as the distances stay so. Those in use stay unless they
// are far, or another one is much nearer.
Copies chosen_by_distance(const HaloOptions& options, const Quorum& quorum, Copies with_data,
                          const Distances& distances, Copies in_use);

class Halo {
 public:
  // What a set of copies is when it is chosen from.
  struct Set {
    Copies up;
    Copies with_data;
    Quorum quorum;
  };
  explicit Halo(std::function<Set()> set) : set_(std::move(set)) {}

  void begin(const std::vector<Translator*>& children);
  void set_options(HaloOptions options);
  // No subvolume is asked for anything any more.
  void end();
  // A copy came up, or went.
  void changed();
  void dump_state(std::string& out) const;

 private:
  void measured(Copy copy, std::optional<Duration> distance);
  void choose();
  void rest(Copy copy, bool rests);

  std::function<Set()> set_;
  HaloOptions options_;
  std::vector<Distant*> subvolumes_;  // null: how far it is cannot be told
  Distances distances_;
  Copies resting_;
  bool is_measuring_ = false;
};

}  // namespace mortar::replicate
