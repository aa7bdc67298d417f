#include "translators/switches/switches.h"

#include <fmt/format.h>

#include <vector>

#include "translator/options.h"

namespace mortar {

namespace {

struct Switch {
  const char* type;
  const char* feature;            // as the refusal names it
  std::vector<const char*> keys;  // options that switch it on
};

const std::vector<Switch>& switches() {
  static const std::vector<Switch> table{
      {"features/trash", "the trash directory (features.trash)", {"trash"}},
      {"features/changelog", "the changelog of geo-replication (changelog.changelog)", {"changelog"}},
      {"features/bitrot-stub", "bit-rot detection (features.bitrot)", {"bitrot"}},
      {"features/worm", "write once, read many (features.worm)", {"worm", "worm-file-level"}},
      {"features/marker",
       "accounting for quota and geo-replication",
       {"quota", "inode-quota", "xtime", "gsync-force-xtime"}},
      {"features/barrier", "the barrier of snapshots (features.barrier)", {"barrier"}},
      {"features/quota", "quota (features.quota)", {"server-quota"}},
  };
  return table;
}

Result<Done> check_off(const Switch& which, const VolumeSection& section) {
  for (const char* key : which.keys) {
    const std::optional<std::string_view> text = section.option(key);
    bool on = false;
    if (!text || (parse_option(*text, on) && !on)) continue;
    return failed(ENOTSUP, fmt::format("volume {}: option {} is {}, but this release does not have {}; switch it off",
                                       section.name, key, *text, which.feature));
  }
  return done;
}

class SwitchedOff final : public PassOn {
 public:
  SwitchedOff(std::string name, const Switch& which) : PassOn(std::move(name)), which_(which) {}

  Result<Done> reconfigure(const VolumeSection& section) override { return check_off(which_, section); }

 private:
  const Switch& which_;
};

// Leases off is an answer of its own: clients ask.
class Leases final : public PassOn {
 public:
  using PassOn::PassOn;
  using PassOn::perform;

  static Result<std::unique_ptr<Translator>> make(World&, const VolumeSection& section) {
    const Result<Done> off = check_off(leases, section);
    if (!off) return std::unexpected(off.error());
    return std::make_unique<Leases>(section.name);
  }

  Task<fop::Lease::Reply> perform(const Call&, const fop::Lease&) override {
    return ready<fop::Lease::Reply>(failed(ENOSYS));
  }
  Result<Done> reconfigure(const VolumeSection& section) override { return check_off(leases, section); }

 private:
  static inline const Switch leases{"features/leases", "leases (features.leases)", {"leases"}};
};

}  // namespace

void add_switch_types(TranslatorTypes& types) {
  for (const Switch& which : switches()) {
    types.emplace(which.type, [&which](World&, const VolumeSection& section) -> Result<std::unique_ptr<Translator>> {
      const Result<Done> off = check_off(which, section);
      if (!off) return std::unexpected(off.error());
      return std::make_unique<SwitchedOff>(section.name, which);
    });
  }
  types.emplace("features/leases", Leases::make);
}

}  // namespace mortar
