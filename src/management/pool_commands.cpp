#include <fmt/format.h>

#include "management/commands.h"

namespace mortar::commands {

namespace {

constexpr int probe_localhost = 1;

}  // namespace

Task<Dictionary> probe(Management& management, Dictionary request) {
  std::string host = co_await tried(required(request, "hostname"));
  const bool own = co_await tried(management.is_own_host(host));
  if (!own) {
    co_return failed(ENOTSUP,
                     fmt::format("this release does not have pools of several servers yet; {} was not added", host));
  }
  Dictionary reply;
  reply.set_text("op-errstr", "Probe on localhost not needed");
  set_number(reply, "op-errno", probe_localhost);
  co_return reply;
}

Task<Dictionary> deprobe(Management& management, Dictionary request) {
  std::string host = co_await tried(required(request, "hostname"));
  const bool own = co_await tried(management.is_own_host(host));
  co_return failed(EINVAL, host + (own ? " is localhost" : " is not part of cluster"));
}

Task<Dictionary> reset_uuid(Management& management, Dictionary) {
  co_await tried(management.reset_identity());
  Dictionary reply;
  reply.set_text("uuid", management.server().text());
  co_return reply;
}

}  // namespace mortar::commands
