// A message is described once: its members in wire order, each with its name. Encoding, bounded decoding, printing,
// random generation for tests and fuzz targets all come from this list.
//
//   struct Lookup {
//     Gfid gfid;
//     std::string name;
//     auto fields(this auto& self) { return std::tuple(Field{"gfid", self.gfid}, Field{"name", self.name}); }
//   };
#pragma once

#include <concepts>
#include <tuple>

namespace mortar {

template <class T>
struct Field {
  const char* name;
  T& value;
};
template <class T>
Field(const char*, T&) -> Field<T>;

template <class T>
concept Described = requires(T& message) { message.fields(); };

template <class Message, class Visitor>
constexpr void for_each_field(Message& message, Visitor&& visit) {
  std::apply([&](auto... field) { (visit(field), ...); }, message.fields());
}

}  // namespace mortar
