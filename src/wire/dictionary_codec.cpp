// The two forms of a dictionary on the wire.
//
// Typed:  xdr_size:u32 count:i32 npairs:u32 then npairs of { key:opaque type:i32 value }. xdr_size counts the bytes
// behind
//         the three words; count -1 with no pairs stands for NULL. The key's length includes a NUL.
// Legacy: count then { keylen valuelen key NUL value }, big-endian, no padding; keylen without the NUL. No types:
// numbers
//         are decimal text with NUL.
#include <bit>
#include <cstring>

#include "wire/xdr.h"

namespace mortar {

namespace {

constexpr std::size_t most_pairs = 4096;
// What management tells of a volume with many bricks is long.
constexpr std::size_t most_legacy_pairs = 1 << 18;
constexpr std::size_t longest_key = 4096;

void put_key(Encoder& out, const std::string& key) {
  // The NUL that std::string keeps behind its end is part of the key on the wire.
  out.put_opaque(as_bytes(std::string_view(key.c_str(), key.size() + 1)));
}

std::string get_key(Decoder& in) {
  Slice raw = in.get_opaque(longest_key);
  std::string_view key = raw.text();
  if (key.empty() || key.back() != '\0' || key.find('\0') != key.size() - 1) {
    in.fail();
    return {};
  }
  return std::string(key.substr(0, key.size() - 1));
}

struct PutValue {
  Encoder& out;
  void operator()(const Untyped& value) const { out.put_opaque(value.value.bytes()); }
  void operator()(std::int64_t value) const { encode(out, value); }
  void operator()(std::uint64_t value) const { encode(out, value); }
  void operator()(double value) const { out.put_u64(std::bit_cast<std::uint64_t>(value)); }
  void operator()(const Text& text) const { put_key(out, text.value); }
  void operator()(const Slice& bytes) const { out.put_opaque(bytes.bytes()); }
  void operator()(const Gfid& gfid) const { encode(out, gfid); }
  void operator()(const Iatt& iatt) const { encode(out, iatt); }
  void operator()(const Times& times) const {
    for (const Moment* moment : {&times.accessed, &times.modified, &times.changed}) encode(out, moment->seconds);
    for (const Moment* moment : {&times.accessed, &times.modified, &times.changed}) out.put_u32(moment->nanoseconds);
  }
};

Times get_times(Decoder& in) {
  Times times;
  for (Moment* moment : {&times.accessed, &times.modified, &times.changed}) decode(in, moment->seconds);
  for (Moment* moment : {&times.accessed, &times.modified, &times.changed}) moment->nanoseconds = in.get_u32();
  return times;
}

Text get_text(Decoder& in) {
  std::string value(in.get_opaque().text());
  if (!value.empty() && value.back() == '\0') value.pop_back();
  return Text{std::move(value)};
}

Value get_value(Decoder& in, std::uint32_t type) {
  switch (type) {
    case 1: return Untyped{in.get_opaque()};
    case 2: return static_cast<std::int64_t>(in.get_u64());
    case 3: return in.get_u64();
    case 4: return std::bit_cast<double>(in.get_u64());
    case 5: return get_text(in);
    case 6: return in.get_opaque();
    case 7: {
      Gfid gfid;
      decode(in, gfid);
      return gfid;
    }
    case 8: {
      Iatt iatt;
      decode(in, iatt);
      return iatt;
    }
    case 9: return get_times(in);
    default: in.fail(); return std::int64_t{0};
  }
}

std::string legacy_text(const Value& value) {
  std::string text;
  if (const auto* number = std::get_if<std::uint64_t>(&value)) {
    text = std::to_string(*number);
  } else if (const auto* real = std::get_if<double>(&value)) {
    text = std::to_string(*real);
  } else if (std::optional<std::int64_t> whole = number_of(value);
             whole && std::holds_alternative<std::int64_t>(value)) {
    text = std::to_string(*whole);
  } else if (const auto* plain = std::get_if<Text>(&value)) {
    text = plain->value;
  } else if (std::optional<Bytes> bytes = bytes_of(value)) {
    return std::string(as_text(*bytes));
  } else {
    Encoder out;
    std::visit(PutValue{out}, value);
    return out.flat();
  }
  text += '\0';
  return text;
}

void append_u32(std::string& out, std::size_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
}

}  // namespace

void encode(Encoder& out, const Dictionary& dictionary) {
  const std::size_t start = out.size();
  out.put_u32(0);
  out.put_u32(dictionary.present() ? static_cast<std::uint32_t>(dictionary.size()) : ~std::uint32_t{0});
  out.put_u32(static_cast<std::uint32_t>(dictionary.size()));
  for (const auto& [key, value] : dictionary) {
    put_key(out, key);
    out.put_u32(static_cast<std::uint32_t>(value.index() + 1));
    std::visit(PutValue{out}, value);
  }
  out.patch_u32(start, static_cast<std::uint32_t>(out.size() - start - 12));
}

void decode(Decoder& in, Dictionary& dictionary) {
  const std::uint32_t size = in.get_u32();
  const std::uint32_t count = in.get_u32();
  const std::uint32_t pairs = in.get_u32();
  const bool absent = count == ~std::uint32_t{0};
  if (size > in.left() || pairs > most_pairs || (absent ? pairs != 0 : count != pairs)) return in.fail();
  if (!absent) dictionary.set_present();
  const std::size_t left_behind = in.left() - size;
  for (std::uint32_t index = 0; index < pairs && !in.failed(); ++index) {
    std::string key = get_key(in);
    const std::uint32_t type = in.get_u32();
    dictionary.append(std::move(key), get_value(in, type));
  }
  // The receiver of a payload finds it by this size alone: it must be exact.
  if (!in.failed() && in.left() != left_behind) in.fail();
}

std::string encode_legacy(const Dictionary& dictionary) {
  std::string out;
  append_u32(out, dictionary.size());
  for (const auto& [key, value] : dictionary) {
    const std::string text = legacy_text(value);
    append_u32(out, key.size());
    append_u32(out, text.size());
    out += key;
    out += '\0';
    out += text;
  }
  return out;
}

bool decode_legacy(Slice bytes, Dictionary& dictionary) {
  if (bytes.empty()) return true;
  Decoder in(std::move(bytes));
  const std::uint32_t pairs = in.get_u32();
  if (pairs > most_legacy_pairs) return false;
  dictionary.set_present();
  for (std::uint32_t index = 0; index < pairs; ++index) {
    const std::size_t key_size = in.get_u32();
    const std::size_t value_size = in.get_u32();
    if (in.failed() || key_size > longest_key) return false;
    Slice key = in.get_raw(key_size);
    Slice nul = in.get_raw(1);
    Slice value = in.get_raw(value_size);
    if (in.failed() || nul.text() != std::string_view("\0", 1)) return false;
    dictionary.append(std::string(key.text()), Untyped{std::move(value)});
  }
  return true;  // what follows is ignored, as stock does
}

void encode(Encoder& out, const LegacyDictionary& legacy) {
  if (!legacy.dictionary.present()) return out.put_u32(0);
  out.put_opaque(as_bytes(encode_legacy(legacy.dictionary)));
}

void decode(Decoder& in, LegacyDictionary& legacy) {
  Slice bytes = in.get_opaque();
  if (!in.failed() && !decode_legacy(std::move(bytes), legacy.dictionary)) in.fail();
}

}  // namespace mortar
