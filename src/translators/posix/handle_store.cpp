#include "translators/posix/handle_store.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/name.h"

namespace mortar::posix {

namespace {

// A path of more components is longer than any that could have been made.
constexpr std::size_t deepest = 4096;

// What of the brick's own cannot be used: "" or "/below".
std::unexpected<Error> unusable(const Error& error, std::string_view below) {
  return failed(error.number(), fmt::format("{}{}: {}", hidden_directory, below, error.sentence()));
}

std::string in_first_level(const Gfid& gfid) { return fmt::format("{:02x}/{}", gfid.bytes[1], gfid.text()); }

Result<OpenFile> open_or_make(FileSystem& files, int parent, const std::string& name, std::uint32_t mode) {
  Result<OpenFile> open = files.open(parent, name, O_RDONLY | O_DIRECTORY, 0);
  if (open || open.error().number() != ENOENT) return open;
  Result<Done> made = files.make_directory(parent, name, mode);
  if (!made && made.error().number() != EEXIST) return std::unexpected(made.error());
  return files.open(parent, name, O_RDONLY | O_DIRECTORY, 0);
}

// A handle that is to replace another waits in the folder that the start cleans up.
constexpr std::string_view note_suffix = ".handle";
std::string note_of(const Gfid& gfid) { return fmt::format("{}{}", gfid.text(), note_suffix); }

std::uint16_t second_level_of(const Gfid& gfid) {
  return static_cast<std::uint16_t>(gfid.bytes[0] << 8 | gfid.bytes[1]);
}

}  // namespace

bool is_directory_handle(const FileStatus& status) { return status.is_symlink() && status.links == 1; }

std::string directory_handle_text(const DirectoryName& where) {
  return fmt::format("../../{:02x}/{:02x}/{}/{}", where.parent.bytes[0], where.parent.bytes[1], where.parent.text(),
                     where.name);
}

std::optional<DirectoryName> parse_directory_handle(std::string_view text) {
  constexpr std::size_t gfid_at = 12, gfid_length = 36;
  if (text.size() < gfid_at + gfid_length + 2) return std::nullopt;
  std::optional<Gfid> parent = Gfid::parse(text.substr(gfid_at, gfid_length));
  Result<Name> name = Name::make(text.substr(gfid_at + gfid_length + 1));
  if (!parent || !name) return std::nullopt;
  DirectoryName where{*parent, name->text()};
  // Whatever else stands in the text shows here.
  if (directory_handle_text(where) != text) return std::nullopt;
  return where;
}

Result<LinkHandles> LinkHandles::open(FileSystem& files, const AttributeStore& attributes, int root) {
  LinkHandles store(files, attributes, root);
  Result<OpenFile> folder = open_or_make(files, root, hidden_directory, 0600);
  if (!folder) return unusable(folder.error(), "");
  store.folder_ = std::move(*folder);
  for (std::size_t byte = 0; byte < store.first_level_.size(); ++byte) {
    const std::string name = fmt::format("{:02x}", byte), told_as = "/" + name;
    Result<OpenFile> level = open_or_make(files, store.folder(), name, 0700);
    if (!level) return unusable(level.error(), told_as);
    store.first_level_[byte] = std::move(*level);
    Result<Done> learned = store.learn_second_levels(static_cast<std::uint8_t>(byte));
    if (!learned) return unusable(learned.error(), told_as);
  }
  Result<OpenFile> parked = open_or_make(files, store.folder(), "unlink", 0600);
  if (!parked) return unusable(parked.error(), "/unlink");
  store.parked_ = std::move(*parked);
  Result<OpenFile> landfill = open_or_make(files, store.folder(), "landfill", 0755);
  if (!landfill) return unusable(landfill.error(), "/landfill");
  store.landfill_ = std::move(*landfill);
  return store;
}

Place LinkHandles::place(const Gfid& gfid) const {
  return Place::named(first_level_[gfid.bytes[0]].number(), in_first_level(gfid));
}

Place LinkHandles::parked_place(const Gfid& gfid) const { return Place::named(parked_.number(), gfid.text()); }

Result<DirectoryName> LinkHandles::directory_name(const Gfid& gfid) const {
  const Place handle = place(gfid);
  Result<std::string> text = files_.read_symlink(handle.directory, handle.name);
  if (!text) return failed(text.error().number() == EINVAL ? ENOTDIR : text.error().number());
  std::optional<DirectoryName> where = parse_directory_handle(*text);
  if (where) return *where;
  // Not that of an object: somebody planted it.
  Result<FileStatus> status = files_.status(handle.directory, handle.name);
  return failed(status && !is_directory_handle(*status) ? ENOTDIR : ESTALE);
}

Result<OpenFile> LinkHandles::walk(std::vector<std::string> names) const {
  Result<OpenFile> at = files_.open(root_, ".", O_RDONLY | O_DIRECTORY, 0);
  for (auto name = names.rbegin(); at && name != names.rend(); ++name) {
    Result<OpenFile> below = files_.open(at->number(), *name, O_RDONLY | O_DIRECTORY, 0);
    at = std::move(below);
  }
  return at;
}

Result<OpenFile> LinkHandles::open_directory(const Gfid& gfid) const {
  std::vector<std::string> names;
  for (Gfid above = gfid; !above.is_root();) {
    Result<DirectoryName> where = directory_name(above);
    if (!where) {
      const int number = where.error().number();
      if (number == ENOENT || (number == ENOTDIR && !names.empty())) return failed(ESTALE);
      return failed(number);
    }
    if (names.size() == deepest || (where->parent.is_root() && where->name == hidden_directory)) return failed(ESTALE);
    names.push_back(std::move(where->name));
    above = where->parent;
  }
  const bool is_root = names.empty();
  Result<OpenFile> found = walk(std::move(names));
  if (!found) {
    const int number = found.error().number();
    const bool moved = number == ENOENT || number == ENOTDIR || number == ELOOP;
    return failed(moved ? ESTALE : number);
  }
  if (is_root) return found;
  Result<std::string> carried = attributes_.get(Place::open(found->number()), gfid_key);
  if (!carried) return failed(carried.error().number() == ENODATA ? ESTALE : carried.error().number());
  if (Gfid::from(as_bytes(*carried)) != gfid) return failed(ESTALE);
  return found;
}

Result<Done> LinkHandles::learn_second_levels(std::uint8_t first) {
  const int folder = first_level_[first].number();
  for (std::uint64_t offset = 0;;) {
    Result<std::vector<DirectoryEntry>> some = files_.read_directory(folder, offset);
    if (!some) return std::unexpected(some.error());
    if (some->empty()) return done;
    for (const DirectoryEntry& entry : *some) {
      std::uint8_t second = 0;
      const char* end = entry.name.data() + entry.name.size();
      const auto [stop, error] = std::from_chars(entry.name.data(), end, second, 16);
      const bool is_level = error == std::errc() && stop == end && entry.name.size() == 2;
      if (is_level) known_->add(static_cast<std::uint16_t>(first << 8 | second));
    }
    offset = some->back().offset;
  }
}

Result<Done> LinkHandles::provide_second_level(const Gfid& gfid) const {
  return known_->has(second_level_of(gfid)) ? Result<Done>(done) : make_second_level(gfid);
}

Result<Done> LinkHandles::make_second_level(const Gfid& gfid) const {
  Result<Done> made =
      files_.make_directory(first_level_[gfid.bytes[0]].number(), fmt::format("{:02x}", gfid.bytes[1]), 0700);
  if (!made && made.error().number() != EEXIST) return made;
  known_->add(second_level_of(gfid));
  return done;
}

Result<Done> LinkHandles::link_to(int from, const std::string& name, const Gfid& gfid) const {
  const Place handle = place(gfid);
  if (Result<Done> provided = provide_second_level(gfid); !provided) return provided;
  Result<Done> linked = files_.link(from, name, handle.directory, handle.name);
  // Gone behind our back, or it is the name that is not there.
  if (linked || linked.error().number() != ENOENT) return linked;
  if (Result<Done> made = make_second_level(gfid); !made) return made;
  return files_.link(from, name, handle.directory, handle.name);
}

Result<Done> LinkHandles::add_file(const Gfid& gfid, int parent, const std::string& name) const {
  Result<Done> linked = link_to(parent, name, gfid);
  if (linked || linked.error().number() != EEXIST) return linked;
  const Place handle = place(gfid);
  Result<FileStatus> there = files_.status(handle.directory, handle.name);
  if (!there) return std::unexpected(there.error());
  Result<FileStatus> here = files_.status(parent, name);
  if (!here) return std::unexpected(here.error());
  if (there->inode != here->inode || there->device != here->device) return failed(EEXIST);
  return done;
}

Result<Done> LinkHandles::add_directory(const Gfid& gfid, const DirectoryName& where) const {
  const Place handle = place(gfid);
  const std::string text = directory_handle_text(where);
  if (Result<Done> provided = provide_second_level(gfid); !provided) return provided;
  Result<Done> made = files_.make_symlink(text, handle.directory, handle.name);
  if (!made && made.error().number() == ENOENT) {
    if (Result<Done> level = make_second_level(gfid); !level) return level;
    made = files_.make_symlink(text, handle.directory, handle.name);
  }
  if (made || made.error().number() != EEXIST) return made;
  // Never a second directory of one identity. A handle that leads nowhere is replaced in one step.
  Result<OpenFile> other = open_directory(gfid);
  if (other) return failed(EEXIST);
  if (other.error().number() != ESTALE) return std::unexpected(other.error());
  if (Result<Done> noted = note_move(gfid, where); !noted) return noted;
  return settle_move(gfid);
}

Result<Done> LinkHandles::note_move(const Gfid& gfid, const DirectoryName& where) const {
  const Place handle = place(gfid);
  if (Result<Done> provided = provide_second_level(gfid); !provided) return provided;
  // What lies in the handle's place must be a directory's, too.
  Result<FileStatus> old = files_.status(handle.directory, handle.name);
  if (!old && old.error().number() != ENOENT) return std::unexpected(old.error());
  if (old && !is_directory_handle(*old)) return failed(EEXIST);
  const std::string text = directory_handle_text(where);
  Result<Done> noted = files_.make_symlink(text, parked_.number(), note_of(gfid));
  if (noted || noted.error().number() != EEXIST) return noted;
  // Of a move that failed half way.
  if (Result<Done> gone = files_.unlink(parked_.number(), note_of(gfid)); !gone) return gone;
  return files_.make_symlink(text, parked_.number(), note_of(gfid));
}

Result<Done> LinkHandles::settle_move(const Gfid& gfid) const {
  const Place handle = place(gfid);
  return files_.rename(parked_.number(), note_of(gfid), handle.directory, handle.name, 0);
}

void LinkHandles::forget_move(const Gfid& gfid) const { (void)files_.unlink(parked_.number(), note_of(gfid)); }

Result<std::vector<Gfid>> LinkHandles::noted_moves() const {
  std::vector<Gfid> noted;
  for (std::uint64_t offset = 0;;) {
    Result<std::vector<DirectoryEntry>> some = files_.read_directory(parked_.number(), offset);
    if (!some) return unusable(some.error(), "/unlink");
    if (some->empty()) return noted;
    offset = some->back().offset;
    for (const DirectoryEntry& entry : *some) {
      const std::size_t length = entry.name.size() - std::min(entry.name.size(), note_suffix.size());
      const std::optional<Gfid> gfid = Gfid::parse(std::string_view(entry.name).substr(0, length));
      if (gfid && entry.name == note_of(*gfid)) noted.push_back(*gfid);
    }
  }
}

bool LinkHandles::has_moved(const Gfid& gfid) const {
  const Result<std::string> text = files_.read_symlink(parked_.number(), note_of(gfid));
  const std::optional<DirectoryName> where = text ? parse_directory_handle(*text) : std::nullopt;
  if (!where) return false;
  const Result<OpenFile> parent = open_directory(where->parent);
  if (!parent) return false;
  const Result<std::string> carried = attributes_.get(Place::named(parent->number(), where->name), gfid_key);
  return carried && Gfid::from(as_bytes(*carried)) == gfid;
}

Result<Done> LinkHandles::settle_noted() const {
  Result<std::vector<Gfid>> noted = noted_moves();
  if (!noted) return std::unexpected(noted.error());
  // One that moved into another that moved is found once that one is settled.
  for (bool some_settled = true; some_settled;) {
    some_settled = false;
    for (const Gfid& gfid : *noted) {
      if (!has_moved(gfid)) continue;
      Result<Done> settled = settle_move(gfid);
      if (!settled) return unusable(settled.error(), "/unlink/" + note_of(gfid));
      some_settled = true;
    }
  }
  return done;
}

Result<Done> LinkHandles::remove(const Gfid& gfid) const {
  const Place handle = place(gfid);
  Result<Done> removed = files_.unlink(handle.directory, handle.name);
  if (!removed && removed.error().number() != ENOENT) return removed;
  return done;
}

Result<Done> LinkHandles::park(const Gfid& gfid) const {
  const Place handle = place(gfid);
  return files_.rename(handle.directory, handle.name, parked_.number(), gfid.text(), 0);
}

Result<Done> LinkHandles::unpark(const Gfid& gfid) const {
  const Place handle = place(gfid);
  return files_.rename(parked_.number(), gfid.text(), handle.directory, handle.name, 0);
}

}  // namespace mortar::posix
