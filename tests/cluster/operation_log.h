// The last operations and the faults of a run, for whoever wants to know how it came to a failure.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/world.h"
#include "wire/describe.h"
#include "wire/file_operations.h"

namespace mortar::sim {

// What users of a volume ask for in these tests.
using WatchedOperations =
    fop::OperationList<fop::Stat, fop::Readlink, fop::Mknod, fop::Mkdir, fop::Unlink, fop::Rmdir, fop::Symlink,
                       fop::Rename, fop::Link, fop::Truncate, fop::Open, fop::Read, fop::Write, fop::Statfs, fop::Flush,
                       fop::Fsync, fop::Setxattr, fop::Getxattr, fop::Removexattr, fop::Opendir, fop::Fsyncdir,
                       fop::Create, fop::Ftruncate, fop::Fstat, fop::Lk, fop::Lookup, fop::Readdir, fop::Setattr,
                       fop::Readdirp, fop::Release, fop::Releasedir>;

class OperationLog {
 public:
  // Put into words only when somebody asks.
  template <class Operation>
  void ended(Instant begun, Instant at, std::size_t client, Operation operation,
             Result<typename Operation::Reply> reply) {
    // A log keeps nothing open.
    const auto let_go = [](auto field) {
      if constexpr (std::is_same_v<decltype(field.value), Fd&>) field.value.open.reset();
    };
    for_each_field(operation, let_go);
    if (reply) for_each_field(*reply, let_go);
    add([begun, at, client, operation = std::move(operation), reply = std::move(reply)] {
      return line(begun, at, client, describe(operation), reply ? describe(*reply) : reply.error().sentence());
    });
  }
  void fault(Instant at, const std::string& what);
  void note(Instant at, const std::string& what);

  // The faults of the whole run, then the last operations.
  std::string text() const;

 private:
  static std::string line(Instant begun, Instant at, std::size_t client, const std::string& operation,
                          const std::string& answer);
  void add(std::function<std::string()> text);

  std::deque<std::function<std::string()>> last_;
  std::vector<std::string> faults_;
};

}  // namespace mortar::sim
