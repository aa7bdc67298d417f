// What is asked of an object rather than of a name: it goes to the subvolume that has the file, or to a directory's.
//
// A file may have been moved since its place was learned: it is then gone there, or a link file is left. The place is
// asked for again and the operation repeated there, once.
#pragma once

#include <type_traits>

#include "translators/distribute/distribute.h"
#include "translators/distribute/open_objects.h"

namespace mortar {

namespace distribute {

template <class Operation>
concept WithDescriptor = requires(Operation operation) {
  { operation.fd } -> std::same_as<Fd&>;
};

// What asks a brick to tell the attributes of a file whose extended attributes are changed, and the answer.
inline constexpr const char* iatt_in_xdata = "dht-get-iatt-in-xattr";

// The attributes that an answer brings of the file itself; null where it brings none.
template <class Reply>
const Iatt* attributes_of(const Reply& reply) {
  if constexpr (requires { reply.after; }) {
    return &reply.after;
  } else if constexpr (requires { reply.iatt; }) {
    return &reply.iatt;
  } else if constexpr (std::is_same_v<Reply, fop::Acknowledged>) {
    const Value* iatt = reply.xdata.find(iatt_in_xdata);
    return iatt == nullptr ? nullptr : std::get_if<Iatt>(iatt);
  } else {
    return nullptr;
  }
}

// What a link file looks like, whose data has been moved away; an ordinary file may look so too.
inline bool looks_moved(const Iatt& iatt) { return iatt.is_regular() && (iatt.mode & 07777) == 01000; }
// On its way to another subvolume: both bits are the mover's and not the user's.
inline bool looks_moving(const Iatt& iatt) { return iatt.is_regular() && (iatt.mode & 03000) == 03000; }

template <class Reply>
void hide_move(Reply& reply) {
  constexpr std::uint32_t movers_bits = 03000;
  if constexpr (requires { reply.before; }) {
    reply.before.mode &= ~movers_bits;
    reply.after.mode &= ~movers_bits;
  } else if constexpr (requires { reply.iatt; }) {
    reply.iatt.mode &= ~movers_bits;
  }
}

inline bool says_moved(int error) { return error == ENOENT || error == ESTALE || error == EBADF || error == EBADFD; }

}  // namespace distribute

template <class Operation>
Task<typename Operation::Reply> Distribute::around(const Call& call, const Operation& operation) {
  if constexpr (requires { act(call, operation); }) {
    return act(call, operation);
  } else if constexpr (requires { operation.gfid; }) {
    return on_object(call, operation);
  } else {
    return ready<typename Operation::Reply>(failed(EOPNOTSUPP));
  }
}

template <class Operation>
Task<typename Operation::Reply> Distribute::on_object(const Call& call, const Operation& operation) {
  const Where where = co_await tried(find_subject(call, operation));
  if (where.directory) {
    typename Operation::Reply reply = co_await tried(on_directory(call, operation, where.directory));
    co_return std::move(reply);
  }
  typename Operation::Reply reply = co_await tried(on_file(call, operation, *where.place));
  co_return std::move(reply);
}

template <class Operation>
Task<Where> Distribute::find_subject(const Call& call, const Operation& operation) {
  if constexpr (distribute::WithDescriptor<Operation>) return find_open(call, operation.gfid, operation.fd);
  return find(call, operation.gfid);
}

template <class Operation>
Task<typename Operation::Reply> Distribute::on_file(const Call& call, const Operation& operation, Place place) {
  Result<typename Operation::Reply> reply = co_await at_place(call, operation, place);
  const Iatt* now = reply ? distribute::attributes_of(*reply) : nullptr;
  if (now != nullptr && distribute::looks_moving(*now)) {
    co_await tried(heed_move(call, operation, place, *reply));
    co_return std::move(reply);
  }
  const bool moved =
      reply ? now != nullptr && distribute::looks_moved(*now) : distribute::says_moved(reply.error().number());
  if (!moved) co_return std::move(reply);
  Result<Where> again = co_await find_again(call, operation.gfid);
  if (!again || !again->place || *again->place == place) co_return std::move(reply);
  reply = co_await at_place(call, operation, *again->place);
  co_return std::move(reply);
}

// The mover copies what was there before: what changes meanwhile has to be done on both.
template <class Operation>
Task<> Distribute::heed_move(const Call& call, const Operation& operation, Place place,
                             typename Operation::Reply& reply) {
  const std::optional<Place> target = co_await tried(target_of_move(call, operation.gfid, place));
  // Bits that are a user's own.
  if (!target || *target == place) co_return done;
  distribute::hide_move(reply);
  if constexpr (Operation::kind == fop::Kind::modify) {
    Operation again = operation;
    if constexpr (std::is_same_v<Operation, fop::Write>) {
      again.xdata.set("trusted.glusterfs.protect.writes", std::int64_t{1});
    }
    co_await tried(at_place(call, again, *target));
  }
  co_return done;
}

template <class Operation>
Task<typename Operation::Reply> Distribute::at_place(const Call& call, const Operation& operation, Place place) {
  if constexpr (distribute::WithDescriptor<Operation>) {
    if (open_object(this, operation.fd)) return with_descriptor(call, operation, place);
  }
  return subvolume(place).perform(call, operation);
}

template <class Operation>
Task<typename Operation::Reply> Distribute::with_descriptor(const Call& call, const Operation& operation, Place place) {
  Operation there = operation;
  there.fd = co_await tried(descriptor_at(call, operation.fd, place));
  typename Operation::Reply reply = co_await tried(subvolume(place).perform(call, there));
  co_return std::move(reply);
}

template <class Operation>
Task<AnswersOf<Operation>> Distribute::at_each(const Call& call, const Operation& operation,
                                               const std::vector<Place>& places) {
  std::vector<Task<typename Operation::Reply>> tasks;
  tasks.reserve(places.size());
  for (const Place place : places) tasks.push_back(at_place(call, operation, place));
  return all(std::move(tasks));
}

template <class Reply>
void Distribute::settle_parents(Reply& reply) {
  if constexpr (requires { reply.old_parent_after; }) {
    for (Iatt* parent :
         {&reply.old_parent_before, &reply.old_parent_after, &reply.new_parent_before, &reply.new_parent_after}) {
      *parent = of_directory(*parent);
    }
  } else if constexpr (requires { reply.parent_after; }) {
    reply.parent_before = of_directory(reply.parent_before);
    reply.parent_after = of_directory(reply.parent_after);
  } else {
    reply.before = of_directory(reply.before);
    reply.after = of_directory(reply.after);
  }
}

template <class Operation>
Task<typename Operation::Reply> Distribute::on_directory(const Call& call, const Operation& operation,
                                                         DirectoryPointer directory) {
  return at_place(call, operation, speaker(*directory));
}

}  // namespace mortar
