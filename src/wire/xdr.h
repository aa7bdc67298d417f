// XDR (RFC 4506), big-endian, four-byte units: typed values to bytes and back.
//
// An Encoder collects the small parts in one buffer and keeps payloads apart as slices, so that file data is never
// copied. A Decoder reads from one slice; the first thing that does not fit makes it fail for good, and everything read
// after that is zero. Sizes and counts are checked against what is left before anything is reserved.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "base/bytes.h"
#include "base/dictionary.h"
#include "base/gfid.h"
#include "base/iatt.h"
#include "wire/fields.h"

namespace mortar {

// Bytes that follow a message raw, without a length of their own and without padding, to the end of the record.
struct Payload {
  Slice bytes;
  friend bool operator==(const Payload&, const Payload&) = default;
};

// A dictionary in the untyped ("legacy") form inside an opaque: handshake, management, callbacks.
struct LegacyDictionary {
  Dictionary dictionary;
  friend bool operator==(const LegacyDictionary&, const LegacyDictionary&) = default;
};

// Elements each preceded by 1, the list ended by 0 (XDR optional chains).
template <class T>
struct Chain {
  std::vector<T> elements;
  friend bool operator==(const Chain&, const Chain&) = default;
};

class Encoder {
 public:
  Encoder() { head_.reserve(512); }

  void put_u32(std::uint32_t value);
  void put_u64(std::uint64_t value);
  // As they are, no padding.
  void put_raw(Bytes bytes);
  // Length, bytes, zeros up to a multiple of four.
  void put_opaque(Bytes bytes);
  void put_payload(Slice payload) { payload_ = std::move(payload); }

  std::size_t size() const { return head_.size(); }
  std::size_t size_with_payload() const { return head_.size() + payload_.size(); }
  // Overwrites four bytes at a place that has been written.
  void patch_u32(std::size_t at, std::uint32_t value);

  // The head, then the payload if there is one.
  std::vector<Slice> take();
  void take_into(std::vector<Slice>& slices);
  // Everything as one string, for tests and small messages.
  std::string flat() const;

 private:
  std::string head_;
  Slice payload_;
};

class Decoder {
 public:
  explicit Decoder(Slice bytes) : bytes_(std::move(bytes)) {}

  bool failed() const { return failed_; }
  void fail() { failed_ = true; }
  std::size_t left() const { return failed_ ? 0 : bytes_.size() - at_; }
  // Consumed to the last byte, and nothing was wrong.
  bool finished() const { return !failed_ && at_ == bytes_.size(); }

  std::uint32_t get_u32();
  std::uint64_t get_u64();
  Slice get_raw(std::size_t size);
  // Length and bytes, with padding that must be there; its content is ignored.
  Slice get_opaque(std::size_t most = std::size_t{1} << 30);
  Slice get_rest();

 private:
  const std::byte* take(std::size_t size);

  Slice bytes_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

// ---- values

inline void encode(Encoder& out, std::uint32_t value) { out.put_u32(value); }
inline void encode(Encoder& out, std::int32_t value) { out.put_u32(static_cast<std::uint32_t>(value)); }
inline void encode(Encoder& out, std::uint64_t value) { out.put_u64(value); }
inline void encode(Encoder& out, std::int64_t value) { out.put_u64(static_cast<std::uint64_t>(value)); }
inline void encode(Encoder& out, const Gfid& gfid) { out.put_raw(gfid.view()); }
inline void encode(Encoder& out, const std::string& text) { out.put_opaque(as_bytes(text)); }
inline void encode(Encoder& out, const Slice& bytes) { out.put_opaque(bytes.bytes()); }
inline void encode(Encoder& out, const Payload& payload) { out.put_payload(payload.bytes); }
void encode(Encoder& out, const Iatt& iatt);
void encode(Encoder& out, const Dictionary& dictionary);
void encode(Encoder& out, const LegacyDictionary& dictionary);
template <std::size_t size>
void encode(Encoder& out, const std::array<std::uint8_t, size>& bytes) {
  static_assert(size % 4 == 0);
  out.put_raw(std::as_bytes(std::span(bytes)));
}

inline void decode(Decoder& in, std::uint32_t& value) { value = in.get_u32(); }
inline void decode(Decoder& in, std::int32_t& value) { value = static_cast<std::int32_t>(in.get_u32()); }
inline void decode(Decoder& in, std::uint64_t& value) { value = in.get_u64(); }
inline void decode(Decoder& in, std::int64_t& value) { value = static_cast<std::int64_t>(in.get_u64()); }
void decode(Decoder& in, Gfid& gfid);
void decode(Decoder& in, std::string& text);
inline void decode(Decoder& in, Slice& bytes) { bytes = in.get_opaque(); }
inline void decode(Decoder& in, Payload& payload) { payload.bytes = in.get_rest(); }
void decode(Decoder& in, Iatt& iatt);
void decode(Decoder& in, Dictionary& dictionary);
void decode(Decoder& in, LegacyDictionary& dictionary);
template <std::size_t size>
void decode(Decoder& in, std::array<std::uint8_t, size>& bytes) {
  Slice raw = in.get_raw(size);
  if (raw.size() == size) std::memcpy(bytes.data(), raw.data(), size);
}

template <Described T>
void encode(Encoder& out, const T& message) {
  for_each_field(message, [&out](auto field) { encode(out, field.value); });
}
template <Described T>
void decode(Decoder& in, T& message) {
  for_each_field(message, [&in](auto field) { decode(in, field.value); });
}

template <class T>
void encode(Encoder& out, const Chain<T>& chain) {
  for (const T& element : chain.elements) {
    out.put_u32(1);
    encode(out, element);
  }
  out.put_u32(0);
}
template <class T>
void decode(Decoder& in, Chain<T>& chain) {
  while (in.get_u32() != 0 && !in.failed()) {
    decode(in, chain.elements.emplace_back());
  }
}

// A whole message out of bytes that must hold it and nothing else.
template <class T>
bool decode_whole(Slice bytes, T& message) {
  Decoder in(std::move(bytes));
  decode(in, message);
  return in.finished();
}

// The same, ignoring what follows: newer peers may append members.
template <class T>
bool decode_front(Slice bytes, T& message) {
  Decoder in(std::move(bytes));
  decode(in, message);
  return !in.failed();
}

template <class T>
std::string encode_flat(const T& message) {
  Encoder out;
  encode(out, message);
  return out.flat();
}

// The untyped form by itself (what is inside the opaque).
std::string encode_legacy(const Dictionary& dictionary);
bool decode_legacy(Slice bytes, Dictionary& dictionary);

}  // namespace mortar
