// volume sync: servers of a pool share one document, so what another one knows of volumes is what this one knows. There
// is nothing to fetch, only to find out whether the question makes sense.
#include <fmt/format.h>

#include "management/commands.h"

namespace mortar::commands {

Task<Dictionary> sync_volume(Management& management, Dictionary request) {
  std::string host = co_await tried(required(request, "hostname"));
  const Result<bool> own = co_await management.is_own_host(host);
  if (own.value_or(false)) co_return failed(0, "sync from localhost not allowed");
  if (management.pool().server_called(host) == nullptr) {
    co_return failed(ENOENT, fmt::format("{}, is not a friend", host));
  }
  if (!request.has("flags")) {
    std::string name = co_await tried(required(request, "volname"));
    co_await tried(existing_volume(management.pool(), name));
  }
  co_return Dictionary{};
}

}  // namespace mortar::commands
