#include "wire/catalogue.h"

#include <gtest/gtest.h>

#include <set>

#include "wire/describe.h"
#include "wire/file_operations.h"

namespace mortar {
namespace {

TEST(Catalogue, EveryProcedureOnce) {
  std::set<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>> seen;
  for (const MessageEntry& entry : all_messages()) {
    EXPECT_TRUE(seen.emplace(entry.program.number, entry.program.version, entry.procedure).second) << entry.name;
    EXPECT_EQ(find_message(entry.program, entry.procedure), &entry);
  }
  EXPECT_EQ(find_message(programs::operations, 49), nullptr);
}

// How many procedures the protocol has in each program, less those that carry nothing or do not exist.
TEST(Catalogue, NothingIsMissing) {
  const auto count = [](Program program) {
    return std::ranges::count(all_messages(), program, &MessageEntry::program);
  };
  EXPECT_EQ(count(programs::operations), 55);
  EXPECT_EQ(count(programs::dump), 2);
  EXPECT_EQ(count(programs::handshake), 7);
  EXPECT_EQ(count(programs::portmap), 4);
  EXPECT_EQ(count(programs::callback), 11);
  EXPECT_EQ(count(programs::command), 58);
  EXPECT_EQ(count(programs::brick), 15);
}

void expect_stable(const MessageEntry& entry, const MessageShape& shape, Random& random) {
  const std::string wire = shape.random(random);
  EXPECT_EQ(shape.recode(Slice::copy(wire)), wire) << entry.name;
  EXPECT_TRUE(shape.describe(Slice::copy(wire))) << entry.name;
}

TEST(Catalogue, RandomMessagesComeBackByteForByte) {
  Random random(20260101);
  for (const MessageEntry& entry : all_messages()) {
    for (int round = 0; round < 200; ++round) {
      expect_stable(entry, entry.request, random);
      if (entry.reply) expect_stable(entry, *entry.reply, random);
    }
  }
}

TEST(Catalogue, TruncatedMessagesAreRefused) {
  Random random(7);
  for (const MessageEntry& entry : all_messages()) {
    const bool has_payload = entry.program == programs::operations &&
                             (entry.procedure == fop::Write::number || entry.procedure == fop::Put::number);
    if (has_payload) continue;
    const std::string wire = entry.request.random(random);
    for (std::size_t size = 0; size < wire.size(); ++size) {
      EXPECT_FALSE(entry.request.recode(Slice::copy(wire.substr(0, size)))) << entry.name;
    }
  }
}

TEST(Describe, IsReadable) {
  fop::Lookup lookup{.gfid = null_gfid, .parent = root_gfid, .name = "file"};
  lookup.xdata.set("gfid-req", root_gfid);
  lookup.xdata.set("count", std::int64_t{-3});
  lookup.xdata.set_text("text", "hello");
  lookup.xdata.set_bytes("raw", as_bytes(std::string_view("\x01\xff", 2)));
  EXPECT_EQ(
      describe(lookup),
      "LOOKUP gfid=00000000-0000-0000-0000-000000000000 parent=00000000-0000-0000-0000-000000000001 flags=0 "
      "name=\"file\" xdata={gfid-req=00000000-0000-0000-0000-000000000001, count=-3, text=\"hello\", raw=0x01ff}");
}

}  // namespace
}  // namespace mortar
