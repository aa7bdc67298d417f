// Names that are asked for like extended attributes and answered from elsewhere: paths, the server's identity, names
// whatever their case, access control lists as text.
#pragma once

#include <optional>
#include <string_view>

#include "translators/posix/work.h"
#include "wire/file_operations.h"

namespace mortar::posix {

// Nothing where the name is no such name.
std::optional<Result<fop::Values>> virtual_attribute(const Work& work, Subject& subject, const Found& found,
                                                     const std::string& name);

}  // namespace mortar::posix
