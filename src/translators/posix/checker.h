// Checks a brick that no process serves: walks everything in it and says in plain words what does not fit together.
//
// It reads the format on its own, without the code of the translator, so that the two do not share a mistake. It
// changes nothing. What stock leaves lying about and never minds (health_check, changelogs, quarantine, brick.db,
// landfill, index base files of former runs, anything unknown in .glusterfs) is no finding.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/gfid.h"
#include "base/result.h"
#include "runtime/file_system.h"

namespace mortar::posix {

struct Finding {
  std::string path;  // relative to the brick's directory
  std::optional<Gfid> gfid;
  std::string what;
  // "path (gfid): what"
  std::string text() const;
};

struct CheckOptions {
  std::optional<Gfid> volume_id;  // that the brick has to belong to; any where none is given
  bool gfid2path = true;          // names have to be recorded at their files
};

struct CheckReport {
  std::vector<Finding> findings;
  std::uint64_t objects = 0;  // names seen, without .glusterfs
  std::uint64_t handles = 0;
};

// An error only where the brick's directory itself cannot be read; what cannot be read inside is a finding.
Result<CheckReport> check_brick(FileSystem& files, const std::string& directory, const CheckOptions& options);

}  // namespace mortar::posix
