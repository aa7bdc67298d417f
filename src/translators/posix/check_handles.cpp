// The part of the brick checker that looks at .glusterfs.
#include <fmt/format.h>
#include <sys/stat.h>

#include "translators/posix/check_walk.h"

namespace mortar::posix {

namespace {

constexpr const char* tree = ".glusterfs";

bool is_two_digits(const std::string& name) {
  return name.size() == 2 && name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// The canonical form only, in lower case: nothing else is ever looked for.
std::optional<Gfid> gfid_of(const std::string& name) {
  const std::optional<Gfid> gfid = Gfid::parse(name);
  return gfid && gfid->text() == name ? gfid : std::nullopt;
}

}  // namespace

void BrickCheck::check_handle_tree() {
  const std::optional<OpenFile> handles = open_folder(root_, tree, tree);
  if (!handles) return;
  for (unsigned byte = 0; byte < 256; ++byte) check_first_level(handles->number(), fmt::format("{:02x}", byte));

  const std::string root_handle = handle_path(root_gfid);
  const Result<std::string> text = files_.read_symlink(handles->number(), root_handle);
  const std::string path = fmt::format("{}/{}", tree, root_handle);
  if (!text) {
    report(path, root_gfid, fmt::format("the root has no handle ({})", text.error().sentence()));
  } else if (*text != "../../..") {
    report(path, root_gfid, fmt::format("the root's handle leads to {} instead of ../../..", *text));
  }
  check_parked(handles->number());
  check_index(handles->number());
}

void BrickCheck::check_first_level(int handles, const std::string& byte) {
  const std::string path = fmt::format("{}/{}", tree, byte);
  const std::optional<OpenFile> folder = open_folder(handles, byte, path);
  if (!folder) return;
  each(folder->number(), path, [&](const DirectoryEntry& entry) {
    const std::string inside = path + "/" + entry.name;
    if (!is_two_digits(entry.name)) return report(inside, std::nullopt, "does not belong among the handles");
    const std::optional<OpenFile> second = open_folder(folder->number(), entry.name, inside);
    if (second) check_second_level(second->number(), inside, byte, entry.name);
  });
}

void BrickCheck::check_second_level(int folder, const std::string& path, const std::string& first,
                                    const std::string& second) {
  each(folder, path, [&](const DirectoryEntry& entry) {
    check_one_handle(folder, path + "/" + entry.name, first + second, entry.name);
  });
}

void BrickCheck::check_one_handle(int folder, const std::string& path, const std::string& prefix,
                                  const std::string& name) {
  const std::optional<Gfid> gfid = gfid_of(name);
  if (!gfid) return report(path, std::nullopt, "is no handle: its name is no gfid");
  ++report_.handles;
  if (!name.starts_with(prefix)) {
    report(path, gfid, "this handle lies in the wrong folder");
  }
  if (gfid->is_root()) return;
  const Result<FileStatus> status = files_.status(folder, name);
  if (!status) return report(path, gfid, fmt::format("cannot be read: {}", status.error().sentence()));
  if (S_ISDIR(status->mode)) return report(path, gfid, "is no handle: it is a directory");
  // A symbolic link that is an object has its name as a second link.
  if (S_ISLNK(status->mode) && status->links == 1) return check_directory_handle(folder, path, *gfid);
  check_file_handle(path, *gfid, *status);
}

void BrickCheck::check_file_handle(const std::string& path, const Gfid& gfid, const FileStatus& status) {
  if (status.links == 1) return report(path, gfid, "no name leads to the object of this handle");
  auto found = objects_.find(status.inode);
  if (found == objects_.end()) {
    return report(path, gfid,
                  fmt::format("the object of this handle has {} links, but none is a name in the brick", status.links));
  }
  Object& object = found->second;
  ++object.handles;
  if (object.gfid == gfid || object.in_landfill) return;
  const std::string other = object.gfid ? object.gfid->text() : "none";
  report(path, gfid,
         fmt::format("the object of this handle, {}, has another gfid: {}", object.names.front().path, other));
}

void BrickCheck::check_directory_handle(int folder, const std::string& path, const Gfid& gfid) {
  const Result<std::string> text = files_.read_symlink(folder, gfid.text());
  if (!text) return report(path, gfid, fmt::format("cannot be read: {}", text.error().sentence()));
  auto known = inodes_by_gfid_.find(gfid);
  // Where the directory exists, its visit has compared the text.
  if (known != inodes_by_gfid_.end() && objects_.at(known->second).is_directory) return;
  constexpr std::size_t head = 6;     // "../../"
  constexpr std::size_t parent = 12;  // "../../aa/bb/"
  constexpr std::size_t name = 12 + 36 + 1;
  const bool has_form = text->size() > name && text->starts_with("../../") && (*text)[name - 1] == '/' &&
                        gfid_of(text->substr(parent, 36)) &&
                        handle_path(*gfid_of(text->substr(parent, 36))) == text->substr(head, name - 1 - head);
  if (!has_form) return report(path, gfid, fmt::format("a directory's handle with a malformed text: {}", *text));
  report(path, gfid, fmt::format("a directory's handle that leads to no directory of this gfid: {}", *text));
}

void BrickCheck::check_parked(int handles) {
  if (!files_.status(handles, "unlink")) return;
  const std::string path = fmt::format("{}/unlink", tree);
  const std::optional<OpenFile> folder = open_folder(handles, "unlink", path);
  if (!folder) return;
  each(folder->number(), path, [&](const DirectoryEntry& entry) {
    report(path + "/" + entry.name, gfid_of(entry.name), "was removed while it was open, and is still here");
  });
}

void BrickCheck::check_index(int handles) {
  const std::string path = fmt::format("{}/indices", tree);
  if (!files_.status(handles, "indices")) return;
  for (const std::string kind : {"xattrop", "dirty", "entry-changes"}) {
    const std::string name = "indices/" + kind;
    if (!files_.status(handles, name)) continue;
    const std::optional<OpenFile> folder = open_folder(handles, name, path + "/" + kind);
    if (folder) check_index_folder(folder->number(), path + "/" + kind, kind);
  }
}

void BrickCheck::check_index_folder(int folder, const std::string& path, const std::string& kind) {
  std::set<std::uint64_t> bases;
  each(folder, path, [&](const DirectoryEntry& entry) {
    const bool is_base = entry.name.starts_with(kind + "-") && gfid_of(entry.name.substr(kind.size() + 1));
    if (!is_base) return;
    const Result<FileStatus> status = files_.status(folder, entry.name);
    if (!status) return;
    bases.insert(status->inode);
    const bool empty = S_ISREG(status->mode) && status->size == 0;
    if (!empty) report(path + "/" + entry.name, std::nullopt, "the base of an index is no empty file");
  });
  each(folder, path, [&](const DirectoryEntry& entry) {
    const std::string inside = path + "/" + entry.name;
    const bool is_base = entry.name.starts_with(kind + "-") && gfid_of(entry.name.substr(kind.size() + 1));
    if (is_base) return;
    const std::optional<Gfid> gfid = gfid_of(entry.name);
    if (!gfid) return report(inside, std::nullopt, "is neither a gfid nor the base of an index");
    const Result<FileStatus> status = files_.status(folder, entry.name);
    // Changed entries are kept in a folder for each directory.
    if (!status || (kind == "entry-changes" && S_ISDIR(status->mode))) return;
    if (!bases.contains(status->inode)) report(inside, gfid, "is no link of the base of its index");
  });
}

}  // namespace mortar::posix
