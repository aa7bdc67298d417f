// Judges the answers to operations that are done one after the other: each must be what POSIX says.
//
// What happened to an operation that was under way when a fault struck is not known: the checker goes on with every
// possibility, and each later answer rules some of them out. That none is left is the failure it looks for.
//
// A crash takes back what was not synced. From each state since the last sync a tree is kept; what is found when the
// brick is back must be one of them (`one_disk`: all names of a volume stand on one disk, whose metadata reaches it in
// order), or each aspect of each object must be as it was in one of them.
#pragma once

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
  // In every possible world.
  bool is_alive(const Gfid& gfid) const;
  // Nothing can be judged any more: of several disks one lost what was not synced, as it may, and what a rename had
  // overwritten from another brick is there again beside the new file.
  bool is_over() const { return is_over_; }
  void cannot_judge() { is_over_ = true; }
  // What was found wrong first; empty while all is well.
  const std::string& failure() const { return failure_; }

 private:
  // What may happen to the tree later, once.
  struct Pending {
    std::function<void(Tree&)> apply;
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
  void fail(std::string sentence);

  const Exactness exactness_;
  const bool one_disk_;
  std::vector<World> worlds_;
  bool has_fault_ = false;
  bool is_over_ = false;
  bool is_lossy_ = false;
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
void ExactChecker::saw(std::size_t client, std::uint64_t, const Call& call, const Operation& operation,
                       const Result<typename Operation::Reply>& reply) {
  if (!failure_.empty()) return;
  if constexpr (requires(Tree& tree) { tree.perform(call, operation); }) {
    if (!reply && has_fault_ && is_outage(reply.error())) {
      if (!changes(operation)) return;
      auto pending = std::make_shared<const Pending>(
          Pending{[call, operation](Tree& tree) { static_cast<void>(tree.perform(call, operation)); }});
      for (World& world : worlds_) world.pending.push_back(pending);
      branch();
    } else {
      branch();
      rule_out(
          [&](World& world) {
            const Result<typename Operation::Reply> expected = world.tree.perform(call, operation);
            // Somebody else may have it open still.
            const bool may_be_open =
                std::is_same_v<Operation, fop::Open> && reply && !expected && expected.error().number() == ESTALE;
            return may_be_open ? std::string() : difference<Operation>(expected, reply, exactness_);
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
