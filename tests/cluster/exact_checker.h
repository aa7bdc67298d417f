// Judges the answers to operations that are done one after the other: each must be what POSIX says.
//
// What happened to an operation that was under way when a fault struck is not known: the checker goes on with every
// possibility, and each later answer rules some of them out. That none is left is the failure it looks for.
//
// A crash takes back what was not synced. From each state since the last sync a tree is kept; what is found when the
// brick is back must be one of them, as metadata reaches a disk in order. Crashes are judged on volumes of one disk.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "differences.h"
#include "lock_model.h"
#include "operation_log.h"
#include "snapshot.h"

namespace mortar::sim {

class ExactChecker {
 public:
  ExactChecker(Tree start, Exactness exactness, bool one_disk)
      : exactness_(exactness), one_disk_(one_disk), worlds_{World{std::move(start), {}}} {
    write_back();
  }

  // Nothing happens at the same time: no need to tell beginnings apart.
  std::uint64_t begins() const { return 0; }
  // An operation was answered. The call carries the time that the client's clock showed when it began.
  template <class Operation>
  void saw(std::size_t client, std::uint64_t begin, const Call& call, const Operation& operation,
           const Result<typename Operation::Reply>& reply);
  // A listing of a whole directory.
  void saw_listing(const Gfid& directory, const std::set<std::string>& names);
  void saw_everything(const Snapshot& snapshot);

  // While a fault lasts, errors that it explains are no failures. `lossy`: a disk lost what was not synced.
  void fault_begins() { has_fault_ = true; }
  void lost_power() { is_lossy_ = true; }
  bool is_lossy() const { return is_lossy_; }
  // All is well again, nothing is under way, locks of before were given back; this is what is there now.
  void fault_ends(const Snapshot& snapshot);
  // Everything is on the disks.
  void write_back();
  // What is removed and nobody has open need not be kept.
  void forget_removed(const std::set<Gfid>& open);

  std::size_t worlds() const { return worlds_.size(); }
  std::size_t undecided() const;
  // Nothing is judged any more. A listing showed a stray, and a rename that a fault interrupted explains it
  // (history.h); or a directory was being renamed over another, of which a copy may stay that only those see who
  // remember it.
  bool is_over() const { return is_over_; }
  // A rename was interrupted (history.h).
  bool was_torn() const { return !interrupted_.empty(); }
  // In every possible world.
  bool is_alive(const Gfid& gfid) const;
  // What was found wrong first; empty while all is well.
  const std::string& failure() const { return failure_; }

 private:
  // What may happen to the tree later, once.
  struct Pending {
    std::function<void(Tree&)> apply;
    bool is_of_times = false;  // nothing else comes of it
  };
  struct World {
    Tree tree;
    std::vector<std::shared_ptr<const Pending>> pending;
    friend bool operator==(const World&, const World&) = default;
  };

  static bool is_outage(const Error& error);
  template <class Operation>
  static constexpr bool changes(const Operation&) {
    return Operation::kind == fop::Kind::modify || std::is_same_v<Operation, fop::Create>;
  }

  // What may have happened, each for itself, of an operation whose answer was lost.
  template <class Operation>
  std::vector<std::shared_ptr<const Pending>> parts_of(const Call& call, const Operation& operation);
  // Of an object without a name there is another answer.
  template <class Operation>
  bool is_also_true(const Tree& tree, const Operation& operation, const Result<typename Operation::Reply>& reply) const;
  // What of a part of a listing is not so.
  template <class Reply>
  std::string wrong_entry(const Tree& tree, const Gfid& directory, const Reply& reply) const;
  // Adds the worlds in which pending operations have happened by now.
  void branch();
  void add(std::vector<World>& worlds, World world) const;
  // Keeps the worlds with an empty sentence; all of them, with a failure, where none has.
  void rule_out(const std::function<std::string(World&)>& why, const std::string& what);
  void remember_step(const Gfid& changed);
  void synced(const Gfid& gfid, bool with_names);
  void adopt(const Snapshot& snapshot);
  std::string unexplained_after_crash(const Snapshot& snapshot) const;
  std::string contradiction(const Snapshot& snapshot);
  void fail(std::string sentence);

  const Exactness exactness_;
  const bool one_disk_;
  std::vector<World> worlds_;
  bool has_fault_ = false;
  bool is_lossy_ = false;
  bool is_over_ = false;
  std::set<std::pair<Gfid, std::string>> interrupted_;  // new names of renames whose answers were lost
  LockModel locks_;
  std::string failure_;

  // What a crash may bring back: the trees after each step, and what files held since they were synced.
  struct Step {
    std::vector<Tree> trees;
  };
  std::deque<Step> steps_;
  std::map<Gfid, std::vector<std::shared_ptr<const std::string>>> contents_;
};

template <class Reply>
std::string ExactChecker::wrong_entry(const Tree& tree, const Gfid& directory, const Reply& reply) const {
  for (const auto& entry : reply.entries.elements) {
    if (entry.name == "." || entry.name == "..") continue;
    const Node* node = tree.find(directory, entry.name);
    if (node == nullptr) return entry.name + " is listed and not there";
    if (entry.type != node->mode >> 12) return entry.name + " is listed as another type";
    if constexpr (requires { entry.iatt; }) {
      if (entry.iatt.gfid.is_null() || (node->is_directory() && !exactness_.listed_directories)) continue;
      const std::string wrong = detail::difference(tree.iatt_of(*node), entry.iatt, exactness_);
      if (!wrong.empty()) return fmt::format("{}: {}", entry.name, wrong);
    }
  }
  return "";
}

template <class Operation>
std::vector<std::shared_ptr<const ExactChecker::Pending>> ExactChecker::parts_of(const Call& call,
                                                                                 const Operation& operation) {
  std::vector<std::shared_ptr<const Pending>> parts;
  const auto add = [&parts](std::function<void(Tree&)> apply) {
    parts.push_back(std::make_shared<const Pending>(Pending{std::move(apply)}));
  };
  if constexpr (std::is_same_v<Operation, fop::Rename>) {
    // From one brick to another a file gets its new name before it loses the old one.
    if (!one_disk_) {
      interrupted_.emplace(operation.new_parent, operation.new_name);
      is_over_ = is_over_ || std::ranges::any_of(worlds_, [&operation](const World& world) {
                   const Node* moved = world.tree.find(operation.old_parent, operation.old_name);
                   const Node* replaced = world.tree.find(operation.new_parent, operation.new_name);
                   return moved != nullptr && replaced != nullptr && moved->is_directory() && replaced->is_directory();
                 });
      add([call, operation](Tree& tree) { tree.begin_rename(call, operation); });
      add([call, operation](Tree& tree) { tree.end_rename(call, operation); });
      add([call, operation](Tree& tree) { tree.take_back_rename(call, operation); });
      return parts;
    }
  }
  add([call, operation](Tree& tree) { static_cast<void>(tree.perform(call, operation)); });
  if constexpr (requires { operation.gfid; }) {
    const auto touch = [call, operation](Tree& tree) { tree.touch(call, operation.stamps, operation.gfid); };
    if (!exactness_.times_of_taken_back) parts.push_back(std::make_shared<const Pending>(Pending{touch, true}));
  }
  return parts;
}

template <class Operation>
bool ExactChecker::is_also_true(const Tree& tree, const Operation& operation,
                                const Result<typename Operation::Reply>& reply) const {
  // Somebody else may have it open still.
  if constexpr (std::is_same_v<Operation, fop::Open>) return reply.has_value();
  // The brick of the new name is another one than the file's, and that it was a directory is known without asking.
  if constexpr (std::is_same_v<Operation, fop::Link>) {
    if (one_disk_ || reply) return false;
    const Node* gone = tree.find(operation.gfid);
    const bool may_be_directory = gone == nullptr || gone->is_directory();
    const bool is_taken = tree.find(operation.new_parent, operation.new_name) != nullptr;
    const int number = reply.error().number();
    return (is_taken && number == EEXIST) || (may_be_directory && number == EPERM);
  }
  return false;
}

template <class Operation>
void ExactChecker::saw(std::size_t client, std::uint64_t, const Call& call, const Operation& operation,
                       const Result<typename Operation::Reply>& reply) {
  if (!failure_.empty()) return;
  if constexpr (requires(Tree& tree) { tree.perform(call, operation); }) {
    if (!reply && has_fault_ && is_outage(reply.error())) {
      if (!changes(operation)) return;
      for (const std::shared_ptr<const Pending>& part : parts_of(call, operation)) {
        for (World& world : worlds_) world.pending.push_back(part);
      }
      branch();
    } else {
      branch();
      rule_out(
          [&](World& world) {
            const Result<typename Operation::Reply> expected = world.tree.perform(call, operation);
            const bool is_gone = !expected && expected.error().number() == ESTALE;
            if (is_gone && is_also_true(world.tree, operation, reply)) return std::string();
            return difference<Operation>(expected, reply, exactness_);
          },
          Operation::name_of_operation);
    }
    if (changes(operation)) {
      Gfid changed;
      if constexpr (requires { operation.gfid; }) changed = operation.gfid;
      remember_step(changed);
    }
    if constexpr (std::is_same_v<Operation, fop::Fsync>) {
      if (reply) synced(operation.gfid, operation.data_only == 0);
    }
    if constexpr (std::is_same_v<Operation, fop::Fsyncdir>) {
      if (reply) synced(operation.gfid, true);
    }
  } else if constexpr (std::is_same_v<Operation, fop::Lk>) {
    if (has_fault_) return;
    if (std::string wrong = locks_.saw(client, call, operation, reply); !wrong.empty()) fail("LK: " + wrong);
  } else if constexpr (std::is_same_v<Operation, fop::Flush>) {
    locks_.flushed(client, call, operation);
    if (!reply && !has_fault_) fail("FLUSH: " + reply.error().sentence());
  } else if constexpr (std::is_same_v<Operation, fop::Readdirp> || std::is_same_v<Operation, fop::Readdir>) {
    if (!reply && has_fault_ && is_outage(reply.error())) return;
    branch();
    rule_out(
        [&](World& world) {
          if (!world.tree.is_alive(operation.gfid)) return std::string();
          return reply ? wrong_entry(world.tree, operation.gfid, *reply) : reply.error().sentence();
        },
        Operation::name_of_operation);
  } else {
    if (!reply && !has_fault_) fail(fmt::format("{}: {}", Operation::name_of_operation, reply.error().sentence()));
  }
}

}  // namespace mortar::sim
