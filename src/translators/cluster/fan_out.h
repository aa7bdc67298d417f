// One operation on several subvolumes at once.
//
//   std::vector<Result<fop::Attributes>> answers = co_await tried(on_each(children(), call, stat));
//
// The answers stand in the order of the subvolumes. `call` and `operation` live in the caller's frame.
#pragma once

#include <vector>

#include "base/join.h"
#include "translator/translator.h"

namespace mortar {

template <class Operation>
using AnswersOf = std::vector<Result<typename Operation::Reply>>;

template <class Operation>
Task<AnswersOf<Operation>> on_each(const std::vector<Translator*>& subvolumes, const Call& call,
                                   const Operation& operation) {
  std::vector<Task<typename Operation::Reply>> tasks;
  tasks.reserve(subvolumes.size());
  for (Translator* subvolume : subvolumes) tasks.push_back(subvolume->perform(call, operation));
  return all(std::move(tasks));
}

// Where each subvolume gets an operation of its own: `operations` has one for each.
template <class Operation>
Task<AnswersOf<Operation>> on_each_its_own(const std::vector<Translator*>& subvolumes, const Call& call,
                                           const std::vector<Operation>& operations) {
  std::vector<Task<typename Operation::Reply>> tasks;
  tasks.reserve(subvolumes.size());
  for (std::size_t index = 0; index < subvolumes.size(); ++index) {
    tasks.push_back(subvolumes[index]->perform(call, operations[index]));
  }
  return all(std::move(tasks));
}

}  // namespace mortar
