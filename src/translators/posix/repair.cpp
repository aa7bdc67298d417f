#include "translators/posix/repair.h"

#include <algorithm>

#include "translators/posix/gfid2path.h"
#include "translators/posix/making.h"
#include "translators/posix/paths.h"

namespace mortar::posix {

namespace {

// Files with more names have records of some of them only.
constexpr std::uint32_t most_recorded_names = 500;
constexpr int create_only = 1;

bool is_record(const std::string& key) { return key.starts_with(gfid2path_prefix); }

// Of two directories of one identity the other one keeps the handle as long as it exists.
Result<Done> repair_directory(const Work& work, const Gfid& gfid, const DirectoryName& here) {
  Result<DirectoryName> said = work.handles().directory_name(gfid);
  if (said && *said == here) return done;
  return work.handles().add_directory(gfid, here);
}

Result<Done> repair_records(const Work& work, const Gfid& parent, const Place& place, const FileStatus& status) {
  if (!work.options->gfid2path || status.links > most_recorded_names) return done;
  Result<std::vector<std::string>> keys = work.attributes().list(place);
  if (!keys) return std::unexpected(keys.error());
  const NameRecord own = name_record(parent, place.name);
  for (const std::string& key : *keys) {
    if (!is_record(key) || key == own.key) continue;
    Result<std::string> value = work.attributes().get(place, key.c_str());
    std::optional<RecordedName> record = value ? parse_name_record(*value) : std::nullopt;
    if (record && name_record(record->parent, record->name).key == key && leads_to(work, *record, status)) continue;
    if (Result<Done> removed = work.attributes().remove(place, key.c_str()); !removed) return removed;
  }
  return work.attributes().set(place, own.key.c_str(), as_bytes(own.value), 0);
}

// The object without identity does not count: a file that lost it may still have its handle.
bool is_of_another(const Work& work, const Gfid& gfid, const FileStatus& status) {
  if (work.handles().open_directory(gfid)) return true;
  const Result<DirectoryName> said = work.handles().directory_name(gfid);
  if (said || said.error().number() != ENOTDIR) return false;
  const Result<FileStatus> there = status_of(work, work.handles().place(gfid));
  return there && (there->inode != status.inode || there->device != status.device);
}

}  // namespace

Result<Gfid> give_identity(const Work& work, const Place& place, const FileStatus& status, const Dictionary& xdata) {
  std::optional<Gfid> wanted = xdata.gfid("gfid-req");
  if (!wanted || wanted->is_null() || wanted->is_root()) return failed(ENODATA);
  if (is_of_another(work, *wanted, status)) {
    // The half-made directory is in the way of the one that moves here, and nobody can have anything in it.
    const bool is_gone =
        status.is_directory() && work.files().remove_directory(place.directory, place.name).has_value();
    return failed(is_gone ? ENOENT : ENODATA);
  }
  if (Result<Done> set = work.attributes().set(place, gfid_key, wanted->view(), create_only); !set) {
    return std::unexpected(set.error());
  }
  return *wanted;
}

bool names_are_recorded(const Work& work, const Gfid& parent, const Place& place, const FileStatus& status) {
  if (!work.options->gfid2path || status.links > most_recorded_names) return true;
  Result<std::vector<std::string>> keys = work.attributes().list(place);
  if (!keys) return true;
  const auto count = std::ranges::count_if(*keys, is_record);
  const bool is_own_there = std::ranges::find(*keys, name_record(parent, place.name).key) != keys->end();
  return is_own_there && count + 1 == static_cast<std::ptrdiff_t>(status.links);
}

Result<Done> repair(const Work& work, const Gfid& gfid, const Gfid& parent, const Place& place,
                    const FileStatus& status) {
  if (status.is_directory()) return repair_directory(work, gfid, {parent, place.name});
  if (Result<Done> added = work.handles().add_file(gfid, place.directory, place.name); !added) return added;
  Result<FileStatus> linked = status_of(work, place);
  if (!linked) return std::unexpected(linked.error());
  return repair_records(work, parent, place, *linked);
}

}  // namespace mortar::posix
