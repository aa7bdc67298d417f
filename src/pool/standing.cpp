#include "pool/standing.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace mortar {

namespace {

constexpr std::string_view magic = "mortar-standing-1";
constexpr std::array<std::pair<Stage, std::string_view>, 3> words{
    {{Stage::alone, "alone"}, {Stage::following, "following"}, {Stage::voting, "voting"}}};

std::string_view take_word(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_of(" \n"), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

std::unexpected<Error> damaged() { return failed(EIO, "the file that says which pool this server is in is damaged"); }

}  // namespace

std::string format_standing(const Standing& standing) {
  const auto word = std::ranges::find(words, standing.stage, &decltype(words)::value_type::first);
  std::string text = fmt::format("{} {} {}", magic, word->second, standing.pool.text());
  for (const std::string& contact : standing.contacts) text += " " + contact;
  return text + "\n";
}

Result<Standing> parse_standing(std::string_view text) {
  if (!text.ends_with('\n') || take_word(text) != magic) return damaged();
  Standing standing;
  const auto word = std::ranges::find(words, take_word(text), &decltype(words)::value_type::second);
  const std::optional<Gfid> pool = Gfid::parse(take_word(text));
  if (word == words.end() || !pool) return damaged();
  standing.stage = word->first;
  standing.pool = *pool;
  if (pool->is_null() != (standing.stage == Stage::alone)) return damaged();
  while (!text.empty()) standing.contacts.emplace_back(take_word(text));
  return standing;
}

}  // namespace mortar
