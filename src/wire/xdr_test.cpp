#include "wire/xdr.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "wire/device_number.h"
#include "wire/file_operations.h"

namespace mortar {
namespace {

std::string hex(std::string_view bytes) {
  std::string text;
  for (unsigned char byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

TEST(Dictionary, EncodesAsTheSpecificationShows) {
  Dictionary counters;
  counters.set("link-count", std::int64_t{0});
  EXPECT_EQ(hex(encode_flat(counters)),
            "0000001c0000000100000001"
            "0000000b6c696e6b2d636f756e740000"
            "000000020000000000000000");
  EXPECT_EQ(hex(encode_flat(Dictionary())), "00000000ffffffff00000000");
}

TEST(DeviceNumber, GoesInTwoHalves) {
  EXPECT_EQ(device_on_the_wire(0x405), 0x4'0000'0005U);  // 4:5
  for (const std::uint64_t device : {0x0ULL, 0x405ULL, 0xffULL, 0x10'0000ULL, 0x1234'5678'9abc'def0ULL, ~0ULL}) {
    EXPECT_EQ(device_from_the_wire(device_on_the_wire(device)), device);
  }
}

TEST(Dictionary, EveryTypeComesBack) {
  Dictionary all;
  all.set("untyped", Untyped{Slice::copy("raw")});
  all.set("int", std::int64_t{-5});
  all.set("uint", std::uint64_t{5});
  all.set("double", 1.5);
  all.set_text("text", "hello");
  all.set_bytes("bytes", as_bytes("abc"));
  all.set("gfid", root_gfid);
  all.set("iatt", Iatt{.gfid = root_gfid, .size = 7});
  all.set("times", Times{{1, 2}, {3, 4}, {5, 6}});
  Dictionary back;
  ASSERT_TRUE(decode_whole(Slice::own(encode_flat(all)), back));
  EXPECT_EQ(back, all);
}

TEST(Dictionary, LegacyFormIsTextWithNul) {
  Dictionary request;
  request.set_text("max-op-version", "100000");
  request.set("min-op-version", std::int64_t{1});
  EXPECT_EQ(hex(encode_legacy(request)),
            "00000002"
            "0000000e000000076d61782d6f702d76657273696f6e0031303030303000"
            "0000000e000000026d696e2d6f702d76657273696f6e003100");
  Dictionary back;
  ASSERT_TRUE(decode_legacy(Slice::own(encode_legacy(request)), back));
  EXPECT_EQ(back.number("max-op-version"), 100000);
  EXPECT_EQ(back.text("min-op-version"), "1");
}

TEST(Xdr, EveryOperationComesBackAndEveryTruncationIsRefused) {
  fop::for_each_operation([]<class Operation>() {
    Operation request;
    if constexpr (requires { request.xdata; }) request.xdata.set_text("key", "value");
    const std::string wire = encode_flat(request);
    Operation back;
    ASSERT_TRUE(decode_whole(Slice::own(wire), back)) << Operation::name_of_operation;
    EXPECT_EQ(back, request) << Operation::name_of_operation;
    if constexpr (!requires { request.data; }) {
      for (std::size_t size = 0; size < wire.size(); ++size) {
        Operation cut;
        EXPECT_FALSE(decode_whole(Slice::own(wire.substr(0, size)), cut)) << Operation::name_of_operation;
      }
    }
    typename Operation::Reply reply;
    typename Operation::Reply reply_back;
    ASSERT_TRUE(decode_whole(Slice::own(encode_flat(reply)), reply_back)) << Operation::name_of_operation;
    EXPECT_EQ(reply_back, reply);
  });
}

TEST(Xdr, DictionarySizeMustBeExact) {
  Dictionary one;
  one.set("a", std::int64_t{1});
  std::string wire = encode_flat(one);
  wire[3] = static_cast<char>(wire[3] - 4);
  Dictionary back;
  EXPECT_FALSE(decode_whole(Slice::own(wire), back));
}

}  // namespace
}  // namespace mortar
