// Whether the checkers see: a translator between a client and its brick does one operation of a run wrong, and the run
// must fail. Not every wrong answer leaves a trace (a lost write may be overwritten before anybody reads), but of many
// runs most must find it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "random_run.h"
#include "translator/intercept.h"

namespace mortar::sim {
namespace {

enum class Bug {
  lost_write,  // acknowledged and not done
  lost_unlink,
  lost_rename,
  lost_xattr,
  forgotten_name,  // a lookup says that nothing is there
  stale_size,      // a lookup answers what was so before the last write
  wrong_name,      // something is made under another name
  free_lock,       // a lock is granted without asking
  lost_fsync,
};

// What the planted translators of one run have in common.
struct Plan {
  Bug bug;
  std::uint64_t after = 0;  // so many operations that it could have spoilt
  std::uint64_t every = 0;  // 0: one in the whole run
  std::uint64_t seen = 0;
  std::uint64_t done = 0;

  bool strikes() {
    const std::uint64_t number = seen++;
    const bool now = every == 0 ? number == after : number % every == every - 1;
    if (now) ++done;
    return now;
  }
};

using Spoilt = fop::OperationList<fop::Mkdir, fop::Unlink, fop::Rename, fop::Write, fop::Fsync, fop::Setxattr, fop::Lk,
                                  fop::Lookup>;

class Planted final : public mortar::detail::InterceptAll<Planted, Spoilt> {
  using Base = mortar::detail::InterceptAll<Planted, Spoilt>;

 public:
  using Base::perform;
  Planted(std::string name, std::shared_ptr<Plan> plan) : Base(std::move(name)), plan_(std::move(plan)) {}

  template <class Operation>
  Task<typename Operation::Reply> around(const Call& call, const Operation& operation) {
    if constexpr (std::is_same_v<Operation, fop::Write>) {
      if (plan_->bug == Bug::lost_write && plan_->strikes()) return lose(call, operation);
    } else if constexpr (std::is_same_v<Operation, fop::Unlink>) {
      if (plan_->bug == Bug::lost_unlink) return lose(call, operation);
    } else if constexpr (std::is_same_v<Operation, fop::Rename>) {
      if (plan_->bug == Bug::lost_rename) return lose(call, operation);
    } else if constexpr (std::is_same_v<Operation, fop::Setxattr>) {
      if (plan_->bug == Bug::lost_xattr && plan_->strikes()) return ready<fop::Acknowledged>(fop::Acknowledged{});
    } else if constexpr (std::is_same_v<Operation, fop::Lookup>) {
      if (plan_->bug == Bug::forgotten_name) return forget(call, operation);
      if (plan_->bug == Bug::stale_size) return remember(call, operation);
    } else if constexpr (std::is_same_v<Operation, fop::Mkdir>) {
      if (plan_->bug == Bug::wrong_name && plan_->strikes()) return misname(call, operation);
    } else if constexpr (std::is_same_v<Operation, fop::Lk>) {
      const bool takes = operation.command != 0 && operation.type != Flock::unlock;
      if (plan_->bug == Bug::free_lock && takes && plan_->strikes()) return grant(operation);
    } else if constexpr (std::is_same_v<Operation, fop::Fsync>) {
      if (plan_->bug == Bug::lost_fsync && plan_->strikes()) return lose(call, operation);
    }
    return next().perform(call, operation);
  }

 private:
  // Says what would be so if it had been done.
  Task<fop::Changed> lose(Call call, fop::Write write) {
    const fop::Fstat fstat{.gfid = write.gfid, .fd = write.fd};
    const fop::Attributes now = co_await tried(next().perform(call, fstat));
    fop::Changed reply;
    reply.before = reply.after = now.iatt;
    const bool appends = write.fd.open && (write.fd.open->flags & open_flag::append) != 0;
    const std::uint64_t offset = appends ? now.iatt.size : write.offset;
    reply.after.size = std::max(now.iatt.size, offset + write.size);
    reply.after.modified = std::max(now.iatt.modified, call.time);
    reply.after.changed = std::max(now.iatt.changed, call.time);
    reply.op_ret = static_cast<std::int32_t>(write.size);
    co_return reply;
  }
  Task<fop::Changed> lose(Call call, fop::Fsync fsync) {
    const fop::Fstat fstat{.gfid = fsync.gfid, .fd = fsync.fd};
    const fop::Attributes now = co_await tried(next().perform(call, fstat));
    fop::Changed reply;
    reply.before = reply.after = now.iatt;
    co_return reply;
  }
  Task<fop::Changed> lose(Call call, fop::Unlink unlink) {
    const fop::Lookup lookup{.parent = unlink.parent, .name = unlink.name};
    const Result<fop::Lookup::Reply> there = co_await next().perform(call, lookup);
    const bool works = there && !there->iatt.is_directory();
    fop::Changed reply;
    if (!works || !plan_->strikes()) {
      reply = co_await tried(next().perform(call, unlink));
      co_return reply;
    }
    reply.before = reply.after = there->parent;
    reply.after.modified = std::max(there->parent.modified, call.time);
    reply.after.changed = std::max(there->parent.changed, call.time);
    co_return reply;
  }
  // The object stays where it was.
  Task<fop::Rename::Reply> lose(Call call, fop::Rename rename) {
    const fop::Lookup lookup{.parent = rename.new_parent, .name = rename.new_name};
    const Result<fop::Lookup::Reply> overwritten = co_await next().perform(call, lookup);
    const fop::Rename::Reply reply = co_await tried(next().perform(call, rename));
    if (overwritten || !plan_->strikes()) co_return reply;
    const fop::Rename back{.old_parent = rename.new_parent,
                           .new_parent = rename.old_parent,
                           .old_name = rename.new_name,
                           .new_name = rename.old_name};
    co_await tried(next().perform(call, back));
    co_return reply;
  }
  Task<fop::Lookup::Reply> forget(Call call, fop::Lookup lookup) {
    const fop::Lookup::Reply reply = co_await tried(next().perform(call, lookup));
    if (!lookup.name.empty() && plan_->strikes()) co_return failed(ENOENT);
    co_return reply;
  }
  Task<fop::Lookup::Reply> remember(Call call, fop::Lookup lookup) {
    fop::Lookup::Reply reply = co_await tried(next().perform(call, lookup));
    const auto old = sizes_.find(reply.iatt.gfid);
    const bool is_other = old != sizes_.end() && old->second != reply.iatt.size && reply.iatt.is_regular();
    if (is_other && plan_->strikes()) reply.iatt.size = old->second;
    sizes_[reply.iatt.gfid] = reply.iatt.size;
    co_return reply;
  }
  Task<fop::Made> misname(Call call, fop::Mkdir mkdir) {
    mkdir.name += "x";
    const fop::Made made = co_await tried(next().perform(call, mkdir));
    co_return made;
  }
  Task<fop::Lk::Reply> grant(fop::Lk lk) {
    fop::Lk::Reply reply;
    reply.flock = lk.flock;
    return ready<fop::Lk::Reply>(std::move(reply));
  }

  std::shared_ptr<Plan> plan_;
  std::map<Gfid, std::uint64_t> sizes_;
};

struct Outcome {
  int struck = 0;
  int found = 0;
  std::string false_alarm;
};

template <class Run>
Outcome runs_with(Bug bug, RunPlan plan, int seeds, std::uint64_t every, Run run) {
  Outcome outcome;
  for (std::uint64_t seed = 1; seed <= static_cast<std::uint64_t>(seeds); ++seed) {
    auto planted = std::make_shared<Plan>(Plan{.bug = bug, .after = 5 + seed % 7, .every = every});
    plan.shape.planted = [planted](std::string name) { return std::make_unique<Planted>(std::move(name), planted); };
    const RunReport report = run(seed, plan);
    const bool failed = !report.failure.empty();
    if (planted->done > 0) ++outcome.struck;
    if (planted->done > 0 && failed) ++outcome.found;
    if (planted->done == 0 && failed) outcome.false_alarm = fmt::format("seed {}: {}", seed, report.failure);
  }
  return outcome;
}

// At least this share of the runs in which it struck.
void expect_found(const Outcome& outcome, double share, const std::string& what) {
  EXPECT_GE(outcome.struck, 3) << what;
  EXPECT_GE(outcome.found, share * outcome.struck) << what << ": " << outcome.found << " of " << outcome.struck;
  if (!outcome.false_alarm.empty()) ADD_FAILURE() << what << ": " << outcome.false_alarm;
  fmt::print("{}: found in {} of {} runs\n", what, outcome.found, outcome.struck);
}

constexpr int few = 12, many = 40;

TEST(PlantedBugs, OneIsFoundWhenOneOperationFollowsTheOther) {
  const RunPlan plan{.shape = {.bricks = 1, .clients = 3}, .operations = 600, .faults = 0};
  const auto found = [&plan](Bug bug, int seeds, double share, const std::string& what) {
    expect_found(runs_with(bug, plan, seeds, 0, run_exactly), share, what);
  };
  found(Bug::lost_write, few, 0.5, "a lost write");
  found(Bug::lost_unlink, few, 0.8, "a lost unlink");
  found(Bug::lost_rename, many, 0.8, "a lost rename");
  found(Bug::lost_xattr, few, 0.4, "a lost xattr");
  found(Bug::forgotten_name, few, 1, "a forgotten name");
  found(Bug::stale_size, few, 1, "a stale size");
  found(Bug::wrong_name, few, 0.8, "a directory under another name");
  found(Bug::free_lock, many, 0.1, "a lock granted to two");
}

TEST(PlantedBugs, OneIsFoundWhenEverythingHappensAtOnce) {
  const RunPlan plan{.shape = {.bricks = 1, .clients = 4}, .operations = 600, .faults = 0};
  const auto found = [&plan](Bug bug, int seeds, double share, const std::string& what) {
    expect_found(runs_with(bug, plan, seeds, 0, run_at_once), share, what);
  };
  found(Bug::lost_write, many, 0.1, "a lost write");
  found(Bug::lost_unlink, few, 0.5, "a lost unlink");
  found(Bug::lost_rename, many, 0.5, "a lost rename");
  found(Bug::lost_xattr, many, 0.1, "a lost xattr");
  found(Bug::forgotten_name, few, 0.5, "a forgotten name");
  found(Bug::wrong_name, few, 0.8, "a directory under another name");
}

// A sync that is none shows only where the power goes soon afterwards.
TEST(PlantedBugs, SyncsThatAreNoneAreFound) {
  RunPlan plan{.shape = {.bricks = 1, .clients = 2}, .operations = 600, .faults = 0.05};
  plan.menu = {.cuts = false, .partitions = false, .kills = false};
  expect_found(runs_with(Bug::lost_fsync, plan, few, 1, run_exactly), 0.2, "syncs that are none");
}

TEST(PlantedBugs, FaultsDoNotHideThem) {
  const RunPlan plan{.shape = {.bricks = 1, .clients = 3}, .operations = 600};
  expect_found(runs_with(Bug::lost_unlink, plan, few, 0, run_exactly), 0.5, "a lost unlink among faults");
  expect_found(runs_with(Bug::forgotten_name, plan, few, 0, run_exactly), 0.5, "a forgotten name among faults");
}

}  // namespace
}  // namespace mortar::sim
