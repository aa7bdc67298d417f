// A brick: its directory, opened and checked. Nothing in it changes once it stands, so jobs on any thread share it.
#pragma once

#include <memory>
#include <string>

#include "runtime/file_system.h"
#include "translators/posix/attribute_store.h"
#include "translators/posix/handle_store.h"
#include "translators/posix/options.h"

namespace mortar::posix {

inline constexpr const char* volume_id_key = "trusted.glusterfs.volume-id";

class Brick {
 public:
  // Opens the directory, checks that it belongs to the volume, makes what is missing of .glusterfs and empties the
  // folder of objects that were open at a crash. The sentence of an error says what is wrong with the brick. Blocks.
  static Result<std::shared_ptr<const Brick>> open(FileSystem& file_system, const PosixOptions& options,
                                                   std::string host_name);

  FileSystem& files;
  const std::string directory;
  const std::string host_name;
  std::unique_ptr<const AttributeStore> attributes;
  std::unique_ptr<const LinkHandles> handles;
  int root() const { return root_.number(); }

  Brick(FileSystem& file_system, std::string path, std::string host)
      : files(file_system), directory(std::move(path)), host_name(std::move(host)) {}

 private:
  Result<Done> check_root(const PosixOptions& options);
  Result<Done> check_volume_id(const PosixOptions& options) const;
  Result<Done> check_root_gfid() const;
  Result<Done> check_root_handle() const;
  Result<Done> set_owner(const PosixOptions& options) const;
  Result<Done> move_old_landfill() const;
  Result<Done> remove_parked() const;

  OpenFile root_;
};

}  // namespace mortar::posix
