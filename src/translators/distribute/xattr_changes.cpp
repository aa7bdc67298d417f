// What is healed from a directory's leader when copies differ (users' attributes, access lists and a few more) is
// changed on the leader first. A count there is lowered before and raised when all others have the change too: one that
// is not zero tells the next lookup that copies may differ.
//
//   4 trips: lower the count, change the leader, change all others, raise the count
//   2 trips for the root, which has no leader and is only changed while all are there: its speaker, then all others
//   1 trip to all for attributes that nobody heals
#include "translators/distribute/xattr_changes.h"

#include <algorithm>

#include "base/log.h"
#include "translators/cluster/as_root.h"
#include "translators/distribute/copied_xattrs.h"
#include "translators/distribute/merge.h"

namespace mortar::distribute {

namespace {

constexpr std::int32_t rebalancer_pid = -3;
constexpr std::uint32_t add_words = 0;  // Xattrop::operation

// The last two are access lists as text.
bool is_healed(std::string_view key) {
  return is_copied(key) || key == "glusterfs.posix.acl" || key == "glusterfs.posix.default_acl";
}

template <class Operation>
constexpr bool is_removal = requires(Operation operation) { operation.name; };

// Removes what stands in its xdata.
template <class Operation>
bool names_many(const Operation& change) {
  if constexpr (is_removal<Operation>) return change.name.empty();
  return false;
}

template <class Operation>
std::vector<std::string_view> keys_of(const Operation& change) {
  std::vector<std::string_view> keys;
  if constexpr (is_removal<Operation>) {
    if (!change.name.empty()) return {change.name};
    for (const auto& [key, value] : change.xdata) keys.push_back(key);
  } else {
    for (const auto& [key, value] : change.values) keys.push_back(key);
  }
  return keys;
}

// For those that do what the leader has done: whether the attribute was there before was for the leader to judge.
template <class Operation>
Operation without_conditions(const Operation& change) {
  Operation following = change;
  if constexpr (!is_removal<Operation>) following.flags = 0;
  return following;
}

template <class Operation>
bool has_followed(const Result<fop::Acknowledged>& answer) {
  return answer || (is_removal<Operation> && answer.error().number() == ENODATA);
}

}  // namespace

// Layouts, marks and the names in link files are distribute's own; the rebalancer writes them too.
template <class Operation>
bool XattrChanges::may_change(const Call& call, const Operation& change) const {
  if (!is_removal<Operation> && call.pid == rebalancer_pid) return true;
  return std::ranges::none_of(keys_of(change), [this](std::string_view key) { return volume_.keys.has(key); });
}

// ---- Files.

Task<fop::Acknowledged> XattrChanges::on_file(const Call& call, const fop::Setxattr& set, Place place) {
  if (commands_.is_command(set)) return commands_.obey(call, set, nullptr);
  return change_file_xattrs(call, set, place);
}

Task<fop::Acknowledged> XattrChanges::on_file(const Call& call, const fop::Fsetxattr& set, Place place) {
  return change_file_xattrs(call, set, place);
}

Task<fop::Acknowledged> XattrChanges::on_file(const Call& call, const fop::Removexattr& remove, Place place) {
  return change_file_xattrs(call, remove, place);
}

Task<fop::Acknowledged> XattrChanges::on_file(const Call& call, const fop::Fremovexattr& remove, Place place) {
  return change_file_xattrs(call, remove, place);
}

template <class Operation>
Task<fop::Acknowledged> XattrChanges::change_file_xattrs(const Call& call, const Operation& change, Place place) {
  if (!may_change(call, change)) co_return failed(EPERM);
  Operation asked = change;
  // Whether the file is being moved shows in its attributes.
  if (!names_many(change)) asked.xdata.set(iatt_in_xdata, std::int64_t{1});
  fop::Acknowledged reply = co_await tried(files_.on_file(call, asked, place));
  co_return std::move(reply);
}

// ---- Directories.

Task<fop::Acknowledged> XattrChanges::on_directory(const Call& call, const fop::Setxattr& set,
                                                   DirectoryPointer directory) {
  if (commands_.is_command(set)) return commands_.obey(call, set, std::move(directory));
  return change_xattrs(call, set, std::move(directory));
}

Task<fop::Acknowledged> XattrChanges::on_directory(const Call& call, const fop::Fsetxattr& set,
                                                   DirectoryPointer directory) {
  return change_xattrs(call, set, std::move(directory));
}

Task<fop::Acknowledged> XattrChanges::on_directory(const Call& call, const fop::Removexattr& remove,
                                                   DirectoryPointer directory) {
  return change_xattrs(call, remove, std::move(directory));
}

Task<fop::Acknowledged> XattrChanges::on_directory(const Call& call, const fop::Fremovexattr& remove,
                                                   DirectoryPointer directory) {
  return change_xattrs(call, remove, std::move(directory));
}

template <class Operation>
Task<fop::Acknowledged> XattrChanges::change_xattrs(const Call& call, const Operation& change,
                                                    DirectoryPointer directory) {
  if (!may_change(call, change)) co_return failed(EPERM);
  Result<fop::Acknowledged> reply = failed(EIO);
  if (directory->gfid.is_root()) {
    reply = co_await change_root(call, change, directory);
  } else if (std::ranges::any_of(keys_of(change), is_healed)) {
    reply = co_await change_marked(call, change, directory);
  } else {
    reply = co_await change_everywhere(call, change, directory);
  }
  if (!reply) co_return reply.error();
  for (const char* key : {"virt-gf-prestat", "virt-gf-poststat", iatt_in_xdata}) {
    const Value* value = reply->xdata.find(key);
    const Iatt* iatt = value == nullptr ? nullptr : std::get_if<Iatt>(value);
    if (iatt != nullptr) reply->xdata.set(key, volume_.memory.of_directory(*iatt));
  }
  co_return std::move(*reply);
}

// The speaker is the one that is asked for the attribute later, so its answer counts unless it is away.
template <class Operation>
Task<fop::Acknowledged> XattrChanges::change_everywhere(const Call& call, const Operation& change,
                                                        DirectoryPointer directory) {
  const Place speaks = volume_.speaker(*directory);
  AnswersOf<Operation> answers = co_await tried(descriptors_.at_each(call, change, volume_.all_places()));
  const bool speaker_decides = answers[speaks] || !is_away(answers[speaks].error());
  if (speaker_decides) co_return std::move(answers[speaks]);
  for (Result<fop::Acknowledged>& answer : answers) {
    if (answer) co_return std::move(*answer);
  }
  co_return error_of(answers);
}

// Nobody could tell later who missed it. A subvolume that was added just now may lack what the others have.
template <class Operation>
Task<fop::Acknowledged> XattrChanges::change_root(const Call& call, const Operation& change,
                                                  DirectoryPointer directory) {
  if (!volume_.all_up()) co_return failed(ENOTCONN);
  const Place speaks = volume_.speaker(*directory);
  fop::Acknowledged reply = co_await tried(descriptors_.at_place(call, change, speaks));
  const Operation following = without_conditions(change);
  const AnswersOf<Operation> answers =
      co_await tried(descriptors_.at_each(call, following, volume_.all_places_but(speaks)));
  for (const Result<fop::Acknowledged>& answer : answers) {
    if (!has_followed<Operation>(answer)) co_return answer.error();
  }
  co_return std::move(reply);
}

template <class Operation>
Task<fop::Acknowledged> XattrChanges::change_marked(const Call& call, const Operation& change,
                                                    DirectoryPointer directory) {
  const Place leader = co_await tried(volume_.leader_of(*directory));
  co_await tried(mark_leader(call, change, leader, -1));
  Result<fop::Acknowledged> reply = co_await descriptors_.at_place(call, change, leader);
  if (!reply) {
    // One attribute that was refused has changed nothing. Else it is not known, and the mark stays.
    const bool nothing_changed = keys_of(change).size() == 1 && !is_away(reply.error());
    if (nothing_changed) {
      co_await unmark_leader(call, change, leader);
    }
    co_return reply.error();
  }
  const std::vector<Place> followers = volume_.all_places_but(leader);
  const Operation following = without_conditions(change);
  const AnswersOf<Operation> answers = co_await tried(descriptors_.at_each(call, following, followers));
  bool all_follow = true;
  for (std::size_t index = 0; index < answers.size(); ++index) {
    if (has_followed<Operation>(answers[index])) continue;
    all_follow = false;
    log::info(volume_.name(), "extended attributes of {} are not changed on {}, the next lookup heals them: {}",
              directory->gfid.text(), volume_.subvolume(followers[index]).name(), answers[index].error().sentence());
  }
  if (all_follow) {
    co_await unmark_leader(call, change, leader);
  }
  co_return std::move(*reply);
}

// A mark too many costs a look at all copies.
template <class Operation>
Task<> XattrChanges::unmark_leader(const Call& call, const Operation& change, Place leader) {
  const Result<Done> unmarked = co_await mark_leader(call, change, leader, 1);
  if (!unmarked) {
    log::debug(volume_.name(), "the mark of {} stays: {}", change.gfid.text(), unmarked.error().sentence());
  }
  co_return done;
}

template <class Operation>
Task<> XattrChanges::mark_leader(const Call& call, const Operation& change, Place leader, std::int32_t number) {
  std::string word;
  for (int shift = 24; shift >= 0; shift -= 8) word.push_back(static_cast<char>(number >> shift));
  Dictionary count;
  count.set_bytes(volume_.keys.leader, as_bytes(word));
  const Call root = as_root(call);
  if constexpr (WithDescriptor<Operation>) {
    const fop::Fxattrop add{.gfid = change.gfid, .fd = change.fd, .operation = add_words, .values = count};
    co_await tried(descriptors_.at_place(root, add, leader));
  } else {
    const fop::Xattrop add{.gfid = change.gfid, .operation = add_words, .values = count};
    co_await tried(descriptors_.at_place(root, add, leader));
  }
  co_return done;
}

}  // namespace mortar::distribute
