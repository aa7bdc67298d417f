#include "command/completion.h"

#include <algorithm>

#include "command/commands.h"
#include "pool/option_table.h"

namespace mortar::command {

namespace {

// Whether the words before are the first ones of the command's name.
bool is_on_the_way(const Command& command, const std::vector<std::string>& before) {
  return command.group != Group::hidden && command.name.size() > before.size() &&
         std::equal(before.begin(), before.end(), command.name.begin());
}

// volume set VOLUME <KEY> VALUE <KEY> VALUE ..., volume get VOLUME <KEY>, volume reset VOLUME <KEY>
bool is_key_of_option(const std::vector<std::string>& before) {
  if (before.size() < 3 || before[0] != "volume") return false;
  return (before[1] == "set" && before.size() % 2 == 1) ||
         ((before[1] == "get" || before[1] == "reset") && before.size() == 3);
}

}  // namespace

bool takes_volume(const std::vector<std::string>& before) {
  return std::ranges::any_of(all_commands(), [&before](const Command& command) {
    return std::ranges::equal(command.name, before) &&
           (command.pattern.starts_with("<VOLNAME") || command.pattern.contains("|<VOLNAME>]"));
  });
}

std::vector<std::string> words_that_fit(const std::vector<std::string>& before, std::string_view beginning) {
  std::vector<std::string> words;
  for (const Command& command : all_commands()) {
    if (is_on_the_way(command, before)) words.emplace_back(command.name[before.size()]);
  }
  if (is_key_of_option(before)) {
    for (const OptionEntry& option : option_table()) words.emplace_back(option.key);
  }
  std::erase_if(words, [beginning](const std::string& word) { return !word.starts_with(beginning); });
  std::ranges::sort(words);
  const auto doubles = std::ranges::unique(words);
  words.erase(doubles.begin(), doubles.end());
  return words;
}

}  // namespace mortar::command
