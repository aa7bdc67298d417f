// Random messages for tests and fuzz seeds, made from the same fields() as the codec. The same seed gives
// the same message everywhere.
#pragma once

#include <string>

#include "base/random.h"
#include "wire/programs.h"
#include "wire/xdr.h"

namespace mortar {

namespace randomizing {

// Small numbers and the limits of the type more often than others.
std::uint64_t number(Random& random);
std::string bytes(Random& random, std::size_t longest);
std::string text(Random& random, std::size_t longest);

inline void fill(Random& random, std::uint32_t& value) { value = static_cast<std::uint32_t>(number(random)); }
inline void fill(Random& random, std::int32_t& value) { value = static_cast<std::int32_t>(number(random)); }
inline void fill(Random& random, std::uint64_t& value) { value = number(random); }
inline void fill(Random& random, std::int64_t& value) { value = static_cast<std::int64_t>(number(random)); }
void fill(Random& random, std::string& value);
void fill(Random& random, Slice& value);
void fill(Random& random, Payload& value);
void fill(Random& random, Gfid& value);
void fill(Random& random, Iatt& value);
// Of all types of values.
void fill(Random& random, Dictionary& value);
// Of untyped values, which are all that this form keeps apart.
void fill(Random& random, LegacyDictionary& value);
void fill(Random& random, Fd& value);
template <std::size_t size>
void fill(Random& random, std::array<std::uint8_t, size>& value) {
  for (std::uint8_t& byte : value) byte = static_cast<std::uint8_t>(random.next());
}

template <Described Message>
void fill(Random& random, Message& message);
template <class T>
void fill(Random& random, Chain<T>& chain);

template <Described Message>
void fill(Random& random, Message& message) {
  for_each_field(message, [&random](auto field) { fill(random, field.value); });
}

template <class T>
void fill(Random& random, Chain<T>& chain) {
  chain.elements.resize(random.below(4));
  for (T& element : chain.elements) fill(random, element);
}

}  // namespace randomizing

template <Described Message>
void randomize(Message& message, Random& random) {
  randomizing::fill(random, message);
}

}  // namespace mortar
