#include "translators/replicate/heal_making.h"

namespace mortar::replicate {

namespace {

constexpr std::uint32_t add_words = 0;  // on the wire
constexpr std::uint32_t longest_target = 4096;

}  // namespace

Task<> ObjectMaker::make(DirectoryJob& job, const MissingName& missing, const Locked& locked) {
  co_await tried(blame(job, missing, locked));
  if (missing.object.is_directory()) {
    co_await tried(make_directory(missing, locked));
  } else if (missing.object.is_symlink()) {
    co_await tried(make_symlink(missing, locked));
  } else {
    co_await tried(make_file(missing, locked));
  }
  co_await tried(finish(job, missing, locked));
  co_return done;
}

Task<> ObjectMaker::blame(const DirectoryJob& job, const MissingName& missing, const Locked& locked) {
  const Iatt& object = missing.object;
  Counts all_of_it = Counts::of(Slot::metadata, 1);
  if (!object.is_symlink()) all_of_it[Slot::data] = 1;
  if (object.is_directory()) all_of_it[Slot::entries] = 1;
  fop::Xattrop request{.gfid = object.gfid, .operation = add_words, .values = {}, .xdata = {}};
  request.values.set_bytes(volume_.keys.missed(missing.sink), all_of_it.stored());
  const Result<Done> stands = locked.check();
  if (!stands) co_return stands.error();
  const Call own = healing_.call();
  const AnswersOf<fop::Xattrop> answers = co_await tried(healing_.at_each(own, request, missing.right));
  for (const Copy witness : missing.right.list()) {
    // A right copy that lacks it gets it in its turn.
    if (!answers[witness] && !(job.merges && is_missing(answers[witness].error()))) co_return answers[witness].error();
  }
  co_return done;
}

Task<> ObjectMaker::finish(DirectoryJob& job, const MissingName& missing, const Locked& locked) {
  co_await tried(metadata_.copy(missing.object.gfid, missing.source(), missing.sink, locked));
  job.made.push_back(missing.object.gfid);
  co_return done;
}

Task<> ObjectMaker::make_directory(const MissingName& missing, const Locked& locked) {
  fop::Mkdir mkdir{.parent = missing.place.directory,
                   .mode = missing.object.mode,
                   .umask = 0,
                   .name = missing.place.name,
                   .xdata = {}};
  mkdir.xdata.set("gfid-req", missing.object.gfid);
  co_await tried(healing_.change_as(locked, call_of_owner(missing.object), mkdir, missing.sink));
  co_return done;
}

Task<> ObjectMaker::make_symlink(const MissingName& missing, const Locked& locked) {
  const Call own = call_of_owner(missing.object);
  const fop::Readlink read{.gfid = missing.object.gfid, .size = longest_target, .xdata = {}};
  const fop::Readlink::Reply target = co_await tried(healing_.at(own, read, missing.source()));
  // Who finds that it has no times gives it some.
  const std::optional<Value> times = co_await tried(metadata_.times_of(missing.object.gfid, missing.source()));
  fop::Symlink symlink{
      .parent = missing.place.directory, .name = missing.place.name, .umask = 0, .target = target.target, .xdata = {}};
  symlink.xdata.set("gfid-req", missing.object.gfid);
  if (times) symlink.xdata.set(times_key, *times);
  co_await tried(healing_.change_as(locked, own, symlink, missing.sink));
  co_return done;
}

// A file that somebody has open and that has lost its last name here, while the right copies have it elsewhere, is the
// same one. What it holds is as old as it was.
Task<> ObjectMaker::make_file(const MissingName& missing, const Locked& locked) {
  fop::Mknod mknod{.parent = missing.place.directory,
                   .device = missing.object.rdev,
                   .mode = missing.object.mode,
                   .umask = 0,
                   .name = missing.place.name,
                   .xdata = {}};
  mknod.xdata.set("gfid-req", missing.object.gfid);
  mknod.xdata.set("glusterfs-internal-fop", std::int32_t{1});
  co_await tried(healing_.change_as(locked, call_of_owner(missing.object), mknod, missing.sink));
  co_return done;
}

Call ObjectMaker::call_of_owner(const Iatt& object) const {
  Call call = healing_.call();
  call.uid = object.uid;
  call.gid = object.gid;
  return call;
}

}  // namespace mortar::replicate
