// The bytes on disk, against values that stock wrote.
#include "translators/posix/acl_text.h"
#include "translators/posix/attribute_names.h"
#include "translators/posix/gfid2path.h"
#include "translators/posix/glob.h"
#include "translators/posix/handle_store.h"
#include "translators/posix/mdata.h"
#include "translators/posix/reserve.h"

#include <gtest/gtest.h>

namespace mortar::posix {
namespace {

TEST(PosixFormat, NamesAreRecordedAsStockDoes) {
  const NameRecord record = name_record(root_gfid, "f12");
  EXPECT_EQ(record.key, "trusted.gfid2path.22fbe90197a9be42");
  EXPECT_EQ(record.value, "00000000-0000-0000-0000-000000000001/f12");
  EXPECT_EQ(name_record(root_gfid, "e1").key, "trusted.gfid2path.b8bc2125a631d074");
  std::optional<RecordedName> parsed = parse_name_record(record.value);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->parent, root_gfid);
  EXPECT_EQ(parsed->name, "f12");
  for (const char* wrong : {"", "x", "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000001/",
                            "00000000-0000-0000-0000-000000000001/..", "00000000-0000-0000-0000-000000000001/a/b"}) {
    EXPECT_FALSE(parse_name_record(wrong)) << wrong;
  }
}

TEST(PosixFormat, TimesTakeFiftySevenBytes) {
  const Times times{.accessed = {3, 4}, .modified = {0x0102030405, 999'999'999}, .changed = {1, 2}};
  const auto bytes = encode_mdata(times);
  const std::string text(as_text(bytes));
  using namespace std::string_literals;
  EXPECT_EQ(text, "\1"s + std::string(8, '\0') + std::string(7, '\0') + "\1" + std::string(7, '\0') + "\2" +
                      "\0\0\0\1\2\3\4\5\0\0\0\0\x3b\x9a\xc9\xff"s + std::string(7, '\0') + "\3" + std::string(7, '\0') +
                      "\4");
  EXPECT_EQ(decode_mdata(bytes), times);
  EXPECT_FALSE(decode_mdata(as_bytes(text.substr(1))));
  EXPECT_FALSE(decode_mdata(as_bytes("\2" + text.substr(1))));
}

TEST(PosixFormat, DirectoryHandlesAreParsedStrictly) {
  const Gfid parent = *Gfid::parse("352072c4-ecd0-4111-ba38-40be7fb8fa20");
  const std::string text = "../../35/20/352072c4-ecd0-4111-ba38-40be7fb8fa20/name";
  EXPECT_EQ(directory_handle_text({parent, "name"}), text);
  EXPECT_EQ(parse_directory_handle(text), (DirectoryName{parent, "name"}));
  for (const char* wrong :
       {"", "/etc/passwd", "../../..", "../../35/20/352072c4-ecd0-4111-ba38-40be7fb8fa20/",
        "../../35/20/352072c4-ecd0-4111-ba38-40be7fb8fa20/..", "../../35/20/352072c4-ecd0-4111-ba38-40be7fb8fa20/a/b",
        "../../36/20/352072c4-ecd0-4111-ba38-40be7fb8fa20/name", "../.././35/352072c4-ecd0-4111-ba38-40be7fb8fa20/name",
        "../../35/20/352072C4-ecd0-4111-ba38-40be7fb8fa20/name"}) {
    EXPECT_FALSE(parse_directory_handle(wrong)) << wrong;
  }
}

TEST(PosixFormat, AclsGoBothWays) {
  const std::string text = "u::rwx,u:1000:r--,g::r-x,g:7:-w-,m::rwx,o::---";
  std::optional<std::string> binary = acl_binary(text);
  ASSERT_TRUE(binary);
  EXPECT_EQ(binary->size(), 4U + 6 * 8);
  EXPECT_EQ(acl_text(as_bytes(*binary)), text);
  EXPECT_EQ(acl_text(as_bytes(*acl_binary("other::r--\nuser::rw-,group::---"))), "u::rw-,g::---,o::r--");
  for (const char* wrong : {"", "nonsense", "u:x:rwx", "u::rwq", "m:5:rwx"}) EXPECT_FALSE(acl_binary(wrong)) << wrong;
  EXPECT_FALSE(acl_text(as_bytes("\2\0\0")));
  EXPECT_EQ(acl_text_of_mode(0755), "u::rwx,g::r-x,o::r-x");
}

TEST(PosixFormat, PatternsAreThoseOfTheShell) {
  EXPECT_TRUE(matches("trusted.*.dht", "trusted.glusterfs.dht"));
  EXPECT_TRUE(matches("a?c", "abc"));
  EXPECT_TRUE(matches("[a-c]x[!0-9]", "bxy"));
  EXPECT_FALSE(matches("[a-c]x[!0-9]", "bx5"));
  EXPECT_TRUE(matches("[", "["));
  EXPECT_TRUE(matches("*", ""));
  EXPECT_FALSE(matches("a*b", "acc"));
  EXPECT_FALSE(matches("", "a"));
}

TEST(PosixFormat, SomeAttributesAreTheBricksOwn) {
  EXPECT_TRUE(is_listed("user.a"));
  EXPECT_TRUE(is_listed("trusted.afr.dirty"));
  for (const char* own : {"trusted.gfid", "trusted.gfid2path.22fbe90197a9be42", "trusted.glusterfs.mdata",
                          "trusted.glusterfs.volume-id", "trusted.glusterfs.0000.xtime"}) {
    EXPECT_FALSE(is_listed(own)) << own;
  }
  EXPECT_TRUE(is_readable(true, "trusted.glusterfs.mdata"));
  EXPECT_FALSE(is_readable(false, "trusted.glusterfs.mdata"));
}

TEST(PosixFormat, TheReserveAndOtherBricksAreTakenOffTheSize) {
  FileSystemStatus status{.block_size = 4096, .fragment_size = 4096, .blocks = 1000, .free = 500, .available = 480};
  status.files = 100;
  PosixOptions options;
  options.reserve = PercentOrSize{-1, 1};
  EXPECT_EQ(reserved_blocks(status, options), 10U);
  options.reserve = PercentOrSize{-1, 4096 * 20 + 1};
  EXPECT_EQ(reserved_blocks(status, options), 21U);
  options.reserve = PercentOrSize{10, 0};
  options.shared_brick_count = 2;
  const VolumeStatus shown = shown_status(status, options);
  EXPECT_EQ(shown.blocks, 500U);
  EXPECT_EQ(shown.free, 200U);
  EXPECT_EQ(shown.available, 200U);
  EXPECT_EQ(shown.files, 50U);
  EXPECT_FALSE(reserve_is_reached(status, options));
  status.free = 100;
  EXPECT_TRUE(reserve_is_reached(status, options));
}

}  // namespace
}  // namespace mortar::posix
