// Directories that are not alike on all subvolumes: somebody died while making, removing or changing one, a subvolume
// was away or is new. Every lookup of a directory compares its copies.
//
// What is out of order is looked at again under the lock under which directories are made and removed, so that nobody's
// work in hand is taken for damage; it is put in order only while every subvolume is there.
//
//   copies   6 trips: two locks, lookup, mkdir, owner, times; one more to settle the count of the leader
//   layout   a trip for the lock of each subvolume, lookup, write
#include "translators/distribute/ailments.h"

#include <fmt/format.h>

#include "base/log.h"
#include "translators/cluster/as_root.h"
#include "translators/distribute/distribute.h"
#include "translators/distribute/merge.h"

namespace mortar {

namespace {

constexpr const char* layout_domain = "dht.layout.heal";
constexpr auto pause_after_refusal = std::chrono::seconds(10);
constexpr std::size_t deepest_path = 4096;

bool is_named(const fop::Lookup& lookup) { return !lookup.name.empty() && lookup.name != "." && lookup.name != ".."; }

}  // namespace

Task<DirectoryPointer> Distribute::learn_directory(const Call& call, const fop::Lookup& lookup,
                                                   const AnswersOf<fop::Lookup>& answers) {
  if (std::optional<std::string> sentence = contradiction(lookup, answers)) {
    co_await tried(refuse_contradiction(call, lookup, std::move(*sentence)));
  }
  DirectoryPointer directory = co_await tried(unite(lookup, answers));
  const distribute::Ailments ailments = distribute::find_ailments(*directory, answers, leader_key());
  if (ailments.any() && !ailments.unclear && all_up() && !was_refused(directory->gfid)) {
    co_await tried(heal_directory(call, lookup, directory));
  }
  memory_.directories.put(directory->gfid, directory);
  if (is_named(lookup)) memory_.names.put({lookup.parent, lookup.name}, directory->gfid);
  co_return directory;
}

std::optional<std::string> Distribute::contradiction(const fop::Lookup& lookup,
                                                     const AnswersOf<fop::Lookup>& answers) const {
  std::optional<Place> first;
  for (Place place = 0; place < answers.size(); ++place) {
    if (!answers[place] || !answers[place]->iatt.is_directory()) continue;
    if (!first) first = place;
    const Gfid& gfid = answers[*first]->iatt.gfid;
    if (answers[place]->iatt.gfid == gfid) continue;
    return fmt::format("the directory {} in {} is {} on {} and {} on {}; keep one of them", lookup.name,
                       lookup.parent.text(), gfid.text(), subvolume(*first).name(), answers[place]->iatt.gfid.text(),
                       subvolume(place).name());
  }
  return std::nullopt;
}

Task<> Distribute::refuse_contradiction(const Call& call, const fop::Lookup& lookup, std::string sentence) {
  const Call root = as_root(call);
  const Result<DirectoryPointer> parent = co_await find_directory(root, lookup.parent);
  const std::optional<Place> hashed = parent ? hashed_place(**parent, lookup.name) : std::nullopt;
  LockSet locks(call, lock_owners_);
  Result<Done> guarded = failed(ENOENT);
  if (hashed) {
    guarded = co_await guard_entry(locks, *hashed, lookup.parent, lookup.name);
  }
  if (guarded) {
    const fop::Lookup again{.parent = lookup.parent, .name = lookup.name};
    const AnswersOf<fop::Lookup> answers = co_await tried(on_each(children(), root, again));
    std::optional<std::string> still = contradiction(again, answers);
    sentence = still ? std::move(*still) : std::string();
  }
  co_await locks.release();
  // Somebody was just putting another directory in its place.
  if (sentence.empty()) co_return failed(ESTALE);
  log::error(name(), "{}", sentence);
  co_return failed(EIO, std::move(sentence));
}

Result<DirectoryPointer> Distribute::unite(const fop::Lookup& lookup, const AnswersOf<fop::Lookup>& answers) {
  auto directory = std::make_shared<Directory>();
  directory->layout = Layout(answers.size());
  const DirectoryPointer* known = nullptr;
  bool complete = true;
  for (const Result<fop::Lookup::Reply>& answer : answers) {
    if (!answer || !answer->iatt.is_directory()) continue;
    directory->gfid = answer->iatt.gfid;
    known = memory_.directories.find(directory->gfid);
    break;
  }
  if (directory->gfid.is_null()) return std::unexpected(distribute::error_of(answers));

  for (Place place = 0; place < answers.size(); ++place) {
    const Result<fop::Lookup::Reply>& answer = answers[place];
    Range& range = directory->layout[place];
    if (!answer || !answer->iatt.is_directory()) {
      range.err = answer ? ENOTDIR : answer.error().number();
      complete = complete && range.err != ENOTCONN;
      // An answer that says nothing of the directory does not make forget what is known of it.
      const bool says_nothing = range.err != ENOENT && range.err != ESTALE && range.err != ENOTCONN;
      if (known != nullptr && says_nothing) range = (*known)->layout[place];
      continue;
    }
    if (const Result<Done> learned = directory->layout.learn(place, answer->xdata.bytes(layout_key())); !learned) {
      log::error(name(), "the layout of {} on {} cannot be read", directory->gfid.text(), subvolume(place).name());
    }
    const bool leads = !directory->gfid.is_root() && answer->xdata.has(leader_key());
    if (leads && !directory->leader) directory->leader = place;
    directory->accessed = std::max(directory->accessed, answer->iatt.accessed);
    directory->modified = std::max(directory->modified, answer->iatt.modified);
    directory->changed = std::max(directory->changed, answer->iatt.changed);
  }
  // Who is away cannot say when it was changed there: what was known of it holds.
  if (!complete && known != nullptr) {
    directory->accessed = std::max(directory->accessed, (*known)->accessed);
    directory->modified = std::max(directory->modified, (*known)->modified);
    directory->changed = std::max(directory->changed, (*known)->changed);
  }
  if (is_named(lookup)) {
    directory->parent = lookup.parent;
    directory->name = lookup.name;
  } else if (known != nullptr) {
    directory->parent = (*known)->parent;
    directory->name = (*known)->name;
  }
  return directory;
}

Task<> Distribute::heal_directory(const Call& call, const fop::Lookup& lookup, DirectoryPointer directory) {
  const Call root = as_root(call);
  if (directory->gfid.is_root()) {
    co_await heal_root(root, directory);
  } else if (is_named(lookup)) {
    co_await tried(heal_copies(root, lookup, directory));
  } else {
    // Its name decides who holds the locks and how its layout begins.
    const Result<DirectoryPointer> found = co_await look_up_path(root, directory);
    if (found) {
      *directory = **found;
    } else {
      log::debug(name(), "the path of {} is not found: {}", directory->gfid.text(), found.error().sentence());
    }
    co_return done;
  }
  if (directory->layout.anomalies().wrong_ranges()) {
    co_await heal_layout(root, directory);
  }
  co_return done;
}

// Each directory on the way to it, from the one that is known by name: they heal as they are looked up.
Task<DirectoryPointer> Distribute::look_up_path(const Call& call, DirectoryPointer directory) {
  std::string path = directory->name;
  Gfid parent = directory->parent;
  if (path.empty()) {
    const Place holder = speaker(*directory);
    const fop::Getxattr get{.gfid = directory->gfid, .name_given = 1, .name = "glusterfs.ancestry.path"};
    const fop::Values values = co_await tried(subvolume(holder).perform(call, get));
    path = values.values.text(get.name).value_or("");
    if (path.size() > deepest_path) co_return failed(ENAMETOOLONG);
    parent = root_gfid;
  }
  for (std::size_t start = 0; start < path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    const std::string entry = path.substr(start, end - start);
    start = end + 1;
    if (entry.empty()) continue;
    const fop::Lookup step = with_own_keys({.parent = parent, .name = entry});
    const fop::Lookup::Reply reply = co_await tried(look_up_directory(call, step, std::nullopt));
    parent = reply.iatt.gfid;
  }
  const DirectoryPointer* found = memory_.directories.find(directory->gfid);
  if (parent != directory->gfid || found == nullptr) co_return failed(ESTALE);
  co_return *found;
}

void Distribute::note_refusal(const Gfid& gfid, Place place, const Error& error) {
  log::warning(name(), "the directory {} is not healed on {}: {}", gfid.text(), subvolume(place).name(),
               error.sentence());
  refused_heals_.put(gfid, world_.now());
}

bool Distribute::was_refused(const Gfid& gfid) {
  const Instant* refused = refused_heals_.find(gfid);
  return refused != nullptr && world_.now() - *refused < pause_after_refusal;
}

Task<> Distribute::guard_entry(LockSet& locks, Place hashed, Gfid parent, std::string entry) {
  co_await tried(locks.lock_object(subvolume(hashed), parent, layout_domain, LockType::read));
  co_await tried(lock_name_at(locks, hashed, parent, std::move(entry)));
  co_return done;
}

std::optional<std::string> Distribute::path_of(const Directory& parent, std::string_view entry) {
  std::optional<std::string> path = path_of(parent);
  if (!path) return std::nullopt;
  if (*path != "/") path->push_back('/');
  path->append(entry);
  return path;
}

std::optional<std::string> Distribute::path_of(const Directory& directory) {
  std::string path;
  const Directory* at = &directory;
  while (!at->gfid.is_root()) {
    if (at->name.empty()) return std::nullopt;
    path.insert(0, "/" + at->name);
    const DirectoryPointer* above = memory_.directories.find(at->parent);
    // What is remembered of several may be of several times, and lead round in a circle.
    if (above == nullptr || path.size() > deepest_path) return std::nullopt;
    at = above->get();
  }
  return path.empty() ? "/" : path;
}

}  // namespace mortar
