// volume statedump: the bricks, each told by its own server, or a client, write down what they know. A brick is told
// which parts are wanted by a file, and that it shall write by a signal; ours removes the file when it has written.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/log.h"
#include "management/commands.h"

namespace mortar::commands {

namespace {

using namespace std::chrono_literals;

constexpr int dump_signal = 10;  // SIGUSR1 of Linux
// By then a dump has been written, as scripts expect; bricks that leave the file to us take all of it.
constexpr auto dump_limit = 3s;
constexpr auto dump_step = 20ms;
constexpr Duration servers_limit = 10s;
constexpr std::size_t most_words = 64;

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty() && words.size() < most_words) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end != 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

// A line of the file is a key and a value: words that hold more do not come from a command line.
Result<std::string> options_file(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    if (!std::ranges::all_of(word, [](char letter) { return letter >= 'a' && letter <= 'z'; })) {
      return failed(EINVAL, fmt::format("'{}' is no part of a state dump", word));
    }
    text += fmt::format("{}=yes\n", word);
  }
  return text.empty() ? std::string("all=yes\n") : text;
}

Task<> wait_for_dumps(World& world, std::vector<std::string> files) {
  const Instant limit = world.now() + dump_limit;
  auto is_there = [&world](const std::string& path) {
    return world.files().status(FileSystem::no_directory, path).has_value();
  };
  while (std::ranges::any_of(files, is_there) && world.now() < limit) {
    co_await tried(world.sleep(dump_step));
  }
  for (const std::string& path : files) {
    const Result<Done> removed = world.files().remove_tree(path);
    if (!removed) log::warning("management", "{} stays: {}", path, removed.error().sentence());
  }
  co_return done;
}

Task<std::int64_t> dump_bricks(Management& management, Volume volume, std::string options) {
  World& world = management.world();
  std::vector<std::string> files;
  Result<Done> outcome = done;
  for (const Brick& brick : volume.bricks) {
    const std::optional<RunningBrick> running = management.supervisor().running(volume, brick);
    if (brick.server != management.server() || !running) continue;
    files.push_back(
        fmt::format("{}/glusterdump.{}.options", management.places().settings().run_directory, running->pid));
    Result<Done> told = world.files().write_file(files.back(), options);
    if (told) told = world.processes().signal(running->pid, dump_signal);
    if (!told && outcome) {
      outcome = failed(told.error().number(), fmt::format("Brick {} cannot be told to write its state: {}",
                                                          brick.text(), told.error().sentence()));
    }
  }
  const auto count = static_cast<std::int64_t>(files.size());
  co_await tried(wait_for_dumps(world, std::move(files)));
  co_await tried(std::move(outcome));
  co_return count;
}

Result<std::uint32_t> process_number(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem == std::errc() && end == text.data() + text.size()) return number;
  return failed(EINVAL, fmt::format("'{}' is no number of a process", text));
}

// A client is connected to one server, and who gives the command does not know to which.
Task<> dump_client(Management& management, std::string host, std::string pid) {
  co_await tried(process_number(pid));
  Dictionary question;
  question.set_text("host", host);
  question.set_text("pid", pid);
  co_await tried(management.ask_servers(std::string(subject::client_state_dump), std::move(question), servers_limit));
  co_return done;
}

}  // namespace

Task<Dictionary> dump_own_client(Management& management, Dictionary question) {
  std::string host = co_await tried(required(question, "host"));
  const std::string text = co_await tried(required(question, "pid"));
  const std::uint32_t pid = co_await tried(process_number(text));
  const std::vector<std::string> addresses = co_await tried(management.world().network().resolve(std::move(host)));
  management.tell_client_to_dump(addresses, pid);
  co_return Dictionary{};
}

Task<Dictionary> dump_own_state(Management& management, Dictionary question) {
  std::string name = co_await tried(required(question, "volname"));
  const Volume* found = co_await tried(existing_volume(management.pool(), name));
  std::string options = co_await tried(options_file(words_of(question.text("options").value_or(""))));
  const std::int64_t count = co_await tried(dump_bricks(management, *found, std::move(options)));
  Dictionary answer;
  set_number(answer, "count", count);
  co_return std::move(answer);
}

Task<Dictionary> dump_volume_state(Management& management, Dictionary request) {
  std::string name = co_await tried(required(request, "volname"));
  const Volume* found = co_await tried(existing_volume(management.pool(), name));
  const Volume volume = *found;
  if (volume.status != VolumeState::started) {
    co_return failed(EINVAL, fmt::format("Volume {} is not in the started state", name));
  }
  std::vector<std::string> words = words_of(request.text("options").value_or(""));
  const auto has = [&words](std::string_view word) { return std::ranges::find(words, word) != words.end(); };
  if (has("quotad")) co_return failed(EINVAL, fmt::format("Quota is not enabled on volume {}", name));
  if (has("nfs")) co_return failed(ENOTSUP, "NFS server is not running");
  if (has("client")) {
    if (words.size() != 3)
      co_return failed(EINVAL, "for gluster client statedump, options should be after the key 'client'");
    co_await tried(dump_client(management, words[1], words[2]));
  } else {
    co_await tried(options_file(words));
    const Gathered gathered =
        co_await tried(management.ask_servers(std::string(subject::state_dump), request, servers_limit));
    std::int64_t dumped = 0;
    for (const Dictionary& answer : gathered.answers) dumped += answer.number("count").value_or(0);
    if (dumped == 0) co_return failed(ENOENT, fmt::format("No brick of volume {} runs.", name));
  }
  Dictionary reply;
  reply.set_text("volname", name);
  co_return reply;
}

}  // namespace mortar::commands
