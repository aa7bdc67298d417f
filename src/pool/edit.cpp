#include "pool/edit.h"

#include <fmt/format.h>

namespace mortar {

Result<const Volume*> existing_volume(const Pool& pool, std::string_view name) {
  const Volume* volume = pool.find(name);
  if (volume == nullptr) return failed(EINVAL, fmt::format("Volume {} does not exist", name));
  return volume;
}

}  // namespace mortar
