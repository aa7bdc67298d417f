// What may be typed next: for the prompt, and for the shells that complete a command line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mortar::command {

// Whether the word behind those is a volume's name.
bool takes_volume(const std::vector<std::string>& before);
// The words that begin with `beginning` and may follow those before: of the commands' names, and keys of options.
std::vector<std::string> words_that_fit(const std::vector<std::string>& before, std::string_view beginning);

}  // namespace mortar::command
