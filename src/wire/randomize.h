// Random messages for tests and fuzz seeds, made from the same fields() as the codec. The same generator state gives
// the same message everywhere.
#pragma once

#include <random>
#include <string>

#include "wire/programs.h"
#include "wire/xdr.h"

namespace mortar {

using Generator = std::mt19937_64;

namespace randomizing {

std::uint64_t below(Generator& generator, std::uint64_t limit);
// Small numbers and the limits of the type more often than others.
std::uint64_t number(Generator& generator);
std::string bytes(Generator& generator, std::size_t longest);
std::string text(Generator& generator, std::size_t longest);

inline void fill(Generator& generator, std::uint32_t& value) { value = static_cast<std::uint32_t>(number(generator)); }
inline void fill(Generator& generator, std::int32_t& value) { value = static_cast<std::int32_t>(number(generator)); }
inline void fill(Generator& generator, std::uint64_t& value) { value = number(generator); }
inline void fill(Generator& generator, std::int64_t& value) { value = static_cast<std::int64_t>(number(generator)); }
void fill(Generator& generator, std::string& value);
void fill(Generator& generator, Slice& value);
void fill(Generator& generator, Payload& value);
void fill(Generator& generator, Gfid& value);
void fill(Generator& generator, Iatt& value);
// Of all types of values.
void fill(Generator& generator, Dictionary& value);
// Of untyped values, which are all that this form keeps apart.
void fill(Generator& generator, LegacyDictionary& value);
void fill(Generator& generator, Fd& value);
template <std::size_t size>
void fill(Generator& generator, std::array<std::uint8_t, size>& value) {
  for (std::uint8_t& byte : value) byte = static_cast<std::uint8_t>(generator());
}

template <Described Message>
void fill(Generator& generator, Message& message);
template <class T>
void fill(Generator& generator, Chain<T>& chain);

template <Described Message>
void fill(Generator& generator, Message& message) {
  for_each_field(message, [&generator](auto field) { fill(generator, field.value); });
}

template <class T>
void fill(Generator& generator, Chain<T>& chain) {
  chain.elements.resize(below(generator, 4));
  for (T& element : chain.elements) fill(generator, element);
}

}  // namespace randomizing

template <Described Message>
void randomize(Message& message, Generator& generator) {
  randomizing::fill(generator, message);
}

}  // namespace mortar
