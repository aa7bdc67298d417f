// Keys of our own in the xdata of operations of stock's protocol (docs/protocol.md). Stock's programs pass them by.
#pragma once

namespace mortar::own_key {

// Beside a rename: no copy that is asked is behind with any of the names, so bricks note nothing by themselves.
inline constexpr const char* names_alike = "mortar.names-are-alike";
// Beside an unlink: what has lost the name, where it has others. Its attributes stand under the same key in the answer.
inline constexpr const char* removed_object = "mortar.removed-object";

}  // namespace mortar::own_key
