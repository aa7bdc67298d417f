// Whether a text is a value of an option.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "pool/option_table.h"

namespace mortar {

// EINVAL with the stock sentence, which names the option as its translator does.
Result<Done> check_option_value(const OptionEntry& option, std::string_view value);

// Of a value of the kind size; none where it is no such value.
std::optional<double> size_in_bytes(std::string_view value);

}  // namespace mortar
