#include "pool/reset_options.h"

#include <fmt/format.h>

#include "pool/create_volume.h"
#include "pool/op_versions.h"
#include "pool/option_table.h"

namespace mortar {

namespace {

constexpr std::string_view granular_entry_heal = "cluster.granular-entry-heal";

bool may_be_reset(std::string_view key, bool force) {
  const OptionEntry* option = find_option(key);
  if (option == nullptr) return true;
  if ((option->flags & OptionEntry::never_reset) != 0) return false;
  return force || (option->flags & OptionEntry::needs_force) == 0;
}

std::string_view whole_key(std::string_view word) {
  const OptionEntry* option = find_option_by_word(word);
  return option == nullptr ? word : option->key;
}

void reset(OptionList& options, const ResetOptions& edit) {
  if (edit.key != "all") {
    options.erase(whole_key(edit.key));
    return;
  }
  std::vector<std::string> keys;
  for (const auto& [key, value] : options) keys.push_back(key);
  for (const std::string& key : keys) {
    if (may_be_reset(key, edit.force)) options.erase(key);
  }
}

}  // namespace

Result<Done> ResetOptions::check(const Pool& pool) const {
  if (!of_pool()) {
    if (Result<const Volume*> found = existing_volume(pool, volume); !found) return std::unexpected(found.error());
  }
  if (key == "all" || is_user_option(key)) return done;
  const OptionEntry* option = find_option_by_word(key);
  if (option == nullptr) {
    return failed(EINVAL, fmt::format("Option {} does not exist\nDid you mean {}?", key, nearest_option(key)));
  }
  if (of_pool() != (option->scope == OptionScope::pool)) {
    return failed(EINVAL, of_pool() ? "Not a valid option for all volumes" : "Not a valid option for single volume");
  }
  if (!may_be_reset(option->key, force)) {
    return failed(EINVAL, fmt::format("'{}' is protected. To reset use 'force'.", option->key));
  }
  return done;
}

void ResetOptions::apply(Pool& pool) const {
  if (of_pool()) {
    ++pool.options_version;
    reset(pool.options, *this);
    return;
  }
  Volume& changed = *pool.find(volume);
  reset(changed.options, *this);
  set_starting_options(changed, whole_key(key));
  // Only a new volume starts with it: what waits to be healed may have names that nobody has noted.
  if (key == "all" || whole_key(key) == granular_entry_heal) changed.options.erase(granular_entry_heal);
  update_op_versions(changed);
  ++changed.version;
}

}  // namespace mortar
