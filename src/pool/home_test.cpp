#include "pool/home.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "pool/document.h"
#include "pool/file_voter_test_support.h"
#include "simulation/simulation.h"

namespace mortar {
namespace {

constexpr const char* folder = "/store/mortar";
constexpr Gfid pool_id = fixed_gfid(9);

// Of a server that is not reached.
class Unreachable final : public Register {
 public:
  Task<Document> read() override { co_return failed(ENOTCONN); }
  Task<std::uint64_t> swap(std::uint64_t, std::string) override { co_return failed(ENOTCONN); }
  Task<Document> watch(std::uint64_t) override { co_return failed(ENOTCONN); }
};

struct Server {
  explicit Server(Host& host) : world(host.start_process()), voter(world, folder), home(world, folder, voter, others) {}
  SimulatedWorld& world;
  Unreachable others;
  FileVoter voter;
  Home home;
};

// What was answered last, and what was asked for and not answered.
struct Memory {
  std::string answered;
  std::string asked;
  Stage stage = Stage::alone;
};

using Script = Task<> (*)(Home&, FileVoter&, Memory&);

Task<> put(Home& home, Memory& memory, std::string text) {
  memory.asked = text;
  const Document document = co_await tried(home.documents().read());
  co_await tried(home.documents().swap(document.version, text));
  memory.answered = text;
  co_return done;
}

Task<> found_and_dissolve(Home& home, FileVoter&, Memory& memory) {
  co_await tried(home.open());
  co_await tried(put(home, memory, "alone"));
  for (const char* text : {"first pool", "second pool"}) {
    Document document = co_await tried(home.documents().read());
    co_await tried(home.found(pool_id, document));
    EXPECT_EQ(home.standing().stage, Stage::voting);
    co_await tried(put(home, memory, text));
    co_await tried(put(home, memory, fmt::format("more of the {}", text)));
    document = co_await tried(home.documents().read());
    co_await tried(home.remember(document));
    co_await tried(home.dissolve(document));
    EXPECT_EQ(home.standing().stage, Stage::alone);
    const Document kept = co_await tried(home.documents().read());
    EXPECT_GT(kept.version, document.version);
    co_await tried(put(home, memory, fmt::format("alone after the {}", text)));
  }
  co_return done;
}

// The power fails before every single modifying call, with any part of what was not synced lost.
void at_every_moment(Script script, const std::function<void(Simulation&, Server&, const Memory&, bool)>& judge) {
  bool finished = false;
  std::uint64_t moment = 1;
  for (; !finished; ++moment) {
    ASSERT_LT(moment, 2000u);
    Simulation simulation(moment);
    Host& host = simulation.add_host("server", "10.0.0.1");
    bool dead = false;
    host.disk().on_call([&dead, moment](const DiskCall& call) {
      dead = dead || (call.modifying && call.number == moment);
      return dead ? EIO : 0;
    });
    Memory memory;
    {
      Server server(host);
      const Result<Done> ran = simulation.run(script(server.home, server.voter, memory));
      EXPECT_TRUE(ran || dead) << ran.error().sentence();
    }
    finished = !dead;
    host.power_off();
    Simulation after(moment);
    Host& same = after.add_host("server", "10.0.0.1");
    same.disk().restore(host.disk().state());
    Server server(same);
    const Result<Done> opened = after.run(server.home.open());
    ASSERT_TRUE(opened) << moment << ": " << opened.error().sentence();
    judge(after, server, memory, finished);
    if (testing::Test::HasFailure()) FAIL() << "killed at call " << moment;
  }
  EXPECT_GT(moment, 30u);
}

TEST(Home, NothingIsLostWhenAPoolIsFoundedAndDissolved) {
  at_every_moment(found_and_dissolve, [](Simulation& simulation, Server& server, const Memory& memory, bool finished) {
    const Result<Document> document = simulation.run(server.home.documents().read());
    ASSERT_TRUE(document) << document.error().sentence();
    EXPECT_TRUE(document->text == memory.answered || document->text == memory.asked) << document->text;
    if (finished) EXPECT_EQ(document->text, "alone after the second pool");
    // And it goes on from there, into either stage.
    Memory next;
    ASSERT_TRUE(simulation.run(put(server.home, next, "goes on")));
    const Document kept = *simulation.run(server.home.documents().read());
    EXPECT_GT(kept.version, document->version);
    const Result<Done> changed = server.home.standing().stage == Stage::alone
                                     ? simulation.run(server.home.found(pool_id, kept))
                                     : simulation.run(server.home.dissolve(kept));
    ASSERT_TRUE(changed) << changed.error().sentence();
    EXPECT_EQ(simulation.run(server.home.documents().read())->text, "goes on");
  });
}

Task<> follow_and_leave(Home& home, FileVoter& voter, Memory& memory) {
  co_await tried(home.open());
  co_await tried(put(home, memory, "empty"));
  std::vector<std::string> contacts{"10.0.0.2", "10.0.0.3"};
  memory.asked = "copy";
  co_await tried(home.follow(pool_id, contacts, Document{10, "copy"}));
  memory.answered = "copy";
  EXPECT_EQ(home.standing(), (Standing{Stage::following, pool_id, contacts}));
  memory.asked = "later";
  co_await tried(home.remember(Document{12, "later"}));
  co_await tried(home.remember(Document{11, "comes too late"}));
  memory.answered = "later";
  co_await tried(voter.start(pool_id, {}));
  co_await tried(home.vote());
  co_await tried(home.give_up());
  EXPECT_FALSE(voter.has_data());
  memory.asked = "empty again";
  co_await tried(home.leave("empty again"));
  memory.answered = "empty again";
  co_return done;
}

TEST(Home, AServerComesAndGoesAndIsNeverBetweenPools) {
  at_every_moment(follow_and_leave, [](Simulation& simulation, Server& server, const Memory& memory, bool finished) {
    const Document seen = *simulation.run(server.home.last_seen());
    EXPECT_TRUE(seen.text == memory.answered || seen.text == memory.asked) << seen.text;
    const bool of_pool = seen.text == "copy" || seen.text == "later";
    EXPECT_EQ(server.home.standing().stage != Stage::alone, of_pool) << seen.text;
    if (server.home.standing().stage == Stage::voting) EXPECT_TRUE(server.voter.has_data());
    if (finished) EXPECT_EQ(seen.text, "empty again");
    ASSERT_TRUE(simulation.run(server.home.leave("left")));
    EXPECT_EQ(simulation.run(server.home.documents().read())->text, "left");
    EXPECT_FALSE(server.voter.has_data());
    EXPECT_FALSE(server.world.files().status(FileSystem::no_directory, std::string(folder) + "/copy"));
  });
}

TEST(Home, AVoterWhoseDataIsGoneFollows) {
  Simulation simulation(1);
  Host& host = simulation.add_host("server", "10.0.0.1");
  {
    Server server(host);
    ASSERT_TRUE(simulation.run(server.home.open()));
    ASSERT_TRUE(simulation.run(server.home.found(pool_id, Document{1, "text"})));
    ASSERT_TRUE(simulation.run(server.home.remember(Document{3, "text"})));
  }
  ASSERT_TRUE(host.disk().remove_tree(std::string(folder) + "/voter"));
  Server server(host);
  ASSERT_TRUE(simulation.run(server.home.open()));
  EXPECT_EQ(server.home.standing().stage, Stage::following);
  EXPECT_EQ(simulation.run(server.home.last_seen())->text, "text");
}

std::string pool_text() {
  Pool pool;
  pool.trust.pool = pool_id;
  return format_pool(pool);
}

// A server that keeps the document with others, and is gone again; it has seen `version` of it.
void leave_voter(Simulation& simulation, Host& host, std::uint64_t version) {
  Server server(host);
  Memory memory;
  ASSERT_TRUE(simulation.run(server.home.open()));
  ASSERT_TRUE(simulation.run(put(server.home, memory, "alone")));
  ASSERT_TRUE(simulation.run(server.home.found(pool_id, Document{1, pool_text()})));
  ASSERT_TRUE(simulation.run(server.home.remember(Document{version, pool_text()})));
}

// What it says is what the others say: who follows is right wherever there is a pool.
TEST(Home, AServerThatLostItsStandingFollowsByItsCopy) {
  for (const bool is_missing : {true, false}) {
    Simulation simulation(1);
    Host& host = simulation.add_host("server", "10.0.0.1");
    leave_voter(simulation, host, 3);
    const std::string standing = std::string(folder) + "/standing";
    const Result<Done> lost =
        is_missing ? host.disk().remove_tree(standing) : host.disk().write_file(standing, "something");
    ASSERT_TRUE(lost);
    Server server(host);
    ASSERT_TRUE(simulation.run(server.home.open()));
    EXPECT_EQ(server.home.standing(), (Standing{Stage::following, pool_id, {}}));
    EXPECT_EQ(simulation.run(server.home.last_seen())->version, 3u);
    EXPECT_TRUE(server.voter.has_data());
  }
}

TEST(Home, NobodyIsAloneBecauseFilesAreGone) {
  Simulation simulation(1);
  Host& host = simulation.add_host("server", "10.0.0.1");
  leave_voter(simulation, host, 1);
  ASSERT_TRUE(host.disk().remove_tree(std::string(folder) + "/standing"));
  ASSERT_TRUE(host.disk().remove_tree(std::string(folder) + "/copy"));
  Server of_pool(host);
  EXPECT_EQ(simulation.run(of_pool.home.open()).error().number(), EIO);
  EXPECT_TRUE(of_pool.voter.has_data());

  ASSERT_TRUE(host.disk().write_file(std::string(folder) + "/standing", format_standing({})));
  for (const char* name : {"/document.0", "/document.1"}) {
    ASSERT_TRUE(host.disk().remove_tree(std::string(folder) + name));
  }
  Server alone(host);
  EXPECT_EQ(simulation.run(alone.home.open()).error().number(), EIO);
}

// The disk takes nothing any more in the middle of a step: no change may go to a home that may not count.
TEST(Home, ChangesNothingWhileItsStandingIsInDoubt) {
  Simulation simulation(1);
  Host& host = simulation.add_host("server", "10.0.0.1");
  Server server(host);
  ASSERT_TRUE(simulation.run(server.home.open()));
  Memory memory;
  ASSERT_TRUE(simulation.run(put(server.home, memory, "alone")));
  // The standing is put in its place, and whether that is on the disk is not known: the first one says what was so.
  int replaced = 0;
  host.disk().on_call([&replaced](const DiskCall& call) {
    if (replaced == 2 && call.modifying) return EIO;
    if (call.name == "rename" && call.text.find("standing") != std::string_view::npos) ++replaced;
    return 0;
  });
  const Document document = *simulation.run(server.home.documents().read());
  EXPECT_FALSE(simulation.run(server.home.found(pool_id, document)));
  EXPECT_EQ(replaced, 2);
  EXPECT_EQ(simulation.run(server.home.documents().read()).error().number(), EIO);
  replaced = 0;
  Server next(host);
  ASSERT_TRUE(simulation.run(next.home.open()));
  EXPECT_EQ(simulation.run(next.home.documents().read())->text, "alone");
}

TEST(Home, AFullDiskLeavesItWhereItIs) {
  Simulation simulation(1);
  Host& host = simulation.add_host("server", "10.0.0.1");
  Server server(host);
  ASSERT_TRUE(simulation.run(server.home.open()));
  Memory memory;
  ASSERT_TRUE(simulation.run(put(server.home, memory, "alone")));
  host.disk().on_call([](const DiskCall& call) {
    return call.modifying && call.text.find("standing") != std::string::npos ? ENOSPC : 0;
  });
  const Document document = *simulation.run(server.home.documents().read());
  EXPECT_FALSE(simulation.run(server.home.found(pool_id, document)));
  EXPECT_EQ(simulation.run(server.home.documents().read())->text, "alone");
}

TEST(Standing, IsReadStrictly) {
  const Standing standing{Stage::following, pool_id, {"10.0.0.1", "server2"}};
  EXPECT_EQ(*parse_standing(format_standing(standing)), standing);
  EXPECT_EQ(*parse_standing(format_standing({})), Standing{});
  const std::string whole = format_standing(standing);
  EXPECT_FALSE(parse_standing(""));
  EXPECT_FALSE(parse_standing(whole.substr(0, 25)));
  EXPECT_FALSE(parse_standing("mortar-standing-1 voting " + null_gfid.text() + "\n"));
  EXPECT_FALSE(parse_standing("mortar-standing-1 sitting " + pool_id.text() + "\n"));
}

}  // namespace
}  // namespace mortar
