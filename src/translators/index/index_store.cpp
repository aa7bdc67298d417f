#include "translators/index/index_store.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>

#include "runtime/damage.h"

namespace mortar::index {

namespace {

// What an entry takes of the space a reader offers, as stock counts it.
constexpr std::size_t entry_overhead = 64;

bool is_dot(const std::string& name) { return name == "." || name == ".."; }

Result<Done> unless(int number, Result<Done> result) {
  if (!result && result.error().number() == number) return done;
  return result;
}

}  // namespace

IndexStore::IndexStore(FileSystem& files, std::string base, NewId new_id)
    : files_(files), base_(std::move(base)), new_id_(std::move(new_id)), id_(new_id_()) {}

std::string IndexStore::base_file(List list) const {
  return fmt::format("{}/{}-{}", name_of(list), name_of(list), id_.text());
}

bool IndexStore::is_base(const std::string& name) const {
  return std::ranges::any_of(list_names, [&](const char* list) { return name.starts_with(std::string(list) + "-"); });
}

Result<Done> IndexStore::open() {
  for (List list : {List::pending, List::dirty, List::entry_changes}) {
    if (auto found = find_former(list); !found) return found;
  }
  return done;
}

Result<Done> IndexStore::find_former(List list) {
  const std::string path = at(name_of(list));
  if (auto made = files_.make_directories(path, 0600); !made) return unusable(made.error(), path, "used");
  auto folder = open_folder(name_of(list));
  if (!folder) return unusable(folder.error(), path, "opened");
  for (std::uint64_t offset = 0;;) {
    auto entries = files_.read_directory(folder->number(), offset);
    if (!entries) return unusable(entries.error(), path);
    if (entries->empty()) return done;
    offset = entries->back().offset;
    for (const DirectoryEntry& entry : *entries) {
      if (!is_base(entry.name)) continue;
      auto status = files_.status(folder->number(), entry.name);
      if (!status && status.error().number() == ENOENT) continue;
      if (!status) return unusable(status.error(), path + "/" + entry.name);
      if (status->links > 1) former_[static_cast<std::size_t>(list)].push_back(entry.name);
      if (status->links > 1) continue;
      auto gone = unless(ENOENT, files_.unlink(folder->number(), entry.name));
      if (!gone) return unusable(gone.error(), path + "/" + entry.name, "removed");
    }
  }
}

Result<Done> IndexStore::make_base(List list) {
  auto file = files_.open(FileSystem::no_directory, at(base_file(list)), O_CREAT | O_WRONLY, 0);
  if (!file) return std::unexpected(file.error());
  return done;
}

Result<Done> IndexStore::link(List list, const std::string& path) {
  for (int attempt = 0;; ++attempt) {
    auto linked =
        unless(EEXIST, files_.link(FileSystem::no_directory, at(base_file(list)), FileSystem::no_directory, at(path)));
    if (linked || attempt == 2) return linked;
    if (linked.error().number() == EMLINK) {
      // Other lists go on with their base files of the old id as former ones.
      for (List other : {List::pending, List::dirty, List::entry_changes}) {
        former_[static_cast<std::size_t>(other)].push_back(fmt::format("{}-{}", name_of(other), id_.text()));
      }
      id_ = new_id_();
    } else if (linked.error().number() == ENOENT) {
      if (auto made = files_.make_directories(at(name_of(list)), 0600); !made) return made;
    } else {
      return linked;
    }
    if (auto made = make_base(list); !made) return made;
  }
}

Result<Done> IndexStore::add(List list, const Gfid& gfid) {
  return link(list, fmt::format("{}/{}", name_of(list), gfid.text()));
}

Result<Done> IndexStore::remove(List list, const Gfid& gfid) {
  return unless(ENOENT, files_.unlink(FileSystem::no_directory, at(fmt::format("{}/{}", name_of(list), gfid.text()))));
}

Result<Done> IndexStore::add_entry(const Gfid& directory, const Name& name) {
  const std::string folder = fmt::format("{}/{}", name_of(List::entry_changes), directory.text());
  auto made = unless(EEXIST, files_.make_directory(FileSystem::no_directory, at(folder), 0600));
  if (!made) return made;
  return link(List::entry_changes, folder + "/" + name.text());
}

Result<Done> IndexStore::remove_entry(const Gfid& directory, const Name& name) {
  const std::string path = fmt::format("{}/{}/{}", name_of(List::entry_changes), directory.text(), name.text());
  return unless(ENOENT, files_.unlink(FileSystem::no_directory, at(path)));
}

Result<bool> IndexStore::has_entry(const Gfid& directory, const Name& name) {
  const auto found = status(fmt::format("{}/{}/{}", name_of(List::entry_changes), directory.text(), name.text()));
  if (found) return true;
  if (found.error().number() == ENOENT) return false;
  return std::unexpected(found.error());
}

Result<Done> IndexStore::forget_directory(const Gfid& directory) {
  const std::string folder = fmt::format("{}/{}", name_of(List::entry_changes), directory.text());
  auto removed = unless(ENOENT, files_.remove_directory(FileSystem::no_directory, at(folder)));
  if (removed || (removed.error().number() != ENOTEMPTY && removed.error().number() != EEXIST)) return removed;
  const std::string aside = fmt::format("{}/{}", name_of(List::entry_changes), new_id_().text());
  return files_.rename(FileSystem::no_directory, at(folder), FileSystem::no_directory, at(aside), 0);
}

Result<Done> IndexStore::wipe_directory(const std::string& name) {
  return unless(ENOENT, files_.remove_tree(at(fmt::format("{}/{}", name_of(List::entry_changes), name))));
}

Result<Done> IndexStore::remove_stray(const Name& name) {
  return files_.unlink(FileSystem::no_directory, at(fmt::format("{}/{}", name_of(List::entry_changes), name.text())));
}

Result<bool> IndexStore::has_any(List list) {
  std::vector<std::string>& former = former_[static_cast<std::size_t>(list)];
  auto has_links = [&](const std::string& path) -> Result<bool> {
    auto found = status(path);
    if (found) return found->links > 1;
    if (found.error().number() == ENOENT) return false;
    return unusable(found.error(), at(path));
  };
  Result<bool> any = has_links(base_file(list));
  while (any && !*any && !former.empty()) {
    any = has_links(fmt::format("{}/{}", name_of(list), former.back()));
    if (any && !*any) former.pop_back();
  }
  return any;
}

Result<std::uint64_t> IndexStore::count(List list) {
  auto folder = open_folder(name_of(list));
  if (!folder) return std::unexpected(folder.error());
  std::uint64_t count = 0, offset = 0;
  while (true) {
    auto entries = files_.read_directory(folder->number(), offset);
    if (!entries) return std::unexpected(entries.error());
    if (entries->empty()) return count;
    offset = entries->back().offset;
    count += static_cast<std::uint64_t>(std::ranges::count_if(
        *entries, [&](const auto& entry) { return !is_dot(entry.name) && !is_base(entry.name); }));
  }
}

Result<Listed> IndexStore::read(int folder, std::uint64_t offset, std::size_t bytes) {
  Listed listed;
  std::size_t filled = 0;
  while (true) {
    auto entries = files_.read_directory(folder, offset);
    if (!entries) return std::unexpected(entries.error());
    if (entries->empty()) {
      listed.at_end = true;
      return listed;
    }
    for (DirectoryEntry& entry : *entries) {
      if (!is_dot(entry.name) && !is_base(entry.name)) {
        filled += entry_overhead + entry.name.size();
        if (filled > bytes) return listed;
        listed.entries.push_back(entry);
      }
      offset = entry.offset;
    }
  }
}

Result<OpenFile> IndexStore::open_folder(const std::string& path) const {
  return files_.open(FileSystem::no_directory, at(path), O_RDONLY | O_DIRECTORY, 0);
}

Result<FileStatus> IndexStore::status(const std::string& path) const {
  return files_.status(FileSystem::no_directory, at(path));
}

}  // namespace mortar::index
