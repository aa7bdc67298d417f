#include "translators/posix/fsync_batch.h"

namespace mortar::posix {

namespace {

using Files = std::vector<std::shared_ptr<OpenFile>>;

// One answer for each file, in their order. Blocks.
std::vector<Result<Done>> flush_all(FileSystem& files, const Files& opened, const std::string& mode) {
  std::vector<Result<Done>> answers(opened.size(), Result<Done>(done));
  if (mode.starts_with("syncfs")) {
    Result<Done> synced = files.sync_all(opened.front()->number());
    if (!synced || mode == "syncfs") return std::vector<Result<Done>>(opened.size(), synced);
  }
  // After everything was synced one more flush settles the journal.
  if (mode == "syncfs-single-fsync") {
    Result<Done> last = files.sync(opened.back()->number(), false);
    return std::vector<Result<Done>>(opened.size(), last);
  }
  // The newest first: its flush often carries the older ones along.
  for (std::size_t at = opened.size(); at-- > 0;) answers[at] = files.sync(opened[at]->number(), false);
  return answers;
}

}  // namespace

bool FsyncBatch::is_wanted(const PosixOptions& options) {
  const bool is_alone = options.batch_fsync_mode == "reverse-fsync" && options.batch_fsync_delay == 0;
  return options.batch_fsync_mode != "none" && !is_alone;
}

Task<> FsyncBatch::flush(std::shared_ptr<const PosixOptions> options, std::shared_ptr<OpenFile> file) {
  Waiting waiting{std::move(file), {}};
  waiting_.push_back(waiting);
  if (waiting_.size() == 1) running_.start(collect(std::move(options)));
  Done flushed = co_await tried(waiting.flushed.wait());
  co_return flushed;
}

Task<> FsyncBatch::collect(std::shared_ptr<const PosixOptions> options) {
  co_await world_.sleep(std::chrono::microseconds(options->batch_fsync_delay));
  std::vector<Waiting> batch = std::exchange(waiting_, {});
  Files files;
  for (const Waiting& waiting : batch) files.push_back(waiting.file);
  using Answers = std::vector<Result<Done>>;
  Result<Answers> answers = co_await world_.off_loop(
      [&system = world_.files(), files, mode = options->batch_fsync_mode] { return flush_all(system, files, mode); });
  for (std::size_t at = 0; at < batch.size(); ++at) {
    batch[at].flushed.complete(answers ? (*answers)[at] : Result<Done>(std::unexpected(answers.error())));
  }
  co_return done;
}

}  // namespace mortar::posix
