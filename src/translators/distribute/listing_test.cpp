#include <gmock/gmock.h>

#include <map>
#include <set>

#include "translators/distribute/distribute_test_support.h"

namespace mortar::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;
using ::testing::UnorderedElementsAreArray;

constexpr std::uint32_t enough = 1 << 17;

struct Listed {
  std::vector<EntryPlus> entries;
  int error = 0;  // what ended it
  std::size_t calls = 0;

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const EntryPlus& entry : entries) names.push_back(entry.name);
    return names;
  }
  const EntryPlus* find(const std::string& name) const {
    const auto found = std::ranges::find(entries, name, &EntryPlus::name);
    return found == entries.end() ? nullptr : &*found;
  }
};

Fd open_directory(DistributeClient& client, const Gfid& directory) {
  Result<fop::Opened> open = client.ask(fop::Opendir{.gfid = directory});
  EXPECT_TRUE(open);
  return open ? open->fd : Fd{};
}

Listed list_on(DistributeClient& client, const Gfid& directory, const Fd& fd, std::uint64_t offset,
               std::uint32_t size) {
  Listed listed;
  while (true) {
    ++listed.calls;
    Result<fop::Readdirp::Reply> reply =
        client.ask(fop::Readdirp{.gfid = directory, .fd = fd, .offset = offset, .size = size});
    if (!reply) {
      listed.error = reply.error().number();
      return listed;
    }
    std::size_t charged = 0;
    for (EntryPlus& entry : reply->entries.elements) {
      charged += 257 + entry.name.size();
      offset = entry.offset;
      listed.entries.push_back(std::move(entry));
    }
    EXPECT_LE(charged, size);
    EXPECT_EQ(reply->op_ret, static_cast<int>(reply->entries.elements.size()));
    if (reply->op_errno == ENOENT) return listed;
    if (reply->entries.elements.empty()) {
      ADD_FAILURE() << "an answer without entries that is not the end";
      return listed;
    }
  }
}

Listed list(DistributeClient& client, const Gfid& directory, std::uint32_t size = enough) {
  return list_on(client, directory, open_directory(client, directory), 0, size);
}

std::vector<std::string> plain_names(DistributeClient& client, const Gfid& directory, std::uint32_t size) {
  const Fd fd = open_directory(client, directory);
  std::vector<std::string> names;
  std::uint64_t offset = 0;
  while (true) {
    Result<fop::Readdir::Reply> reply =
        client.ask(fop::Readdir{.gfid = directory, .fd = fd, .offset = offset, .size = size});
    EXPECT_TRUE(reply);
    if (!reply) return names;
    for (const Entry& entry : reply->entries.elements) {
      names.push_back(entry.name);
      offset = entry.offset;
    }
    if (reply->op_errno == ENOENT || reply->entries.elements.empty()) return names;
  }
}

class ListingTest : public ::testing::Test {
 protected:
  // A directory with files and directories, and the names that a listing must show.
  void fill(std::size_t files, std::size_t directories) {
    names = {".", ".."};
    directory = lab.client().mkdir(root_gfid, "d")->iatt.gfid;
    for (std::size_t number = 0; number < files; ++number) make_file(fmt::format("file-{}", number));
    for (std::size_t number = 0; number < directories; ++number) {
      names.push_back(fmt::format("directory-{}", number));
      ASSERT_TRUE(lab.client().mkdir(directory, names.back()));
    }
  }
  void make_file(const std::string& name) {
    names.push_back(name);
    ASSERT_TRUE(lab.client().create(directory, name));
  }
  // As far as files are on this brick.
  std::vector<std::string> names_on(std::size_t brick) {
    std::vector<std::string> here;
    for (const std::string& name : names) {
      if (name.starts_with("file") && lab.brick(brick).exists("d/" + name)) here.push_back(name);
    }
    return here;
  }
  std::vector<std::string> names_without(std::size_t brick) {
    const std::vector<std::string> gone = names_on(brick);
    std::vector<std::string> rest;
    for (const std::string& name : names) {
      if (std::ranges::find(gone, name) == gone.end()) rest.push_back(name);
    }
    return rest;
  }

  DistributeLab lab{4};
  Gfid directory;
  std::vector<std::string> names;
};

TEST_F(ListingTest, ShowsEveryNameOnceHoweverMuchFits) {
  fill(60, 20);
  for (const std::uint32_t size : {600u, 1024u, 4096u, 10000u, enough}) {
    EXPECT_THAT(list(lab.client(), directory, size).names(), UnorderedElementsAreArray(names)) << size;
    EXPECT_THAT(plain_names(lab.client(), directory, size), UnorderedElementsAreArray(names)) << size;
  }
}

TEST_F(ListingTest, HasOneOrder) {
  fill(40, 10);
  const std::vector<std::string> order = list(lab.client(), directory, 1024).names();
  EXPECT_EQ(list(lab.client(), directory).names(), order);
  EXPECT_EQ(list(lab.add_client(), directory, 4096).names(), order);
}

TEST_F(ListingTest, GoesOnBehindAnyEntryAlsoOfAnotherDescriptor) {
  fill(20, 10);
  const Listed all = list(lab.client(), directory);
  for (std::size_t index = 0; index < all.entries.size(); ++index) {
    const Listed rest =
        list_on(lab.client(), directory, open_directory(lab.client(), directory), all.entries[index].offset, enough);
    const std::vector<std::string> names_then = all.names();
    EXPECT_EQ(rest.names(), std::vector(names_then.begin() + static_cast<std::ptrdiff_t>(index) + 1, names_then.end()));
  }
}

TEST_F(ListingTest, AsksAllSubvolumesOfASmallDirectoryAtOnce) {
  fill(10, 3);
  const Fd fd = open_directory(lab.client(), directory);
  std::vector<std::pair<std::size_t, Instant>> asked;
  lab.on_message([&](std::size_t brick, std::string_view) {
    asked.emplace_back(brick, lab.simulation().now());
    return 0;
  });
  const Listed listed = list_on(lab.client(), directory, fd, 0, enough);
  EXPECT_THAT(listed.names(), UnorderedElementsAreArray(names));
  EXPECT_EQ(listed.calls, 1u);
  ASSERT_EQ(asked.size(), 4u);
  for (std::size_t brick = 0; brick < 4; ++brick) EXPECT_EQ(asked[brick], std::pair(brick, asked[0].second));
}

TEST_F(ListingTest, FillsTheAnswer) {
  fill(60, 0);
  // 16 entries fit into each.
  const Listed listed = list(lab.client(), directory, 4500);
  EXPECT_LE(listed.calls, 7u);
}

TEST_F(ListingTest, PassesOverASubvolumeThatIsAwayFromTheStart) {
  fill(40, 20);
  for (std::size_t away = 0; away < 4; ++away) {
    lab.brick(away).go_away();
    EXPECT_THAT(list(lab.client(), directory, 2000).names(), UnorderedElementsAreArray(names_without(away))) << away;
    lab.brick(away).come_back();
  }
  EXPECT_THAT(list(lab.client(), directory).names(), UnorderedElementsAreArray(names));
}

TEST_F(ListingTest, EndsWithAnErrorWhenASubvolumeGoesAwayMeanwhile) {
  fill(60, 20);
  const Fd fd = open_directory(lab.client(), directory);
  const Listed all = list_on(lab.client(), directory, fd, 0, enough);
  const std::uint64_t early = all.entries[2].offset;
  for (std::size_t away = 0; away < 4; ++away) {
    lab.brick(away).go_away();
    EXPECT_EQ(list_on(lab.client(), directory, fd, early, enough).error, ENOTCONN) << away;
    lab.brick(away).come_back();
    lab.settle();
    EXPECT_EQ(list_on(lab.client(), directory, fd, early, enough).entries.size(), names.size() - 3) << away;
  }
}

TEST_F(ListingTest, OneThatComesBackMeanwhileShowsItsFilesAndNothingTwice) {
  fill(60, 20);
  lab.brick(2).go_away();
  const Fd fd = open_directory(lab.client(), directory);
  Result<fop::Readdirp::Reply> first = lab.client().ask(fop::Readdirp{.gfid = directory, .fd = fd, .size = 1500});
  ASSERT_TRUE(first);
  lab.brick(2).come_back();
  lab.settle();
  std::vector<std::string> shown;
  for (const EntryPlus& entry : first->entries.elements) shown.push_back(entry.name);
  for (const std::string& name :
       list_on(lab.client(), directory, fd, first->entries.elements.back().offset, 1500).names()) {
    shown.push_back(name);
  }
  EXPECT_THAT(shown, UnorderedElementsAreArray(names));
}

TEST_F(ListingTest, AllAway) {
  fill(3, 0);
  const Fd fd = open_directory(lab.client(), directory);
  ASSERT_EQ(list_on(lab.client(), directory, fd, 0, enough).error, 0);
  for (std::size_t brick = 0; brick < 4; ++brick) lab.brick(brick).go_away();
  EXPECT_EQ(list_on(lab.client(), directory, fd, 0, enough).error, ENOTCONN);
  for (std::size_t brick = 0; brick < 4; ++brick) lab.brick(brick).come_back();
}

TEST_F(ListingTest, TellsWhatABrickCannotRead) {
  fill(40, 0);
  lab.on_message(
      [](std::size_t brick, std::string_view operation) { return brick == 2 && operation == "READDIRP" ? EIO : 0; });
  const Listed listed = list(lab.client(), directory, 2000);
  EXPECT_EQ(listed.error, EIO);
  EXPECT_GE(listed.entries.size(), names_on(0).size() + names_on(1).size());
}

TEST_F(ListingTest, DoesNotShowLinkFiles) {
  fill(8, 0);
  const std::string entry = names_on(1).front();
  const Gfid gfid = lab.client().lookup(directory, entry)->iatt.gfid;
  // As for a file that had to stay elsewhere.
  fop::Mknod link{.parent = directory, .mode = 0101000, .name = entry};
  link.xdata.set("gfid-req", gfid);
  link.xdata.set_text("trusted.glusterfs.dht.linkto", "v-client-1");
  Simulation& simulation = lab.simulation();
  ASSERT_TRUE(simulation.run(lab.client().wire(3).perform(lab.client().user(), link)));
  // A user's own bits are no link.
  const std::string sticky = names_on(0).front();
  const Gfid user = lab.client().lookup(directory, sticky)->iatt.gfid;
  ASSERT_TRUE(lab.client().ask(fop::Setattr{.gfid = user, .iatt = {.mode = 01000}, .valid = set_attribute::mode}));

  const Listed listed = list(lab.client(), directory);
  EXPECT_THAT(listed.names(), UnorderedElementsAreArray(names));
  EXPECT_THAT(plain_names(lab.client(), directory, enough), UnorderedElementsAreArray(names));
  EXPECT_EQ(listed.find(entry)->iatt.mode, 0100644u);
  EXPECT_EQ(listed.find(sticky)->iatt.mode, 0101000u);
}

TEST_F(ListingTest, HidesTheMoversBits) {
  fill(8, 0);
  const std::string entry = names_on(1).front();
  const Gfid gfid = lab.client().lookup(directory, entry)->iatt.gfid;
  Simulation& simulation = lab.simulation();
  fop::Setattr bits{.gfid = gfid, .iatt = {.mode = 03644}, .valid = set_attribute::mode};
  ASSERT_TRUE(simulation.run(lab.client().wire(1).perform(lab.client().user(), bits)));
  EXPECT_EQ(list(lab.client(), directory).find(entry)->iatt.mode, 0103644u);
  lab.brick(1).set_xattr("d/" + entry, "trusted.glusterfs.dht.linkto", std::string("v-client-2\0", 11));
  const Listed listed = list(lab.client(), directory);
  EXPECT_EQ(listed.find(entry)->iatt.mode, 0100644u);
  EXPECT_TRUE(listed.find(entry)->xattrs.empty());
}

TEST_F(ListingTest, ShowsAttributesOfFilesOnly) {
  fill(8, 4);
  for (const EntryPlus& entry : list(lab.client(), directory).entries) {
    EXPECT_EQ(entry.iatt.gfid.is_null(), !entry.name.starts_with("file")) << entry.name;
    EXPECT_NE(entry.inode, 0u);
    EXPECT_EQ(entry.type, entry.name.starts_with("file") ? 8u : 4u);
  }
}

TEST_F(ListingTest, KeepsWhatTheCallerAsksOfEachEntry) {
  fill(4, 2);
  const Gfid file = lab.client().lookup(directory, "file-0")->iatt.gfid;
  fop::Setxattr set{.gfid = file};
  set.values.set_bytes("user.color", as_bytes("red"));
  ASSERT_TRUE(lab.client().ask(set));
  fop::Readdirp readdirp{.gfid = directory, .fd = open_directory(lab.client(), directory), .size = enough};
  readdirp.xdata.set("user.color", std::int64_t{0});
  readdirp.xdata.set("trusted.glusterfs.dht", std::int64_t{0});
  Result<fop::Readdirp::Reply> reply = lab.client().ask(readdirp);
  ASSERT_TRUE(reply);
  for (const EntryPlus& entry : reply->entries.elements) {
    EXPECT_EQ(entry.xattrs.text("user.color").value_or(""), entry.name == "file-0" ? "red" : "");
    EXPECT_FALSE(entry.xattrs.has("trusted.glusterfs.dht"));
    EXPECT_FALSE(entry.xattrs.has("trusted.glusterfs.dht.linkto"));
  }
}

TEST_F(ListingTest, TeachesWhereFilesAre) {
  fill(12, 0);
  DistributeClient& other = lab.add_client();
  const Listed listed = list(other, directory);
  std::size_t messages = 0;
  lab.on_message([&](std::size_t, std::string_view operation) {
    EXPECT_EQ(operation, "OPEN");
    ++messages;
    return 0;
  });
  std::size_t opened = 0;
  for (const EntryPlus& entry : listed.entries) {
    if (!entry.name.starts_with("file")) continue;
    ++opened;
    EXPECT_TRUE(other.ask(fop::Open{.gfid = entry.iatt.gfid}));
  }
  EXPECT_EQ(messages, opened);
}

TEST_F(ListingTest, AsksOneSubvolumeForDirectoriesWhereThatIsWanted) {
  DistributeLab optimized(3, {{"readdir-optimize", "on"}});
  const Gfid parent = optimized.client().mkdir(root_gfid, "d")->iatt.gfid;
  std::vector<std::string> expected = {".", ".."};
  for (int number = 0; number < 20; ++number) {
    expected.push_back(fmt::format("directory-{}", number));
    ASSERT_TRUE(optimized.client().mkdir(parent, expected.back()));
    expected.push_back(fmt::format("file-{}", number));
    ASSERT_TRUE(optimized.client().create(parent, expected.back()));
  }
  EXPECT_THAT(list(optimized.client(), parent, 2000).names(), UnorderedElementsAreArray(expected));
  optimized.brick(0).go_away();
  const Listed degraded = list(optimized.client(), parent, 2000);
  for (const std::string& name : expected) {
    if (!name.starts_with("file")) EXPECT_THAT(degraded.names(), Contains(name));
  }
  optimized.brick(0).come_back();
}

TEST_F(ListingTest, HonoursASizeThatIsTooSmall) {
  fill(1, 0);
  Result<fop::Readdirp::Reply> reply =
      lab.client().ask(fop::Readdirp{.gfid = directory, .fd = open_directory(lab.client(), directory), .size = 10});
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->entries.elements.empty());
  EXPECT_EQ(reply->op_errno, 0);
}

// What stays is shown once, whatever comes and goes meanwhile.
TEST_F(ListingTest, WhileOthersMakeAndRemove) {
  fill(400, 50);
  DistributeClient& other = lab.add_client();
  const Fd fd = open_directory(lab.client(), directory);
  std::map<std::string, int> shown;
  std::uint64_t offset = 0;
  std::size_t made = 0;
  while (true) {
    auto reply = lab.client().begin(fop::Readdirp{.gfid = directory, .fd = fd, .offset = offset, .size = 3000});
    const std::string name = fmt::format("passing-{}", made++);
    ASSERT_TRUE(other.create(directory, name));
    if (made % 3 != 0) ASSERT_TRUE(other.ask(fop::Unlink{.parent = directory, .name = name}));
    const std::string directory_name = fmt::format("passing-directory-{}", made);
    ASSERT_TRUE(other.mkdir(directory, directory_name));
    if (made % 2 != 0) ASSERT_TRUE(other.rmdir(directory, directory_name));
    ASSERT_TRUE(lab.simulation().run_until([&] { return reply->has_value(); }));
    ASSERT_TRUE(**reply);
    for (const EntryPlus& entry : (**reply)->entries.elements) {
      ++shown[entry.name];
      offset = entry.offset;
    }
    if ((**reply)->op_errno == ENOENT) break;
  }
  for (const std::string& name : names) EXPECT_EQ(shown[name], 1) << name;
  for (const auto& [name, times] : shown) EXPECT_EQ(times, 1) << name;
}

}  // namespace
}  // namespace mortar::testing
