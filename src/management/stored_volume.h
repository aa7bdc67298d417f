// A volume as the files of a store tell of it: those that this glusterd renders, and stock's.
#pragma once

#include <string>

#include "management/places.h"
#include "pool/pool.h"
#include "runtime/file_system.h"

namespace mortar {

// Names of the folders that hold a volume, sorted; none where there is no store.
Result<std::vector<std::string>> stored_volumes(FileSystem& files, const Places& places);
// EINVAL where a line that a volume cannot do without is missing or makes no sense; the sentence names the file.
Result<Volume> read_stored_volume(FileSystem& files, const Places& places, const std::string& name);

// The lines "key=value" of such a file, in their order.
std::vector<std::pair<std::string, std::string>> lines_of(std::string_view text);
// Sorted names of what is in a folder; none where there is none.
Result<std::vector<std::string>> names_in(FileSystem& files, const std::string& folder);

}  // namespace mortar
