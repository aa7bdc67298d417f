#include "translators/distribute/rename_test_support.h"

namespace mortar {

using testing::DistributeClient;
using testing::NamedFiles;
using testing::TripCount;

namespace {

fop::Link linking(const NamedFiles& files, const Gfid& gfid, const std::string& name) {
  return {.gfid = gfid, .new_parent = files.directory, .new_name = name};
}

TEST(Link, MakesTheNameWhereTheDataIs) {
  NamedFiles files(4);
  DistributeClient& client = files.lab.client();
  for (Place hashed = 0; hashed < 3; ++hashed) {
    for (Place new_hashed = 0; new_hashed < 4; ++new_hashed) {
      SCOPED_TRACE(fmt::format("Sh={} Dh={}", hashed, new_hashed));
      const std::string first = files.name_at(hashed), second = files.name_at(new_hashed);
      const Gfid gfid = files.put(first, 0, "text");
      ASSERT_EQ(files.read(client, first), "text");
      TripCount trips(files.lab);
      const Result<fop::Made> made = client.ask(linking(files, gfid, second));
      ASSERT_TRUE(made) << made.error().sentence();
      EXPECT_EQ(trips.trips(), new_hashed == 0 ? 1u : 3u);
      EXPECT_EQ(made->iatt.links, 2u);
      EXPECT_EQ(made->parent_after.size, 4096u);
      EXPECT_EQ(files.standing(first), files.proper(first, 0, gfid));
      EXPECT_EQ(files.standing(second), files.proper(second, 0, gfid));
      EXPECT_EQ(files.read(client, second), "text");
      EXPECT_EQ(client.error_of(linking(files, gfid, second)), EEXIST);
      EXPECT_EQ(files.standing(second), files.proper(second, 0, gfid));
    }
  }
}

TEST(Link, LeavesWhatIsThereAlone) {
  NamedFiles files(4);
  DistributeClient& client = files.lab.client();
  const Gfid gfid = files.put(files.name_at(0), 0, "text");
  for (Place hashed = 0; hashed < 4; ++hashed) {
    for (Place place = 0; place < 4; ++place) {
      SCOPED_TRACE(fmt::format("hashed {}, data {}", hashed, place));
      const std::string name = files.name_at(hashed);
      const Gfid other = files.put(name, place, "other");
      EXPECT_EQ(client.error_of(linking(files, gfid, name)), EEXIST);
      EXPECT_EQ(files.standing(name), files.proper(name, place, other));
    }
  }
  // A name of the file itself.
  for (Place hashed = 0; hashed < 2; ++hashed) {
    const std::string name = files.name_at(hashed);
    files.put_hard_link(name, 0, gfid);
    EXPECT_EQ(client.error_of(linking(files, gfid, name)), EEXIST);
    EXPECT_EQ(files.standing(name), files.proper(name, 0, gfid));
  }
  EXPECT_EQ(client.error_of(linking(files, root_gfid, files.name_at(0))), EPERM);
  EXPECT_EQ(client.error_of(linking(files, files.new_gfid(), files.name_at(0))), ESTALE);
}

TEST(Link, TheLinkFileBelongsToWhomTheFileBelongs) {
  NamedFiles files(2);
  DistributeClient& client = files.lab.client();
  const Gfid gfid = files.put(files.name_at(0), 0, "text");
  fop::Setattr owner{.gfid = gfid};
  owner.iatt.uid = owner.iatt.gid = 1000;
  owner.valid = set_attribute::uid | set_attribute::gid;
  ASSERT_TRUE(client.ask(owner));
  const std::string name = files.name_at(1);
  ASSERT_TRUE(client.ask(linking(files, gfid, name), client.user(1000)));
  files.lab.settle();
  EXPECT_EQ(files.lab.brick(1).status(files.path(name)).uid, 1000u);
}

TEST(Link, StrayLinkFilesDoNotMatter) {
  NamedFiles files(4);
  const Gfid gfid = files.put(files.name_at(0), 0, "text");
  const std::string name = files.name_at(1);
  files.put_link(name, 0, 3, files.new_gfid());
  EXPECT_TRUE(files.lab.client().ask(linking(files, gfid, name)));
  EXPECT_EQ(files.standing(name), files.proper(name, 0, gfid));
  // What somebody left who died in the middle of this link.
  const std::string again = files.name_at(2);
  files.put_link(again, 2, 0, gfid);
  EXPECT_TRUE(files.lab.client().ask(linking(files, gfid, again)));
  EXPECT_EQ(files.standing(again), files.proper(again, 0, gfid));
  // Of somebody's link that comes to nothing.
  for (Place hashed = 0; hashed < 2; ++hashed) {
    SCOPED_TRACE(fmt::format("hashed {}", hashed));
    const std::string taken = files.name_at(hashed);
    files.put_link(taken, hashed, 3, files.new_gfid());
    EXPECT_TRUE(files.lab.client().ask(linking(files, gfid, taken)));
    EXPECT_EQ(files.standing(taken), files.proper(taken, 0, gfid));
  }
}

// The file is on another subvolume than this client remembers.
TEST(Link, FollowsAFileThatWasMoved) {
  for (bool leaves_link_file : {false, true}) {
    for (Place new_hashed = 0; new_hashed < 3; ++new_hashed) {
      SCOPED_TRACE(fmt::format("Dh={} {}", new_hashed, leaves_link_file));
      NamedFiles files(3);
      DistributeClient& client = files.lab.client();
      const std::string first = files.name_at(1), second = files.name_at(new_hashed);
      const Gfid gfid = files.put(first, 0, "text");
      ASSERT_EQ(files.read(client, first), "text");
      files.remove_at(first, 0);
      files.remove_at(first, 1);
      files.put_data(first, 1, gfid, "text");
      if (leaves_link_file) files.put_link(first, 0, 1, gfid);
      const Result<fop::Made> made = client.ask(linking(files, gfid, second));
      ASSERT_TRUE(made) << made.error().sentence();
      EXPECT_EQ(files.standing(second), files.proper(second, 1, gfid));
      EXPECT_EQ(files.read(client, second), "text");
    }
  }
}

// The file is just being moved: its mode says so, and the target has it already.
TEST(Link, IsMadeOnBothSidesOfAMove) {
  for (Place new_hashed = 0; new_hashed < 3; ++new_hashed) {
    SCOPED_TRACE(fmt::format("Dh={}", new_hashed));
    NamedFiles files(3);
    DistributeClient& client = files.lab.client();
    const std::string first = files.name_at(1), second = files.name_at(new_hashed);
    const Gfid gfid = files.put(first, 0, "text");
    ASSERT_EQ(files.read(client, first), "text");
    files.lab.brick(0).set_xattr(files.path(first), "trusted.glusterfs.dht.linkto", std::string("v-client-1") + '\0');
    fop::Setattr moving{.gfid = gfid};
    moving.iatt.mode = 0103644;
    moving.valid = set_attribute::mode;
    ASSERT_TRUE(files.ask_brick(0, moving));
    const Result<fop::Made> made = client.ask(linking(files, gfid, second));
    ASSERT_TRUE(made) << made.error().sentence();
    EXPECT_EQ(made->iatt.mode & 07777, 0644u);
    EXPECT_NE(files.standing_at(second, 0), "");
    // What becomes the data when the move has ended.
    EXPECT_EQ(files.lab.brick(1).status(files.path(second)).inode, files.lab.brick(1).status(files.path(first)).inode);
  }
}

TEST(Link, WhatIsRefusedIsUndone) {
  for (Place new_hashed = 0; new_hashed < 2; ++new_hashed) {
    for (int refused = 1;; ++refused) {
      NamedFiles files(2);
      const std::string first = files.name_at(0), second = files.name_at(new_hashed);
      const Gfid gfid = files.put(first, 0, "text");
      files.read(files.lab.client(), first);
      files.lab.settle();
      int left = refused;
      std::string what = "nothing";
      files.lab.on_message([&](std::size_t, std::string_view operation) {
        if (--left != 0) return 0;
        what = operation;
        return EIO;
      });
      const int error = files.lab.client().error_of(linking(files, gfid, second));
      files.lab.on_message({});
      files.lab.settle();
      SCOPED_TRACE(fmt::format("Dh={}, {} is refused: {}", new_hashed, what, error));
      EXPECT_EQ(files.standing(second), error == 0 ? files.proper(second, 0, gfid) : "");
      if (what == "LINK") EXPECT_EQ(error, EIO);
      if (left > 0) break;
    }
  }
}

TEST(Link, AClientMayDieAtAnyMoment) {
  bool finished = false;
  for (int steps = 1; !finished; ++steps) {
    SCOPED_TRACE(fmt::format("after {} steps", steps));
    NamedFiles files(2);
    DistributeClient& other = files.lab.add_client();
    const std::string first = files.name_at(0), second = files.name_at(1);
    const Gfid gfid = files.put(first, 0, "text");
    files.read(files.lab.client(), first);
    files.lab.settle();
    const auto outcome = files.lab.client().begin(linking(files, gfid, second));
    int left = steps;
    files.lab.simulation().run_until([&] { return outcome->has_value() || --left == 0; });
    finished = outcome->has_value();
    files.lab.client().die();
    const std::string text = files.read(other, second);
    files.lab.settle();
    if (text == "text") {
      EXPECT_EQ(files.standing(second), files.proper(second, 0, gfid));
    } else {
      EXPECT_EQ(text, "error 2");
      // What was under way came to its end.
      files.read(other, second);
      files.lab.settle();
      EXPECT_EQ(other.error_of(linking(files, gfid, second)), 0);
      EXPECT_EQ(files.standing(second), files.proper(second, 0, gfid));
    }
    EXPECT_EQ(files.read(other, first), "text");
  }
}

}  // namespace
}  // namespace mortar
