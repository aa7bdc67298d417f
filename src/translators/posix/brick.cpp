#include "translators/posix/brick.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <bit>

#include "base/log.h"
#include "runtime/damage.h"

namespace mortar::posix {

namespace {

constexpr int create_only = 1;

std::unexpected<Error> refused(int number, std::string sentence) { return failed(number, std::move(sentence)); }

// What is wrong, where, and what the system said.
std::unexpected<Error> refused(const Error& error, std::string_view directory, std::string_view doing) {
  return failed(error.number(),
                fmt::format("brick {}: {}: {}{}", directory, doing, error.sentence(), advice_on(error)));
}

}  // namespace

Result<std::shared_ptr<const Brick>> Brick::open(FileSystem& file_system, const PosixOptions& options,
                                                 std::string host_name) {
  const std::string& directory = options.directory;
  if (directory.empty() || directory.front() != '/') {
    return refused(EINVAL, fmt::format("brick \"{}\": the directory must be an absolute path", directory));
  }
  if (!options.host_name.empty()) host_name = options.host_name;
  auto brick = std::make_shared<Brick>(file_system, directory, std::move(host_name));
  brick->attributes = std::make_unique<XattrStore>(file_system);
  if (Result<Done> held = brick->check_root(options); !held) return std::unexpected(held.error());
  if (Result<Done> held = brick->check_volume_id(options); !held) return std::unexpected(held.error());
  if (Result<Done> held = brick->check_root_gfid(); !held) return std::unexpected(held.error());
  Result<LinkHandles> handles = LinkHandles::open(file_system, *brick->attributes, brick->root());
  if (!handles) return refused(handles.error(), directory, "cannot prepare .glusterfs");
  brick->handles = std::make_unique<LinkHandles>(std::move(*handles));
  if (Result<Done> held = brick->check_root_handle(); !held) return std::unexpected(held.error());
  if (Result<Done> moved = brick->move_old_landfill(); !moved) return std::unexpected(moved.error());
  if (Result<Done> settled = brick->handles->settle_noted(); !settled) {
    return refused(settled.error(), directory, "the handle of a directory that moved cannot be replaced");
  }
  if (Result<Done> removed = brick->remove_parked(); !removed) return std::unexpected(removed.error());
  if (Result<Done> owned = brick->set_owner(options); !owned) return std::unexpected(owned.error());
  return std::shared_ptr<const Brick>(std::move(brick));
}

Result<Done> Brick::check_root(const PosixOptions& options) {
  Result<OpenFile> root = files.open(FileSystem::no_directory, directory, O_RDONLY | O_DIRECTORY, 0);
  if (!root) return refused(root.error(), directory, "cannot be opened");
  root_ = std::move(*root);
  Result<FileStatus> status = files.status(this->root());
  if (!status) return refused(status.error(), directory, "cannot be read");
  if (!status->is_directory()) {
    return refused(ENOTDIR, fmt::format("brick {}: is no directory", directory));
  }
  Result<FileSystemStatus> system = files.file_system_status(this->root());
  if (!system) return refused(system.error(), directory, "its file system cannot be read");
  if (!std::has_single_bit(system->block_size)) {
    return refused(EINVAL, fmt::format("brick {}: the file system's block size {} is no power of two", directory,
                                       system->block_size));
  }
  Result<std::string> probe = attributes->get(Place::open(this->root()), "user.x");
  if (!probe && probe.error().number() == EOPNOTSUPP && options.mandate_attribute) {
    return refused(EOPNOTSUPP, fmt::format("brick {}: the file system has no extended attributes", directory));
  }
  return done;
}

Result<Done> Brick::check_volume_id(const PosixOptions& options) const {
  if (options.volume_id.empty()) return done;
  std::optional<Gfid> wanted = Gfid::parse(options.volume_id);
  if (!wanted) return refused(EINVAL, fmt::format("brick {}: \"{}\" is no volume id", directory, options.volume_id));
  Result<std::string> carried = attributes->get(Place::open(root()), volume_id_key);
  if (!carried && carried.error().number() == ENODATA) {
    return refused(ENODATA, fmt::format("brick {}: carries no volume id; is its disk mounted? (start the volume with "
                                        "force to take the directory as it is)",
                                        directory));
  }
  if (!carried) return refused(carried.error(), directory, "its volume id cannot be read");
  if (Gfid::from(as_bytes(*carried)) != wanted) {
    return refused(EINVAL, fmt::format("brick {}: belongs to another volume", directory));
  }
  return done;
}

Result<Done> Brick::check_root_gfid() const {
  const Place place = Place::open(root());
  Result<std::string> carried = attributes->get(place, gfid_key);
  if (!carried && carried.error().number() == ENODATA) {
    Result<Done> set = attributes->set(place, gfid_key, root_gfid.view(), create_only);
    if (!set) return refused(set.error(), directory, "cannot be given the identity of a volume's root");
    return done;
  }
  if (!carried) return refused(carried.error(), directory, "its identity cannot be read");
  if (Gfid::from(as_bytes(*carried)) != root_gfid) {
    return refused(EINVAL, fmt::format("brick {}: is a directory inside another volume", directory));
  }
  return done;
}

Result<Done> Brick::check_root_handle() const {
  const Place handle = handles->place(root_gfid);
  const std::string text = "../../..";
  Result<std::string> found = files.read_symlink(handle.directory, handle.name);
  if (!found && found.error().number() == ENOENT) {
    Result<Done> level = files.make_directory(handle.directory, "00", 0700);
    if (!level && level.error().number() != EEXIST) return refused(level.error(), directory, "no handle of the root");
    Result<Done> made = files.make_symlink(text, handle.directory, handle.name);
    if (!made) return refused(made.error(), directory, "the handle of the root cannot be made");
    return done;
  }
  if (!found) return refused(found.error(), directory, "the handle of the root cannot be read");
  if (*found != text) {
    return refused(EINVAL, fmt::format("brick {}: the handle of the root in .glusterfs leads elsewhere", directory));
  }
  return done;
}

Result<Done> Brick::set_owner(const PosixOptions& options) const {
  if (options.owner_uid < 0 && options.owner_gid < 0) return done;
  Result<FileStatus> status = files.status(root());
  if (!status) return refused(status.error(), directory, "cannot be read");
  const auto uid = options.owner_uid < 0 ? status->uid : static_cast<std::uint32_t>(options.owner_uid);
  const auto gid = options.owner_gid < 0 ? status->gid : static_cast<std::uint32_t>(options.owner_gid);
  if (status->uid == uid && status->gid == gid) return done;
  Result<Done> owned = files.change_owner(root(), uid, gid);
  if (!owned) return refused(owned.error(), directory, "its owner cannot be set");
  return done;
}

// Very old releases purged trees in a folder of this name; a user's directory has an identity.
Result<Done> Brick::move_old_landfill() const {
  const std::string name = ".landfill";
  Result<FileStatus> status = files.status(root(), name);
  if (!status && status.error().number() == ENOENT) return done;
  if (!status) return refused(status.error(), directory, "the old landfill cannot be looked at");
  const Result<std::string> identity = attributes->get(Place::named(root(), name), gfid_key);
  if (identity) return done;
  if (!says_absent(identity.error())) return refused(identity.error(), directory, "whose .landfill is cannot be read");
  Result<Done> moved = files.rename(root(), name, handles->landfill(), fmt::format("old-{}", status->inode), 0);
  if (!moved) return refused(moved.error(), directory, "the old landfill cannot be moved");
  return done;
}

// Whoever had them open is gone.
Result<Done> Brick::remove_parked() const {
  // Removing while listing may skip entries: again until nothing is left.
  for (bool removed = true; removed;) {
    removed = false;
    std::uint64_t offset = 0;
    while (true) {
      Result<std::vector<DirectoryEntry>> entries = files.read_directory(handles->parked_folder(), offset);
      if (!entries) return refused(entries.error(), directory, ".glusterfs/unlink cannot be read");
      if (entries->empty()) break;
      offset = entries->back().offset;
      for (const DirectoryEntry& entry : *entries) {
        if (entry.name == "." || entry.name == "..") continue;
        Result<Done> gone = files.unlink(handles->parked_folder(), entry.name);
        if (gone) {
          removed = true;
        } else {
          log::warning("posix", "{}: {} stays in .glusterfs/unlink: {}", directory, entry.name,
                       gone.error().sentence());
        }
      }
    }
  }
  return done;
}

}  // namespace mortar::posix
