#include "wire/xdr.h"

#include <bit>

#include "base/check.h"
#include "wire/device_number.h"

namespace mortar {

namespace {

std::size_t padding(std::size_t size) { return (4 - size % 4) % 4; }

template <class T>
T big_endian(T value) {
  if constexpr (std::endian::native == std::endian::little) return std::byteswap(value);
  return value;
}

}  // namespace

void Encoder::put_u32(std::uint32_t value) {
  const std::uint32_t wire = big_endian(value);
  head_.append(reinterpret_cast<const char*>(&wire), sizeof wire);
}

void Encoder::put_u64(std::uint64_t value) {
  const std::uint64_t wire = big_endian(value);
  head_.append(reinterpret_cast<const char*>(&wire), sizeof wire);
}

void Encoder::put_raw(Bytes bytes) { head_.append(as_text(bytes)); }

void Encoder::put_opaque(Bytes bytes) {
  put_u32(static_cast<std::uint32_t>(bytes.size()));
  put_raw(bytes);
  head_.append(padding(bytes.size()), '\0');
}

void Encoder::patch_u32(std::size_t at, std::uint32_t value) {
  check(at + sizeof value <= head_.size(), "only what was written is patched");
  const std::uint32_t wire = big_endian(value);
  std::memcpy(head_.data() + at, &wire, sizeof wire);
}

std::vector<Slice> Encoder::take() {
  std::vector<Slice> slices;
  take_into(slices);
  return slices;
}

void Encoder::take_into(std::vector<Slice>& slices) {
  slices.push_back(Slice::own(std::move(head_)));
  if (!payload_.empty()) slices.push_back(std::move(payload_));
  head_.clear();
  payload_ = {};
}

std::string Encoder::flat() const { return head_ + std::string(payload_.text()); }

const std::byte* Decoder::take(std::size_t size) {
  if (failed_ || size > bytes_.size() - at_) {
    failed_ = true;
    return nullptr;
  }
  const std::byte* place = bytes_.data() + at_;
  at_ += size;
  return place;
}

std::uint32_t Decoder::get_u32() {
  std::uint32_t wire = 0;
  if (const std::byte* place = take(sizeof wire)) std::memcpy(&wire, place, sizeof wire);
  return big_endian(wire);
}

std::uint64_t Decoder::get_u64() {
  std::uint64_t wire = 0;
  if (const std::byte* place = take(sizeof wire)) std::memcpy(&wire, place, sizeof wire);
  return big_endian(wire);
}

Slice Decoder::get_raw(std::size_t size) {
  const std::size_t from = at_;
  if (take(size) == nullptr) return {};
  return bytes_.part(from, size);
}

Slice Decoder::get_opaque(std::size_t most) {
  const std::size_t size = get_u32();
  if (size > most) fail();
  Slice bytes = get_raw(size);
  take(padding(size));
  return failed_ ? Slice() : bytes;
}

Slice Decoder::get_rest() { return get_raw(left()); }

void decode(Decoder& in, Gfid& gfid) {
  Slice raw = in.get_raw(gfid.bytes.size());
  if (raw.size() == gfid.bytes.size()) std::memcpy(gfid.bytes.data(), raw.data(), raw.size());
}

void decode(Decoder& in, std::string& text) {
  Slice bytes = in.get_opaque();
  text = bytes.text();
}

void encode(Encoder& out, const Iatt& iatt) {
  encode(out, iatt.gfid);
  for (std::uint64_t value : {iatt.flags, iatt.inode, iatt.device, device_on_the_wire(iatt.rdev), iatt.size,
                              iatt.blocks, iatt.attributes, iatt.attributes_mask}) {
    out.put_u64(value);
  }
  for (const Moment* moment : {&iatt.accessed, &iatt.modified, &iatt.changed, &iatt.born}) {
    encode(out, moment->seconds);
  }
  for (const Moment* moment : {&iatt.accessed, &iatt.modified, &iatt.changed, &iatt.born}) {
    out.put_u32(moment->nanoseconds);
  }
  for (std::uint32_t value : {iatt.links, iatt.uid, iatt.gid, iatt.block_size, iatt.mode}) out.put_u32(value);
}

void decode(Decoder& in, Iatt& iatt) {
  decode(in, iatt.gfid);
  for (std::uint64_t* value : {&iatt.flags, &iatt.inode, &iatt.device, &iatt.rdev, &iatt.size, &iatt.blocks,
                               &iatt.attributes, &iatt.attributes_mask}) {
    *value = in.get_u64();
  }
  iatt.rdev = device_from_the_wire(iatt.rdev);
  for (Moment* moment : {&iatt.accessed, &iatt.modified, &iatt.changed, &iatt.born}) decode(in, moment->seconds);
  for (Moment* moment : {&iatt.accessed, &iatt.modified, &iatt.changed, &iatt.born}) {
    moment->nanoseconds = in.get_u32();
  }
  for (std::uint32_t* value : {&iatt.links, &iatt.uid, &iatt.gid, &iatt.block_size, &iatt.mode}) {
    *value = in.get_u32();
  }
}

}  // namespace mortar
