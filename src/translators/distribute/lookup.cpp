// Names: asked of the subvolume they hash to, of the others only where that does not settle it.
//
//   a file where it belongs             1 trip to 1 subvolume
//   a file elsewhere, with a link file  2 trips (1 where its place is remembered)
//   a directory                         2 trips, the second to all others at once (1 where it is remembered)
//   nothing                             1 trip where the directory's layout is known to be complete, else 2
#include <algorithm>

#include "translators/distribute/finder.h"
#include "translators/distribute/layout_check.h"
#include "translators/distribute/merge.h"

namespace mortar::distribute {

Task<NamePlace> Finder::place_of_name(const Call& call, Gfid gfid, std::string entry) {
  DirectoryPointer parent = co_await tried(find_directory(call, gfid));
  std::optional<Place> hashed = volume_.hashed_place(*parent, entry);
  if (!hashed && volume_.all_up()) {
    // One may just have come back when the directory was looked at.
    parent = co_await tried(find_directory_again(call, gfid));
    hashed = volume_.hashed_place(*parent, entry);
  }
  if (!hashed) {
    // A set of copies may be there, and those not that are right as to this directory.
    bool is_all_known = volume_.all_up();
    for (const Place place : volume_.all_places()) is_all_known = is_all_known && parent->layout[place].err != ENOTCONN;
    co_return failed(is_all_known ? EIO : ENOTCONN);
  }
  co_return NamePlace{parent, *hashed};
}

Task<fop::Lookup::Reply> Finder::look_up(const Call& call, const fop::Lookup& lookup) {
  const fop::Lookup asked = volume_.keys.added_to(lookup);
  // A copy of a directory without an identity must not get another than the rest: it gets theirs when it is healed.
  fop::Lookup unidentified = asked;
  unidentified.xdata.erase("gfid-req");
  if (volume_.memory.directories.find(lookup.gfid) != nullptr) {
    fop::Lookup::Reply reply = co_await tried(look_up_directory(call, unidentified));
    co_return std::move(reply);
  }
  if (const Place* remembered = volume_.memory.places.find(lookup.gfid)) {
    const Place place = *remembered;
    Result<fop::Lookup::Reply> reply = co_await volume_.subvolume(place).perform(call, asked);
    const bool same = reply && reply->iatt.gfid == lookup.gfid && !volume_.is_link_file(*reply);
    if (same) co_return file_found(asked, place, std::move(*reply));
  }
  const DirectoryPointer parent = co_await tried(find_directory(call, lookup.parent));
  const std::optional<Place> hashed = volume_.hashed_place(*parent, lookup.name);
  if (!hashed) {
    fop::Lookup::Reply reply = co_await tried(look_up_everywhere(call, asked, hashed));
    co_return std::move(reply);
  }

  fop::Lookup checked = unidentified;
  ask_to_check_layout(volume_, checked.xdata, *parent, *hashed);
  Result<fop::Lookup::Reply> reply = co_await volume_.subvolume(*hashed).perform(call, checked);
  if (!reply && says_layout_changed(reply.error())) {
    const DirectoryPointer now = co_await tried(find_directory_again(call, lookup.parent));
    reply = co_await look_up_everywhere(call, asked, volume_.hashed_place(*now, lookup.name));
    co_return std::move(reply);
  }
  if (!reply && reply.error().number() == ENODATA) {
    reply = co_await look_up_directory(call, unidentified);
    if (reply || reply.error().number() != ENODATA) co_return std::move(reply);
    // Nobody has given it one.
    reply = co_await volume_.subvolume(*hashed).perform(call, asked);
  }
  if (!reply) {
    const bool settled = is_missing(reply.error()) && !may_be_elsewhere(*parent);
    // On a subvolume that is away it may be a directory: the others know.
    const bool others_know = reply.error().number() == ENOTCONN;
    if (settled || (!is_missing(reply.error()) && !others_know)) co_return reply.error();
    if (others_know) {
      reply = co_await look_up_directory(call, unidentified);
    } else {
      reply = co_await look_up_everywhere(call, asked, hashed);
      if (!reply && is_missing(reply.error())) volume_.memory.absent.put({lookup.parent, lookup.name}, parent);
    }
    co_return std::move(reply);
  }
  volume_.learn_commit_hash(reply->xdata);
  if (reply->iatt.is_directory()) {
    reply = co_await look_up_directory(call, unidentified, std::pair(*hashed, std::move(*reply)));
    co_return std::move(reply);
  }
  if (!volume_.is_link_file(*reply)) co_return file_found(asked, *hashed, std::move(*reply));

  if (const std::optional<Place> target = volume_.link_target(reply->xdata); target && *target != *hashed) {
    Result<fop::Lookup::Reply> data = co_await volume_.subvolume(*target).perform(call, asked);
    const bool is_it =
        data && data->iatt.gfid == reply->iatt.gfid && !data->iatt.is_directory() && !volume_.is_link_file(*data);
    if (is_it) co_return file_found(asked, *target, std::move(*data));
    if (!data && data.error().number() == ENOTCONN) co_return data.error();
  }
  reply = co_await look_up_everywhere(call, asked, hashed);
  co_return std::move(reply);
}

Task<bool> Finder::stands_elsewhere(const Call& call, DirectoryPointer parent, std::string entry) {
  if (!may_be_elsewhere(*parent)) co_return false;
  const NameIn name{parent->gfid, std::move(entry)};
  const DirectoryPointer* looked = volume_.memory.absent.find(name);
  const bool is_known = looked != nullptr && *looked == parent;
  volume_.memory.absent.erase(name);
  if (is_known) co_return false;
  const fop::Lookup lookup = volume_.keys.added_to({.parent = name.directory, .name = name.name});
  const Result<fop::Lookup::Reply> found =
      co_await look_up_everywhere(call, lookup, volume_.hashed_place(*parent, name.name));
  if (!found && !is_missing(found.error())) co_return found.error();
  co_return found.has_value();
}

Task<bool> Finder::is_free_after_all(const Call& call, Gfid parent, std::string entry) {
  const fop::Lookup lookup{.parent = parent, .name = std::move(entry)};
  const Result<fop::Lookup::Reply> found = co_await look_up(call, lookup);
  co_return !found && is_missing(found.error());
}

bool Finder::may_be_elsewhere(const Directory& parent) const {
  if (volume_.options.lookup_optimize) return parent.layout.commit_hash() != volume_.commit_hash();
  if (volume_.options.lookup_unhashed == "auto") return parent.layout.anomalies() != Anomalies{};
  bool everywhere = true;
  static_cast<void>(parse_option(volume_.options.lookup_unhashed, everywhere));
  return everywhere;
}

fop::Lookup::Reply Finder::file_found(const fop::Lookup& lookup, Place place, fop::Lookup::Reply reply) {
  volume_.memory.remember_file(reply.iatt, place, lookup.parent, lookup.name);
  if (volume_.is_moving(reply.iatt, reply.xdata)) hide_move(reply);
  volume_.keys.hide(reply.xdata);
  if (!lookup.name.empty()) reply.parent = volume_.memory.of_directory(reply.parent);
  return reply;
}

Task<fop::Lookup::Reply> Finder::look_up_directory(const Call& call, const fop::Lookup& lookup,
                                                   std::optional<std::pair<Place, fop::Lookup::Reply>> first) {
  AnswersOf<fop::Lookup> answers;
  if (first) {
    answers = co_await tried(on_each(volume_.others(first->first), call, lookup));
    answers.insert(answers.begin() + static_cast<std::ptrdiff_t>(first->first), std::move(first->second));
  } else {
    answers = co_await tried(on_each(volume_.children(), call, lookup));
  }
  const bool is_file = std::ranges::any_of(
      answers, [](const Result<fop::Lookup::Reply>& answer) { return answer && !answer->iatt.is_directory(); });
  const bool is_directory = std::ranges::any_of(
      answers, [](const Result<fop::Lookup::Reply>& answer) { return answer && answer->iatt.is_directory(); });
  if (is_file || !is_directory) {
    // Another client replaced a file by a directory, or it never was one; what is everywhere decides.
    const Standing standing = decide(volume_, lookup, std::nullopt, answers);
    if (standing.contradicts || (is_file && is_directory)) {
      const DirectoryPointer parent = co_await tried(find_directory(call, lookup.parent));
      fop::Lookup::Reply reply =
          co_await tried(look_up_everywhere(call, lookup, volume_.hashed_place(*parent, lookup.name)));
      co_return std::move(reply);
    }
    fop::Lookup::Reply reply = co_await tried(answer_from(call, lookup, standing, answers));
    co_return std::move(reply);
  }
  fop::Lookup::Reply reply = co_await tried(directory_found(call, lookup, answers));
  co_return std::move(reply);
}

// The answer for a directory, made of all answers.
Task<fop::Lookup::Reply> Finder::directory_found(const Call& call, const fop::Lookup& lookup,
                                                 const AnswersOf<fop::Lookup>& answers) {
  const DirectoryPointer directory = co_await tried(learn_directory(call, lookup, answers));
  volume_.memory.places.erase(directory->gfid);
  const auto usable = [&](Place place) { return answers[place] && answers[place]->iatt.is_directory(); };
  Place speaks = 0;
  while (!usable(speaks)) ++speaks;
  if (directory->leader && usable(*directory->leader)) speaks = *directory->leader;
  fop::Lookup::Reply reply = *answers[speaks];
  volume_.keys.hide(reply.xdata);
  reply.iatt = volume_.memory.of_directory(reply.iatt);
  if (!lookup.name.empty()) reply.parent = volume_.memory.of_directory(reply.parent);
  co_return std::move(reply);
}

}  // namespace mortar::distribute
