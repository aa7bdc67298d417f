// Names and values of extended attributes as requests carry them.
#pragma once

#include <string>
#include <string_view>

#include "base/dictionary.h"

namespace mortar::posix {

// In one of the name spaces a file system knows; everything else in a request is a word between programs.
bool is_attribute_name(std::string_view key);
// The bytes to store. Text is stored with its NUL, as it came over the wire.
std::string stored_form(const Value& value);

// Whether clients are shown this attribute in lists; those they are not are the brick's own.
bool is_listed(std::string_view key);
// Whether a caller may read this attribute by name; internal ones may read all.
bool is_readable(bool caller_is_internal, std::string_view key);

}  // namespace mortar::posix
