#include "translators/distribute/name_hash.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "translators/distribute/samples_test_support.h"

namespace mortar {
namespace {

using testing::hexadecimal;
using testing::sample_rows;

NameHash hash_with(std::string_view rsync, std::string_view extra = "") {
  Result<NameHash> hash = NameHash::make(rsync, extra);
  EXPECT_TRUE(hash) << hash.error().sentence();
  return hash ? *hash : NameHash();
}

TEST(NameHash, IsThatOfStock) {
  int seen = 0;
  for (const auto& row : sample_rows("hashes.tsv")) {
    ASSERT_EQ(row.size(), 2U);
    std::string text = row[1];
    if (const std::size_t star = text.find('*'); star != std::string::npos) {
      text = std::string(std::stoul(text), text.at(star + 1));
    }
    EXPECT_EQ(hash_bytes(text), hexadecimal(row[0])) << text;
    ++seen;
  }
  EXPECT_EQ(seen, 25);
}

TEST(NameHash, PlacesNamesAsStockDid) {
  const NameHash hash;
  int seen = 0;
  for (const auto& row : sample_rows("placements.tsv")) {
    ASSERT_EQ(row.size(), 5U);
    EXPECT_EQ(hash.hashed_part(row[1]), row[2]);
    EXPECT_EQ(hash(row[1]), hexadecimal(row[3])) << row[1];
    ++seen;
  }
  EXPECT_EQ(seen, 41);
}

TEST(NameHash, TheNameInsideATemporaryOneCounts) {
  const NameHash hash;
  EXPECT_EQ(hash.hashed_part(".file.AbCdEf"), "file");
  EXPECT_EQ(hash.hashed_part(".file.tar.gz.AbCdEf"), "file.tar.gz");
  EXPECT_EQ(hash.hashed_part("..x.y"), ".x");
  EXPECT_EQ(hash.hashed_part("...x"), ".");
  for (const char* whole : {"", ".", "..", "...", "..a", ".a", ".a.", ".a..", "a.b", "a.b.c", "/a/b", "file"}) {
    EXPECT_EQ(hash.hashed_part(whole), whole);
  }
  EXPECT_EQ(hash(".file.AbCdEf"), hash("file"));
}

TEST(NameHash, OptionsSayWhatIsHashed) {
  EXPECT_EQ(hash_with("none").hashed_part(".file.AbCdEf"), ".file.AbCdEf");
  EXPECT_EQ(hash_with("^(.+)~$").hashed_part("file~"), "file");
  EXPECT_EQ(hash_with("^(.+)~$").hashed_part(".file.AbCdEf"), ".file.AbCdEf");
  // The extra one comes first; where it finds nothing the other is asked.
  const NameHash both = hash_with("", "^(.+)-part[0-9]+$");
  EXPECT_EQ(both.hashed_part("film-part12"), "film");
  EXPECT_EQ(both.hashed_part(".film.Ab12cd"), "film");
  EXPECT_EQ(both.hashed_part(".film.x-part1"), ".film.x");
  EXPECT_EQ(hash_with("", "none").hashed_part(".a.b"), "a");
  // A group that is as long as the name, one that is empty, and none.
  EXPECT_EQ(hash_with("^(.*)$").hashed_part("name"), "name");
  EXPECT_EQ(hash_with("^x(y*)").hashed_part("xz"), "");
  EXPECT_EQ(hash_with("^xz$").hashed_part("xz"), "xz");
  EXPECT_EQ(hash_with("^(a)|b$").hashed_part("cb"), "cb");
}

TEST(NameHash, AnExpressionThatIsNoneIsAnError) {
  for (const auto& [rsync, extra, key] : {std::tuple{"(", "", "rsync-hash-regex"}, {"", "[a", "extra-hash-regex"}}) {
    const Result<NameHash> hash = NameHash::make(rsync, extra);
    ASSERT_FALSE(hash);
    EXPECT_EQ(hash.error().number(), EINVAL);
    EXPECT_TRUE(hash.error().sentence().starts_with(std::string("option ") + key)) << hash.error().sentence();
  }
}

TEST(NameHash, TheWayWithoutAnExpressionFindsTheSame) {
  // Not quite the text that is known, so that it is compiled.
  const NameHash compiled = hash_with(R"(^\.(.+)\.([^.]+)$)");
  const NameHash known;
  Random random(11);
  for (int round = 0; round < 20000; ++round) {
    std::string name(random.below(9), '.');
    for (char& letter : name) letter = "...ab\n\xe9 "[random.below(8)];
    ASSERT_EQ(known.hashed_part(name), compiled.hashed_part(name)) << name;
  }
}

}  // namespace
}  // namespace mortar
