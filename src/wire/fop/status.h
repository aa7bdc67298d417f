// What file operations have in common: what kind they are, how a reply begins, and the replies that several share.
//
// A reply begins with its Status. Inside a graph a failure is an Error, and op_ret of a success is 0 unless the
// operation says otherwise.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "wire/fop/types.h"

namespace mortar::fop {

// How a client may treat a call that was in flight when its connection broke.
// read: may be repeated. modify: may have happened. open: gives a handle. lock: belongs to the connection.
enum class Kind { read, modify, open, lock, flush, release };

struct Status {
  std::int32_t op_ret = 0;
  std::int32_t op_errno = 0;
  friend bool operator==(const Status&, const Status&) = default;
};

// What says nothing but whether it worked.
struct Acknowledged : Status {
  Dictionary xdata;
  friend bool operator==(const Acknowledged&, const Acknowledged&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno}, Field{"xdata", self.xdata});
  }
};

// The attributes of one object.
struct Attributes : Status {
  Dictionary xdata;
  Iatt iatt;
  friend bool operator==(const Attributes&, const Attributes&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno}, Field{"xdata", self.xdata},
                      Field{"iatt", self.iatt});
  }
};

// The attributes of one object before and after; of the parent where an entry was removed.
struct Changed : Status {
  Dictionary xdata;
  Iatt before;
  Iatt after;
  friend bool operator==(const Changed&, const Changed&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno}, Field{"xdata", self.xdata},
                      Field{"before", self.before}, Field{"after", self.after});
  }
};

// A new entry, and its parent before and after.
struct Made : Status {
  Dictionary xdata;
  Iatt iatt;
  Iatt parent_before;
  Iatt parent_after;
  friend bool operator==(const Made&, const Made&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno}, Field{"xdata", self.xdata},
                      Field{"iatt", self.iatt}, Field{"parent_before", self.parent_before},
                      Field{"parent_after", self.parent_after});
  }
};

// Extended attributes by name. The attributes are zero on the wire.
struct Values : Status {
  Dictionary xdata;
  Dictionary values;
  Iatt before;
  Iatt after;
  friend bool operator==(const Values&, const Values&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno}, Field{"xdata", self.xdata},
                      Field{"values", self.values}, Field{"before", self.before}, Field{"after", self.after});
  }
};

// A new handle.
// In the answer's xdata: what is open is read and written past the kernel's cache.
inline constexpr const char* past_the_cache_key = "direct-io-mode";

struct Opened : Status {
  Dictionary xdata;
  Fd fd;
  friend bool operator==(const Opened&, const Opened&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno}, Field{"xdata", self.xdata},
                      Field{"fd", self.fd});
  }
};

}  // namespace mortar::fop
