#include <gmock/gmock.h>

#include "translators/distribute/distribute_test_support.h"

namespace mortar::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* mark_key = "trusted.glusterfs.dht.mds";
const std::string no_mark(4, '\0');

fop::Setxattr set_of(const Gfid& gfid, std::string_view key, std::string_view value, std::uint32_t flags = 0) {
  fop::Setxattr set{.gfid = gfid, .flags = flags};
  set.values.set_bytes(key, as_bytes(value));
  return set;
}

fop::Getxattr get_of(const Gfid& gfid, const std::string& key) { return {.gfid = gfid, .name_given = 1, .name = key}; }

class DirectoryAttributesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(lab.client().lookup(root_gfid));
    Result<fop::Made> made = lab.client().mkdir(root_gfid, "d");
    ASSERT_TRUE(made);
    directory = made->iatt.gfid;
    while (lab.brick(leader).xattr("d", mark_key).starts_with("error")) ++leader;
  }

  std::string value(const Gfid& gfid, const std::string& key, DistributeClient* by = nullptr) {
    DistributeClient& client = by != nullptr ? *by : lab.client();
    Result<fop::Values> reply = client.ask(get_of(gfid, key));
    if (!reply) return "error " + std::to_string(reply.error().number());
    return std::string(reply->values.text(key).value_or("no value"));
  }
  std::vector<std::string> on_bricks(const std::string& name, const std::string& key) {
    std::vector<std::string> values;
    for (std::size_t brick = 0; brick < lab.bricks(); ++brick) values.push_back(lab.brick(brick).xattr(name, key));
    return values;
  }
  std::vector<std::string> everywhere(const std::string& value) { return std::vector(lab.bricks(), value); }
  std::string mark() { return lab.brick(leader).xattr("d", mark_key); }
  // Which bricks were asked for an operation, in order.
  void watch(std::string_view operation) {
    watched = operation;
    lab.on_message([this](std::size_t brick, std::string_view name) {
      if (name == watched) asked.push_back(brick);
      return refuses && *refuses == brick && name == watched ? refusal : 0;
    });
  }
  std::size_t follower() const { return leader == 0 ? 1 : 0; }

  DistributeLab lab{3};
  Gfid directory;
  std::size_t leader = 0;
  std::string watched;
  std::vector<std::size_t> asked;
  std::optional<std::size_t> refuses;
  int refusal = EIO;
};

// ---- Attributes

TEST_F(DirectoryAttributesTest, StatTellsTheLatestTimesOfAll) {
  Moment latest;
  for (int number = 0; number < 9; ++number) {
    latest = lab.client().create(directory, fmt::format("file-{}", number))->parent_after.modified;
  }
  DistributeClient& other = lab.add_client();
  Result<fop::Attributes> stat = other.ask(fop::Stat{.gfid = directory});
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->iatt.modified, latest);
  EXPECT_EQ(stat->iatt.size, 4096u);
  EXPECT_EQ(stat->iatt.blocks, 8u);
  Result<fop::Opened> open = other.ask(fop::Opendir{.gfid = directory});
  Result<fop::Attributes> fstat = other.ask(fop::Fstat{.gfid = directory, .fd = open->fd});
  ASSERT_TRUE(fstat);
  EXPECT_EQ(fstat->iatt.modified, latest);
}

TEST_F(DirectoryAttributesTest, StatDoesWithoutThoseThatAreAway) {
  for (std::size_t brick = 0; brick < 2; ++brick) {
    lab.brick(brick).go_away();
    EXPECT_TRUE(lab.client().ask(fop::Stat{.gfid = directory})) << brick;
  }
  lab.brick(2).go_away();
  EXPECT_EQ(lab.client().error_of(fop::Stat{.gfid = directory}), ENOTCONN);
  for (std::size_t brick = 0; brick < 3; ++brick) lab.brick(brick).come_back();
}

TEST_F(DirectoryAttributesTest, TimesMayBeSetBack) {
  DistributeClient& other = lab.add_client();
  ASSERT_TRUE(other.create(directory, "file"));
  const fop::Setattr set{.gfid = directory,
                         .iatt = {.accessed = {1000, 1}, .modified = {2000, 2}},
                         .valid = set_attribute::accessed | set_attribute::modified};
  Result<fop::Changed> changed = lab.client().ask(set);
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->after.modified, (Moment{2000, 2}));
  for (DistributeClient* client : {&lab.client(), &other}) {
    Result<fop::Attributes> stat = client->ask(fop::Stat{.gfid = directory});
    EXPECT_EQ(stat->iatt.accessed, (Moment{1000, 1}));
    EXPECT_EQ(stat->iatt.modified, (Moment{2000, 2}));
  }
}

TEST_F(DirectoryAttributesTest, AttributesAreSetOnTheLeaderFirst) {
  watch("SETATTR");
  const fop::Setattr set{.gfid = directory, .iatt = {.mode = 0700}, .valid = set_attribute::mode};
  Result<fop::Changed> changed = lab.client().ask(set);
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->before.mode, 040755u);
  EXPECT_EQ(changed->after.mode, 040700u);
  EXPECT_EQ(changed->after.size, 4096u);
  ASSERT_EQ(asked.size(), 3u);
  EXPECT_EQ(asked.front(), leader);
  EXPECT_THAT(lab.differences("d"), IsEmpty());

  asked.clear();
  refuses = leader;
  refusal = EPERM;
  EXPECT_EQ(lab.client().error_of(fop::Setattr{.gfid = directory, .iatt = {.mode = 0}, .valid = set_attribute::mode}),
            EPERM);
  EXPECT_THAT(asked, ElementsAre(leader));
  EXPECT_THAT(lab.differences("d"), IsEmpty());
}

TEST_F(DirectoryAttributesTest, AFollowerThatMissesAChangeIsHealed) {
  lab.brick(follower()).go_away();
  const fop::Setattr set{.gfid = directory, .iatt = {.mode = 0711}, .valid = set_attribute::mode};
  EXPECT_TRUE(lab.client().ask(set));
  lab.brick(follower()).come_back();
  lab.settle();
  EXPECT_FALSE(lab.differences("d").empty());
  EXPECT_EQ(lab.client().lookup(root_gfid, "d")->iatt.mode, 040711u);
  EXPECT_THAT(lab.differences("d"), IsEmpty());
}

TEST_F(DirectoryAttributesTest, NothingIsChangedWithoutTheLeader) {
  lab.brick(leader).go_away();
  const fop::Setattr set{.gfid = directory, .iatt = {.mode = 0711}, .valid = set_attribute::mode};
  EXPECT_EQ(lab.client().error_of(set), ENOTCONN);
  EXPECT_EQ(lab.client().error_of(set_of(directory, "user.a", "1")), ENOTCONN);
  // One that learns of the directory only now.
  EXPECT_EQ(lab.add_client().error_of(set), ENOTCONN);
  lab.brick(leader).come_back();
  lab.settle();
  EXPECT_THAT(lab.differences("d"), IsEmpty());
  EXPECT_EQ(lab.client().error_of(set), 0);
}

// So nobody could tell later which copy missed a change.
TEST_F(DirectoryAttributesTest, TheRootIsChangedWhileAllAreThere) {
  const fop::Setattr set{.gfid = root_gfid, .iatt = {.mode = 01777}, .valid = set_attribute::mode};
  lab.brick(0).go_away();
  EXPECT_EQ(lab.client().error_of(set), ENOTCONN);
  EXPECT_EQ(lab.client().error_of(set_of(root_gfid, "user.a", "1")), ENOTCONN);
  lab.brick(0).come_back();
  lab.settle();
  EXPECT_TRUE(lab.client().ask(set));
  EXPECT_TRUE(lab.client().ask(set_of(root_gfid, "user.a", "1")));
  EXPECT_EQ(value(root_gfid, "user.a"), "1");
  for (std::size_t number = 0; number < 3; ++number) EXPECT_EQ(lab.brick(number).status("").mode, 041777u);
}

TEST_F(DirectoryAttributesTest, WhatOneBrickForbidsIsForbiddenWhateverTheOthersSay) {
  watch("OPENDIR");
  refuses = 0;
  refusal = EACCES;
  lab.brick(2).go_away();
  EXPECT_EQ(lab.client().error_of(fop::Opendir{.gfid = directory}), EACCES);
}

TEST_F(DirectoryAttributesTest, EntriesAreDurableWhereTheyWereMade) {
  lab.brick(0).go_away();
  Result<fop::Opened> open = lab.client().ask(fop::Opendir{.gfid = directory});
  ASSERT_TRUE(open);
  const fop::Fsyncdir sync{.gfid = directory, .fd = open->fd};
  watch("FSYNCDIR");
  EXPECT_EQ(lab.client().error_of(sync), 0);
  EXPECT_THAT(asked, ElementsAre(1, 2));
  lab.brick(2).go_away();
  EXPECT_EQ(lab.client().error_of(sync), ENOTCONN);
  lab.brick(2).come_back();
  lab.brick(0).come_back();
  lab.settle();
  EXPECT_EQ(lab.client().error_of(sync), 0);
  refuses = 1;
  EXPECT_EQ(lab.client().error_of(sync), EIO);
}

// ---- Extended attributes

TEST_F(DirectoryAttributesTest, UsersAttributesAreTheSameEverywhere) {
  watch("SETXATTR");
  ASSERT_TRUE(lab.client().ask(set_of(directory, "user.color", "red")));
  EXPECT_EQ(asked.front(), leader);
  EXPECT_EQ(on_bricks("d", "user.color"), everywhere("red"));
  EXPECT_EQ(mark(), no_mark);
  EXPECT_EQ(value(directory, "user.color"), "red");

  Result<fop::Opened> open = lab.client().ask(fop::Opendir{.gfid = directory});
  fop::Fsetxattr set{.gfid = directory, .fd = open->fd};
  set.values.set_bytes("user.color", as_bytes("blue"));
  ASSERT_TRUE(lab.client().ask(set));
  EXPECT_EQ(on_bricks("d", "user.color"), everywhere("blue"));
  EXPECT_EQ(mark(), no_mark);
  Result<fop::Values> read =
      lab.client().ask(fop::Fgetxattr{.gfid = directory, .fd = open->fd, .name_given = 1, .name = "user.color"});
  EXPECT_EQ(read->values.text("user.color"), "blue");

  ASSERT_TRUE(lab.client().ask(fop::Removexattr{.gfid = directory, .name = "user.color"}));
  EXPECT_EQ(value(directory, "user.color"), "error 61");
  for (const std::string& left : on_bricks("d", "user.color")) EXPECT_TRUE(left.starts_with("error"));
  EXPECT_EQ(mark(), no_mark);
}

TEST_F(DirectoryAttributesTest, AttributesThatNobodyHealsGoToAllAtOnce) {
  watch("XATTROP");
  ASSERT_TRUE(lab.client().ask(set_of(directory, "trusted.other", "1")));
  EXPECT_EQ(on_bricks("d", "trusted.other"), everywhere("1"));
  EXPECT_THAT(asked, IsEmpty());
}

TEST_F(DirectoryAttributesTest, AFollowerThatMissesAnAttributeIsHealed) {
  lab.brick(follower()).go_away();
  ASSERT_TRUE(lab.client().ask(set_of(directory, "user.color", "red")));
  EXPECT_EQ(mark(), std::string(4, '\xff'));
  lab.brick(follower()).come_back();
  lab.settle();
  ASSERT_TRUE(lab.client().lookup(root_gfid, "d"));
  EXPECT_EQ(on_bricks("d", "user.color"), everywhere("red"));
  EXPECT_EQ(mark(), no_mark);
}

TEST_F(DirectoryAttributesTest, WhatTheLeaderRefusesIsDoneNowhere) {
  watch("SETXATTR");
  refuses = leader;
  refusal = ENOSPC;
  EXPECT_EQ(lab.client().error_of(set_of(directory, "user.color", "red")), ENOSPC);
  EXPECT_THAT(asked, ElementsAre(leader));
  EXPECT_EQ(mark(), no_mark);
  // What may have happened half is looked at by the next lookup.
  fop::Setxattr two = set_of(directory, "user.color", "red");
  two.values.set_bytes("user.size", as_bytes("1"));
  EXPECT_EQ(lab.client().error_of(two), ENOSPC);
  EXPECT_NE(mark(), no_mark);
}

TEST_F(DirectoryAttributesTest, TheLeaderJudgesConditions) {
  constexpr std::uint32_t create_only = 1, replace_only = 2;
  // A copy that differs for once.
  lab.brick(follower()).set_xattr("d", "user.color", "old");
  ASSERT_TRUE(lab.client().ask(set_of(directory, "user.color", "red", create_only)));
  EXPECT_EQ(on_bricks("d", "user.color"), everywhere("red"));
  EXPECT_EQ(lab.client().error_of(set_of(directory, "user.color", "blue", create_only)), EEXIST);
  lab.brick(follower()).remove_xattr("d", "user.color");
  ASSERT_TRUE(lab.client().ask(set_of(directory, "user.color", "blue", replace_only)));
  EXPECT_EQ(on_bricks("d", "user.color"), everywhere("blue"));
  lab.brick(follower()).remove_xattr("d", "user.color");
  EXPECT_TRUE(lab.client().ask(fop::Removexattr{.gfid = directory, .name = "user.color"}));
  EXPECT_EQ(lab.client().error_of(fop::Removexattr{.gfid = directory, .name = "user.color"}), ENODATA);
  EXPECT_EQ(mark(), no_mark);
}

TEST_F(DirectoryAttributesTest, AccessListsAreTheSameEverywhere) {
  ASSERT_TRUE(lab.client().ask(
      set_of(directory, "glusterfs.posix.acl", "user::rwx,user:7:r-x,group::r-x,mask::r-x,other::---")));
  const std::vector<std::string> lists = on_bricks("d", "system.posix_acl_access");
  EXPECT_FALSE(lists[0].starts_with("error")) << lists[0];
  EXPECT_EQ(lists, everywhere(lists[0]));
  EXPECT_EQ(mark(), no_mark);
}

TEST_F(DirectoryAttributesTest, AnotherAnswersWhileTheLeaderIsAway) {
  ASSERT_TRUE(lab.client().ask(set_of(directory, "user.color", "red")));
  lab.brick(leader).go_away();
  EXPECT_EQ(value(directory, "user.color"), "red");
  EXPECT_EQ(value(directory, "user.shape"), "error 61");
  lab.brick(leader).come_back();
}

TEST_F(DirectoryAttributesTest, OwnAttributesAreNotShown) {
  ASSERT_TRUE(lab.client().ask(set_of(directory, "user.color", "red")));
  Result<fop::Values> all = lab.client().ask(fop::Getxattr{.gfid = directory});
  ASSERT_TRUE(all);
  std::vector<std::string> names;
  for (const auto& [key, text] : all->values) names.push_back(key);
  EXPECT_THAT(names, ElementsAre("user.color"));
  EXPECT_EQ(value(directory, "trusted.glusterfs.dht"), "error 95");
  EXPECT_EQ(value(directory, mark_key), "error 95");
}

TEST_F(DirectoryAttributesTest, NobodyChangesOwnAttributes) {
  const Gfid file = lab.client().create(directory, "file")->iatt.gfid;
  for (const Gfid& gfid : {directory, file, root_gfid}) {
    for (const char* key : {"trusted.glusterfs.dht", "trusted.glusterfs.dht.linkto", mark_key}) {
      EXPECT_EQ(lab.client().error_of(set_of(gfid, key, "x")), EPERM) << key;
      EXPECT_EQ(lab.client().error_of(fop::Removexattr{.gfid = gfid, .name = key}), EPERM) << key;
    }
  }
  EXPECT_EQ(lab.client().error_of(set_of(file, "trusted.distribute.migrate-data", "force")), EOPNOTSUPP);
}

TEST_F(DirectoryAttributesTest, AttributesOfFiles) {
  const Gfid file = lab.client().create(directory, "file")->iatt.gfid;
  ASSERT_TRUE(lab.client().ask(set_of(file, "user.color", "red")));
  EXPECT_EQ(value(file, "user.color"), "red");
  EXPECT_EQ(value(file, "user.color", &lab.add_client()), "red");
  ASSERT_TRUE(lab.client().ask(fop::Removexattr{.gfid = file, .name = "user.color"}));
  EXPECT_EQ(value(file, "user.color"), "error 61");
}

// ---- Questions and commands

TEST_F(DirectoryAttributesTest, TellsWhereThingsAre) {
  std::string text = value(directory, "trusted.glusterfs.pathinfo");
  std::string expected = "((<DISTRIBUTE:v-dht>";
  for (int brick = 0; brick < 3; ++brick) expected += fmt::format(" <POSIX(/brick):server-{}:/brick/d>", brick);
  expected += ") (v-dht-layout";
  std::vector<std::pair<Range, std::size_t>> ranges;
  for (std::size_t brick = 0; brick < 3; ++brick) ranges.emplace_back(lab.range(brick, "d"), brick);
  std::ranges::sort(ranges, {}, [](const auto& range) { return range.first.start; });
  for (const auto& [range, brick] : ranges) {
    expected += fmt::format(" (v-client-{} {} {})", brick, range.start, range.stop);
  }
  EXPECT_EQ(text, expected + "))");

  const Gfid file = lab.client().create(directory, "file")->iatt.gfid;
  std::size_t place = 0;
  while (!lab.brick(place).exists("d/file")) ++place;
  EXPECT_EQ(value(file, "glusterfs.pathinfo"),
            fmt::format("(<DISTRIBUTE:v-dht> <POSIX(/brick):server-{}:/brick/d/file>)", place));
  EXPECT_EQ(value(directory, "dht.file.hashed-subvol.file"), fmt::format("v-client-{}", place));

  lab.brick(place).go_away();
  text = value(directory, "glusterfs.pathinfo");
  EXPECT_EQ(text.find(fmt::format("server-{}", place)), std::string::npos);
  EXPECT_EQ(value(file, "glusterfs.pathinfo"), "error 107");
  lab.brick(place).come_back();
}

TEST_F(DirectoryAttributesTest, TellsWhetherAllAreThere) {
  EXPECT_EQ(lab.client().ask(get_of(root_gfid, "dht.subvol.status"))->values.number("dht.subvol.status"), 1);
  lab.brick(1).go_away();
  EXPECT_EQ(lab.client().ask(get_of(root_gfid, "dht.subvol.status"))->values.number("dht.subvol.status"), 0);
  lab.brick(1).come_back();
}

TEST_F(DirectoryAttributesTest, FindsANameWhateverItsCase) {
  for (int number = 0; number < 6; ++number) {
    ASSERT_TRUE(lab.client().create(directory, fmt::format("File-{}", number)));
  }
  for (int number = 0; number < 6; ++number) {
    EXPECT_EQ(value(directory, fmt::format("glusterfs.get_real_filename:fILE-{}", number)),
              fmt::format("File-{}", number));
  }
  EXPECT_EQ(value(directory, "glusterfs.get_real_filename:none"), "error 61");
}

TEST_F(DirectoryAttributesTest, SpreadsADirectoryOverNewSubvolumes) {
  // As after a brick was added: it has no part of the directory.
  std::size_t added = 2;
  const Range gone = lab.range(added, "d");
  Layout layout(3);
  for (std::size_t brick = 0; brick < 3; ++brick) layout[brick] = lab.range(brick, "d");
  std::size_t heir = 0;
  for (std::size_t brick = 0; brick < 2; ++brick) {
    if (layout[brick].stop + 1 == gone.start || layout[brick].start == gone.stop + 1) heir = brick;
  }
  layout[heir].start = std::min(layout[heir].start, gone.start);
  layout[heir].stop = std::max(layout[heir].stop, gone.stop);
  layout[added] = Range{.commit_hash = 0};
  for (std::size_t brick = 0; brick < 3; ++brick) {
    const StoredRange stored = layout.stored(brick);
    lab.brick(brick).set_xattr("d", "trusted.glusterfs.dht", std::string(as_text(stored)));
  }
  EXPECT_THAT(lab.differences("d"), IsEmpty());
  DistributeClient& other = lab.add_client();
  EXPECT_EQ(other.ask(set_of(directory, "distribute.fix.layout", "yes"), other.user(1000)).error().number(), EPERM);
  EXPECT_FALSE(lab.range(added, "d").takes_part());
  lab.brick(0).go_away();
  EXPECT_EQ(other.error_of(set_of(directory, "distribute.fix.layout", "yes")), ENOTCONN);
  lab.brick(0).come_back();
  lab.settle();

  EXPECT_EQ(other.error_of(set_of(directory, "distribute.fix.layout", "yes")), 0);
  EXPECT_TRUE(lab.range(added, "d").takes_part());
  EXPECT_THAT(lab.differences("d"), IsEmpty());
  const Range after = lab.range(added, "d");
  EXPECT_EQ(other.error_of(set_of(directory, "distribute.fix.layout", "yes")), 0);
  EXPECT_EQ(lab.range(added, "d"), after);

  const Gfid file = other.create(directory, "file")->iatt.gfid;
  EXPECT_EQ(other.error_of(set_of(file, "distribute.fix.layout", "yes")), EOPNOTSUPP);
}

TEST_F(DirectoryAttributesTest, TakesADirectoryFromASubvolumeThatIsLeaving) {
  std::vector<std::string> names;
  for (int number = 0; number < 12; ++number) {
    names.push_back(fmt::format("file-{}", number));
    ASSERT_TRUE(lab.client().create(directory, names.back()));
  }
  VolumeSection section;
  section.name = "v-dht";
  section.set_option("decommissioned-bricks", "v-client-1");
  ASSERT_TRUE(lab.client().top().reconfigure(section));
  ASSERT_EQ(lab.client().error_of(set_of(directory, "distribute.fix.layout", "yes")), 0);
  EXPECT_FALSE(lab.range(1, "d").takes_part());
  EXPECT_TRUE(lab.range(0, "d").takes_part());
  EXPECT_TRUE(lab.range(2, "d").takes_part());
  EXPECT_THAT(lab.differences("d"), IsEmpty());
  for (DistributeClient* client : {&lab.client(), &lab.add_client()}) {
    for (const std::string& name : names) EXPECT_TRUE(client->lookup(directory, name)) << name;
  }
}

TEST_F(DirectoryAttributesTest, AHealedLayoutLeavesNothingToASubvolumeThatIsLeaving) {
  VolumeSection section;
  section.name = "v-dht";
  section.set_option("decommissioned-bricks", "v-client-1");
  ASSERT_TRUE(lab.client().top().reconfigure(section));
  lab.brick(0).remove_xattr("d", "trusted.glusterfs.dht");
  ASSERT_TRUE(lab.client().lookup(root_gfid, "d"));
  EXPECT_FALSE(lab.range(1, "d").takes_part());
  EXPECT_THAT(lab.differences("d"), IsEmpty());
}

}  // namespace
}  // namespace mortar::testing
