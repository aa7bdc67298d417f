// What a session knows of its client for those who look from outside: open files, calls under way.
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "translator/calls_under_way.h"
#include "translators/server/descriptor_table.h"

namespace mortar {
namespace {

std::shared_ptr<Descriptor> opened(std::uint8_t file) {
  return std::make_shared<Descriptor>(fixed_gfid(file), open_flag::read_write, false);
}

TEST(DescriptorTable, TellsWhatIsOpenAndByWhom) {
  DescriptorTable table(8);
  EXPECT_EQ(table.first_free(), 0U);
  for (std::uint8_t file = 0; file < 4; ++file) EXPECT_EQ(table.add(opened(file), 100 + file), std::int64_t{file});
  EXPECT_NE(table.take(1), nullptr);
  EXPECT_NE(table.take(2), nullptr);
  EXPECT_EQ(table.take(2), nullptr);
  EXPECT_EQ(table.size(), 2U);
  EXPECT_EQ(table.places(), 4U);
  EXPECT_EQ(table.first_free(), 1U);
  std::string seen;
  table.for_each([&seen](std::size_t number, const std::shared_ptr<Descriptor>& descriptor, std::int32_t pid) {
    seen += std::to_string(number) + ":" + std::to_string(descriptor->gfid.bytes[15]) + ":" + std::to_string(pid) + " ";
  });
  EXPECT_EQ(seen, "0:0:100 3:3:103 ");
  EXPECT_EQ(table.add(opened(9), 7), 1);
  EXPECT_EQ(table.take_all().size(), 3U);
  EXPECT_EQ(table.size(), 0U);
  EXPECT_EQ(table.add(opened(9), 7), 0);
}

TEST(CallsUnderWay, EndInAnyOrder) {
  CallsUnderWay calls;
  Call call;
  std::optional<CallsUnderWay::Entry> lookup, read, write;
  lookup.emplace(calls, call, "LOOKUP", Moment{});
  read.emplace(calls, call, "READ", Moment{});
  write.emplace(calls, call, "WRITE", Moment{});
  const auto under_way = [&calls] {
    std::string names;
    calls.for_each([&names](const CallsUnderWay::Entry& entry) {
      names += std::string(entry.operation()) + std::to_string(entry.number()) + " ";
    });
    return names;
  };
  EXPECT_EQ(under_way(), "WRITE3 READ2 LOOKUP1 ");
  read.reset();
  EXPECT_EQ(under_way(), "WRITE3 LOOKUP1 ");
  write.reset();
  read.emplace(calls, call, "FLUSH", Moment{});
  lookup.reset();
  EXPECT_EQ(under_way(), "FLUSH4 ");
  read.reset();
  EXPECT_EQ(under_way(), "");
}

}  // namespace
}  // namespace mortar
