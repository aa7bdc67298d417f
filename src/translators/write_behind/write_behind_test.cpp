#include "translators/write_behind/write_behind.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "simulation/simulation.h"
#include "translators/testing.h"

namespace mortar {
namespace {

using namespace mortar::testing;
using namespace std::chrono_literals;

const Gfid one = fixed_gfid(7), other = fixed_gfid(8);

struct WriteBehindTest : ::testing::Test {
  WriteBehindTest() {
    top.add_child(leaf);
    leaf.answer_later<fop::Write>([this](const Call&, const fop::Write& write) { return answer(write); });
  }
  ~WriteBehindTest() override { open_gate(); }

  Task<fop::Changed> answer(fop::Write write) {
    co_await gate.wait();
    if (error != 0) co_return Error(error);
    fop::Changed reply;
    reply.op_ret = static_cast<std::int32_t>(std::min<std::size_t>(write.size, most_taken));
    co_return std::move(reply);
  }
  static Fd opened(const Gfid& gfid, std::uint32_t flags = open_flag::write_only) {
    Fd fd;
    fd.open = std::make_shared<Descriptor>(gfid, flags, false);
    return fd;
  }
  auto write(const Fd& fd, std::uint64_t offset, const std::string& text, std::uint32_t flags = 0) {
    return ask(top, Call{},
               fop::Write{.gfid = fd.open->gfid,
                          .fd = fd,
                          .offset = offset,
                          .size = static_cast<std::uint32_t>(text.size()),
                          .flags = flags,
                          .data = {Slice::copy(std::string_view(text))}});
  }
  void open_gate() {
    gate.set();
    simulation.run_for(10ms);
  }
  void set(std::initializer_list<std::pair<const char*, const char*>> options) {
    VolumeSection section;
    for (auto [key, value] : options) section.set_option(key, value);
    ASSERT_TRUE(top.reconfigure(section));
  }
  std::vector<std::string> sent() {
    std::vector<std::string> texts;
    for (const auto& [call, write] : leaf.asked<fop::Write>()) {
      texts.push_back(std::to_string(write.offset) + ":" + std::string(write.data.bytes.text()));
    }
    return texts;
  }

  using Texts = std::vector<std::string>;
  Simulation simulation{1};
  SimulatedWorld& world = simulation.add_host("client", "10.0.0.1").start_process("mount");
  FakeLeaf leaf;
  Event gate;
  int error = 0;
  std::size_t most_taken = SIZE_MAX;
  WriteBehind top{world, "write-behind", {}};
};

TEST_F(WriteBehindTest, AWriteIsAnsweredBeforeItIsDone) {
  const Fd fd = opened(one);
  auto first = write(fd, 0, "abc");
  ASSERT_TRUE(first->answered());
  EXPECT_EQ(first->reply().op_ret, 3);
  EXPECT_EQ(sent(), Texts{"0:abc"});
  auto other_write = write(opened(other), 0, "x");
  EXPECT_TRUE(other_write->answered());
  EXPECT_EQ(sent().size(), 2u) << "files do not wait for each other";
}

TEST_F(WriteBehindTest, ReadsWaitForWhatTheyNeed) {
  const Fd fd = opened(one, open_flag::read_write);
  write(fd, 100, "abc");
  auto behind = ask(top, Call{}, fop::Read{.gfid = one, .fd = fd, .offset = 103, .size = 100});
  EXPECT_TRUE(behind->answered());
  auto over = ask(top, Call{}, fop::Read{.gfid = one, .fd = fd, .offset = 102, .size = 1});
  // The file may be shorter on the brick than its writer knows.
  auto before = ask(top, Call{}, fop::Read{.gfid = one, .fd = fd, .offset = 0, .size = 10});
  EXPECT_FALSE(over->answered() || before->answered());
  open_gate();
  EXPECT_TRUE(over->answered() && before->answered());
}

TEST_F(WriteBehindTest, WhoeverAsksAboutTheFileFindsWhatWasWritten) {
  const Fd fd = opened(one);
  write(fd, 0, "abc");
  auto stat = ask(top, Call{}, fop::Stat{.gfid = one});
  auto truncate = ask(top, Call{}, fop::Truncate{.gfid = one});
  auto lock = ask(top, Call{}, fop::Lk{.gfid = one, .fd = fd});
  auto rename = ask(top, Call{}, fop::Rename{});
  auto stat_of_other = ask(top, Call{}, fop::Stat{.gfid = other});
  EXPECT_FALSE(stat->answered() || truncate->answered() || lock->answered() || rename->answered());
  EXPECT_TRUE(stat_of_other->answered());
  open_gate();
  EXPECT_TRUE(stat->answered() && truncate->answered() && lock->answered() && rename->answered());
}

TEST_F(WriteBehindTest, AttributesThatComeUnaskedAreNotOld) {
  const Fd fd = opened(one);
  write(fd, 0, "abc");
  leaf.answer<fop::Lookup>([](const Call&, const fop::Lookup&) {
    fop::Lookup::Reply reply;
    reply.iatt.gfid = one;
    return Result<fop::Lookup::Reply>(std::move(reply));
  });
  leaf.answer<fop::Readdirp>([](const Call&, const fop::Readdirp&) {
    fop::Readdirp::Reply reply;
    for (const Gfid& gfid : {one, other}) {
      EntryPlus entry;
      entry.name = "n";
      entry.iatt.gfid = gfid;
      reply.entries.elements.push_back(entry);
    }
    return Result<fop::Readdirp::Reply>(std::move(reply));
  });
  auto entries = ask(top, Call{}, fop::Readdirp{});
  ASSERT_TRUE(entries->answered());
  EXPECT_TRUE(entries->reply().entries.elements[0].iatt.gfid.is_null());
  EXPECT_EQ(entries->reply().entries.elements[1].iatt.gfid, other);
  auto lookup = ask(top, Call{}, fop::Lookup{.parent = root_gfid, .name = "n"});
  EXPECT_FALSE(lookup->answered());
  open_gate();
  EXPECT_TRUE(lookup->answered());
  EXPECT_EQ(leaf.asked<fop::Lookup>().size(), 2u);
}

TEST_F(WriteBehindTest, OverlappingWritesDoNotOvertake) {
  const Fd fd = opened(one);
  const std::string large(200 << 10, 'a');
  write(fd, 0, large);
  write(fd, 300 << 10, large);
  EXPECT_EQ(sent().size(), 2u);
  write(fd, 100 << 10, large);
  EXPECT_EQ(sent().size(), 2u);
  open_gate();
  EXPECT_EQ(sent().size(), 3u);
}

TEST_F(WriteBehindTest, SmallWritesTravelTogether) {
  const Fd fd = opened(one);
  write(fd, 0, "a");
  write(fd, 1, "b");
  write(fd, 2, "c");
  write(fd, 9, "d");
  EXPECT_EQ(sent(), (Texts{"0:a", "1:bc"})) << "what nothing can continue any more goes";
  open_gate();
  EXPECT_EQ(sent(), (Texts{"0:a", "1:bc", "9:d"}));
}

TEST_F(WriteBehindTest, WithoutTricklingWhatIsThereIsCollected) {
  set({{"trickling-writes", "off"}});
  const Fd fd = opened(one);
  write(fd, 0, "a");
  write(fd, 1, "b");
  EXPECT_TRUE(sent().empty());
  simulation.run_for(1100ms);
  EXPECT_EQ(sent(), Texts{"0:ab"});
  write(fd, 2, "c");
  auto sync = ask(top, Call{}, fop::Fsync{.gfid = one, .fd = fd});
  run_ready();
  EXPECT_EQ(sent(), (Texts{"0:ab", "2:c"}));
  EXPECT_FALSE(sync->answered());
  open_gate();
  EXPECT_TRUE(sync->answered());
}

TEST_F(WriteBehindTest, NoMoreThanTheWindowIsAnsweredEarly) {
  const Fd fd = opened(one);
  const std::string large(1 << 20, 'a');
  EXPECT_TRUE(write(fd, 0, large)->answered());
  auto next = write(fd, 1 << 20, large);
  EXPECT_FALSE(next->answered());
  open_gate();
  EXPECT_TRUE(next->answered());
}

TEST_F(WriteBehindTest, SyncIsPassedOnOnlyOnceAllIsWritten) {
  const Fd fd = opened(one);
  write(fd, 0, "abc");
  auto sync = ask(top, Call{}, fop::Fsync{.gfid = one, .fd = fd});
  EXPECT_TRUE(leaf.asked<fop::Fsync>().empty());
  open_gate();
  EXPECT_TRUE(sync->answered());
  EXPECT_EQ(leaf.asked<fop::Fsync>().size(), 1u);
}

TEST_F(WriteBehindTest, AFailureIsToldOnce) {
  error = ENOSPC;
  const Fd fd = opened(one), beside = opened(one);
  write(fd, 0, "abc");
  auto sync = ask(top, Call{}, fop::Fsync{.gfid = one, .fd = fd});
  open_gate();
  EXPECT_EQ(sync->error(), ENOSPC);
  EXPECT_TRUE(leaf.asked<fop::Fsync>().empty());
  EXPECT_EQ(ask(top, Call{}, fop::Fsync{.gfid = one, .fd = fd})->error(), 0);
  write(fd, 0, "abc");
  simulation.run_for(10ms);
  EXPECT_EQ(ask(top, Call{}, fop::Flush{.gfid = one, .fd = beside})->error(), 0) << "it wrote nothing";
  EXPECT_EQ(write(fd, 3, "d")->error(), ENOSPC);
  error = 0;
  EXPECT_EQ(write(fd, 3, "d")->error(), 0);
}

TEST_F(WriteBehindTest, ClosingWaitsUnlessItMayGoBehind) {
  error = EDQUOT;
  const Fd fd = opened(one);
  write(fd, 0, "abc");
  EXPECT_EQ(ask(top, Call{}, fop::Flush{.gfid = one, .fd = fd})->error(), 0);
  set({{"flush-behind", "off"}});
  auto close = ask(top, Call{}, fop::Flush{.gfid = one, .fd = fd});
  EXPECT_FALSE(close->answered());
  open_gate();
  EXPECT_EQ(close->error(), EDQUOT);
}

TEST_F(WriteBehindTest, LocksAreGivenBackOnlyOnceAllIsWritten) {
  const Fd fd = opened(one);
  write(fd, 0, "abc");
  Call owner;
  owner.lock_owner = "owner";
  auto close = ask(top, owner, fop::Flush{.gfid = one, .fd = fd});
  EXPECT_FALSE(close->answered());
  open_gate();
  EXPECT_TRUE(close->answered());
}

TEST_F(WriteBehindTest, TheFileIsReleasedOnlyOnceAllIsWritten) {
  const Fd fd = opened(one);
  write(fd, 0, "abc");
  EXPECT_EQ(ask(top, Call{}, fop::Release{.gfid = one, .fd = fd})->error(), 0);
  EXPECT_TRUE(leaf.asked<fop::Release>().empty());
  open_gate();
  EXPECT_EQ(leaf.asked<fop::Release>().size(), 1u);
}

TEST_F(WriteBehindTest, WhoWantsToBeSureIsNotAnsweredEarly) {
  EXPECT_FALSE(write(opened(one, open_flag::write_only | open_flag::sync), 0, "a")->answered());
  EXPECT_TRUE(write(opened(one, open_flag::write_only | open_flag::direct), 0, "a")->answered());
  set({{"strict-O_DIRECT", "on"}});
  EXPECT_FALSE(write(opened(one, open_flag::write_only | open_flag::direct), 0, "a")->answered());
  set({{"pass-through", "on"}});
  EXPECT_FALSE(write(opened(one), 0, "a")->answered());
}

TEST_F(WriteBehindTest, AppendsStayInOrder) {
  const Fd fd = opened(one, open_flag::write_only | open_flag::append);
  for (const char* text : {"a", "b"}) write(fd, 0, text, open_flag::append);
  EXPECT_EQ(sent().size(), 1u);
  open_gate();
  EXPECT_EQ(sent(), (Texts{"0:a", "0:b"}));
}

TEST_F(WriteBehindTest, AShortWriteIsCompleted) {
  most_taken = 2;
  write(opened(one), 10, "abcde");
  open_gate();
  EXPECT_EQ(sent(), (Texts{"10:abcde", "12:cde", "14:e"}));
}

TEST_F(WriteBehindTest, EndsWithEverythingWritten) {
  write(opened(one), 0, "abc");
  TaskSet running;
  bool stopped = false;
  const auto stop = [](WriteBehind& translator, bool& ended) -> Task<> {
    co_await translator.stop();
    ended = true;
    co_return done;
  };
  running.start(stop(top, stopped));
  EXPECT_FALSE(stopped);
  open_gate();
  EXPECT_TRUE(stopped);
}

// A brick that takes its time and does what is under way in any order, so that whatever may not be overtaken must not
// be under way together.
class SlowBrick final : public PassOn {
 public:
  using PassOn::perform;
  SlowBrick(World& world, Translator& below) : PassOn("brick"), world_(world) { add_child(below); }

  Task<fop::Changed> perform(const Call&, const fop::Write& write) override {
    co_await world_.sleep(some_time());
    if (content.size() < write.offset + write.size) content.resize(write.offset + write.size, '\0');
    content.replace(write.offset, write.size, write.data.bytes.text());
    co_await world_.sleep(some_time());
    fop::Changed reply;
    reply.op_ret = static_cast<std::int32_t>(write.size);
    co_return std::move(reply);
  }
  Task<fop::Read::Reply> perform(const Call&, const fop::Read& read) override {
    co_await world_.sleep(some_time());
    fop::Read::Reply reply;
    if (read.offset < content.size()) {
      reply.data.bytes = Slice::copy(std::string_view(content).substr(read.offset, read.size));
    }
    co_return std::move(reply);
  }
  Task<fop::Changed> perform(const Call&, const fop::Ftruncate& truncate) override {
    co_await world_.sleep(some_time());
    content.resize(truncate.size, '\0');
    co_return fop::Changed{};
  }
  Task<fop::Attributes> perform(const Call&, const fop::Fstat&) override {
    co_await world_.sleep(some_time());
    fop::Attributes reply;
    reply.iatt.size = content.size();
    co_return std::move(reply);
  }

  std::string content;

 private:
  Duration some_time() { return std::chrono::microseconds(world_.random_number() % 500); }
  World& world_;
};

// One program: each step sees what the steps before it did.
Task<> work_like_a_program(World& world, WriteBehind& top, Fd fd, std::string& model) {
  const auto random = [&world](std::uint64_t below) { return world.random_number() % below; };
  const Call call;
  for (int step = 0; step < 400; ++step) {
    const std::uint64_t kind = random(20), offset = random(60000), size = 1 + random(kind < 3 ? 300000 : 9000);
    if (kind < 14) {
      // Mostly one behind the other.
      const std::uint64_t at = random(2) == 0 ? model.size() % 200000 : offset;
      const std::string text(size, static_cast<char>('a' + step % 26));
      const fop::Write write{.gfid = fd.open->gfid,
                             .fd = fd,
                             .offset = at,
                             .size = static_cast<std::uint32_t>(size),
                             .data = {Slice::copy(std::string_view(text))}};
      co_await tried(top.perform(call, write));
      if (model.size() < at + size) model.resize(at + size, '\0');
      model.replace(at, size, text);
    } else if (kind < 17) {
      const fop::Read read{.gfid = fd.open->gfid, .fd = fd, .offset = offset, .size = static_cast<std::uint32_t>(size)};
      const fop::Read::Reply reply = co_await tried(top.perform(call, read));
      const std::string expected = offset < model.size() ? model.substr(offset, size) : std::string();
      if (reply.data.bytes.text() != expected) co_return failed(EIO, "a read finds something else");
    } else if (kind < 18) {
      const fop::Ftruncate truncate{.gfid = fd.open->gfid, .fd = fd, .size = offset};
      co_await tried(top.perform(call, truncate));
      model.resize(offset, '\0');
    } else {
      const fop::Fstat stat{.gfid = fd.open->gfid, .fd = fd};
      const fop::Attributes reply = co_await tried(top.perform(call, stat));
      if (reply.iatt.size != model.size()) co_return failed(EIO, "the size is another");
    }
  }
  co_await tried(top.settle());
  co_return done;
}

TEST(WriteBehind, ProgramsSeeWhatTheyDid) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Simulation simulation(seed);
    SimulatedWorld& world = simulation.add_host("client", "10.0.0.1").start_process("mount");
    FakeLeaf leaf;
    SlowBrick brick(world, leaf);
    WriteBehindOptions options;
    options.trickling = seed % 3 != 0;
    options.strict_order = seed % 5 == 0;
    options.aggregate.bytes = seed % 2 == 0 ? 128 << 10 : 4 << 10;
    WriteBehind top(world, "write-behind", options);
    top.add_child(brick);
    Fd fd;
    fd.open = std::make_shared<Descriptor>(one, open_flag::read_write, false);
    std::string model;
    std::optional<Result<Done>> ended;
    const auto run = [](Task<> work, std::optional<Result<Done>>& out) -> Task<> {
      out = co_await std::move(work);
      co_return done;
    };
    TaskSet running;
    running.start(run(work_like_a_program(world, top, fd, model), ended));
    ASSERT_TRUE(simulation.run_until([&ended] { return ended.has_value(); }, 10min)) << seed;
    ASSERT_TRUE(*ended) << ended->error().sentence() << ", seed " << seed;
    EXPECT_EQ(brick.content, model) << seed;
  }
}

}  // namespace
}  // namespace mortar
