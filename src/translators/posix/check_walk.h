// What the parts of the brick checker share: everything found so far, by inode and by gfid.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "translators/posix/checker.h"

namespace mortar::posix {

class BrickCheck {
 public:
  BrickCheck(FileSystem& files, const CheckOptions& options) : files_(files), options_(options) {}

  Result<Done> run(const std::string& directory);
  CheckReport take_report() { return std::move(report_); }

 private:
  struct NamedAt {
    Gfid parent;
    std::string name;
    std::string path;
  };
  // An object that some name leads to.
  struct Object {
    std::optional<Gfid> gfid;
    bool is_directory = false;
    bool in_landfill = false;  // removed, and waiting for its purge
    std::uint32_t links = 0;
    std::vector<NamedAt> names;
    std::uint32_t handles = 0;
    std::vector<std::pair<std::string, std::string>> name_records;  // key and value
  };
  // Where the walk is.
  struct Folder {
    int number = -1;
    std::optional<Gfid> gfid;
    std::string path;
    bool in_landfill = false;
  };

  void report(const std::string& path, const std::optional<Gfid>& gfid, std::string what);
  // Each entry but the dots; what goes wrong becomes a finding.
  void each(int folder, const std::string& path, const std::function<void(const DirectoryEntry&)>& visit);
  std::optional<OpenFile> open_folder(int parent, const std::string& name, const std::string& path);

  // check_objects.cpp: what has a name
  void check_root();
  void check_volume_id();
  void walk(const Folder& folder);
  void visit(const Folder& folder, const DirectoryEntry& entry);
  std::optional<Gfid> read_gfid(const Folder& folder, const std::string& name, const std::string& path);
  void remember(const Folder& folder, const std::string& name, const FileStatus& status, std::optional<Gfid> gfid);
  void check_mdata(int folder, const std::string& name, const std::string& path, const std::optional<Gfid>& gfid);
  void read_name_records(Object& object, int folder, const std::string& name, const std::string& path);
  void check_handle(const Folder& folder, const std::string& name, const FileStatus& status, const Gfid& gfid);
  void check_name_records(const Object& object);
  void check_link_count(const Object& object);

  // check_handles.cpp: .glusterfs
  void check_handle_tree();
  void check_first_level(int handles, const std::string& byte);
  void check_second_level(int folder, const std::string& path, const std::string& first, const std::string& second);
  void check_one_handle(int folder, const std::string& path, const std::string& prefix, const std::string& name);
  void check_file_handle(const std::string& path, const Gfid& gfid, const FileStatus& status);
  void check_directory_handle(int folder, const std::string& path, const Gfid& gfid);
  void check_parked(int handles);
  void check_index(int handles);
  void check_index_folder(int folder, const std::string& path, const std::string& kind);

  FileSystem& files_;
  const CheckOptions& options_;
  CheckReport report_;
  int root_ = -1;
  std::uint64_t device_ = 0;
  std::map<std::uint64_t, Object> objects_;       // by inode
  std::map<Gfid, std::uint64_t> inodes_by_gfid_;  // the first that was found
};

// "aa/bb/<gfid>"
std::string handle_path(const Gfid& gfid);
// What a directory's handle has to say.
std::string directory_handle_text(const Gfid& parent, const std::string& name);

}  // namespace mortar::posix
