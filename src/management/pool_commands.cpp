#include <fmt/format.h>

#include "management/commands.h"

namespace mortar::commands {

namespace {

// Numbers by which stock's command line knows what to say.
constexpr int probe_localhost = 1;
constexpr int probe_friend = 2;
constexpr std::int64_t force_flag = 1;

Dictionary notice(std::string_view text, int number) {
  Dictionary reply;
  reply.set_text("op-errstr", text);
  set_number(reply, "op-errno", number);
  return reply;
}

}  // namespace

Task<Dictionary> probe(Management& management, Dictionary request) {
  std::string host = co_await tried(required(request, "hostname"));
  const bool own = co_await tried(management.is_own_host(host));
  if (own) co_return notice("Probe on localhost not needed", probe_localhost);
  const ProbeOutcome outcome = co_await tried(management.probe(host));
  if (outcome == ProbeOutcome::known_already) {
    const std::string port = request.text("port").has_value() ? std::string(*request.text("port")) : "24007";
    co_return notice(fmt::format("Host {} port {} already in peer list", host, port), probe_friend);
  }
  co_return Dictionary{};
}

Task<Dictionary> deprobe(Management& management, Dictionary request) {
  std::string host = co_await tried(required(request, "hostname"));
  const bool force = (request.number("flags").value_or(0) & force_flag) != 0;
  co_await tried(management.detach(std::move(host), force));
  co_return Dictionary{};
}

Task<Dictionary> reset_uuid(Management& management, Dictionary) {
  co_await tried(management.reset_identity());
  Dictionary reply;
  reply.set_text("uuid", management.server().text());
  co_return reply;
}

}  // namespace mortar::commands
