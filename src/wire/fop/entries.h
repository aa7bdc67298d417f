// Operations on names: looking up, making, removing, renaming.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "wire/fop/status.h"

namespace mortar::fop {

// By parent and name, or by gfid with a null parent and no name.
struct Lookup {
  static constexpr const char* name_of_operation = "LOOKUP";
  static constexpr std::uint32_t number = 27;
  static constexpr Kind kind = Kind::read;
  static constexpr std::uint32_t stamps = 0;
  struct Reply : Status {
    Dictionary xdata;
    Iatt iatt;
    Iatt parent;
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) {
      return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno}, Field{"xdata", self.xdata},
                        Field{"iatt", self.iatt}, Field{"parent", self.parent});
    }
  };

  Gfid gfid;
  Gfid parent;
  std::uint32_t flags = 0;
  std::string name;
  Dictionary xdata;
  friend bool operator==(const Lookup&, const Lookup&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"parent", self.parent}, Field{"flags", self.flags},
                      Field{"name", self.name}, Field{"xdata", self.xdata});
  }
};

// Mode carries the type. Makes regular files too (link files). xdata: "gfid-req" and xattrs of the new object.
struct Mknod {
  static constexpr const char* name_of_operation = "MKNOD";
  static constexpr std::uint32_t number = 3;
  static constexpr Kind kind = Kind::modify;
  static constexpr std::uint32_t stamps =
      stamp::accessed | stamp::changed | stamp::modified | stamp::parent_changed | stamp::parent_modified;
  using Reply = Made;

  Gfid parent;
  std::uint64_t device = 0;
  std::uint32_t mode = 0;
  std::uint32_t umask = 0;
  std::string name;
  Dictionary xdata;
  friend bool operator==(const Mknod&, const Mknod&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"parent", self.parent}, Field{"device", self.device}, Field{"mode", self.mode},
                      Field{"umask", self.umask}, Field{"name", self.name}, Field{"xdata", self.xdata});
  }
};

struct Mkdir {
  static constexpr const char* name_of_operation = "MKDIR";
  static constexpr std::uint32_t number = 4;
  static constexpr Kind kind = Kind::modify;
  static constexpr std::uint32_t stamps =
      stamp::accessed | stamp::changed | stamp::modified | stamp::parent_changed | stamp::parent_modified;
  using Reply = Made;

  Gfid parent;
  std::uint32_t mode = 0;
  std::uint32_t umask = 0;
  std::string name;
  Dictionary xdata;
  friend bool operator==(const Mkdir&, const Mkdir&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"parent", self.parent}, Field{"mode", self.mode}, Field{"umask", self.umask},
                      Field{"name", self.name}, Field{"xdata", self.xdata});
  }
};

struct Create {
  static constexpr const char* name_of_operation = "CREATE";
  static constexpr std::uint32_t number = 23;
  static constexpr Kind kind = Kind::open;
  static constexpr std::uint32_t stamps =
      stamp::accessed | stamp::changed | stamp::modified | stamp::parent_changed | stamp::parent_modified;
  struct Reply : Status {
    Dictionary xdata;
    Iatt iatt;
    Fd fd;
    Iatt parent_before;
    Iatt parent_after;
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) {
      return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno}, Field{"xdata", self.xdata},
                        Field{"iatt", self.iatt}, Field{"fd", self.fd}, Field{"parent_before", self.parent_before},
                        Field{"parent_after", self.parent_after});
    }
  };

  Gfid parent;
  std::uint32_t flags = 0;
  std::uint32_t mode = 0;
  std::uint32_t umask = 0;
  std::string name;
  Dictionary xdata;
  friend bool operator==(const Create&, const Create&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"parent", self.parent}, Field{"flags", self.flags}, Field{"mode", self.mode},
                      Field{"umask", self.umask}, Field{"name", self.name}, Field{"xdata", self.xdata});
  }
};

struct Symlink {
  static constexpr const char* name_of_operation = "SYMLINK";
  static constexpr std::uint32_t number = 7;
  static constexpr Kind kind = Kind::modify;
  static constexpr std::uint32_t stamps =
      stamp::accessed | stamp::changed | stamp::modified | stamp::parent_changed | stamp::parent_modified;
  using Reply = Made;

  Gfid parent;
  std::string name;
  std::uint32_t umask = 0;
  std::string target;
  Dictionary xdata;
  friend bool operator==(const Symlink&, const Symlink&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"parent", self.parent}, Field{"name", self.name}, Field{"umask", self.umask},
                      Field{"target", self.target}, Field{"xdata", self.xdata});
  }
};

struct Link {
  static constexpr const char* name_of_operation = "LINK";
  static constexpr std::uint32_t number = 9;
  static constexpr Kind kind = Kind::modify;
  static constexpr std::uint32_t stamps = stamp::changed | stamp::parent_changed | stamp::parent_modified;
  using Reply = Made;

  Gfid gfid;
  Gfid new_parent;
  std::string new_name;
  Dictionary xdata;
  friend bool operator==(const Link&, const Link&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"new_parent", self.new_parent}, Field{"new_name", self.new_name},
                      Field{"xdata", self.xdata});
  }
};

struct Rename {
  static constexpr const char* name_of_operation = "RENAME";
  static constexpr std::uint32_t number = 8;
  static constexpr Kind kind = Kind::modify;
  static constexpr std::uint32_t stamps = stamp::changed | stamp::parent_changed | stamp::parent_modified;
  struct Reply : Status {
    Dictionary xdata;
    Iatt iatt;
    Iatt old_parent_before;
    Iatt old_parent_after;
    Iatt new_parent_before;
    Iatt new_parent_after;
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) {
      return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno}, Field{"xdata", self.xdata},
                        Field{"iatt", self.iatt}, Field{"old_parent_before", self.old_parent_before},
                        Field{"old_parent_after", self.old_parent_after},
                        Field{"new_parent_before", self.new_parent_before},
                        Field{"new_parent_after", self.new_parent_after});
    }
  };

  Gfid old_parent;
  Gfid new_parent;
  std::string old_name;
  std::string new_name;
  Dictionary xdata;
  friend bool operator==(const Rename&, const Rename&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"old_parent", self.old_parent}, Field{"new_parent", self.new_parent},
                      Field{"old_name", self.old_name}, Field{"new_name", self.new_name}, Field{"xdata", self.xdata});
  }
};

struct Unlink {
  static constexpr const char* name_of_operation = "UNLINK";
  static constexpr std::uint32_t number = 5;
  static constexpr Kind kind = Kind::modify;
  static constexpr std::uint32_t stamps = stamp::changed | stamp::parent_changed | stamp::parent_modified;
  using Reply = Changed;

  Gfid parent;
  std::string name;
  std::uint32_t flags = 0;
  Dictionary xdata;
  friend bool operator==(const Unlink&, const Unlink&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"parent", self.parent}, Field{"name", self.name}, Field{"flags", self.flags},
                      Field{"xdata", self.xdata});
  }
};

// Flags other than 0: with all that is in it.
struct Rmdir {
  static constexpr const char* name_of_operation = "RMDIR";
  static constexpr std::uint32_t number = 6;
  static constexpr Kind kind = Kind::modify;
  static constexpr std::uint32_t stamps = stamp::changed | stamp::parent_changed | stamp::parent_modified;
  using Reply = Changed;

  Gfid parent;
  std::int32_t flags = 0;
  std::string name;
  Dictionary xdata;
  friend bool operator==(const Rmdir&, const Rmdir&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"parent", self.parent}, Field{"flags", self.flags}, Field{"name", self.name},
                      Field{"xdata", self.xdata});
  }
};

struct Icreate {
  static constexpr const char* name_of_operation = "ICREATE";
  static constexpr std::uint32_t number = 53;
  static constexpr Kind kind = Kind::modify;
  static constexpr std::uint32_t stamps =
      stamp::accessed | stamp::changed | stamp::modified | stamp::parent_changed | stamp::parent_modified;
  using Reply = Attributes;

  Gfid gfid;
  std::uint32_t mode = 0;
  Dictionary xdata;
  friend bool operator==(const Icreate&, const Icreate&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"mode", self.mode}, Field{"xdata", self.xdata});
  }
};

struct Namelink {
  static constexpr const char* name_of_operation = "NAMELINK";
  static constexpr std::uint32_t number = 54;
  static constexpr Kind kind = Kind::modify;
  static constexpr std::uint32_t stamps = stamp::changed | stamp::parent_changed | stamp::parent_modified;
  using Reply = Changed;

  Gfid parent;
  std::string name;
  Dictionary xdata;
  friend bool operator==(const Namelink&, const Namelink&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"parent", self.parent}, Field{"name", self.name}, Field{"xdata", self.xdata});
  }
};

// No stock server serves it.
struct Put {
  static constexpr const char* name_of_operation = "PUT";
  static constexpr std::uint32_t number = 55;
  static constexpr Kind kind = Kind::modify;
  static constexpr std::uint32_t stamps =
      stamp::accessed | stamp::changed | stamp::modified | stamp::parent_changed | stamp::parent_modified;
  using Reply = Made;

  Gfid parent;
  std::string name;
  std::uint32_t mode = 0;
  std::uint32_t umask = 0;
  std::uint32_t flags = 0;
  std::uint64_t offset = 0;
  std::uint32_t size = 0;
  Dictionary xattrs;
  Dictionary xdata;
  Payload data;
  friend bool operator==(const Put&, const Put&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"parent", self.parent}, Field{"name", self.name}, Field{"mode", self.mode},
                      Field{"umask", self.umask}, Field{"flags", self.flags}, Field{"offset", self.offset},
                      Field{"size", self.size}, Field{"xattrs", self.xattrs}, Field{"xdata", self.xdata},
                      Field{"data", self.data});
  }
};

struct Readlink {
  static constexpr const char* name_of_operation = "READLINK";
  static constexpr std::uint32_t number = 2;
  static constexpr Kind kind = Kind::read;
  static constexpr std::uint32_t stamps = 0;
  struct Reply : Status {
    Dictionary xdata;
    Iatt iatt;
    std::string target;
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) {
      return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno}, Field{"xdata", self.xdata},
                        Field{"iatt", self.iatt}, Field{"target", self.target});
    }
  };

  Gfid gfid;
  std::uint32_t size = 0;
  Dictionary xdata;
  friend bool operator==(const Readlink&, const Readlink&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"gfid", self.gfid}, Field{"size", self.size}, Field{"xdata", self.xdata});
  }
};

}  // namespace mortar::fop
