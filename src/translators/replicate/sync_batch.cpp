#include "translators/replicate/sync_batch.h"

#include <algorithm>
#include <span>

#include "base/join.h"
#include "translators/cluster/as_root.h"
#include "wire/files_to_sync.h"
#include "wire/own_keys.h"

namespace mortar::replicate {

Task<SyncBatch::Answers> SyncBatch::sync(Gfid file, Copies copies) {
  const Completion<Answers> synced;
  waiting_.push_back({file, copies, synced});
  if (waiting_.size() == 1) volume_.background.start(sync_waiting());
  Answers answers = co_await tried(synced.wait());
  co_return std::move(answers);
}

Task<> SyncBatch::sync_waiting() {
  // All that settles in this turn comes along.
  co_await next_turn();
  const std::vector<Waiting> together = std::exchange(waiting_, {});
  std::vector<Answers> answers(together.size(), Answers(volume_.size(), failed(ENOTCONN)));
  std::vector<Task<Answers>> tasks;
  std::vector<std::pair<Copy, std::vector<std::size_t>>> asked;
  for (const Copy copy : volume_.all().list()) {
    std::vector<std::size_t> places;
    std::vector<Gfid> files;
    for (std::size_t at = 0; at < together.size(); ++at) {
      if (!together[at].copies.has(copy)) continue;
      places.push_back(at);
      files.push_back(together[at].file);
    }
    if (files.empty()) continue;
    asked.emplace_back(copy, std::move(places));
    tasks.push_back(sync_at(copy, std::move(files)));
  }
  const std::vector<Result<Answers>> given = co_await tried(all(std::move(tasks)));
  for (std::size_t task = 0; task < given.size(); ++task) {
    const auto& [copy, places] = asked[task];
    for (std::size_t at = 0; at < places.size(); ++at) {
      answers[places[at]][copy] = given[task] ? (*given[task])[at] : std::unexpected(given[task].error());
    }
  }
  for (std::size_t at = 0; at < together.size(); ++at) together[at].synced.complete(std::move(answers[at]));
  co_return done;
}

Task<SyncBatch::Answers> SyncBatch::sync_at(Copy copy, std::vector<Gfid> files) {
  if (files.size() > 1 && volume_.subvolume(copy).knows_sequences()) {
    const Result<Done> synced = co_await sync_together(copy, files);
    if (synced) co_return Answers(files.size(), done);
  }
  // Of which of them it is not so, where it is not so of all.
  std::vector<Task<Done>> tasks;
  for (const Gfid& file : files) tasks.push_back(sync_one(copy, file));
  Answers answers = co_await tried(all(std::move(tasks)));
  co_return std::move(answers);
}

Task<> SyncBatch::sync_together(Copy copy, std::vector<Gfid> files) {
  const Call call = as_root(Call{});
  for (std::span<const Gfid> rest = files; !rest.empty();) {
    const std::span<const Gfid> part = rest.first(std::min(rest.size(), most_files_to_sync));
    rest = rest.subspan(part.size());
    fop::Fsync fsync{.gfid = root_gfid, .fd = {}, .data_only = 1, .xdata = {}};
    put_files_to_sync(fsync.xdata, part);
    const fop::Changed answer = co_await tried(asking_.at(call, fsync, copy));
    // A brick that does not know of such lists has done something else.
    if (answer.xdata.number(own_key::files_to_sync) != static_cast<std::int64_t>(part.size())) {
      co_return failed(EOPNOTSUPP);
    }
  }
  co_return done;
}

Task<> SyncBatch::sync_one(Copy copy, Gfid file) {
  const Call call = as_root(Call{});
  const fop::Fsync fsync{.gfid = file, .fd = {}, .data_only = 1, .xdata = {}};
  const Result<fop::Changed> answer = co_await asking_.at(call, fsync, copy);
  if (!answer && !is_missing(answer.error())) co_return answer.error();
  co_return done;
}

}  // namespace mortar::replicate
