#include "translators/fuse/groups.h"

namespace mortar::fuse {
namespace {

constexpr std::size_t most_remembered = 4096;

std::vector<std::uint32_t> ask(const Request& request) {
  std::vector<std::uint32_t> groups(32);
  int count = fuse_req_getgroups(request.raw(), static_cast<int>(groups.size()), groups.data());
  if (count > static_cast<int>(groups.size())) {
    groups.resize(static_cast<std::size_t>(count));
    count = fuse_req_getgroups(request.raw(), count, groups.data());
  }
  groups.resize(std::min(groups.size(), static_cast<std::size_t>(std::max(count, 0))));
  return groups;
}

}  // namespace

const std::vector<std::uint32_t>& Groups::of(const Request& request) {
  const fuse_ctx& who = request.context();
  if (who.uid == 0 || who.pid == 0) return none_;
  const Instant now = world_.now();
  if (remembered_.size() >= most_remembered) remembered_.clear();
  Remembered& known = remembered_[{who.pid, who.uid, who.gid}];
  if (known.until <= now) known = {ask(request), now + timeout_};
  return known.groups;
}

}  // namespace mortar::fuse
