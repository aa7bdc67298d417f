// Who looks up or reads one file of a directory after another will soon want the next: the directory is listed ahead of
// it, with the attributes of its files and, where they are read, their content. So a walk over many files waits for a
// brick once in a while instead of once a file.
//
// What was listed is told once, to the caller for whom it was listed, within a second, and not once anything was
// changed through this mount or anything was heard of changes by others. It is for where bricks tell of these.
//
// Whether it pays is learnt: where little of what was listed is asked for, more has to be asked for before the next
// time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/event.h"
#include "base/task_set.h"
#include "translator/translator.h"
#include "translators/fuse/news.h"

namespace mortar::fuse {

class LookAhead {
 public:
  // What is asked, and the content of which files may come with a listing of it.
  struct Source {
    std::shared_ptr<Translator> graph;
    std::uint64_t most_content = 0;
  };
  struct Known {
    Iatt iatt;
    Asked asked;
  };

  // `asked`: as of now. `changes`: through this mount, begun or ended. All outlive this.
  LookAhead(World& world, TaskSet& tasks, std::function<Asked()> asked, const std::uint64_t& changes);

  // Before a file of the directory is looked up, or opened to be read: where that has paid lately, the directory is
  // listed first, and what is just being listed is waited for, for some milliseconds. Of what is opened no name is
  // given.
  Task<> prepare(Call call, Source source, Gfid directory, std::string name);
  // What the name stands for. It is told no second time.
  std::optional<Known> find(const Call& call, const Gfid& directory, const std::string& name);
  // A file of the directory was looked up; or it is read from its beginning.
  void looked_up(const Call& call, const Source& source, const Gfid& directory);
  void read(const Call& call, const Source& source, const Gfid& directory);
  // A directory in it was looked up, as on the way to a file.
  void passed(const Call& call, const Gfid& directory);
  void forget_all();

 private:
  struct Directory {
    Gfid gfid;
    Identity caller;
    Instant until{};
    std::uint64_t changes = 0;
    std::uint64_t uses = 0;    // files looked up or read
    std::uint64_t listed = 0;  // files
    bool was_listed = false;
    bool is_listing = false;
    bool has_content = false;
    bool is_dropped = false;
    bool was_passed = false;
    Event wanted;   // more of it
    Event arrived;  // what was asked for
    std::unordered_map<std::string, Known> files;
  };
  using DirectoryPointer = std::shared_ptr<Directory>;

  void count_use(Directory& directory);
  void used(const Call& call, const Source& source, const Gfid& gfid);
  void list_where_wanted(const Call& call, const Source& source, const DirectoryPointer& directory, std::uint64_t uses);
  // Null where what is known of it does not hold any more.
  DirectoryPointer known(const Call& call, const Gfid& gfid);
  DirectoryPointer watch(const Call& call, const Gfid& gfid);
  // And learns whether it has paid to list it. `is_cut_off`: by a change, before its time was over.
  void drop(const DirectoryPointer& directory, bool is_cut_off);
  void forget_what_is_over();
  // Until it ends, it is dropped or its time is over.
  Task<> list(Call call, Source source, DirectoryPointer directory);
  Task<> list_on(const Call& call, const Source& source, DirectoryPointer directory, Fd fd);
  static void take(Directory& directory, std::vector<EntryPlus> entries, const Asked& asked);

  World& world_;
  TaskSet& tasks_;
  const std::function<Asked()> asked_;
  const std::uint64_t& changes_;
  std::unordered_map<Gfid, DirectoryPointer> directories_;
  std::uint64_t needed_uses_;
  int reading_ = 0;  // rather than only looking up
};

}  // namespace mortar::fuse
