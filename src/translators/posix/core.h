// What runs the jobs: takes the locks of the inodes an operation is about, hands the job copies of what is remembered,
// runs it on the loop or on a worker, and remembers what it learned.
//
// A job that is on a worker goes on when the caller is gone; its locks are held until it ends.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/gate.h"
#include "base/task_set.h"
#include "runtime/world.h"
#include "translator/call.h"
#include "translator/descriptor.h"
#include "runtime/inline_guard.h"
#include "translators/posix/inode_table.h"
#include "translators/posix/name_hints.h"
#include "translators/posix/work.h"

namespace mortar::posix {

class Core;

// What posix keeps at a descriptor. When the last holder lets go, the descriptor is closed.
struct OpenContext {
  OpenContext(std::weak_ptr<Core> of, std::shared_ptr<Inode> object, std::shared_ptr<OpenFile> open, bool counts);
  OpenContext(const OpenContext&) = delete;
  OpenContext& operator=(const OpenContext&) = delete;
  ~OpenContext();

  std::weak_ptr<Core> core;
  std::shared_ptr<Inode> inode;
  std::shared_ptr<OpenFile> file;
  const bool is_counted;  // a file, not a directory
  Mutex position;         // of a directory that is being listed
};

// An object an operation is about, in the order its job expects.
struct SubjectWish {
  Gfid gfid;
  bool exclusive = false;
  bool locked = true;
  std::shared_ptr<OpenContext> context;
  bool has_descriptor = false;
  bool lists = false;  // moves the position of an open directory
};
using SubjectWishes = std::array<SubjectWish, 4>;

class Core : public std::enable_shared_from_this<Core> {
 public:
  // `of` is who owns the descriptors.
  Core(World& in_world, std::shared_ptr<const PosixOptions> with, const void* of)
      : world(in_world), options(std::move(with)), guard(options->run_inline), owner(of) {}

  World& world;
  std::shared_ptr<const PosixOptions> options;
  std::shared_ptr<const Brick> brick;  // null before the start
  InodeTable table;
  NameHints hints;
  InlineGuard guard;
  const void* const owner;
  Gate gate;
  TaskSet flights;  // jobs on workers and what follows from them
  bool full = false;
  std::vector<std::shared_ptr<OpenFile>> to_close;
  Event landfill_filled;  // since it was last emptied

  template <class Request>
  using Job = Result<typename Request::Reply> (*)(Work&, const Request&);

  // Runs the job under the locks of its subjects; what it opened becomes the reply's descriptor.
  template <class Request>
  Task<typename Request::Reply> run(const Call& call, const Request& request, SubjectWishes wishes, Weight weight,
                                    Job<Request> job);
  // What lies under a name now; null where nothing or something without identity does. Nothing is locked, and a guess
  // will do where that is said: who locked the object finds out and asks again.
  Task<Gfid> identify(Gfid parent, std::string name, bool may_guess);
  // The last holder of an opened file let go.
  void closed(std::shared_ptr<Inode> inode, std::shared_ptr<OpenFile> file);

 private:
  // A job on its way through a worker.
  template <class Request>
  struct Flight {
    Call call;
    Request request;
    Work work;
    std::optional<Result<typename Request::Reply>> reply;
  };
  template <class Request>
  static Task<> fly(World& world, std::shared_ptr<Flight<Request>> flight, Job<Request> job,
                    std::shared_ptr<InodeLocks> locks, Completion<Flight<Request>> landed);

  Task<std::shared_ptr<InodeLocks>> lock(const SubjectWishes& wishes);
  Work make_work(const Call& call, const SubjectWishes& wishes);
  void settle(Work& work, const SubjectWishes& wishes, const InodeLocks& locks, bool succeeded, bool was_inline);
  std::shared_ptr<Descriptor> describe(const Work& work, const Gfid& gfid, bool is_directory);
};

template <class Request>
Task<> Core::fly(World& world, std::shared_ptr<Flight<Request>> flight, Job<Request> job,
                 std::shared_ptr<InodeLocks> locks, Completion<Flight<Request>> landed) {
  Result<Done> flown = co_await world.off_loop([flight, job] {
    flight->reply.emplace(job(flight->work, flight->request));
    return done;
  });
  if (!flown) flight->reply.emplace(std::unexpected(flown.error()));
  // The worker may let go of its share after us: nothing that belongs to the loop stays in it.
  landed.complete(std::exchange(*flight, Flight<Request>()));
  locks.reset();
  co_return done;
}

template <class Request>
Task<typename Request::Reply> Core::run(const Call& call, const Request& request, SubjectWishes wishes, Weight weight,
                                        Job<Request> job) {
  if (!brick) co_return Error(ENOTCONN);
  Gate::Pass pass = co_await tried(gate.enter());
  std::shared_ptr<InodeLocks> locks = co_await tried(lock(wishes));
  Work work = make_work(call, wishes);
  std::optional<Result<typename Request::Reply>> reply;
  const Instant begun = world.now();
  const bool runs_inline = guard.allows(weight, begun);
  if (runs_inline) {
    reply.emplace(job(work, request));
    guard.ran(weight, begun, world.now());
  } else {
    auto flight = std::make_shared<Flight<Request>>(Flight<Request>{call, request, std::move(work), std::nullopt});
    flight->work.call = &flight->call;
    Completion<Flight<Request>> landed;
    flights.start(fly(world, flight, job, locks, landed));
    Flight<Request> landing = co_await tried(landed.wait());
    work = std::move(landing.work);
    reply = std::move(landing.reply);
  }
  settle(work, wishes, *locks, reply->has_value(), runs_inline);
  if constexpr (requires { (*reply)->fd; }) {
    if (*reply && work.opened) {
      if constexpr (requires { (*reply)->iatt; }) {
        (*reply)->fd.open = describe(work, (*reply)->iatt.gfid, false);
      } else {
        (*reply)->fd.open = describe(work, work.subjects[0].gfid, work.opened_directory);
      }
    }
  }
  co_return std::move(*reply);
}

}  // namespace mortar::posix
