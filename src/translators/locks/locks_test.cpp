#include "translators/locks/locks_test_support.h"

namespace mortar {
namespace {

using namespace std::chrono_literals;
using testing::ask;
using testing::call_of;
using testing::client_number;
using testing::LocksTest;

const Gfid file = testing::locked_file;
const Gfid directory = testing::locked_directory;

// ---- range locks

TEST_F(LocksTest, RangeLocksConflictWhereTheyOverlapAndOneWrites) {
  EXPECT_EQ(error_of(call_of(a), range(now, write, 10, 10)), 0);
  EXPECT_EQ(error_of(call_of(b), range(now, write, 19, 1)), EAGAIN);
  EXPECT_EQ(error_of(call_of(b), range(now, read, 0, 11)), EAGAIN);
  EXPECT_EQ(error_of(call_of(b), range(now, write, 20, 0)), 0);
  EXPECT_EQ(error_of(call_of(b), range(now, write, 0, 10)), 0);
  EXPECT_EQ(error_of(call_of(c), range(now, read, 5, 1, "another-domain")), 0);
  EXPECT_EQ(error_of(call_of(a), range(now, unlock, 10, 10)), 0);
  EXPECT_EQ(error_of(call_of(c), range(now, read, 10, 10)), 0);
  EXPECT_EQ(error_of(call_of(a), range(now, read, 10, 10)), 0);
  drop_all();
}

TEST_F(LocksTest, OneHolderNeverConflictsWithItselfAndUnlocksExactly) {
  EXPECT_EQ(error_of(call_of(a), range(now, write, 0, 0)), 0);
  EXPECT_EQ(error_of(call_of(a), range(now, write, 0, 100)), 0);
  EXPECT_EQ(error_of(call_of(a), range(now, write, 0, 100)), 0);
  EXPECT_EQ(error_of(call_of(a, "other owner"), range(now, write, 0, 100)), EAGAIN);
  EXPECT_EQ(error_of(call_of(a), range(now, unlock, 0, 50)), EINVAL);
  EXPECT_EQ(error_of(call_of(b), range(now, unlock, 0, 100)), EINVAL);
  EXPECT_EQ(error_of(call_of(a), range(now, unlock, 0, 100)), 0);
  EXPECT_EQ(error_of(call_of(a), range(now, unlock, 0, 100)), 0);
  EXPECT_EQ(error_of(call_of(a), range(now, unlock, 0, 100)), EINVAL);
  EXPECT_EQ(error_of(call_of(a), range(now, unlock, 0, 0)), 0);
}

TEST_F(LocksTest, ArgumentsAreChecked) {
  EXPECT_EQ(error_of(call_of(a), range(0, write, 0, 0)), EOPNOTSUPP);
  EXPECT_EQ(error_of(call_of(a), range(now, 3, 0, 0)), EINVAL);
  EXPECT_EQ(error_of(call_of(a), range(now, write, std::uint64_t{1} << 63, 0)), EINVAL);
  EXPECT_EQ(error_of(call_of(a), range(now, write, 0, std::uint64_t{1} << 63)), EINVAL);
  EXPECT_EQ(error_of(call_of(a, ""), range(now, write, 0, 0)), EINVAL);
  EXPECT_EQ(error_of(call_of(a, std::string(8, '\0')), range(now, write, 0, 0)), EINVAL);
  EXPECT_EQ(error_of(call_of(a), name(3, "n")), EINVAL);
  EXPECT_EQ(error_of(call_of(a), range(now, write, 0, 0, std::string(5000, 'd'))), ENAMETOOLONG);
  EXPECT_EQ(error_of(call_of(a), name(name_now, std::string(5000, 'n'))), ENAMETOOLONG);
  EXPECT_EQ(error_of(call_of(a), posix(3, write, 0, 0)), EOPNOTSUPP);
}

TEST_F(LocksTest, WaitersAreGrantedInOrder) {
  EXPECT_EQ(error_of(call_of(a), range(now, write, 0, 0)), 0);
  auto first = ask(board, call_of(b), range(wait, write, 0, 10));
  auto second = ask(board, call_of(c), range(wait, write, 5, 10));
  EXPECT_FALSE(first->answered());
  EXPECT_FALSE(second->answered());
  EXPECT_EQ(error_of(call_of(a), range(now, unlock, 0, 0)), 0);
  EXPECT_EQ(first->error(), 0);
  EXPECT_FALSE(second->answered());
  EXPECT_EQ(error_of(call_of(b), range(now, unlock, 0, 10)), 0);
  EXPECT_EQ(second->error(), 0);
  EXPECT_EQ(error_of(call_of(c), range(now, unlock, 5, 10)), 0);
}

TEST_F(LocksTest, NobodyOvertakesAWaiterUnlessItHoldsALockHere) {
  EXPECT_EQ(error_of(call_of(a), range(now, read, 0, 0)), 0);
  auto writer = ask(board, call_of(b), range(wait, write, 0, 0));
  EXPECT_EQ(error_of(call_of(c), range(now, read, 0, 0)), EAGAIN);
  auto reader = ask(board, call_of(c), range(wait, read, 0, 0));
  EXPECT_FALSE(reader->answered());
  EXPECT_EQ(error_of(call_of(a), range(wait, read, 0, 128)), 0);
  EXPECT_EQ(error_of(call_of(a), range(now, unlock, 0, 128)), 0);
  EXPECT_EQ(error_of(call_of(a), range(now, unlock, 0, 0)), 0);
  EXPECT_EQ(writer->error(), 0);
  EXPECT_FALSE(reader->answered());
  EXPECT_EQ(error_of(call_of(b), range(now, unlock, 0, 0)), 0);
  EXPECT_EQ(reader->error(), 0);
  drop_all();
}

// What b waits for behind a waiter is due once b holds something: else b's lock and the waiter block each other.
TEST_F(LocksTest, AHolderIsServedBeforeThoseWhoWaitForItsLock) {
  EXPECT_EQ(error_of(call_of(a), range(now, write, 50, 1)), 0);
  auto whole = ask(board, call_of(c), range(wait, write, 0, 0));
  auto small = ask(board, call_of(b), range(wait, write, 0, 10));
  EXPECT_FALSE(small->answered());
  auto other = ask(board, call_of(b), range(wait, write, 50, 1));
  EXPECT_EQ(small->error(), -1);
  EXPECT_EQ(error_of(call_of(a), range(now, unlock, 50, 1)), 0);
  // c came first and gets all; b's requests follow.
  EXPECT_EQ(whole->error() == 0 || (small->error() == 0 && other->error() == 0), true);
  drop_all();
}

TEST_F(LocksTest, AnAbandonedWaiterLeavesNothingAndLetsOthersPass) {
  EXPECT_EQ(error_of(call_of(a), range(now, read, 0, 0)), 0);
  auto writer = ask(board, call_of(b), range(wait, write, 0, 0));
  auto reader = ask(board, call_of(c), range(wait, read, 0, 0));
  EXPECT_FALSE(reader->answered());
  writer->abandon();
  EXPECT_EQ(reader->error(), 0);
  EXPECT_EQ(error_of(call_of(a), range(now, unlock, 0, 0)), 0);
  EXPECT_EQ(error_of(call_of(c), range(now, unlock, 0, 0)), 0);
}

TEST_F(LocksTest, AGrantNobodySawIsGivenBack) {
  EXPECT_EQ(error_of(call_of(a), range(now, write, 0, 0)), 0);
  Call call = call_of(b);
  fop::Inodelk waiting = range(wait, write, 0, 0);
  {
    Task<> waiter = [](Translator& top, const Call& by, const fop::Inodelk& lock) -> Task<> {
      auto reply = co_await tried(top.perform(by, lock));
      co_return done;
    }(board, call, waiting);
    TaskSet set;
    set.start(std::move(waiter));
    run_ready();
    // Unlocks by hand, so that the waiter is granted but not yet resumed when its task dies.
    Call by = call_of(a);
    fop::Inodelk off = range(now, unlock, 0, 0);
    set.start([](Translator& top, const Call& holder, const fop::Inodelk& lock) -> Task<> {
      auto reply = co_await tried(top.perform(holder, lock));
      co_return done;
    }(board, by, off));
  }
  run_ready();
  EXPECT_EQ(dump(), "objects=0\nlocks=0\n");
}

TEST_F(LocksTest, AClientThatGoesLosesWhatItHasAndWaitsFor) {
  EXPECT_EQ(error_of(call_of(a), range(now, write, 0, 0)), 0);
  EXPECT_EQ(error_of(call_of(a), name(name_now, std::nullopt)), 0);
  EXPECT_EQ(error_of(call_of(a), posix(now, write, 0, 0)), 0);
  auto waits_range = ask(board, call_of(b), range(wait, write, 0, 0));
  auto waits_name = ask(board, call_of(b), name(name_wait, "n"));
  auto waits_posix = ask(board, call_of(b), posix(wait, write, 0, 0));
  auto next_range = ask(board, call_of(c), range(wait, write, 0, 0));
  auto next_name = ask(board, call_of(c), name(name_wait, "n"));
  auto next_posix = ask(board, call_of(c), posix(wait, write, 0, 0));
  locks->client_gone(*b);
  run_ready();
  EXPECT_EQ(waits_range->error(), ENOTCONN);
  EXPECT_EQ(waits_name->error(), ENOTCONN);
  EXPECT_EQ(waits_posix->error(), ENOTCONN);
  EXPECT_FALSE(next_range->answered());
  locks->client_gone(*a);
  run_ready();
  EXPECT_EQ(next_range->error(), 0);
  EXPECT_EQ(next_name->error(), 0);
  EXPECT_EQ(next_posix->error(), 0);
  EXPECT_EQ(error_of(call_of(a), range(now, write, 0, 0)), ENOTCONN);
  EXPECT_EQ(error_of(call_of(a), name(name_wait, "n")), ENOTCONN);
  EXPECT_EQ(error_of(call_of(a), posix(wait, write, 0, 0)), ENOTCONN);
  drop_all();
}

TEST_F(LocksTest, MetadataLocksOfReplicationDoNotMeetLocksToTheEnd) {
  EXPECT_EQ(error_of(call_of(a), range(now, write, 0, 0)), 0);
  EXPECT_EQ(error_of(call_of(b), range(now, write, 0x7ffffffffffffffe, 0)), 0);
  EXPECT_EQ(error_of(call_of(c), range(now, write, 0x7ffffffffffffffe, 0)), EAGAIN);
  EXPECT_EQ(error_of(call_of(b), range(now, unlock, 0x7ffffffffffffffe, 0)), 0);
  drop_all();
}

// ---- name locks

TEST_F(LocksTest, NamesConflictWithThemselvesAndWithAllNames) {
  EXPECT_EQ(error_of(call_of(a), name(name_now, "one")), 0);
  EXPECT_EQ(error_of(call_of(b), name(name_now, "one")), EAGAIN);
  EXPECT_EQ(error_of(call_of(b), name(name_now, "two")), 0);
  EXPECT_EQ(error_of(call_of(b), name(name_now, std::nullopt)), EAGAIN);
  EXPECT_EQ(error_of(call_of(c), name(name_now, std::nullopt, "other")), 0);
  EXPECT_EQ(error_of(call_of(a), name(name_now, "one")), 0);
  EXPECT_EQ(error_of(call_of(a), name(name_unlock, "one")), 0);
  EXPECT_EQ(error_of(call_of(b), name(name_now, "one")), EAGAIN);
  EXPECT_EQ(error_of(call_of(a), name(name_unlock, "one")), 0);
  EXPECT_EQ(error_of(call_of(a), name(name_unlock, "one")), EINVAL);
  EXPECT_EQ(error_of(call_of(b), name(name_now, std::nullopt)), 0);
  EXPECT_EQ(error_of(call_of(a), name(name_now, "three")), EAGAIN);
  EXPECT_EQ(error_of(call_of(b), name(name_now, std::string(257, 'x'))), 0);
  drop_all();
}

TEST_F(LocksTest, NameWaitersAreGrantedInOrder) {
  EXPECT_EQ(error_of(call_of(a), name(name_now, "one")), 0);
  auto all = ask(board, call_of(b), name(name_wait, std::nullopt));
  auto two = ask(board, call_of(c), name(name_wait, "two"));
  EXPECT_FALSE(two->answered());
  EXPECT_EQ(error_of(call_of(a), name(name_now, std::nullopt)), 0);
  EXPECT_EQ(error_of(call_of(a), name(name_unlock, std::nullopt)), 0);
  EXPECT_EQ(error_of(call_of(a), name(name_unlock, "one")), 0);
  EXPECT_EQ(all->error(), 0);
  EXPECT_FALSE(two->answered());
  EXPECT_EQ(error_of(call_of(b), name(name_unlock, std::nullopt)), 0);
  EXPECT_EQ(two->error(), 0);
  EXPECT_EQ(error_of(call_of(c), name(name_unlock, "two")), 0);
}

// ---- notices

TEST_F(LocksTest, HoldersHearOfContentionOnceADelay) {
  EXPECT_EQ(error_of(call_of(a, "owner-a", 7), range(now, write, 0, 0)), 0);
  EXPECT_EQ(error_of(call_of(b), range(now, write, 5, 1)), EAGAIN);
  EXPECT_EQ(error_of(call_of(b), range(now, write, 5, 1)), EAGAIN);
  auto notices = board.of<notice::InodelkContention>();
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_EQ(notices[0].client, 1U);
  EXPECT_EQ(notices[0].gfid, file);
  EXPECT_EQ(notices[0].held.type, Flock::write);
  EXPECT_EQ(notices[0].held.length, 0U);
  EXPECT_EQ(notices[0].pid, 7U);
  EXPECT_EQ(notices[0].domain, "v-replicate-0");
  simulation.run_for(6s);
  auto waiting = ask(board, call_of(b), range(wait, write, 5, 1));
  EXPECT_EQ(board.of<notice::InodelkContention>().size(), 2U);
  waiting->abandon();
  EXPECT_EQ(error_of(call_of(a), name(name_now, "one")), 0);
  EXPECT_EQ(error_of(call_of(b), name(name_now, std::nullopt)), EAGAIN);
  auto of_names = board.of<notice::EntrylkContention>();
  ASSERT_EQ(of_names.size(), 1U);
  EXPECT_EQ(of_names[0].name, "one");
  EXPECT_EQ(of_names[0].type, 1U);
  drop_all();
}

TEST_F(LocksTest, TheNextHolderHearsOfThoseBehindIt) {
  EXPECT_EQ(error_of(call_of(a), range(now, write, 0, 0)), 0);
  auto second = ask(board, call_of(b), range(wait, write, 0, 0));
  auto third = ask(board, call_of(c), range(wait, write, 0, 0));
  board.notices.clear();
  EXPECT_EQ(error_of(call_of(a), range(now, unlock, 0, 0)), 0);
  auto notices = board.of<notice::InodelkContention>();
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_EQ(notices[0].client, 2U);
  third->abandon();
  drop_all();
}

// ---- POSIX locks

TEST_F(LocksTest, PosixLocksSplitJoinAndReplace) {
  EXPECT_EQ(error_of(call_of(a), posix(now, write, 0, 100)), 0);
  EXPECT_EQ(error_of(call_of(a), posix(now, unlock, 40, 20)), 0);
  EXPECT_EQ(error_of(call_of(b), posix(now, write, 40, 20)), 0);
  EXPECT_EQ(error_of(call_of(b), posix(now, write, 39, 1)), EAGAIN);
  auto get = ask(board, call_of(c), posix(0, write, 30, 60));
  ASSERT_EQ(get->error(), 0);
  EXPECT_EQ(get->reply().flock.start, 0U);
  EXPECT_EQ(get->reply().flock.length, 40U);
  EXPECT_EQ(get->reply().flock.type, Flock::write);
  EXPECT_EQ(get->reply().flock.pid, 42U);
  EXPECT_EQ(get->reply().flock.owner, "owner");
  EXPECT_EQ(error_of(call_of(b), posix(now, unlock, 0, 0)), 0);
  EXPECT_EQ(error_of(call_of(a), posix(now, write, 40, 20)), 0);
  get = ask(board, call_of(c), posix(0, read, 99, 1));
  EXPECT_EQ(get->reply().flock.length, 100U);
  EXPECT_EQ(error_of(call_of(a), posix(now, read, 0, 0)), 0);
  EXPECT_EQ(error_of(call_of(c), posix(now, read, 0, 0)), 0);
  get = ask(board, call_of(c), posix(0, read, 0, 0));
  EXPECT_EQ(get->reply().flock.type, Flock::unlock);
  auto active = ask(board, call_of(c), fop::GetActiveLocks{.gfid = file});
  EXPECT_EQ(active->reply().locks.elements.size(), 2U);
  EXPECT_EQ(active->reply().locks.elements[0].client, "client-1");
  drop_all();
}

TEST_F(LocksTest, NegativeLengthsEndBeforeTheStart) {
  EXPECT_EQ(error_of(call_of(a), posix(now, write, 100, static_cast<std::uint64_t>(-10))), 0);
  auto get = ask(board, call_of(b), posix(0, write, 0, 0));
  EXPECT_EQ(get->reply().flock.start, 90U);
  EXPECT_EQ(get->reply().flock.length, 10U);
  EXPECT_EQ(error_of(call_of(a), posix(now, write, 5, static_cast<std::uint64_t>(-10))), EINVAL);
  drop_all();
}

TEST_F(LocksTest, AWaitingUpgradeLetsGoOfWhatItHas) {
  EXPECT_EQ(error_of(call_of(a), posix(now, read, 0, 10)), 0);
  EXPECT_EQ(error_of(call_of(b), posix(now, read, 0, 10)), 0);
  auto first = ask(board, call_of(a), posix(wait, write, 0, 10));
  EXPECT_FALSE(first->answered());
  // a's read lock is gone, so b need not wait for it: without that both would wait for ever.
  EXPECT_EQ(error_of(call_of(b), posix(wait, write, 0, 10)), 0);
  EXPECT_FALSE(first->answered());
  EXPECT_EQ(error_of(call_of(b), posix(now, unlock, 0, 10)), 0);
  EXPECT_EQ(first->error(), 0);
  drop_all();
}

TEST_F(LocksTest, FlushGivesBackTheLocksOfItsOwner) {
  auto open = std::make_shared<Descriptor>(file, 2, false);
  EXPECT_EQ(error_of(call_of(a, "one"), posix(now, write, 0, 10, open)), 0);
  EXPECT_EQ(error_of(call_of(a, "two"), posix(now, write, 20, 10, open)), 0);
  EXPECT_EQ(error_of(call_of(a, "one"), fop::Flush{.gfid = file}), 0);
  EXPECT_EQ(leaf.asked<fop::Flush>().size(), 1U);
  EXPECT_EQ(error_of(call_of(b), posix(now, write, 0, 10)), 0);
  EXPECT_EQ(error_of(call_of(b), posix(now, write, 20, 10)), EAGAIN);
  EXPECT_EQ(error_of(call_of(a, ""), fop::Flush{.gfid = file}), 0);
  EXPECT_EQ(error_of(call_of(b), posix(now, write, 20, 10)), 0);
  drop_all();
}

TEST_F(LocksTest, ReleaseGivesBackTheLocksOfTheOpenFile) {
  auto open = std::make_shared<Descriptor>(file, 2, false);
  auto another = std::make_shared<Descriptor>(file, 2, false);
  EXPECT_EQ(error_of(call_of(a, "one"), posix(now, write, 0, 10, open)), 0);
  EXPECT_EQ(error_of(call_of(a, "two"), posix(now, write, 20, 10, another)), 0);
  EXPECT_EQ(error_of(call_of(a, "one"), fop::Release{.gfid = file, .fd = {.open = open}}), 0);
  EXPECT_EQ(error_of(call_of(b), posix(now, write, 0, 10)), 0);
  EXPECT_EQ(error_of(call_of(b), posix(now, write, 20, 10)), EAGAIN);
  drop_all();
}

TEST_F(LocksTest, TheTypeOfAnUnlockTellsWhetherTheFileHasMore) {
  auto open = std::make_shared<Descriptor>(file, 2, false);
  EXPECT_EQ(error_of(call_of(a), posix(now, write, 0, 10, open)), 0);
  auto part = ask(board, call_of(a), posix(now, unlock, 0, 5, open));
  EXPECT_EQ(part->reply().flock.type, Flock::read);
  auto rest = ask(board, call_of(a), posix(now, unlock, 5, 5, open));
  EXPECT_EQ(rest->reply().flock.type, Flock::unlock);
}

// ---- counts in replies

TEST_F(LocksTest, RepliesTellCounts) {
  EXPECT_EQ(error_of(call_of(a), range(now, write, 0, 0)), 0);
  auto waiting = ask(board, call_of(b), range(wait, write, 0, 0));
  EXPECT_EQ(error_of(call_of(a), range(now, write, 0, 0, "heal")), 0);
  EXPECT_EQ(error_of(call_of(a), posix(now, write, 0, 1)), 0);
  EXPECT_EQ(error_of(call_of(a), name(name_now, "entry")), 0);
  leaf.answer<fop::Lookup>([](const Call&, const fop::Lookup& lookup) -> Result<fop::Lookup::Reply> {
    fop::Lookup::Reply reply;
    reply.iatt.gfid = lookup.name == "entry" ? file : directory;
    return reply;
  });
  Dictionary wanted;
  wanted.set("glusterfs.inodelk-count", std::uint64_t{0});
  wanted.set("glusterfs.posixlk-count", std::uint64_t{0});
  wanted.set("glusterfs.entrylk-count", std::uint64_t{0});
  wanted.set("glusterfs.parent-entrylk", std::uint64_t{0});
  wanted.set("glusterfs.multi-dom-lk-cnt-req", std::uint64_t{0});
  wanted.set("glusterfs.inodelk-dom-prefix:heal", std::uint64_t{0});
  auto lookup = ask(board, call_of(c), fop::Lookup{.parent = directory, .name = "entry", .xdata = wanted});
  const Dictionary& told = lookup->reply().xdata;
  EXPECT_EQ(told.number("glusterfs.inodelk-count"), 3);
  EXPECT_EQ(told.number("glusterfs.posixlk-count"), 1);
  EXPECT_EQ(told.number("glusterfs.entrylk-count"), 0);
  EXPECT_EQ(told.number("glusterfs.parent-entrylk"), 1);
  EXPECT_EQ(told.number("glusterfs.inodelk-dom-prefix:heal"), 1);

  Dictionary domain;
  domain.set_text("glusterfs.inodelk-dom-count", "v-replicate-0");
  auto written = ask(board, call_of(a), fop::Write{.gfid = file, .xdata = domain});
  EXPECT_EQ(written->reply().xdata.number("glusterfs.inodelk-count"), 2);
  domain.set_text("glusterfs.inodelk-dom-count", "nobody");
  auto stat = ask(board, call_of(a), fop::Fstat{.gfid = file, .xdata = domain});
  EXPECT_EQ(stat->reply().xdata.number("glusterfs.inodelk-count"), 0);
  auto made = ask(board, call_of(a), fop::Mkdir{.parent = directory, .name = "d", .xdata = wanted});
  EXPECT_EQ(made->reply().xdata.number("glusterfs.entrylk-count"), 1);
  auto plain = ask(board, call_of(a), fop::Write{.gfid = file});
  EXPECT_TRUE(plain->reply().xdata.empty());
  waiting->abandon();
  drop_all();
}

// ---- clear-locks and lock migration

struct ClearLocksTest : LocksTest {
  ClearLocksTest() {
    leaf.answer<fop::Getxattr>([](const Call&, const fop::Getxattr& get) -> Result<fop::Getxattr::Reply> {
      if (get.name != "trusted.glusterfs.pathinfo") return failed(ENODATA);
      fop::Getxattr::Reply reply;
      reply.values.set_text(get.name, "<POSIX(/data/arb/b1):server1:/data/arb/b1/lockme>");
      return reply;
    });
  }
  std::string clear(const std::string& name, const Gfid& gfid = file) {
    auto question = ask(board, call_of(c), fop::Getxattr{.gfid = gfid, .name_given = 1, .name = name});
    if (question->error() != 0) return std::to_string(question->error());
    return std::string(question->reply().values.text(name).value_or("?"));
  }
};

TEST_F(ClearLocksTest, TellsWhatItCleared) {
  EXPECT_EQ(error_of(call_of(a), posix(now, write, 0, 1)), 0);
  EXPECT_EQ(clear("glusterfs.clrlk.tposix.kblocked"), "No locks cleared.");
  auto waiting = ask(board, call_of(b), posix(wait, write, 0, 1));
  EXPECT_EQ(clear("glusterfs.clrlk.tposix.kblocked"), "server1:/data/arb/b1/: posix blocked locks=1 granted locks=0");
  EXPECT_EQ(waiting->error(), EINTR);
  EXPECT_EQ(clear("glusterfs.clrlk.tposix.kgranted"), "server1:/data/arb/b1/: posix blocked locks=0 granted locks=1");
  EXPECT_EQ(clear("glusterfs.clrlk.tposix.kgranted"), "No locks cleared.");

  EXPECT_EQ(error_of(call_of(a), range(now, write, 7, 1)), 0);
  auto second = ask(board, call_of(b), range(wait, write, 7, 1));
  EXPECT_EQ(clear("glusterfs.clrlk.tinode.kall.0,7-2"), "No locks cleared.");
  EXPECT_EQ(clear("glusterfs.clrlk.tinode.kall.0,7-1"), "server1:/data/arb/b1/: inode blocked locks=1 granted locks=1");
  EXPECT_EQ(second->error(), EAGAIN);

  EXPECT_EQ(error_of(call_of(a), name(name_now, "one.txt")), 0);
  auto third = ask(board, call_of(b), name(name_wait, "one.txt"));
  EXPECT_EQ(clear("glusterfs.clrlk.tentry.kgranted.two", directory), "No locks cleared.");
  EXPECT_EQ(clear("glusterfs.clrlk.tentry.kgranted.one.txt", directory),
            "server1:/data/arb/b1/: entry blocked locks=0 granted locks=1");
  EXPECT_EQ(third->error(), 0);
  drop_all();
}

TEST_F(ClearLocksTest, RefusesWhatItDoesNotUnderstand) {
  for (const char* text :
       {"glusterfs.clrlk.", "glusterfs.clrlk.tposix", "glusterfs.clrlk.tfile.kall", "glusterfs.clrlk.tposix.ksome",
        "glusterfs.clrlk.tposix.kall.7", "glusterfs.clrlk.kall.tposix", "glusterfs.clrlk.tinode.kall.0,-1-1",
        "glusterfs.clrlk.tinode.kall.0,9223372036854775807-9", "glusterfs.intrlk.tinode.kall"}) {
    EXPECT_EQ(clear(text), std::to_string(EINVAL)) << text;
  }
}

TEST_F(ClearLocksTest, InterruptsOnlyTheCallersProcess) {
  EXPECT_EQ(error_of(call_of(a), posix(now, write, 0, 1)), 0);
  auto other = ask(board, call_of(b, "o", 100), posix(wait, write, 0, 1));
  auto own = ask(board, call_of(c, "p", 100), posix(wait, write, 0, 1));
  clear("glusterfs.intrlk.tposix.kblocked");
  EXPECT_EQ(own->error(), EINTR);
  EXPECT_FALSE(other->answered());
  other->abandon();
  drop_all();
}

TEST_F(ClearLocksTest, LocksMoveToAnotherOpenFile) {
  auto old_file = std::make_shared<Descriptor>(file, 2, false);
  auto new_file = std::make_shared<Descriptor>(file, 2, false);
  const std::string key = "trusted.glusterfs.lockinfo";
  auto none =
      ask(board, call_of(a), fop::Fgetxattr{.gfid = file, .fd = {.open = old_file}, .name_given = 1, .name = key});
  EXPECT_TRUE(none->reply().values.empty());
  EXPECT_EQ(error_of(call_of(a), posix(now, write, 0, 1, old_file)), 0);
  auto asked =
      ask(board, call_of(a), fop::Fgetxattr{.gfid = file, .fd = {.open = old_file}, .name_given = 1, .name = key});
  ASSERT_EQ(asked->error(), 0);
  Dictionary values;
  values.set(key, *asked->reply().values.find(key));
  EXPECT_EQ(error_of(call_of(b), fop::Fsetxattr{.gfid = file, .fd = {.open = new_file}, .values = values}), 0);
  EXPECT_EQ(error_of(call_of(b), posix(now, read, 0, 1, new_file)), 0);
  EXPECT_EQ(error_of(call_of(a), posix(now, write, 0, 1, old_file)), EAGAIN);
  Dictionary nonsense;
  nonsense.set_text(key, "zzzzzzzz");
  EXPECT_EQ(error_of(call_of(b), fop::Fsetxattr{.gfid = file, .fd = {.open = new_file}, .values = nonsense}), EINVAL);
  drop_all();
}

// ---- bounds and revocation

struct BoundedLocksTest : LocksTest {
  BoundedLocksTest() : LocksTest({{"locks-per-client", "2"}, {"notify-contention", "off"}}) {}
};
TEST_F(BoundedLocksTest, AClientHasOnlySoMany) {
  EXPECT_EQ(error_of(call_of(a), range(now, write, 0, 1)), 0);
  EXPECT_EQ(error_of(call_of(a), posix(now, write, 0, 1)), 0);
  EXPECT_EQ(error_of(call_of(a), range(now, write, 5, 1)), ENOLCK);
  EXPECT_EQ(error_of(call_of(a), name(name_now, "n")), ENOLCK);
  EXPECT_EQ(error_of(call_of(b), name(name_now, "n")), 0);
  EXPECT_EQ(error_of(call_of(b), range(now, write, 0, 1)), EAGAIN);
  EXPECT_TRUE(board.notices.empty());
  drop_all();
}

struct RevokingLocksTest : LocksTest {
  RevokingLocksTest() : LocksTest({{"revocation-secs", "10"}, {"revocation-max-blocked", "2"}}) {}
};
TEST_F(RevokingLocksTest, OldLocksAreTakenAway) {
  EXPECT_EQ(error_of(call_of(a), range(now, write, 0, 0)), 0);
  EXPECT_EQ(error_of(call_of(b), range(now, write, 0, 0)), EAGAIN);
  simulation.run_for(11s);
  EXPECT_EQ(error_of(call_of(b), range(now, write, 0, 0)), 0);
  EXPECT_EQ(error_of(call_of(a), range(now, unlock, 0, 0)), EINVAL);
  auto first = ask(board, call_of(a), range(wait, write, 0, 0));
  auto second = ask(board, call_of(c, "x"), range(wait, write, 0, 0));
  auto third = ask(board, call_of(c, "y"), range(wait, write, 0, 0));
  EXPECT_EQ(first->error(), 0);
  EXPECT_FALSE(second->answered());
  drop_all();
}

// ---- the rest

TEST_F(LocksTest, DumpsWhatScriptsLookFor) {
  EXPECT_EQ(error_of(call_of(a, std::string(9, '\x1f')), range(now, write, 0, 0)), 0);
  auto waiting = ask(board, call_of(b, "o"), range(wait, read, 5, 5));
  const std::string text = dump();
  EXPECT_NE(text.find("[xlator.features.locks.v-locks.inode]\n"), text.npos);
  EXPECT_NE(text.find("inodelk-count=2\nlock-dump.domain.domain=v-replicate-0\n"
                      "inodelk.inodelk[0](ACTIVE)=type=WRITE, whence=0, start=0, len=0, pid = 100, "
                      "owner=1f1f1f1f1f1f1f1f-1f, client=0x1, connection-id=client-1, granted at "),
            text.npos)
      << text;
  EXPECT_NE(text.find("inodelk.inodelk[1](BLOCKED)=type=READ, whence=0, start=5, len=5, "), text.npos) << text;
  drop_all();
}

TEST_F(LocksTest, StoppingEndsAllWaits) {
  EXPECT_EQ(error_of(call_of(a), range(now, write, 0, 0)), 0);
  auto waiting = ask(board, call_of(b), range(wait, write, 0, 0));
  ASSERT_TRUE(simulation.run(locks->stop()));
  run_ready();
  EXPECT_EQ(waiting->error(), ENOTCONN);
  drop_all();
}

TEST(LocksOptions, AreChecked) {
  Simulation simulation(1);
  SimulatedWorld& world = simulation.add_host("server", "10.0.0.1").start_process("brick");
  VolumeSection section;
  section.name = "v-locks";
  section.set_option("mandatory-locking", "sometimes");
  EXPECT_FALSE(make_locks(world, section));
}

}  // namespace
}  // namespace mortar
