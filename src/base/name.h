// The name of an entry in a directory. A Name can only be made by check: 1 to 255 bytes, no slash, no NUL, neither "."
// nor "..". Handlers of entry operations take a Name, so a path from the network cannot leave its directory.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace mortar {

class Name {
 public:
  // EPERM for a slash (as stock answers), ENAMETOOLONG, EINVAL for the rest.
  static Result<Name> make(std::string_view text);

  const std::string& text() const { return text_; }
  const char* c_str() const { return text_.c_str(); }
  friend auto operator<=>(const Name&, const Name&) = default;

 private:
  explicit Name(std::string_view text) : text_(text) {}
  std::string text_;
};

}  // namespace mortar
