#include "wire/record_reader.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include <fmt/format.h>

#include "wire/rpc_message.h"

namespace mortar {

namespace {

constexpr std::size_t buffer_size = 64 << 10;
// From this size on a fragment has memory of its own.
constexpr std::size_t large_size_from = 16 << 10;
// How much is read at once where a large record is expected: what lands in the common buffer has to be copied.
constexpr std::size_t small_read = 4 << 10;
// What a large record is granted before any of it came: a write of 1 MiB with its header.
constexpr std::size_t first_grant = (1 << 20) + (64 << 10);

std::uint32_t read_mark(const std::byte* place) {
  std::uint32_t wire;
  std::memcpy(&wire, place, sizeof wire);
  return std::endian::native == std::endian::little ? std::byteswap(wire) : wire;
}

}  // namespace

RecordReader::RecordReader(std::size_t largest_record) : largest_record_(largest_record), buffer_(buffer_size) {}

std::span<std::byte> RecordReader::space() {
  if (large_) return large_->bytes().subspan(large_filled_);
  make_room();
  std::span<std::byte> room = buffer_.bytes().subspan(end_);
  return expect_large_ ? room.first(std::min(room.size(), small_read)) : room;
}

void RecordReader::filled(std::size_t size) {
  if (large_) {
    large_filled_ += size;
    check(large_filled_ <= large_->size(), "no more is filled than there was space");
  } else {
    end_ += size;
    check(end_ <= buffer_.size(), "no more is filled than there was space");
  }
}

// Behind end_ there is always room for a useful read; what was shared is never overwritten.
void RecordReader::make_room() {
  if (begin_ == end_ && end_ != 0 && buffer_.unshared()) begin_ = end_ = 0;
  if (buffer_.size() - end_ >= small_read) return;
  const std::size_t rest = end_ - begin_;
  if (buffer_.unshared()) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, rest);
  } else {
    Buffer fresh(buffer_size);
    std::memcpy(fresh.data(), buffer_.data() + begin_, rest);
    buffer_ = std::move(fresh);
  }
  begin_ = 0;
  end_ = rest;
}

Result<std::optional<Slice>> RecordReader::next() {
  for (;;) {
    Result<std::optional<Fragment>> fragment = next_fragment();
    if (!fragment) return std::unexpected(fragment.error());
    if (!*fragment) return std::nullopt;
    Slice bytes = std::move((*fragment)->bytes);
    const bool last = (*fragment)->last;
    if (last && !assembling_) return bytes;
    assembled_ += bytes.text();
    assembling_ = !last;
    if (last) return Slice::own(std::exchange(assembled_, {}));
  }
}

Result<std::optional<RecordReader::Fragment>> RecordReader::next_fragment() {
  if (large_) {
    if (large_filled_ < large_size_) {
      if (large_filled_ == large_->size()) grant_more();
      return std::nullopt;
    }
    Slice bytes = large_->share(0, large_size_);
    large_.reset();
    return Fragment{std::move(bytes), large_last_};
  }
  const std::size_t available = end_ - begin_;
  if (available < record_mark_size) return std::nullopt;
  const std::uint32_t mark = read_mark(buffer_.data() + begin_);
  const bool last = (mark & last_fragment) != 0;
  const std::size_t size = mark & ~last_fragment;
  if (size > largest_record_ || assembled_.size() > largest_record_ - size) {
    return failed(EPROTO, fmt::format("a record of more than {} bytes was announced", largest_record_));
  }
  expect_large_ = size >= large_size_from;
  if (available - record_mark_size >= size) {
    Slice bytes = buffer_.share(begin_ + record_mark_size, size);
    begin_ += record_mark_size + size;
    return Fragment{std::move(bytes), last};
  }
  if (expect_large_) start_large(size, last);
  return std::nullopt;
}

void RecordReader::start_large(std::size_t size, bool last) {
  large_.emplace(std::min(size, first_grant));
  large_size_ = size;
  large_last_ = last;
  // What came already is less than the common buffer, so it fits.
  const std::byte* from = buffer_.data() + begin_ + record_mark_size;
  large_filled_ = end_ - begin_ - record_mark_size;
  std::memcpy(large_->data(), from, large_filled_);
  begin_ = end_;
}

void RecordReader::grant_more() {
  Buffer more(std::min(large_size_, large_->size() * 2));
  std::memcpy(more.data(), large_->data(), large_filled_);
  large_ = std::move(more);
}

}  // namespace mortar
