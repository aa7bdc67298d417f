// The list of files beside an fsync of the root (own_key::files_to_sync).
#pragma once

#include <span>
#include <vector>

#include "base/dictionary.h"
#include "base/gfid.h"
#include "base/result.h"

namespace mortar {

// Files in one request.
inline constexpr std::size_t most_files_to_sync = 1024;

void put_files_to_sync(Dictionary& xdata, std::span<const Gfid> files);
// EINVAL where it is no such list, or too long.
Result<std::vector<Gfid>> files_to_sync(const Dictionary& xdata);

}  // namespace mortar
