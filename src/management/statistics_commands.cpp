// volume profile and volume top: what the bricks measured, each asked by its own server.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/join.h"
#include "management/brick_questions.h"
#include "management/commands.h"

namespace mortar::commands {

namespace {

using namespace std::chrono_literals;

// "op".
enum class Wanted : std::int64_t { start = 1, stop = 2, info = 3, top = 4 };

// Long enough for a brick that tries its file system first.
constexpr auto answer_limit = 600s;

Result<std::vector<Brick>> bricks_asked(Management& management, const Volume& volume, const Dictionary& request) {
  std::vector<Brick> bricks;
  const std::string only(request.text("brick").value_or(""));
  bool found = only.empty();
  for (const Brick& brick : volume.bricks) {
    if (!only.empty() && brick.text() != only) continue;
    found = true;
    if (brick.server == management.server() && management.supervisor().running(volume, brick)) bricks.push_back(brick);
  }
  if (!found) return failed(EINVAL, fmt::format("No brick {} in volume {}", only, volume.name));
  return bricks;
}

Result<Done> check_asked(const Volume& volume, const Dictionary& request, Wanted wanted) {
  if (wanted == Wanted::info && !is_profiled(volume)) {
    return failed(EINVAL, fmt::format("Profile on Volume {} is not started", volume.name));
  }
  if (volume.status != VolumeState::started) {
    return failed(EINVAL, fmt::format("Volume {} is not started.", volume.name));
  }
  if (request.number("nfs").value_or(0) != 0) return failed(ENOTSUP, "NFS server is not running");
  return done;
}

// All bricks at once; one that ended meanwhile is left out as if it had not run before.
Task<Dictionary> collect(Management& management, Volume volume, std::vector<Brick> bricks, Dictionary request) {
  std::vector<Task<Dictionary>> asking;
  for (const Brick& brick : bricks) {
    brick_operation::TranslatorInfo question;
    question.name = brick.path;
    question.input.dictionary = request;
    asking.push_back(ask_about(management, volume, brick, std::move(question), "its statistics", answer_limit));
  }
  std::vector<Result<Dictionary>> told = co_await tried(all(std::move(asking)));
  Dictionary reply;
  std::int64_t count = 0;
  for (std::size_t place = 0; place < bricks.size(); ++place) {
    if (!told[place] && !management.supervisor().running(volume, bricks[place])) continue;
    if (!told[place]) co_return told[place].error();
    ++count;
    reply.append(fmt::format("{}-brick", count), Text{bricks[place].text()});
    for (const auto& [key, value] : *told[place]) reply.append(fmt::format("{}-{}", count, key), value);
  }
  set_number(reply, "count", count);
  co_return reply;
}

// Bricks are numbered from 1 on: those of the next server behind those there are. Yields how many there are then.
std::int64_t add_numbered(Dictionary& reply, const Dictionary& answer, std::int64_t before) {
  for (const auto& [key, value] : answer) {
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(key.data(), key.data() + key.size(), number);
    if (problem == std::errc()) reply.append(fmt::format("{}{}", before + number, end), value);
  }
  return before + answer.number("count").value_or(0);
}

}  // namespace

Task<Dictionary> own_statistics(Management& management, Dictionary question) {
  std::string name = co_await tried(required(question, "volname"));
  const Volume* found = co_await tried(existing_volume(management.pool(), name));
  const Volume volume = *found;
  std::vector<Brick> bricks = co_await tried(bricks_asked(management, volume, question));
  Dictionary answer = co_await tried(collect(management, volume, std::move(bricks), std::move(question)));
  co_return std::move(answer);
}

Task<Dictionary> profile_volume(Management& management, Dictionary request) {
  std::string name = co_await tried(required(request, "volname"));
  request.erase("cmd-str");
  const Volume* found = co_await tried(existing_volume(management.pool(), name));
  const auto wanted = static_cast<Wanted>(request.number("op").value_or(0));
  if (wanted == Wanted::start || wanted == Wanted::stop) {
    co_await tried(management.profile_volume({name, wanted == Wanted::start}));
    co_return request;
  }
  if (wanted != Wanted::info && wanted != Wanted::top) co_return failed(EINVAL, "Unable to get operation");
  co_await tried(check_asked(*found, request, wanted));
  const Gathered gathered =
      co_await tried(management.ask_servers(std::string(subject::statistics), request, answer_limit));
  Dictionary reply = std::move(request);
  std::int64_t count = 0;
  for (const Dictionary& answer : gathered.answers) count = add_numbered(reply, answer, count);
  set_number(reply, "count", count);
  name_silent(reply, gathered.silent);
  co_return std::move(reply);
}

}  // namespace mortar::commands
