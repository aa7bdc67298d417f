// Purges removed trees: files and their handles under the locks of their inodes, then the directories.
#include <fcntl.h>

#include "base/log.h"
#include "translators/posix/chores.h"
#include "translators/posix/gfid2path.h"
#include "translators/posix/removal.h"

namespace mortar::posix {

namespace {

constexpr std::uint8_t directory_entry = 4;  // DT_DIR
constexpr int deepest = 4096;

using Directory = std::shared_ptr<OpenFile>;

struct Child {
  std::string name;
  Gfid gfid;  // null where it carries none
  bool is_directory = false;
};

// The next entries of a directory with their identities. Blocks.
Result<std::vector<Child>> list_children(const Brick& brick, int directory) {
  Result<std::vector<DirectoryEntry>> entries = brick.files.read_directory(directory, 0);
  if (!entries) return std::unexpected(entries.error());
  std::vector<Child> children;
  for (DirectoryEntry& entry : *entries) {
    if (entry.name == "." || entry.name == "..") continue;
    Child child{std::move(entry.name), {}, entry.type == directory_entry};
    const Place place = Place::named(directory, child.name);
    if (Result<std::string> gfid = brick.attributes->get(place, gfid_key)) {
      child.gfid = Gfid::from(as_bytes(*gfid)).value_or(null_gfid);
    }
    if (Result<FileStatus> status = brick.files.status(directory, child.name)) {
      child.is_directory = status->is_directory();
    }
    children.push_back(std::move(child));
  }
  return children;
}

// Removes a file that is in the landfill, with its handle where this was its last name. Blocks.
Result<Done> purge_file(Work& work, Subject& object, int directory, const std::string& name) {
  const Place place = Place::named(directory, name);
  Result<FileStatus> status = status_of(work, place);
  if (!status) return std::unexpected(status.error());
  // An object of that gfid may have been made anew meanwhile: then the handle is that one's.
  const Result<FileStatus> handle = status_of(work, work.handles().place(object.gfid));
  if (!object.gfid.is_null() && handle && handle->inode == status->inode) {
    Result<LastName> last = LastName::give_up(work, object, status->links);
    if (!last) return std::unexpected(last.error());
    object.removed = last->was_last();
  }
  return work.files().unlink(directory, name);
}

// Removes an emptied directory, and its handle where that leads nowhere by now. Blocks.
Result<Done> purge_directory(const Brick& brick, int parent, const Child& child) {
  Result<Done> removed = brick.files.remove_directory(parent, child.name);
  if (!removed || child.gfid.is_null()) return removed;
  if (!brick.handles->directory_name(child.gfid) || brick.handles->open_directory(child.gfid)) return done;
  return brick.handles->remove(child.gfid);
}

Task<> remove_file(std::shared_ptr<Core> core, Directory directory, Child child) {
  std::shared_ptr<Inode> inode = core->table.get(child.gfid);
  SharedMutex::Guard guard = co_await tried(inode->lock.lock());
  auto work = std::make_shared<Work>();
  work->brick = core->brick;
  work->options = core->options;
  work->subjects[0].gfid = child.gfid;
  work->subjects[0].open_files = inode->open_files;
  Result<Done> purged = co_await tried(core->world.off_loop([work, directory, name = child.name] {
    return purge_file(*work, work->subjects[0], directory->number(), name);
  }));
  if (work->subjects[0].removed) inode->parked = inode->open_files > 0;
  inode->memory.reset();
  co_return purged;
}

Task<> purge(std::shared_ptr<Core> core, Directory directory, int depth);

Task<> purge_child(std::shared_ptr<Core> core, Directory directory, Child child, int depth) {
  if (!child.is_directory) {
    Done removed = co_await tried(remove_file(core, directory, child));
    co_return removed;
  }
  if (depth == deepest) co_return Error(ELOOP);
  using Opened = Result<Directory>;
  Opened below = co_await tried(core->world.off_loop([brick = core->brick, directory, name = child.name]() -> Opened {
    Result<OpenFile> open = brick->files.open(directory->number(), name, O_RDONLY | O_DIRECTORY, 0);
    if (!open) return std::unexpected(open.error());
    return std::make_shared<OpenFile>(std::move(*open));
  }));
  if (!below) co_return below.error();
  Done emptied = co_await tried(purge(core, *below, depth + 1));
  Result<Done> removed = co_await tried(core->world.off_loop(
      [brick = core->brick, directory, child] { return purge_directory(*brick, directory->number(), child); }));
  if (!removed) co_return removed.error();
  co_return emptied;
}

// Until the directory is empty, or a round removed nothing. What cannot be removed does not keep what lies behind it.
Task<> purge(std::shared_ptr<Core> core, Directory directory, int depth) {
  using Listed = Result<std::vector<Child>>;
  while (true) {
    Listed children = co_await tried(core->world.off_loop(
        [brick = core->brick, directory] { return Listed(list_children(*brick, directory->number())); }));
    if (!children) co_return children.error();
    if (children->empty()) co_return done;
    std::size_t removed = 0;
    Result<Done> failure = done;
    for (Child& child : *children) {
      Result<Done> purged = co_await purge_child(core, directory, std::move(child), depth);
      if (purged) ++removed;
      if (!purged && failure) failure = purged;
    }
    if (removed == 0) co_return failure.error();
  }
}

}  // namespace

Task<> empty_landfill(std::shared_ptr<Core> core) {
  while (true) {
    // A file of a removed tree that has another name counts one too many until it is purged.
    const Result<Done> told =
        co_await with_deadline(core->world, core->options->janitor_sleep, core->landfill_filled.wait());
    if (!told && told.error().number() != ETIMEDOUT) co_return told.error();
    core->landfill_filled.reset();
    if (core->options->disable_landfill_purge) continue;
    using Opened = Result<OpenFile>;
    Opened landfill = co_await tried(core->world.off_loop([brick = core->brick] {
      return Opened(brick->files.open(brick->handles->landfill(), ".", O_RDONLY | O_DIRECTORY, 0));
    }));
    Result<Done> purged = done;
    if (landfill) {
      auto directory = std::make_shared<OpenFile>(std::move(*landfill));
      purged = co_await purge(core, directory, 0);
    } else {
      purged = std::unexpected(landfill.error());
    }
    if (!purged) {
      log::warning("posix", "{}: the landfill cannot be emptied: {}", core->brick->directory,
                   purged.error().sentence());
    }
  }
}

}  // namespace mortar::posix
