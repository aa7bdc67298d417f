// Operations on the content of files.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "wire/fop/status.h"

namespace mortar::fop {

// Flags are open_flag bits.
struct Open {
  static constexpr const char* name_of_operation = "OPEN";
  static constexpr std::uint32_t number = 11;
  static constexpr Kind kind = Kind::open;
  static constexpr std::uint32_t stamps = 0;
  using Reply = Opened;

  Gfid gfid;
  std::uint32_t flags = 0;
  Dictionary xdata;
  friend bool operator==(const Open&, const Open&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"flags", self.flags}, Field{"xdata", self.xdata});
  }
};

// op_ret is the number of bytes; op_errno ENOENT on success marks the end of the file.
struct Read {
  static constexpr const char* name_of_operation = "READ";
  static constexpr std::uint32_t number = 12;
  static constexpr Kind kind = Kind::read;
  static constexpr std::uint32_t stamps = 0;
  struct Reply : Status {
    Iatt iatt;
    std::uint32_t size = 0;
    Dictionary xdata;
    Payload data;
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) {
      return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno}, Field{"iatt", self.iatt},
                        Field{"size", self.size}, Field{"xdata", self.xdata}, Field{"data", self.data});
    }
  };

  Gfid gfid;
  Fd fd;
  std::uint64_t offset = 0;
  std::uint32_t size = 0;
  std::uint32_t flags = 0;
  Dictionary xdata;
  friend bool operator==(const Read&, const Read&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"fd", self.fd}, Field{"offset", self.offset},
                      Field{"size", self.size}, Field{"flags", self.flags}, Field{"xdata", self.xdata});
  }
};

// op_ret is the number of bytes. `size` says how long `data` is.
struct Write {
  static constexpr const char* name_of_operation = "WRITE";
  static constexpr std::uint32_t number = 13;
  static constexpr Kind kind = Kind::modify;
  static constexpr std::uint32_t stamps = stamp::changed | stamp::modified;
  using Reply = Changed;

  Gfid gfid;
  Fd fd;
  std::uint64_t offset = 0;
  std::uint32_t size = 0;
  std::uint32_t flags = 0;
  Dictionary xdata;
  Payload data;
  friend bool operator==(const Write&, const Write&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"fd", self.fd}, Field{"offset", self.offset},
                      Field{"size", self.size}, Field{"flags", self.flags}, Field{"xdata", self.xdata},
                      Field{"data", self.data});
  }
};

struct Truncate {
  static constexpr const char* name_of_operation = "TRUNCATE";
  static constexpr std::uint32_t number = 10;
  static constexpr Kind kind = Kind::modify;
  static constexpr std::uint32_t stamps = stamp::changed | stamp::modified;
  using Reply = Changed;

  Gfid gfid;
  std::uint64_t size = 0;
  Dictionary xdata;
  friend bool operator==(const Truncate&, const Truncate&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"size", self.size}, Field{"xdata", self.xdata});
  }
};

struct Ftruncate {
  static constexpr const char* name_of_operation = "FTRUNCATE";
  static constexpr std::uint32_t number = 24;
  static constexpr Kind kind = Kind::modify;
  static constexpr std::uint32_t stamps = stamp::changed | stamp::modified;
  using Reply = Changed;

  Gfid gfid;
  Fd fd;
  std::uint64_t size = 0;
  Dictionary xdata;
  friend bool operator==(const Ftruncate&, const Ftruncate&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"fd", self.fd}, Field{"size", self.size},
                      Field{"xdata", self.xdata});
  }
};

// Sent by close(2): gives back the POSIX locks of the caller's lock owner.
struct Flush {
  static constexpr const char* name_of_operation = "FLUSH";
  static constexpr std::uint32_t number = 15;
  static constexpr Kind kind = Kind::flush;
  static constexpr std::uint32_t stamps = 0;
  using Reply = Acknowledged;

  Gfid gfid;
  Fd fd;
  Dictionary xdata;
  friend bool operator==(const Flush&, const Flush&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"fd", self.fd}, Field{"xdata", self.xdata});
  }
};

struct Fsync {
  static constexpr const char* name_of_operation = "FSYNC";
  static constexpr std::uint32_t number = 16;
  static constexpr Kind kind = Kind::modify;
  static constexpr std::uint32_t stamps = 0;
  using Reply = Changed;

  Gfid gfid;
  Fd fd;
  std::uint32_t data_only = 0;
  Dictionary xdata;
  friend bool operator==(const Fsync&, const Fsync&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"fd", self.fd}, Field{"data_only", self.data_only},
                      Field{"xdata", self.xdata});
  }
};

// Flags 1: the size stays.
struct Fallocate {
  static constexpr const char* name_of_operation = "FALLOCATE";
  static constexpr std::uint32_t number = 44;
  static constexpr Kind kind = Kind::modify;
  static constexpr std::uint32_t stamps = stamp::modified | stamp::accessed;
  using Reply = Changed;

  Gfid gfid;
  Fd fd;
  std::uint32_t flags = 0;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  Dictionary xdata;
  friend bool operator==(const Fallocate&, const Fallocate&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"fd", self.fd}, Field{"flags", self.flags},
                      Field{"offset", self.offset}, Field{"size", self.size}, Field{"xdata", self.xdata});
  }
};

struct Discard {
  static constexpr const char* name_of_operation = "DISCARD";
  static constexpr std::uint32_t number = 45;
  static constexpr Kind kind = Kind::modify;
  static constexpr std::uint32_t stamps = 0;
  using Reply = Changed;

  Gfid gfid;
  Fd fd;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  Dictionary xdata;
  friend bool operator==(const Discard&, const Discard&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"fd", self.fd}, Field{"offset", self.offset},
                      Field{"size", self.size}, Field{"xdata", self.xdata});
  }
};

struct Zerofill {
  static constexpr const char* name_of_operation = "ZEROFILL";
  static constexpr std::uint32_t number = 46;
  static constexpr Kind kind = Kind::modify;
  static constexpr std::uint32_t stamps = stamp::modified | stamp::accessed;
  using Reply = Changed;

  Gfid gfid;
  Fd fd;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  Dictionary xdata;
  friend bool operator==(const Zerofill&, const Zerofill&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"fd", self.fd}, Field{"offset", self.offset},
                      Field{"size", self.size}, Field{"xdata", self.xdata});
  }
};

// What: 0 data, 1 hole.
struct Seek {
  static constexpr const char* name_of_operation = "SEEK";
  static constexpr std::uint32_t number = 48;
  static constexpr Kind kind = Kind::read;
  static constexpr std::uint32_t stamps = 0;
  struct Reply : Status {
    Dictionary xdata;
    std::uint64_t offset = 0;
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) {
      return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno}, Field{"xdata", self.xdata},
                        Field{"offset", self.offset});
    }
  };

  Gfid gfid;
  Fd fd;
  std::uint64_t offset = 0;
  std::int32_t what = 0;
  Dictionary xdata;
  friend bool operator==(const Seek&, const Seek&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"fd", self.fd}, Field{"offset", self.offset},
                      Field{"what", self.what}, Field{"xdata", self.xdata});
  }
};

struct Rchecksum {
  static constexpr const char* name_of_operation = "RCHECKSUM";
  static constexpr std::uint32_t number = 37;
  static constexpr Kind kind = Kind::read;
  static constexpr std::uint32_t stamps = 0;
  struct Reply : Status {
    Dictionary xdata;
    std::uint32_t flags = 0;
    std::uint32_t weak = 0;
    Slice strong;
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) {
      return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno}, Field{"xdata", self.xdata},
                        Field{"flags", self.flags}, Field{"weak", self.weak}, Field{"strong", self.strong});
    }
  };

  Gfid gfid;
  Fd fd;
  std::uint64_t offset = 0;
  std::uint32_t size = 0;
  std::uint32_t flags = 0;
  Dictionary xdata;
  friend bool operator==(const Rchecksum&, const Rchecksum&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"fd", self.fd}, Field{"offset", self.offset},
                      Field{"size", self.size}, Field{"flags", self.flags}, Field{"xdata", self.xdata});
  }
};

// op_ret is the number of bytes; `iatt` is the source.
struct CopyFileRange {
  static constexpr const char* name_of_operation = "COPYFILERANGE";
  static constexpr std::uint32_t number = 56;
  static constexpr Kind kind = Kind::modify;
  static constexpr std::uint32_t stamps = stamp::changed | stamp::modified;
  struct Reply : Status {
    Dictionary xdata;
    Iatt iatt;
    Iatt out_before;
    Iatt out_after;
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) {
      return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno}, Field{"xdata", self.xdata},
                        Field{"iatt", self.iatt}, Field{"out_before", self.out_before},
                        Field{"out_after", self.out_after});
    }
  };

  Gfid in_gfid;
  Gfid out_gfid;
  Fd fd_in;
  Fd fd_out;
  std::uint64_t offset_in = 0;
  std::uint64_t offset_out = 0;
  std::uint32_t size = 0;
  std::uint32_t flags = 0;
  Dictionary xdata;
  friend bool operator==(const CopyFileRange&, const CopyFileRange&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"in_gfid", self.in_gfid}, Field{"out_gfid", self.out_gfid}, Field{"fd_in", self.fd_in},
                      Field{"fd_out", self.fd_out}, Field{"offset_in", self.offset_in},
                      Field{"offset_out", self.offset_out}, Field{"size", self.size}, Field{"flags", self.flags},
                      Field{"xdata", self.xdata});
  }
};

struct Release {
  static constexpr const char* name_of_operation = "RELEASE";
  static constexpr std::uint32_t number = 41;
  static constexpr Kind kind = Kind::release;
  static constexpr std::uint32_t stamps = 0;
  using Reply = Acknowledged;

  Gfid gfid;
  Fd fd;
  Dictionary xdata;
  friend bool operator==(const Release&, const Release&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"fd", self.fd}, Field{"xdata", self.xdata});
  }
};

}  // namespace mortar::fop
