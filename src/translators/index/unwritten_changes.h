// What a brick changed lately: names in directories and attributes, each of which a brick says is done before it is
// on the disk, as GlusterFS does. A copy whose machine goes down loses the last of it, and no copy has blamed it for
// that. So the others remember what they changed at the same time, and blame it for all of it when it comes back in
// another epoch (epoch.h), before it is used again:
//
//   - whoever uses the copies asks a brick for its epoch when it comes; that begins the remembering;
//   - who loses a copy tells the others, by the name under which they blame it: `keep`. What they remember at that
//     moment is kept, on the disk too, however long the copy is away;
//   - who finds it again tells the others in which epoch it is: `came_back`. Where that is the one of before, nothing
//     is lost and nothing has to be kept.
//
// That is enough as long as every brick has on its disk what is older than the others remember: each writes
// everything down every few seconds while there are changes.
//
// Content is not remembered: who writes it asks for it to be written down before its marks go.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/event.h"
#include "base/task_set.h"
#include "runtime/world.h"
#include "wire/file_operations.h"

namespace mortar::index {

enum class Aspect : std::uint8_t { names = 1, attributes = 2 };

struct UnwrittenChange {
  Gfid gfid;
  Aspect aspect = Aspect::names;
  friend bool operator==(const UnwrittenChange&, const UnwrittenChange&) = default;
};

class UnwrittenChanges {
 public:
  // `folder`: of the index, where the epoch and what is kept are. The world outlives this.
  UnwrittenChanges(World& world, std::string name, std::string folder);

  // Finds what was kept, and enters an epoch.
  Task<> open();
  // Nothing is changed any more: all of it goes to the disk. Where that fails the brick stays in doubt.
  Task<> close();

  // Somebody wants to know: from now on changes are remembered.
  const Gfid& epoch();
  template <class Operation>
  void note(const Operation& operation);
  void note(const UnwrittenChange& change);

  // `copy`: the key under which it is blamed. It is gone, and was in that epoch. On the disk when this ends.
  Task<> keep(std::string copy, Gfid epoch);
  // It is back, and is in that epoch. `blame` is asked to blame it for all that it may have lost; what fails there is
  // kept on.
  using Blame = std::function<Task<>(const std::vector<UnwrittenChange>&)>;
  Task<> came_back(std::string copy, Gfid epoch, Blame blame);

  void dump_state(std::string& out) const;

 private:
  struct Hash {
    std::size_t operator()(const UnwrittenChange& change) const {
      return std::hash<Gfid>()(change.gfid) ^ static_cast<std::size_t>(change.aspect);
    }
  };
  using Changes = std::unordered_set<UnwrittenChange, Hash>;
  struct Kept {
    Gfid epoch;  // null: several, so something is lost in any case
    bool is_on_disk = false;
    std::vector<std::shared_ptr<const Changes>> not_on_disk;
  };

  std::string path_of(const std::string& copy) const { return folder_ + "/kept/" + copy; }
  void grow_older();
  // While there are changes that are not on the disk.
  Task<> write_down_again_and_again();
  Task<> write_down();
  Task<> leave();
  template <class Work>
  auto on_disk(Work work) -> Task<typename std::invoke_result_t<Work>::value_type>;
  // Adds it to what is kept for that copy already.
  void keep_on(const std::string& copy, Kept more);
  // With what is on the disk.
  Task<std::vector<UnwrittenChange>> all_of(std::string copy, Kept kept);
  Task<> write(std::string copy, Kept kept);
  Task<> see_to(std::string copy, Kept kept, Gfid epoch, Blame blame);

  World& world_;
  const std::string name_;
  const std::string folder_;
  Gfid epoch_;
  bool is_asked_for_ = false;
  bool is_written_down_ = true;
  bool is_writing_down_ = false;
  // Those since a moment, and those of the time before that.
  std::shared_ptr<Changes> latest_ = std::make_shared<Changes>();
  std::shared_ptr<Changes> before_ = std::make_shared<Changes>();
  Instant latest_since_{};
  std::map<std::string, Kept> kept_;  // by copy
  Mutex turn_;                        // what is kept is read, written and dropped by one at a time
  TaskSet tasks_;
};

template <class Operation>
void UnwrittenChanges::note(const Operation& operation) {
  if constexpr (fop::is_one_of<Operation, fop::Setattr, fop::Fsetattr, fop::Setxattr, fop::Fsetxattr, fop::Removexattr,
                               fop::Fremovexattr>) {
    note(UnwrittenChange{operation.gfid, Aspect::attributes});
  } else if constexpr (fop::is_one_of<Operation, fop::Create, fop::Mknod, fop::Mkdir, fop::Symlink, fop::Unlink,
                                      fop::Rmdir>) {
    note(UnwrittenChange{operation.parent, Aspect::names});
  } else if constexpr (fop::is_one_of<Operation, fop::Link>) {
    note(UnwrittenChange{operation.new_parent, Aspect::names});
  } else if constexpr (fop::is_one_of<Operation, fop::Rename>) {
    note(UnwrittenChange{operation.old_parent, Aspect::names});
    note(UnwrittenChange{operation.new_parent, Aspect::names});
  }
}

}  // namespace mortar::index
