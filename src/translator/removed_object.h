// In the xdata of what takes a name away: a question between the translators of a brick, which never leaves it. The
// reply has the identity of the object whose last name that was, under the same key; nothing where it has others.
#pragma once

namespace mortar {

inline constexpr const char* removed_object_key = "mortar.removed-object";

}  // namespace mortar
