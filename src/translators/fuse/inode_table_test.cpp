#include "translators/fuse/inode_table.h"

#include <gtest/gtest.h>

namespace mortar::fuse {
namespace {

TEST(InodeTable, OneRecordForOneObject) {
  InodeTable table;
  const Gfid gfid = fixed_gfid(77);
  const InodePointer first = table.refer(gfid, InodeTable::root_number, "a");
  const InodePointer second = table.refer(gfid, InodeTable::root_number, "b");
  EXPECT_EQ(first, second);
  EXPECT_EQ(first->lookups, 2u);
  EXPECT_EQ(first->name, "b");
  EXPECT_EQ(table.find(first->number), first);
  EXPECT_EQ(table.find(gfid), first);
}

TEST(InodeTable, RemembersTheNamesThatTheKernelKnows) {
  InodeTable table;
  const Gfid gfid = fixed_gfid(77);
  const InodePointer inode = table.refer(gfid, 1, "a");
  table.refer(gfid, 1, "b");
  table.refer(gfid, 5, "a");
  table.refer(gfid, 1, "a");
  table.refer(gfid, 1, "a");
  EXPECT_EQ(inode->name, "a");
  EXPECT_EQ(inode->other_names, (std::vector<KnownName>{{5, "a"}, {1, "b"}}));
  for (const auto& [parent, name] : {std::pair(1, "a"), std::pair(1, "b"), std::pair(5, "a")}) {
    EXPECT_TRUE(inode->knows_name(static_cast<std::uint64_t>(parent), name));
  }
  table.renamed(*inode, {1, "b"}, {1, "c"});
  EXPECT_FALSE(inode->knows_name(1, "b"));
  EXPECT_TRUE(inode->knows_name(1, "a"));
  EXPECT_TRUE(inode->knows_name(1, "c"));
  table.renamed(*inode, {1, "c"}, {1, "a"});
  EXPECT_EQ(inode->name, "a");
  EXPECT_EQ(inode->other_names, (std::vector<KnownName>{{5, "a"}}));
}

TEST(InodeTable, KnowsWhichNamesItDoesNotRemember) {
  InodeTable table;
  const Gfid gfid = fixed_gfid(77);
  const InodePointer inode = table.refer(gfid, 1, "first");
  for (int link = 0; link < 100; ++link) table.refer(gfid, 1, "link" + std::to_string(link));
  EXPECT_EQ(inode->other_names.size(), Inode::most_other_names);
  EXPECT_TRUE(inode->knows_name(1, "first"));
  EXPECT_FALSE(inode->knows_name(1, "link99"));
}

TEST(InodeTable, GoesWithTheLastReference) {
  InodeTable table;
  const Gfid gfid = fixed_gfid(77);
  const std::uint64_t number = table.refer(gfid, InodeTable::root_number, "a")->number;
  table.refer(gfid, InodeTable::root_number, "a");
  table.forget(number, 1);
  EXPECT_NE(table.find(number), nullptr);
  table.forget(number, 1);
  EXPECT_EQ(table.find(number), nullptr);
  EXPECT_EQ(table.find(gfid), nullptr);
  EXPECT_EQ(table.size(), 1u);
  table.forget(number, 1);  // of what is gone: nothing happens
}

TEST(InodeTable, NumbersAreUsedAgainAndStayDense) {
  InodeTable table;
  std::uint64_t highest = 0;
  for (int round = 0; round < 1000; ++round) {
    const std::uint64_t number = table.refer(fixed_gfid(100), InodeTable::root_number, "a")->number;
    highest = std::max(highest, number);
    table.forget(number, 1);
  }
  EXPECT_EQ(highest, InodeTable::root_number + 1);
}

TEST(InodeTable, TheRootStays) {
  InodeTable table;
  table.forget(InodeTable::root_number, 1);
  ASSERT_NE(table.find(InodeTable::root_number), nullptr);
  EXPECT_TRUE(table.root()->gfid.is_root());
  EXPECT_EQ(table.find(std::uint64_t{0}), nullptr);
  EXPECT_EQ(table.find(std::uint64_t{12345}), nullptr);
}

TEST(InodeTable, AnotherObjectCanBeTheRoot) {
  InodeTable table;
  table.set_root(fixed_gfid(9));
  EXPECT_EQ(table.find(fixed_gfid(9)), table.root());
  EXPECT_EQ(table.find(root_gfid), nullptr);
}

}  // namespace
}  // namespace mortar::fuse
