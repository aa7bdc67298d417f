// The names under which an object is found, read from what is recorded at it.
#pragma once

#include <string>
#include <vector>

#include "translators/posix/gfid2path.h"
#include "translators/posix/work.h"

namespace mortar::posix {

// Relative to the volume's root, with a slash in front; "/" for the root. ESTALE where a handle on the way is missing.
Result<std::string> directory_path(const Work& work, const Gfid& gfid);
// One for each name of a file that is recorded and still leads to it.
Result<std::vector<std::string>> paths_of(const Work& work, const Subject& subject, const Found& found);

// Whether a recorded name is one of the object's.
bool leads_to(const Work& work, const RecordedName& record, const FileStatus& status);

}  // namespace mortar::posix
