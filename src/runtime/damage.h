// What a file system says that is damaged, and what is told of it: "Bad message" helps nobody who does not know which
// file of which brick could not be used, and what to do.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace mortar {

// Of an error of the file system below a brick: what to do about it, as the end of a sentence (" (...)"); empty where
// the error does not tell of damage.
std::string advice_on(const Error& error);

// "WHAT cannot be TREATED so: reason", with advice. `what` is a path that an administrator can look at.
std::unexpected<Error> unusable(const Error& error, std::string_view what, std::string_view treated = "read");

}  // namespace mortar
