#include "pool/set_options.h"

#include <fmt/format.h>

#include <charconv>

#include "pool/op_versions.h"
#include "pool/option_rules.h"
#include "pool/option_table.h"
#include "pool/option_values.h"

namespace mortar {

namespace {

std::unexpected<Error> refused(std::string sentence) { return failed(EINVAL, std::move(sentence)); }

// Options that have a command of their own. The sentences show the word as it was typed.
Result<Done> check_own_command(const Volume* volume, std::string_view key, std::string_view word,
                               std::string_view value) {
  if (key == "features.quota" || key == "features.inode-quota") {
    const bool on = boolean_word(value).value_or(false);
    // Stock switches both off by one command.
    std::string_view command = on && key == "features.inode-quota" ? "inode-quota" : "quota";
    return refused(
        fmt::format(" 'gluster volume set <VOLNAME> {} {}' is deprecated. Use 'gluster volume {} <VOLNAME> {}' "
                    "instead.",
                    word, value, command, on ? "enable" : "disable"));
  }
  static constexpr std::pair<std::string_view, std::string_view> of_bitrot[] = {
      {"features.bitrot", "{enable|disable}"},
      {"features.scrub", "scrub {pause|resume}"},
      {"features.scrub-freq", "scrub-frequency {hourly|daily|weekly|biweekly|monthly}"},
      {"features.scrub-throttle", "scrub-throttle  {lazy|normal|aggressive}"}};
  for (const auto& [option, words] : of_bitrot) {
    if (key != option) continue;
    return refused(
        fmt::format(" 'gluster volume set <VOLNAME> {}' is invalid command. Use 'gluster volume bitrot <VOLNAME> {}' "
                    "instead.",
                    word, words));
  }
  // As long as nothing was written, nothing has to be healed before.
  const bool was_started = volume != nullptr && volume->status != VolumeState::created;
  if (key == "cluster.granular-entry-heal" && was_started) {
    return refused(
        fmt::format(" 'gluster volume set <VOLNAME> {} {{enable, disable}}' is not supported. Use 'gluster volume heal "
                    "<VOLNAME> granular-entry-heal {{enable, disable}}' instead.",
                    word));
  }
  if (key == "ganesha.enable") {
    return refused("The option nfs-ganesha should be enabled before setting ganesha.enable.");
  }
  return done;
}

Result<Done> check_available(const OptionEntry& option, std::string_view value) {
  const bool off = value == "none" || !boolean_word(value).value_or(true);
  if (off || (option.flags & OptionEntry::not_here) == 0) return done;
  return refused(
      fmt::format("{} cannot be switched on: this release does not have it yet; nothing was changed.", option.key));
}

std::string not_supported(std::uint32_t wanted, std::uint32_t newest) {
  return fmt::format("Required op_version ({}) is not supported. Max supported op version is {}", wanted, newest);
}

// Servers that cannot do it are named as if they had been asked.
Result<Done> check_op_version(const Pool& pool, std::string_view value, bool only) {
  if (!only) return refused("Option \"cluster.op-version\" cannot be set along with other options");
  std::uint32_t wanted = 0;
  auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), wanted);
  if (problem != std::errc() || end != value.data() + value.size()) {
    return refused(fmt::format("invalid number format \"{}\" in option \"cluster.op-version\"", value));
  }
  if (wanted > newest_op_version || wanted < oldest_op_version) {
    return refused(not_supported(wanted, newest_op_version));
  }
  for (const Server& server : pool.servers) {
    if (wanted <= server.newest_op_version) continue;
    return refused(fmt::format("Staging failed on {}. Error: {}", server.names.front(),
                               not_supported(wanted, server.newest_op_version)));
  }
  if (wanted <= pool.op_version) {
    return refused(
        fmt::format("Required op-version ({}) should not be equal or lower than current cluster op-version ({}).",
                    wanted, pool.op_version));
  }
  return done;
}

// The volume is null for options of the pool.
Result<Done> check_pair(const Pool& pool, const SetOptions& edit, const Volume* volume, std::string_view word,
                        std::string_view value) {
  if (is_user_option(word)) {
    static constexpr OptionEntry any{.kind = OptionKind::text};
    if (word.find_first_of(" \t\n=\"`") != std::string_view::npos) return refused("A key holds no blanks or quotes.");
    return check_option_value(any, value);
  }
  const OptionEntry* option = find_option_by_word(word);
  if (option == nullptr) {
    return refused(fmt::format("option : {} does not exist\nDid you mean {}?", word, nearest_option(word)));
  }
  if (Result<Done> own = check_own_command(volume, option->key, word, value); !own && !edit.of_own_command) return own;
  if (option->key == "cluster.max-op-version") return refused("Not a valid option to set");
  if (option->key == "cluster.op-version" && !edit.of_pool()) {
    return refused("Option \"cluster.op-version\" is not valid for a single volume");
  }
  if (option->key == "cluster.op-version") return check_op_version(pool, value, edit.pairs.size() == 1);
  if (edit.of_pool() && option->scope != OptionScope::pool) return refused("Not a valid option for all volumes");
  if (!edit.of_pool() && option->scope == OptionScope::pool) return refused("Not a valid option for single volume");
  if (option->op_version > pool.op_version) {
    return refused(fmt::format("Option {} needs cluster.op-version {}; the pool runs {}.", option->key,
                               option->op_version, pool.op_version));
  }
  const Result<Done> allowed = volume == nullptr ? check_pool_option_rules(pool, option->key, value)
                                                 : check_option_rules(*volume, option->key, value);
  if (!allowed) return allowed;
  if (Result<Done> fits = check_option_value(*option, value); !fits) return fits;
  return check_available(*option, value);
}

std::string_view whole_key(std::string_view word) {
  const OptionEntry* option = find_option_by_word(word);
  return option == nullptr ? word : option->key;
}

// Options that only make sense together.
Result<Done> check_together(const Volume& volume) {
  const bool worm =
      volume.options.is_on("features.worm", false) || volume.options.is_on("features.worm-file-level", false);
  if (volume.options.is_on("features.read-only", false) && worm) {
    return refused("read-only and worm cannot be set together");
  }
  const auto least = volume.options.find("performance.cache-min-file-size");
  const auto most = volume.options.find("performance.cache-max-file-size");
  if (least && most && size_in_bytes(*least) > size_in_bytes(*most)) {
    return refused(fmt::format("cache-min-file-size ({}) is greater than cache-max-file-size ({})", *least, *most));
  }
  return done;
}

}  // namespace

Result<Done> SetOptions::check(const Pool& pool) const {
  if (pairs.empty()) return refused("Options not specified");
  const Volume* target = nullptr;
  if (!of_pool()) {
    Result<const Volume*> found = existing_volume(pool, volume);
    if (!found) return std::unexpected(found.error());
    target = *found;
  }
  for (const auto& [key, value] : pairs) {
    if (Result<Done> fits = check_pair(pool, *this, target, key, value); !fits) return fits;
  }
  if (target == nullptr) return done;
  Volume after = *target;
  for (const auto& [key, value] : pairs) after.options.set(whole_key(key), value);
  return check_together(after);
}

void SetOptions::apply(Pool& pool) const {
  if (of_pool()) {
    ++pool.options_version;
    for (const auto& [word, value] : pairs) {
      const std::string_view key = whole_key(word);
      if (key == "cluster.op-version") {
        std::from_chars(value.data(), value.data() + value.size(), pool.op_version);
      } else {
        pool.options.set(key, value);
      }
    }
    return;
  }
  Volume& changed = *pool.find(volume);
  for (const auto& [word, value] : pairs) changed.options.set(whole_key(word), value);
  update_op_versions(changed);
  ++changed.version;
}

}  // namespace mortar
