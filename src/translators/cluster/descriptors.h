// The descriptors that a cluster translator gives out, each of which leads to those of its subvolumes, and asking
// subvolumes with them. A place is a subvolume's among its siblings.
#pragma once

#include <memory>
#include <vector>

#include "translator/descriptor.h"
#include "translators/cluster/fan_out.h"
namespace mortar {

template <class Operation>
concept WithDescriptor = requires(Operation operation) {
  { operation.fd } -> std::same_as<Fd&>;
};

struct OpenObject {
  std::vector<Fd> fds;  // by place; without `open` where it is not open there
  // That others took the place of, and that calls under way may still use.
  std::vector<std::pair<std::size_t, Fd>> former;
  // What a part of the translator knows of what is open, each under its own address.
  ContextMap contexts;
};

class Descriptors {
 public:
  // `translator`, whose children the subvolumes are, outlives this.
  explicit Descriptors(const Translator& translator) : translator_(translator) {}

  // Open nowhere yet.
  std::shared_ptr<OpenObject> new_object() const;
  // A descriptor of our own that leads to `object`.
  Fd give_out(const Gfid& gfid, std::uint32_t flags, bool directory, std::shared_ptr<OpenObject> object);
  // The same for a file that is open on one subvolume.
  Fd give_out_file(const Gfid& gfid, std::uint32_t flags, std::size_t place, Fd there);
  // What stands at a descriptor that was given out here; null for an operation without one.
  std::shared_ptr<OpenObject> object(const Fd& fd) const;
  // The descriptor at that subvolume of what is open here; opened there now where a file has been moved.
  Task<Fd> descriptor_at(const Call& call, Fd fd, std::size_t place);
  // Opens it anew there: a heal may have made another file of that identity since. Where there is none it stays as it
  // is, and the answer is false.
  Task<bool> open_anew_at(const Call& call, Fd fd, std::size_t place);
  // Gives back what it was open by before: when it is given back itself.
  Task<> close_former(const Call& call, Fd fd);

  // Operations on objects, with the descriptors that are open at the subvolume.
  template <class Operation>
  Task<typename Operation::Reply> at_place(const Call& call, const Operation& operation, std::size_t place);
  // The answers stand in the order of the places.
  template <class Operation>
  Task<AnswersOf<Operation>> at_each(const Call& call, const Operation& operation,
                                     const std::vector<std::size_t>& places);

 private:
  Task<Fd> open_at(Call call, Fd fd, std::size_t place);
  template <class Operation>
  Task<typename Operation::Reply> with_descriptor(const Call& call, const Operation& operation, std::size_t place);

  const Translator& translator_;
};

template <class Operation>
Task<typename Operation::Reply> Descriptors::at_place(const Call& call, const Operation& operation, std::size_t place) {
  if constexpr (WithDescriptor<Operation>) {
    if (object(operation.fd)) return with_descriptor(call, operation, place);
  }
  return translator_.children()[place]->perform(call, operation);
}

template <class Operation>
Task<typename Operation::Reply> Descriptors::with_descriptor(const Call& call, const Operation& operation,
                                                             std::size_t place) {
  Operation there = operation;
  there.fd = co_await tried(descriptor_at(call, operation.fd, place));
  typename Operation::Reply reply = co_await tried(translator_.children()[place]->perform(call, there));
  co_return std::move(reply);
}

template <class Operation>
Task<AnswersOf<Operation>> Descriptors::at_each(const Call& call, const Operation& operation,
                                                const std::vector<std::size_t>& places) {
  std::vector<Task<typename Operation::Reply>> tasks;
  tasks.reserve(places.size());
  for (const std::size_t place : places) tasks.push_back(at_place(call, operation, place));
  return all(std::move(tasks));
}

}  // namespace mortar
