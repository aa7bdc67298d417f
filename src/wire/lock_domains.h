// What bricks know of the locks of cluster/distribute, most of them of stock's too.
#pragma once

#include <cstdint>

namespace mortar {

namespace lock_domain {

// Of names in a directory: what subvolumes have under one.
inline constexpr const char* name = "dht.entry.sync";
// Of ranges of a directory: its layout.
inline constexpr const char* layout = "dht.layout.heal";
// Of ranges of a file: where it is, and its names.
inline constexpr const char* move = "dht.file.migrate";
// Of the root, on the first subvolume: a directory gets into another one. Of our clients only.
inline constexpr const char* moves_of_directories = "mortar.directories.move";

}  // namespace lock_domain

namespace own_key {

// Beside an unlink, an rmdir or a rename (own_keys.h): the caller has locked the names, and others may wait for these
// who have locked what goes for distribute. A directory goes all the same; where it is a file, the operation is refused
// with EAGAIN. Not where a copy has done it already, which was not locked yet: then all do it.
inline constexpr const char* names_locked = "mortar.names-are-locked";
inline constexpr std::int32_t are_locked = 1, are_changed_elsewhere = 2;

}  // namespace own_key

}  // namespace mortar
