#include "translators/replicate/replicate.h"

#include <fmt/format.h>

#include <algorithm>

#include "translators/replicate/own_xattrs.h"
#include "wire/messages/callbacks.h"

namespace mortar {

namespace {

using replicate::ChangelogKeys;
using replicate::HaloOptions;
using replicate::Quorum;

// What the copies are called in each other's marks: the volume says it where the subvolumes are called otherwise.
Result<std::vector<std::string>> names_of_copies(const VolumeSection& section, const ReplicateOptions& options) {
  if (options.pending_keys.empty()) return section.subvolumes;
  std::vector<std::string> names{{}};
  for (const char letter : options.pending_keys) {
    if (letter == ',') {
      names.emplace_back();
    } else {
      names.back().push_back(letter);
    }
  }
  if (names.size() == section.subvolumes.size() && std::ranges::find(names, "") == names.end()) return names;
  return failed(EINVAL, fmt::format("volume {}: afr-pending-xattr has {} names for {} subvolumes", section.name,
                                    names.size(), section.subvolumes.size()));
}

Result<Quorum> quorum_of(const VolumeSection& section, const ReplicateOptions& options) {
  return Quorum::make(options.quorum_type, options.quorum_count, section.subvolumes.size());
}

template <class Operation>
constexpr bool is_lock = std::is_same_v<Operation, fop::Lk> || std::is_same_v<Operation, fop::Inodelk> ||
                         std::is_same_v<Operation, fop::Finodelk> || std::is_same_v<Operation, fop::Entrylk> ||
                         std::is_same_v<Operation, fop::Fentrylk>;

template <class Operation>
constexpr bool is_sync = std::is_same_v<Operation, fop::Fsync> || std::is_same_v<Operation, fop::Fsyncdir>;

}  // namespace

Result<std::unique_ptr<Translator>> Replicate::make(World& world, const VolumeSection& section) {
  Result<ReplicateOptions> options = read_options<ReplicateOptions>(section);
  if (!options) return std::unexpected(options.error());
  const std::size_t copies = section.subvolumes.size();
  if (copies < 2 || copies > replicate::most_copies) {
    return failed(EINVAL, fmt::format("volume {}: {} needs 2 to {} subvolumes", section.name, section.type,
                                      replicate::most_copies));
  }
  if (options->thin_arbiter_count != 0) {
    return failed(ENOTSUP, fmt::format("volume {}: thin arbiters are not supported", section.name));
  }
  Result<std::vector<std::string>> names = names_of_copies(section, *options);
  if (!names) return std::unexpected(names.error());
  const Result<Quorum> quorum = quorum_of(section, *options);
  if (!quorum) return std::unexpected(quorum.error());
  const Result<HaloOptions> halo = read_options<HaloOptions>(section);
  if (!halo) return std::unexpected(halo.error());
  return std::make_unique<Replicate>(world, section.name, std::move(*options), *quorum,
                                     ChangelogKeys(std::move(*names)), *halo);
}

Replicate::Replicate(World& world, std::string name, ReplicateOptions options, Quorum quorum, ChangelogKeys keys,
                     HaloOptions halo)
    : Intercept(std::move(name)), volume_(world, *this, background_, std::move(options), quorum, std::move(keys)) {
  halo_.set_options(halo);
}

// What still runs refers to everything else.
Replicate::~Replicate() { background_.cancel(); }

Task<> Replicate::start() {
  decided_.assign(children().size(), false);
  halo_.begin(children());
  return ready<Done>(done);
}

Task<> Replicate::stop() {
  halo_.end();
  co_await tried(holds_.finish());
  co_await background_.finished();
  co_return done;
}

Result<Done> Replicate::reconfigure(const VolumeSection& section) {
  Result<ReplicateOptions> options = read_options<ReplicateOptions>(section);
  if (!options) return std::unexpected(options.error());
  const Result<Quorum> quorum = quorum_of(section, *options);
  if (!quorum) return std::unexpected(quorum.error());
  const bool same_copies = options->pending_keys == volume_.options.pending_keys &&
                           options->arbiter_count == volume_.options.arbiter_count &&
                           options->thin_arbiter_count == volume_.options.thin_arbiter_count;
  if (!same_copies) return failed(ENOTSUP);
  const Result<HaloOptions> halo = read_options<HaloOptions>(section);
  if (!halo) return std::unexpected(halo.error());
  volume_.set_options(std::move(*options), *quorum);
  halo_.set_options(*halo);
  return done;
}

void Replicate::notified(const Notice& notice, Translator& child) {
  const auto copy = static_cast<replicate::Copy>(std::ranges::find(children(), &child) - children().begin());
  if (std::holds_alternative<notice::ChildUp>(notice)) return arrivals_.comes(copy);
  if (std::holds_alternative<notice::ChildDown>(notice)) {
    copy_comes_or_goes(copy, false);
    return arrivals_.goes(copy);
  }
  if (const auto* object = std::get_if<notice::InodelkContention>(&notice)) {
    if (object->domain == volume_.domain()) {
      return holds_.wanted_by_others(object->gfid, replicate::LockKind::content);
    }
    if (object->domain == volume_.domain_of_attributes()) {
      return holds_.wanted_by_others(object->gfid, replicate::LockKind::attributes);
    }
  }
  if (const auto* entry = std::get_if<notice::EntrylkContention>(&notice)) {
    if (entry->domain == volume_.domain()) return holds_.wanted_by_others(entry->gfid, replicate::LockKind::entries);
  }
  raise(notice);
}

// The volume is up with its first copy, once it is known of each whether it is there: before that, changes would be
// made without one that is about to come.
void Replicate::copy_comes_or_goes(replicate::Copy copy, bool comes) {
  const bool was_up = is_up_;
  volume_.set_up(copy, comes);
  if (comes) {
    holds_.came(copy);
    open_objects_.came(copy);
  } else {
    holds_.lost(copy);
  }
  decided_[copy] = true;
  const bool any_up = !volume_.up().empty();
  const bool all_decided = std::ranges::find(decided_, false) == decided_.end();
  is_up_ = any_up && (was_up || all_decided);
  if (is_up_ && !was_up) raise(notice::ChildUp{});
  if (!any_up && all_decided) raise(notice::ChildDown{});
  if (comes && told_) told_();
  halo_.changed();
}

void Replicate::dump_state(std::string& out) const {
  out += fmt::format("child_count={}\nheld={}\n", children().size(), holds_.size());
  for (replicate::Copy copy = 0; copy < children().size(); ++copy) {
    out += fmt::format("child_up[{}]={}\npending_key[{}]={}\n", copy, volume_.up().has(copy) ? 1 : 0, copy,
                       volume_.keys.missed(copy));
  }
  out += fmt::format("on_this_machine={}\n", volume_.names(volume_.here()));
  halo_.dump_state(out);
  const replicate::Quorum& quorum = volume_.quorum;
  const ReplicateOptions& options = volume_.options;
  out += fmt::format("read_child={}\nread-hash-mode={}\nuse-anonymous-inode={}\nquorum-type={}\nup={}\n",
                     options.read_subvolume_index, options.read_hash_mode, options.use_anonymous_inode ? 1 : 0,
                     quorum.type(), quorum.is_met(volume_.up()) ? 1 : 0);
  if (quorum.fixed_count()) out += fmt::format("quorum-count={}\n", *quorum.fixed_count());
}

// As much room as the fullest copy has.
Task<fop::Statfs::Reply> Replicate::statfs(const Call& call, const fop::Statfs& statfs) {
  AnswersOf<fop::Statfs> answers = co_await tried(asking_.at_each(call, statfs, volume_.up() & volume_.with_data()));
  fop::Statfs::Reply* least = nullptr;
  for (Result<fop::Statfs::Reply>& answer : answers) {
    if (!answer) continue;
    const bool is_less = least == nullptr || answer->status.available * answer->status.fragment_size <
                                                 least->status.available * least->status.fragment_size;
    if (is_less) least = &*answer;
  }
  if (least == nullptr) co_return replicate::error_of(answers);
  co_return std::move(*least);
}

Task<fop::Acknowledged> Replicate::set_xattr(const Call& call, const fop::Setxattr& set) {
  if (replicate::Inspection::is_meant(set)) return inspection_.set(set);
  return replicate::NewCopy::is_meant(call, set) ? new_copy_.announce(set) : changes_.perform(call, set);
}

Task<fop::Values> Replicate::get_xattr(const Call& call, const fop::Getxattr& get) {
  if (replicate::Inspection::is_meant(get)) return inspection_.get(get.gfid);
  return reads_.perform(call, get);
}

void Replicate::tell_changed(const Gfid& gfid) {
  notice::CacheInvalidation changed;
  changed.gfid = gfid;
  changed.flags = invalidate::attributes;
  raise(changed);
}

// What a client asks of all bricks.
Task<fop::Acknowledged> Replicate::ipc(const Call& call, const fop::Ipc& ipc) {
  const AnswersOf<fop::Ipc> answers = co_await tried(asking_.at_each(call, ipc, volume_.up()));
  for (const replicate::Copy copy : volume_.up().list()) {
    if (!answers[copy] && !is_away(answers[copy].error())) co_return answers[copy].error();
  }
  co_return fop::Acknowledged{};
}

template <class Operation>
Task<typename Operation::Reply> Replicate::around(const Call& call, const Operation& operation) {
  const std::optional<int> refused = replicate::refusal(volume_.keys, operation);
  if (refused) return ready<typename Operation::Reply>(failed(*refused));
  if constexpr (std::is_same_v<Operation, fop::Lookup>) {
    return finder_.look_up(call, operation);
  } else if constexpr (std::is_same_v<Operation, fop::Setxattr>) {
    return set_xattr(call, operation);
  } else if constexpr (std::is_same_v<Operation, fop::Getxattr>) {
    return get_xattr(call, operation);
  } else if constexpr (std::is_same_v<Operation, fop::Create>) {
    return open_objects_.create(call, operation);
  } else if constexpr (requires { changes_.perform(call, operation); }) {
    return changes_.perform(call, operation);
  } else if constexpr (requires { listing_.list(call, operation); }) {
    return listing_.list(call, operation);
  } else if constexpr (std::is_same_v<Operation, fop::Open>) {
    return open_objects_.open(call, operation);
  } else if constexpr (std::is_same_v<Operation, fop::Opendir>) {
    return open_objects_.opendir(call, operation);
  } else if constexpr (Operation::kind == fop::Kind::release) {
    return open_objects_.release(call, operation);
  } else if constexpr (std::is_same_v<Operation, fop::Flush>) {
    return open_objects_.flush(call, operation);
  } else if constexpr (is_sync<Operation>) {
    return changes_.make_stable(call, operation);
  } else if constexpr (is_lock<Operation>) {
    return lock_requests_.perform(call, operation);
  } else if constexpr (std::is_same_v<Operation, fop::Statfs>) {
    return statfs(call, operation);
  } else if constexpr (std::is_same_v<Operation, fop::Ipc>) {
    return ipc(call, operation);
  } else if constexpr (std::is_same_v<Operation, fop::CopyFileRange>) {
    // A copy that has missed something would spread it: the caller reads and writes.
    return ready<typename Operation::Reply>(failed(EXDEV));
  } else if constexpr (Operation::kind == fop::Kind::read && requires { operation.gfid; }) {
    return reads_.perform(call, operation);
  } else {
    return ready<typename Operation::Reply>(failed(EOPNOTSUPP));
  }
}

}  // namespace mortar
