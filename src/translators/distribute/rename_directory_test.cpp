#include "translators/distribute/directories_test_support.h"
#include "translators/distribute/rename_test_support.h"

namespace mortar {

using testing::DistributeClient;
using testing::NamedFiles;
using testing::StartedLab;
using testing::text_of;
using testing::TripCount;

namespace {

constexpr std::size_t bricks = 3;

class RenameDirectory : public ::testing::Test {
 protected:
  Gfid mkdir(const std::string& name) {
    const Result<fop::Made> made = client().mkdir(files.directory, name);
    EXPECT_TRUE(made) << name;
    return made ? made->iatt.gfid : null_gfid;
  }
  Gfid create(const Gfid& parent, const std::string& name) {
    const Result<fop::Create::Reply> made = client().create(parent, name);
    EXPECT_TRUE(made) << name;
    if (!made) return null_gfid;
    EXPECT_TRUE(client().ask(fop::Release{.gfid = made->iatt.gfid, .fd = made->fd}));
    return made->iatt.gfid;
  }
  int rename(const std::string& from, const std::string& to) { return files.rename(client(), from, to); }
  // Another client begins to rename, and dies after so many steps. Whether it had come to the end.
  bool rename_and_die(const std::string& from, const std::string& to, int steps) {
    DistributeClient& dying = files.lab.add_client();
    EXPECT_TRUE(dying.lookup(root_gfid, "d"));
    EXPECT_TRUE(dying.lookup(files.directory, from));
    files.lab.settle();
    const auto outcome = dying.begin(files.renaming(from, to));
    files.lab.simulation().run_until([&] { return outcome->has_value() || --steps == 0; });
    const bool finished = outcome->has_value();
    dying.die();
    files.lab.settle();
    return finished;
  }
  void expect_whole(const std::string& name, const Gfid& gfid) {
    EXPECT_EQ(files.lab.differences(files.path(name)), std::vector<std::string>{});
    const Result<fop::Lookup::Reply> found = client().lookup(files.directory, name);
    ASSERT_TRUE(found) << name;
    EXPECT_EQ(found->iatt.gfid, gfid);
  }
  void expect_nothing(const std::string& name) {
    EXPECT_TRUE(files.lab.is_nowhere(files.path(name))) << name;
    EXPECT_EQ(files.read(client(), name), "error 2");
  }
  DistributeClient& client() { return files.lab.client(); }

  NamedFiles files{bricks};
};

TEST_F(RenameDirectory, MovesAllCopies) {
  for (Place hashed = 0; hashed < bricks; ++hashed) {
    for (Place new_hashed = 0; new_hashed < bricks; ++new_hashed) {
      const std::string from = files.name_at(hashed), to = files.name_at(new_hashed);
      const Gfid gfid = mkdir(from);
      std::vector<Gfid> contents;
      for (int more = 0; more < 6; ++more) contents.push_back(create(gfid, fmt::format("file{}", more)));
      files.lab.settle();
      TripCount trips(files.lab);
      const Result<fop::Rename::Reply> reply = client().ask(files.renaming(from, to));
      ASSERT_TRUE(reply) << reply.error().sentence();
      EXPECT_EQ(trips.trips(), 4u);
      EXPECT_EQ(reply->iatt.gfid, gfid);
      EXPECT_EQ(reply->iatt.size, 4096u);
      expect_nothing(from);
      expect_whole(to, gfid);
      DistributeClient& other = files.lab.add_client();
      ASSERT_TRUE(other.lookup(files.directory, to));
      for (int more = 0; more < 6; ++more) {
        const Result<fop::Lookup::Reply> found = other.lookup(gfid, fmt::format("file{}", more));
        ASSERT_TRUE(found);
        EXPECT_EQ(found->iatt.gfid, contents[static_cast<std::size_t>(more)]);
      }
      other.die();
    }
  }
}

// Messages take as long as chance has it: without order the bricks do one of the two each.
TEST(RenameDirectories, OfTwoThatGetIntoEachOtherOneDoes) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    StartedLab lab{3, {}, seed};
    const Gfid left = lab.client().mkdir(root_gfid, "left")->iatt.gfid;
    const Gfid right = lab.client().mkdir(root_gfid, "right")->iatt.gfid;
    const Gfid a = lab.client().mkdir(left, "a")->iatt.gfid;
    const Gfid b = lab.client().mkdir(right, "b")->iatt.gfid;
    DistributeClient& other = lab.add_started_client();
    ASSERT_TRUE(other.lookup(root_gfid, "left") && other.lookup(root_gfid, "right"));
    ASSERT_TRUE(other.lookup(left, "a") && other.lookup(right, "b"));
    auto into_b =
        lab.client().begin(fop::Rename{.old_parent = left, .new_parent = b, .old_name = "a", .new_name = "a"});
    auto into_a = other.begin(fop::Rename{.old_parent = right, .new_parent = a, .old_name = "b", .new_name = "b"});
    ASSERT_TRUE(lab.simulation().run_until([&] { return into_b->has_value() && into_a->has_value(); }));
    const bool is_in_b = (*into_b)->has_value();
    EXPECT_NE(is_in_b, (*into_a)->has_value());
    EXPECT_ALIKE(lab, is_in_b ? "right/b/a" : "left/a/b");
    EXPECT_TRUE(lab.is_nowhere(is_in_b ? "left/a" : "right/b"));
  }
}

TEST_F(RenameDirectory, KnowsItsPathAfterwards) {
  const Gfid above = mkdir("above");
  const Gfid moved = mkdir("moved");
  fop::Rename rename{.old_parent = files.directory, .new_parent = above, .old_name = "moved", .new_name = "below"};
  ASSERT_EQ(client().error_of(rename), 0);
  // Its new children get the layouts that any other client would give them.
  const Result<fop::Made> child = client().mkdir(moved, "child");
  ASSERT_TRUE(child);
  EXPECT_EQ(files.lab.differences("d/above/below/child"), std::vector<std::string>{});
  std::vector<Range> ranges;
  for (Place place = 0; place < bricks; ++place) ranges.push_back(files.lab.range(place, "d/above/below/child"));

  NamedFiles elsewhere{bricks};
  const Gfid same_above = elsewhere.lab.client().mkdir(elsewhere.directory, "above")->iatt.gfid;
  const Gfid same_below = elsewhere.lab.client().mkdir(same_above, "below")->iatt.gfid;
  ASSERT_TRUE(elsewhere.lab.client().mkdir(same_below, "child"));
  for (Place place = 0; place < bricks; ++place) {
    EXPECT_EQ(ranges[place], elsewhere.lab.range(place, "d/above/below/child"));
  }
}

TEST_F(RenameDirectory, OverwritesAnEmptyOne) {
  for (Place hashed = 0; hashed < bricks; ++hashed) {
    for (Place new_hashed = 0; new_hashed < bricks; ++new_hashed) {
      const std::string from = files.name_at(hashed), to = files.name_at(new_hashed);
      const Gfid gfid = mkdir(from);
      create(gfid, "content");
      const Gfid overwritten = mkdir(to);
      EXPECT_EQ(rename(from, to), 0);
      expect_nothing(from);
      expect_whole(to, gfid);
      EXPECT_TRUE(client().lookup(gfid, "content"));
      EXPECT_EQ(client().error_of(fop::Stat{.gfid = overwritten}), ESTALE);
    }
  }
}

TEST_F(RenameDirectory, RefusesWhereSomethingIsInTheOther) {
  for (Place filled = 0; filled < bricks; ++filled) {
    const std::string from = files.name_at(0), to = files.name_at(1);
    const Gfid gfid = mkdir(from), other = mkdir(to);
    fop::Mknod mknod{.parent = other, .mode = 0100644, .name = "file"};
    mknod.xdata.set("gfid-req", files.new_gfid());
    ASSERT_TRUE(files.ask_brick(filled, mknod));
    EXPECT_EQ(rename(from, to), ENOTEMPTY);
    expect_whole(from, gfid);
    expect_whole(to, other);
  }
}

TEST_F(RenameDirectory, SweepsLinkFilesThatLeadNowhere) {
  const std::string from = files.name_at(0), to = files.name_at(1);
  const Gfid gfid = mkdir(from), other = mkdir(to);
  fop::Mknod mknod{.parent = other, .mode = 0101000, .name = "stale"};
  mknod.xdata.set("gfid-req", files.new_gfid());
  mknod.xdata.set_bytes("trusted.glusterfs.dht.linkto", as_bytes(std::string("v-client-0") + '\0'));
  ASSERT_TRUE(files.ask_brick(2, mknod));
  EXPECT_EQ(rename(from, to), 0);
  expect_nothing(from);
  expect_whole(to, gfid);
  // And one under the new name itself.
  const std::string further = files.name_at(1);
  files.put_link(further, 2, 0, files.new_gfid());
  EXPECT_EQ(rename(to, further), 0);
  expect_whole(further, gfid);
}

TEST_F(RenameDirectory, FilesAndDirectoriesDoNotReplaceEachOther) {
  for (Place hashed = 0; hashed < bricks; ++hashed) {
    const std::string directory = files.name_at(0), file = files.name_at(hashed);
    const Gfid gfid = mkdir(directory);
    const Gfid other = files.put(file, 1, "text");
    EXPECT_EQ(rename(directory, file), ENOTDIR);
    EXPECT_EQ(rename(file, directory), EISDIR);
    expect_whole(directory, gfid);
    EXPECT_EQ(files.standing(file), files.proper(file, 1, other));
  }
}

TEST_F(RenameDirectory, DoesNotGoIntoItself) {
  const Gfid gfid = mkdir("outer");
  const Result<fop::Made> inner = client().mkdir(gfid, "inner");
  ASSERT_TRUE(inner);
  fop::Rename rename{
      .old_parent = files.directory, .new_parent = inner->iatt.gfid, .old_name = "outer", .new_name = "circle"};
  EXPECT_EQ(client().error_of(rename), EINVAL);
  expect_whole("outer", gfid);
  EXPECT_EQ(files.lab.differences(files.path("outer/inner")), std::vector<std::string>{});
}

TEST_F(RenameDirectory, WaitsUntilAllSubvolumesAreThere) {
  const Gfid gfid = mkdir("directory");
  files.lab.brick(2).go_away();
  EXPECT_EQ(rename("directory", "other"), ENOTCONN);
  files.lab.brick(2).come_back();
  expect_whole("directory", gfid);
  EXPECT_EQ(rename("directory", "other"), 0);
  expect_whole("other", gfid);
}

TEST_F(RenameDirectory, MakesAMissingCopyFirst) {
  for (Place missing = 0; missing < bricks; ++missing) {
    const std::string from = files.name_at(0), to = files.name_at(1);
    const Gfid gfid = mkdir(from);
    ASSERT_TRUE(files.ask_brick(missing, fop::Rmdir{.parent = files.directory, .name = from}));
    EXPECT_EQ(rename(from, to), 0);
    expect_nothing(from);
    expect_whole(to, gfid);
  }
}

TEST_F(RenameDirectory, WhatOneSubvolumeRefusesIsUndoneOnTheOthers) {
  for (bool overwrites : {false, true}) {
    for (int refused = 1;; ++refused) {
      const std::string from = files.name_at(0), to = files.name_at(1);
      const Gfid gfid = mkdir(from);
      create(gfid, "content");
      const Gfid other = overwrites ? mkdir(to) : null_gfid;
      files.lab.settle();
      int left = refused;
      std::string what = "nothing";
      files.lab.on_message([&](std::size_t brick, std::string_view operation) {
        if (--left != 0) return 0;
        what = fmt::format("{} on {}", operation, brick);
        return EIO;
      });
      const int error = rename(from, to);
      files.lab.on_message({});
      SCOPED_TRACE(fmt::format("{} is refused: {}", what, error));
      files.lab.settle();
      if (error == 0) {
        expect_nothing(from);
        expect_whole(to, gfid);
      } else {
        expect_whole(from, gfid);
        if (overwrites) {
          expect_whole(to, other);
        } else {
          expect_nothing(to);
        }
      }
      if (what.starts_with("RENAME")) EXPECT_EQ(error, EIO);
      EXPECT_TRUE(client().lookup(gfid, "content"));
      if (left > 0) break;
    }
  }
}

// Who looks meanwhile finds it under the old name, which is asked for where it hashes to.
TEST_F(RenameDirectory, WhatOneSubvolumeRefusesKeepsItsName) {
  for (Place hashed = 0; hashed < bricks; ++hashed) {
    const std::string from = files.name_at(hashed), to = files.name_at(hashed);
    const Gfid gfid = mkdir(from), other = mkdir(to);
    files.lab.settle();
    bool is_kept = true;
    files.lab.on_message([&](std::size_t brick, std::string_view operation) {
      if (operation != "RENAME") return 0;
      if (brick == hashed) is_kept = false;
      return brick == (hashed + 1) % bricks ? ENOTEMPTY : 0;
    });
    EXPECT_EQ(rename(from, to), ENOTEMPTY);
    files.lab.on_message({});
    EXPECT_TRUE(is_kept);
    files.lab.settle();
    expect_whole(from, gfid);
    expect_whole(to, other);
  }
}

// Whichever name is looked up first is the one that stays, and everything that was in the directory is in it.
TEST_F(RenameDirectory, AClientMayDieAtAnyMoment) {
  for (bool looks_at_old_first : {false, true}) {
    for (Place new_hashed = 0; new_hashed < bricks; ++new_hashed) {
      bool finished = false;
      for (int steps = 1; !finished; steps += 2) {
        SCOPED_TRACE(fmt::format("Dh={}, after {} steps, old first: {}", new_hashed, steps, looks_at_old_first));
        const std::string from = files.name_at(0), to = files.name_at(new_hashed);
        const Gfid gfid = mkdir(from);
        for (int more = 0; more < 6; ++more) create(gfid, fmt::format("file{}", more));
        finished = rename_and_die(from, to, steps);
        const std::string& one = looks_at_old_first ? from : to;
        const std::string& two = looks_at_old_first ? to : from;
        const bool is_one = client().lookup(files.directory, one).has_value();
        const bool is_two = client().lookup(files.directory, two).has_value();
        EXPECT_NE(is_one, is_two);
        expect_whole(is_one ? one : two, gfid);
        expect_nothing(is_one ? two : one);
        for (int more = 0; more < 6; ++more) EXPECT_TRUE(client().lookup(gfid, fmt::format("file{}", more)));
        if (HasFailure()) return;
      }
    }
  }
}

// So is the one that somebody renames again who has looked at both before.
TEST_F(RenameDirectory, WhatCameToNoEndIsRenamedAgain) {
  for (Place new_hashed = 0; new_hashed < bricks; ++new_hashed) {
    bool finished = false;
    for (int steps = 1; !finished; steps += 2) {
      SCOPED_TRACE(fmt::format("Dh={}, after {} steps", new_hashed, steps));
      const std::string from = files.name_at(0), to = files.name_at(new_hashed);
      const Gfid gfid = mkdir(from);
      create(gfid, "content");
      finished = rename_and_die(from, to, steps);
      const int error = rename(from, to);
      if (error != 0) EXPECT_EQ(error, ENOENT);
      expect_whole(to, gfid);
      expect_nothing(from);
      EXPECT_TRUE(client().lookup(gfid, "content"));
      if (HasFailure()) return;
    }
  }
}

// An empty directory that was to be overwritten is there as before, or has gone as a whole, whichever name is looked up
// first. That of a half may have to be looked up twice.
TEST_F(RenameDirectory, AClientMayDieAtAnyMomentAsItOverwrites) {
  for (Place both = 0; both < 2 * bricks; ++both) {
    const Place new_hashed = both / 2;
    const bool looks_at_old_first = both % 2 == 0;
    bool finished = false;
    for (int steps = 1; !finished; steps += 2) {
      SCOPED_TRACE(fmt::format("Dh={}, after {} steps, old first: {}", new_hashed, steps, looks_at_old_first));
      const std::string from = files.name_at(0), to = files.name_at(new_hashed);
      const Gfid gfid = mkdir(from), other = mkdir(to);
      create(gfid, "content");
      finished = rename_and_die(from, to, steps);
      if (looks_at_old_first) static_cast<void>(client().lookup(files.directory, from));
      const Result<fop::Lookup::Reply> once = client().lookup(files.directory, to);
      if (!once) EXPECT_EQ(once.error().number(), ESTALE);
      const Result<fop::Lookup::Reply> there = client().lookup(files.directory, to);
      ASSERT_TRUE(there);
      const bool is_done = there->iatt.gfid == gfid;
      expect_whole(to, is_done ? gfid : other);
      if (is_done) {
        expect_nothing(from);
      } else {
        expect_whole(from, gfid);
      }
      EXPECT_TRUE(client().lookup(gfid, "content"));
      if (HasFailure()) return;
    }
  }
}

// Another client looks at both names all the time: one of them is there.
TEST_F(RenameDirectory, WhoLooksMeanwhileSeesIt) {
  for (Place hashed = 0; hashed < bricks; ++hashed) {
    for (Place new_hashed = 0; new_hashed < bricks; ++new_hashed) {
      const std::string from = files.name_at(hashed), to = files.name_at(new_hashed);
      const Gfid gfid = mkdir(from);
      DistributeClient& other = files.lab.add_client();
      files.lab.settle();
      const auto outcome = client().begin(files.renaming(from, to));
      while (!outcome->has_value()) {
        const bool has_old = other.lookup(files.directory, from).has_value();
        const bool has_new = other.lookup(files.directory, to).has_value();
        EXPECT_TRUE(has_old || has_new);
      }
      files.lab.settle();
      EXPECT_TRUE(**outcome);
      expect_nothing(from);
      expect_whole(to, gfid);
      other.die();
    }
  }
}

// Two clients rename directories into and over one another; locks and the bricks' kernels keep it a tree.
TEST_F(RenameDirectory, ClientsThatRenameAtTheSameTimeLoseNothing) {
  DistributeClient& other = files.lab.add_client();
  std::vector<std::string> names;
  std::map<std::string, Gfid> gfids;
  for (Place place = 0; place < bricks; ++place) {
    for (int more = 0; more < 2; ++more) {
      names.push_back(files.name_at(place));
      const Gfid gfid = mkdir(names.back());
      create(gfid, "content");
      gfids[names.back()] = gfid;
    }
  }
  Random& random = files.lab.simulation().random();
  for (int round = 0; round < 30; ++round) {
    const std::string fresh = files.name_at(random.below(bricks));
    const std::string& one = names[random.below(names.size())];
    const std::string& two = names[random.below(names.size())];
    const auto first = client().begin(files.renaming(one, fresh));
    const auto second = other.begin(files.renaming(two, fresh));
    ASSERT_TRUE(files.lab.simulation().run_until([&] { return first->has_value() && second->has_value(); }));
    files.lab.settle();
    const std::string winner = **first ? one : two;
    EXPECT_TRUE(**first || **second);
    // Who comes second finds a directory that is not empty, or, where it was the same one, nothing.
    EXPECT_NE((**first).has_value(), (**second).has_value());
    expect_nothing(winner);
    expect_whole(fresh, gfids[winner]);
    gfids[fresh] = gfids[winner];
    *std::ranges::find(names, winner) = fresh;
  }
  for (const std::string& name : names) EXPECT_TRUE(client().lookup(gfids[name], "content"));
}

}  // namespace
}  // namespace mortar
