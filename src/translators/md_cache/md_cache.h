// performance/md-cache: keeps nothing itself. What a mount knows of names and attributes is kept by the kernel; this
// place in the graph says for how long it may be believed, because the bricks tell of every change by others until
// then.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <tuple>

#include "translator/graph.h"
#include "translator/options.h"

namespace mortar {

struct MdCacheOptions {
  bool cache_invalidation = false;
  bool global_cache_invalidation = true;
  bool pass_through = false;
  std::chrono::seconds timeout{1};
  std::chrono::seconds notices_for{0};
  auto options(this auto& self) {
    using std::chrono::seconds;
    return std::tuple(
        Option{"cache-invalidation", self.cache_invalidation, "Bricks tell of changes by others"},
        Option{"global-cache-invalidation", self.global_cache_invalidation, "The kernel is told of them, too"},
        Option{"pass-through", self.pass_through, "Nothing is believed for longer because of notices"},
        Option{"md-cache-timeout", self.timeout, "How long names and attributes are believed", seconds(0),
               seconds(600)},
        Option{"notices-for", self.notices_for,
               "How long they are believed where bricks tell of changes and cache-invalidation does not say so",
               seconds(0), seconds(0x7fffffff)});
  }
};

class MdCache final : public PassOn {
 public:
  static Result<std::unique_ptr<Translator>> make(World& world, const VolumeSection& section);
  MdCache(std::string name, MdCacheOptions options) : PassOn(std::move(name)), options_(options) {}

  // Nothing where bricks do not tell of changes: then it is for the mount to say.
  std::optional<std::chrono::seconds> believable_for() const {
    if (!options_.global_cache_invalidation || options_.pass_through) return std::nullopt;
    if (options_.cache_invalidation) return options_.timeout;
    return options_.notices_for.count() != 0 ? std::optional(options_.notices_for) : std::nullopt;
  }

  Result<Done> reconfigure(const VolumeSection& section) override;
  void dump_state(std::string& out) const override;

 private:
  MdCacheOptions options_;
};

}  // namespace mortar
