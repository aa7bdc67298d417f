// Reading extended attributes. A file's are where it is; a directory's are asked of its leader, and of any other
// subvolume while that is away. Some names are questions to distribute itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "translators/cluster/descriptors.h"
#include "translators/distribute/files.h"
#include "translators/distribute/volume.h"

namespace mortar::distribute {

class XattrReads {
 public:
  // All outlive this.
  XattrReads(Volume& volume, Descriptors& descriptors, Files& files)
      : volume_(volume), descriptors_(descriptors), files_(files) {}

  Task<fop::Values> on_file(const Call& call, const fop::Getxattr& get, Place place);
  Task<fop::Values> on_file(const Call& call, const fop::Fgetxattr& get, Place place);
  Task<fop::Values> on_directory(const Call& call, const fop::Getxattr& get, DirectoryPointer directory);
  Task<fop::Values> on_directory(const Call& call, const fop::Fgetxattr& get, DirectoryPointer directory);

 private:
  template <class Operation>
  Task<fop::Values> read_xattrs(const Call& call, const Operation& get, DirectoryPointer directory);
  // Takes from an answer what is ours, and what the bricks keep for themselves.
  void hide_own_xattrs(const Call& call, std::string_view asked, Dictionary& values) const;
  // To names that are questions to distribute itself; nothing for all others. A file has no `directory`.
  std::optional<Result<fop::Values>> own_answer(std::string_view key, const Directory* directory) const;
  Task<fop::Values> gather_texts(const Call& call, const fop::Getxattr& get, DirectoryPointer directory);
  std::string layout_text(const Layout& layout) const;
  Task<fop::Values> real_name(const Call& call, const fop::Getxattr& get);

  Volume& volume_;
  Descriptors& descriptors_;
  Files& files_;
};

}  // namespace mortar::distribute
