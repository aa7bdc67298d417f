#include "translators/index/index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "simulation/simulation.h"
#include "translators/testing.h"

namespace mortar {
namespace {

const Gfid object = *Gfid::parse("00112233-4455-4677-8899-aabbccddeeff"), root = root_gfid;

struct IndexTest : ::testing::Test {
  explicit IndexTest(bool erasure = false) {
    section.name = "v-index";
    section.set_option("index-base", base);
    if (erasure) {
      section.set_option("xattrop64-watchlist", "trusted.ec.dirty");
    } else {
      section.set_option("xattrop-pending-watchlist", "trusted.afr.v-");
      section.set_option("xattrop-dirty-watchlist", "trusted.afr.dirty");
    }
    EXPECT_TRUE(world.files().make_directories("/brick/.glusterfs"));
    restart();
    leaf.answer<fop::Xattrop>([this](const Call&, const fop::Xattrop&) -> Result<fop::Xattrop::Reply> {
      listed_before = listed("xattrop").contains(object.text()) || listed("dirty").contains(object.text());
      if (failing != 0) return failed(failing);
      fop::Xattrop::Reply reply;
      reply.values = stored;
      return reply;
    });
  }
  void restart() {
    index = *make_index(world, section);
    index->add_child(leaf);
    ASSERT_TRUE(simulation.run(index->start()));
  }

  // The names in a list, base files left out.
  std::set<std::string> listed(const std::string& list, bool bases = false) {
    std::set<std::string> names;
    auto folder = world.files().open(FileSystem::no_directory, base + "/" + list, 0200000, 0);
    if (!folder) return names;
    std::uint64_t offset = 0;
    while (true) {
      auto entries = world.files().read_directory(folder->number(), offset);
      if (!entries || entries->empty()) return names;
      offset = entries->back().offset;
      for (const DirectoryEntry& entry : *entries) {
        if (entry.name == "." || entry.name == "..") continue;
        if (entry.name.starts_with(list + "-") == bases) names.insert(entry.name);
      }
    }
  }
  template <class Operation>
  Result<typename Operation::Reply> perform(const Operation& operation) {
    const Call call = testing::call_of(testing::client_number(1), "owner", pid);
    return simulation.run(index->perform(call, operation));
  }
  static Dictionary counter(const std::string& key, char value, std::size_t size = 12) {
    std::string bytes(size, '\0');
    bytes[3] = value;
    Dictionary values;
    values.set_bytes(key, as_bytes(bytes));
    return values;
  }
  // Adds to a counter whose value is then as given.
  void count(const std::string& key, char added, char now, Dictionary xdata = {}, std::uint32_t operation = 0) {
    stored = counter(key, now);
    auto reply =
        perform(fop::Xattrop{.gfid = object, .operation = operation, .values = counter(key, added), .xdata = xdata});
    EXPECT_EQ(reply.has_value(), failing == 0);
  }
  Gfid virtual_gfid(const std::string& name) {
    auto reply = perform(fop::Getxattr{.gfid = root, .name_given = 1, .name = name});
    return reply ? reply->values.gfid(name).value_or(Gfid{}) : Gfid{};
  }
  std::vector<std::string> read_all(const Gfid& gfid, std::uint32_t size = 4096) {
    std::vector<std::string> names;
    auto open = perform(fop::Opendir{.gfid = gfid});
    if (!open) return names;
    fop::Readdir readdir{.gfid = gfid, .fd = open->fd, .size = size};
    while (true) {
      auto reply = perform(readdir);
      if (!reply) return names;
      for (const Entry& entry : reply->entries.elements) {
        names.push_back(entry.name);
        readdir.offset = entry.offset;
      }
      if (reply->op_errno == ENOENT || reply->entries.elements.empty()) break;
    }
    EXPECT_TRUE(perform(fop::Releasedir{.gfid = gfid, .fd = open->fd}));
    EXPECT_TRUE(leaf.asked<fop::Opendir>().empty());
    return names;
  }

  const std::string base = "/brick/.glusterfs/indices";
  const std::string pending = "trusted.afr.v-client-0", dirty = "trusted.afr.dirty";
  using Names = std::set<std::string>;
  Simulation simulation{1};
  Host& host = simulation.add_host("server", "10.0.0.1");
  SimulatedWorld& world = host.start_process("brick");
  VolumeSection section;
  testing::FakeLeaf leaf;
  std::unique_ptr<Translator> index;
  Dictionary stored;
  bool listed_before = false;
  int failing = 0;
  std::int32_t pid = 100;
};

TEST_F(IndexTest, AnObjectIsListedBeforeItsCountersRiseAndUntilTheyAreZero) {
  count(dirty, 1, 1);
  EXPECT_TRUE(listed_before);
  EXPECT_EQ(listed("dirty"), Names{object.text()});
  EXPECT_EQ(listed("xattrop"), Names{});
  count(pending, 1, 1);
  EXPECT_EQ(listed("xattrop"), Names{object.text()});
  count(dirty, -1, 0);
  EXPECT_EQ(listed("dirty"), Names{});
  EXPECT_EQ(listed("xattrop"), Names{object.text()});
  count(pending, -1, 0);
  EXPECT_EQ(listed("xattrop"), Names{});
}

TEST_F(IndexTest, ReadingListsWhatIsRaisedAndNothingElse) {
  count(pending, 0, 3);
  EXPECT_FALSE(listed_before);
  EXPECT_EQ(listed("xattrop"), Names{object.text()});
  count("trusted.afr.other-client-0", 1, 1);
  count("user.x", 1, 1, {}, 4);
  EXPECT_EQ(listed("dirty"), Names{});
}

TEST_F(IndexTest, WhatEndsIsNotListedForIt) {
  stored = counter(dirty, 0);
  Dictionary falls;
  const std::array<std::byte, 12> one_less{std::byte{0xff}, std::byte{0xff}, std::byte{0xff}, std::byte{0xff}};
  falls.set_bytes(dirty, one_less);
  EXPECT_TRUE(perform(fop::Xattrop{.gfid = object, .operation = 0, .values = falls, .xdata = {}}));
  EXPECT_FALSE(listed_before);
  // Another one is under way.
  stored = counter(dirty, 1);
  EXPECT_TRUE(perform(fop::Xattrop{.gfid = object, .operation = 0, .values = falls, .xdata = {}}));
  EXPECT_EQ(listed("dirty"), Names{object.text()});
}

TEST_F(IndexTest, AFileThatIsMadeMarkedIsListedBefore) {
  Gfid opened = object;
  int refused = 0;
  bool was_listed = false;
  leaf.answer<fop::Create>([&](const Call&, const fop::Create&) -> Result<fop::Create::Reply> {
    was_listed = listed("dirty").contains(object.text());
    if (refused != 0) return failed(refused);
    fop::Create::Reply reply;
    reply.iatt.gfid = opened;
    return reply;
  });
  fop::Create create{.parent = root, .flags = 0, .mode = 0644, .umask = 0, .name = "f", .xdata = counter(dirty, 1)};
  create.xdata.set_bytes("gfid-req", object.view());
  EXPECT_TRUE(perform(create));
  EXPECT_TRUE(was_listed);
  EXPECT_EQ(listed("dirty"), Names{object.text()});
  EXPECT_EQ(listed("xattrop"), Names{});
  refused = ENODATA;  // another object of that identity: it may be listed rightly
  EXPECT_FALSE(perform(create));
  EXPECT_EQ(listed("dirty"), Names{object.text()});
  refused = EEXIST;
  EXPECT_FALSE(perform(create));
  EXPECT_EQ(listed("dirty"), Names{});
  refused = 0;
  opened = *Gfid::parse("00112233-4455-4677-8899-000000000001");
  EXPECT_TRUE(perform(create));
  EXPECT_TRUE(was_listed);
  EXPECT_EQ(listed("dirty"), Names{});
}

TEST_F(IndexTest, AFailedChangeLeavesTheEntry) {
  failing = EIO;
  count(pending, 1, 1);
  EXPECT_EQ(listed("xattrop"), Names{object.text()});
}

TEST_F(IndexTest, WhatHasBeenRemovedIsListedNoMore) {
  count(dirty, 1, 1);
  count(pending, 1, 1);
  failing = ESTALE;
  count(dirty, -1, 0);
  EXPECT_EQ(listed("dirty"), Names{});
  EXPECT_EQ(listed("xattrop"), Names{});
}

struct ErasureIndexTest : IndexTest {
  ErasureIndexTest() : IndexTest(true) {}
};
TEST_F(ErasureIndexTest, LongCountersAreWatched) {
  count("trusted.ec.dirty", 1, 1, {}, 1);
  EXPECT_TRUE(listed_before);
  EXPECT_EQ(listed("xattrop"), Names{object.text()});
  count("trusted.ec.version", 1, 1, {}, 1);
  count("trusted.ec.dirty", -1, 0, {}, 1);
  EXPECT_EQ(listed("xattrop"), Names{});
}

TEST_F(IndexTest, NamesOfDirectoriesAreListed) {
  Dictionary create, remove, purge;
  create.set_text("glusterfs.xattrop-entry-create", "one");
  remove.set_text("glusterfs.xattrop-entry-delete", "one");
  purge.set("glusterfs.xattrop-purge-index", std::int64_t{1});
  count(pending, 1, 1, create);
  create.set_text("glusterfs.xattrop-entry-create", "two");
  count(pending, 1, 2, create);
  EXPECT_EQ(listed("entry-changes"), Names{object.text()});
  EXPECT_EQ(listed("entry-changes/" + object.text()), (Names{"one", "two"}));
  const Gfid all = virtual_gfid("glusterfs.xattrop_entry_changes_gfid");
  auto found = perform(fop::Lookup{.parent = all, .name = object.text()});
  ASSERT_TRUE(found);
  EXPECT_EQ(read_all(found->iatt.gfid), (std::vector<std::string>{"one", "two"}));
  EXPECT_TRUE(perform(fop::Lookup{.gfid = found->iatt.gfid}));
  EXPECT_TRUE(perform(fop::Unlink{.parent = found->iatt.gfid, .name = "two"}));
  count(pending, -1, 1, remove);
  EXPECT_EQ(listed("entry-changes/" + object.text()), Names{});
  count(pending, -1, 0, purge);
  EXPECT_EQ(listed("entry-changes"), Names{});
  create.set_text("glusterfs.xattrop-entry-create", "../../../etc");
  EXPECT_EQ(perform(fop::Xattrop{.gfid = object, .values = counter(pending, 1), .xdata = create}).error().number(),
            EPERM);
}

TEST_F(IndexTest, ARenameCarriesTheNote) {
  Dictionary create;
  create.set_text("glusterfs.xattrop-entry-create", "one");
  count(pending, 1, 1, create);
  const auto rename = [&](const std::string& from, const Gfid& directory, const std::string& to) {
    return perform(fop::Rename{.old_parent = object, .new_parent = directory, .old_name = from, .new_name = to})
        .has_value();
  };
  EXPECT_TRUE(rename("one", object, "two"));
  EXPECT_TRUE(rename("unknown", object, "three"));
  EXPECT_EQ(listed("entry-changes/" + object.text()), (Names{"one", "two"}));
  EXPECT_EQ(leaf.asked<fop::Rename>().size(), 2U);
  pid = -6;  // a healer
  EXPECT_TRUE(rename("one", object, "healed"));
  pid = 100;
  fop::Rename of_alike{.old_parent = object, .new_parent = object, .old_name = "one", .new_name = "alike"};
  of_alike.xdata.set("mortar.names-are-alike", std::int32_t{1});
  EXPECT_TRUE(perform(of_alike).has_value());
  EXPECT_EQ(listed("entry-changes/" + object.text()), (Names{"one", "two"}));
  // Who is blamed for the old directory lacks it in the new one.
  leaf.answer<fop::Getxattr>([this](const Call&, const fop::Getxattr&) -> Result<fop::Getxattr::Reply> {
    fop::Getxattr::Reply reply;
    reply.values = counter(pending, 7);
    reply.values.set_text("user.other", "x");
    return reply;
  });
  const Gfid other = fixed_gfid(77);
  restart();
  EXPECT_TRUE(rename("two", other, "four"));
  EXPECT_EQ(listed("entry-changes/" + other.text()), Names{"four"});
  const fop::Xattrop blame = leaf.asked<fop::Xattrop>().back().second;
  EXPECT_EQ(blame.gfid, other);
  EXPECT_EQ(blame.values.size(), 1U);
  EXPECT_TRUE(listed("xattrop").contains(other.text()));
}

TEST_F(IndexTest, WhatIsLeftOfADirectoryIsKeptAside) {
  Dictionary create, purge;
  create.set_text("glusterfs.xattrop-entry-create", "one");
  purge.set("glusterfs.xattrop-purge-index", std::int64_t{1});
  count(pending, 1, 1, create);
  count(pending, -1, 0, purge);
  const Names left = listed("entry-changes");
  ASSERT_EQ(left.size(), 1U);
  EXPECT_FALSE(left.contains(object.text()));
  const Gfid all = virtual_gfid("glusterfs.xattrop_entry_changes_gfid");
  EXPECT_TRUE(perform(fop::Rmdir{.parent = all, .flags = 1, .name = *left.begin()}));
  EXPECT_EQ(listed("entry-changes"), Names{});
}

TEST_F(IndexTest, HealersReadAndShortenTheLists) {
  std::set<std::string> expected;
  for (std::uint8_t last = 10; last < 30; ++last) {
    stored = counter(pending, 1);
    ASSERT_TRUE(perform(fop::Xattrop{.gfid = fixed_gfid(last), .values = counter(pending, 1)}));
    expected.insert(fixed_gfid(last).text());
  }
  const Gfid list = virtual_gfid("glusterfs.xattrop_index_gfid");
  EXPECT_FALSE(list.is_null());
  EXPECT_NE(list, virtual_gfid("glusterfs.xattrop_dirty_gfid"));
  const std::vector<std::string> names = read_all(list, 300);
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()), expected);
  EXPECT_EQ(names.size(), expected.size());
  auto count_of = [&] {
    const std::string name = "glusterfs.xattrop_index_count";
    auto reply = perform(fop::Getxattr{.gfid = root, .name_given = 1, .name = name});
    return reply ? reply->values.number(name) : std::nullopt;
  };
  EXPECT_EQ(count_of(), 20);
  EXPECT_TRUE(perform(fop::Lookup{.parent = list, .name = names[0]}));
  auto removed = perform(fop::Unlink{.parent = list, .name = names[0]});
  ASSERT_TRUE(removed);
  EXPECT_EQ(removed->after.gfid, list);
  EXPECT_EQ(count_of(), 19);
  EXPECT_EQ(perform(fop::Lookup{.parent = list, .name = names[0]}).error().number(), ENOENT);
  EXPECT_EQ(perform(fop::Unlink{.parent = list, .name = "nonsense"}).error().number(), EINVAL);
  EXPECT_EQ(perform(fop::Lookup{.parent = list, .name = "../x"}).error().number(), EPERM);
  EXPECT_TRUE(leaf.asked<fop::Unlink>().empty());
}

TEST_F(IndexTest, LookupsTellWhetherAnythingIsPending) {
  Dictionary wanted;
  wanted.set_text("link-count", "glusterfs.xattrop_index_count");
  auto told = [&] { return perform(fop::Lookup{.gfid = root, .xdata = wanted})->xdata.number("link-count"); };
  EXPECT_EQ(told(), 0);
  count(pending, 1, 1);
  EXPECT_EQ(told(), 1);
  restart();  // the new process knows of the links to the old one's base file
  EXPECT_EQ(told(), 1);
  leaf.answer<fop::Lookup>(
      [](const Call&, const fop::Lookup&) -> Result<fop::Lookup::Reply> { return failed(ENOENT); });
  auto missing = perform(fop::Lookup{.gfid = object, .xdata = wanted});
  ASSERT_FALSE(missing);
  ASSERT_NE(missing.error().extra(), nullptr);
  EXPECT_EQ(missing.error().extra()->number("link-count"), 1);
  leaf.answer<fop::Lookup>(
      [](const Call&, const fop::Lookup&) -> Result<fop::Lookup::Reply> { return fop::Lookup::Reply{}; });
  count(pending, -1, 0);
  EXPECT_EQ(told(), 0);
  EXPECT_FALSE(perform(fop::Lookup{.gfid = root})->xdata.has("link-count"));
  restart();
  EXPECT_EQ(listed("xattrop", true), Names{}) << "base files nobody links to are removed at start";
}

TEST_F(IndexTest, WhatIsDamagedIsNamedWhereItDoesNotStart) {
  std::string method, path;
  host.disk().on_call([&](const DiskCall& call) { return call.name == method && call.text == path ? EBADMSG : 0; });
  auto why_not = [&](const std::string& what, const std::string& where) {
    method = what;
    path = where;
    const std::unique_ptr<Translator> other = *make_index(world, section);
    const Result<Done> started = simulation.run(other->start());
    method.clear();
    return started ? "" : started.error().sentence();
  };
  count(pending, 1, 1);  // so that there is a base file that is not removed
  const std::string base_file = *listed("xattrop", true).begin();
  const std::string advice = " cannot be used: Bad message (the file system or its disk is damaged: ";
  using ::testing::HasSubstr;
  EXPECT_THAT(why_not("open", base + "/dirty"), HasSubstr(base + "/dirty" + advice));
  EXPECT_THAT(why_not("status", base_file), HasSubstr(base + "/xattrop/" + base_file + " cannot be read: Bad message"));
  EXPECT_THAT(why_not("open", base + "/epoch"), HasSubstr(base + "/epoch cannot be read: Bad message"));
  EXPECT_THAT(why_not("open", base + "/kept"), HasSubstr(base + "/kept" + advice));
  EXPECT_EQ(why_not("", ""), "");
}

TEST(IndexOptions, NeedABase) {
  Simulation simulation(1);
  SimulatedWorld& world = simulation.add_host("server", "10.0.0.1").start_process("brick");
  VolumeSection section;
  section.name = "v-index";
  EXPECT_FALSE(make_index(world, section));
}

}  // namespace
}  // namespace mortar
