// A stream as a peer may send it: record marks, fragments, headers, credentials. The first byte says in which pieces it
// arrives; how it is cut must not matter.
#include <algorithm>
#include <cstring>
#include <vector>

#include "fuzz_message.h"
#include "wire/record_reader.h"
#include "wire/rpc_message.h"

namespace mortar {
namespace {

constexpr std::size_t largest_record = 1 << 20;

// The records, and whether the stream was accepted to its end.
struct Outcome {
  std::vector<std::string> records;
  bool accepted = true;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome cut(std::string_view stream, std::size_t piece) {
  Outcome outcome;
  RecordReader reader(largest_record);
  while (!stream.empty()) {
    std::span<std::byte> space = reader.space();
    check(!space.empty(), "there is always space");
    const std::size_t size = std::min({space.size(), piece, stream.size()});
    std::memcpy(space.data(), stream.data(), size);
    stream.remove_prefix(size);
    reader.filled(size);
    for (;;) {
      Result<std::optional<Slice>> record = reader.next();
      if (!record) {
        outcome.accepted = false;
        return outcome;
      }
      if (!*record) break;
      check((*record)->size() <= largest_record, "a record stays in its limit");
      outcome.records.emplace_back((*record)->text());
    }
  }
  return outcome;
}

bool can_be_sent(std::uint32_t flavour) {
  return flavour == credential::none || flavour == credential::glusterfs_2 || flavour == credential::glusterfs_3;
}

std::string recode_header(const Slice& record) {
  Decoder in(record);
  CallHeader call;
  ReplyHeader reply;
  Encoder out;
  const RecordKind kind = decode_header(in, call, reply);
  if (kind == RecordKind::reply) encode_reply(out, reply);
  if (kind == RecordKind::call && can_be_sent(call.flavour)) encode_call(out, call);
  return out.flat();
}

void check_header(const std::string& record) {
  const std::string once = recode_header(Slice::copy(record));
  if (!once.empty()) check(recode_header(Slice::copy(once)) == once, "a header that was encoded decodes to the same");
}

void fuzz(std::string_view input) {
  if (input.empty()) return;
  const std::size_t piece = static_cast<std::uint8_t>(input.front()) + std::size_t{1};
  input.remove_prefix(1);
  const Outcome whole = cut(input, input.size());
  check(cut(input, piece) == whole, "records do not depend on the pieces they come in");
  for (const std::string& record : whole.records) check_header(record);
}

}  // namespace
}  // namespace mortar

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mortar::fuzz({reinterpret_cast<const char*>(data), size});
  return 0;
}
