#include "commands_under_test.h"

#include <fmt/format.h>

#include <algorithm>

#include "management/commands.h"
#include "totals.h"

namespace mortar::sim {

namespace {

using Kind = Intent::Kind;
using Outcome = CommandUnderTest::Outcome;

std::string key_of(const std::string& option) { return option.substr(0, option.find('=')); }

enum class Explains { nothing, as_wanted, as_undone };

Explains explanation(const CommandUnderTest& command, const Effect& effect) {
  const Intent& intent = command.intent;
  const auto wanted = [](bool yes) { return yes ? Explains::as_wanted : Explains::nothing; };
  const bool about = effect.subject == intent.subject;
  switch (effect.kind) {
    case Effect::Kind::created: return wanted(about && intent.kind == Kind::create);
    case Effect::Kind::started: return wanted(about && intent.kind == Kind::start);
    case Effect::Kind::set: return wanted(about && intent.kind == Kind::set && effect.option == intent.option);
    case Effect::Kind::pool_set: return wanted(intent.kind == Kind::set_all && effect.option == intent.option);
    case Effect::Kind::pool_unset: return wanted(intent.kind == Kind::reset_all);
    case Effect::Kind::unset:
      return wanted(about && intent.kind == Kind::reset && key_of(effect.option) == intent.option);
    case Effect::Kind::joined: return wanted(intent.kind == Kind::probe);
    case Effect::Kind::left: return wanted(intent.kind == Kind::detach);
    case Effect::Kind::deleted:
      if (about && intent.kind == Kind::create && command.seen > command.undone) return Explains::as_undone;
      return wanted(about && intent.kind == Kind::remove);
    case Effect::Kind::stopped:
      if (about && intent.kind == Kind::start && command.seen > command.undone) return Explains::as_undone;
      return wanted(about && intent.kind == Kind::stop);
  }
  return Explains::nothing;
}

bool must_change_something(const Intent& intent) {
  switch (intent.kind) {
    case Kind::create:
    case Kind::remove:
    case Kind::start:
    case Kind::set:
    case Kind::set_all:
    case Kind::detach: return true;
    case Kind::stop: return !intent.force;
    case Kind::reset:
    case Kind::reset_all:
    case Kind::probe:
    case Kind::question: return false;
  }
  return false;
}

// Whether the answer leaves open what became of it: the servers did only a part, or the pool did not answer in time.
bool leaves_open(const Intent& intent, const Error& error) {
  if (error.number() == ETIMEDOUT || error.sentence().starts_with("Commit failed")) return true;
  // A server that was invited may come, whatever its first answer was.
  return intent.kind == Kind::probe && error.number() != EINVAL;
}

Result<Done> without_reports(const Result<Reports>& reports) {
  if (!reports) return std::unexpected(reports.error());
  return done;
}

std::pair<std::string, std::string> pair_of(const std::string& option) {
  return {key_of(option), option.substr(option.find('=') + 1)};
}

}  // namespace

std::string Intent::text() const {
  static constexpr const char* names[] = {"create", "delete",    "start", "stop",   "set",     "set all",
                                          "reset",  "reset all", "probe", "detach", "question"};
  std::string bricks_text;
  for (const Brick& brick : bricks) bricks_text += " " + brick.text();
  return fmt::format("{} {} {}{}{}", names[static_cast<std::size_t>(kind)], subject, option, bricks_text,
                     force ? " force" : "");
}

std::string CommandUnderTest::text() const {
  static constexpr const char* names[] = {"runs", "done", "refused", "unknown"};
  return fmt::format("{:.3f}..{:.3f} {} [{}] {}: {}{}{}",
                     std::chrono::duration<double>(begun.time_since_epoch()).count(),
                     std::chrono::duration<double>(ended.time_since_epoch()).count(), server, number, intent.text(),
                     names[static_cast<std::size_t>(outcome)], sentence.empty() ? "" : ": ", sentence);
}

CommandUnderTest& CommandsUnderTest::add(Instant now, const std::string& server, const std::string& address,
                                         Intent intent) {
  commands_.push_back(
      {.number = commands_.size(), .server = server, .address = address, .intent = std::move(intent), .begun = now});
  return commands_.back();
}

std::string CommandsUnderTest::end(CommandUnderTest& command, Instant now, const Result<Done>& answer,
                                   const Pool& known) {
  command.ended = now;
  if (answer) {
    ++totals().done;
    command.outcome = Outcome::done;
    const bool is_there = command.seen > command.undone;
    if (must_change_something(command.intent) && !is_there) return "nothing was done of " + command.text();
    const bool is_missed = command.intent.kind == Kind::probe &&
                           known.server_called(command.intent.subject) == nullptr && !somebody_left_since(command.begun);
    if (is_missed) {
      return "nobody came by " + command.text();
    }
    return {};
  }
  command.sentence = answer.error().sentence();
  if (leaves_open(command.intent, answer.error())) {
    ++totals().unknown;
    command.outcome = Outcome::unknown;
    return {};
  }
  ++totals().refused;
  command.outcome = Outcome::refused;
  return is_as_refused(command) ? std::string() : "it was done all the same: " + command.text();
}

// Who came may have been sent away again before the answer to the probe was there.
bool CommandsUnderTest::somebody_left_since(Instant begun) const {
  return std::ranges::any_of(commands_, [&](const CommandUnderTest& other) {
    const bool overlaps = other.outcome == Outcome::runs || other.ended >= begun;
    return other.intent.kind == Kind::detach && other.seen > 0 && overlaps;
  });
}

// The document tells which server made a change, not by which of its commands: what was believed may be wrong where two
// wanted the same.
bool CommandsUnderTest::is_as_refused(CommandUnderTest& command) {
  while (command.seen > command.undone) {
    if (!hand_on(command, command.effects.back()) && !take_back(command)) return false;
  }
  return true;
}

// It was of another one, whose end nobody could tell: done, or taken back, so late that it is why this one was refused.
bool CommandsUnderTest::hand_on(CommandUnderTest& command, Effect effect) {
  const auto maker = std::ranges::find_if(commands_, [&](const CommandUnderTest& other) {
    return other.address == command.address && other.outcome == Outcome::unknown && other.number < command.number &&
           explanation(other, effect) != Explains::nothing;
  });
  if (maker == commands_.end()) return false;
  --command.seen;
  command.effects.pop_back();
  count(*maker, std::move(effect));
  return true;
}

// It was taken back, and not undone by another one that waits for its turn.
bool CommandsUnderTest::take_back(CommandUnderTest& command) {
  for (CommandUnderTest& other : commands_) {
    if (other.address != command.address || other.outcome != Outcome::runs) continue;
    const auto effect = std::ranges::find_if(other.effects, [&command](const Effect& of_other) {
      return explanation(command, of_other) == Explains::as_undone;
    });
    if (effect == other.effects.end()) continue;
    --other.seen;
    other.effects.erase(effect);
    ++command.undone;
    return true;
  }
  return false;
}

void CommandsUnderTest::count(CommandUnderTest& command, Effect effect) {
  if (explanation(command, effect) == Explains::as_undone) {
    ++command.undone;
    return;
  }
  ++command.seen;
  command.effects.push_back(std::move(effect));
}

void CommandsUnderTest::lose(const std::string& server, Instant now) {
  for (CommandUnderTest& command : commands_) {
    if (command.server != server || command.outcome != Outcome::runs) continue;
    ++totals().unknown;
    command.outcome = Outcome::unknown;
    command.ended = now;
    command.sentence = "its server was killed";
  }
}

// One that runs is likelier to be it than one whose end is unknown, and what was wanted likelier than what is taken
// back.
bool CommandsUnderTest::explain(const std::string& author, const Effect& effect) {
  for (const Explains explains : {Explains::as_wanted, Explains::as_undone}) {
    for (const Outcome outcome : {Outcome::runs, Outcome::unknown}) {
      const auto found = std::ranges::find_if(commands_, [&](const CommandUnderTest& command) {
        return command.address == author && command.outcome == outcome && explanation(command, effect) == explains;
      });
      if (found == commands_.end()) continue;
      count(*found, effect);
      return true;
    }
  }
  return false;
}

std::size_t CommandsUnderTest::running() const {
  return static_cast<std::size_t>(std::ranges::count(commands_, Outcome::runs, &CommandUnderTest::outcome));
}

bool CommandsUnderTest::runs_on(const std::string& server) const {
  return std::ranges::any_of(commands_, [&server](const CommandUnderTest& command) {
    return command.server == server && command.outcome == Outcome::runs;
  });
}

Task<> carry_out(Management& management, Intent intent) {
  Result<Reports> reports = Reports{};
  switch (intent.kind) {
    case Kind::create: {
      CreateVolume edit;
      edit.volume.name = intent.subject;
      edit.volume.bricks = intent.bricks;
      edit.force = true;  // the simulated machine has one file system
      reports = co_await management.create_volume(std::move(edit));
      break;
    }
    case Kind::remove: reports = co_await management.delete_volume({intent.subject}); break;
    case Kind::start: reports = co_await management.start_volume({intent.subject, intent.force}); break;
    case Kind::stop: reports = co_await management.stop_volume({intent.subject, intent.force}); break;
    case Kind::set: reports = co_await management.set_options({intent.subject, {pair_of(intent.option)}}); break;
    case Kind::set_all: reports = co_await management.set_options({"all", {pair_of(intent.option)}}); break;
    case Kind::reset: reports = co_await management.reset_options({intent.subject, intent.option}); break;
    case Kind::reset_all: reports = co_await management.reset_options({"all", intent.option}); break;
    case Kind::probe: {
      const Result<ProbeOutcome> probed = co_await management.probe(intent.subject);
      if (!probed) co_return probed.error();
      co_return done;
    }
    case Kind::detach: {
      co_await tried(management.detach(intent.subject, intent.force));
      co_return done;
    }
    case Kind::question: {
      // What a status asks of all servers; those that do not answer are no failure.
      Dictionary request;
      request.set_text("volname", intent.subject);
      request.set("cmd", std::int64_t{1});
      co_await commands::status_volume(management, request);
      co_await commands::list_volumes(management, {});
      co_return done;
    }
  }
  co_return without_reports(reports);
}

}  // namespace mortar::sim
