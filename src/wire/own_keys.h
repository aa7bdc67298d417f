// Keys of our own in the xdata of operations of stock's protocol (docs/protocol.md). Stock's programs pass them by.
#pragma once

namespace mortar::own_key {

// Beside a rename: no copy that is asked is behind with any of the names, so bricks note nothing by themselves.
inline constexpr const char* names_alike = "mortar.names-are-alike";
// Beside an unlink or a rename: what has lost the name, where it has others. Its attributes stand under the same key in
// the answer.
inline constexpr const char* removed_object = "mortar.removed-object";
// Beside an unlink or a rename: names of counts (cluster/replicate), each with a null byte behind it. Where a file
// would lose its last name, and the first word of one of these is not zero, it is refused with EBUSY: others lack some
// of its content.
inline constexpr const char* unless_it_blames = "mortar.unless-it-blames";
// Beside a rename or an rmdir: the directory that goes by it, which has been locked, or a null identity where none
// does. It is refused with EISDIR where another one would go.
inline constexpr const char* directory_that_goes = "mortar.directory-that-goes";
// Beside an unlink: the file that is meant. It is refused with ENOENT where the name is another's.
inline constexpr const char* file_that_goes = "mortar.file-that-goes";
// Beside a rename from one directory to another: moves of directories are not locked. Where it is one that would move,
// the rename is refused with EISDIR.
inline constexpr const char* no_directory_moves = "mortar.no-directory-moves";
// Beside a lookup: the content of a file, up to so many bytes, where the caller may read it. It stands under this key
// in the answer.
inline constexpr const char* readable_content = "mortar.readable-content";
// Beside a readdirp: the content of files, each up to so many bytes, where the caller may read them, as long as the
// answer stays small. It stands under this key beside the entry.
inline constexpr const char* listed_content = "mortar.listed-content";
// Beside an fsync of the root: the identities of files, one behind the other, whose content is to be on the disk; those
// that the brick has not are passed by. How many there were stands under this key in the answer.
inline constexpr const char* files_to_sync = "mortar.files-to-sync";

// What those who use copies of each other ask of bricks (translators/index/unwritten_changes.h). All are heard from the
// volume's own processes only.
//
// An extended attribute of the root: in which epoch the brick is, a gfid.
inline constexpr const char* epoch = "mortar.epoch";
// Set on the root, beside the epoch in which it was: the copy that is blamed under this key has gone.
inline constexpr const char* copy_gone = "mortar.copy-gone";
// Set on the root, beside the epoch in which it is: it is back. And what it is blamed for with each object that it may
// have lost a change of: the counts of a change of names, and of one of attributes, as XATTROP adds them.
inline constexpr const char* copy_back = "mortar.copy-back";
inline constexpr const char* blame_for_names = "mortar.blame-for-names";
inline constexpr const char* blame_for_attributes = "mortar.blame-for-attributes";

}  // namespace mortar::own_key
