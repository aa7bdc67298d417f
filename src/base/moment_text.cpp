#include "base/moment_text.h"

#include <fmt/chrono.h>

namespace mortar {

std::string text_of(const Moment& moment) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S} +0000", fmt::gmtime(static_cast<std::time_t>(moment.seconds)));
}

std::string fine_text_of(const Moment& moment) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S}.{:06} +0000", fmt::gmtime(static_cast<std::time_t>(moment.seconds)),
                     moment.nanoseconds / 1000);
}

}  // namespace mortar
