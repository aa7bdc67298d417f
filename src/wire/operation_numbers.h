// The numbers and names under which statistics know the operations. Up to READDIRP a number is the procedure on the
// wire; behind it the two go apart. There are numbers here of what never travels (FORGET) and of what is gone.
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>

#include "wire/file_operations.h"

namespace mortar::fop {

namespace counted {
inline constexpr std::size_t size = 59;
inline constexpr std::size_t null = 0, forget = 41, release = 42, releasedir = 43, getspec = 44, compound = 52;
}  // namespace counted

template <class Operation>
consteval std::size_t counted_number() {
  using std::is_same_v;
  if constexpr (is_same_v<Operation, Release> || is_same_v<Operation, Releasedir> || is_same_v<Operation, Lease>) {
    return Operation::number + 1;
  } else if constexpr (is_same_v<Operation, Put>) {
    return Operation::number;
  } else if constexpr (is_same_v<Operation, Icreate> || is_same_v<Operation, Namelink>) {
    return Operation::number + 3;
  } else {
    return Operation::number <= Readdirp::number ? Operation::number : Operation::number + 2;
  }
}

template <class Operation>
consteval const char* counted_name() {
  if constexpr (std::is_same_v<Operation, GetActiveLocks>) {
    return "GETACTIVELK";
  } else if constexpr (std::is_same_v<Operation, SetActiveLocks>) {
    return "SETACTIVELK";
  } else if constexpr (std::is_same_v<Operation, CopyFileRange>) {
    return "COPY_FILE_RANGE";
  } else {
    return Operation::name_of_operation;
  }
}

// By number; every number has a name.
constexpr std::array<const char*, counted::size> counted_names() {
  std::array<const char*, counted::size> names{};
  for_each_operation([&names]<class Operation>() { names[counted_number<Operation>()] = counted_name<Operation>(); });
  names[counted::null] = "NULL";
  names[counted::forget] = "FORGET";
  names[counted::getspec] = "GETSPEC";
  names[counted::compound] = "COMPOUND";
  return names;
}

// What a brick told its clients unasked is counted beside the operations, by what it was about.
namespace told {
inline constexpr std::size_t all = 1, attributes = 2, xattrs = 3, rename = 4, links = 5, forget = 6, lease = 7;
inline constexpr std::array<const char*, 8> names{"NULL",      "UPCALL",    "CI_IATT",   "CI_XATTR",
                                                  "CI_RENAME", "CI_UNLINK", "CI_FORGET", "LEASE_RECALL"};
}  // namespace told

}  // namespace mortar::fop
