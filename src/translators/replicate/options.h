// The options of cluster/replicate, under the names that stock's volfiles carry.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "translator/options.h"

namespace mortar {

struct ReplicateOptions {
  std::string pending_keys;
  std::uint32_t arbiter_count = 0;
  std::uint32_t thin_arbiter_count = 0;
  std::string quorum_type;
  std::uint32_t quorum_count = 0;
  std::int32_t read_subvolume_index = -1;
  std::string read_subvolume;
  static constexpr std::uint32_t read_where_least_is_read = 3;
  std::uint32_t read_hash_mode = 1;
  bool choose_local = true;
  bool ensure_durability = true;
  bool eager_lock = true;
  std::chrono::seconds post_operation_delay{1};
  bool granular_entry_heal = false;
  bool use_anonymous_inode = false;
  std::string volume_id;
  bool is_self_heal_daemon = false;
  std::string node_uuid;
  std::chrono::seconds heal_timeout{600};
  std::string favorite_child_policy = "none";
  std::string content_heal_on_use = "off";
  bool heals_attributes_on_use = false;
  bool heals_names_on_use = false;
  std::uint32_t heals_at_once_on_use = 8;

  // It may be "open" as well, which is on.
  bool heals_content_on_use() const {
    bool is_on = false;
    return content_heal_on_use == "open" || (parse_option(content_heal_on_use, is_on) && is_on);
  }
  auto options(this auto& self) {
    using namespace std::chrono_literals;
    return std::tuple(
        Option{"afr-pending-xattr", self.pending_keys, "What the copies are called in each other's marks"},
        Option{"arbiter-count", self.arbiter_count, "How many of the copies, the last, have names and marks only", 0u,
               1u},
        Option{"thin-arbiter", self.thin_arbiter_count, "Whether an arbiter outside of the set decides", 0u, 1u},
        Option{"quorum-type", self.quorum_type, "How many copies must take part: none, auto (more than half), fixed"},
        Option{"quorum-count", self.quorum_count, "How many, where that is fixed"},
        Option{"read-subvolume-index", self.read_subvolume_index, "The copy that is read, by its place; -1: any"},
        Option{"read-subvolume", self.read_subvolume, "The same, by its name"},
        Option{"read-hash-mode", self.read_hash_mode,
               "Which copy is read: 0 the first, 3 the one with the fewest reads under way, else one by the object", 0u,
               5u},
        Option{"choose-local", self.choose_local, "The content of files is read on this machine rather than elsewhere"},
        Option{"ensure-durability", self.ensure_durability,
               "A change is on the disks before the marks of its being under way go"},
        Option{"eager-lock", self.eager_lock, "Locks are kept for a while, for the changes to come"},
        Option{"post-op-delay-secs", self.post_operation_delay, "How long", 0s, 1000s},
        Option{"granular-entry-heal", self.granular_entry_heal,
               "Which names were changed is remembered for the heal of a directory"},
        Option{"use-anonymous-inode", self.use_anonymous_inode,
               "What has lost its name on a copy is kept until it gets another one"},
        Option{"volume-id", self.volume_id, "Of the volume"},
        Option{"iam-self-heal-daemon", self.is_self_heal_daemon, "This process heals"},
        Option{"node-uuid", self.node_uuid, "The server whose copies this process heals from"},
        Option{"heal-timeout", self.heal_timeout, "After how long it looks for damage that nobody told it of", 5s,
               2147483647s},
        Option{"favorite-child-policy", self.favorite_child_policy,
               "Which copy is right where all are blamed: none, size, ctime, mtime, majority"},
        Option{"data-self-heal", self.content_heal_on_use, "Clients heal the content of files that they find behind"},
        Option{"metadata-self-heal", self.heals_attributes_on_use, "The same, owners, modes and attributes"},
        Option{"entry-self-heal", self.heals_names_on_use, "The same, names in directories"},
        Option{"background-self-heal-count", self.heals_at_once_on_use, "How many of these heals at once", 0u, 256u});
  }
};

}  // namespace mortar
