// The part of the brick checker that looks at what has a name.
#include <fmt/format.h>
#include <sys/stat.h>
#include <xxhash.h>

#include <algorithm>

#include "translators/posix/check_walk.h"

namespace mortar::posix {

namespace {

constexpr const char* gfid_key = "trusted.gfid";
constexpr const char* volume_key = "trusted.glusterfs.volume-id";
constexpr const char* times_key = "trusted.glusterfs.mdata";
constexpr std::string_view record_prefix = "trusted.gfid2path.";
// Behind so many links names are not recorded any more.
constexpr std::size_t most_recorded = 500;

std::string record_key(const std::string& value) {
  return fmt::format("{}{:016x}", record_prefix, XXH64(value.data(), value.size(), 0));
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (char byte : bytes) number = number << 8 | static_cast<std::uint8_t>(byte);
  return number;
}

}  // namespace

void BrickCheck::check_root() {
  const Result<std::string> gfid = files_.get_xattr(root_, gfid_key);
  if (!gfid) {
    report("/", std::nullopt, fmt::format("the root has no gfid ({})", gfid.error().sentence()));
  } else if (Gfid::from(as_bytes(*gfid)) != root_gfid) {
    const std::optional<Gfid> other = Gfid::from(as_bytes(*gfid));
    report("/", other, "the root has a gfid that is not the root's: the brick is part of something else");
  }
  check_volume_id();
  for (const std::string& key : files_.list_xattrs(root_).value_or(std::vector<std::string>{})) {
    if (key == times_key) check_mdata(root_, ".", "/", root_gfid);
  }
}

void BrickCheck::check_volume_id() {
  const Result<std::string> text = files_.get_xattr(root_, volume_key);
  if (!text) {
    if (!options_.volume_id) return;
    return report("/", root_gfid, fmt::format("the volume's id is missing ({})", text.error().sentence()));
  }
  const std::optional<Gfid> id = Gfid::from(as_bytes(*text));
  if (!id) return report("/", root_gfid, fmt::format("the volume's id has {} bytes, not 16", text->size()));
  if (!options_.volume_id || *id == *options_.volume_id) return;
  report("/", root_gfid,
         fmt::format("the brick belongs to the volume {}, not to {}", id->text(), options_.volume_id->text()));
}

void BrickCheck::walk(const Folder& folder) {
  each(folder.number, folder.path, [this, &folder](const DirectoryEntry& entry) {
    const bool is_internal = folder.path.empty() && entry.name == ".glusterfs";
    if (!is_internal) visit(folder, entry);
  });
}

void BrickCheck::visit(const Folder& folder, const DirectoryEntry& entry) {
  const std::string path = folder.path.empty() ? entry.name : folder.path + "/" + entry.name;
  const Result<FileStatus> status = files_.status(folder.number, entry.name);
  if (!status) return report(path, std::nullopt, fmt::format("cannot be read: {}", status.error().sentence()));
  ++report_.objects;
  // The folder of e2fsck in the root of a file system is not the volume's, as long as nobody has looked it up.
  const bool is_recovery = folder.path.empty() && entry.name == "lost+found";
  if (is_recovery && !files_.get_xattr(folder.number, entry.name, gfid_key)) return;
  const std::optional<Gfid> gfid = read_gfid(folder, entry.name, path);
  remember(folder, entry.name, *status, gfid);
  if (!folder.in_landfill) {
    check_mdata(folder.number, entry.name, path, gfid);
    if (gfid) check_handle(folder, entry.name, *status, *gfid);
  }
  if (!S_ISDIR(status->mode)) return;
  const std::optional<OpenFile> inside = open_folder(folder.number, entry.name, path);
  if (inside) walk(Folder{inside->number(), gfid, path, folder.in_landfill});
}

std::optional<Gfid> BrickCheck::read_gfid(const Folder& folder, const std::string& name, const std::string& path) {
  const Result<std::string> text = files_.get_xattr(folder.number, name, gfid_key);
  if (!text) {
    // What is being purged may have lost it already.
    if (folder.in_landfill) return std::nullopt;
    report(path, std::nullopt, fmt::format("has no gfid ({})", text.error().sentence()));
    return std::nullopt;
  }
  const std::optional<Gfid> gfid = Gfid::from(as_bytes(*text));
  if (!gfid) {
    report(path, std::nullopt, fmt::format("has a gfid of {} bytes, not 16", text->size()));
  } else if (gfid->is_null()) {
    report(path, gfid, "has the gfid that means none");
  } else if (gfid->is_root()) {
    report(path, gfid, "has the gfid of the root");
  } else {
    return gfid;
  }
  return std::nullopt;
}

void BrickCheck::remember(const Folder& folder, const std::string& name, const FileStatus& status,
                          std::optional<Gfid> gfid) {
  const std::string path = folder.path.empty() ? name : folder.path + "/" + name;
  auto [place, fresh] = objects_.try_emplace(status.inode);
  Object& object = place->second;
  object.names.push_back(NamedAt{folder.gfid.value_or(null_gfid), name, path});
  if (!fresh) {
    object.in_landfill = object.in_landfill && folder.in_landfill;
    return;
  }
  object.gfid = gfid;
  object.is_directory = S_ISDIR(status.mode);
  object.in_landfill = folder.in_landfill;
  object.links = status.links;
  if (!gfid) return;
  const auto [first, alone] = inodes_by_gfid_.try_emplace(*gfid, status.inode);
  if (!alone && objects_.at(first->second).in_landfill) {
    // What is about to be removed keeps its gfid, and an object of that may have been made anew.
    first->second = status.inode;
  } else if (!alone && !folder.in_landfill) {
    const Object& other = objects_.at(first->second);
    const std::string other_path = other.names.empty() ? "/" : other.names.front().path;
    report(path, gfid, fmt::format("has the gfid of another object, {}", other_path));
  }
  if (!object.is_directory) read_name_records(object, folder.number, name, path);
}

void BrickCheck::check_mdata(int folder, const std::string& name, const std::string& path,
                             const std::optional<Gfid>& gfid) {
  const Result<std::string> text = files_.get_xattr(folder, name, times_key);
  // Objects that are older than the feature have none.
  if (!text) return;
  constexpr std::size_t size = 57;
  if (text->size() != size) {
    return report(path, gfid, fmt::format("the stored times have {} bytes, not {}", text->size(), size));
  }
  if (text->front() != 1) {
    return report(path, gfid,
                  fmt::format("the stored times are of version {}, not 1", static_cast<unsigned char>(text->front())));
  }
  const std::string_view bytes = *text;
  if (big_endian(bytes.substr(1, 8)) != 0) report(path, gfid, "the stored times have flags that nobody knows");
  for (std::size_t at : {9U, 25U, 41U}) {
    if (big_endian(bytes.substr(at + 8, 8)) >= 1'000'000'000) {
      report(path, gfid, "a stored time has a second or more of nanoseconds");
    }
  }
}

void BrickCheck::read_name_records(Object& object, int folder, const std::string& name, const std::string& path) {
  const Result<std::vector<std::string>> keys = files_.list_xattrs(folder, name);
  if (!keys) {
    return report(path, object.gfid, fmt::format("its attributes cannot be listed: {}", keys.error().sentence()));
  }
  for (const std::string& key : *keys) {
    if (!key.starts_with(record_prefix)) continue;
    const Result<std::string> value = files_.get_xattr(folder, name, key.c_str());
    if (value) object.name_records.emplace_back(key, *value);
  }
}

void BrickCheck::check_name_records(const Object& object) {
  std::vector<std::string> wanted;
  for (const NamedAt& named : object.names) wanted.push_back(fmt::format("{}/{}", named.parent.text(), named.name));
  const std::string& path = object.names.front().path;
  std::set<std::string> recorded;
  for (const auto& [key, value] : object.name_records) {
    if (key != record_key(value)) {
      report(path, object.gfid, fmt::format("the name record {} does not fit its text {}", key, value));
    } else if (std::ranges::find(wanted, value) == wanted.end()) {
      report(path, object.gfid, fmt::format("a name is recorded that it does not have: {}", value));
    } else {
      recorded.insert(value);
    }
  }
  if (!options_.gfid2path || object.names.size() > most_recorded) return;
  for (std::size_t index = 0; index < wanted.size(); ++index) {
    if (recorded.contains(wanted[index])) continue;
    report(object.names[index].path, object.gfid, fmt::format("its name is not recorded: {}", wanted[index]));
  }
}

void BrickCheck::check_link_count(const Object& object) {
  const std::size_t known = object.names.size() + object.handles;
  // Without its handle it has been reported already.
  if (object.handles == 0 || object.links == known) return;
  report(object.names.front().path, object.gfid,
         fmt::format("has {} links, but {} names and {} handles were found", object.links, object.names.size(),
                     object.handles));
}

void BrickCheck::check_handle(const Folder& folder, const std::string& name, const FileStatus& status,
                              const Gfid& gfid) {
  const std::string path = folder.path.empty() ? name : folder.path + "/" + name;
  const std::string handle = ".glusterfs/" + handle_path(gfid);
  const Result<FileStatus> found = files_.status(root_, handle);
  if (!found) return report(path, gfid, fmt::format("has no handle ({}: {})", handle, found.error().sentence()));
  if (!S_ISDIR(status.mode)) {
    if (found->inode == status.inode && found->device == status.device) return;
    return report(path, gfid, "its handle is another object");
  }
  const Result<std::string> text = files_.read_symlink(root_, handle);
  if (!text) return report(path, gfid, "its handle is no symbolic link");
  if (!folder.gfid) return;
  const std::string wanted = directory_handle_text(*folder.gfid, name);
  if (*text != wanted) report(path, gfid, fmt::format("its handle leads to {} instead of {}", *text, wanted));
}

}  // namespace mortar::posix
