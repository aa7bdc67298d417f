#include "wire/record_reader.h"

#include <gtest/gtest.h>

#include "wire/rpc_message.h"

namespace mortar {
namespace {

std::string mark(std::size_t size, bool last = true) {
  Encoder out;
  out.put_u32(static_cast<std::uint32_t>(size) | (last ? last_fragment : 0));
  return out.flat();
}

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t index = 0; index < size; ++index) text[index] = static_cast<char>(index * 7 + index / 251);
  return text;
}

// Feeds in pieces and collects the records.
Result<std::vector<Slice>> feed(RecordReader& reader, std::string_view bytes, std::size_t piece) {
  std::vector<Slice> records;
  while (!bytes.empty()) {
    std::span<std::byte> space = reader.space();
    check(!space.empty(), "there is space");
    const std::size_t size = std::min({space.size(), piece, bytes.size()});
    std::memcpy(space.data(), bytes.data(), size);
    bytes.remove_prefix(size);
    reader.filled(size);
    for (;;) {
      Result<std::optional<Slice>> record = reader.next();
      if (!record) return std::unexpected(record.error());
      if (!*record) break;
      records.push_back(std::move(**record));
    }
  }
  return records;
}

TEST(RecordReader, CutsRecordsOfAllSizesOutOfPiecesOfAllSizes) {
  const std::vector<std::size_t> sizes = {0, 1, 3, 500, 4000, 16000, 16384, 20000, 70000, 5, 5, 300000, 12, 2500000, 1};
  std::string stream;
  for (std::size_t size : sizes) stream += mark(size) + pattern(size);
  for (std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{1000}, std::size_t{4096}, std::size_t{65536}}) {
    RecordReader reader(std::size_t{8} << 20);
    Result<std::vector<Slice>> records = feed(reader, stream, piece);
    ASSERT_TRUE(records);
    ASSERT_EQ(records->size(), sizes.size());
    for (std::size_t index = 0; index < sizes.size(); ++index) {
      EXPECT_EQ((*records)[index].text(), pattern(sizes[index])) << "record " << index << ", pieces of " << piece;
    }
    EXPECT_TRUE(reader.idle());
  }
}

TEST(RecordReader, ReusedMemoryDoesNotChangeWhatWasShared) {
  RecordReader reader(1 << 20);
  std::vector<Slice> kept;
  for (int round = 0; round < 500; ++round) {
    const std::string record(700, static_cast<char>(round));
    Result<std::vector<Slice>> records = feed(reader, mark(record.size()) + record, 4096);
    ASSERT_TRUE(records);
    ASSERT_EQ(records->size(), 1U);
    if (round % 3 == 0) kept.push_back(records->front());
  }
  for (std::size_t index = 0; index < kept.size(); ++index) {
    EXPECT_EQ(kept[index].text(), std::string(700, static_cast<char>(index * 3)));
  }
}

TEST(RecordReader, PutsFragmentsTogether) {
  const std::string large = pattern(100'000);
  for (std::size_t piece : {std::size_t{1}, std::size_t{5}, std::size_t{100000}}) {
    RecordReader reader(1 << 20);
    const std::string stream = mark(3, false) + "abc" + mark(0, false) + mark(large.size(), false) + large +
                               mark(2, true) + "de" + mark(1, true) + "f";
    Result<std::vector<Slice>> records = feed(reader, stream, piece);
    ASSERT_TRUE(records);
    ASSERT_EQ(records->size(), 2U);
    EXPECT_EQ((*records)[0].text(), "abc" + large + "de");
    EXPECT_EQ((*records)[1].text(), "f");
  }
}

TEST(RecordReader, RefusesWhatIsOverTheLimitWhenItIsAnnounced) {
  RecordReader one(1000);
  EXPECT_EQ(feed(one, mark(1001), 4).error().number(), EPROTO);
  RecordReader many(1000);
  EXPECT_TRUE(feed(many, mark(600, false) + pattern(600), 100));
  EXPECT_EQ(feed(many, mark(401, false), 4).error().number(), EPROTO);
}

TEST(RecordReader, AnAnnouncedSizeAloneTakesLittleMemory) {
  RecordReader reader(std::size_t{1} << 30);
  ASSERT_TRUE(feed(reader, mark((std::size_t{1} << 30) - 1) + "x", 100));
  EXPECT_LE(reader.space().size(), std::size_t{2} << 20);
  EXPECT_FALSE(reader.idle());
}

}  // namespace
}  // namespace mortar
