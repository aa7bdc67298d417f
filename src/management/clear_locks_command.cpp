// volume clear-locks: locks on one path are dropped on all bricks that can be reached.
#include <fmt/format.h>

#include <algorithm>

#include "management/client_run.h"
#include "management/commands.h"

namespace mortar::commands {

namespace {

// A program prints its name in front of what is wrong.
std::string_view reason_of(std::string_view complaint) {
  constexpr std::string_view name = "glusterfs: ";
  if (complaint.starts_with(name)) complaint.remove_prefix(name.size());
  return complaint;
}

}  // namespace

Task<Dictionary> clear_locks(Management& management, Dictionary request) {
  const std::string name = co_await tried(required(request, "volname"));
  const std::string path = co_await tried(required(request, "path"));
  const std::string kind = co_await tried(required(request, "kind"));
  const std::string type = co_await tried(required(request, "type"));
  const Volume* found = management.pool().find(name);
  if (found == nullptr) co_return failed(EINVAL, fmt::format("Volume {} does not exist", name));
  if (found->status != VolumeState::started) {
    co_return failed(EINVAL, fmt::format("Volume {} is not started", name));
  }
  std::string which = fmt::format("t{}.k{}", type, kind);
  if (const std::optional<std::string_view> options = request.text("opts")) which += fmt::format(".{}", *options);
  Task<std::string> running = run_client(management.world(), management.places(), *found, "clear-locks",
                                         {"--clear-locks", which, "--clear-path", path});
  Result<std::string> told = co_await std::move(running);
  if (!told) {
    co_return failed(told.error().number(), fmt::format("clear-locks getxattr command failed. Reason: {}",
                                                        reason_of(told.error().sentence())));
  }
  while (told->ends_with('\n')) told->pop_back();
  Dictionary reply;
  reply.set_text("lk-summary", *told);
  co_return reply;
}

}  // namespace mortar::commands
