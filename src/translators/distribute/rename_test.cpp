#include <optional>

#include "translators/distribute/rename_test_support.h"

namespace mortar {

using testing::DistributeClient;
using testing::DistributeLab;
using testing::NamedFiles;
using testing::TripCount;

namespace {

// Where the names hash to and where the data is.
struct Shape {
  Place data = 0, hashed = 0, new_hashed = 0;
  std::optional<Place> overwritten;

  std::string text() const {
    return fmt::format("S={} Sh={} D={} Dh={}", data, hashed, overwritten ? std::to_string(*overwritten) : "none",
                       new_hashed);
  }
  std::size_t steps() const {
    if (new_hashed == data) return hashed != data || (overwritten && *overwritten != data) ? 2 : 1;
    if (overwritten == data) return hashed == new_hashed ? 2 : 3;
    return 3;
  }
};

std::vector<Shape> all_shapes() {
  std::vector<Shape> shapes;
  for (Place data = 0; data < 4; ++data) {
    for (Place hashed = 0; hashed < 4; ++hashed) {
      for (Place new_hashed = 0; new_hashed < 4; ++new_hashed) {
        shapes.push_back({data, hashed, new_hashed, std::nullopt});
        for (Place overwritten = 0; overwritten < 4; ++overwritten) {
          shapes.push_back({data, hashed, new_hashed, overwritten});
        }
      }
    }
  }
  return shapes;
}

TEST(Rename, MovesAFileWhereverItsDataAndItsNamesAre) {
  NamedFiles files(4);
  DistributeClient& client = files.lab.client();
  DistributeClient& other = files.lab.add_client();
  for (const Shape& shape : all_shapes()) {
    SCOPED_TRACE(shape.text());
    const std::string from = files.name_at(shape.hashed), to = files.name_at(shape.new_hashed);
    const Gfid gfid = files.put(from, shape.data, from);
    Gfid overwritten;
    if (shape.overwritten) overwritten = files.put(to, *shape.overwritten, to);
    // As the kernel does before it renames.
    ASSERT_EQ(files.read(client, from), from);
    ASSERT_EQ(files.read(client, to), shape.overwritten ? to : "error 2");
    files.lab.settle();

    {
      TripCount trips(files.lab);
      const Result<fop::Rename::Reply> reply = client.ask(files.renaming(from, to));
      ASSERT_TRUE(reply) << reply.error().sentence();
      EXPECT_EQ(trips.trips(), 2 + shape.steps());
      EXPECT_EQ(reply->iatt.gfid, gfid);
      EXPECT_EQ(reply->iatt.links, 1u);
      EXPECT_EQ(reply->iatt.size, from.size());
      EXPECT_EQ(reply->old_parent_after.gfid, files.directory);
      EXPECT_EQ(reply->new_parent_after.gfid, files.directory);
      EXPECT_EQ(reply->new_parent_after.size, 4096u);
    }
    EXPECT_EQ(files.standing(from), "");
    EXPECT_EQ(files.standing(to), files.proper(to, shape.data, gfid));
    EXPECT_EQ(files.read(client, to), from);
    EXPECT_EQ(files.read(client, from), "error 2");
    EXPECT_EQ(files.read(other, to), from);
    EXPECT_EQ(files.read(other, from), "error 2");
    if (shape.overwritten) {
      EXPECT_FALSE(client.lookup(overwritten));
    }
    files.remove_at(to, shape.data);
    if (shape.new_hashed != shape.data) files.remove_at(to, shape.new_hashed);
  }
}

// The same with a client that has seen neither name, and does not know where anything is.
TEST(Rename, FindsOutWhatItDoesNotRemember) {
  NamedFiles files(4);
  for (const Shape& shape : all_shapes()) {
    if (shape.data > 1) continue;
    SCOPED_TRACE(shape.text());
    const std::string from = files.name_at(shape.hashed), to = files.name_at(shape.new_hashed);
    const Gfid gfid = files.put(from, shape.data, from);
    if (shape.overwritten) files.put(to, *shape.overwritten, to);
    DistributeClient& fresh = files.lab.add_client();
    EXPECT_EQ(files.rename(fresh, from, to), 0);
    EXPECT_EQ(files.standing(from), "");
    EXPECT_EQ(files.standing(to), files.proper(to, shape.data, gfid));
    fresh.die();
  }
}

TEST(Rename, LocksAsStockDoes) {
  NamedFiles files(4);
  const std::string from = files.name_at(1), to = files.name_at(2);
  files.put(from, 0, "source");
  files.put(to, 3, "target");
  files.read(files.lab.client(), from);
  files.read(files.lab.client(), to);
  files.lab.settle();
  std::map<std::string, std::vector<std::size_t>> locked;
  files.lab.on_message([&](std::size_t brick, std::string_view operation) {
    locked[std::string(operation)].push_back(brick);
    return 0;
  });
  EXPECT_EQ(files.rename(files.lab.client(), from, to), 0);
  files.lab.settle();
  // The two files, the layout where each name hashes to, the names; all of them given back.
  std::ranges::sort(locked["INODELK"]);
  std::ranges::sort(locked["ENTRYLK"]);
  EXPECT_EQ(locked["INODELK"], (std::vector<std::size_t>{0, 0, 1, 1, 2, 2, 3, 3}));
  EXPECT_EQ(locked["ENTRYLK"], (std::vector<std::size_t>{1, 1, 2, 2}));
}

TEST(Rename, TwoNamesOfOneFileBothStay) {
  for (Place second_hashed : {Place{0}, Place{1}, Place{2}}) {
    NamedFiles files(4);
    const std::string first = files.name_at(1), second = files.name_at(second_hashed);
    const Gfid gfid = files.put(first, 0, "text");
    files.put_hard_link(second, 0, gfid);
    const std::string before = files.standing(first) + files.standing(second);
    EXPECT_EQ(files.rename(files.lab.client(), first, second), 0);
    EXPECT_EQ(files.standing(first) + files.standing(second), before);
    EXPECT_EQ(files.rename(files.lab.client(), first, first), 0);
    EXPECT_EQ(files.standing(first) + files.standing(second), before);
    EXPECT_EQ(files.read(files.lab.client(), first), "text");
  }
}

// A file with several names has link files under all that hash elsewhere, and those on one brick are one inode.
TEST(Rename, MovesOneOfSeveralNames) {
  for (const Shape& shape : all_shapes()) {
    if (shape.data != 0 || shape.overwritten) continue;
    SCOPED_TRACE(shape.text());
    NamedFiles files(4);
    DistributeClient& client = files.lab.client();
    const std::string from = files.name_at(shape.hashed), to = files.name_at(shape.new_hashed);
    const Gfid gfid = files.put(from, shape.data, "text");
    std::vector<std::string> others;
    for (Place place = 0; place < 4; ++place) {
      others.push_back(files.name_at(place));
      files.put_hard_link(others.back(), shape.data, gfid);
    }
    EXPECT_EQ(files.rename(client, from, to), 0);
    EXPECT_EQ(files.standing(from), "");
    EXPECT_EQ(files.standing(to), files.proper(to, shape.data, gfid));
    for (const std::string& name : others) {
      EXPECT_EQ(files.standing(name), files.proper(name, shape.data, gfid));
      EXPECT_EQ(files.read(client, name), "text");
    }
    const Result<fop::Lookup::Reply> found = client.lookup(files.directory, to);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->iatt.links, 5u);
    // And back over one of the others, which is the same file.
    EXPECT_EQ(files.rename(client, to, others[1]), 0);
    EXPECT_EQ(files.standing(to), files.proper(to, shape.data, gfid));
  }
}

TEST(Rename, LinkFilesThatLeadNowhereDoNotMatter) {
  NamedFiles files(4);
  for (const Shape& shape : all_shapes()) {
    if (shape.data != 0 || shape.overwritten) continue;
    for (Place target = 0; target < 4; ++target) {
      for (Place stale = 0; stale < 4; ++stale) {
        SCOPED_TRACE(fmt::format("{}, a link file for the new name on {} to {}", shape.text(), stale, target));
        const std::string from = files.name_at(shape.hashed), to = files.name_at(shape.new_hashed);
        const Gfid gfid = files.put(from, shape.data, "text");
        files.put_link(to, stale, target, files.new_gfid());
        // One for the old name where it does not belong.
        const bool belongs = shape.new_hashed == shape.data || shape.new_hashed == shape.hashed;
        if (!belongs) files.put_link(from, shape.new_hashed, target, files.new_gfid());
        EXPECT_EQ(files.rename(files.lab.client(), from, to), 0);
        EXPECT_EQ(files.standing(from), "");
        // One that is nowhere in the way stays.
        const bool in_the_way = stale == shape.new_hashed || stale == shape.data;
        const std::string strayed = in_the_way ? "" : files.standing_at(to, stale);
        std::string rest = files.standing(to);
        if (!strayed.empty()) rest.erase(rest.find(strayed), strayed.size());
        EXPECT_EQ(rest, files.proper(to, shape.data, gfid));
        EXPECT_EQ(files.read(files.lab.client(), to), "text");
      }
    }
  }
}

// On one brick all link files of a file are one inode, which is there under another name already.
TEST(Rename, ALinkFileForAnotherFileGivesWayToAFurtherNameOfOurs) {
  NamedFiles files(4);
  const std::string from = files.name_at(1), to = files.name_at(2);
  const Gfid gfid = files.put(from, 0, "text");
  const std::string further = files.name_at(2);
  files.put_hard_link(further, 0, gfid);
  files.put_link(from, 2, 3, files.new_gfid());
  EXPECT_EQ(files.rename(files.lab.client(), from, to), 0);
  EXPECT_EQ(files.standing(from), "");
  EXPECT_EQ(files.standing(to), files.proper(to, 0, gfid));
  EXPECT_EQ(files.standing(further), files.proper(further, 0, gfid));
}

// The link file of the old name is missing, or is one for a file that was there before.
TEST(Rename, FindsAFileWithoutItsLinkFile) {
  for (bool with_stale : {false, true}) {
    for (Place new_hashed = 0; new_hashed < 4; ++new_hashed) {
      SCOPED_TRACE(fmt::format("Dh={} {}", new_hashed, with_stale));
      NamedFiles files(4);
      const std::string from = files.name_at(1), to = files.name_at(new_hashed);
      const Gfid gfid = files.new_gfid();
      files.put_data(from, 0, gfid, "text");
      if (with_stale) files.put_link(from, 1, 2, files.new_gfid());
      EXPECT_EQ(files.rename(files.lab.client(), from, to), 0);
      EXPECT_EQ(files.standing(from), "");
      EXPECT_EQ(files.standing(to), files.proper(to, 0, gfid));
    }
  }
}

TEST(Rename, MemoryThatIsWrongCostsTripsAndNothingElse) {
  NamedFiles files(4);
  DistributeClient& client = files.lab.client();
  DistributeClient& other = files.lab.add_client();
  const std::string from = files.name_at(1), to = files.name_at(2);
  files.put(from, 0, "first");
  files.put(to, 3, "second");
  files.read(client, from);
  files.read(client, to);
  // Another client puts other files in both places.
  ASSERT_EQ(files.rename(other, from, files.name_at(3)), 0);
  ASSERT_EQ(files.rename(other, to, files.name_at(0)), 0);
  const Gfid gfid = files.put(from, 2, "third");
  files.put(to, 0, "fourth");
  EXPECT_EQ(files.rename(client, from, to), 0);
  EXPECT_EQ(files.standing(from), "");
  EXPECT_EQ(files.standing(to), files.proper(to, 2, gfid));
  // And takes it away.
  ASSERT_EQ(files.rename(other, to, from), 0);
  EXPECT_EQ(files.rename(client, to, files.name_at(1)), ENOENT);
}

TEST(Rename, WhatIsNotThereIsNotRenamed) {
  NamedFiles files(4);
  EXPECT_EQ(files.rename(files.lab.client(), files.name_at(0), files.name_at(1)), ENOENT);
  EXPECT_EQ(files.rename(files.lab.client(), files.name_at(2), files.name_at(2)), ENOENT);
  fop::Rename nowhere{.old_parent = files.new_gfid(), .new_parent = files.directory, .old_name = "a", .new_name = "b"};
  EXPECT_EQ(files.lab.client().error_of(nowhere), ESTALE);
}

TEST(Rename, ASubvolumeThatIsAwayIsOnlyMissedWhereItIsNeeded) {
  NamedFiles files(4);
  const std::string from = files.name_at(0), near = files.name_at(0), far = files.name_at(3);
  const Gfid gfid = files.put(from, 0, "text");
  files.lab.brick(3).go_away();
  EXPECT_EQ(files.rename(files.lab.client(), from, far), ENOTCONN);
  EXPECT_EQ(files.standing(from), files.proper(from, 0, gfid));
  EXPECT_EQ(files.rename(files.lab.client(), from, near), 0);
  EXPECT_EQ(files.standing(near), files.proper(near, 0, gfid));
  files.lab.brick(3).come_back();
  EXPECT_EQ(files.rename(files.lab.client(), near, far), 0);
  EXPECT_EQ(files.standing(far), files.proper(far, 0, gfid));
}

TEST(Rename, StickyDirectoriesLeaveItToTheOwners) {
  NamedFiles files(4);
  fop::Setattr set{.gfid = files.directory};
  set.iatt.mode = 01777;
  set.valid = set_attribute::mode;
  ASSERT_TRUE(files.lab.client().ask(set));
  const std::string mine = files.name_at(0), roots = files.name_at(1);
  const Gfid gfid = files.put(mine, 0, "mine");
  files.put(roots, 1, "root's");
  fop::Setattr owner{.gfid = gfid};
  owner.iatt.uid = owner.iatt.gid = 1000;
  owner.valid = set_attribute::uid | set_attribute::gid;
  ASSERT_TRUE(files.lab.client().ask(owner));
  const std::string to = files.name_at(2);
  EXPECT_EQ(files.rename(files.lab.client(), roots, to, 1000), EACCES);
  EXPECT_EQ(files.rename(files.lab.client(), mine, roots, 1000), EACCES);
  EXPECT_EQ(files.rename(files.lab.client(), mine, to, 1000), 0);
  EXPECT_EQ(files.standing(to), files.proper(to, 0, gfid));
  files.lab.settle();
  EXPECT_EQ(files.lab.brick(2).status(files.path(to)).uid, 1000u);
}

TEST(Rename, WhoMayNotChangeTheOldDirectoryChangesNothing) {
  NamedFiles files(4);
  const std::string from = files.name_at(1), to = files.name_at(2);
  const Gfid gfid = files.put(from, 0, "text"), other = files.put(to, 3, "other");
  files.lab.on_message([](std::size_t, std::string_view operation) { return operation == "ACCESS" ? EACCES : 0; });
  EXPECT_EQ(files.rename(files.lab.client(), from, to, 1000), EACCES);
  files.lab.settle();
  EXPECT_EQ(files.standing(from), files.proper(from, 0, gfid));
  EXPECT_EQ(files.standing(to), files.proper(to, 3, other));
}

// What somebody left who died in the middle: a second name that nothing leads to.
TEST(Rename, TakesOverWhatWasLeftInTheMiddle) {
  NamedFiles files(4);
  const std::string from = files.name_at(1), to = files.name_at(2);
  const Gfid gfid = files.put(from, 0, "text");
  ASSERT_TRUE(files.ask_brick(0, fop::Link{.gfid = gfid, .new_parent = files.directory, .new_name = to}));
  EXPECT_EQ(files.rename(files.lab.client(), from, to), 0);
  EXPECT_EQ(files.standing(from), "");
  EXPECT_EQ(files.standing(to), files.proper(to, 0, gfid));
}

// A file that nothing leads to stands where the second name has to be made.
TEST(Rename, OverwritesAFileThatNothingLeadsTo) {
  NamedFiles files(4);
  const std::string from = files.name_at(1), to = files.name_at(2);
  const Gfid gfid = files.put(from, 0, "text");
  files.put_data(to, 0, files.new_gfid(), "lost");
  EXPECT_EQ(files.rename(files.lab.client(), from, to), 0);
  EXPECT_EQ(files.standing(from), "");
  EXPECT_EQ(files.standing(to), files.proper(to, 0, gfid));
  EXPECT_EQ(files.read(files.lab.client(), to), "text");
}

}  // namespace
}  // namespace mortar
