// The protocol client and server together, over a simulated network.
#include "translators/client/protocol_test_support.h"

#include "base/join.h"
#include "base/random.h"

namespace mortar {
namespace {

using namespace testing;
using namespace std::chrono_literals;

TEST_F(Protocol, CarriesOperationsBothWays) {
  start_both();
  const Fd fd = open_file();
  fop::Write write;
  write.gfid = MemoryBrick::file();
  write.fd = fd;
  write.data.bytes = Slice::copy(std::string_view("hello"));
  write.size = 5;
  EXPECT_EQ(ask(write)->op_ret, 5);
  ASSERT_EQ(brick_->writes.size(), 1u);
  EXPECT_EQ(brick_->writes[0].fd.open->gfid, MemoryBrick::file());
  const Result<fop::Read::Reply> read = ask(fop::Read{MemoryBrick::file(), fd, 0, 100, 0, {}});
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->data.bytes.text(), "hello");
  EXPECT_EQ(read->op_errno, ENOENT);
}

TEST_F(Protocol, FailuresKeepTheirNumberAndWhatTheySaid) {
  start_both();
  fop::Lookup lookup;
  lookup.parent = root_gfid;
  lookup.name = "missing";
  const Result<fop::Lookup::Reply> reply = ask(lookup);
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().number(), ENOENT);
  ASSERT_NE(reply.error().extra(), nullptr);
  EXPECT_EQ(reply.error().extra()->number("link-count"), 7);
  lookup.name = "../etc";
  EXPECT_EQ(ask(lookup).error().number(), EPERM);
  lookup.name = "..";
  EXPECT_EQ(ask(lookup).error().number(), EINVAL);
}

TEST_F(Protocol, IdentityTravelsAndRootMayBeSquashed) {
  VolumeSection section = server_section();
  section.set_option("root-squash", "on");
  start_server(section);
  start_client();
  ASSERT_TRUE(until([this] { return top_->count<notice::ChildUp>() == 1; }));
  Call call;
  call.uid = 0;
  call.gid = 5;
  call.pid = internal_pid::self_heal;
  call.groups = {0, 7};
  call.lock_owner = "somebody";
  fop::Lookup root;
  root.gfid = root_gfid;
  ASSERT_TRUE(ask(root, call).has_value());
  EXPECT_EQ(brick_->last_call.uid, 65534u);
  EXPECT_EQ(brick_->last_call.gid, 5u);
  EXPECT_EQ(brick_->last_call.groups, (std::vector<std::uint32_t>{65534, 7}));
  EXPECT_EQ(brick_->last_call.lock_owner, "somebody");
  EXPECT_FALSE(brick_->last_call.client->trusted);
}

TEST_F(Protocol, ATrustedHealerIsNotSquashed) {
  VolumeSection server = server_section();
  server.set_option("root-squash", "on");
  VolumeSection client = client_section();
  client.set_option("username", "somebody");
  client.set_option("password", "secret");
  start_server(server);
  start_client(client);
  Call call;
  call.pid = internal_pid::self_heal;
  fop::Lookup root;
  root.gfid = root_gfid;
  ASSERT_TRUE(ask(root, call).has_value());
  EXPECT_TRUE(brick_->last_call.client->trusted);
  EXPECT_EQ(brick_->last_call.uid, 0u);
}

TEST_F(Protocol, WhatIsReleasedIsReleasedOnTheBrickAndItsNumberUsedAgain) {
  start_both();
  const Fd first = open_file();
  open_file();
  ASSERT_TRUE(ask(fop::Release{MemoryBrick::file(), first, {}}).has_value());
  ASSERT_TRUE(until([this] { return brick_->releases.size() == 1; }));
  const Fd third = open_file();
  EXPECT_EQ(third.open->contexts.get<RemoteFile>(nullptr), nullptr);
  EXPECT_EQ(third.remote, 0);
}

TEST_F(Protocol, ADisconnectGivesEverythingBack) {
  start_both();
  open_file();
  open_file();
  ask(fop::Opendir{root_gfid, {}});
  ASSERT_TRUE(simulation_.run(client_->stop()).has_value());
  ASSERT_TRUE(until([this] { return brick_->directory_releases == 1; }));
  EXPECT_EQ(brick_->releases.size(), 2u);
  ASSERT_EQ(brick_->flushes.size(), 2u);
  EXPECT_TRUE(brick_->flushes[0].first.lock_owner.empty());
  EXPECT_EQ(brick_->flushes[0].first.pid, 0);
  EXPECT_EQ(brick_->gone.size(), 1u);
}

// Whatever it is answered; both outlive it.
template <class Operation>
Task<> performed(Translator& client, const Call& call, const Operation& operation) {
  co_await client.perform(call, operation);
  co_return done;
}

TEST_F(Protocol, ABlockedLockDoesNotOutliveItsClient) {
  start_both();
  const Fd fd = open_file();
  Event granted;
  brick_->lock_waits_for = &granted;
  TaskSet waiting;
  fop::Lk lk = lock_of(fd, 0, 0);
  lk.command = 2;
  const Call call;
  bool answered = false;
  const auto wait = [](Translator& client, const Call& as, const fop::Lk& what, bool& out) -> Task<> {
    Result<fop::Lk::Reply> reply = co_await client.perform(as, what);
    out = !reply && reply.error().number() == ENOTCONN;
    co_return done;
  };
  waiting.start(wait(*client_, call, lk, answered));
  ASSERT_TRUE(until([this] { return brick_->locks.size() == 1; }));
  simulation_.network().cut_connections(server_host_, client_host_);
  ASSERT_TRUE(until([&] { return answered && !brick_->gone.empty(); }));
  EXPECT_EQ(server_->clients("/brick").size(), 0u);
}

// What it has locked is not another's before the change that was begun under the lock has ended.
TEST_F(Protocol, AChangeUnderWayOutlivesItsConnectionWithItsLocks) {
  start_both();
  const Fd fd = open_file();
  Event disk;
  brick_->write_waits_for = &disk;
  const fop::Write write{
      .gfid = MemoryBrick::file(), .fd = fd, .offset = 0, .size = 3, .xdata = {}, .data = {Slice::copy("abc")}};
  const Call call;
  TaskSet changing;
  changing.start(performed(*client_, call, write));
  ASSERT_TRUE(until([this] { return brick_->writes.size() == 1; }));
  simulation_.network().cut_connections(server_host_, client_host_);
  ASSERT_TRUE(until([this] { return !brick_->leaving.empty(); }));
  simulation_.run_for(1s);
  EXPECT_TRUE(brick_->gone.empty());
  disk.set();
  EXPECT_TRUE(until([this] { return !brick_->gone.empty(); }));
}

TEST_F(Protocol, AGrantThatNobodyWaitsForIsGivenBack) {
  start_both();
  const Fd fd = open_file();
  Event granted;
  brick_->lock_waits_for = &granted;
  fop::Lk lk = lock_of(fd, 3, 4);
  lk.command = 2;
  const Call call;
  TaskSet waiting;
  waiting.start(performed(*client_, call, lk));
  ASSERT_TRUE(until([this] { return brick_->locks.size() == 1; }));
  waiting.cancel();
  granted.set();
  ASSERT_TRUE(until([this] { return brick_->locks.size() == 2; }));
  EXPECT_EQ(brick_->locks[1].type, Flock::unlock);
  EXPECT_EQ(brick_->locks[1].flock.start, 3u);
}

TEST_F(Protocol, ASequenceIsOneCallAndEachStepIsInItsOwnName) {
  start_both();
  // With the first request goes a ping.
  ASSERT_TRUE(ask(fop::Stat{.gfid = MemoryBrick::file()}).has_value());
  const std::uint64_t before = calls_sent();
  const Sequence performed = perform_in_order(make_and_lock());
  EXPECT_EQ(calls_sent(), before + 1);
  ASSERT_EQ(performed.size(), 3u);
  for (const AnyStep& step : performed) EXPECT_TRUE(has_succeeded(step));
  EXPECT_EQ(brick_->last_call.uid, 1000u);
  ASSERT_EQ(brick_->inode_locks.size(), 1u);
  EXPECT_EQ(brick_->inode_locks[0].first.lock_owner, "hold");
  EXPECT_EQ(std::get<Step<fop::Xattrop>>(performed[2]).reply->values.text("count"), "1");
  // What it has made is open as by a call of its own.
  const Fd fd = std::get<Step<fop::Create>>(performed[0]).reply->fd;
  ASSERT_TRUE(ask(fop::Release{MemoryBrick::file(), fd, {}}).has_value());
  EXPECT_TRUE(until([this] { return brick_->releases.size() == 1; }));
}

TEST_F(Protocol, ASequenceEndsWithTheFirstFailure) {
  start_both();
  brick_->lock_fails = EAGAIN;
  const Sequence performed = perform_in_order(make_and_lock());
  EXPECT_TRUE(has_succeeded(performed[0]));
  EXPECT_EQ(std::get<Step<fop::Inodelk>>(performed[1]).reply.error().number(), EAGAIN);
  EXPECT_EQ(std::get<Step<fop::Xattrop>>(performed[2]).reply.error().number(), ECANCELED);
  EXPECT_TRUE(brick_->additions.empty());
}

TEST_F(Protocol, ASequenceThatWouldWaitForOthersIsNotBegun) {
  start_both();
  Sequence waits = make_and_lock();
  std::get<Step<fop::Inodelk>>(waits[1]).operation.command = 2;
  const Sequence performed = perform_in_order(std::move(waits));
  EXPECT_EQ(std::get<Step<fop::Create>>(performed[0]).reply.error().number(), EPROTO);
  EXPECT_TRUE(brick_->inode_locks.empty());
  const Sequence long_one(17, AnyStep(Step<fop::Xattrop>{}));
  EXPECT_FALSE(has_succeeded(perform_in_order(long_one)[0]));
}

TEST_F(Protocol, WithoutABrickASequenceIsNotBegun) {
  start_both();
  simulation_.network().partition(server_host_, client_host_);
  ASSERT_TRUE(until([this] { return top_->count<notice::ChildDown>() == 1; }));
  const Sequence performed = perform_in_order(make_and_lock());
  EXPECT_EQ(std::get<Step<fop::Create>>(performed[0]).reply.error().number(), ENOTCONN);
  EXPECT_EQ(std::get<Step<fop::Inodelk>>(performed[1]).reply.error().number(), ECANCELED);
}

TEST_F(Protocol, ALockOfASequenceThatNobodyWaitsForIsGivenBack) {
  start_both();
  Event goes_on;
  brick_->addition_waits_for = &goes_on;
  {
    TaskSet waiting;
    waiting.start(perform_unheard(make_and_lock()));
    ASSERT_TRUE(until([this] { return brick_->additions.size() == 1; }));
  }
  goes_on.set();
  EXPECT_TRUE(until([this] { return brick_->inode_locks.size() == 2; }));
  EXPECT_EQ(brick_->inode_locks[1].second.type, Flock::unlock);
  EXPECT_EQ(brick_->inode_locks[1].first.lock_owner, "hold");
}

TEST_F(Protocol, AfterAReconnectFilesAreOpenAndLocksHeldAgain) {
  start_both();
  const Fd fd = open_file(open_flag::read_write | open_flag::truncate | open_flag::append);
  ASSERT_TRUE(ask(lock_of(fd, 0, 100)).has_value());
  fop::Lk unlock = lock_of(fd, 10, 20);
  unlock.type = Flock::unlock;
  ASSERT_TRUE(ask(unlock).has_value());
  brick_->locks.clear();
  cut_and_wait();
  EXPECT_EQ(top_->count<notice::ChildDown>(), 1u);
  ASSERT_EQ(brick_->opens.size(), 2u);
  EXPECT_EQ(brick_->opens[1].flags, open_flag::read_write | open_flag::append);
  ASSERT_EQ(brick_->locks.size(), 2u);
  EXPECT_EQ(brick_->locks[0].flock.length, 10u);
  EXPECT_EQ(brick_->locks[1].flock.start, 30u);
  EXPECT_EQ(brick_->locks[1].flock.length, 70u);
  EXPECT_EQ(brick_->locks[1].command, 1u);
  EXPECT_TRUE(ask(fop::Read{MemoryBrick::file(), fd, 0, 100, 0, {}}).has_value());
}

TEST_F(Protocol, ALockGivenBackWithoutAConnectionIsNotTakenAgain) {
  start_both();
  const Fd fd = open_file();
  ASSERT_TRUE(ask(lock_of(fd, 0, 100)).has_value());
  brick_->locks.clear();
  simulation_.network().cut_connections(server_host_, client_host_);
  ASSERT_TRUE(until([this] { return top_->count<notice::ChildDown>() == 1; }));
  fop::Lk unlock = lock_of(fd, 0, 40);
  unlock.type = Flock::unlock;
  EXPECT_FALSE(ask(unlock).has_value());
  ASSERT_TRUE(until([this] { return top_->count<notice::ChildUp>() == 2; }));
  ASSERT_EQ(brick_->locks.size(), 1u);
  EXPECT_EQ(brick_->locks[0].flock.start, 40u);
}

TEST_F(Protocol, ALockGivenBackWhileItIsTakenAgainGoes) {
  start_both();
  const Fd fd = open_file();
  ASSERT_TRUE(ask(lock_of(fd, 0, 100)).has_value());
  brick_->locks.clear();
  simulation_.network().cut_connections(server_host_, client_host_);
  ASSERT_TRUE(until([this] { return brick_->locks.size() == 1; }));
  Call owner;
  owner.lock_owner = "owner";
  EXPECT_FALSE(ask(fop::Flush{MemoryBrick::file(), fd, {}}, owner).has_value());
  ASSERT_TRUE(until([this] { return top_->count<notice::ChildUp>() == 2; }));
  ASSERT_EQ(brick_->locks.size(), 2u);
  EXPECT_EQ(brick_->locks[1].type, Flock::unlock);
}

TEST_F(Protocol, ALockLostToAnotherMakesTheFileUnusable) {
  start_both();
  const Fd locked = open_file();
  const Fd other = open_file();
  ASSERT_TRUE(ask(lock_of(locked, 0, 0)).has_value());
  brick_->lock_fails = EAGAIN;
  cut_and_wait();
  EXPECT_EQ(ask(fop::Read{MemoryBrick::file(), locked, 0, 100, 0, {}}).error().number(), EBADFD);
  EXPECT_TRUE(ask(fop::Read{MemoryBrick::file(), other, 0, 100, 0, {}}).has_value());
}

TEST_F(Protocol, AFileThatCannotBeReopenedIsReadByGfidOnly) {
  start_both();
  const Fd fd = open_file();
  brick_->open_fails = ESTALE;
  cut_and_wait();
  EXPECT_TRUE(ask(fop::Read{MemoryBrick::file(), fd, 0, 100, 0, {}}).has_value());
  EXPECT_EQ(brick_->reads.back().fd.remote, Fd::anonymous);
  EXPECT_EQ(ask(fop::Ftruncate{MemoryBrick::file(), fd, 0, {}}).error().number(), EBADFD);
}

TEST_F(Protocol, WithoutABrickOperationsFailAtOnceAndTheClientComesBack) {
  start_client();
  fop::Lookup root;
  root.gfid = root_gfid;
  EXPECT_EQ(ask(root).error().number(), ENOTCONN);
  EXPECT_EQ(top_->count<notice::ChildDown>(), 1u);
  start_server();
  ASSERT_TRUE(until([this] { return top_->count<notice::ChildUp>() == 1; }));
  EXPECT_TRUE(ask(root).has_value());
}

TEST_F(Protocol, ARefusalIsFinalAndSaysWhy) {
  VolumeSection section = server_section();
  section.set_option("auth.addr./brick.allow", "192.168.*");
  start_server(section);
  start_client();
  ASSERT_TRUE(until([this] { return top_->count<notice::ChildRefused>() == 1; }));
  const auto& refused = std::get<notice::ChildRefused>(top_->notices.back());
  EXPECT_EQ(refused.number, EACCES);
  EXPECT_EQ(refused.sentence, "Authentication failed");
  simulation_.run_for(1min);
  EXPECT_EQ(top_->count<notice::ChildRefused>(), 1u);
}

TEST_F(Protocol, AnotherVolumesBrickIsRefused) {
  start_server();
  simulation_.run_for(1s);
  server_->set_volume_id("2773bd05-0a09-43d7-bd2b-a055320ee485");
  process_->volume_id = "00000000-0a09-43d7-bd2b-a055320ee485";
  start_client();
  simulation_.run_for(10s);
  EXPECT_EQ(top_->count<notice::ChildUp>(), 0u);
}

TEST_F(Protocol, NoticesOfTheBrickArriveAtTheClientTheyAreFor) {
  start_both();
  ASSERT_TRUE(ask(fop::Lookup{.gfid = root_gfid}).has_value());
  const std::size_t before = top_->count<notice::CacheInvalidation>();
  notice::CacheInvalidation invalidation;
  invalidation.client = brick_->last_call.client->number;
  invalidation.gfid = MemoryBrick::file();
  invalidation.flags = invalidate::size;
  brick_->say(invalidation);
  invalidation.client += 1;
  brick_->say(invalidation);
  brick_->say(notice::InodelkContention{brick_->last_call.client->number, MemoryBrick::file(), {}, 5, "domain"});
  ASSERT_TRUE(until([this] { return top_->count<notice::InodelkContention>() == 1; }));
  EXPECT_EQ(top_->count<notice::CacheInvalidation>(), before + 1);
}

TEST_F(Protocol, NoticesMayBeLostWithAConnection) {
  start_both();
  EXPECT_EQ(top_->count<notice::CacheInvalidation>(), 1u);
  cut_and_wait();
  // Once when it goes, once when it is back.
  EXPECT_EQ(top_->count<notice::CacheInvalidation>(), 3u);
}

TEST_F(Protocol, AFlushInNobodysNameStaysHere) {
  start_both();
  EXPECT_TRUE(ask(fop::Flush{.gfid = MemoryBrick::file()}).has_value());
  Call owner;
  owner.lock_owner = "owner";
  EXPECT_TRUE(brick_->flushes.empty());
  EXPECT_TRUE(ask(fop::Flush{.gfid = MemoryBrick::file()}, owner).has_value());
  EXPECT_EQ(brick_->flushes.size(), 1u);
}

TEST_F(Protocol, ADirectoryIsFoundAsDotInItselfAndNothingElseIs) {
  start_both();
  const Result<fop::Lookup::Reply> self = ask(fop::Lookup{.parent = MemoryBrick::directory(), .name = "."});
  ASSERT_TRUE(self.has_value());
  EXPECT_EQ(self->iatt.gfid, MemoryBrick::directory());
  EXPECT_EQ(ask(fop::Lookup{.parent = MemoryBrick::directory(), .name = ".."}).error().number(), EINVAL);
  EXPECT_EQ(ask(fop::Unlink{.parent = MemoryBrick::directory(), .name = "."}).error().number(), EINVAL);
}

TEST_F(Protocol, ASubdirectoryIsTheRootOfWhoMountsIt) {
  VolumeSection section = client_section();
  section.set_option("subdir-mount", "/sub");
  start_server();
  start_client(section);
  const Result<fop::Attributes> stat = ask(fop::Stat{root_gfid, {}});
  ASSERT_TRUE(stat.has_value());
  EXPECT_EQ(stat->iatt.gfid, root_gfid);
  EXPECT_EQ(stat->iatt.inode, 1u);
  fop::Lookup lookup;
  lookup.parent = root_gfid;
  lookup.name = "file";
  const Result<fop::Lookup::Reply> found = ask(lookup);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->iatt.gfid, MemoryBrick::file());
  EXPECT_EQ(found->parent.gfid, root_gfid);
}

TEST_F(Protocol, AMissingSubdirectoryIsFinalForAMount) {
  VolumeSection section = client_section();
  section.set_option("subdir-mount", "/nosuch");
  start_server();
  start_client(section);
  ASSERT_TRUE(until([this] { return top_->count<notice::ChildRefused>() == 1; }));
  EXPECT_EQ(std::get<notice::ChildRefused>(top_->notices.back()).sentence,
            "subdirectory for mount \"/nosuch\" is not found");
}

TEST_F(Protocol, ASilentBrickIsGivenUpAfterThePingTimeout) {
  start_both();
  simulation_.network().partition(server_host_, client_host_);
  const Instant before = simulation_.now();
  EXPECT_EQ(ask(fop::Stat{root_gfid, {}}).error().number(), ENOTCONN);
  EXPECT_LE(simulation_.now() - before, 90s);
  simulation_.network().heal_all();
  ASSERT_TRUE(until([this] { return top_->count<notice::ChildUp>() == 2; }));
}

TEST_F(Protocol, WhoIsNotAllowedAnyMoreIsDisconnected) {
  start_both();
  VolumeSection section = server_section();
  section.set_option("auth.addr./brick.allow", "192.168.*");
  ASSERT_TRUE(server_->reconfigure(section).has_value());
  ASSERT_TRUE(until([this] { return top_->count<notice::ChildDown>() == 1; }));
  ASSERT_TRUE(until([this] { return top_->count<notice::ChildRefused>() == 1; }));
}

TEST_F(Protocol, TheServerTellsOfItsClients) {
  start_both();
  const std::vector<ClientStatistics> clients = server_->clients("/brick");
  ASSERT_EQ(clients.size(), 1u);
  EXPECT_TRUE(clients[0].address.starts_with("10.0.0.2:")) << clients[0].address;
  EXPECT_EQ(clients[0].op_version, 100000u);
  EXPECT_GT(clients[0].bytes_received, 0u);
  EXPECT_TRUE(server_->clients("/other").empty());
}

TEST_F(Protocol, StoppingWaitsForWhatClientsHeld) {
  start_both();
  open_file();
  ASSERT_TRUE(simulation_.run(server_->stop()).has_value());
  EXPECT_EQ(brick_->releases.size(), 1u);
  EXPECT_EQ(brick_->gone.size(), 1u);
}

// Opens, locks, reads and releases until its time is over, whatever comes back.
Task<> use_at_random(SimulatedWorld& world, Translator& client, Random random, Instant until) {
  std::vector<Fd> open;
  const Call call;
  while (world.now() < until) {
    const std::uint64_t choice = random.below(4);
    if (choice == 0 || open.empty()) {
      const fop::Open request{MemoryBrick::file(), open_flag::read_write, {}};
      Result<fop::Opened> opened = co_await client.perform(call, request);
      if (opened) open.push_back(opened->fd);
    } else if (choice == 1) {
      fop::Lk request;
      request.gfid = MemoryBrick::file();
      request.fd = open[random.below(open.size())];
      request.command = 1;
      request.type = random.below(2) == 0 ? Flock::write : Flock::unlock;
      request.flock = Flock{request.type, 0, random.below(100), 1 + random.below(50), 1, "owner"};
      co_await client.perform(call, request);
    } else if (choice == 2) {
      const fop::Read request{MemoryBrick::file(), open[random.below(open.size())], 0, 100, 0, {}};
      co_await client.perform(call, request);
    } else {
      const fop::Release request{MemoryBrick::file(), open.back(), {}};
      co_await client.perform(call, request);
      open.pop_back();
    }
    co_await world.sleep(std::chrono::milliseconds(random.below(100)));
  }
  co_return done;
}

TEST(ProtocolAtRandom, WhateverBreaksTheBrickGetsEverythingBack) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    Simulation simulation(seed);
    Host& server_host = simulation.add_host("server", "10.0.0.1");
    Host& client_host = simulation.add_host("client", "10.0.0.2");
    MemoryBrick brick("/brick");
    ProtocolServer* server = nullptr;
    SimulatedWorld& server_world = server_host.start_process("glusterfsd");
    SimulatedWorld& client_world = client_host.start_process("glusterfs");
    server_world.start(serve(server_world, brick, server_section(), server));
    std::unique_ptr<Translator> client =
        *ProtocolClient::maker(std::make_shared<ClientProcess>())(client_world, client_section());
    ASSERT_TRUE(simulation.run(client->start()).has_value());
    simulation.network().conditions().cut = 0.02;
    simulation.network().conditions().refused = 0.1;
    const Instant until = simulation.now() + 60s;
    std::vector<Task<>> users;
    for (int user = 0; user < 3; ++user) {
      users.push_back(use_at_random(client_world, *client, Random(seed * 10 + user), until));
    }
    ASSERT_TRUE(simulation.run(all(std::move(users)), 10min).has_value());
    simulation.network().conditions().cut = 0;
    ASSERT_TRUE(simulation.run(client->stop()).has_value());
    EXPECT_TRUE(simulation.run_until([&] { return server->clients("/brick").empty(); }, 5min));
    EXPECT_TRUE(simulation.run_until([&] { return brick.releases.size() == brick.opens.size(); }, 5min))
        << brick.opens.size() << " opened, " << brick.releases.size() << " released";
    EXPECT_GT(brick.gone.size(), 1u);
    client.reset();
  }
}

}  // namespace
}  // namespace mortar
