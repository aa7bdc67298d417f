// The state dump: a section for each object that has locks, in the words that scripts look for.
#include <fmt/format.h>

#include <iterator>

#include "base/moment_text.h"
#include "translators/locks/locks.h"

namespace mortar {

namespace {

using locks::Circumstances;
using locks::NameQueue;
using locks::ObjectLocks;
using locks::PosixLock;
using locks::RangeQueue;

// Hex digits, a dash after each eight bytes.
std::string text_of_owner(const LockOwner& owner) {
  std::string text;
  for (std::size_t index = 0; index < owner.size(); ++index) {
    if (index != 0 && index % 8 == 0) text += '-';
    fmt::format_to(std::back_inserter(text), "{:02x}", static_cast<unsigned char>(owner[index]));
  }
  return text;
}

std::string text_of_circumstances(const Circumstances& lock, bool granted) {
  std::string text =
      fmt::format("pid = {}, owner={}, client={:#x}, connection-id={}", static_cast<std::uint64_t>(lock.pid),
                  text_of_owner(lock.holder.owner), lock.holder.client, lock.client_uid);
  if (lock.blocked_at != Moment{}) text += ", blocked at " + text_of(lock.blocked_at);
  if (granted) text += ", granted at " + text_of(lock.granted_at);
  return text;
}

std::string text_of_range(bool write, std::uint64_t first, std::uint64_t last) {
  return fmt::format("type={}, whence=0, start={}, len={}", write ? "WRITE" : "READ", first,
                     last == locks::no_end ? 0 : last - first + 1);
}

const char* state(bool granted) { return granted ? "ACTIVE" : "BLOCKED"; }

// Granted ones first, each list in the order of arrival.
template <class Queue, class Line>
void dump_queue(const Queue& queue, Line&& line) {
  std::size_t index = 0;
  for (bool granted : {true, false}) {
    queue.for_each([&](const auto& lock) {
      if (lock.granted == granted) line(index++, lock);
    });
  }
}

void dump_object(std::string& out, const ObjectLocks& object) {
  auto to = std::back_inserter(out);
  if (object.name_count() != 0) {
    fmt::format_to(to, "entrylk-count={}\n", object.name_count());
    object.for_each_name_domain([&](const std::string& domain, const NameQueue& queue) {
      fmt::format_to(to, "lock-dump.domain.domain={}\n", domain);
      dump_queue(queue, [&](std::size_t index, const NameQueue::Lock& lock) {
        fmt::format_to(to, "xlator.feature.locks.lock-dump.domain.entrylk.entrylk[{}]({})=type={} on basename={}, {}\n",
                       index, state(lock.granted), lock.shape.write ? "ENTRYLK_WRLCK" : "ENTRYLK_RDLCK",
                       lock.shape.name.value_or("(null)"), text_of_circumstances(lock, lock.granted));
      });
    });
  }
  if (object.range_count() != 0) {
    fmt::format_to(to, "inodelk-count={}\n", object.range_count());
    object.for_each_range_domain([&](const std::string& domain, const RangeQueue& queue) {
      fmt::format_to(to, "lock-dump.domain.domain={}\n", domain);
      dump_queue(queue, [&](std::size_t index, const RangeQueue::Lock& lock) {
        fmt::format_to(to, "inodelk.inodelk[{}]({})={}, {}\n", index, state(lock.granted),
                       text_of_range(lock.shape.write, lock.shape.first, lock.shape.last),
                       text_of_circumstances(lock, lock.granted));
      });
    });
  }
  if (object.posix.size() == 0) return;
  fmt::format_to(to, "posixlk-count={}\n", object.posix.size());
  std::size_t index = 0;
  auto line = [&](const PosixLock& lock, bool granted) {
    fmt::format_to(to, "posixlk.posixlk[{}]({})={}, {}\n", index++, state(granted),
                   text_of_range(lock.write, lock.first, lock.last), text_of_circumstances(lock, granted));
  };
  object.posix.for_each_granted([&](const PosixLock& lock) { line(lock, true); });
  object.posix.for_each_waiting([&](const PosixLock& lock) { line(lock, false); });
}

}  // namespace

void Locks::dump_state(std::string& out) const {
  fmt::format_to(std::back_inserter(out), "objects={}\nlocks={}\n", table_->objects(), table_->ledger.total());
  table_->for_each([&](const Gfid& gfid, const ObjectLocks& object) {
    fmt::format_to(std::back_inserter(out), "\n[xlator.features.locks.{}.inode]\npath=<gfid:{}>\n", name(),
                   gfid.text());
    dump_object(out, object);
  });
}

}  // namespace mortar
