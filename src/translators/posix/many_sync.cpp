#include "translators/posix/many_sync.h"

#include <fcntl.h>

#include "base/absence.h"

namespace mortar::posix {

namespace {

Result<Done> sync_one(const Work& work, const Gfid& file) {
  Subject subject{.gfid = file};
  const Result<std::shared_ptr<OpenFile>> open = open_regular(work, subject, O_RDONLY, true);
  if (!open) return is_missing(open.error()) ? Result<Done>(done) : std::unexpected(open.error());
  return work.files().sync((*open)->number(), true);
}

// Blocks.
Result<Done> sync_all_of(const Work& work, const std::vector<Gfid>& files) {
  // From there on it costs less than one by one.
  constexpr std::size_t fewest_for_all = 4;
  const bool is_many = files.size() >= fewest_for_all && work.options->batch_fsync_mode != "none";
  const int root = work.brick->root();
  if (is_many && work.files().syncs_well_as_a_whole(root)) return work.files().sync_all(root);
  for (const Gfid& file : files) {
    if (Result<Done> synced = sync_one(work, file); !synced) return synced;
  }
  return done;
}

}  // namespace

Task<> ManySync::sync(std::shared_ptr<const Brick> brick, std::shared_ptr<const PosixOptions> options,
                      std::vector<Gfid> files) {
  const Completion<Done> synced;
  waiting_.push_back({std::move(files), synced});
  if (!std::exchange(is_syncing_, true)) running_.start(sync_waiting(std::move(brick), std::move(options)));
  Done all = co_await tried(synced.wait());
  co_return all;
}

Task<> ManySync::sync_waiting(std::shared_ptr<const Brick> brick, std::shared_ptr<const PosixOptions> options) {
  while (!waiting_.empty()) {
    const std::vector<Waiting> together = std::exchange(waiting_, {});
    std::vector<Gfid> files;
    for (const Waiting& one : together) files.insert(files.end(), one.files.begin(), one.files.end());
    const Result<Result<Done>> synced = co_await world_.off_loop([brick, options, files = std::move(files)] {
      return sync_all_of(Work{.brick = brick, .options = options}, files);
    });
    for (const Waiting& one : together) one.synced.complete(synced ? *synced : std::unexpected(synced.error()));
  }
  is_syncing_ = false;
  co_return done;
}

}  // namespace mortar::posix
