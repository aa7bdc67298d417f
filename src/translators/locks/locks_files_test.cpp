// What locks do to other operations: mandatory locks and removals.
#include "translators/locks/locks_test_support.h"
#include "wire/lock_domains.h"
#include "wire/own_keys.h"

namespace mortar {
namespace {

using testing::ask;
using testing::call_of;
using testing::LocksTest;

const Gfid file = testing::locked_file;
const Gfid directory = testing::locked_directory;

// ---- mandatory locks

struct MandatoryLocksTest : LocksTest {
  MandatoryLocksTest(const char* mode = "forced", const char* fencing = "off")
      : LocksTest({{"mandatory-locking", mode}, {"enforce-mandatory-lock", fencing}}) {}
  fop::Write writing(std::uint32_t flags = 2) {
    return {.gfid = file, .fd = {.open = std::make_shared<Descriptor>(file, flags, false)}, .offset = 0, .size = 10};
  }
  fop::Read reading() {
    return {.gfid = file, .fd = {.open = std::make_shared<Descriptor>(file, 0, false)}, .offset = 0, .size = 10};
  }
};
TEST_F(MandatoryLocksTest, TransfersWaitForLocksOfOthers) {
  EXPECT_EQ(error_of(call_of(a), posix(now, write, 5, 1)), 0);
  EXPECT_EQ(error_of(call_of(a), writing()), 0);
  EXPECT_EQ(error_of(call_of(b, "o", -3), writing()), 0);
  EXPECT_EQ(error_of(call_of(b), writing(2 | open_flag::nonblock)), EAGAIN);
  EXPECT_EQ(error_of(call_of(b), fop::Truncate{.gfid = file, .size = 3}), EAGAIN);
  EXPECT_EQ(error_of(call_of(b), fop::Truncate{.gfid = file, .size = 6}), 0);
  EXPECT_EQ(error_of(call_of(b), fop::Open{.gfid = file, .flags = 2 | open_flag::truncate}), EAGAIN);
  EXPECT_EQ(error_of(call_of(b), fop::Open{.gfid = file, .flags = 2}), 0);
  auto writer = ask(board, call_of(b), writing());
  auto reader = ask(board, call_of(c), reading());
  auto abandoned = ask(board, call_of(c), reading());
  EXPECT_FALSE(writer->answered());
  EXPECT_FALSE(reader->answered());
  abandoned->abandon();
  EXPECT_EQ(error_of(call_of(a), posix(now, read, 5, 1)), 0);
  EXPECT_EQ(reader->error(), 0);
  EXPECT_FALSE(writer->answered());
  EXPECT_EQ(error_of(call_of(a), posix(now, unlock, 0, 0)), 0);
  EXPECT_EQ(writer->error(), 0);
}

TEST_F(MandatoryLocksTest, LookupsAndListingsBringNoContent) {
  fop::Lookup lookup{.parent = directory, .name = "n"};
  lookup.xdata.set(own_key::readable_content, std::uint64_t{4096});
  EXPECT_EQ(error_of(call_of(a), lookup), 0);
  EXPECT_FALSE(leaf.asked<fop::Lookup>().back().second.xdata.has(own_key::readable_content));
  fop::Readdirp readdirp{.gfid = directory};
  readdirp.xdata.set(own_key::listed_content, std::uint64_t{4096});
  EXPECT_EQ(error_of(call_of(a), readdirp), 0);
  EXPECT_FALSE(leaf.asked<fop::Readdirp>().back().second.xdata.has(own_key::listed_content));
}

struct FileMandatoryLocksTest : MandatoryLocksTest {
  FileMandatoryLocksTest() : MandatoryLocksTest("file") {}
};
TEST_F(FileMandatoryLocksTest, OnlyFilesWithTheModeAreProtected) {
  std::uint32_t mode = 0100644;
  leaf.answer<fop::Stat>([&mode](const Call& call, const fop::Stat&) -> Result<fop::Stat::Reply> {
    EXPECT_EQ(call.uid, 0U);
    fop::Stat::Reply reply;
    reply.iatt.mode = mode;
    return reply;
  });
  Call user = call_of(b);
  user.uid = 1000;
  EXPECT_EQ(error_of(call_of(a), posix(now, write, 0, 0)), 0);
  EXPECT_EQ(error_of(user, writing(2 | open_flag::nonblock)), 0);
  mode = 0102644;
  EXPECT_EQ(error_of(user, writing(2 | open_flag::nonblock)), EAGAIN);
  mode = 0102654;
  EXPECT_EQ(error_of(user, writing(2 | open_flag::nonblock)), 0);
  drop_all();
}

struct OptimalMandatoryLocksTest : MandatoryLocksTest {
  OptimalMandatoryLocksTest() : MandatoryLocksTest("optimal", "on") {
    leaf.answer<fop::Getxattr>([this](const Call&, const fop::Getxattr&) -> Result<fop::Getxattr::Reply> {
      if (!fenced) return failed(ENODATA);
      return fop::Getxattr::Reply{};
    });
  }
  bool fenced = false;
};
TEST_F(OptimalMandatoryLocksTest, OnlyMandatoryLocksStandAgainstTransfers) {
  EXPECT_EQ(error_of(call_of(a), posix(now, write, 0, 0)), 0);
  EXPECT_EQ(error_of(call_of(b), writing(2 | open_flag::nonblock)), 0);
  EXPECT_EQ(error_of(call_of(b), fop::Open{.gfid = file, .flags = 2 | open_flag::truncate}), 0);
  fop::Lk mandatory = posix(now, write, 0, 0);
  mandatory.xdata.set("glusterfs.lk.lkmode", std::uint64_t{1});
  EXPECT_EQ(error_of(call_of(a), mandatory), 0);
  EXPECT_EQ(error_of(call_of(b), writing(2 | open_flag::nonblock)), EAGAIN);
  EXPECT_EQ(error_of(call_of(b), fop::Open{.gfid = file, .flags = 2 | open_flag::truncate}), EAGAIN);
  drop_all();
}
TEST_F(OptimalMandatoryLocksTest, AFencedFileBelongsToTheHolderOfItsLock) {
  fenced = true;
  EXPECT_EQ(error_of(call_of(b), writing()), EBUSY);
  EXPECT_EQ(error_of(call_of(b), reading()), EAGAIN);
  EXPECT_EQ(error_of(call_of(a), posix(now, write, 0, 0)), 0);
  EXPECT_EQ(error_of(call_of(a), writing()), 0);
  EXPECT_EQ(error_of(call_of(b), writing()), EBUSY);
  EXPECT_EQ(error_of(call_of(b), posix(now, write, 0, 0)), 0);
  EXPECT_EQ(error_of(call_of(a), writing()), EBUSY);
  EXPECT_EQ(error_of(call_of(b), writing()), 0);
  drop_all();
}

TEST_F(LocksTest, FencingNeedsItsOptions) {
  Dictionary fence;
  fence.set_text("trusted.glusterfs.enforce-mandatory-lock", "1");
  EXPECT_EQ(error_of(call_of(a), fop::Setxattr{.gfid = file, .values = fence}), EINVAL);
  EXPECT_EQ(error_of(call_of(a), fop::Fremovexattr{.gfid = file, .name = "trusted.glusterfs.enforce-mandatory-lock"}),
            EINVAL);
}

// ---- removal

struct RemovalTest : LocksTest {
  RemovalTest() {
    leaf.answer<fop::Lookup>([this](const Call&, const fop::Lookup&) -> Result<fop::Lookup::Reply> {
      fop::Lookup::Reply reply;
      reply.iatt.gfid = file;
      reply.iatt.mode = 0100644;
      reply.iatt.links = links;
      return reply;
    });
    leaf.answer_later<fop::Unlink>([this](const Call&, const fop::Unlink&) { return unlinked.wait(); });
  }
  std::uint32_t links = 1;
  Completion<fop::Unlink::Reply> unlinked;
};
TEST_F(RemovalTest, WaitsForOthersAndRefusesThoseWhoComeMeanwhile) {
  EXPECT_EQ(error_of(call_of(a), range(now, write, 0, 0)), 0);
  auto unlink = ask(board, call_of(b), fop::Unlink{.parent = directory, .name = "n"});
  EXPECT_TRUE(leaf.asked<fop::Unlink>().empty());
  EXPECT_EQ(board.of<notice::InodelkContention>().size(), 1U);
  auto by_name = ask(board, call_of(c), range(wait, write, 0, 0));
  fop::Finodelk held{.gfid = file, .command = wait, .type = write, .domain = "d"};
  auto by_handle = ask(board, call_of(c), held);
  EXPECT_EQ(error_of(call_of(c, "o", -6), range(now, read, 0, 0, "heal")), 0);
  EXPECT_EQ(error_of(call_of(c, "o", -6), range(now, unlock, 0, 0, "heal")), 0);
  EXPECT_EQ(error_of(call_of(a), range(now, unlock, 0, 0)), 0);
  EXPECT_EQ(leaf.asked<fop::Unlink>().size(), 1U);
  EXPECT_FALSE(by_name->answered());
  EXPECT_FALSE(by_handle->answered());
  unlinked.complete(fop::Unlink::Reply{});
  run_ready();
  EXPECT_EQ(unlink->error(), 0);
  EXPECT_EQ(by_name->error(), ESTALE);
  EXPECT_EQ(by_handle->error(), 0);
  drop_all();
}
TEST_F(RemovalTest, WhoeverLeavesWaitsNoLongerAndKeepsItsLocks) {
  EXPECT_EQ(error_of(call_of(a), range(now, write, 0, 0)), 0);
  EXPECT_EQ(error_of(call_of(b), range(now, write, 0, 0, "other")), 0);
  auto unlink = ask(board, call_of(b), fop::Unlink{.parent = directory, .name = "n"});
  auto next = ask(board, call_of(c), range(wait, write, 0, 0, "other"));
  locks->client_leaves(*b);
  run_ready();
  EXPECT_EQ(unlink->error(), ENOTCONN);
  EXPECT_FALSE(next->answered());
  EXPECT_EQ(error_of(call_of(b), range(now, write, 0, 0, "third")), ENOTCONN);
  locks->client_gone(*b);
  run_ready();
  EXPECT_EQ(next->error(), 0);
  drop_all();
}
TEST_F(RemovalTest, ObjectsWithOtherNamesLiveOn) {
  links = 2;
  EXPECT_EQ(error_of(call_of(b), range(now, write, 0, 0)), 0);
  auto unlink = ask(board, call_of(b), fop::Unlink{.parent = directory, .name = "n"});
  auto by_name = ask(board, call_of(c), range(wait, write, 0, 0, "x"));
  EXPECT_FALSE(by_name->answered());
  unlinked.complete(fop::Unlink::Reply{});
  run_ready();
  EXPECT_EQ(by_name->error(), 0);
  drop_all();
}
TEST_F(RemovalTest, AnAbandonedRemovalLetsOthersGoOn) {
  EXPECT_EQ(error_of(call_of(a), range(now, write, 0, 0)), 0);
  auto unlink = ask(board, call_of(b), fop::Unlink{.parent = directory, .name = "n"});
  auto waiting = ask(board, call_of(c), range(wait, read, 0, 0, "x"));
  EXPECT_FALSE(waiting->answered());
  unlink->abandon();
  EXPECT_EQ(waiting->error(), 0);
  EXPECT_TRUE(leaf.asked<fop::Unlink>().empty());
  drop_all();
}
TEST_F(RemovalTest, WhoHasLockedTheNameDoesNotWaitForDistribute) {
  fop::Unlink unlink{.parent = directory, .name = "n"};
  unlink.xdata.set(own_key::names_locked, own_key::are_locked);
  EXPECT_EQ(error_of(call_of(a), range(now, write, 0, 0, lock_domain::move)), 0);
  EXPECT_EQ(error_of(call_of(b), unlink), EAGAIN);
  EXPECT_EQ(error_of(call_of(a), range(now, unlock, 0, 0, lock_domain::move)), 0);
  EXPECT_EQ(error_of(call_of(b), range(now, write, 0, 0, lock_domain::move)), 0);
  EXPECT_EQ(error_of(call_of(a), range(now, read, 0, 0, lock_domain::layout)), 0);
  auto removed = ask(board, call_of(b), unlink);
  EXPECT_EQ(leaf.asked<fop::Unlink>().size(), 1U);
  unlinked.complete(fop::Unlink::Reply{});
  run_ready();
  EXPECT_EQ(removed->error(), 0);
  drop_all();
}
TEST_F(RemovalTest, WhatAnotherCopyHasRemovedIsNotMovedAnyMore) {
  fop::Unlink unlink{.parent = directory, .name = "n"};
  unlink.xdata.set(own_key::names_locked, own_key::are_changed_elsewhere);
  EXPECT_EQ(error_of(call_of(a), range(now, write, 0, 0, lock_domain::move)), 0);
  auto removed = ask(board, call_of(b), unlink);
  EXPECT_EQ(leaf.asked<fop::Unlink>().size(), 1U);
  unlinked.complete(fop::Unlink::Reply{});
  run_ready();
  EXPECT_EQ(removed->error(), 0);
  drop_all();
}
TEST_F(LocksTest, WithoutLocksARemovalCostsNothingMore) {
  EXPECT_EQ(error_of(call_of(b), fop::Unlink{.parent = directory, .name = "n"}), 0);
  EXPECT_TRUE(leaf.asked<fop::Lookup>().empty());
}

}  // namespace
}  // namespace mortar
