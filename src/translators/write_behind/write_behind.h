// performance/write-behind: a write is answered before it is on its way, as long as no more than a window of its file
// is on the way already. Small writes that follow each other, while something is on its way, travel as one.
//
// Whoever asks about a file afterwards finds what was written: reads wait for the writes at or behind their place,
// everything else (attributes, truncation, locks, fsync) for all writes of the file that were answered before.
// Overlapping writes never overtake each other. fsync goes down only once everything is written.
//
// A write that fails after it was answered is told once, to the next write, fsync or flush of the same open file. With
// flush-behind a flush does not wait, so that a failure after close is told to nobody: it is logged.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "base/event.h"
#include "base/task_set.h"
#include "runtime/world.h"
#include "translator/graph.h"
#include "translator/intercept.h"
#include "translator/options.h"
#include "translators/write_behind/backlog.h"

namespace mortar {

struct WriteBehindOptions {
  bool flush_behind = true;
  Size window{1 << 20};
  Size aggregate{128 << 10};
  bool trickling = true;
  bool strict_direct = false;
  bool strict_order = false;
  bool pass_through = false;
  auto options(this auto& self) {
    constexpr std::uint64_t kib = 1024;
    return std::tuple(
        Option{"flush-behind", self.flush_behind, "Closing does not wait for what is still to be written"},
        Option{"cache-size", self.window, "How much of a file may be on its way", Size{512 * kib},
               Size{1024 * 1024 * kib}},
        Option{"aggregate-size", self.aggregate, "Up to which size writes travel as one"},
        Option{"trickling-writes", self.trickling, "What is there goes when nothing is on its way"},
        Option{"strict-O_DIRECT", self.strict_direct, "Writes of files opened with O_DIRECT wait for the brick"},
        Option{"strict-write-ordering", self.strict_order, "No write overtakes another, overlapping or not"},
        Option{"pass-through", self.pass_through, "Every write waits for the brick"});
  }
};

class WriteBehind final : public Intercept<WriteBehind> {
 public:
  static Result<std::unique_ptr<Translator>> make(World& world, const VolumeSection& section);
  WriteBehind(World& world, std::string name, WriteBehindOptions options)
      : Intercept(std::move(name)), world_(world), options_(options) {}

  template <class Operation>
  Task<typename Operation::Reply> around(const Call& call, const Operation& operation);
  // Until everything that was answered is written.
  Task<> settle();

  Result<Done> reconfigure(const VolumeSection& section) override;
  Task<> stop() override;
  void dump_state(std::string& out) const override;

 private:
  using File = write_behind::Backlog;
  using FilePointer = std::shared_ptr<File>;
  using Pending = write_behind::Pending;

  // What an open file has to be told.
  struct Told {
    int error = 0;
  };

  FilePointer find(const Gfid& gfid) const {
    auto found = files_.find(gfid);
    return found == files_.end() ? nullptr : found->second;
  }
  bool may_go_behind(const fop::Write& write) const;

  // write_behind.cpp
  Task<fop::Changed> write(Call call, fop::Write write);
  Task<fop::Changed> write_through(Call call, fop::Write write, FilePointer file);
  Task<fop::Acknowledged> flush(Call call, fop::Flush flush);
  Task<> release_behind(Call call, fop::Release release, FilePointer file);
  void put_behind(Call call, fop::Write write, const FilePointer& file);
  // Sends what may go now.
  void dispatch(const FilePointer& file);
  Task<> send_soon(FilePointer file);
  Task<> send(FilePointer file, std::list<Pending>::iterator pending);
  Task<> written(const Call& call, fop::Write write);
  // Until all that was answered before now is written, or what of it overlaps the range.
  Task<> drained(FilePointer file);
  Task<> drained_for(FilePointer file, write_behind::Range range);
  int take_error(const Fd& fd);
  void note_error(const Pending& pending, const Error& error);

  template <class Operation>
  Task<typename Operation::Reply> after_writes(Call call, Operation operation, FilePointer file);
  template <class Operation>
  Task<typename Operation::Reply> after_all_writes(Call call, Operation operation);
  // Answers that bring attributes of objects that are known only then.
  Task<fop::Lookup::Reply> look_up(Call call, fop::Lookup lookup);
  Task<fop::Create::Reply> create(Call call, fop::Create create);
  Task<fop::Readdirp::Reply> read_directory(Call call, fop::Readdirp readdirp);
  std::vector<Gfid> unwritten() const;

  World& world_;
  WriteBehindOptions options_;
  std::unordered_map<Gfid, FilePointer> files_;  // those with anything on its way
  std::size_t bytes_ = 0;                        // of all of them
  WaitList waiting_for_room_;
  std::uint64_t answered_early_ = 0, sent_ = 0, failed_ = 0;
  TaskSet tasks_;
};

template <class Operation>
Task<typename Operation::Reply> WriteBehind::around(const Call& call, const Operation& operation) {
  if constexpr (std::is_same_v<Operation, fop::Write>) {
    return write(call, operation);
  } else if constexpr (std::is_same_v<Operation, fop::Flush>) {
    return flush(call, operation);
  } else {
    if (files_.empty()) {
      if constexpr (!std::is_same_v<Operation, fop::Fsync>) return next().perform(call, operation);
    }
    if constexpr (std::is_same_v<Operation, fop::Lookup>) {
      return look_up(call, operation);
    } else if constexpr (std::is_same_v<Operation, fop::Create>) {
      return create(call, operation);
    } else if constexpr (std::is_same_v<Operation, fop::Readdirp>) {
      return read_directory(call, operation);
    } else if constexpr (std::is_same_v<Operation, fop::Rename> || std::is_same_v<Operation, fop::CopyFileRange>) {
      // What takes a name's place is whole; and a copy has two files.
      return after_all_writes(call, operation);
    } else if constexpr (std::is_same_v<Operation, fop::Release>) {
      if (FilePointer file = find(operation.gfid)) {
        tasks_.start(release_behind(call, operation, std::move(file)));
        return ready<fop::Acknowledged>(fop::Acknowledged{});
      }
    } else if constexpr (std::is_same_v<Operation, fop::Fsync>) {
      return after_writes(call, operation, find(operation.gfid));
    } else if constexpr (requires { operation.gfid; }) {
      if (FilePointer file = find(operation.gfid)) return after_writes(call, operation, std::move(file));
    }
    return next().perform(call, operation);
  }
}

template <class Operation>
Task<typename Operation::Reply> WriteBehind::after_writes(Call call, Operation operation, FilePointer file) {
  if (file) {
    if constexpr (std::is_same_v<Operation, fop::Read>) {
      // And for those behind it: the file may end before them, and what is in between is there already.
      co_await drained_for(file, write_behind::Range::from(operation.offset));
    } else {
      co_await drained(file);
    }
  }
  if constexpr (std::is_same_v<Operation, fop::Fsync>) {
    const int error = take_error(operation.fd);
    if (error != 0) co_return Error(error);
  }
  typename Operation::Reply reply = co_await tried(next().perform(call, operation));
  co_return std::move(reply);
}

template <class Operation>
Task<typename Operation::Reply> WriteBehind::after_all_writes(Call call, Operation operation) {
  co_await settle();
  typename Operation::Reply reply = co_await tried(next().perform(call, operation));
  co_return std::move(reply);
}

}  // namespace mortar
