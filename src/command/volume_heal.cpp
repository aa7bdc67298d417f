// volume heal: what is for the self-heal daemons goes to glusterd; what asks the volume itself is done by glfsheal (see
// heal_call.h).
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "command/handlers.h"
#include "command/heal_call.h"
#include "pool/names.h"
#include "wire/messages/commands.h"
#include "wire/messages/heal_operations.h"

namespace mortar::command {

namespace {

using heal::Operation;

// What the words ask for.
struct Wish {
  Operation operation = Operation::index;
  std::vector<std::string> helper;  // what glfsheal is told of it; it does all but what has none
  std::string brick_host, brick_path;
};

bool is_for_daemons(Operation operation) {
  switch (operation) {
    case Operation::index:
    case Operation::full:
    case Operation::statistics:
    case Operation::count:
    case Operation::count_per_replica:
    case Operation::enable:
    case Operation::disable:
    case Operation::granular_enable:
    case Operation::granular_disable: return true;
    default: return false;
  }
}

// What a sentence about the outcome begins with.
std::string_view deed(Operation operation) {
  switch (operation) {
    case Operation::index: return "Launching heal operation to perform index self heal";
    case Operation::full: return "Launching heal operation to perform full self heal";
    case Operation::statistics: return "Gathering crawl statistics";
    case Operation::count: return "Gathering count of entries to be healed";
    case Operation::count_per_replica: return "Gathering count of entries to be healed per replica";
    case Operation::enable: return "Enable heal";
    case Operation::disable: return "Disable heal";
    case Operation::granular_enable: return "Enable granular entry heal";
    case Operation::granular_disable: return "Disable granular entry heal";
    default: return "";
  }
}

std::optional<Wish> simple(std::string_view word) {
  if (word == "full") return Wish{Operation::full};
  if (word == "enable") return Wish{Operation::enable};
  if (word == "disable") return Wish{Operation::disable};
  if (word == "statistics") return Wish{Operation::statistics};
  if (word == "info") return Wish{Operation::summary};
  return std::nullopt;
}

std::optional<Wish> of_two(std::string_view first, std::string_view second) {
  if (first == "statistics" && second == "heal-count") return Wish{Operation::count};
  if (first == "info" && second == "summary") {
    return Wish{Operation::info_summary, {std::string(heal_call::info_summary)}};
  }
  if (first == "info" && second == "split-brain") {
    return Wish{Operation::split_brain_files, {std::string(heal_call::split_brain_info)}};
  }
  if (first != "granular-entry-heal" || (second != "enable" && second != "disable")) return std::nullopt;
  // Without it heals look at all names: what waits is not lost by that.
  if (second == "disable") return Wish{Operation::granular_disable};
  return Wish{Operation::granular_enable, {std::string(heal_call::granular_entry_heal)}};
}

// "HOST:/PATH" of a brick.
std::optional<Wish> with_brick(Wish wish, const std::string& word) {
  Result<BrickWord> brick = parse_brick(word);
  if (!brick) return std::nullopt;
  wish.brick_host = std::move(brick->host);
  wish.brick_path = std::move(brick->path);
  return wish;
}

std::optional<Wish> of_split_brain(const std::vector<std::string>& words) {
  if (words.size() < 6 || words.size() > 7) return std::nullopt;
  const std::string& how = words[4];
  Wish wish{Operation::use_bigger_file, {how, words[5]}};
  if (words.size() == 6 && how == heal_call::bigger_file) return wish;
  wish.operation = Operation::use_latest_mtime;
  if (words.size() == 6 && how == heal_call::latest_mtime) return wish;
  if (how != heal_call::source_brick) return std::nullopt;
  wish.operation = Operation::use_source_brick;
  if (words.size() == 7) wish.helper.push_back(words[6]);
  return with_brick(std::move(wish), words[5]);
}

// Nothing where the words make no sense.
std::optional<Wish> wish_of(const std::vector<std::string>& words) {
  if (words.size() < 3) return std::nullopt;
  if (words.size() == 3) return Wish{};
  if (words.size() == 4) return simple(words[3]);
  if (words.size() == 5) return of_two(words[3], words[4]);
  if (words[3] == "split-brain") return of_split_brain(words);
  const bool of_replica =
      words.size() == 7 && words[3] == "statistics" && words[4] == "heal-count" && words[5] == "replica";
  if (of_replica) return with_brick(Wish{Operation::count_per_replica}, words[6]);
  return std::nullopt;
}

void print_walks(Console& console, const Dictionary& values, const std::string& brick) {
  console.out("------------------------------------------------");
  console.out("\nCrawl statistics for brick no " + brick);
  console.out(fmt::format("Hostname of brick {}", values.text(brick + "-hostname").value_or("")));
  constexpr std::int64_t most_walks = 65536;
  const std::int64_t walks = std::clamp<std::int64_t>(values.number(heal::walks_key(brick)).value_or(0), 0, most_walks);
  for (std::size_t walk = 0; walk < static_cast<std::size_t>(walks); ++walk) {
    auto text = [&](std::string_view value) { return values.text(heal::walk_key(value, brick, walk)).value_or(""); };
    auto number = [&](std::string_view value) { return values.number(heal::walk_key(value, brick, walk)).value_or(0); };
    console.out(fmt::format("\nStarting time of crawl: {}", text(heal::walk_began)));
    if (number(heal::walk_in_progress) == 1) {
      console.out("\nCrawl is in progress");
    } else {
      console.out(fmt::format("\nEnding time of crawl: {}", text(heal::walk_ended)));
    }
    console.out(fmt::format("\nType of crawl: {}", text(heal::walk_type)));
    console.out(fmt::format("No. of entries healed: {}", number(heal::walk_healed)));
    console.out(fmt::format("No. of entries in split-brain: {}", number(heal::walk_split_brain)));
    console.out(fmt::format("No. of heal failed entries: {}", number(heal::walk_failed)));
  }
}

void print_count(Console& console, const Dictionary& values, const std::string& brick) {
  console.out(fmt::format("\nBrick {}:{}", values.text(brick + "-hostname").value_or(""),
                          values.text(brick + "-path").value_or("")));
  const std::string_view status = values.text(heal::status_key(brick)).value_or("");
  if (!status.empty()) console.out(fmt::format("Status: {}", status));
  if (const std::optional<std::int64_t> count = values.number(heal::count_key(brick))) {
    console.out(fmt::format("Number of entries: {}", *count));
  } else {
    console.out("No gathered input for this brick");
  }
}

void print(Console& console, Operation operation, const Dictionary& values) {
  constexpr std::int64_t most_bricks = 65536;
  const std::int64_t bricks = std::clamp<std::int64_t>(values.number("count").value_or(0), 0, most_bricks);
  for (std::int64_t brick = 0; brick < bricks; ++brick) {
    const std::string number = fmt::to_string(brick);
    if (!values.has(number + "-hostname")) continue;
    if (operation == Operation::statistics) print_walks(console, values, number);
    if (operation == Operation::count || operation == Operation::count_per_replica)
      print_count(console, values, number);
  }
}

// Its output is the command's.
Task<int> call_helper(const Invocation& run, std::vector<std::string> words) {
  const std::string& program = run.settings.heal_program;
  mortar::Command command{.arguments = {program, run.words[2]}};
  std::ranges::move(words, std::back_inserter(command.arguments));
  if (!run.settings.socket.empty()) {
    command.arguments.insert(command.arguments.end(), {std::string(heal_call::daemon_socket), run.settings.socket});
  }
  if (run.settings.xml) command.arguments.emplace_back(heal_call::xml);
  const Result<int> pid = run.world.processes().start(command);
  if (!pid) {
    run.console.error(fmt::format("{} cannot be run: {}", program, pid.error().sentence()));
    co_return 1;
  }
  const Exit exit = co_await tried(run.world.processes().ended(*pid));
  const int status = exit.signal != 0 ? 1 : exit.status;
  if (status != 0 && !run.settings.xml) run.console.out("Volume heal failed.");
  co_return status;
}

Task<int> call_daemons(const Invocation& run, Wish wish) {
  const std::string& volume = run.words[2];
  Dictionary request = run.request(volume);
  request.set("heal-op", static_cast<std::int64_t>(wish.operation));
  if (!wish.brick_host.empty()) {
    request.set_text("per-replica-cmd-hostname", wish.brick_host);
    request.set_text("per-replica-cmd-path", wish.brick_path);
  }
  const Answer answer = co_await tried(run.call(cli::HealVolume::number, std::move(request)));
  if (answer.op_ret != 0) {
    run.console.error(fmt::format("{} on volume {} has been unsuccessful:", deed(wish.operation), volume));
    run.console.error(answer.op_errstr.empty() ? "operation failed" : answer.op_errstr);
    co_return 1;
  }
  run.console.out(fmt::format("{} on volume {} has been successful ", deed(wish.operation), volume));
  if (wish.operation == Operation::index || wish.operation == Operation::full) {
    run.console.out("Use heal info commands to check status.");
  }
  print(run.console, wish.operation, answer.values);
  co_return 0;
}

}  // namespace

Task<int> volume_heal(const Invocation& run) {
  std::optional<Wish> wish = wish_of(run.words);
  if (!wish) co_return run.usage();
  if (!wish->helper.empty() || !is_for_daemons(wish->operation)) {
    const int status = co_await tried(call_helper(run, wish->helper));
    if (status != 0 || !is_for_daemons(wish->operation)) co_return status;
  }
  const int status = co_await tried(call_daemons(run, std::move(*wish)));
  co_return status;
}

}  // namespace mortar::command
