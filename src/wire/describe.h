// One readable line of any described message, for traces and for messages of tests:
//
//   LOOKUP gfid=00000000-0000-0000-0000-000000000001 ... name="a" xdata={gfid-req=..., link-count=0}
//
// Long values are cut; payloads show as their size. Nothing here decides anything: the text is for people.
#pragma once

#include <string>

#include "wire/programs.h"
#include "wire/xdr.h"

namespace mortar {

namespace describing {

// Each appends to the line.
void put(std::string& line, std::int64_t value);
void put(std::string& line, std::uint64_t value);
inline void put(std::string& line, std::int32_t value) { put(line, std::int64_t{value}); }
inline void put(std::string& line, std::uint32_t value) { put(line, std::uint64_t{value}); }
void put(std::string& line, const std::string& text);
void put(std::string& line, const Slice& bytes);
void put(std::string& line, const Payload& payload);
void put(std::string& line, const Gfid& gfid);
void put(std::string& line, const Iatt& iatt);
void put(std::string& line, const Dictionary& dictionary);
void put(std::string& line, const LegacyDictionary& dictionary);
void put(std::string& line, const Fd& fd);
void put_hex(std::string& line, Bytes bytes);
template <std::size_t size>
void put(std::string& line, const std::array<std::uint8_t, size>& bytes) {
  put_hex(line, std::as_bytes(std::span(bytes)));
}

template <Described Message>
void put(std::string& line, const Message& message);
template <class T>
void put(std::string& line, const Chain<T>& chain);

template <Described Message>
void put_fields(std::string& line, const Message& message) {
  bool first = true;
  for_each_field(message, [&](auto field) {
    if (!first) line += ' ';
    first = false;
    line += field.name;
    line += '=';
    put(line, field.value);
  });
}

template <Described Message>
void put(std::string& line, const Message& message) {
  line += '{';
  put_fields(line, message);
  line += '}';
}

// At most so many elements of a chain are shown.
inline constexpr std::size_t most_elements = 32;

template <class T>
void put(std::string& line, const Chain<T>& chain) {
  line += '[';
  for (std::size_t index = 0; index < chain.elements.size(); ++index) {
    if (index != 0) line += ", ";
    if (index == most_elements) {
      line += "...";
      break;
    }
    put(line, chain.elements[index]);
  }
  line += ']';
}

}  // namespace describing

template <Described Message>
std::string describe(const Message& message) {
  std::string line;
  if constexpr (requires { Message::name_of_operation; }) {
    line += Message::name_of_operation;
    if constexpr (std::tuple_size_v<decltype(message.fields())> != 0) line += ' ';
  }
  describing::put_fields(line, message);
  return line;
}

}  // namespace mortar
