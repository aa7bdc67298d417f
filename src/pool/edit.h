// An edit of the pool: what one command does to the document. check() says whether it may be done, in the words of the
// command; apply() does it. Both are pure, so an edit that loses the race for a swap is simply checked and applied
// again.
#pragma once

#include <concepts>

#include "base/result.h"
#include "pool/pool.h"

namespace mortar {

template <class T>
concept Edit = requires(const T& edit, const Pool& before, Pool& pool) {
  { edit.check(before) } -> std::same_as<Result<Done>>;
  { edit.apply(pool) } -> std::same_as<void>;
};

// EINVAL "Volume X does not exist".
Result<const Volume*> existing_volume(const Pool& pool, std::string_view name);

}  // namespace mortar
