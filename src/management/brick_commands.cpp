// volume add-brick and remove-brick.
#include <fmt/format.h>

#include "management/commands.h"
#include "pool/names.h"

namespace mortar::commands {

namespace {

constexpr std::size_t most_bricks = 10'000;

// "command" of remove-brick.
enum class Removal : std::int64_t { start = 1, commit = 2, force = 5 };

Result<RemoveBricks> parse_removal(const Dictionary& request) {
  Result<std::string> name = required(request, "volname");
  if (!name) return std::unexpected(name.error());
  RemoveBricks edit{.volume = std::move(*name), .bricks = {}, .replica_count = count_in(request, "replica-count", 0)};
  std::string words;
  const std::int64_t count = request.number("count").value_or(0);
  if (count < 0 || count > static_cast<std::int64_t>(most_bricks)) return failed(E2BIG, "There are too many bricks.");
  for (std::int64_t place = 1; place <= count; ++place) {
    Result<std::string> word = required(request, fmt::format("brick{}", place));
    if (!word) return std::unexpected(word.error());
    words += *word + " ";
  }
  Result<std::vector<Brick>> bricks = parse_bricks(words);
  if (!bricks) return std::unexpected(bricks.error());
  edit.bricks = std::move(*bricks);
  return edit;
}

}  // namespace

Result<std::vector<Brick>> parse_bricks(std::string_view words) {
  std::vector<Brick> bricks;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (end != 0) {
      Result<BrickWord> word = parse_brick(words.substr(0, end));
      if (!word) return std::unexpected(word.error());
      bricks.push_back(Brick{std::move(word->host), std::move(word->path), {}});
    }
    words.remove_prefix(std::min(end + 1, words.size()));
    if (bricks.size() > most_bricks) return failed(E2BIG, "There are too many bricks.");
  }
  return bricks;
}

std::string brick_words(const std::vector<Brick>& bricks) {
  std::string words;
  for (const Brick& brick : bricks) words += (words.empty() ? "" : " ") + brick.text();
  return words;
}

std::uint32_t count_in(const Dictionary& request, std::string_view key, std::uint32_t otherwise) {
  const std::int64_t number = request.number(key).value_or(otherwise);
  return number < 0 || number > 65536 ? 65536 : static_cast<std::uint32_t>(number);
}

Task<Dictionary> add_bricks(Management& management, Dictionary request) {
  AddBricks edit;
  edit.volume = co_await tried(required(request, "volname"));
  const std::string words = co_await tried(required(request, "bricks"));
  edit.bricks = co_await tried(parse_bricks(words));
  edit.replica_count = count_in(request, "replica-count", 0);
  edit.arbiter_count = count_in(request, "arbiter-count", 0);
  edit.force = request.number("force").value_or(0) != 0;
  Dictionary reply;
  reply.set_text("volname", edit.volume);
  const Occurrence event = events::VolumeAddBrick::with(edit.volume, brick_words(edit.bricks));
  const Reports reports = co_await tried(management.add_bricks(std::move(edit)));
  management.announcer().raise(event);
  name_silent(reply, reports.silent);
  co_return reply;
}

Task<Dictionary> remove_bricks(Management& management, Dictionary request) {
  RemoveBricks edit = co_await tried(parse_removal(request));
  const auto removal = static_cast<Removal>(request.number("command").value_or(0));
  if (removal != Removal::force) {
    co_await tried(edit.check(management.pool()));
  }
  const Volume* volume = management.pool().find(edit.volume);
  if (removal != Removal::force && edit.removes_copies(*volume)) {
    co_return failed(0, "Migration of data is not needed when reducing replica count. Use the 'force' option");
  }
  if (removal == Removal::commit) {
    co_return failed(
        EINVAL, fmt::format("Brick {} is not decommissioned. Use start or force option", edit.bricks.front().text()));
  }
  if (removal != Removal::force) {
    co_return failed(ENOTSUP,
                     "this release cannot move data off bricks yet; `force` removes them with what is on them. Nothing "
                     "was changed");
  }
  Dictionary reply;
  reply.set_text("volname", edit.volume);
  const Occurrence event = events::VolumeRemoveBrickForce::with(edit.volume, brick_words(edit.bricks));
  const Reports reports = co_await tried(management.remove_bricks(std::move(edit)));
  management.announcer().raise(event);
  name_silent(reply, reports.silent);
  co_return reply;
}

}  // namespace mortar::commands
