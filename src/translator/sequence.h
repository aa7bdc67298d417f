// Several operations at one subvolume, one after the other, each only if the one before it has succeeded. Bricks of
// ours are told them in one call and answer once (docs/protocol.md); for all others each is a call of its own.
//
// None may wait for somebody else: locks are asked for without waiting.
#pragma once

#include <cerrno>
#include <type_traits>
#include <variant>
#include <vector>

#include "translator/call.h"
#include "wire/file_operations.h"

namespace mortar {

template <class Operation>
struct Step {
  using Performs = Operation;

  Call call;
  Operation operation;
  // ECANCELED: not performed, for one before it has failed.
  Result<typename Operation::Reply> reply = failed(ECANCELED);
};

namespace detail {

template <class List>
struct AnyStepOf;
template <class... Operations>
struct AnyStepOf<fop::OperationList<Operations...>> {
  using Type = std::variant<Step<Operations>...>;
};

}  // namespace detail

// Those that somebody has a use for in a sequence.
using SequencedOperations =
    fop::OperationList<fop::Create, fop::Mkdir, fop::Inodelk, fop::Xattrop, fop::Entrylk, fop::Lookup>;
using AnyStep = detail::AnyStepOf<SequencedOperations>::Type;
using Sequence = std::vector<AnyStep>;

inline bool has_succeeded(const AnyStep& step) {
  return std::visit([](const auto& performed) { return performed.reply.has_value(); }, step);
}

// The first of its kind; null where there is none.
template <class Operation>
Step<Operation>* step_of(Sequence& sequence) {
  for (AnyStep& step : sequence) {
    if (auto* found = std::get_if<Step<Operation>>(&step)) return found;
  }
  return nullptr;
}

// Command 2 of the wire is "set and wait"; of names it is 0.
template <class Operation>
bool waits_for_others(const Operation& operation) {
  if constexpr (std::is_same_v<Operation, fop::Inodelk>) {
    return operation.command == 2 && operation.type != Flock::unlock;
  } else if constexpr (std::is_same_v<Operation, fop::Entrylk>) {
    return operation.command == 0;
  } else {
    return false;
  }
}

}  // namespace mortar
