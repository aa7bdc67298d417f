#include "base/name.h"

namespace mortar {

Result<Name> Name::make(std::string_view text) {
  if (text.find('/') != std::string_view::npos) return failed(EPERM);
  if (text.size() > 255) return failed(ENAMETOOLONG);
  if (text.empty() || text == "." || text == ".." || text.find('\0') != std::string_view::npos) return failed(EINVAL);
  return Name(text);
}

}  // namespace mortar
