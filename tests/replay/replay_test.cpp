// What stock GlusterFS 10.3 put on the wire, record by record: each must decode to its last byte and encode back to the
// same bytes.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <tuple>

#include "capture.h"
#include "wire/catalogue.h"
#include "wire/rpc_message.h"

namespace mortar {
namespace {

struct Expected {
  const char* file;
  std::size_t calls;
  std::size_t notices;  // calls of servers, never answered
  std::size_t replies;
};

// Counted once by another decoder.
constexpr Expected captures[] = {
    {"brick-signin", 3, 0, 3},          {"create-write-read-unlink-rep3", 76, 0, 76},
    {"fops-mix-disp", 284, 0, 284},     {"fops-mix-dist", 146, 0, 146},
    {"fops-mix-rep3", 417, 0, 417},     {"gfapi-rep3", 74, 0, 74},
    {"mount-distrep", 103, 0, 103},     {"mount-rep3", 52, 0, 52},
    {"readdirp-rep3", 14, 0, 14},       {"reconnect-rep3", 100, 0, 100},
    {"shard-big", 201, 0, 201},         {"upcall-distrep", 426, 57, 426},
    {"volfile-change-rep3", 32, 2, 32},
};

std::string path_of(std::string_view name) { return fmt::format("{}/tests/captures/{}.pcap", MORTAR_SOURCE_DIR, name); }

std::string hex(std::string_view bytes) {
  std::string text;
  for (unsigned char byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

class Replay {
 public:
  void take(const CapturedRecord& record) {
    Decoder in(record.bytes);
    CallHeader call;
    ReplyHeader reply;
    switch (decode_header(in, call, reply)) {
      case RecordKind::call: return take_call(record, call, in.get_rest());
      case RecordKind::reply: return take_reply(record, reply, in.get_rest());
      default: ADD_FAILURE() << "no RPC: " << hex(record.bytes.text());
    }
  }

  std::size_t calls = 0;
  std::size_t notices = 0;
  std::size_t replies = 0;
  std::map<std::tuple<std::string, std::string, std::uint32_t>, const MessageEntry*> unanswered;

 private:
  void take_call(const CapturedRecord& record, const CallHeader& header, Slice arguments) {
    Encoder out;
    encode_call(out, header);
    compare_header(record, out, arguments.size());
    const MessageEntry* message = find_message(header.program, header.procedure);
    ASSERT_NE(message, nullptr) << header.program.number << " " << header.procedure;
    compare(*message, message->request, arguments);
    if (!message->reply) {
      ++notices;
      return;
    }
    ++calls;
    EXPECT_TRUE(unanswered.emplace(std::tuple(record.from, record.to, header.xid), message).second);
  }

  void take_reply(const CapturedRecord& record, const ReplyHeader& header, Slice result) {
    ++replies;
    Encoder out;
    encode_reply(out, header);
    compare_header(record, out, result.size());
    EXPECT_FALSE(header.denied);
    EXPECT_EQ(header.status, AcceptStatus::success);
    const auto call = unanswered.find(std::tuple(record.to, record.from, header.xid));
    ASSERT_NE(call, unanswered.end()) << "an answer to nothing: " << header.xid;
    const MessageEntry* message = call->second;
    unanswered.erase(call);
    compare(*message, *message->reply, result);
  }

  static void compare_header(const CapturedRecord& record, const Encoder& out, std::size_t body) {
    EXPECT_EQ(hex(out.flat()), hex(record.bytes.text().substr(0, record.bytes.size() - body)));
  }

  static void compare(const MessageEntry& message, const MessageShape& shape, const Slice& bytes) {
    const std::optional<std::string> again = shape.recode(bytes);
    ASSERT_TRUE(again) << message.name << " does not decode: " << hex(bytes.text());
    EXPECT_TRUE(*again == bytes.text()) << message.name << "\nstock: " << hex(bytes.text())
                                        << "\nours:  " << hex(*again) << "\n"
                                        << shape.describe(bytes).value_or("");
  }
};

class ReplayTest : public testing::TestWithParam<Expected> {};

TEST_P(ReplayTest, EveryRecordComesBackByteForByte) {
  Result<Capture> capture = read_capture(path_of(GetParam().file));
  ASSERT_TRUE(capture) << capture.error().sentence();
  EXPECT_EQ(capture->incomplete, 0U);
  Replay replay;
  for (const CapturedRecord& record : capture->records) replay.take(record);
  EXPECT_EQ(replay.calls, GetParam().calls);
  EXPECT_EQ(replay.notices, GetParam().notices);
  EXPECT_EQ(replay.replies, GetParam().replies);
  EXPECT_EQ(replay.unanswered.size(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Stock, ReplayTest, testing::ValuesIn(captures), [](const auto& instance) {
  std::string name = instance.param.file;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(Captures, NoCaptureIsForgotten) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(MORTAR_SOURCE_DIR "/tests/captures")) {
    if (entry.path().extension() == ".pcap") ++files;
  }
  EXPECT_EQ(files, std::size(captures));
}

}  // namespace
}  // namespace mortar
