#include "runtime/network.h"

#include <fmt/format.h>

namespace mortar {

std::string Address::text() const {
  if (is_unix()) return path;
  if (host.find(':') != std::string::npos) return fmt::format("[{}]:{}", host, port);
  return fmt::format("{}:{}", host.empty() ? "*" : host, port);
}

}  // namespace mortar
