#include "translators/distribute/bare_entries.h"

#include "base/join.h"
#include "translators/distribute/merge.h"

namespace mortar::distribute {

namespace {

constexpr std::uint32_t unknown_entry = 0, file_entry = 8;  // DT_UNKNOWN, DT_REG

bool may_be_link_file(const EntryPlus& entry) {
  const bool is_dots = entry.name == "." || entry.name == "..";
  return !is_dots && entry.iatt.gfid.is_null() && (entry.type == unknown_entry || entry.type == file_entry);
}

}  // namespace

Task<> look_up_bare(Volume& volume, const Call& call, Gfid directory, Place place, const Dictionary& keys,
                    std::vector<EntryPlus>& entries, std::set<std::string>& gone) {
  std::vector<fop::Lookup> lookups;
  for (const EntryPlus& entry : entries) {
    if (may_be_link_file(entry)) lookups.push_back({.parent = directory, .name = entry.name, .xdata = keys});
  }
  if (lookups.empty()) co_return done;
  std::vector<Task<fop::Lookup::Reply>> tasks;
  for (const fop::Lookup& lookup : lookups) tasks.push_back(volume.subvolume(place).perform(call, lookup));
  AnswersOf<fop::Lookup> answers = co_await tried(all(std::move(tasks)));

  Result<Done> outcome = done;
  std::size_t next = 0;
  for (EntryPlus& entry : entries) {
    if (!may_be_link_file(entry)) continue;
    Result<fop::Lookup::Reply>& answer = answers[next++];
    if (answer) {
      entry.iatt = answer->iatt;
      entry.xattrs = std::move(answer->xdata);
    } else if (is_missing(answer.error())) {
      gone.insert(entry.name);
    } else {
      outcome = std::unexpected(answer.error());
    }
  }
  co_return outcome;
}

}  // namespace mortar::distribute
