#include "translators/posix/checker.h"

#include <fcntl.h>
#include <fmt/format.h>

#include "translators/posix/check_walk.h"

namespace mortar::posix {

std::string Finding::text() const {
  return gfid ? fmt::format("{} ({}): {}", path, gfid->text(), what) : fmt::format("{}: {}", path, what);
}

Result<CheckReport> check_brick(FileSystem& files, const std::string& directory, const CheckOptions& options) {
  BrickCheck check(files, options);
  if (Result<Done> ran = check.run(directory); !ran) return std::unexpected(ran.error());
  return check.take_report();
}

std::string handle_path(const Gfid& gfid) {
  const std::string text = gfid.text();
  return fmt::format("{}/{}/{}", text.substr(0, 2), text.substr(2, 2), text);
}

std::string directory_handle_text(const Gfid& parent, const std::string& name) {
  return fmt::format("../../{}/{}", handle_path(parent), name);
}

void BrickCheck::report(const std::string& path, const std::optional<Gfid>& gfid, std::string what) {
  report_.findings.push_back(Finding{path, gfid, std::move(what)});
}

void BrickCheck::each(int folder, const std::string& path, const std::function<void(const DirectoryEntry&)>& visit) {
  std::uint64_t offset = 0;
  while (true) {
    Result<std::vector<DirectoryEntry>> entries = files_.read_directory(folder, offset);
    if (!entries) return report(path, std::nullopt, fmt::format("cannot be listed: {}", entries.error().sentence()));
    if (entries->empty()) return;
    for (const DirectoryEntry& entry : *entries) {
      offset = entry.offset;
      if (entry.name != "." && entry.name != "..") visit(entry);
    }
  }
}

std::optional<OpenFile> BrickCheck::open_folder(int parent, const std::string& name, const std::string& path) {
  Result<OpenFile> folder = files_.open(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
  if (folder) return std::move(*folder);
  report(path, std::nullopt, fmt::format("cannot be opened: {}", folder.error().sentence()));
  return std::nullopt;
}

Result<Done> BrickCheck::run(const std::string& directory) {
  Result<OpenFile> root = files_.open(FileSystem::no_directory, directory, O_RDONLY | O_DIRECTORY, 0);
  if (!root) return std::unexpected(root.error());
  Result<FileStatus> status = files_.status(root->number());
  if (!status) return std::unexpected(status.error());
  root_ = root->number();
  device_ = status->device;
  check_root();
  objects_[status->inode] = Object{.gfid = root_gfid, .is_directory = true, .links = status->links};
  inodes_by_gfid_[root_gfid] = status->inode;

  if (std::optional<OpenFile> landfill; files_.status(root_, ".glusterfs/landfill")) {
    landfill = open_folder(root_, ".glusterfs/landfill", ".glusterfs/landfill");
    if (landfill) walk(Folder{landfill->number(), std::nullopt, ".glusterfs/landfill", true});
  }
  walk(Folder{root_, root_gfid, "", false});
  check_handle_tree();
  for (const auto& [inode, object] : objects_) {
    if (object.is_directory || object.in_landfill || !object.gfid) continue;
    check_name_records(object);
    check_link_count(object);
  }
  return done;
}

}  // namespace mortar::posix
