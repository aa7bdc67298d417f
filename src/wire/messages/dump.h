// GF-DUMP: which programs a server has, and whether it is alive.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "wire/programs.h"

namespace mortar {

struct ProgramEntry {
  std::string name;
  std::uint64_t number = 0;
  std::uint64_t version = 0;
  friend bool operator==(const ProgramEntry&, const ProgramEntry&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"name", self.name}, Field{"number", self.number}, Field{"version", self.version});
  }
};

// A client sends 0xcaed; stock answers 0.
struct DumpPrograms {
  static constexpr Program program = programs::dump;
  static constexpr const char* name_of_operation = "DUMP";
  static constexpr std::uint32_t number = 1;
  struct Reply {
    std::uint64_t id = 0;
    std::int32_t op_ret = 0;
    std::int32_t op_errno = 0;
    Chain<ProgramEntry> programs;
    friend bool operator==(const Reply&, const Reply&) = default;
    auto fields(this auto& self) {
      return std::tuple(Field{"id", self.id}, Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno},
                        Field{"programs", self.programs});
    }
  };

  std::uint64_t id = 0xcaed;
  friend bool operator==(const DumpPrograms&, const DumpPrograms&) = default;
  auto fields(this auto& self) { return std::tuple(Field{"id", self.id}); }
};

// What stock calls the common reply; also of the other programs' NULL and PING.
struct CommonReply {
  std::int32_t op_ret = 0;
  std::int32_t op_errno = 0;
  LegacyDictionary xdata;
  friend bool operator==(const CommonReply&, const CommonReply&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno}, Field{"xdata", self.xdata});
  }
};

struct Ping {
  static constexpr Program program = programs::dump;
  static constexpr const char* name_of_operation = "PING";
  static constexpr std::uint32_t number = 2;
  using Reply = CommonReply;
  friend bool operator==(const Ping&, const Ping&) = default;
  auto fields(this auto&) { return std::tuple(); }
};

using DumpMessages = MessageList<DumpPrograms, Ping>;

}  // namespace mortar
