// Moments as people and scripts read them: "2026-01-02 03:04:05 +0000", in UTC.
#pragma once

#include <string>

#include "base/iatt.h"

namespace mortar {

std::string text_of(const Moment& moment);
// "2026-01-02 03:04:05.000678 +0000".
std::string fine_text_of(const Moment& moment);

}  // namespace mortar
