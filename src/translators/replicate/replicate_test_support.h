// Clients with cluster/replicate over real bricks, and what is to be seen of it on them.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "translators/cluster/cluster_test_support.h"
#include "translators/replicate/replicate.h"

namespace mortar::testing {

class ReplicateLab : public ClusterLab {
 public:
  explicit ReplicateLab(std::size_t copies = 3, Options options = {}, std::uint64_t seed = 1)
      : ClusterLab(replicate(), Replicate::make, copies, std::move(options), seed) {}

  // What the copy says that the other one missed, or of changes under way where there is no other.
  replicate::Counts missed(std::size_t by, const std::string& name, std::size_t other) {
    return counts(by, name, fmt::format("trusted.afr.v-client-{}", other));
  }
  replicate::Counts dirty(std::size_t by, const std::string& name) { return counts(by, name, replicate::dirty_key); }
  std::string content(std::size_t copy, const std::string& name) {
    Result<std::string> read = brick(copy).disk().read_file(brick(copy).path(name));
    return read ? *read : "error " + read.error().sentence();
  }
  // At the root, by the first client, that closes it; all is settled.
  Gfid make_file(const std::string& name);
  // All copies have it with one identity, mode and content, and blame nobody.
  std::vector<std::string> differences(const std::string& name);

 private:
  static VolumeSection replicate() {
    VolumeSection section;
    section.name = "v-replicate-0";
    section.type = "cluster/replicate";
    return section;
  }
  replicate::Counts counts(std::size_t by, const std::string& name, const std::string& key) {
    Result<std::string> value = brick(by).disk().get_xattr(FileSystem::no_directory, brick(by).path(name), key.c_str());
    return value ? mortar::replicate::Counts::parse(as_bytes(*value)) : mortar::replicate::Counts{};
  }
};

inline fop::Write write_of(const fop::Create::Reply& file, std::uint64_t offset, std::string_view text) {
  return {.gfid = file.iatt.gfid,
          .fd = file.fd,
          .offset = offset,
          .size = static_cast<std::uint32_t>(text.size()),
          .xdata = {},
          .data = {Slice::copy(as_bytes(text))}};
}

inline Gfid ReplicateLab::make_file(const std::string& name) {
  const Result<fop::Create::Reply> made = client().create(root_gfid, name);
  EXPECT_TRUE(made);
  if (!made) return {};
  EXPECT_TRUE(client().ask(fop::Release{.gfid = made->iatt.gfid, .fd = made->fd, .xdata = {}}));
  settle();
  return made->iatt.gfid;
}

inline std::vector<std::string> ReplicateLab::differences(const std::string& name) {
  std::vector<std::string> found;
  for (std::size_t copy = 0; copy < bricks(); ++copy) {
    if (!brick(copy).exists(name)) {
      found.push_back(fmt::format("{} is not on brick {}", name, copy));
      continue;
    }
    if (dirty(copy, name).any()) found.push_back(fmt::format("{} is dirty on brick {}", name, copy));
    for (std::size_t other = 0; other < bricks(); ++other) {
      if (missed(copy, name, other).any()) {
        found.push_back(fmt::format("brick {} blames brick {} for {}", copy, other, name));
      }
    }
    if (copy == 0 || !brick(0).exists(name)) continue;
    const FileStatus first = brick(0).status(name);
    const FileStatus here = brick(copy).status(name);
    if (here.mode != first.mode || here.uid != first.uid || here.gid != first.gid) {
      found.push_back(fmt::format("{} has another owner or mode on brick {}", name, copy));
    }
    if (brick(copy).xattr(name, "trusted.gfid") != brick(0).xattr(name, "trusted.gfid")) {
      found.push_back(fmt::format("{} has another identity on brick {}", name, copy));
    }
    if (S_ISREG(here.mode) && content(copy, name) != content(0, name)) {
      found.push_back(fmt::format("{} has another content on brick {}", name, copy));
    }
  }
  return found;
}

}  // namespace mortar::testing
