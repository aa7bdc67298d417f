// Names: asked of the subvolume they hash to, of the others only where that does not settle it.
//
//   a file where it belongs             1 trip to 1 subvolume
//   a file elsewhere, with a link file  2 trips (1 where its place is remembered)
//   a directory                         2 trips, the second to all others at once (1 where it is remembered)
//   nothing                             1 trip where the directory's layout is known to be complete, else 2
#include <algorithm>

#include "base/log.h"
#include "translators/distribute/distribute.h"

namespace mortar {

namespace {

bool is_missing(const Error& error) { return error.number() == ENOENT || error.number() == ESTALE; }

}  // namespace

fop::Lookup Distribute::with_own_keys(const fop::Lookup& lookup) const {
  fop::Lookup asked = lookup;
  constexpr std::int64_t layout_size = 16, link_size = 256, leader_size = 4;
  asked.xdata.set(layout_key(), layout_size);
  asked.xdata.set(link_key(), link_size);
  asked.xdata.set(leader_key(), leader_size);
  if (lookup.gfid == root_gfid) asked.xdata.set(commit_hash_key(), leader_size);
  return asked;
}

Task<fop::Lookup::Reply> Distribute::act(const Call& call, const fop::Lookup& lookup) {
  if (lookup.name.empty()) return discover(call, lookup);
  return look_up(call, lookup);
}

Task<fop::Lookup::Reply> Distribute::look_up(const Call& call, const fop::Lookup& lookup) {
  const fop::Lookup asked = with_own_keys(lookup);
  // A copy of a directory without an identity must not get another than the rest: it gets theirs when it is healed.
  fop::Lookup unidentified = asked;
  unidentified.xdata.erase("gfid-req");
  if (memory_.directories.find(lookup.gfid) != nullptr) {
    fop::Lookup::Reply reply = co_await tried(look_up_directory(call, unidentified, std::nullopt));
    co_return std::move(reply);
  }
  if (const Place* remembered = memory_.places.find(lookup.gfid)) {
    const Place place = *remembered;
    Result<fop::Lookup::Reply> reply = co_await subvolume(place).perform(call, asked);
    const bool same = reply && reply->iatt.gfid == lookup.gfid && !is_link_file(*reply);
    if (same) co_return file_found(asked, place, std::move(*reply));
  }
  const DirectoryPointer parent = co_await tried(find_directory(call, lookup.parent));
  const std::optional<Place> hashed = hashed_place(*parent, lookup.name);
  if (!hashed) {
    fop::Lookup::Reply reply = co_await tried(look_up_everywhere(call, asked, hashed));
    co_return std::move(reply);
  }

  Result<fop::Lookup::Reply> reply = co_await subvolume(*hashed).perform(call, unidentified);
  if (!reply && reply.error().number() == ENODATA) {
    reply = co_await look_up_directory(call, unidentified, std::nullopt);
    if (reply || reply.error().number() != ENODATA) co_return std::move(reply);
    // Nobody has given it one.
    reply = co_await subvolume(*hashed).perform(call, asked);
  }
  if (!reply) {
    const bool settled = is_missing(reply.error()) && !may_be_elsewhere(*parent);
    // On a subvolume that is away it may be a directory: the others know.
    const bool others_know = reply.error().number() == ENOTCONN;
    if (settled || (!is_missing(reply.error()) && !others_know)) co_return reply.error();
    if (others_know) {
      reply = co_await look_up_directory(call, unidentified, std::nullopt);
    } else {
      reply = co_await look_up_everywhere(call, asked, hashed);
    }
    co_return std::move(reply);
  }
  learn_commit_hash(reply->xdata);
  if (reply->iatt.is_directory()) {
    reply = co_await look_up_directory(call, unidentified, std::pair(*hashed, std::move(*reply)));
    co_return std::move(reply);
  }
  if (!is_link_file(*reply)) co_return file_found(asked, *hashed, std::move(*reply));

  if (const std::optional<Place> target = link_target(*reply); target && *target != *hashed) {
    Result<fop::Lookup::Reply> data = co_await subvolume(*target).perform(call, asked);
    const bool is_it =
        data && data->iatt.gfid == reply->iatt.gfid && !data->iatt.is_directory() && !is_link_file(*data);
    if (is_it) co_return file_found(asked, *target, std::move(*data));
    if (!data && data.error().number() == ENOTCONN) co_return data.error();
  }
  reply = co_await look_up_everywhere(call, asked, hashed);
  co_return std::move(reply);
}

bool Distribute::may_be_elsewhere(const Directory& parent) const {
  if (options_.lookup_optimize) return parent.layout.commit_hash() != commit_hash_;
  if (options_.lookup_unhashed == "auto") return parent.layout.anomalies() != Anomalies{};
  bool everywhere = true;
  static_cast<void>(parse_option(options_.lookup_unhashed, everywhere));
  return everywhere;
}

fop::Lookup::Reply Distribute::file_found(const fop::Lookup& lookup, Place place, fop::Lookup::Reply reply) {
  remember_file(reply.iatt, place, lookup.parent, lookup.name);
  // On its way to another subvolume: these bits are the mover's.
  if (distribute::looks_moving(reply.iatt) && reply.xdata.has(link_key())) reply.iatt.mode &= ~03000u;
  hide_own_keys(reply.xdata);
  if (!lookup.name.empty()) reply.parent = of_directory(reply.parent);
  return reply;
}

void Distribute::hide_own_keys(Dictionary& xdata) const {
  xdata.erase(layout_key());
  xdata.erase(link_key());
  xdata.erase(leader_key());
  xdata.erase(commit_hash_key());
}

void Distribute::learn_commit_hash(const Dictionary& xdata) {
  const std::optional<Bytes> bytes = xdata.bytes(commit_hash_key());
  if (!bytes || bytes->size() != 4) return;
  std::uint32_t hash = 0;
  for (std::byte byte : *bytes) hash = hash << 8 | std::to_integer<std::uint32_t>(byte);
  commit_hash_ = hash;
}

Task<fop::Lookup::Reply> Distribute::look_up_directory(const Call& call, const fop::Lookup& lookup,
                                                       std::optional<std::pair<Place, fop::Lookup::Reply>> first) {
  AnswersOf<fop::Lookup> answers;
  if (first) {
    answers = co_await tried(on_each(others(first->first), call, lookup));
    answers.insert(answers.begin() + static_cast<std::ptrdiff_t>(first->first), std::move(first->second));
  } else {
    answers = co_await tried(on_each(children(), call, lookup));
  }
  const bool is_file = std::ranges::any_of(
      answers, [](const Result<fop::Lookup::Reply>& answer) { return answer && !answer->iatt.is_directory(); });
  const bool is_directory = std::ranges::any_of(
      answers, [](const Result<fop::Lookup::Reply>& answer) { return answer && answer->iatt.is_directory(); });
  if (is_file || !is_directory) {
    // Another client replaced a file by a directory, or it never was one; what is everywhere decides.
    const Standing standing = decide(lookup, std::nullopt, answers);
    if (standing.contradicts) {
      const DirectoryPointer parent = co_await tried(find_directory(call, lookup.parent));
      fop::Lookup::Reply reply = co_await tried(look_up_everywhere(call, lookup, hashed_place(*parent, lookup.name)));
      co_return std::move(reply);
    }
    fop::Lookup::Reply reply = co_await tried(answer_from(call, lookup, standing, answers));
    co_return std::move(reply);
  }
  fop::Lookup::Reply reply = co_await tried(directory_found(call, lookup, answers));
  co_return std::move(reply);
}

// The answer for a directory, made of all answers.
Task<fop::Lookup::Reply> Distribute::directory_found(const Call& call, const fop::Lookup& lookup,
                                                     const AnswersOf<fop::Lookup>& answers) {
  const DirectoryPointer directory = co_await tried(learn_directory(call, lookup, answers));
  memory_.places.erase(directory->gfid);
  const auto usable = [&](Place place) { return answers[place] && answers[place]->iatt.is_directory(); };
  Place speaks = 0;
  while (!usable(speaks)) ++speaks;
  if (directory->leader && usable(*directory->leader)) speaks = *directory->leader;
  fop::Lookup::Reply reply = *answers[speaks];
  hide_own_keys(reply.xdata);
  reply.iatt = of_directory(reply.iatt);
  if (!lookup.name.empty()) reply.parent = of_directory(reply.parent);
  co_return std::move(reply);
}

}  // namespace mortar
