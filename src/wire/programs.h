// The RPC programs, and which program and procedure a described message belongs to.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "wire/fop/status.h"

namespace mortar {

struct Program {
  std::uint32_t number = 0;
  std::uint32_t version = 0;
  friend bool operator==(const Program&, const Program&) = default;
};

namespace programs {
inline constexpr Program dump{123451501, 1};
inline constexpr Program handshake{14398633, 2};
inline constexpr Program operations{1298437, 400};
inline constexpr Program callback{52743234, 1};
inline constexpr Program portmap{34123456, 1};
inline constexpr Program command{1238463, 2};
inline constexpr Program brick{4867634, 2};
// Ours: "Mort" in ASCII, and the next.
inline constexpr Program members{0x4d6f7274, 1};
inline constexpr Program introduction{0x4d6f7275, 1};
inline constexpr Program sequences{0x4d6f7276, 4};
inline constexpr Program shortcuts{0x4d6f7277, 1};
}  // namespace programs

// A request declared once: its program, the procedure's number and name, its members and its Reply. The file operations
// all belong to one program and do not repeat it.
template <class T>
concept WireRequest = Described<T> && requires {
  T::number;
  T::name_of_operation;
  typename T::Reply;
};

// A callback: a one-way message, never answered.
template <class T>
concept WireNotice = Described<T> && requires {
  T::program;
  T::number;
  T::name_of_operation;
} && !requires { typename T::Reply; };

template <class T>
constexpr Program program_of() {
  if constexpr (requires { T::program; }) {
    return T::program;
  } else {
    return programs::operations;
  }
}

// A name as a template's argument.
template <std::size_t size>
struct FixedText {
  char characters[size];
  consteval FixedText(const char (&text)[size]) { std::copy_n(text, size, characters); }
};

template <class... Messages>
struct MessageList {};

// Calls visit.template operator()<Message>() for each.
template <class Visitor, class... Messages>
constexpr void for_each_message(Visitor&& visit, MessageList<Messages...>) {
  (visit.template operator()<Messages>(), ...);
}

}  // namespace mortar
