#include "pool/option_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace mortar {

namespace {

std::unexpected<Error> refused(std::string sentence) { return failed(EINVAL, std::move(sentence)); }

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<Done> check_type(const Volume& volume, std::string_view key) {
  struct Rule {
    std::string_view key;
    VolumeType type;
    bool of_heal_daemon;
  };
  static constexpr Rule rules[] = {
      {"cluster.metadata-self-heal", VolumeType::replicate, false},
      {"cluster.data-self-heal", VolumeType::replicate, false},
      {"cluster.entry-self-heal", VolumeType::replicate, false},
      {"cluster.shd-max-threads", VolumeType::replicate, false},
      {"disperse.shd-max-threads", VolumeType::disperse, false},
      {"disperse.quorum-count", VolumeType::disperse, false},
      {"cluster.self-heal-daemon", VolumeType::replicate, true},
      {"cluster.disperse-self-heal-daemon", VolumeType::disperse, true},
  };
  const auto* rule = std::ranges::find(rules, key, &Rule::key);
  if (rule == std::end(rules) || rule->type == volume.type) return done;
  const std::string_view type = rule->type == VolumeType::replicate ? "replicate" : "disperse";
  if (rule->of_heal_daemon) return refused(fmt::format("Volume {} is not of {} type", volume.name, type));
  return refused(fmt::format("Cannot set {} for a non-{} volume.", key, type));
}

Result<Done> check_count(std::string_view key, std::string_view value, std::uint64_t least, std::uint64_t most) {
  const std::optional<std::uint64_t> count = number_in(value);
  if (!count) return refused(fmt::format("{} is not an integer. {} expects a valid integer value.", value, key));
  if (*count >= least && *count <= most) return done;
  return refused(fmt::format("{} in {} {} is out of range [{} - {}]", value, key, value, least, most));
}

Result<Done> check_throttle(std::string_view value) {
  if (value == "lazy" || value == "normal" || value == "aggressive") return done;
  const std::optional<std::uint64_t> threads = number_in(value);
  if (threads && *threads > 0) return done;
  return refused(
      threads ? "cluster.rebal-throttle should be within range of 0 and maximum number of cores available (cores "
                "available - 2)"
              : "cluster.rebal-throttle should be {lazy|normal|aggressive} or a number up to number of cores available "
                "(cores available - 2)");
}

Result<Done> check_snapshot_directory(std::string_view value) {
  if (value.size() < 2) {
    return refused("value of features.snapshot-directory too short, expects at least two characters");
  }
  if (value.starts_with('.')) return done;
  return refused("features.snapshot-directory expects value starting with '.' ");
}

}  // namespace

Result<Done> check_option_rules(const Volume& volume, std::string_view key, std::string_view value) {
  if (Result<Done> fits = check_type(volume, key); !fits) return fits;
  if (key == "cluster.quorum-count") return check_count(key, value, 1, volume.replica_count);
  if (key == "disperse.quorum-count") {
    return check_count(key, value, volume.disperse_count - volume.redundancy_count, volume.disperse_count);
  }
  if (key == "cluster.rebal-throttle") return check_throttle(value);
  if (key == "features.snapshot-directory") return check_snapshot_directory(value);
  if (key == "cluster.subvols-per-directory") {
    const std::size_t subvolumes = volume.bricks.size() / volume.set_size();
    const std::optional<std::uint64_t> wanted = number_in(value);
    if (!wanted || *wanted <= subvolumes) return done;
    return refused(
        fmt::format("subvols-per-directory({}) is greater than the number of subvolumes({}).", value, subvolumes));
  }
  if ((key == "features.default-retention-period" || key == "features.auto-commit-period") && !number_in(value)) {
    return refused(fmt::format("{} is not a valid uint64_t value. {} expects a valid uint64_t value.", value, key));
  }
  if (key == "features.quota-deem-statfs" && !volume.options.is_on("features.quota", false)) {
    return refused("Cannot set features.quota-deem-statfs. Enable quota first.");
  }
  if (key == "features.trash-dir" && !volume.options.is_on("features.trash", false)) {
    return refused(fmt::format("Trash translator is not enabled. Use volume set {} trash on", volume.name));
  }
  return done;
}

Result<Done> check_pool_option_rules(const Pool& pool, std::string_view key, std::string_view value) {
  if (key == "cluster.localtime-logging" && value != "enable" && value != "disable") {
    return refused(fmt::format("Invalid option({}). Valid options are 'enable' and 'disable'", value));
  }
  static constexpr std::string_view levels[] = {"INFO", "WARNING", "ERROR", "DEBUG", "TRACE"};
  if (key == "cluster.daemon-log-level" && std::ranges::find(levels, value) == std::end(levels)) {
    return refused(fmt::format(
        "Invalid option({}). Valid options are 'INFO' or 'WARNING' or 'ERROR' or 'DEBUG' or  'TRACE'", value));
  }
  if ((key == "cluster.brick-multiplex" || key == "cluster.brick-graceful-cleanup") && !boolean_word(value)) {
    return refused(fmt::format("{} is not a valid boolean value. {} expects a valid boolean value.", value, key));
  }
  const bool of_multiplexing = key == "cluster.max-bricks-per-process" || key == "glusterd.vol_count_per_thread";
  if (of_multiplexing && !pool.options.is_on("cluster.brick-multiplex", false)) {
    return refused(
        "Brick-multiplexing is not enabled. Please enable brick multiplexing before trying to set this option.");
  }
  return done;
}

}  // namespace mortar
