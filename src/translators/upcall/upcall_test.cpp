#include "translators/upcall/upcall.h"

#include <gtest/gtest.h>

#include "simulation/simulation.h"
#include "translators/testing.h"

namespace mortar {
namespace {

using namespace std::chrono_literals;
using testing::ask;
using testing::call_of;
using testing::client_number;

const Gfid file = fixed_gfid(77), directory = fixed_gfid(78), other_directory = fixed_gfid(79);

struct UpcallTest : ::testing::Test {
  explicit UpcallTest(std::initializer_list<std::pair<const char*, const char*>> options = {
                          {"cache-invalidation", "on"}, {"cache-invalidation-timeout", "600"}}) {
    VolumeSection section;
    section.name = "v-upcall";
    for (auto [key, value] : options) section.set_option(key, value);
    upcall = *make_upcall(world, section);
    upcall->add_child(leaf);
    board.add_child(*upcall);
    leaf.answer<fop::Lookup>([this](const Call&, const fop::Lookup&) -> Result<fop::Lookup::Reply> {
      fop::Lookup::Reply reply;
      reply.iatt.gfid = file;
      reply.iatt.mode = 0100644;
      reply.iatt.links = links;
      return reply;
    });
  }
  template <class Operation>
  std::vector<notice::CacheInvalidation> notices_of(const Call& call, Operation operation) {
    board.notices.clear();
    EXPECT_EQ(ask(board, call, std::move(operation))->error(), 0);
    return board.of<notice::CacheInvalidation>();
  }
  template <class Operation>
  std::vector<std::uint32_t> flags_of(const Call& call, Operation operation) {
    std::vector<std::uint32_t> flags;
    for (const auto& notice : notices_of(call, std::move(operation))) flags.push_back(notice.flags);
    return flags;
  }

  static Task<fop::Attributes> stat_after(Completion<Done> gate) {
    co_await gate.wait();
    co_return fop::Attributes{};
  }

  using Flags = std::vector<std::uint32_t>;
  Simulation simulation{1};
  SimulatedWorld& world = simulation.add_host("server", "10.0.0.1").start_process("brick");
  testing::FakeLeaf leaf;
  testing::NoticeBoard board;
  std::unique_ptr<Translator> upcall;
  std::uint32_t links = 1;
  Call a = call_of(client_number(1)), b = call_of(client_number(2));
};

TEST_F(UpcallTest, WritesAreToldToOthersWhoLooked) {
  EXPECT_EQ(flags_of(a, fop::Stat{.gfid = file}), Flags{});
  EXPECT_EQ(flags_of(a, fop::Write{.gfid = file}), Flags{});
  leaf.answer<fop::Write>([](const Call&, const fop::Write&) -> Result<fop::Write::Reply> {
    fop::Write::Reply reply;
    reply.after.size = 6;
    return reply;
  });
  auto notices = notices_of(b, fop::Write{.gfid = file});
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_EQ(notices[0].client, 1U);
  EXPECT_EQ(notices[0].gfid, file);
  EXPECT_EQ(notices[0].flags, 0x18U);
  EXPECT_EQ(notices[0].expires_after, 600U);
  EXPECT_EQ(notices[0].iatt.size, 6U);
  EXPECT_EQ(flags_of(a, fop::Ftruncate{.gfid = file}), Flags{0x18});
}

TEST_F(UpcallTest, TellsWhatStockTells) {
  ask(board, a, fop::Lookup{.parent = directory, .name = "n"});
  ask(board, a, fop::Opendir{.gfid = directory});
  leaf.answer<fop::Setattr>([](const Call&, const fop::Setattr& set) -> Result<fop::Setattr::Reply> {
    fop::Setattr::Reply reply;
    reply.before.mode = 0100644;
    reply.after.mode = set.iatt.mode;
    return reply;
  });
  EXPECT_EQ(flags_of(b, fop::Setattr{.gfid = file, .iatt = {.mode = 0100600}}), Flags{0x45e});
  EXPECT_EQ(flags_of(b, fop::Setattr{.gfid = file, .iatt = {.mode = 0100644}}), Flags{0x5e});
  EXPECT_EQ(flags_of(b, fop::Create{.parent = directory, .name = "x"}), Flags{0x10});
  EXPECT_EQ(flags_of(b, fop::Mkdir{.parent = directory, .name = "x"}), Flags{0x10});
  EXPECT_EQ(flags_of(b, fop::Link{.gfid = file, .new_parent = directory, .new_name = "y"}), (Flags{0x211, 0x10}));
  leaf.answer<fop::Rename>([](const Call&, const fop::Rename&) -> Result<fop::Rename::Reply> {
    fop::Rename::Reply reply;
    reply.iatt.gfid = file;
    reply.new_parent_after.gfid = other_directory;
    reply.old_parent_after.gfid = directory;
    return reply;
  });
  auto renamed = notices_of(
      b, fop::Rename{.old_parent = directory, .new_parent = other_directory, .old_name = "n", .new_name = "m"});
  ASSERT_EQ(renamed.size(), 2U);
  EXPECT_EQ(renamed[0].flags, 0x280U);
  EXPECT_EQ(renamed[0].parent.gfid, other_directory);
  EXPECT_EQ(renamed[0].old_parent.gfid, directory);
  // Beyond stock: who knows the directory learns that its entries changed, whether it knew the object or not.
  EXPECT_EQ(renamed[1].gfid, directory);
  EXPECT_EQ(renamed[1].flags, 0x10U);
  links = 2;
  EXPECT_EQ(flags_of(b, fop::Unlink{.parent = directory, .name = "n"}), (Flags{0x211, 0x10}));
  links = 1;
  // The last name: everybody forgets the object, the remover too.
  EXPECT_EQ(flags_of(b, fop::Unlink{.parent = directory, .name = "n"}), (Flags{0x211, 0x100, 0x100, 0x10}));
  EXPECT_EQ(flags_of(a, fop::Write{.gfid = file}), Flags{});
}

TEST_F(UpcallTest, WhatARenameReplacesIsToldOf) {
  ask(board, a, fop::Stat{.gfid = file});
  leaf.answer<fop::Rename>([](const Call&, const fop::Rename&) -> Result<fop::Rename::Reply> {
    fop::Rename::Reply reply;
    reply.iatt.gfid = fixed_gfid(80);
    return reply;
  });
  auto notices =
      notices_of(b, fop::Rename{.old_parent = directory, .new_parent = directory, .old_name = "new", .new_name = "n"});
  ASSERT_EQ(notices.size(), 3U);
  EXPECT_EQ(notices[0].gfid, file);
  EXPECT_EQ(notices[0].flags, 0x211U);
  EXPECT_EQ(notices[0].client, 1U);
  EXPECT_EQ(notices[1].flags, 0x100U);
  EXPECT_EQ(notices[2].flags, 0x100U);
}

TEST_F(UpcallTest, WhatHealersLookAtTheyDoNotWatch) {
  Call healer = a;
  healer.pid = -6;
  ask(board, healer, fop::Stat{.gfid = file});
  EXPECT_EQ(flags_of(b, fop::Write{.gfid = file}), Flags{});
  // Who watches is told of what they change.
  EXPECT_NE(flags_of(healer, fop::Write{.gfid = file}), Flags{});
}

TEST_F(UpcallTest, OpeningWithTruncationIsAChange) {
  ask(board, a, fop::Stat{.gfid = file});
  EXPECT_EQ(flags_of(b, fop::Open{.gfid = file, .flags = open_flag::write_only}), Flags{});
  EXPECT_EQ(flags_of(b, fop::Open{.gfid = file, .flags = open_flag::write_only | open_flag::truncate}), Flags{0x18});
}

TEST_F(UpcallTest, AnAnswerThatAChangeOvertakesIsTakenBack) {
  Completion<Done> come_up;
  leaf.answer_later<fop::Stat>([&come_up](const Call&, const fop::Stat&) { return stat_after(come_up); });
  board.notices.clear();
  auto look = ask(board, a, fop::Stat{.gfid = file});
  auto look_at_other = ask(board, a, fop::Opendir{.gfid = directory});
  EXPECT_EQ(ask(board, b, fop::Write{.gfid = file})->error(), 0);
  EXPECT_TRUE(board.notices.empty()) << "nobody is known to watch";
  come_up.complete(done);
  run_ready();
  ASSERT_TRUE(look->answered());
  const auto notices = board.of<notice::CacheInvalidation>();
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_EQ(notices[0].client, 1U);
  EXPECT_EQ(notices[0].gfid, file);
  EXPECT_EQ(notices[0].flags, 0x100U);
}

TEST_F(UpcallTest, WhoIsAloneIsNotAskedWhatItRemoves) {
  ask(board, b, fop::Stat{.gfid = directory});
  EXPECT_EQ(flags_of(b, fop::Unlink{.parent = directory, .name = "n"}), Flags{});
  EXPECT_TRUE(leaf.asked<fop::Lookup>().empty());
  ask(board, a, fop::Stat{.gfid = directory});
  EXPECT_EQ(flags_of(b, fop::Unlink{.parent = directory, .name = "n"}), (Flags{0x100, 0x10}));
  EXPECT_EQ(leaf.asked<fop::Lookup>().size(), 1U);
}

TEST_F(UpcallTest, WhoIsNotToldAnyMoreIsToldSo) {
  ask(board, a, fop::Stat{.gfid = file});
  const auto reconfigured = [this](const char* key, const char* value) {
    board.notices.clear();
    VolumeSection section;
    section.set_option("cache-invalidation", "on");
    section.set_option(key, value);
    EXPECT_TRUE(upcall->reconfigure(section));
    return board.of<notice::CacheInvalidation>().size();
  };
  EXPECT_EQ(reconfigured("cache-invalidation-timeout", "700"), 0U);
  EXPECT_EQ(reconfigured("cache-invalidation-timeout", "60"), 1U);
  ask(board, a, fop::Stat{.gfid = file});
  EXPECT_EQ(reconfigured("cache-invalidation", "off"), 1U);
}

TEST_F(UpcallTest, WhatExpiresIsDropped) {
  for (std::uint8_t number = 1; number <= 100; ++number) ask(board, a, fop::Stat{.gfid = fixed_gfid(number)});
  simulation.run_for(601s);
  for (std::uint8_t number = 101; number <= 130; ++number) ask(board, a, fop::Stat{.gfid = fixed_gfid(number)});
  std::string state;
  upcall->dump_state(state);
  EXPECT_TRUE(state.contains("watchers=30\n")) << state;
  EXPECT_EQ(flags_of(b, fop::Write{.gfid = fixed_gfid(1)}), Flags{});
}

TEST_F(UpcallTest, OneOfSeveralCopiesOnlySaysThatSomethingChanged) {
  Dictionary names;
  names.set("trusted.afr.v-client-0", std::int64_t{0});
  EXPECT_EQ(ask(board, a, fop::Ipc{.operation = 2, .xdata = names})->error(), 0);
  ask(board, a, fop::Stat{.gfid = file});
  leaf.answer<fop::Write>([](const Call&, const fop::Write&) -> Result<fop::Write::Reply> {
    fop::Write::Reply reply;
    reply.after.size = 6;
    return reply;
  });
  const auto notices = notices_of(b, fop::Write{.gfid = file});
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_EQ(notices[0].flags, 0x2018U);
  EXPECT_EQ(notices[0].iatt, Iatt{});
}

TEST_F(UpcallTest, ChangedAttributesAreToldOnlyIfRegistered) {
  ask(board, a, fop::Stat{.gfid = file});
  Dictionary values;
  values.set_text("user.one", "1");
  values.set_text("trusted.x", "2");
  EXPECT_EQ(flags_of(b, fop::Setxattr{.gfid = file, .values = values}), Flags{});
  Dictionary names;
  names.set("user.*", std::int64_t{0});
  EXPECT_EQ(ask(board, a, fop::Ipc{.operation = 2, .xdata = names})->error(), 0);
  EXPECT_TRUE(leaf.asked<fop::Ipc>().empty());
  auto notices = notices_of(b, fop::Setxattr{.gfid = file, .values = values});
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_EQ(notices[0].flags, 0x400U);
  EXPECT_TRUE(notices[0].xattrs.has("user.one"));
  EXPECT_FALSE(notices[0].xattrs.has("trusted.x"));
  leaf.answer<fop::Removexattr>([](const Call&, const fop::Removexattr&) -> Result<fop::Removexattr::Reply> {
    fop::Removexattr::Reply reply;
    reply.xdata.set("virt-gf-poststat", Iatt{.gfid = file});
    return reply;
  });
  EXPECT_EQ(flags_of(b, fop::Removexattr{.gfid = file, .name = "user.one"}), Flags{0x810});
  EXPECT_EQ(flags_of(b, fop::Removexattr{.gfid = file, .name = "trusted.x"}), Flags{});
}

TEST_F(UpcallTest, OnlyTheFirstPendingCountIsTold) {
  ask(board, a, fop::Stat{.gfid = file});
  Dictionary names;
  names.set("trusted.afr.*", std::int64_t{0});
  ask(board, a, fop::Ipc{.operation = 2, .xdata = names});
  Dictionary added, stored;
  const std::string one("\0\0\0\1", 4), two("\0\0\0\2", 4), zero(4, '\0');
  stored.set_bytes("trusted.afr.v-client-0", as_bytes(one));
  leaf.answer<fop::Xattrop>([&](const Call&, const fop::Xattrop&) -> Result<fop::Xattrop::Reply> {
    fop::Xattrop::Reply reply;
    reply.values = stored;
    return reply;
  });
  added.set_bytes("trusted.afr.v-client-0", as_bytes(one));
  EXPECT_EQ(flags_of(b, fop::Xattrop{.gfid = file, .values = added}), Flags{0x400});
  stored.set_bytes("trusted.afr.v-client-0", as_bytes(two));
  EXPECT_EQ(flags_of(b, fop::Xattrop{.gfid = file, .values = added}), Flags{});
  added.set_bytes("trusted.afr.v-client-0", as_bytes(zero));
  stored.set_bytes("trusted.afr.v-client-0", as_bytes(zero));
  EXPECT_EQ(flags_of(b, fop::Xattrop{.gfid = file, .values = added}), Flags{});
}

TEST_F(UpcallTest, LooksExpire) {
  ask(board, a, fop::Stat{.gfid = file});
  simulation.run_for(601s);
  EXPECT_EQ(flags_of(b, fop::Write{.gfid = file}), Flags{});
}

TEST_F(UpcallTest, ClientsThatAreGoneAreNotTold) {
  ask(board, a, fop::Stat{.gfid = file});
  board.client_gone(*a.client);
  EXPECT_EQ(flags_of(b, fop::Write{.gfid = file}), Flags{});
}

TEST_F(UpcallTest, FailuresChangeNothing) {
  ask(board, a, fop::Stat{.gfid = file});
  leaf.answer<fop::Write>([](const Call&, const fop::Write&) -> Result<fop::Write::Reply> { return failed(ENOSPC); });
  board.notices.clear();
  EXPECT_EQ(ask(board, b, fop::Write{.gfid = file})->error(), ENOSPC);
  EXPECT_TRUE(board.notices.empty());
}

struct BoundedUpcallTest : UpcallTest {
  BoundedUpcallTest() : UpcallTest({{"cache-invalidation", "on"}, {"cache-invalidation-watchers", "2"}}) {}
};
TEST_F(BoundedUpcallTest, TheOldestIsForgottenAndSaysSo) {
  ask(board, a, fop::Stat{.gfid = file});
  ask(board, a, fop::Stat{.gfid = directory});
  ask(board, a, fop::Stat{.gfid = file});
  auto notices = notices_of(a, fop::Stat{.gfid = other_directory});
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_EQ(notices[0].gfid, directory);
  EXPECT_EQ(notices[0].flags, 0x100U);
}

struct UpcallOffTest : UpcallTest {
  UpcallOffTest() : UpcallTest({}) {}
};
TEST_F(UpcallOffTest, SaysNothing) {
  ask(board, a, fop::Stat{.gfid = file});
  EXPECT_EQ(flags_of(b, fop::Unlink{.parent = directory, .name = "n"}), Flags{});
  EXPECT_TRUE(leaf.asked<fop::Lookup>().empty());
  Dictionary names;
  names.set("user.*", std::int64_t{0});
  EXPECT_EQ(ask(board, a, fop::Ipc{.operation = 2, .xdata = names})->error(), 0);
}

}  // namespace
}  // namespace mortar
