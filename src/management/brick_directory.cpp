#include "management/brick_directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/log.h"
#include "pool/names.h"

namespace mortar {

namespace {

constexpr const char* test_xattr = "trusted.glusterfs.test";
constexpr const char* gfid_xattr = "trusted.gfid";
// Copies count there what was under way: of content, of attributes, of names. A heal takes it back.
constexpr const char* dirty_xattr = "trusted.afr.dirty";
constexpr std::string_view names_are_lacking("\0\0\0\0\0\0\0\0\0\0\0\1", 12);
constexpr int nowhere = FileSystem::no_directory;

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::unexpected<Error> refused(int number, std::string sentence) { return failed(number, std::move(sentence)); }

std::string reason(const Error& error) { return Error(error.number()).sentence(); }

Result<FileStatus> directory_status(FileSystem& files, const std::string& path) {
  Result<OpenFile> opened = files.open(nowhere, path, O_RDONLY | O_DIRECTORY, 0);
  if (!opened) return std::unexpected(opened.error());
  return files.status(opened->number());
}

Result<Done> sync_directory(FileSystem& files, const std::string& path) {
  Result<OpenFile> opened = files.open(nowhere, path, O_RDONLY | O_DIRECTORY, 0);
  if (!opened) return std::unexpected(opened.error());
  return files.sync(opened->number(), false);
}

Result<Done> unless_gone(Result<Done> removed) {
  const bool is_gone = !removed && (removed.error().number() == ENOENT || removed.error().number() == ENODATA);
  return is_gone ? Result<Done>(done) : removed;
}

class Taking {
 public:
  Taking(FileSystem& files, const Brick& brick, const Gfid& volume, HowToTake how)
      : files_(files), brick_(brick), volume_(volume), how_(how), taken_{.path = brick.path, .volume = volume} {}

  Result<BrickDirectory> take(const std::string& working_directory) {
    Result<Done> result = check_place(working_directory);
    if (result) result = make();
    if (result && !how_.force) result = check_device();
    if (result) result = check_xattrs();
    if (result && !how_.force) result = check_unused();
    if (result) result = mark();
    if (result && how_.new_copy) result = mark_as_new_copy();
    if (result) result = sync();
    if (!result) {
      give_back_brick_directory(files_, taken_);
      return std::unexpected(result.error());
    }
    return taken_;
  }

 private:
  Result<Done> check_place(const std::string& working_directory) {
    if (!paths_overlap(brick_.path, working_directory) || brick_.path.size() < working_directory.size()) return done;
    if (brick_.path == working_directory + "/ss_brick") return done;  // of the volume that the servers themselves share
    return refused(EINVAL, "Brick isn't allowed to be created inside glusterd's working directory.");
  }

  Result<Done> make() {
    Result<Done> made = files_.make_directory(nowhere, brick_.path, 0755);
    taken_.made = made.has_value();
    if (made) return done;
    if (made.error().number() != EEXIST) {
      return refused(made.error().number(), fmt::format("Failed to create brick directory for brick {}. Reason : {} ",
                                                        brick_.text(), reason(made.error())));
    }
    Result<FileStatus> status = files_.status(nowhere, brick_.path);
    if (!status)
      return refused(status.error().number(),
                     fmt::format("lstat failed on {}. Reason : {}", brick_.path, reason(status.error())));
    if (S_ISDIR(status->mode)) return done;
    return refused(ENOTDIR,
                   fmt::format("The provided path {} which is already present, is not a directory", brick_.path));
  }

  Result<Done> check_device() {
    Result<FileStatus> own = directory_status(files_, brick_.path);
    Result<FileStatus> parent = directory_status(files_, parent_of(brick_.path));
    Result<FileStatus> root = directory_status(files_, "/");
    for (const Result<FileStatus>* status : {&own, &parent, &root}) {
      if (!*status) {
        return refused(status->error().number(),
                       fmt::format("stat failed on {} or above. Reason : {}", brick_.path, reason(status->error())));
      }
    }
    if (own->device != parent->device) {
      return refused(EINVAL, fmt::format("The brick {} is a mount point. Please create a sub-directory under the mount "
                                         "point and use that as the brick directory. Or use 'force' at the end of the "
                                         "command if you want to override this behavior.",
                                         brick_.text()));
    }
    if (own->device == root->device) {
      return refused(
          EINVAL, fmt::format("The brick {} is being created in the root partition. It is recommended that you don't "
                              "use the system's root partition for storage backend. Or use 'force' at the end of the "
                              "command if you want to override this behavior.",
                              brick_.text()));
    }
    return done;
  }

  Result<Done> check_xattrs() {
    Result<Done> set = files_.set_xattr(nowhere, brick_.path, test_xattr, as_bytes("working"), 0);
    if (set) set = files_.remove_xattr(nowhere, brick_.path, test_xattr);
    if (set) return done;
    return refused(
        set.error().number(),
        fmt::format("Glusterfs is not supported on brick: {}.\nSetting extended attributes failed, reason: {}.",
                    brick_.text(), reason(set.error())));
  }

  Result<Done> check_unused() {
    for (std::string path = brick_.path;; path = parent_of(path)) {
      for (const char* key : {volume_id_xattr, gfid_xattr}) {
        if (!files_.get_xattr(nowhere, path, key)) continue;
        return refused(EINVAL, fmt::format("{}{} is already part of a volume",
                                           path == brick_.path ? "" : "parent directory ", path));
      }
      if (path == "/") return done;
    }
  }

  Result<Done> mark() {
    taken_.former_mark = files_.get_xattr(nowhere, brick_.path, volume_id_xattr).value_or("");
    Result<Done> marked = files_.set_xattr(nowhere, brick_.path, volume_id_xattr, volume_.view(), 0);
    if (!marked) {
      return refused(marked.error().number(), fmt::format("Failed to set extended attribute {} on {}. Reason : {}",
                                                          volume_id_xattr, brick_.path, reason(marked.error())));
    }
    taken_.marked = true;
    const std::string hidden = brick_.path + "/.glusterfs";
    Result<Done> made = files_.make_directory(nowhere, hidden, 0600);
    taken_.made_hidden = made.has_value();
    if (!made && made.error().number() != EEXIST) {
      return refused(made.error().number(),
                     fmt::format("Failed to create {}. Reason : {}", hidden, reason(made.error())));
    }
    return done;
  }

  // What a former brick says of changes that did not end stays.
  Result<Done> mark_as_new_copy() {
    const std::string said = files_.get_xattr(nowhere, brick_.path, dirty_xattr).value_or("");
    if (std::ranges::any_of(said, [](char byte) { return byte != 0; })) return done;
    const Result<Done> marked = files_.set_xattr(nowhere, brick_.path, dirty_xattr, as_bytes(names_are_lacking), 0);
    taken_.made_dirty = marked.has_value();
    if (marked) return done;
    return refused(marked.error().number(), fmt::format("Failed to set extended attribute {} on {}. Reason : {}",
                                                        dirty_xattr, brick_.path, reason(marked.error())));
  }

  Result<Done> sync() {
    Result<Done> synced = sync_directory(files_, brick_.path);
    if (synced && taken_.made) synced = sync_directory(files_, parent_of(brick_.path));
    if (synced) return done;
    return refused(synced.error().number(),
                   fmt::format("Failed to write {} to its disk. Reason : {}", brick_.path, reason(synced.error())));
  }

  FileSystem& files_;
  const Brick& brick_;
  const Gfid& volume_;
  const HowToTake how_;
  BrickDirectory taken_;
};

}  // namespace

Result<BrickDirectory> take_brick_directory(FileSystem& files, const Brick& brick, const Gfid& volume, HowToTake how,
                                            const std::string& working_directory) {
  return Taking(files, brick, volume, how).take(working_directory);
}

void give_back_brick_directory(FileSystem& files, const BrickDirectory& directory) {
  const std::string mark = files.get_xattr(nowhere, directory.path, volume_id_xattr).value_or("");
  const bool is_marked = directory.marked && Gfid::from(as_bytes(mark)) == directory.volume;
  Result<Done> undone = done;
  if (is_marked && directory.made_hidden) {
    undone = unless_gone(files.remove_directory(nowhere, directory.path + "/.glusterfs"));
  }
  // It is nobody else's where it says no more than that.
  if (undone && is_marked && directory.made_dirty &&
      files.get_xattr(nowhere, directory.path, dirty_xattr).value_or("") == names_are_lacking) {
    undone = unless_gone(files.remove_xattr(nowhere, directory.path, dirty_xattr));
  }
  if (undone && is_marked) {
    undone = directory.former_mark.empty()
                 ? files.remove_xattr(nowhere, directory.path, volume_id_xattr)
                 : files.set_xattr(nowhere, directory.path, volume_id_xattr, as_bytes(directory.former_mark), 0);
  }
  if (undone && directory.made) undone = files.remove_directory(nowhere, directory.path);
  if (!undone) {
    log::error("management", "{} was taken as a brick and cannot be given back: {}", directory.path,
               undone.error().sentence());
  }
}

Result<Done> check_brick_directory(FileSystem& files, const Brick& brick, const Volume& volume, bool force) {
  Result<FileStatus> status = files.status(nowhere, brick.path);
  if (status && !S_ISDIR(status->mode)) status = failed(ENOTDIR);
  if (!status) {
    return failed(status.error().number(), fmt::format("Failed to find brick directory {} for volume {}. Reason : {}",
                                                       brick.path, volume.name, reason(status.error())));
  }
  Result<std::string> mark = files.get_xattr(nowhere, brick.path, volume_id_xattr);
  if (!mark && force && mark.error().number() == ENODATA) {
    Result<Done> marked = files.set_xattr(nowhere, brick.path, volume_id_xattr, volume.id.view(), 0);
    return marked ? sync_directory(files, brick.path) : marked;
  }
  if (!mark) {
    return failed(mark.error().number(),
                  fmt::format("Failed to get extended attribute {} for brick dir {}. Reason : {}", volume_id_xattr,
                              brick.path, reason(mark.error())));
  }
  const Gfid found = Gfid::from(as_bytes(*mark)).value_or(Gfid{});
  if (found == volume.id) return done;
  return failed(EINVAL, fmt::format("Volume id mismatch for brick {}. Expected volume id {}, volume id {} found",
                                    brick.text(), volume.id.text(), found.text()));
}

}  // namespace mortar
