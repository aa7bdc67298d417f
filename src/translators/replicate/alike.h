// Whether copies answer the same, so that it does not matter whose answer is told.
#pragma once

#include <algorithm>
#include <type_traits>
#include <vector>

#include "base/iatt.h"
#include "base/result.h"
#include "translators/replicate/copies.h"
#include "wire/fields.h"

namespace mortar::replicate {

// In what users see of it. The size of a directory, and how many blocks something takes, are a disk's own business; so
// are times, where the volume keeps none (`has_times`).
inline bool are_alike(const Iatt& left, const Iatt& right, bool has_times) {
  const bool is_same_size = left.is_directory() || left.size == right.size;
  const bool are_same_times = !has_times || (left.modified == right.modified && left.changed == right.changed);
  return left.gfid == right.gfid && left.mode == right.mode && left.links == right.links && left.uid == right.uid &&
         left.gid == right.gid && is_same_size && are_same_times;
}

// What only a change of attributes changes. Those of another object are no matter.
inline bool has_same_owner_and_mode(const Iatt& left, const Iatt& right) {
  return left.gfid != right.gfid || (left.mode == right.mode && left.uid == right.uid && left.gid == right.gid);
}

template <class Reply>
std::vector<Iatt> attributes_in(const Reply& reply) {
  std::vector<Iatt> attributes;
  for_each_field(reply, [&attributes](auto field) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(field.value)>, Iatt>) attributes.push_back(field.value);
  });
  return attributes;
}

template <class Reply>
bool answer_alike(const std::vector<Result<Reply>>& answers, Copies copies, bool has_times) {
  if (copies.empty()) return true;
  const Result<Reply>& first = answers[copies.front()];
  const std::vector<Iatt> attributes = first ? attributes_in(*first) : std::vector<Iatt>();
  return std::ranges::all_of(copies.list(), [&](Copy copy) {
    const Result<Reply>& other = answers[copy];
    if (!first || !other) return !first && !other && first.error().number() == other.error().number();
    return std::ranges::equal(attributes, attributes_in(*other), [has_times](const Iatt& left, const Iatt& right) {
      return are_alike(left, right, has_times);
    });
  });
}

}  // namespace mortar::replicate
