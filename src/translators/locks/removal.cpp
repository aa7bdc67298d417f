// An object is not removed under those who work on it: the removal waits until no other client has a range lock on it
// (their holders are told), and requests that come meanwhile wait for its end. Internal processes are not waited for:
// what they do may take long.
//
// Who has locked the name that goes, as one of several copies, does not wait for those who have locked the object for
// distribute: they may wait for the name. Of a file he is told to wait for them first; but not where another copy has
// removed it already, before it was locked there.
//
// Afterwards, requests by name that waited find the object gone (ESTALE); those on open files are granted, since the
// file lives on in them.
#include "translators/locks/locks.h"
#include "wire/lock_domains.h"

namespace mortar {

using locks::CountsReplies;
using locks::ObjectLocks;
using locks::RangeQueue;

template <class Operation>
Task<typename Operation::Reply> Locks::removing(const Call& call, const Operation& operation, Gfid parent,
                                                std::string entry) {
  // The place of the object in the table while its removal waits or runs.
  struct Removal {
    std::weak_ptr<locks::LockTable> table;
    Gfid gfid;
    bool running = false;
    void run() {
      ObjectLocks& object = table.lock()->at(gfid);
      --object.removals_waiting;
      ++object.removals_running;
      running = true;
    }
    ~Removal() {
      auto alive = table.lock();
      if (!alive) return;
      ObjectLocks& object = alive->at(gfid);
      --(running ? object.removals_running : object.removals_waiting);
      object.for_each_range_domain(
          [&](const std::string&, RangeQueue& queue) { queue.retry(locks::ByteRange::everything(), alive->turn()); });
      alive->settle(gfid);
    }
  };

  Call root = call;
  root.uid = root.gid = 0;
  root.groups.clear();
  const fop::Lookup lookup{.parent = parent, .name = std::move(entry)};
  auto found = co_await next().perform(root, lookup);
  if (!found) {
    auto reply = co_await tried(CountsReplies::perform(call, operation));
    co_return reply;
  }
  const Gfid gfid = found->iatt.gfid;
  const bool last_name = found->iatt.is_directory() || found->iatt.links <= 1;
  ++table_->at(gfid).removals_waiting;
  Removal removal{table_, gfid};
  const bool has_locked_names = operation.xdata.has(own_key::names_locked);
  const bool is_done_elsewhere = operation.xdata.number(own_key::names_locked) == own_key::are_changed_elsewhere;
  for (;;) {
    const bool yields = has_locked_names && !is_done_elsewhere;
    if (yields && table_->at(gfid).is_moved_by_others(call.client_number())) co_return Error(EAGAIN);
    if (!table_->at(gfid).is_owned_by_others(call.client_number(), !has_locked_names, turn())) break;
    co_await Queued(table_->at(gfid).removals);
    if (table_->ledger.is_gone(call.client_number())) co_return Error(ENOTCONN);
  }
  removal.run();
  auto reply = co_await tried(CountsReplies::perform(call, operation));
  if (last_name) {
    table_->at(gfid).for_each_range_domain([&](const std::string&, RangeQueue& queue) {
      queue.drop_if([](const RangeQueue::Lock& lock) { return !lock.granted && !lock.by_handle; }, Error(ESTALE),
                    turn());
    });
  }
  co_return reply;
}

Task<fop::Unlink::Reply> Locks::perform(const Call& call, const fop::Unlink& unlink) {
  if (!table_->has_range_locks()) return CountsReplies::perform(call, unlink);
  return removing(call, unlink, unlink.parent, unlink.name);
}

Task<fop::Rmdir::Reply> Locks::perform(const Call& call, const fop::Rmdir& rmdir) {
  if (!table_->has_range_locks()) return CountsReplies::perform(call, rmdir);
  return removing(call, rmdir, rmdir.parent, rmdir.name);
}

// What stands at the new name goes.
Task<fop::Rename::Reply> Locks::perform(const Call& call, const fop::Rename& rename) {
  if (!table_->has_range_locks()) return CountsReplies::perform(call, rename);
  return removing(call, rename, rename.new_parent, rename.new_name);
}

}  // namespace mortar
