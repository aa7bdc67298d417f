// Operations on open directories.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "wire/fop/status.h"

namespace mortar::fop {

struct Opendir {
  static constexpr const char* name_of_operation = "OPENDIR";
  static constexpr std::uint32_t number = 20;
  static constexpr Kind kind = Kind::open;
  static constexpr std::uint32_t stamps = 0;
  using Reply = Opened;

  Gfid gfid;
  Dictionary xdata;
  friend bool operator==(const Opendir&, const Opendir&) = default;
  auto fields(this auto& self) { return std::tuple(Field{"gfid", self.gfid}, Field{"xdata", self.xdata}); }
};

// op_ret is the number of entries; op_errno ENOENT on success marks the end of the directory.
struct Readdir {
  static constexpr const char* name_of_operation = "READDIR";
  static constexpr std::uint32_t number = 28;
  static constexpr Kind kind = Kind::read;
  static constexpr std::uint32_t stamps = 0;
  struct Reply : Status {
    Dictionary xdata;
    Chain<Entry> entries;
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) {
      return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno}, Field{"xdata", self.xdata},
                        Field{"entries", self.entries});
    }
  };

  Gfid gfid;
  Fd fd;
  std::uint64_t offset = 0;
  std::uint32_t size = 0;
  Dictionary xdata;
  friend bool operator==(const Readdir&, const Readdir&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"fd", self.fd}, Field{"offset", self.offset},
                      Field{"size", self.size}, Field{"xdata", self.xdata});
  }
};

// xdata names the xattrs wanted of each entry.
struct Readdirp {
  static constexpr const char* name_of_operation = "READDIRP";
  static constexpr std::uint32_t number = 40;
  static constexpr Kind kind = Kind::read;
  static constexpr std::uint32_t stamps = 0;
  struct Reply : Status {
    Dictionary xdata;
    Chain<EntryPlus> entries;
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) {
      return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno}, Field{"xdata", self.xdata},
                        Field{"entries", self.entries});
    }
  };

  Gfid gfid;
  Fd fd;
  std::uint64_t offset = 0;
  std::uint32_t size = 0;
  Dictionary xdata;
  friend bool operator==(const Readdirp&, const Readdirp&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"fd", self.fd}, Field{"offset", self.offset},
                      Field{"size", self.size}, Field{"xdata", self.xdata});
  }
};

struct Fsyncdir {
  static constexpr const char* name_of_operation = "FSYNCDIR";
  static constexpr std::uint32_t number = 21;
  static constexpr Kind kind = Kind::modify;
  static constexpr std::uint32_t stamps = 0;
  using Reply = Acknowledged;

  Gfid gfid;
  Fd fd;
  std::int32_t data_only = 0;
  Dictionary xdata;
  friend bool operator==(const Fsyncdir&, const Fsyncdir&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"fd", self.fd}, Field{"data_only", self.data_only},
                      Field{"xdata", self.xdata});
  }
};

struct Releasedir {
  static constexpr const char* name_of_operation = "RELEASEDIR";
  static constexpr std::uint32_t number = 42;
  static constexpr Kind kind = Kind::release;
  static constexpr std::uint32_t stamps = 0;
  using Reply = Acknowledged;

  Gfid gfid;
  Fd fd;
  Dictionary xdata;
  friend bool operator==(const Releasedir&, const Releasedir&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"fd", self.fd}, Field{"xdata", self.xdata});
  }
};

}  // namespace mortar::fop
