// Operations on attributes, extended attributes and the volume as a whole.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "wire/fop/status.h"

namespace mortar::fop {

struct Stat {
  static constexpr const char* name_of_operation = "STAT";
  static constexpr std::uint32_t number = 1;
  static constexpr Kind kind = Kind::read;
  static constexpr std::uint32_t stamps = 0;
  using Reply = Attributes;

  Gfid gfid;
  Dictionary xdata;
  friend bool operator==(const Stat&, const Stat&) = default;
  auto fields(this auto& self) { return std::tuple(Field{"gfid", self.gfid}, Field{"xdata", self.xdata}); }
};

struct Fstat {
  static constexpr const char* name_of_operation = "FSTAT";
  static constexpr std::uint32_t number = 25;
  static constexpr Kind kind = Kind::read;
  static constexpr std::uint32_t stamps = 0;
  using Reply = Attributes;

  Gfid gfid;
  Fd fd;
  Dictionary xdata;
  friend bool operator==(const Fstat&, const Fstat&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"fd", self.fd}, Field{"xdata", self.xdata});
  }
};

// Valid: set_attribute bits.
struct Setattr {
  static constexpr const char* name_of_operation = "SETATTR";
  static constexpr std::uint32_t number = 38;
  static constexpr Kind kind = Kind::modify;
  static constexpr std::uint32_t stamps = stamp::changed;
  using Reply = Changed;

  Gfid gfid;
  Iatt iatt;
  std::int32_t valid = 0;
  Dictionary xdata;
  friend bool operator==(const Setattr&, const Setattr&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"iatt", self.iatt}, Field{"valid", self.valid},
                      Field{"xdata", self.xdata});
  }
};

struct Fsetattr {
  static constexpr const char* name_of_operation = "FSETATTR";
  static constexpr std::uint32_t number = 39;
  static constexpr Kind kind = Kind::modify;
  static constexpr std::uint32_t stamps = stamp::changed;
  using Reply = Changed;

  Gfid gfid;
  Fd fd;
  Iatt iatt;
  std::int32_t valid = 0;
  Dictionary xdata;
  friend bool operator==(const Fsetattr&, const Fsetattr&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"fd", self.fd}, Field{"iatt", self.iatt},
                      Field{"valid", self.valid}, Field{"xdata", self.xdata});
  }
};

// Mask: R 4, W 2, X 1.
struct Access {
  static constexpr const char* name_of_operation = "ACCESS";
  static constexpr std::uint32_t number = 22;
  static constexpr Kind kind = Kind::read;
  static constexpr std::uint32_t stamps = 0;
  using Reply = Acknowledged;

  Gfid gfid;
  std::uint32_t mask = 0;
  Dictionary xdata;
  friend bool operator==(const Access&, const Access&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"mask", self.mask}, Field{"xdata", self.xdata});
  }
};

// name_given 0: all of them.
struct Getxattr {
  static constexpr const char* name_of_operation = "GETXATTR";
  static constexpr std::uint32_t number = 18;
  static constexpr Kind kind = Kind::read;
  static constexpr std::uint32_t stamps = 0;
  using Reply = Values;

  Gfid gfid;
  std::uint32_t name_given = 0;
  std::string name;
  Dictionary xdata;
  friend bool operator==(const Getxattr&, const Getxattr&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"name_given", self.name_given}, Field{"name", self.name},
                      Field{"xdata", self.xdata});
  }
};

struct Fgetxattr {
  static constexpr const char* name_of_operation = "FGETXATTR";
  static constexpr std::uint32_t number = 35;
  static constexpr Kind kind = Kind::read;
  static constexpr std::uint32_t stamps = 0;
  using Reply = Values;

  Gfid gfid;
  Fd fd;
  std::uint32_t name_given = 0;
  std::string name;
  Dictionary xdata;
  friend bool operator==(const Fgetxattr&, const Fgetxattr&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"fd", self.fd}, Field{"name_given", self.name_given},
                      Field{"name", self.name}, Field{"xdata", self.xdata});
  }
};

struct Setxattr {
  static constexpr const char* name_of_operation = "SETXATTR";
  static constexpr std::uint32_t number = 17;
  static constexpr Kind kind = Kind::modify;
  static constexpr std::uint32_t stamps = stamp::changed;
  using Reply = Acknowledged;

  Gfid gfid;
  std::uint32_t flags = 0;
  Dictionary values;
  Dictionary xdata;
  friend bool operator==(const Setxattr&, const Setxattr&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"flags", self.flags}, Field{"values", self.values},
                      Field{"xdata", self.xdata});
  }
};

struct Fsetxattr {
  static constexpr const char* name_of_operation = "FSETXATTR";
  static constexpr std::uint32_t number = 36;
  static constexpr Kind kind = Kind::modify;
  static constexpr std::uint32_t stamps = stamp::changed;
  using Reply = Acknowledged;

  Gfid gfid;
  Fd fd;
  std::uint32_t flags = 0;
  Dictionary values;
  Dictionary xdata;
  friend bool operator==(const Fsetxattr&, const Fsetxattr&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"fd", self.fd}, Field{"flags", self.flags},
                      Field{"values", self.values}, Field{"xdata", self.xdata});
  }
};

struct Removexattr {
  static constexpr const char* name_of_operation = "REMOVEXATTR";
  static constexpr std::uint32_t number = 19;
  static constexpr Kind kind = Kind::modify;
  static constexpr std::uint32_t stamps = stamp::changed;
  using Reply = Acknowledged;

  Gfid gfid;
  std::string name;
  Dictionary xdata;
  friend bool operator==(const Removexattr&, const Removexattr&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"name", self.name}, Field{"xdata", self.xdata});
  }
};

struct Fremovexattr {
  static constexpr const char* name_of_operation = "FREMOVEXATTR";
  static constexpr std::uint32_t number = 43;
  static constexpr Kind kind = Kind::modify;
  static constexpr std::uint32_t stamps = stamp::changed;
  using Reply = Acknowledged;

  Gfid gfid;
  Fd fd;
  std::string name;
  Dictionary xdata;
  friend bool operator==(const Fremovexattr&, const Fremovexattr&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"fd", self.fd}, Field{"name", self.name},
                      Field{"xdata", self.xdata});
  }
};

// Operation: 0 add 32-bit words, 1 add 64-bit, 4 get and set, 5 and 6 add with default.
struct Xattrop {
  static constexpr const char* name_of_operation = "XATTROP";
  static constexpr std::uint32_t number = 33;
  static constexpr Kind kind = Kind::modify;
  static constexpr std::uint32_t stamps = 0;
  using Reply = Values;

  Gfid gfid;
  std::uint32_t operation = 0;
  Dictionary values;
  Dictionary xdata;
  friend bool operator==(const Xattrop&, const Xattrop&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"operation", self.operation}, Field{"values", self.values},
                      Field{"xdata", self.xdata});
  }
};

struct Fxattrop {
  static constexpr const char* name_of_operation = "FXATTROP";
  static constexpr std::uint32_t number = 34;
  static constexpr Kind kind = Kind::modify;
  static constexpr std::uint32_t stamps = 0;
  using Reply = Values;

  Gfid gfid;
  Fd fd;
  std::uint32_t operation = 0;
  Dictionary values;
  Dictionary xdata;
  friend bool operator==(const Fxattrop&, const Fxattrop&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"fd", self.fd}, Field{"operation", self.operation},
                      Field{"values", self.values}, Field{"xdata", self.xdata});
  }
};

struct Statfs {
  static constexpr const char* name_of_operation = "STATFS";
  static constexpr std::uint32_t number = 14;
  static constexpr Kind kind = Kind::read;
  static constexpr std::uint32_t stamps = 0;
  struct Reply : Status {
    Dictionary xdata;
    VolumeStatus status;
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) {
      return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno}, Field{"xdata", self.xdata},
                        Field{"status", self.status});
    }
  };

  Gfid gfid;
  Dictionary xdata;
  friend bool operator==(const Statfs&, const Statfs&) = default;
  auto fields(this auto& self) { return std::tuple(Field{"gfid", self.gfid}, Field{"xdata", self.xdata}); }
};

// Between translators. Operation 2: xattrs whose changes the client wants to hear of.
struct Ipc {
  static constexpr const char* name_of_operation = "IPC";
  static constexpr std::uint32_t number = 47;
  static constexpr Kind kind = Kind::read;
  static constexpr std::uint32_t stamps = 0;
  using Reply = Acknowledged;

  std::int32_t operation = 0;
  Dictionary xdata;
  friend bool operator==(const Ipc&, const Ipc&) = default;
  auto fields(this auto& self) { return std::tuple(Field{"operation", self.operation}, Field{"xdata", self.xdata}); }
};

}  // namespace mortar::fop
