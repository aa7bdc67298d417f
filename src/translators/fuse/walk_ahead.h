// Who opens one directory after another of those that a directory lists, in the order of the listing or of their names,
// will soon want the next ones: these are opened and listed ahead, up to their first page, with attributes. So a walk
// over a tree waits for the disks of a brick while it looks at what came before.
//
// What was listed is for the caller for whom it was, within a second, and not once anything was heard of changes by
// others; its attributes are good as long as nothing was changed through this mount (FetchedEntries). It is for where
// bricks tell of changes.
//
// Whether it pays is learnt: where what was listed is not opened, a walk has to go on for longer before the next time.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/event.h"
#include "base/task_set.h"
#include "translator/translator.h"
#include "translators/fuse/handle.h"

namespace mortar::fuse {

class WalkAhead {
 public:
  // The first page of an open directory, of that many bytes as the brick charges entries.
  using FirstPage =
      std::function<Task<FetchedEntries>(Call call, std::shared_ptr<Translator> graph, Gfid gfid, Fd fd, std::size_t)>;
  struct Listed {
    Fd fd;
    FetchedEntries page;
  };

  // `changes`: through this mount, begun or ended. All outlive this.
  WalkAhead(World& world, TaskSet& tasks, FirstPage first_page, const std::uint64_t& changes)
      : world_(world), tasks_(tasks), first_page_(std::move(first_page)), changes_(changes) {}

  // A directory was listed, from the beginning or on.
  void listed(const Call& call, const Gfid& directory, const FetchedEntries& entries);
  // A directory is about to be opened, which is known as one of its parent's: what was listed of it ahead, which is the
  // caller's from now on; ENODATA where that is nothing. What is just being listed is waited for.
  Task<Listed> open(Call call, std::shared_ptr<Translator> graph, Gfid parent, Gfid gfid, std::size_t page_size);
  void forget_all();

 private:
  enum class Order : std::uint8_t { none, listing, names };
  // The directories in a directory.
  struct Walk {
    Gfid directory;
    Identity caller;
    std::vector<Gfid> listed;         // as they were
    std::vector<std::string> names;   // of them
    std::vector<std::size_t> sorted;  // by name: positions in `listed`
    std::unordered_map<Gfid, std::size_t> positions;
    std::vector<std::size_t> ranks;   // by position: where it is in `sorted`
    std::optional<std::size_t> last;  // opened
    Order order = Order::none;
    std::size_t steps = 0;  // in this order
  };
  struct Ahead {
    Gfid gfid;
    Identity caller;
    std::shared_ptr<Translator> graph;
    std::uint64_t changes = 0;
    std::optional<Result<Listed>> listed;
    bool is_dropped = false;
    Event settled;  // it is listed, or not
    Event over;     // it was taken, or is not wanted any more
  };
  using AheadPointer = std::shared_ptr<Ahead>;

  Walk& walk_in(const Call& call, const Gfid& directory);
  static void sort(Walk& walk);
  static void step(Walk& walk, std::size_t position);
  // The one that is so many steps further; null where there is none.
  static const Gfid* next(const Walk& walk, std::size_t steps);
  void list_next(const Call& call, const std::shared_ptr<Translator>& graph, const Walk& walk, std::size_t page_size);
  // Until it is taken or dropped, or its time is over.
  Task<> list(Call call, AheadPointer ahead, std::size_t page_size);
  Task<Listed> list_first_page(const Call& call, const AheadPointer& ahead, std::size_t page_size);
  void release(const Call& call, const AheadPointer& ahead);
  static Task<> release_now(Call call, std::shared_ptr<Translator> graph, Gfid gfid, Fd fd);
  void drop(const AheadPointer& ahead);

  World& world_;
  TaskSet& tasks_;
  const FirstPage first_page_;
  const std::uint64_t& changes_;
  std::list<Walk> walks_;  // the one that was used last first
  std::unordered_map<Gfid, AheadPointer> ahead_;
  std::size_t needed_steps_ = 1;
};

}  // namespace mortar::fuse
