#include "translators/fuse/complaints.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"

namespace mortar::fuse {

namespace {

using namespace std::chrono_literals;

constexpr Duration between_lines = 1s;

}  // namespace

void Complaints::note(const Error& error, std::source_location where) {
  Kind* kind = std::ranges::find(kinds_, error.number(), &Kind::number);
  if (kind == kinds_.end()) return;
  const Instant now = world_.now();
  if (kind->said_last && now - *kind->said_last < between_lines) {
    ++kind->unsaid;
    return;
  }
  std::string text = error.sentence();
  if (kind->unsaid != 0) text += fmt::format(" ({} more failed with that errno since the last line)", kind->unsaid);
  log::write(log::Level::warning, "mount", text, where);
  kind->said_last = now;
  kind->unsaid = 0;
}

}  // namespace mortar::fuse
