#include "translators/distribute/usage.h"

#include <algorithm>
#include <chrono>

#include "base/log.h"
#include "translators/cluster/as_root.h"
#include "translators/cluster/fan_out.h"

namespace mortar::distribute {

namespace {

constexpr auto refresh_interval = std::chrono::seconds(5);

}  // namespace

// A subvolume that is away is left out, as df shows what there is. Only a directory is on all of them.
Task<fop::Statfs::Reply> Usage::statfs(const Call& call, const fop::Statfs& statfs) {
  fop::Statfs asked = statfs;
  if (volume_.memory.directories.find(statfs.gfid) == nullptr) asked.gfid = root_gfid;
  const AnswersOf<fop::Statfs> answers = co_await tried(on_each(volume_.children(), call, asked));
  VolumeStatusSum sum;
  std::optional<fop::Statfs::Reply> reply;
  Error error(ENOTCONN);
  for (const Result<fop::Statfs::Reply>& answer : answers) {
    if (!answer) {
      if (answer.error().number() != ENOTCONN) error = answer.error();
      continue;
    }
    sum.add(answer->status, answer->xdata.number("quota-deem-statfs").value_or(0) != 0);
    if (!reply) reply = *answer;
  }
  if (!reply) co_return error;
  reply->status = sum.total();
  co_return std::move(*reply);
}

Task<> Usage::refresh(const Call& call) {
  if (!read_at_) return read(as_root(call));
  if (volume_.world.now() - *read_at_ >= refresh_interval) {
    // Whoever comes meanwhile takes the figures there are.
    read_at_ = volume_.world.now();
    volume_.background.start(read(as_root(call)));
  }
  return ready<Done>(done);
}

Task<> Usage::read(Call call) {
  fop::Statfs statfs{.gfid = root_gfid, .xdata = {}};
  // The disks and not a quota.
  statfs.xdata.set("ignore-deem-statfs", std::int64_t{1});
  const AnswersOf<fop::Statfs> answers = co_await tried(on_each(volume_.children(), call, statfs));
  statuses_.resize(answers.size());
  for (Place place = 0; place < answers.size(); ++place) {
    const Result<fop::Statfs::Reply>& answer = answers[place];
    if (!answer) {
      log::debug(volume_.name(), "{} does not tell how full it is: {}", volume_.subvolume(place).name(),
                 answer.error().sentence());
      continue;
    }
    const bool was_full = is_full(place);
    statuses_[place] = answer->status;
    if (!was_full && is_full(place)) {
      log::warning(volume_.name(), "{} is getting full, new files go elsewhere; consider adding bricks",
                   volume_.subvolume(place).name());
    }
  }
  read_at_ = volume_.world.now();
  co_return done;
}

Task<Place> Usage::place_for_new_file(const Call& call, DirectoryPointer parent, Place hashed) {
  co_await tried(refresh(call));
  if (!is_full(hashed)) co_return hashed;
  std::vector<Storage> subvolumes(volume_.children().size());
  for (Place place = 0; place < subvolumes.size(); ++place) {
    const Range& range = parent->layout[place];
    subvolumes[place].status = statuses_[place];
    subvolumes[place].usable = range.err == 0 && range.commit_hash && volume_.is_up(place) && !is_leaving(place);
  }
  co_return choose_for_new_file(hashed, subvolumes, limits());
}

FreeSpaceLimits Usage::limits() const {
  return {.disk = volume_.options.min_free_disk, .inodes = volume_.options.min_free_inodes};
}

bool Usage::is_full(Place place) const {
  return place < statuses_.size() && mortar::is_full(statuses_[place], limits());
}

bool Usage::is_leaving(Place place) const {
  std::string_view rest = volume_.options.decommissioned_bricks;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    if (rest.substr(0, comma) == volume_.subvolume(place).name()) return true;
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return false;
}

std::vector<Sharer> Usage::sharers() const {
  std::vector<Sharer> sharers(volume_.children().size());
  for (Place place = 0; place < sharers.size(); ++place) {
    sharers[place].name = volume_.subvolume(place).name();
    sharers[place].weight = place < statuses_.size() ? chunks_of(statuses_[place]) : 0;
    sharers[place].leaving = is_leaving(place);
  }
  return sharers;
}

}  // namespace mortar::distribute
