// A position belongs to the subvolume whose leaf folded it, so a listing goes on anywhere.
//
// Each name is shown once: link files are not shown, a directory only by the subvolume that its name hashes to, or by
// the first where that is away. Who is there and how names are spread is settled when the listing begins, for what one
// subvolume leaves out another has to show: one that goes away later ends the listing with an error, while one that was
// away from the start is passed over, as all its files are missing anyway.
//
//   1 trip, as long as what fits into the answer comes from few subvolumes: those of which nothing has been listed yet
//   are asked together
//
// Where a layout is younger than the directory, as after bricks were added, a subvolume may lack directories that it is
// to show: then these are made there, and shown where they were found if its turn is over.
//
// What comes without attributes, as sets of copies list it where one of them has missed something, is looked up before
// it is shown, as it may be a link file: a trip more.
//
// Directories are shown without attributes: one subvolume does not know when the others were changed, and an answer
// with attributes would keep the caller from the lookup that compares all copies and heals them.
#include "translators/distribute/listing.h"

#include <algorithm>

#include "translators/client/leaf_offsets.h"
#include "translators/distribute/bare_entries.h"
#include "translators/distribute/merge.h"

namespace mortar::distribute {

namespace {

constexpr std::uint32_t directory_entry = 4;  // DT_DIR
// What an entry is charged beside its name, as bricks charge it.
constexpr std::size_t entry_charge = 256;
constexpr std::size_t most_asked_together = 16;

bool is_dots(std::string_view name) { return name == "." || name == ".."; }

bool is_directory(const EntryPlus& entry) {
  return entry.iatt.gfid.is_null() ? entry.type == directory_entry : entry.iatt.is_directory();
}

}  // namespace

Task<fop::Readdirp::Reply> Listing::run() {
  by_ = co_await tried(begin_or_go_on());
  first_ = static_cast<Place>(std::ranges::find(by_->there, true) - by_->there.begin());
  offset_ = asked_.offset;
  if (offset_ != 0) place_ = leaf_offsets::child_of(volume_.translator, offset_);
  while (place_ < volume_.children().size() && !is_enough()) {
    const std::vector<fop::Readdirp> questions = next_questions();
    AnswersOf<fop::Readdirp> answers = co_await tried(ask_for_entries(questions));
    for (Result<fop::Readdirp::Reply>& answer : answers) {
      gone_.clear();
      if (answer) {
        // What cannot be looked up is shown all the same: who asks for it hears why.
        std::vector<EntryPlus>& entries = answer->entries.elements;
        co_await look_up_bare(volume_, call_, asked_.gfid, place_, questions.front().xdata, entries, gone_);
      }
      if (answer && by_->may_lack) {
        co_await tried(complete(answer->entries.elements));
      }
      const Result<bool> over = take_entries(std::move(answer));
      if (!over && !has_entries()) co_return over.error();
      // Told again when the listing goes on from here.
      full_ = full_ || !over;
      if (!over || !*over) break;
    }
  }
  const bool at_end = place_ == volume_.children().size();
  if (at_end && !heard_) co_return error_;
  reply_.op_ret = static_cast<std::int32_t>(reply_.entries.elements.size());
  reply_.op_errno = at_end ? ENOENT : 0;
  co_return std::move(reply_);
}

Task<std::shared_ptr<const ListedBy>> Listing::begin_or_go_on() {
  const std::shared_ptr<OpenObject> open = descriptors_.object(asked_.fd);
  const auto known = open && asked_.offset != 0 ? open->contexts.get<ListedBy>(&volume_) : nullptr;
  if (known) co_return known;
  const DirectoryPointer directory = co_await tried(finder_.find_directory(call_, asked_.gfid));
  auto by = std::make_shared<ListedBy>(volume_.up(), directory->layout, finder_.may_be_elsewhere(*directory));
  for (Place place = 0; place < by->there.size(); ++place) {
    const int err = by->layout[place].err;
    if (err == ENOENT || err == ESTALE) by->there[place] = false;
  }
  if (open) open->contexts.put(&volume_, by);
  co_return by;
}

// For the subvolume whose turn it is, and, where nothing has been listed of it, for those behind it.
std::vector<fop::Readdirp> Listing::next_questions() const {
  const std::size_t rest = volume_.children().size() - place_;
  const std::size_t count = offset_ == 0 && !by_->may_lack ? std::min(rest, most_asked_together) : 1;
  std::vector<fop::Readdirp> questions(count, asked_);
  for (std::size_t index = 0; index < count; ++index) {
    fop::Readdirp& question = questions[index];
    question.offset = offset_;
    question.size = static_cast<std::uint32_t>(room());
    question.xdata.set(volume_.keys.link, std::int64_t{256});
    const bool skips_directories = volume_.options.readdir_optimize && place_ + index != first_;
    if (skips_directories) question.xdata.set("readdir-filter-directories", std::int64_t{1});
  }
  return questions;
}

Task<AnswersOf<fop::Readdirp>> Listing::ask_for_entries(const std::vector<fop::Readdirp>& questions) {
  std::vector<Task<fop::Readdirp::Reply>> tasks;
  tasks.reserve(questions.size());
  for (std::size_t index = 0; index < questions.size(); ++index) {
    tasks.push_back(descriptors_.at_place(call_, questions[index], place_ + index));
  }
  return all(std::move(tasks));
}

// `entries`: of the subvolume whose turn it is.
Task<> Listing::complete(const std::vector<EntryPlus>& entries) {
  for (const EntryPlus& entry : entries) {
    if (is_dots(entry.name) || !is_directory(entry)) continue;
    const std::optional<Place> hashed = by_->layout.place(volume_.hash(entry.name));
    if (!hashed || *hashed == place_ || !by_->there[*hashed]) continue;
    const DirectoryPointer* known = volume_.memory.directories.find(entry.iatt.gfid);
    if (known != nullptr && (*known)->layout[*hashed].err == 0) continue;
    const fop::Lookup lookup{.parent = asked_.gfid, .name = entry.name};
    const Result<fop::Lookup::Reply> there = co_await volume_.subvolume(*hashed).perform(call_, lookup);
    if (there || !is_missing(there.error())) continue;
    const Result<fop::Lookup::Reply> made = co_await finder_.look_up_directory(call_, volume_.keys.added_to(lookup));
    if (made && *hashed < place_) shown_here_.insert(entry.name);
  }
  co_return done;
}

Result<bool> Listing::take_entries(Result<fop::Readdirp::Reply> answer) {
  if (!answer) {
    const bool begun = offset_ != 0 || by_->there[place_];
    const bool passed_over = is_missing(answer.error()) || (is_away(answer.error()) && !begun);
    if (!passed_over) return std::unexpected(answer.error());
    error_ = answer.error();
  } else {
    heard_ = true;
    for (EntryPlus& entry : answer->entries.elements) {
      if (!shows(entry)) {
        offset_ = entry.offset;
        continue;
      }
      const std::size_t charge = entry_charge + entry.name.size() + 1;
      if (charge > room() && has_entries()) {
        full_ = true;
        return false;
      }
      charged_ += charge;
      offset_ = entry.offset;
      settle_entry(entry);
      reply_.entries.elements.push_back(std::move(entry));
    }
    if (answer->op_errno != ENOENT) {
      // The next one does not fit into what was left.
      full_ = answer->entries.elements.empty();
      return false;
    }
  }
  ++place_;
  offset_ = 0;
  return true;
}

bool Listing::shows(const EntryPlus& entry) const {
  if (is_dots(entry.name)) return place_ == first_;
  if (gone_.contains(entry.name)) return false;
  if (volume_.is_link_file(entry.iatt, entry.xattrs)) return false;
  if (!is_directory(entry) || shown_here_.contains(entry.name)) return true;
  const std::optional<Place> hashed = by_->layout.place(volume_.hash(entry.name));
  const bool hashed_shows = !volume_.options.readdir_optimize && hashed && by_->there[*hashed];
  return place_ == (hashed_shows ? *hashed : first_);
}

void Listing::settle_entry(EntryPlus& entry) {
  if (is_dots(entry.name) || is_directory(entry)) {
    entry.iatt = {};
    entry.xattrs = {};
    return;
  }
  if (!entry.iatt.gfid.is_null()) {
    volume_.memory.remember_file(entry.iatt, place_, asked_.gfid, entry.name);
    if (volume_.is_moving(entry.iatt, entry.xattrs)) hide_move(entry);
  }
  if (!entry.xattrs.empty()) volume_.keys.hide(entry.xattrs);
}

}  // namespace mortar::distribute
