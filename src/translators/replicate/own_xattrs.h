// Marks are the copies' own affair: whoever could set them through the volume, or put back what he had once read, would
// say of a copy that is right that it is not.
#pragma once

#include <algorithm>
#include <cerrno>
#include <optional>

#include "translators/replicate/changelog.h"
#include "wire/fop/attributes.h"

namespace mortar::replicate {

template <class Operation>
concept ReadsXattrs = std::is_same_v<Operation, fop::Getxattr> || std::is_same_v<Operation, fop::Fgetxattr>;

template <class Operation>
concept SetsXattrs = std::is_same_v<Operation, fop::Setxattr> || std::is_same_v<Operation, fop::Fsetxattr>;

template <class Operation>
concept RemovesXattrs = std::is_same_v<Operation, fop::Removexattr> || std::is_same_v<Operation, fop::Fremovexattr>;

// The error of what is about marks.
template <class Operation>
std::optional<int> refusal(const ChangelogKeys& keys, const Operation& operation) {
  if constexpr (ReadsXattrs<Operation>) {
    if (operation.name_given != 0 && keys.has(operation.name)) return ENODATA;
  } else if constexpr (SetsXattrs<Operation>) {
    if (std::ranges::any_of(operation.values, [&](const auto& pair) { return keys.has(pair.first); })) {
      return EPERM;
    }
  } else if constexpr (RemovesXattrs<Operation>) {
    if (keys.has(operation.name)) return EPERM;
  }
  return std::nullopt;
}

}  // namespace mortar::replicate
