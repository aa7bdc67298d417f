#include "volume_checks.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <map>

#include "translators/posix/checker.h"

namespace mortar::sim {

namespace {

constexpr int here = FileSystem::no_directory;
constexpr const char* gfid_xattr = "trusted.gfid";
constexpr const char* link_file_xattr = "trusted.glusterfs.dht.linkto";

std::string locks_left(VolumeUnderTest& volume) {
  for (std::size_t index = 0; index < volume.bricks(); ++index) {
    for (const auto& translator : volume.brick(index).graph()->translators()) {
      const VolumeSection* section = volume.brick(index).graph()->volfile().find(translator->name());
      if (section->type != "features/locks") continue;
      std::string state;
      translator->dump_state(state);
      if (!state.contains("\nlocks=0\n")) return fmt::format("locks are left on brick {}:\n{}", index, state);
    }
  }
  return "";
}

// Handles that a crash left of objects that are gone last until somebody asks for them.
void ask_for_every_handle(VolumeUnderTest& volume, std::size_t index) {
  ServedBrick& brick = volume.brick(index);
  std::vector<Gfid> gfids;
  for (const auto& [number, inode] : brick.host().disk().state().tree()) {
    for (const auto& [name, entry] : inode->entries) {
      if (const std::optional<Gfid> gfid = Gfid::parse(name)) gfids.push_back(*gfid);
    }
  }
  Translator& below_server = *brick.graph()->top().children().front();
  for (const Gfid& gfid : gfids) {
    const fop::Lookup lookup{.gfid = gfid};
    const Result<fop::Lookup::Reply> found = volume.simulation().run(below_server.perform(Call{}, lookup));
    static_cast<void>(found);
  }
}

std::string unsound_brick(VolumeUnderTest& volume, std::size_t index) {
  ServedBrick& brick = volume.brick(index);
  const posix::CheckOptions options{.volume_id = volume.volume().id};
  const Result<posix::CheckReport> report = posix::check_brick(brick.host().disk(), brick.directory(), options);
  if (!report) return "the checker cannot read a brick: " + report.error().sentence();
  if (report->findings.empty()) return "";
  return fmt::format("brick {}: {}", index, report->findings.front().text());
}

std::vector<DirectoryEntry> entries_of(ServedBrick& brick, const std::string& path) {
  SimulatedFileSystem& disk = brick.host().disk();
  const Result<OpenFile> folder = disk.open(here, brick.directory() + path, O_RDONLY | O_DIRECTORY, 0);
  check(folder.has_value(), "a directory of a brick is opened");
  std::vector<DirectoryEntry> entries;
  for (std::uint64_t offset = 0;;) {
    const Result<std::vector<DirectoryEntry>> some = disk.read_directory(folder->number(), offset);
    if (!some || some->empty()) return entries;
    offset = some->back().offset;
    entries.insert(entries.end(), some->begin(), some->end());
  }
}

// What stands at one path on the bricks.
struct Standing {
  std::vector<std::size_t> directories;
  std::vector<std::size_t> files;
  std::vector<std::size_t> link_files;
  std::set<Gfid> gfids;
};

// How names and data are distributed. Where a subvolume is a set of copies, as the first of them shows it.
class Placement {
 public:
  explicit Placement(VolumeUnderTest& volume) : volume_(volume) {
    const bool has_copies = volume.volume().type == VolumeType::replicate;
    const std::size_t set = has_copies ? static_cast<std::size_t>(volume.volume().replica_count) : 1;
    for (std::size_t index = 0; index < volume.bricks(); index += set) bricks_.push_back(index);
  }

  std::string first_wrong() {
    for (std::size_t index : bricks_) walk(index, "");
    for (const auto& [path, standing] : found_) {
      const std::string wrong = wrong_with(standing);
      if (!wrong.empty()) return fmt::format("{}: {}", path, wrong);
    }
    for (const auto& [gfid, paths] : directories_) {
      if (paths.size() > 1) return fmt::format("{} and {} are one directory", *paths.begin(), *paths.rbegin());
    }
    for (const auto& [gfid, bricks] : files_) {
      if (bricks.size() > 1) return fmt::format("the data of {} stands on {} bricks", gfid.text(), bricks.size());
    }
    return "";
  }

 private:
  std::string wrong_with(const Standing& standing) const {
    if (standing.gfids.size() > 1) return "it has several identities";
    if (!standing.directories.empty() && standing.directories.size() != bricks_.size()) {
      return fmt::format("the directory is on {} of {} subvolumes", standing.directories.size(), bricks_.size());
    }
    if (!standing.directories.empty() && !(standing.files.empty() && standing.link_files.empty())) {
      return "it is a directory and a file";
    }
    if (standing.files.size() > 1) return fmt::format("its data stands on {} bricks", standing.files.size());
    return "";
  }

  void walk(std::size_t index, const std::string& path) {
    ServedBrick& brick = volume_.brick(index);
    const std::vector<DirectoryEntry> entries = entries_of(brick, path);
    for (const DirectoryEntry& entry : entries) {
      const bool is_hidden =
          entry.name == "." || entry.name == ".." || (path.empty() && entry.name.starts_with(".glusterfs"));
      if (!is_hidden) see(index, path + "/" + entry.name, entry.type == DT_DIR);
    }
  }

  void see(std::size_t index, const std::string& path, bool is_directory) {
    ServedBrick& brick = volume_.brick(index);
    SimulatedFileSystem& disk = brick.host().disk();
    const std::string place = brick.directory() + path;
    const Result<std::string> value = disk.get_xattr(here, place, gfid_xattr);
    const Gfid gfid = value ? Gfid::from(as_bytes(*value)).value_or(null_gfid) : null_gfid;
    Standing& standing = found_[path];
    standing.gfids.insert(gfid);
    if (is_directory) {
      standing.directories.push_back(index);
      directories_[gfid].insert(path);
      walk(index, path);
    } else if (disk.get_xattr(here, place, link_file_xattr)) {
      standing.link_files.push_back(index);
    } else {
      standing.files.push_back(index);
      files_[gfid].insert(index);
    }
  }

  VolumeUnderTest& volume_;
  std::vector<std::size_t> bricks_;
  std::map<std::string, Standing> found_;
  std::map<Gfid, std::set<std::string>> directories_;
  std::map<Gfid, std::set<std::size_t>> files_;
};

// Everything on one copy that users can see, and what it says of the others.
class CopyOnDisk {
 public:
  CopyOnDisk(ServedBrick& brick, bool with_content) : brick_(brick), with_content_(with_content) { walk(""); }
  const std::map<std::string, std::string>& objects() const { return objects_; }

 private:
  void walk(const std::string& path) {
    for (const DirectoryEntry& entry : entries_of(brick_, path)) {
      const bool is_hidden = entry.name == "." || entry.name == ".." ||
                             (path.empty() && entry.name.starts_with(".glusterfs"));
      if (is_hidden) continue;
      see(path + "/" + entry.name);
      if (entry.type == DT_DIR) walk(path + "/" + entry.name);
    }
  }

  void see(const std::string& path) {
    SimulatedFileSystem& disk = brick_.host().disk();
    const std::string place = brick_.directory() + path;
    const Result<FileStatus> status = disk.status(here, place);
    check(status.has_value(), "an object of a brick is looked at");
    std::string seen = fmt::format("mode {:o} owner {}:{} links {}", status->mode, status->uid, status->gid,
                                   S_ISDIR(status->mode) ? 0 : status->links);
    const Result<std::vector<std::string>> keys = disk.list_xattrs(here, place);
    check(keys.has_value(), "extended attributes of a brick are listed");
    for (const std::string& key : *keys) {
      const Result<std::string> value = disk.get_xattr(here, place, key.c_str());
      const bool is_mark = key.starts_with("trusted.afr.");
      if (is_mark && value && value->find_first_not_of('\0') != std::string::npos) seen += " marked by " + key;
      if (is_mark || key == "trusted.glusterfs.mdata") continue;
      seen += fmt::format(" {}={}", key, value ? *value : "?");
    }
    if (S_ISREG(status->mode) && with_content_) {
      const Result<std::string> content = disk.read_file(place);
      seen += fmt::format(" size {} content {}", status->size, content ? std::hash<std::string>()(*content) : 0);
    }
    objects_[path] = std::move(seen);
  }

  ServedBrick& brick_;
  const bool with_content_;
  std::map<std::string, std::string> objects_;
};

std::string unlike_copies(VolumeUnderTest& volume) {
  const std::size_t set = static_cast<std::size_t>(volume.volume().replica_count);
  for (std::size_t first = 0; first + set <= volume.bricks(); first += set) {
    for (std::size_t other = first + 1; other < first + set; ++other) {
      const bool with_content = !volume.volume().is_arbiter(other);
      const CopyOnDisk right(volume.brick(first), with_content);
      const CopyOnDisk copy(volume.brick(other), with_content);
      for (const auto& [path, seen] : right.objects()) {
        const auto found = copy.objects().find(path);
        if (found == copy.objects().end()) return fmt::format("{} is on brick {} and not on {}", path, first, other);
        if (found->second == seen) continue;
        return fmt::format("{} is {} on brick {} and {} on {}", path, seen, first, found->second, other);
      }
      for (const auto& [path, seen] : copy.objects()) {
        if (!right.objects().contains(path)) return fmt::format("{} is on brick {} and not on {}", path, other, first);
      }
    }
  }
  return "";
}

}  // namespace

std::string judge_the_end(VolumeUnderTest& volume, bool fits) {
  if (std::string wrong = locks_left(volume); !wrong.empty()) return wrong;
  for (std::size_t index = 0; index < volume.bricks(); ++index) ask_for_every_handle(volume, index);
  if (std::string wrong = volume.stop(); !wrong.empty()) return wrong;
  for (std::size_t index = 0; index < volume.bricks(); ++index) {
    if (std::string wrong = unsound_brick(volume, index); !wrong.empty()) return wrong;
  }
  switch (volume.volume().type) {
    case VolumeType::distribute: return fits ? Placement(volume).first_wrong() : "";
    case VolumeType::replicate: {
      std::string unlike = unlike_copies(volume);
      return unlike.empty() && fits ? Placement(volume).first_wrong() : unlike;
    }
    case VolumeType::disperse: return "";
  }
  return "";
}

}  // namespace mortar::sim
