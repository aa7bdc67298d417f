// The descriptors that distribute gives out, each of which leads to those of the subvolumes, and asking subvolumes with
// them.
#pragma once

#include <memory>
#include <vector>

#include "translator/descriptor.h"
#include "translators/cluster/fan_out.h"
#include "translators/distribute/volume.h"

namespace mortar::distribute {

template <class Operation>
concept WithDescriptor = requires(Operation operation) {
  { operation.fd } -> std::same_as<Fd&>;
};

// What the listing of a directory holds on to from its beginning to its end, so that one subvolume shows each entry.
struct ListedBy {
  std::vector<bool> there;  // by subvolume
  Layout layout;
  bool may_lack = false;  // directories may not be where their names hash to yet
};

struct OpenObject {
  std::vector<Fd> fds;                        // by subvolume; without `open` where it is not open there
  std::shared_ptr<const ListedBy> listed_by;  // of a directory that is being listed
};

class Descriptors {
 public:
  // `volume` outlives this.
  explicit Descriptors(Volume& volume) : volume_(volume) {}

  // Open nowhere yet.
  std::shared_ptr<OpenObject> new_object() const;
  // A descriptor of our own that leads to `object`.
  Fd give_out(const Gfid& gfid, std::uint32_t flags, bool directory, std::shared_ptr<OpenObject> object);
  // The same for a file that is open on one subvolume.
  Fd give_out_file(const Gfid& gfid, std::uint32_t flags, Place place, Fd there);
  // What stands at a descriptor that was given out here; null for an operation without one.
  std::shared_ptr<OpenObject> object(const Fd& fd) const;
  // The descriptor at that subvolume of what is open here; opened there now where a file has been moved.
  Task<Fd> descriptor_at(const Call& call, Fd fd, Place place);

  // Operations on objects, with the descriptors that are open at the subvolume.
  template <class Operation>
  Task<typename Operation::Reply> at_place(const Call& call, const Operation& operation, Place place);
  // The answers stand in the order of the places.
  template <class Operation>
  Task<AnswersOf<Operation>> at_each(const Call& call, const Operation& operation, const std::vector<Place>& places);

 private:
  template <class Operation>
  Task<typename Operation::Reply> with_descriptor(const Call& call, const Operation& operation, Place place);

  Volume& volume_;
};

template <class Operation>
Task<typename Operation::Reply> Descriptors::at_place(const Call& call, const Operation& operation, Place place) {
  if constexpr (WithDescriptor<Operation>) {
    if (object(operation.fd)) return with_descriptor(call, operation, place);
  }
  return volume_.subvolume(place).perform(call, operation);
}

template <class Operation>
Task<typename Operation::Reply> Descriptors::with_descriptor(const Call& call, const Operation& operation,
                                                             Place place) {
  Operation there = operation;
  there.fd = co_await tried(descriptor_at(call, operation.fd, place));
  typename Operation::Reply reply = co_await tried(volume_.subvolume(place).perform(call, there));
  co_return std::move(reply);
}

template <class Operation>
Task<AnswersOf<Operation>> Descriptors::at_each(const Call& call, const Operation& operation,
                                                const std::vector<Place>& places) {
  std::vector<Task<typename Operation::Reply>> tasks;
  tasks.reserve(places.size());
  for (const Place place : places) tasks.push_back(at_place(call, operation, place));
  return all(std::move(tasks));
}

}  // namespace mortar::distribute
