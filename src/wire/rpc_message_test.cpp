#include "wire/rpc_message.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "wire/file_operations.h"
#include "wire/messages/callbacks.h"

namespace mortar {
namespace {

std::string hex(std::string_view bytes) {
  std::string text;
  for (unsigned char byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

std::string body_of(std::uint32_t flavour, const Identity& identity) {
  Encoder out;
  encode_credential(out, flavour, identity);
  return out.flat();
}

TEST(RpcMessage, StatfsOfTheRootIsTheWorkedExample) {
  Encoder out;
  encode_call(out, {.xid = 8,
                    .program = programs::operations,
                    .procedure = fop::Statfs::number,
                    .flavour = credential::glusterfs_3,
                    .identity = {}});
  encode(out, fop::Statfs{.gfid = root_gfid});
  EXPECT_EQ(hex(out.flat()),
            "00000008"
            "00000000"
            "00000002"
            "0013d005"
            "00000190"
            "0000000e"
            "0005f398"
            "00000028"
            "00000000"
            "00000000"
            "00000000"
            "00000000"
            "00000000"
            "0000000000000000"
            "00000000"
            "0000000400000000"
            "0000000000000000"
            "00000000000000000000000000000001"
            "00000000ffffffff00000000");
}

TEST(RpcMessage, CredentialsComeBack) {
  Identity identity{.pid = -6,
                    .uid = 1000,
                    .gid = 100,
                    .groups = {4, 5, 6},
                    .lock_owner = std::string("\x01\x00\x02owner", 8),
                    .stamps = 31,
                    .time = {1700000000, 999}};
  Identity back;
  ASSERT_TRUE(decode_credential(credential::glusterfs_3, Slice::own(body_of(credential::glusterfs_3, identity)), back));
  EXPECT_EQ(back, identity);
  identity.stamps = 0;
  identity.time = {};
  back = {};
  ASSERT_TRUE(decode_credential(credential::glusterfs_2, Slice::own(body_of(credential::glusterfs_2, identity)), back));
  EXPECT_EQ(back, identity);
}

TEST(RpcMessage, ACallerWithoutOwnerIsOwnedByItsPid) {
  Identity back;
  ASSERT_TRUE(
      decode_credential(credential::glusterfs_2, Slice::own(body_of(credential::glusterfs_2, {.pid = 444})), back));
  EXPECT_EQ(back.lock_owner, std::string("\xbc\x01\x00\x00", 4));
}

TEST(RpcMessage, GroupsGiveWayToTheOwnerAndTheCredentialStaysInItsLimit) {
  Identity identity{.groups = std::vector<std::uint32_t>(200, 7), .lock_owner = "8 bytes!"};
  for (auto [flavour, most] : {std::pair(credential::glusterfs_2, 87), std::pair(credential::glusterfs_3, 83)}) {
    const std::string body = body_of(flavour, identity);
    EXPECT_LE(body.size(), credential::largest);
    Identity back;
    ASSERT_TRUE(decode_credential(flavour, Slice::own(body), back));
    EXPECT_EQ(back.groups.size(), static_cast<std::size_t>(most));
    EXPECT_EQ(back.lock_owner, "8 bytes!");
  }
}

TEST(RpcMessage, CredentialsOfVersionOneAndUnixAreAccepted) {
  Encoder one;
  one.put_u64(0x0102030405060708);
  for (std::uint32_t word : {11, 12, 13, 2}) one.put_u32(word);
  for (std::uint32_t group = 0; group < 16; ++group) one.put_u32(group);
  Identity identity;
  ASSERT_TRUE(decode_credential(credential::glusterfs_1, Slice::own(one.flat()), identity));
  EXPECT_EQ(identity, (Identity{.pid = 11,
                                .uid = 12,
                                .gid = 13,
                                .groups = {0, 1},
                                .lock_owner = std::string("\x01\x02\x03\x04\x05\x06\x07\x08", 8)}));
  Encoder other;
  other.put_u32(99);
  other.put_opaque(as_bytes("host"));
  for (std::uint32_t word : {5, 6, 1, 7}) other.put_u32(word);
  identity = {};
  ASSERT_TRUE(decode_credential(credential::unix_ids, Slice::own(other.flat()), identity));
  EXPECT_EQ(identity, (Identity{.uid = 5, .gid = 6, .groups = {7}}));
}

TEST(RpcMessage, CredentialsThatBreakTheirLimitsAreRefused) {
  Identity identity;
  std::string body = body_of(credential::glusterfs_2, {.groups = {1}});
  EXPECT_FALSE(decode_credential(credential::glusterfs_2, Slice::own(body.substr(0, body.size() - 4)), identity));
  EXPECT_FALSE(decode_credential(credential::glusterfs_2, Slice::own(body + "more"), identity));
  body[15] = 127;  // groups
  EXPECT_FALSE(decode_credential(credential::glusterfs_2, Slice::own(body), identity));
  EXPECT_FALSE(decode_credential(credential::none, Slice::own(std::string(404, 'x')), identity));
  EXPECT_TRUE(decode_credential(77, Slice::own("anything"), identity));
}

TEST(RpcMessage, RepliesComeBack) {
  const std::vector<ReplyHeader> headers = {
      {.xid = 1},
      {.xid = 2, .status = AcceptStatus::program_mismatch},
      {.xid = 3, .status = AcceptStatus::garbage_arguments},
      {.xid = 4, .denied = true, .refusal = Refusal::rpc_version, .reason = 2},
      {.xid = 5, .denied = true, .refusal = Refusal::authentication, .reason = 5},
  };
  for (const ReplyHeader& header : headers) {
    Encoder out;
    encode_reply(out, header);
    Decoder in(Slice::own(out.flat()));
    CallHeader call;
    ReplyHeader back;
    EXPECT_EQ(decode_header(in, call, back), RecordKind::reply);
    EXPECT_EQ(back, header);
  }
}

TEST(RpcMessage, OldAttributesAreAHundredBytes) {
  Iatt iatt{
      .gfid = root_gfid, .flags = iatt_all_valid, .inode = 1, .size = 5, .blocks = 8, .links = 2, .mode = 0100644};
  iatt.modified = {1700000000, 5};
  EXPECT_EQ(encode_flat(OldIatt::from(iatt)).size(), 100U);
  EXPECT_EQ(OldIatt::from(iatt).iatt(), iatt);
}

}  // namespace
}  // namespace mortar
