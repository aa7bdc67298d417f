// Values that file operations are made of, beside those of base/.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "wire/identity.h"
#include "wire/xdr.h"

namespace mortar {

class Descriptor;  // translator/descriptor.h

// An open file or directory in an operation. Inside a graph `open` says which; on the wire it is a number of the
// connection, which the protocol translators put in and take out.
struct Fd {
  static constexpr std::int64_t anonymous = -2;  // "by gfid, without an open"
  std::int64_t remote = anonymous;
  std::shared_ptr<Descriptor> open;
  friend bool operator==(const Fd& left, const Fd& right) { return left.remote == right.remote; }
};
inline void encode(Encoder& out, const Fd& fd) { encode(out, fd.remote); }
inline void decode(Decoder& in, Fd& fd) { decode(in, fd.remote); }

// A byte-range lock. Length 0 reaches to the end of the file.
struct Flock {
  static constexpr std::uint32_t read = 0, write = 1, unlock = 2;
  std::uint32_t type = read;
  std::uint32_t whence = 0;
  std::uint64_t start = 0;
  std::uint64_t length = 0;
  std::uint32_t pid = 0;
  LockOwner owner;
  friend bool operator==(const Flock&, const Flock&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"type", self.type}, Field{"whence", self.whence}, Field{"start", self.start},
                      Field{"length", self.length}, Field{"pid", self.pid}, Field{"owner", self.owner});
  }
};

// statvfs(3), in its units.
struct VolumeStatus {
  std::uint64_t block_size = 0, fragment_size = 0, blocks = 0, free = 0, available = 0, files = 0, files_free = 0,
                files_available = 0, id = 0, flags = 0, name_max = 0;
  friend bool operator==(const VolumeStatus&, const VolumeStatus&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"block_size", self.block_size}, Field{"fragment_size", self.fragment_size},
                      Field{"blocks", self.blocks}, Field{"free", self.free}, Field{"available", self.available},
                      Field{"files", self.files}, Field{"files_free", self.files_free},
                      Field{"files_available", self.files_available}, Field{"id", self.id}, Field{"flags", self.flags},
                      Field{"name_max", self.name_max});
  }
};

struct Entry {
  std::uint64_t inode = 0;
  std::uint64_t offset = 0;  // the position behind this entry, for the next request
  std::uint32_t name_length = 0;
  std::uint32_t type = 0;  // DT_*
  std::string name;
  friend bool operator==(const Entry&, const Entry&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"inode", self.inode}, Field{"offset", self.offset}, Field{"name_length", self.name_length},
                      Field{"type", self.type}, Field{"name", self.name});
  }
};

// An entry with the attributes of its object; all-zero attributes where it vanished meanwhile.
struct EntryPlus {
  std::uint64_t inode = 0;
  std::uint64_t offset = 0;
  std::uint32_t name_length = 0;
  std::uint32_t type = 0;
  std::string name;
  Iatt iatt;
  Dictionary xattrs;
  friend bool operator==(const EntryPlus&, const EntryPlus&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"inode", self.inode}, Field{"offset", self.offset}, Field{"name_length", self.name_length},
                      Field{"type", self.type}, Field{"name", self.name}, Field{"iatt", self.iatt},
                      Field{"xattrs", self.xattrs});
  }
};

struct LeaseState {
  std::uint32_t command = 0;  // 1 get, 2 set, 3 unlock
  std::uint32_t type = 0;     // 0 none, 1 read, 2 read and write
  std::array<std::uint8_t, 16> id{};
  std::uint32_t flags = 0;
  friend bool operator==(const LeaseState&, const LeaseState&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"command", self.command}, Field{"type", self.type}, Field{"id", self.id},
                      Field{"flags", self.flags});
  }
};

struct ActiveLock {
  Flock flock;
  std::string client;
  std::uint32_t lock_flags = 0;
  friend bool operator==(const ActiveLock&, const ActiveLock&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"flock", self.flock}, Field{"client", self.client}, Field{"lock_flags", self.lock_flags});
  }
};

// Bits of Setattr::valid.
namespace set_attribute {
inline constexpr std::int32_t mode = 0x1, uid = 0x2, gid = 0x4, size = 0x8, accessed = 0x10, modified = 0x20,
                              changed = 0x40, accessed_now = 0x80, modified_now = 0x100;
}  // namespace set_attribute

// Open flags on the wire (equal to Linux on x86-64).
namespace open_flag {
inline constexpr std::uint32_t access_mode = 03, write_only = 01, read_write = 02, create = 0100, exclusive = 0200,
                               truncate = 01000, append = 02000, nonblock = 04000, sync = 010000, direct = 040000,
                               directory = 0200000, nofollow = 0400000, no_access_time = 01000000;
}  // namespace open_flag

}  // namespace mortar
