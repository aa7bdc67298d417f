#include "translators/posix/paths.h"

namespace mortar::posix {

namespace {

constexpr int deepest = 4096;

}  // namespace

bool leads_to(const Work& work, const RecordedName& record, const FileStatus& status) {
  Result<OpenFile> parent = work.handles().open_directory(record.parent);
  if (!parent) return false;
  Result<FileStatus> there = work.files().status(parent->number(), record.name);
  return there && there->inode == status.inode && there->device == status.device;
}

Result<std::string> directory_path(const Work& work, const Gfid& gfid) {
  std::string path;
  Gfid at = gfid;
  for (int depth = 0; !at.is_root(); ++depth) {
    Result<DirectoryName> where = work.handles().directory_name(at);
    if (!where || depth == deepest) return failed(ESTALE);
    path.insert(0, "/" + where->name);
    at = where->parent;
  }
  return path.empty() ? std::string("/") : path;
}

Result<std::vector<std::string>> paths_of(const Work& work, const Subject& subject, const Found& found) {
  if (found.iatt.is_directory()) {
    Result<std::string> path = directory_path(work, subject.gfid);
    if (!path) return std::unexpected(path.error());
    return std::vector{std::move(*path)};
  }
  Result<std::vector<std::string>> keys = work.attributes().list(found.place);
  if (!keys) return std::unexpected(keys.error());
  Result<FileStatus> status = status_of(work, found.place);
  if (!status) return std::unexpected(status.error());
  std::vector<std::string> paths;
  for (const std::string& key : *keys) {
    if (!key.starts_with(gfid2path_prefix)) continue;
    Result<std::string> value = work.attributes().get(found.place, key.c_str());
    std::optional<RecordedName> record = value ? parse_name_record(*value) : std::nullopt;
    // A crash in a rename may have left the record of a name that is no more.
    if (!record || !leads_to(work, *record, *status)) continue;
    Result<std::string> parent = directory_path(work, record->parent);
    if (parent) paths.push_back((*parent == "/" ? std::string() : std::move(*parent)) + "/" + record->name);
  }
  return paths;
}

}  // namespace mortar::posix
