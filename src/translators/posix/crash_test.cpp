// A brick that stops between any two calls: what is found afterwards is repaired by the start and by looking it up.
#include "translators/posix/posix_test_support.h"

namespace mortar::posix {
namespace {

using Brick = BrickLab<SimulatedLab>;
using Step = std::function<void(Brick&)>;

const Gfid directory = test_gfid(1), other = test_gfid(2), file = test_gfid(3), target = test_gfid(4),
           made = test_gfid(5);

void prepare(Brick& brick) {
  ASSERT_TRUE(brick.mkdir(root_gfid, "d", directory));
  ASSERT_TRUE(brick.mkdir(root_gfid, "o", other));
  ASSERT_TRUE(brick.create(directory, "f", file));
  ASSERT_TRUE(brick.write(file, {}, 0, "content"));
  ASSERT_TRUE(brick.create(other, "t", target));
}

// Looks up everything as a client does that walks the volume, each with an identity for what has none.
void walk(Brick& brick, const Gfid& at, std::uint8_t& number) {
  for (const std::string& name : brick.names_in(at)) {
    fop::Lookup request{.parent = at, .name = name};
    request.xdata.set("gfid-req", test_gfid(++number));
    Result<fop::Lookup::Reply> found = brick.ask(request);
    ASSERT_TRUE(found) << name << ": " << found.error().sentence();
    EXPECT_TRUE(brick.lookup(found->iatt.gfid)) << name;
    if (found->iatt.is_directory()) walk(brick, found->iatt.gfid, number);
  }
}

// The states of the disk before each call of the step that changes something, and after the last.
std::vector<DiskState> states_of(const Step& step) {
  Brick brick;
  prepare(brick);
  std::vector<DiskState> states;
  brick.lab.disk().on_call([&](const DiskCall& call) {
    if (call.modifying) states.push_back(brick.lab.disk().state());
    return 0;
  });
  step(brick);
  states.push_back(brick.lab.disk().state());
  return states;
}

void start_from(Brick& brick, const DiskState& state) {
  brick.stop();
  brick.lab.disk().restore(state);
  brick.lab.simulation().run_for(std::chrono::hours(1));
  brick.start();
  ASSERT_TRUE(brick.started) << brick.started.error().sentence();
}

void survive(const Step& step) {
  const std::vector<DiskState> states = states_of(step);
  ASSERT_GT(states.size(), 2U);
  for (std::size_t at = 0; at < states.size(); ++at) {
    SCOPED_TRACE("stopped before changing call " + std::to_string(at + 1));
    Brick brick;
    start_from(brick, states[at]);
    std::uint8_t number = 100;
    walk(brick, root_gfid, number);
    EXPECT_EQ(brick.read(file), "content");
    // A handle that leads nowhere goes when somebody asks for its object.
    (void)brick.lookup(made);
  }
}

TEST(PosixCrash, WhileMakingAFile) {
  survive([](Brick& brick) { ASSERT_TRUE(brick.create(directory, "new", made)); });
}

TEST(PosixCrash, WhileMakingADirectory) {
  survive([](Brick& brick) { ASSERT_TRUE(brick.mkdir(directory, "new", made)); });
}

TEST(PosixCrash, WhileMakingASymlink) {
  survive([](Brick& brick) {
    fop::Symlink request{.parent = directory, .name = "new", .target = "f"};
    request.xdata.set("gfid-req", made);
    ASSERT_TRUE(brick.ask(request));
  });
}

TEST(PosixCrash, WhileLinking) {
  survive([](Brick& brick) { ASSERT_TRUE(brick.ask(fop::Link{.gfid = file, .new_parent = other, .new_name = "l"})); });
}

TEST(PosixCrash, WhileRemovingALink) {
  survive([](Brick& brick) {
    ASSERT_TRUE(brick.ask(fop::Link{.gfid = file, .new_parent = other, .new_name = "l"}));
    ASSERT_TRUE(brick.ask(fop::Unlink{.parent = other, .name = "l"}));
  });
}

TEST(PosixCrash, WhileRemovingAFile) {
  survive([](Brick& brick) { ASSERT_TRUE(brick.ask(fop::Unlink{.parent = other, .name = "t"})); });
}

TEST(PosixCrash, WhileRemovingAnOpenFile) {
  survive([](Brick& brick) {
    Result<fop::Opened> open = brick.ask(fop::Open{.gfid = target});
    ASSERT_TRUE(open);
    ASSERT_TRUE(brick.ask(fop::Unlink{.parent = other, .name = "t"}));
  });
}

TEST(PosixCrash, WhileRemovingADirectory) {
  survive([](Brick& brick) {
    ASSERT_TRUE(brick.mkdir(directory, "new", made));
    ASSERT_TRUE(brick.ask(fop::Rmdir{.parent = directory, .name = "new"}));
  });
}

TEST(PosixCrash, WhileRenamingAFile) {
  survive([](Brick& brick) {
    ASSERT_TRUE(
        brick.ask(fop::Rename{.old_parent = directory, .new_parent = other, .old_name = "f", .new_name = "moved"}));
  });
}

TEST(PosixCrash, WhileRenamingOverAFile) {
  survive([](Brick& brick) {
    ASSERT_TRUE(brick.ask(fop::Rename{.old_parent = directory, .new_parent = other, .old_name = "f", .new_name = "t"}));
  });
}

// Found by its gfid alone, before anybody looks it up by name: whoever does not find it makes a second one.
TEST(PosixCrash, ADirectoryThatMovesIsFoundByItsGfid) {
  for (const DiskState& state : states_of([](Brick& brick) {
         ASSERT_TRUE(brick.ask(
             fop::Rename{.old_parent = root_gfid, .new_parent = other, .old_name = "d", .new_name = "moved"}));
       })) {
    Brick brick;
    start_from(brick, state);
    ASSERT_TRUE(brick.lookup(directory));
    EXPECT_EQ(brick.names_in(directory), std::vector<std::string>{"f"});
  }
}

TEST(PosixCrash, ADirectoryOfOneIdentityIsNotMadeTwice) {
  for (const DiskState& state : states_of([](Brick& brick) { ASSERT_TRUE(brick.mkdir(directory, "new", made)); })) {
    Brick brick;
    start_from(brick, state);
    const bool is_made_again = brick.mkdir(other, "elsewhere", made).has_value();
    fop::Lookup request{.parent = directory, .name = "new"};
    request.xdata.set("gfid-req", test_gfid(9));
    const Result<fop::Lookup::Reply> first = brick.ask(request);
    EXPECT_EQ(is_made_again, !first || first->iatt.gfid != made);
    EXPECT_TRUE(brick.lookup(made));
  }
}

// What has no identity is not given one that leads to another object already.
TEST(PosixCrash, AnIdentityIsNotGivenTwice) {
  for (const DiskState& state : states_of([](Brick& brick) { ASSERT_TRUE(brick.mkdir(directory, "new", made)); })) {
    Brick brick;
    start_from(brick, state);
    for (const Gfid& taken : {other, file}) {
      fop::Lookup request{.parent = directory, .name = "new"};
      request.xdata.set("gfid-req", taken);
      const Result<fop::Lookup::Reply> found = brick.ask(request);
      EXPECT_TRUE(!found || found->iatt.gfid == made);
    }
    std::uint8_t number = 100;
    walk(brick, root_gfid, number);
    (void)brick.lookup(made);
  }
}

TEST(PosixCrash, WhileRenamingADirectory) {
  survive([](Brick& brick) {
    ASSERT_TRUE(
        brick.ask(fop::Rename{.old_parent = root_gfid, .new_parent = other, .old_name = "d", .new_name = "moved"}));
  });
}

}  // namespace
}  // namespace mortar::posix
