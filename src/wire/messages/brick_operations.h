// What glusterd tells a daemon (brick, self-heal, rebalance) over its control socket. All share one shape.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "wire/programs.h"

namespace mortar {

struct BrickOperationReply {
  std::int32_t op_ret = 0;
  std::int32_t op_errno = 0;
  LegacyDictionary output;
  std::string op_errstr;
  friend bool operator==(const BrickOperationReply&, const BrickOperationReply&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"op_ret", self.op_ret}, Field{"op_errno", self.op_errno}, Field{"output", self.output},
                      Field{"op_errstr", self.op_errstr});
  }
};

template <std::uint32_t procedure, FixedText text>
struct BrickOperation {
  static constexpr Program program = programs::brick;
  static constexpr const char* name_of_operation = text.characters;
  static constexpr std::uint32_t number = procedure;
  using Reply = BrickOperationReply;

  std::string name;  // of the brick, mostly
  std::int32_t operation = 0;
  LegacyDictionary input;
  LegacyDictionary dict;
  friend bool operator==(const BrickOperation&, const BrickOperation&) = default;
  auto fields(this auto& self) {
    return std::tuple(Field{"name", self.name}, Field{"operation", self.operation}, Field{"input", self.input},
                      Field{"dict", self.dict});
  }
};

namespace brick_operation {

using Terminate = BrickOperation<1, "TERMINATE">;
using TranslatorInfo = BrickOperation<2, "XLATOR_INFO">;
using TranslatorOperation = BrickOperation<3, "XLATOR_OP">;
using Status = BrickOperation<4, "STATUS">;
using Generic = BrickOperation<5, "OP">;
using Defragment = BrickOperation<6, "XLATOR_DEFRAG">;
using NodeProfile = BrickOperation<7, "NODE_PROFILE">;
using NodeStatus = BrickOperation<8, "NODE_STATUS">;
using VolumeBarrier = BrickOperation<9, "VOLUME_BARRIER_OP">;
using BrickBarrier = BrickOperation<10, "BRICK_BARRIER">;
using NodeBitrot = BrickOperation<11, "NODE_BITROT">;
using Attach = BrickOperation<12, "BRICK_ATTACH">;
using DumpMetrics = BrickOperation<13, "DUMP_METRICS">;
using ServiceAttach = BrickOperation<14, "SVC_ATTACH">;
using ServiceDetach = BrickOperation<15, "SVC_DETACH">;

using All =
    MessageList<Terminate, TranslatorInfo, TranslatorOperation, Status, Generic, Defragment, NodeProfile, NodeStatus,
                VolumeBarrier, BrickBarrier, NodeBitrot, Attach, DumpMetrics, ServiceAttach, ServiceDetach>;

}  // namespace brick_operation
}  // namespace mortar
