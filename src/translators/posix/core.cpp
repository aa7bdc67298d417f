#include "translators/posix/core.h"

#include <algorithm>
#include <iterator>

#include "translators/posix/jobs.h"

namespace mortar::posix {

namespace {

// Closing may free a file's blocks, which may take long: the workers do it, many at a time.
constexpr Duration gathered_for = std::chrono::milliseconds(5);

Task<> close_gathered(std::shared_ptr<Core> core) {
  co_await core->world.sleep(gathered_for);
  Done closed = co_await tried(core->world.off_loop([files = std::exchange(core->to_close, {})]() mutable {
    files.clear();
    return done;
  }));
  co_return closed;
}

// Removes what waited for its last descriptor, unless it was opened again meanwhile.
Task<> discard_parked(std::shared_ptr<Core> core, std::shared_ptr<Inode> inode, std::shared_ptr<OpenFile> file) {
  SharedMutex::Guard guard = co_await tried(inode->lock.lock());
  if (inode->open_files > 0 || !inode->parked) co_return done;
  inode->parked = false;
  inode->memory.reset();
  Done discarded = co_await tried(core->world.off_loop([brick = core->brick, gfid = inode->gfid, file]() mutable {
    const Place place = brick->handles->parked_place(gfid);
    (void)brick->files.unlink(place.directory, place.name);  // what stays is removed at the next start
    file.reset();
    return done;
  }));
  co_return discarded;
}

}  // namespace

OpenContext::OpenContext(std::weak_ptr<Core> of, std::shared_ptr<Inode> object, std::shared_ptr<OpenFile> open,
                         bool counts)
    : core(std::move(of)), inode(std::move(object)), file(std::move(open)), is_counted(counts) {
  if (is_counted) ++inode->open_files;
}

OpenContext::~OpenContext() {
  if (!is_counted) return;
  --inode->open_files;
  if (std::shared_ptr<Core> still = core.lock()) still->closed(std::move(inode), std::move(file));
}

void Core::closed(std::shared_ptr<Inode> inode, std::shared_ptr<OpenFile> file) {
  if (inode->open_files > 0 || !inode->parked) return;
  flights.start(discard_parked(shared_from_this(), std::move(inode), std::move(file)));
}

Task<std::shared_ptr<InodeLocks>> Core::lock(const SubjectWishes& wishes) {
  std::array<LockWish, 4> locks;
  for (std::size_t at = 0; at < wishes.size(); ++at) {
    if (wishes[at].locked) locks[at] = {wishes[at].gfid, wishes[at].exclusive};
  }
  std::shared_ptr<InodeLocks> taken = co_await tried(lock_inodes(table, locks));
  if (wishes[0].lists && wishes[0].context) {
    taken->position = co_await tried(wishes[0].context->position.lock());
  }
  co_return taken;
}

Work Core::make_work(const Call& call, const SubjectWishes& wishes) {
  Work work;
  work.brick = brick;
  work.options = options;
  work.call = &call;
  work.wall_clock = world.wall_clock();
  work.full = full;
  for (std::size_t at = 0; at < wishes.size(); ++at) {
    Subject& subject = work.subjects[at];
    subject.gfid = wishes[at].gfid;
    subject.has_descriptor = wishes[at].has_descriptor;
    if (wishes[at].context) subject.file = wishes[at].context->file;
    if (subject.gfid.is_null()) continue;
    std::shared_ptr<Inode> inode = table.peek(subject.gfid);
    if (!inode) continue;
    subject.memory = inode->memory;
    subject.directory = inode->directory.file;
    subject.anonymous = inode->anonymous.file;
    subject.open_files = inode->open_files;
    subject.parked = inode->parked;
  }
  return work;
}

void Core::settle(Work& work, const SubjectWishes& wishes, const InodeLocks& locks, bool succeeded, bool was_inline) {
  for (std::size_t at = 0; at < wishes.size(); ++at) {
    Subject& subject = work.subjects[at];
    if (subject.gfid.is_null()) continue;
    const std::shared_ptr<Inode>* locked = locks.find(subject.gfid);
    // What was read beside the locks is kept only where nothing can have changed meanwhile.
    const std::shared_ptr<Inode> inode = locked != nullptr ? *locked : table.get(subject.gfid);
    if (locked == nullptr && (!was_inline || !inode->lock.idle())) continue;
    const bool may_be_torn = !succeeded && wishes[at].exclusive;
    inode->memory = may_be_torn ? std::nullopt : subject.memory;
    if (subject.removed) {
      table.directories.keep(*inode, nullptr);
      if (inode->anonymous.file) work.late.push_back(inode->anonymous.file);
      table.anonymous.keep(*inode, nullptr);
      inode->memory.reset();
      inode->parked = inode->open_files > 0;
    } else {
      inode->parked = inode->parked && subject.parked;
      if (subject.directory) table.directories.keep(*inode, std::move(subject.directory));
      if (subject.anonymous) table.anonymous.keep(*inode, std::move(subject.anonymous));
    }
    subject.anonymous.reset();
  }
  if (work.filled_landfill) landfill_filled.set();
  if (work.late.empty()) return;
  if (to_close.empty()) flights.start(close_gathered(shared_from_this()));
  std::ranges::move(work.late, std::back_inserter(to_close));
}

std::shared_ptr<Descriptor> Core::describe(const Work& work, const Gfid& gfid, bool is_directory) {
  auto descriptor = std::make_shared<Descriptor>(gfid, work.opened_flags, is_directory);
  descriptor->contexts.put(
      owner, std::make_shared<OpenContext>(weak_from_this(), table.get(gfid), work.opened, !is_directory));
  return descriptor;
}

Task<Gfid> Core::identify(Gfid parent, std::string name, bool may_guess) {
  if (!brick) co_return Error(ENOTCONN);
  const Gfid guess = may_guess ? hints.guess(parent, name) : null_gfid;
  if (!guess.is_null()) co_return guess;
  Call call;
  SubjectWishes wishes;
  wishes[0].gfid = parent;
  Work work = make_work(call, wishes);
  const Instant begun = world.now();
  if (guard.allows(Weight::names, begun)) {
    const Gfid found = job::identify(work, work.subjects[0], name);
    guard.ran(Weight::names, begun, world.now());
    co_return found;
  }
  work.call = nullptr;
  auto shared = std::make_shared<Work>(std::move(work));
  Gfid found = co_await tried(
      world.off_loop([shared, name = std::move(name)] { return job::identify(*shared, shared->subjects[0], name); }));
  co_return found;
}

}  // namespace mortar::posix
