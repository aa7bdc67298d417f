#include "translators/replicate/heal_notes.h"

#include <algorithm>

namespace mortar::replicate {

namespace {

constexpr const char* changes_list_key = "glusterfs.xattrop_entry_changes_gfid";

}  // namespace

Task<NamesToHeal> HealNotes::find(const DirectoryJob& job) {
  NamesToHeal to_heal;
  const bool are_noted = co_await tried(find_noted(job, to_heal));
  if (are_noted) co_return std::move(to_heal);
  // What was noted and is nowhere any more is looked at, too, so that it is struck from the list.
  for (const Copy copy : job.concerned().list()) {
    const std::vector<std::string> there = co_await tried(healing_.names_on(copy, job.directory));
    to_heal.names.insert(there.begin(), there.end());
  }
  co_return std::move(to_heal);
}

Task<bool> HealNotes::find_noted(const DirectoryJob& job, NamesToHeal& to_heal) {
  const bool are_noted = volume_.options.granular_entry_heal && !job.direction.is_unsettled;
  if (!are_noted) co_return false;
  for (const Copy source : job.direction.sources.list()) {
    for (const Copy sink : job.direction.sinks.list()) {
      // The whole directory is meant.
      const Counts& missed = job.testimony.marks[source].missed[sink];
      if (missed[Slot::data] != 0) co_return false;
    }
    const std::optional<Gfid> list = co_await tried(list_of(source, job.directory));
    if (!list) co_return false;
    to_heal.lists.emplace_back(source, *list);
    const std::vector<std::string> noted = co_await tried(healing_.names_on(source, *list));
    to_heal.names.insert(noted.begin(), noted.end());
  }
  co_return true;
}

// The brick shows what it has noted as a directory; none, where nothing of this one was noted.
Task<std::optional<Gfid>> HealNotes::list_of(Copy copy, Gfid directory) {
  const Call own = healing_.call();
  const fop::Getxattr get{.gfid = root_gfid, .name_given = 1, .name = changes_list_key, .xdata = {}};
  const Result<fop::Values> lists = co_await healing_.at(own, get, copy);
  const std::optional<Gfid> all = lists ? lists->values.gfid(changes_list_key) : std::nullopt;
  if (!all) co_return std::optional<Gfid>();
  const fop::Lookup lookup = lookup_of(*all, directory.text());
  const Result<fop::Lookup::Reply> found = co_await healing_.at(own, lookup, copy);
  if (!found) co_return std::optional<Gfid>();
  co_return std::optional(found->iatt.gfid);
}

// A client may have carried what is behind to a name that was not noted when it was looked.
Task<> HealNotes::check(const NamesToHeal& to_heal) {
  for (const auto& [copy, list] : to_heal.lists) {
    const Result<std::vector<std::string>> noted = co_await healing_.names_on(copy, list);
    if (!noted && is_missing(noted.error())) continue;
    if (!noted) co_return noted.error();
    const auto is_new = [&to_heal](const std::string& name) { return !to_heal.names.contains(name); };
    if (std::ranges::any_of(*noted, is_new)) co_return failed(EAGAIN, "names were noted meanwhile");
  }
  co_return done;
}

// It need not be looked at again, unless a copy that is away needs it.
Task<> HealNotes::strike(const DirectoryJob& job, const NamesToHeal& to_heal, std::string name) {
  const bool is_everywhere = job.concerned() == volume_.all();
  if (job.report.end != HealEnd::healed || !is_everywhere) co_return done;
  for (const auto& [copy, list] : to_heal.lists) {
    fop::Unlink strike{.parent = list, .name = name, .flags = 0, .xdata = {}};
    co_await tried(healing_.remove_at(std::move(strike), copy));
  }
  co_return done;
}

}  // namespace mortar::replicate
