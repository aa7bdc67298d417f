#include "translators/distribute/emptiness.h"

#include <algorithm>

#include "base/join.h"
#include "base/log.h"
#include "translators/distribute/bare_entries.h"
#include "translators/distribute/merge.h"

namespace mortar::distribute {

namespace {

// More than a handful of entries are files and not forgotten links.
constexpr std::uint32_t page_size = 4096;

}  // namespace

Task<> Emptiness::require_everywhere(const Call& call, Gfid directory) {
  std::vector<Task<>> listings;
  for (Place place = 0; place < volume_.children().size(); ++place) listings.push_back(require(call, directory, place));
  const std::vector<Result<Done>> empty = co_await tried(all(std::move(listings)));
  for (const Result<Done>& each : empty) {
    if (!each && !is_missing(each.error())) co_return each.error();
  }
  co_return done;
}

Task<> Emptiness::require(const Call& call, Gfid directory, Place place) {
  fop::Readdirp readdir{.gfid = directory, .size = page_size};
  readdir.xdata.set(volume_.keys.link, std::int64_t{256});
  while (true) {
    fop::Readdirp::Reply reply = co_await tried(volume_.subvolume(place).perform(call, readdir));
    std::set<std::string> gone;
    co_await tried(look_up_bare(volume_, call, directory, place, readdir.xdata, reply.entries.elements, gone));
    std::vector<Task<>> links;
    for (const EntryPlus& entry : reply.entries.elements) {
      readdir.offset = entry.offset;
      if (entry.name == "." || entry.name == ".." || gone.contains(entry.name)) continue;
      const bool is_link = volume_.is_link_file(entry.iatt, entry.xattrs);
      if (!is_link) co_return failed(ENOTEMPTY);
      links.push_back(remove_stale_link(call, directory, entry, place));
    }
    const std::vector<Result<Done>> removed = co_await tried(all(std::move(links)));
    co_await tried(first_error(removed));
    if (reply.entries.elements.empty() || reply.op_errno == ENOENT) co_return done;
  }
}

Task<> Emptiness::reveal(const Call& call, Gfid directory) {
  const DirectoryPointer parent = co_await tried(finder_.find_directory(call, directory));
  for (Place place = 0; place < volume_.children().size(); ++place) {
    const fop::Readdirp readdir{.gfid = directory, .size = page_size};
    const Result<fop::Readdirp::Reply> page = co_await volume_.subvolume(place).perform(call, readdir);
    if (!page) continue;
    const auto hidden = std::ranges::find_if(page->entries.elements, [&](const EntryPlus& entry) {
      return entry.name != "." && entry.name != ".." && volume_.hashed_place(*parent, entry.name) != place;
    });
    if (hidden == page->entries.elements.end()) continue;
    fop::Lookup lookup = volume_.keys.added_to({.parent = directory, .name = hidden->name});
    // Where a crash left it without an identity.
    lookup.xdata.set("gfid-req", volume_.world.random_gfid());
    const Result<fop::Lookup::Reply> found =
        co_await finder_.look_up_everywhere(call, lookup, volume_.hashed_place(*parent, hidden->name));
    if (found) continue;
    log::warning(volume_.name(), "{} is not empty: {} is in it on {}: {}", directory.text(), lookup.name,
                 volume_.subvolume(place).name(), found.error().sentence());
  }
  co_return done;
}

Task<> Emptiness::remove_stale_link(const Call& call, Gfid directory, const EntryPlus& entry, Place place) {
  const std::optional<Place> data = volume_.link_target(entry.xattrs);
  if (data && *data != place) {
    const fop::Lookup lookup{.parent = directory, .name = entry.name};
    const Result<fop::Lookup::Reply> found = co_await volume_.subvolume(*data).perform(call, lookup);
    if (found) co_return failed(ENOTEMPTY);
    if (!is_missing(found.error())) co_return found.error();
  }
  co_await link_files_.remove(call, directory, entry.name, place);
  co_return done;
}

}  // namespace mortar::distribute
