// What is asked of a file rather than of a name: it goes to the subvolume that has the file.
//
// A file may have been moved since its place was learned: it is then gone there, or a link file is left. The place is
// asked for again and the operation repeated there, once.
#pragma once

#include <type_traits>

#include "translators/cluster/descriptors.h"
#include "translators/distribute/finder.h"
#include "translators/distribute/link_files.h"
#include "translators/distribute/volume.h"

namespace mortar::distribute {

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

class Files {
 public:
  // All outlive this.
  Files(Finder& finder, LinkFiles& link_files, Descriptors& descriptors)
      : finder_(finder), link_files_(link_files), descriptors_(descriptors) {}

  // `place`: where the file is believed to be.
  template <class Operation>
  Task<typename Operation::Reply> on_file(const Call& call, const Operation& operation, Place place);

 private:
  template <class Operation>
  Task<> heed_move(const Call& call, const Operation& operation, Place place, typename Operation::Reply& reply);

  Finder& finder_;
  LinkFiles& link_files_;
  Descriptors& descriptors_;
};

template <class Operation>
Task<typename Operation::Reply> Files::on_file(const Call& call, const Operation& operation, Place place) {
  Result<typename Operation::Reply> reply = co_await descriptors_.at_place(call, operation, place);
  const Iatt* now = reply ? attributes_of(*reply) : nullptr;
  if (now != nullptr && looks_moving(*now)) {
    co_await tried(heed_move(call, operation, place, *reply));
    co_return std::move(reply);
  }
  const bool moved = reply ? now != nullptr && looks_moved(*now) : says_moved(reply.error().number());
  if (!moved) co_return std::move(reply);
  Result<Where> again = co_await finder_.find_again(call, operation.gfid);
  if (!again || !again->place || *again->place == place) co_return std::move(reply);
  reply = co_await descriptors_.at_place(call, operation, *again->place);
  co_return std::move(reply);
}

// The mover copies what was there before: what changes meanwhile has to be done on both.
template <class Operation>
Task<> Files::heed_move(const Call& call, const Operation& operation, Place place, typename Operation::Reply& reply) {
  const std::optional<Place> target = co_await tried(link_files_.target_of_move(call, operation.gfid, place));
  // Bits that are a user's own.
  if (!target || *target == place) co_return done;
  hide_move(reply);
  if constexpr (Operation::kind == fop::Kind::modify) {
    Operation again = operation;
    if constexpr (std::is_same_v<Operation, fop::Write>) {
      again.xdata.set("trusted.glusterfs.protect.writes", std::int64_t{1});
    }
    co_await tried(descriptors_.at_place(call, again, *target));
  }
  co_return done;
}

}  // namespace mortar::distribute
