// What is asked for through extended attributes of a directory: bytes, made by geo-replication's own programs and by
// whoever else likes. Numbers are big-endian, texts end with a NUL:
//
//   glusterfs.gfid.newfile   uid 4, gid 4, gfid as text 37, type and mode 4, name, and then
//                            a directory: mode 4, umask 4; a symbolic link: target;
//                            all else: mode 4, device 4, umask 4
//   glusterfs.gfid.heal      gfid as text 37, name
//
// Nothing may follow. What is not of that form is ENOMEM, which is what stock answers.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/gfid.h"
#include "base/result.h"

namespace mortar::gfid_access {

// The virtual directory.
inline constexpr Gfid directory_gfid = fixed_gfid(0xd);
inline constexpr const char* directory_name = ".gfid";

inline constexpr const char* new_entry_xattr = "glusterfs.gfid.newfile";
inline constexpr const char* heal_xattr = "glusterfs.gfid.heal";

// Make this entry, with this identity, in the name of this user.
struct NewEntry {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  Gfid gfid;
  std::uint32_t type = 0;  // of st_mode
  std::string name;        // fit to be a Name
  std::uint32_t mode = 0;
  std::uint32_t device = 0;
  std::uint32_t umask = 0;
  std::string target;

  bool is_directory() const { return type == 0040000; }
  bool is_symlink() const { return type == 0120000; }
  bool is_device() const { return type == 0060000 || type == 0020000; }
};

// Look this entry up; if it has no identity, it gets this one.
struct HealRequest {
  Gfid gfid;
  std::string name;  // fit to be a Name
};

Result<NewEntry> read_new_entry(Bytes bytes);
Result<HealRequest> read_heal_request(Bytes bytes);

}  // namespace mortar::gfid_access
