#include "runtime/file_system.h"

#include <fcntl.h>

#include <array>

namespace mortar {

namespace {

constexpr int nowhere = FileSystem::no_directory;

// "a/b" of "a/b/c"; the root for "/c", the current folder for "c".
std::string parent_of(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Result<Done> write_whole(FileSystem& files, int file, Bytes content) {
  std::uint64_t offset = 0;
  while (!content.empty()) {
    const Result<std::size_t> written = files.write(file, content, offset);
    if (!written) return std::unexpected(written.error());
    if (*written == 0) return failed(EIO);
    offset += *written;
    content = content.subspan(*written);
  }
  return files.sync(file, false);
}

Result<Done> write_new(FileSystem& files, const std::string& path, Bytes content, std::uint32_t mode) {
  // What a crash left of an earlier attempt goes first, so that the mode is the one asked for.
  const Result<Done> removed = files.unlink(nowhere, path);
  if (!removed && removed.error().number() != ENOENT) return removed;
  const Result<OpenFile> file = files.open(nowhere, path, O_WRONLY | O_CREAT | O_EXCL, mode);
  if (!file) return std::unexpected(file.error());
  return write_whole(files, file->number(), content);
}

Result<Done> sync_directory(FileSystem& files, const std::string& path) {
  const Result<OpenFile> directory = files.open(nowhere, path, O_RDONLY | O_DIRECTORY, 0);
  if (!directory) return std::unexpected(directory.error());
  return files.sync(directory->number(), false);
}

bool is_dots(const std::string& name) { return name == "." || name == ".."; }

Result<Done> remove_any(FileSystem& files, int directory, const std::string& name);

// Entries vanish while they are listed, so every listing starts anew.
Result<Done> empty_directory(FileSystem& files, int directory) {
  while (true) {
    const Result<std::vector<DirectoryEntry>> entries = files.read_directory(directory, 0);
    if (!entries) return std::unexpected(entries.error());
    bool removed = false;
    for (const DirectoryEntry& entry : *entries) {
      if (is_dots(entry.name)) continue;
      if (Result<Done> gone = remove_any(files, directory, entry.name); !gone) return gone;
      removed = true;
    }
    if (!removed) return done;
  }
}

Result<Done> remove_any(FileSystem& files, int directory, const std::string& name) {
  Result<Done> gone = files.unlink(directory, name);
  // EISDIR is Linux, EPERM is POSIX.
  if (gone || gone.error().number() == ENOENT) return done;
  if (gone.error().number() != EISDIR && gone.error().number() != EPERM) return gone;
  {
    const Result<OpenFile> inside = files.open(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    if (!inside) return gone;
    if (Result<Done> emptied = empty_directory(files, inside->number()); !emptied) return emptied;
  }
  return files.remove_directory(directory, name);
}

}  // namespace

Result<std::string> FileSystem::read_file(const std::string& path, std::size_t most) {
  const Result<OpenFile> file = open(no_directory, path, O_RDONLY, 0);
  if (!file) return std::unexpected(file.error());
  std::string content;
  std::array<std::byte, 16384> piece;
  while (true) {
    const Result<std::size_t> got = read(file->number(), piece, content.size());
    if (!got) return std::unexpected(got.error());
    if (*got == 0) return content;
    if (*got > most - content.size()) return failed(EFBIG);
    content.append(as_text(Bytes(piece).first(*got)));
  }
}

Result<Done> FileSystem::write_file(const std::string& path, std::string_view content, std::uint32_t mode) {
  const std::string fresh = path + ".tmp";
  Result<Done> written = write_new(*this, fresh, as_bytes(content), mode);
  if (written) written = rename(no_directory, fresh, no_directory, path, 0);
  if (written) return sync_directory(*this, parent_of(path));
  // The error that matters is the first; a leftover is replaced by the next attempt.
  static_cast<void>(unlink(no_directory, fresh));
  return written;
}

Result<Done> FileSystem::make_directories(const std::string& path, std::uint32_t mode) {
  Result<Done> made = make_directory(no_directory, path, mode);
  if (!made && made.error().number() == ENOENT) {
    const std::string parent = parent_of(path);
    if (parent == path || parent == ".") return made;
    if (Result<Done> above = make_directories(parent, mode); !above) return above;
    made = make_directory(no_directory, path, mode);
  }
  if (made || made.error().number() != EEXIST) return made;
  // Opening tells a directory, also behind a link that an administrator made, from anything else.
  const Result<OpenFile> existing = open(no_directory, path, O_RDONLY | O_DIRECTORY, 0);
  if (!existing) return std::unexpected(existing.error());
  return done;
}

Result<Done> FileSystem::remove_tree(const std::string& path) {
  // A link at the top is removed by unlink() before anything could be opened through it.
  return remove_any(*this, no_directory, path);
}

}  // namespace mortar
