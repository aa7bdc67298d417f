// volume rebalance, and what remove-brick asks of it.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "management/commands.h"

namespace mortar::commands {

namespace {

// "rebalance-command".
enum class Asked : std::int64_t { start = 1, stop = 2, status = 3, fix_layout = 4, start_force = 5 };

// The servers one after the other, this one the last.
Dictionary describe(Management& management, const Rebalance& rebalance) {
  Dictionary reply;
  reply.set_text("rebalance-id", rebalance.id.text());
  std::int64_t count = 0;
  auto add = [&](const RebalancePart& part) {
    ++count;
    auto key = [count](std::string_view name) { return fmt::format("{}-{}", name, count); };
    const Server* server = management.pool().server(part.server);
    const bool is_own = part.server == management.server();
    const bool is_named = server != nullptr && !server->names.empty();
    reply.set_text(key("node-name"), is_own ? "localhost" : is_named ? server->names.front() : part.server.text());
    reply.set_text(key("node-uuid"), part.server.text());
    set_number(reply, key("status"), static_cast<std::int64_t>(part.state));
    for (const char* none : {"files", "size", "lookups", "skipped"}) set_number(reply, key(none), 0);
    set_number(reply, key("failures"), static_cast<std::int64_t>(part.failures));
    reply.set(key("run-time"), static_cast<double>(part.seconds));
  };
  for (const RebalancePart& part : rebalance.parts) {
    if (part.server != management.server()) add(part);
  }
  for (const RebalancePart& part : rebalance.parts) {
    if (part.server == management.server()) add(part);
  }
  set_number(reply, "count", count);
  return reply;
}

Task<Dictionary> start(Management& management, StartRebalance edit) {
  edit.id = management.world().random_gfid();
  Dictionary reply;
  reply.set_text("rebalance-id", edit.id.text());
  const Reports reports = co_await tried(management.start_rebalance(std::move(edit)));
  name_silent(reply, reports.silent);
  co_return reply;
}

Task<Dictionary> status(Management& management, std::string name) {
  const Volume* volume = co_await tried(rebalanced_volume(management.pool(), name));
  const Rebalance rebalance = co_await tried(management.rebalance_of(*volume));
  co_return describe(management, rebalance);
}

}  // namespace

Task<Dictionary> own_rebalance(Management& management, Dictionary question) {
  std::string name = co_await tried(required(question, "volname"));
  const Volume* volume = co_await tried(existing_volume(management.pool(), name));
  const RebalancePart part = co_await tried(management.rebalances().part_of(*volume));
  Dictionary told;
  told.set_text("server", part.server.text());
  set_number(told, "state", static_cast<std::int64_t>(part.state));
  set_number(told, "failures", static_cast<std::int64_t>(part.failures));
  told.set_text("seconds", fmt::format("{}", part.seconds));
  co_return std::move(told);
}

RebalancePart rebalance_part(const Dictionary& told) {
  RebalancePart part;
  part.server = Gfid::parse(told.text("server").value_or("")).value_or(Gfid{});
  constexpr auto first = static_cast<std::int64_t>(RebalanceState::running);
  constexpr auto last = static_cast<std::int64_t>(RebalanceState::failed);
  part.state = static_cast<RebalanceState>(std::clamp(told.number("state").value_or(last), first, last));
  part.failures = static_cast<std::uint64_t>(told.number("failures").value_or(0));
  const std::string_view seconds = told.text("seconds").value_or("");
  std::from_chars(seconds.data(), seconds.data() + seconds.size(), part.seconds);
  return part;
}

Task<Dictionary> rebalance_volume(Management& management, Dictionary request) {
  std::string name = co_await tried(required(request, "volname"));
  if (request.text("cmd-str").value_or("").contains("remove-brick")) {
    co_await tried(volume_to_rebalance(management.pool(), name));
    co_return failed(EINVAL, fmt::format("remove-brick not started for volume {}.", name));
  }
  const auto asked = static_cast<Asked>(request.number("rebalance-command").value_or(0));
  Dictionary reply;
  if (asked == Asked::fix_layout) {
    reply = co_await tried(start(management, {.volume = name, .id = {}}));
    management.announcer().raise(events::VolumeRebalanceStart::with(name));
  } else if (asked == Asked::stop) {
    const Rebalance stopped = co_await tried(management.stop_rebalance({name}));
    management.announcer().raise(events::VolumeRebalanceStop::with(name));
    reply = describe(management, stopped);
  } else if (asked == Asked::status) {
    reply = co_await tried(status(management, name));
  } else {
    co_await tried(StartRebalance{name, {}}.check(management.pool()));
    co_return failed(ENOTSUP,
                     "this release cannot move data to other bricks yet; `fix-layout start` has new names spread over "
                     "all bricks. Nothing was changed");
  }
  reply.set_text("volname", name);
  co_return reply;
}

}  // namespace mortar::commands
