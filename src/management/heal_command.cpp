// volume heal, as far as it is for self-heal daemons: each is told by its own server. What only asks the volume itself
// is glfsheal's.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "management/commands.h"
#include "wire/messages/heal_operations.h"

namespace mortar::commands {

namespace {

using heal::Operation;
using namespace std::chrono_literals;

constexpr Duration servers_limit = 150s;

Operation operation_of(const Dictionary& request) {
  return static_cast<Operation>(request.number("heal-op").value_or(-1));
}

bool asks(Operation operation) {
  return operation == Operation::statistics || operation == Operation::count ||
         operation == Operation::count_per_replica;
}

// Switches are options of the volume; nothing for what is none.
std::optional<OptionList::Pair> switched_by(Operation operation) {
  switch (operation) {
    case Operation::enable: return OptionList::Pair{"cluster.self-heal-daemon", "enable"};
    case Operation::disable: return OptionList::Pair{"cluster.self-heal-daemon", "disable"};
    case Operation::granular_enable: return OptionList::Pair{"cluster.granular-entry-heal", "enable"};
    case Operation::granular_disable: return OptionList::Pair{"cluster.granular-entry-heal", "disable"};
    default: return std::nullopt;
  }
}

Task<Dictionary> switch_option(Management& management, std::string volume, OptionList::Pair option) {
  const Volume* found = co_await tried(existing_volume(management.pool(), volume));
  if (!found->has_copies()) co_return failed(EINVAL, fmt::format("Volume {} is not of replicate type", volume));
  SetOptions edit{.volume = volume, .pairs = {std::move(option)}, .of_own_command = true};
  const Reports reports = co_await tried(management.set_options(std::move(edit)));
  Dictionary reply;
  reply.set_text("volname", volume);
  name_silent(reply, reports.silent);
  co_return reply;
}

Result<Done> check_healed(const Volume& volume) {
  if (volume.status != VolumeState::started)
    return failed(EINVAL, fmt::format("Volume {} is not started.", volume.name));
  if (is_healed(volume)) return done;
  return failed(EINVAL,
                fmt::format("Self-heal-daemon is disabled. Heal will not be triggered on volume {}", volume.name));
}

std::size_t set_of(const Volume& volume, std::size_t brick) { return brick / volume.set_size(); }

// One server walks through all of a set's files, if that is wanted: the last of those that can.
bool walks_through(Management& management, const Volume& volume, std::size_t set) {
  Gfid last;
  for (std::size_t brick = 0; brick < volume.bricks.size(); ++brick) {
    const Gfid& server = volume.bricks[brick].server;
    if (set_of(volume, brick) == set && management.answers(server)) last = std::max(last, server);
  }
  return last == management.server();
}

Result<std::size_t> set_asked(const Volume& volume, const Dictionary& question) {
  const std::string name = fmt::format("{}:{}", question.text("per-replica-cmd-hostname").value_or(""),
                                       question.text("per-replica-cmd-path").value_or(""));
  const auto place = std::ranges::find(volume.bricks, name, &Brick::text);
  if (place == volume.bricks.end()) return failed(EINVAL, fmt::format("No brick {} in volume {}", name, volume.name));
  return set_of(volume, static_cast<std::size_t>(place - volume.bricks.begin()));
}

// The sets that this server's daemon has to do with.
Result<std::set<std::size_t>> sets_for(Management& management, const Volume& volume, const Dictionary& question) {
  const Operation operation = operation_of(question);
  std::set<std::size_t> sets;
  for (std::size_t brick = 0; brick < volume.bricks.size(); ++brick) {
    const std::size_t set = set_of(volume, brick);
    if (volume.bricks[brick].server != management.server()) continue;
    if (operation != Operation::full || walks_through(management, volume, set)) sets.insert(set);
  }
  if (operation != Operation::count_per_replica) return sets;
  const Result<std::size_t> only = set_asked(volume, question);
  if (!only) return std::unexpected(only.error());
  std::erase_if(sets, [&only](std::size_t set) { return set != *only; });
  return sets;
}

brick_operation::TranslatorOperation order_of(const Volume& volume, Operation operation,
                                              const std::set<std::size_t>& sets) {
  brick_operation::TranslatorOperation order;
  Dictionary& input = order.input.dictionary;
  input.set_text("volname", volume.name);
  // What is counted of one set is counted alike.
  const Operation told = operation == Operation::count_per_replica ? Operation::count : operation;
  set_number(input, "xl-op", static_cast<std::int64_t>(told));
  set_number(input, "count", static_cast<std::int64_t>(sets.size()));
  std::size_t index = 0;
  for (const std::size_t set : sets) {
    const std::string name = heal::set_name(volume.name, set);
    input.set_text(fmt::format("xl-{}", index++), name);
    set_number(input, name, static_cast<std::int64_t>(set));
  }
  return order;
}

void take(Dictionary& reply, const std::string& key, const Dictionary& told, const std::string& told_key) {
  if (const std::optional<std::string_view> text = told.text(told_key)) {
    reply.set_text(key, *text);
  } else if (const std::optional<std::int64_t> number = told.number(told_key)) {
    set_number(reply, key, *number);
  }
}

// The daemon tells of copies of sets, the command line shows bricks.
void add_brick(Dictionary& reply, const std::string& brick, const Dictionary& told, const std::string& copy) {
  take(reply, heal::status_key(brick), told, heal::status_key(copy));
  take(reply, heal::count_key(brick), told, heal::count_key(copy));
  constexpr std::int64_t most_walks = 1000;
  const std::int64_t walks = std::clamp<std::int64_t>(told.number(heal::walks_key(copy)).value_or(0), 0, most_walks);
  if (told.has(heal::walks_key(copy))) set_number(reply, heal::walks_key(brick), walks);
  for (std::size_t walk = 0; walk < static_cast<std::size_t>(walks); ++walk) {
    for (std::string_view value : {heal::walk_type, heal::walk_healed, heal::walk_split_brain, heal::walk_failed,
                                   heal::walk_began, heal::walk_ended, heal::walk_in_progress}) {
      take(reply, heal::walk_key(value, brick, walk), told, heal::walk_key(value, copy, walk));
    }
  }
}

}  // namespace

Task<Dictionary> heal_own(Management& management, Dictionary question) {
  const Operation operation = operation_of(question);
  std::string name = co_await tried(required(question, "volname"));
  const Volume* found = co_await tried(existing_volume(management.pool(), name));
  const Volume volume = *found;
  Dictionary reply;
  const std::set<std::size_t> sets = co_await tried(sets_for(management, volume, question));
  if (sets.empty()) co_return reply;
  const Result<Dictionary> told = co_await management.healers().ask(volume, order_of(volume, operation, sets));
  // As with stock it is no failure that the daemon is at it already.
  const bool is_at_it = !told && told.error().number() == EBUSY && operation == Operation::full;
  if (is_at_it) co_return reply;
  co_await tried(told);
  if (!asks(operation)) co_return reply;
  for (std::size_t brick = 0; brick < volume.bricks.size(); ++brick) {
    if (volume.bricks[brick].server != management.server()) continue;
    const std::size_t set = set_of(volume, brick);
    add_brick(reply, fmt::to_string(brick), *told, heal::copy(set, brick % volume.set_size()));
  }
  co_return reply;
}

Task<Dictionary> heal_volume(Management& management, Dictionary request) {
  const Operation operation = operation_of(request);
  std::string name = co_await tried(required(request, "volname"));
  if (std::optional<OptionList::Pair> option = switched_by(operation)) {
    Dictionary switched = co_await tried(switch_option(management, std::move(name), std::move(*option)));
    co_return std::move(switched);
  }
  if (operation != Operation::index && operation != Operation::full && !asks(operation)) {
    co_return failed(EINVAL, "It is not said what a self-heal daemon is to do.");
  }
  const Volume* found = co_await tried(existing_volume(management.pool(), name));
  const Volume volume = *found;
  co_await tried(check_healed(volume));
  const Gathered gathered = co_await tried(management.ask_servers(std::string(subject::heal), request, servers_limit));
  Dictionary reply;
  reply.set_text("volname", name);
  set_number(reply, "heal-op", static_cast<std::int64_t>(operation));
  name_silent(reply, gathered.silent);
  if (!asks(operation)) co_return reply;
  set_number(reply, "count", static_cast<std::int64_t>(volume.bricks.size()));
  for (std::size_t brick = 0; brick < volume.bricks.size(); ++brick) {
    reply.set_text(fmt::format("{}-hostname", brick), volume.bricks[brick].host);
    reply.set_text(fmt::format("{}-path", brick), volume.bricks[brick].path);
  }
  for (const Dictionary& answer : gathered.answers) {
    for (const auto& [key, value] : answer) reply.append(key, value);
  }
  co_return reply;
}

}  // namespace mortar::commands
