// How full the subvolumes are, and what follows from it.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/log.h"
#include "translators/cluster/as_root.h"
#include "translators/distribute/distribute.h"

namespace mortar {

namespace {

constexpr auto refresh_interval = std::chrono::seconds(5);

FreeSpaceLimits limits_of(const DistributeOptions& options) {
  return {.disk = options.min_free_disk, .inodes = options.min_free_inodes};
}

}  // namespace

// A subvolume that is away is left out, as df shows what there is. Only a directory is on all of them.
Task<fop::Statfs::Reply> Distribute::act(const Call& call, const fop::Statfs& statfs) {
  fop::Statfs asked = statfs;
  if (memory_.directories.find(statfs.gfid) == nullptr) asked.gfid = root_gfid;
  const AnswersOf<fop::Statfs> answers = co_await tried(on_each(children(), call, asked));
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

Task<> Distribute::refresh_usage(const Call& call) {
  if (!usage_read_) return read_usage(as_root(call));
  if (world_.now() - *usage_read_ >= refresh_interval) {
    // Whoever comes meanwhile takes the figures there are.
    usage_read_ = world_.now();
    background_.start(read_usage(as_root(call)));
  }
  return ready<Done>(done);
}

Task<> Distribute::read_usage(Call call) {
  fop::Statfs statfs{.gfid = root_gfid, .xdata = {}};
  // The disks and not a quota.
  statfs.xdata.set("ignore-deem-statfs", std::int64_t{1});
  const AnswersOf<fop::Statfs> answers = co_await tried(on_each(children(), call, statfs));
  const FreeSpaceLimits limits = limits_of(options_);
  usage_.resize(answers.size());
  for (Place place = 0; place < answers.size(); ++place) {
    const Result<fop::Statfs::Reply>& answer = answers[place];
    if (!answer) {
      log::debug(name(), "{} does not tell how full it is: {}", subvolume(place).name(), answer.error().sentence());
      continue;
    }
    const bool was_full = is_full(usage_[place], limits);
    usage_[place] = answer->status;
    if (!was_full && is_full(usage_[place], limits)) {
      log::warning(name(), "{} is getting full, new files go elsewhere; consider adding bricks",
                   subvolume(place).name());
    }
  }
  usage_read_ = world_.now();
  co_return done;
}

Task<Place> Distribute::place_for_new_file(const Call& call, DirectoryPointer parent, Place hashed) {
  co_await tried(refresh_usage(call));
  const FreeSpaceLimits limits = limits_of(options_);
  if (!is_full(usage_[hashed], limits)) co_return hashed;
  std::vector<Storage> subvolumes(children().size());
  for (Place place = 0; place < subvolumes.size(); ++place) {
    const Range& range = parent->layout[place];
    subvolumes[place].status = usage_[place];
    subvolumes[place].usable = range.err == 0 && range.commit_hash && up_[place] && !is_leaving(place);
  }
  co_return choose_for_new_file(hashed, subvolumes, limits);
}

bool Distribute::is_leaving(Place place) const {
  std::string_view rest = options_.decommissioned_bricks;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    if (rest.substr(0, comma) == subvolume(place).name()) return true;
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return false;
}

std::vector<Sharer> Distribute::sharers() const {
  std::vector<Sharer> sharers(children().size());
  for (Place place = 0; place < sharers.size(); ++place) {
    sharers[place].name = subvolume(place).name();
    sharers[place].weight = place < usage_.size() ? chunks_of(usage_[place]) : 0;
    sharers[place].leaving = is_leaving(place);
  }
  return sharers;
}

Dealing Distribute::dealing(const Gfid& gfid, const std::optional<std::string>& path, std::uint32_t commit_hash) const {
  const std::string text = path && !options_.randomize_hash_range_by_gfid ? *path : gfid.text();
  return {.first = start_index(hash_(text), children().size()),
          .spread = options_.directory_layout_spread,
          .by_weight = options_.weighted_rebalance,
          .commit_hash = commit_hash};
}

}  // namespace mortar
