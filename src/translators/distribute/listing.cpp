// Listing directories: the subvolumes one after the other, in their order in the volfile. A position belongs to the
// subvolume whose leaf folded it, so a listing goes on anywhere.
//
// Each name is shown once: link files are not shown, a directory only by the subvolume that its name hashes to, or by
// the first where that is away. Who is there and how names are spread is settled when the listing begins, for what one
// subvolume leaves out another has to show: one that goes away later ends the listing with an error, while one that was
// away from the start is passed over, as all its files are missing anyway.
//
//   1 trip, as long as what fits into the answer comes from few subvolumes: those of which nothing has been listed yet
//   are asked together
//
// Directories are shown without attributes: one subvolume does not know when the others were changed, and an answer
// with attributes would keep the caller from the lookup that compares all copies and heals them.
#include <algorithm>

#include "translators/client/leaf_offsets.h"
#include "translators/distribute/distribute.h"
#include "translators/distribute/merge.h"

namespace mortar {

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

struct Distribute::Listing {
  const fop::Readdirp& asked;
  std::shared_ptr<const ListedBy> by;
  Place first = 0;  // of those that are there
  // Where it goes on.
  Place place = 0;
  std::uint64_t offset = 0;

  fop::Readdirp::Reply reply{};
  std::size_t charged = 0;
  bool full = false;
  bool heard = false;  // from any subvolume
  Error error{ENOTCONN};

  std::size_t room() const { return asked.size - std::min<std::size_t>(charged, asked.size); }
  bool has_entries() const { return !reply.entries.elements.empty(); }
  // What is left is not worth another trip.
  bool is_enough() const { return full || room() <= asked.size / 2; }
};

Task<fop::Readdirp::Reply> Distribute::act(const Call& call, const fop::Readdirp& readdir) {
  const std::shared_ptr<const ListedBy> by = co_await tried(begin_or_go_on(call, readdir));
  Listing listing{.asked = readdir, .by = by};
  listing.first = static_cast<Place>(std::ranges::find(by->there, true) - by->there.begin());
  listing.offset = readdir.offset;
  if (listing.offset != 0) listing.place = leaf_offsets::child_of(*this, listing.offset);
  while (listing.place < children().size() && !listing.is_enough()) {
    const std::vector<fop::Readdirp> questions = next_questions(listing);
    AnswersOf<fop::Readdirp> answers = co_await tried(ask_for_entries(call, questions, listing.place));
    for (Result<fop::Readdirp::Reply>& answer : answers) {
      const Result<bool> over = take_entries(listing, std::move(answer));
      if (!over && !listing.has_entries()) co_return over.error();
      // Told again when the listing goes on from here.
      listing.full = listing.full || !over;
      if (!over || !*over) break;
    }
  }
  const bool at_end = listing.place == children().size();
  if (at_end && !listing.heard) co_return listing.error;
  listing.reply.op_ret = static_cast<std::int32_t>(listing.reply.entries.elements.size());
  listing.reply.op_errno = at_end ? ENOENT : 0;
  co_return std::move(listing.reply);
}

// Attributes and the names in link files tell what is no entry.
Task<fop::Readdir::Reply> Distribute::act(const Call& call, const fop::Readdir& readdir) {
  const fop::Readdirp with_attributes{
      .gfid = readdir.gfid, .fd = readdir.fd, .offset = readdir.offset, .size = readdir.size, .xdata = readdir.xdata};
  fop::Readdirp::Reply listed = co_await tried(act(call, with_attributes));
  fop::Readdir::Reply reply;
  reply.op_ret = listed.op_ret;
  reply.op_errno = listed.op_errno;
  reply.entries.elements.reserve(listed.entries.elements.size());
  for (EntryPlus& entry : listed.entries.elements) {
    reply.entries.elements.push_back({.inode = entry.inode,
                                      .offset = entry.offset,
                                      .name_length = entry.name_length,
                                      .type = entry.type,
                                      .name = std::move(entry.name)});
  }
  co_return std::move(reply);
}

Task<std::shared_ptr<const ListedBy>> Distribute::begin_or_go_on(const Call& call, const fop::Readdirp& readdir) {
  const std::shared_ptr<OpenObject> open = open_object(this, readdir.fd);
  if (open && readdir.offset != 0 && open->listed_by) co_return open->listed_by;
  const DirectoryPointer directory = co_await tried(find_directory(call, readdir.gfid));
  auto by = std::make_shared<ListedBy>(up_, directory->layout);
  for (Place place = 0; place < by->there.size(); ++place) {
    const int err = by->layout[place].err;
    if (err == ENOENT || err == ESTALE) by->there[place] = false;
  }
  if (open) open->listed_by = by;
  co_return by;
}

// For the subvolume whose turn it is, and, where nothing has been listed of it, for those behind it.
std::vector<fop::Readdirp> Distribute::next_questions(const Listing& listing) const {
  const std::size_t rest = children().size() - listing.place;
  const std::size_t count = listing.offset == 0 ? std::min(rest, most_asked_together) : 1;
  std::vector<fop::Readdirp> questions(count, listing.asked);
  for (std::size_t index = 0; index < count; ++index) {
    fop::Readdirp& question = questions[index];
    question.offset = listing.offset;
    question.size = static_cast<std::uint32_t>(listing.room());
    question.xdata.set(link_key(), std::int64_t{256});
    const bool skips_directories = options_.readdir_optimize && listing.place + index != listing.first;
    if (skips_directories) question.xdata.set("readdir-filter-directories", std::int64_t{1});
  }
  return questions;
}

Task<AnswersOf<fop::Readdirp>> Distribute::ask_for_entries(const Call& call, const std::vector<fop::Readdirp>& asked,
                                                           Place from) {
  std::vector<Task<fop::Readdirp::Reply>> tasks;
  tasks.reserve(asked.size());
  for (std::size_t index = 0; index < asked.size(); ++index) {
    tasks.push_back(at_place(call, asked[index], from + index));
  }
  return all(std::move(tasks));
}

Result<bool> Distribute::take_entries(Listing& listing, Result<fop::Readdirp::Reply> answer) {
  if (!answer) {
    const bool begun = listing.offset != 0 || listing.by->there[listing.place];
    const bool passed_over = distribute::is_missing(answer.error()) || (distribute::is_away(answer.error()) && !begun);
    if (!passed_over) return std::unexpected(answer.error());
    listing.error = answer.error();
  } else {
    listing.heard = true;
    for (EntryPlus& entry : answer->entries.elements) {
      if (!shows(listing, entry)) {
        listing.offset = entry.offset;
        continue;
      }
      const std::size_t charge = entry_charge + entry.name.size() + 1;
      if (charge > listing.room() && listing.has_entries()) {
        listing.full = true;
        return false;
      }
      listing.charged += charge;
      listing.offset = entry.offset;
      settle_entry(listing, entry);
      listing.reply.entries.elements.push_back(std::move(entry));
    }
    if (answer->op_errno != ENOENT) {
      // The next one does not fit into what was left.
      listing.full = answer->entries.elements.empty();
      return false;
    }
  }
  ++listing.place;
  listing.offset = 0;
  return true;
}

bool Distribute::shows(const Listing& listing, const EntryPlus& entry) const {
  if (is_dots(entry.name)) return listing.place == listing.first;
  if (distribute::looks_moved(entry.iatt) && entry.xattrs.has(link_key())) return false;
  if (!is_directory(entry)) return true;
  const std::optional<Place> hashed = listing.by->layout.place(hash_(entry.name));
  const bool hashed_shows = !options_.readdir_optimize && hashed && listing.by->there[*hashed];
  return listing.place == (hashed_shows ? *hashed : listing.first);
}

void Distribute::settle_entry(const Listing& listing, EntryPlus& entry) {
  if (is_dots(entry.name) || is_directory(entry)) {
    entry.iatt = {};
    entry.xattrs = {};
    return;
  }
  if (!entry.iatt.gfid.is_null()) {
    remember_file(entry.iatt, listing.place, listing.asked.gfid, entry.name);
    const bool is_moving = distribute::looks_moving(entry.iatt) && entry.xattrs.has(link_key());
    if (is_moving) entry.iatt.mode &= ~03000u;
  }
  if (!entry.xattrs.empty()) hide_own_keys(entry.xattrs);
}

}  // namespace mortar
