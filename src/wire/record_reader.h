// Cuts the bytes of a stream into records.
//
//   for (;;) {
//     size = read(reader.space());
//     reader.filled(size);
//     while (std::optional<Slice> record = co_await tried(reader.next())) use(*record);
//   }
//
// Small records that arrive together are slices of one buffer. A large record gets a buffer of its own, into which the
// stream is read directly, so that what is cut out of it later costs no copy and pins nothing else. Memory grows with
// the bytes that have come, never with a size that was only announced.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace mortar {

class RecordReader {
 public:
  // The limit bounds the sum of the fragments of one record.
  explicit RecordReader(std::size_t largest_record);

  void set_limit(std::size_t largest_record) { largest_record_ = largest_record; }
  // Where the next bytes of the stream belong; never empty.
  std::span<std::byte> space();
  void filled(std::size_t size);
  // The next whole record, or nothing until more bytes come. EPROTO where a record is over the limit.
  Result<std::optional<Slice>> next();
  // Between two records.
  bool idle() const { return !large_ && begin_ == end_ && !assembling_; }

 private:
  struct Fragment {
    Slice bytes;
    bool last;
  };
  Result<std::optional<Fragment>> next_fragment();
  void start_large(std::size_t size, bool last);
  void grant_more();
  void make_room();

  std::size_t largest_record_;

  Buffer buffer_;  // what was read and not cut yet is [begin_, end_)
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool expect_large_ = false;  // large records mostly come in a row

  std::optional<Buffer> large_;  // of the fragment that is being read, as far as was granted
  std::size_t large_size_ = 0;   // announced
  std::size_t large_filled_ = 0;
  bool large_last_ = false;

  std::string assembled_;  // the fragments before the last
  bool assembling_ = false;
};

}  // namespace mortar
