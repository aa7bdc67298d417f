#include "translators/replicate/quorum.h"

#include <fmt/format.h>

namespace mortar::replicate {

Result<Quorum> Quorum::make(const std::string& type, std::size_t count, std::size_t copies) {
  if (type == "none" || (type.empty() && copies < 3)) return Quorum(Kind::none, 1, copies);
  if (type == "auto" || type.empty()) return Quorum(Kind::majority, copies / 2 + 1, copies);
  if (type != "fixed") return failed(EINVAL, fmt::format("quorum-type: {} is not none, auto or fixed", type));
  // The count is an option of its own: until it is set, stock's clients take it for none.
  if (count == 0) return Quorum(Kind::none, 1, copies);
  if (count > copies) {
    return failed(EINVAL, fmt::format("quorum-count: {} is more than the {} copies", count, copies));
  }
  return Quorum(Kind::fixed, count, copies);
}

bool Quorum::is_met(Copies copies) const {
  if (copies.count() >= count_) return true;
  return kind_ == Kind::majority && 2 * copies.count() == copies_ && copies.has(0);
}

}  // namespace mortar::replicate
