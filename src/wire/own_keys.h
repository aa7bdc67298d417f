// Keys of our own in the xdata of operations of stock's protocol (docs/protocol.md). Stock's programs pass them by.
#pragma once

namespace mortar::own_key {

// Beside a rename: no copy that is asked is behind with any of the names, so bricks note nothing by themselves.
inline constexpr const char* names_alike = "mortar.names-are-alike";
// Beside an unlink or a rename: what has lost the name, where it has others. Its attributes stand under the same key in
// the answer.
inline constexpr const char* removed_object = "mortar.removed-object";
// Beside a rename: it is refused with EISDIR where it would replace a directory, which is to be locked before.
inline constexpr const char* replaces_no_directory = "mortar.replaces-no-directory";

}  // namespace mortar::own_key
