// Locks and leases.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "wire/fop/status.h"

namespace mortar::fop {

// POSIX and flock locks. Command: 0 get, 1 set, 2 set and wait; `type` is authoritative.
struct Lk {
  static constexpr const char* name_of_operation = "LK";
  static constexpr std::uint32_t number = 26;
  static constexpr Kind kind = Kind::lock;
  static constexpr std::uint32_t stamps = 0;
  struct Reply : Status {
    Dictionary xdata;
    Flock flock;
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) {
      return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno}, Field{"xdata", self.xdata},
                        Field{"flock", self.flock});
    }
  };

  Gfid gfid;
  Fd fd;
  std::uint32_t command = 0;
  std::uint32_t type = 0;
  Flock flock;
  Dictionary xdata;
  friend bool operator==(const Lk&, const Lk&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"fd", self.fd}, Field{"command", self.command},
                      Field{"type", self.type}, Field{"flock", self.flock}, Field{"xdata", self.xdata});
  }
};

// Command: 1 set, 2 set and wait. Owner: the client and the caller's lock owner.
struct Inodelk {
  static constexpr const char* name_of_operation = "INODELK";
  static constexpr std::uint32_t number = 29;
  static constexpr Kind kind = Kind::lock;
  static constexpr std::uint32_t stamps = 0;
  using Reply = Acknowledged;

  Gfid gfid;
  std::uint32_t command = 0;
  std::uint32_t type = 0;
  Flock flock;
  std::string domain;
  Dictionary xdata;
  friend bool operator==(const Inodelk&, const Inodelk&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"command", self.command}, Field{"type", self.type},
                      Field{"flock", self.flock}, Field{"domain", self.domain}, Field{"xdata", self.xdata});
  }
};

struct Finodelk {
  static constexpr const char* name_of_operation = "FINODELK";
  static constexpr std::uint32_t number = 30;
  static constexpr Kind kind = Kind::lock;
  static constexpr std::uint32_t stamps = 0;
  using Reply = Acknowledged;

  Gfid gfid;
  Fd fd;
  std::uint32_t command = 0;
  std::uint32_t type = 0;
  Flock flock;
  std::string domain;
  Dictionary xdata;
  friend bool operator==(const Finodelk&, const Finodelk&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"fd", self.fd}, Field{"command", self.command},
                      Field{"type", self.type}, Field{"flock", self.flock}, Field{"domain", self.domain},
                      Field{"xdata", self.xdata});
  }
};

// Command: 0 lock and wait, 1 unlock, 2 lock. name_given 0: every name of the directory.
struct Entrylk {
  static constexpr const char* name_of_operation = "ENTRYLK";
  static constexpr std::uint32_t number = 31;
  static constexpr Kind kind = Kind::lock;
  static constexpr std::uint32_t stamps = 0;
  using Reply = Acknowledged;

  Gfid gfid;
  std::uint32_t command = 0;
  std::uint32_t type = 0;
  std::uint64_t name_given = 0;
  std::string name;
  std::string domain;
  Dictionary xdata;
  friend bool operator==(const Entrylk&, const Entrylk&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"command", self.command}, Field{"type", self.type},
                      Field{"name_given", self.name_given}, Field{"name", self.name}, Field{"domain", self.domain},
                      Field{"xdata", self.xdata});
  }
};

struct Fentrylk {
  static constexpr const char* name_of_operation = "FENTRYLK";
  static constexpr std::uint32_t number = 32;
  static constexpr Kind kind = Kind::lock;
  static constexpr std::uint32_t stamps = 0;
  using Reply = Acknowledged;

  Gfid gfid;
  Fd fd;
  std::uint32_t command = 0;
  std::uint32_t type = 0;
  std::uint64_t name_given = 0;
  std::string name;
  std::string domain;
  Dictionary xdata;
  friend bool operator==(const Fentrylk&, const Fentrylk&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"fd", self.fd}, Field{"command", self.command},
                      Field{"type", self.type}, Field{"name_given", self.name_given}, Field{"name", self.name},
                      Field{"domain", self.domain}, Field{"xdata", self.xdata});
  }
};

struct Lease {
  static constexpr const char* name_of_operation = "LEASE";
  static constexpr std::uint32_t number = 50;
  static constexpr Kind kind = Kind::lock;
  static constexpr std::uint32_t stamps = 0;
  struct Reply : Status {
    Dictionary xdata;
    LeaseState lease;
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) {
      return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno}, Field{"xdata", self.xdata},
                        Field{"lease", self.lease});
    }
  };

  Gfid gfid;
  LeaseState lease;
  Dictionary xdata;
  friend bool operator==(const Lease&, const Lease&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"lease", self.lease}, Field{"xdata", self.xdata});
  }
};

struct GetActiveLocks {
  static constexpr const char* name_of_operation = "GETACTIVELOCKS";
  static constexpr std::uint32_t number = 51;
  static constexpr Kind kind = Kind::read;
  static constexpr std::uint32_t stamps = 0;
  struct Reply : Status {
    Dictionary xdata;
    Chain<ActiveLock> locks;
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) {
      return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno}, Field{"xdata", self.xdata},
                        Field{"locks", self.locks});
    }
  };

  Gfid gfid;
  Dictionary xdata;
  friend bool operator==(const GetActiveLocks&, const GetActiveLocks&) = default;
  auto fields(this auto& self) { return std::tuple(Field{"gfid", self.gfid}, Field{"xdata", self.xdata}); }
};

struct SetActiveLocks {
  static constexpr const char* name_of_operation = "SETACTIVELOCKS";
  static constexpr std::uint32_t number = 52;
  static constexpr Kind kind = Kind::lock;
  static constexpr std::uint32_t stamps = 0;
  using Reply = Acknowledged;

  Gfid gfid;
  Chain<ActiveLock> locks;
  Dictionary xdata;
  friend bool operator==(const SetActiveLocks&, const SetActiveLocks&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"locks", self.locks}, Field{"xdata", self.xdata});
  }
};

}  // namespace mortar::fop
