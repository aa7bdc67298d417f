// The extended attributes that are distribute's own: what they are called, asking for them, hiding them from users.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "wire/file_operations.h"

namespace mortar::distribute {

// The value of OwnKeys::leader where no change is under way.
inline constexpr std::array<std::byte, 4> no_changes{};

struct OwnKeys {
  // `prefix`: the option "xattr-name"; all keys begin with it.
  explicit OwnKeys(const std::string& prefix);

  const std::string layout;  // of a copy of a directory: its range, as layout.h writes it
  const std::string link;    // of a link file: the subvolume with the data; of a file that is being moved: its target
  const std::string leader;  // of the copy of a directory that leads: its count of changes that others may lack
  const std::string commit_hash;  // of the root: of the volume, as the last rebalance counts

  bool has(std::string_view key) const { return key.starts_with(layout); }
  // The lookup with the keys that have to come with the answer.
  fop::Lookup added_to(const fop::Lookup& lookup) const;
  void hide(Dictionary& xdata) const;
};

}  // namespace mortar::distribute
