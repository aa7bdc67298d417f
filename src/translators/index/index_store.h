// The index on disk: lists of objects that need attention, as hard links.
//
//   indices/xattrop/GFID                counters blame a copy of the object
//   indices/dirty/GFID                  a change is under way, or was when somebody died
//   indices/entry-changes/GFID/NAME     entries of a directory that need healing
//
// Each link leads to an empty base file LIST-UUID in its list's folder; the UUID is made anew by every process, and
// when a file has too many links. Base files of former processes go once nothing links to them.
//
// All calls block; one at a time.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/gfid.h"
#include "base/name.h"
#include "runtime/file_system.h"

namespace mortar::index {

enum class List : std::size_t { pending, dirty, entry_changes };
inline constexpr std::array<const char*, 3> list_names{"xattrop", "dirty", "entry-changes"};
inline const char* name_of(List list) { return list_names[static_cast<std::size_t>(list)]; }

struct Listed {
  std::vector<DirectoryEntry> entries;
  bool at_end = false;
};

class IndexStore {
 public:
  // Makes base ids; called by one job at a time like everything here.
  using NewId = std::function<Gfid()>;
  IndexStore(FileSystem& files, std::string base, NewId new_id);

  // Makes the folders and finds the base files of former processes.
  Result<Done> open();

  Result<Done> add(List list, const Gfid& gfid);
  // Nothing to do where it is not listed.
  Result<Done> remove(List list, const Gfid& gfid);
  Result<Done> add_entry(const Gfid& directory, const Name& name);
  Result<Done> remove_entry(const Gfid& directory, const Name& name);
  Result<bool> has_entry(const Gfid& directory, const Name& name);
  // The changes of one directory: kept aside under a new name where there are some left, which healers find and empty.
  Result<Done> forget_directory(const Gfid& directory);
  // With all that is in it.
  Result<Done> wipe_directory(const std::string& name);
  Result<Done> remove_stray(const Name& name);

  // Whether something is listed, at the price of a look at each base file.
  Result<bool> has_any(List list);
  Result<std::uint64_t> count(List list);
  // A folder below the base, its base files left out.
  Result<Listed> read(int folder, std::uint64_t offset, std::size_t bytes);
  Result<OpenFile> open_folder(const std::string& path) const;
  Result<FileStatus> status(const std::string& path) const;

 private:
  std::string at(const std::string& path) const { return base_ + "/" + path; }
  std::string base_file(List list) const;
  Result<Done> find_former(List list);
  Result<Done> link(List list, const std::string& path);
  Result<Done> make_base(List list);
  bool is_base(const std::string& name) const;

  FileSystem& files_;
  const std::string base_;
  NewId new_id_;
  Gfid id_;
  std::array<std::vector<std::string>, 3> former_;  // base files of others that have links
};

}  // namespace mortar::index
