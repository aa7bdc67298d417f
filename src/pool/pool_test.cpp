#include <gtest/gtest.h>

#include <array>

#include "pool/create_volume.h"
#include "pool/delete_volume.h"
#include "pool/document.h"
#include "pool/names.h"
#include "pool/op_versions.h"
#include "pool/option_table.h"
#include "pool/reset_options.h"
#include "pool/set_options.h"
#include "pool/start_volume.h"
#include "pool/stop_volume.h"

namespace mortar {
namespace {

const Gfid here = fixed_gfid(200);
const Gfid there = fixed_gfid(201);

CreateVolume creation(std::string name, std::vector<std::string> paths, const Gfid& server = here) {
  CreateVolume edit;
  edit.volume.name = std::move(name);
  edit.volume.id = fixed_gfid(100);
  edit.volume.username = "user";
  edit.volume.password = "word";
  for (std::string& path : paths) edit.volume.bricks.push_back({"server1", std::move(path), server});
  return edit;
}

Pool pool_with(const std::string& name, const std::string& path) {
  Pool pool;
  pool.servers = {Server{here, {"server1"}}, Server{there, {"server2", "10.0.0.2"}}};
  creation(name, {path}).apply(pool);
  return pool;
}

template <Edit Change>
std::string refusal(const Change& edit, const Pool& pool) {
  Result<Done> checked = edit.check(pool);
  return checked ? "" : checked.error().sentence();
}

TEST(VolumeName, StockSentences) {
  const std::pair<const char*, const char*> samples[] = {
      {"rep3", ""},
      {"all", "\"all\" cannot be the name of a volume."},
      {"bad@name",
       "Volume name should not contain \"@\" character.\nVolume names can onlycontain alphanumeric, '-' and '_' "
       "characters."},
      {"../etc",
       "Volume name should not contain \".\" character.\nVolume names can onlycontain alphanumeric, '-' and '_' "
       "characters."},
      {"-x", "Volume name should not be empty or start with \"-\"."},
  };
  for (const auto& [name, sentence] : samples) {
    Result<Done> checked = check_volume_name(name);
    EXPECT_EQ(checked ? "" : checked.error().sentence(), sentence) << name;
  }
  EXPECT_TRUE(check_volume_name(std::string(256, 'v')));
  EXPECT_EQ(check_volume_name(std::string(257, 'v')).error().sentence(), "Volume name exceeds 256 characters.");
}

TEST(BrickWord, IsHostAndAbsolutePath) {
  Result<BrickWord> brick = parse_brick("server1://data//b1/");
  ASSERT_TRUE(brick);
  EXPECT_EQ(brick->host, "server1");
  EXPECT_EQ(brick->path, "/data/b1");
  for (const char* bad : {"server1:data/rel", "stripe", "server1:", "server1:/", ":/a", "s:/a/../b", "s:/a\n/b"}) {
    Result<BrickWord> parsed = parse_brick(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error().sentence(),
              std::string("Wrong brick type: ") + bad + ", use <HOSTNAME>:<export-dir-abs-path>");
  }
}

TEST(Paths, Overlap) {
  EXPECT_TRUE(paths_overlap("/a/b", "/a/b"));
  EXPECT_TRUE(paths_overlap("/a", "/a/b"));
  EXPECT_TRUE(paths_overlap("/a/b", "/a"));
  EXPECT_FALSE(paths_overlap("/a/b", "/a/bc"));
  EXPECT_FALSE(paths_overlap("/a/b", "/a/c"));
}

TEST(Document, KeepsEverything) {
  Pool pool = pool_with("vol", "/data/with blank/b1");
  pool.options.set("cluster.server-quorum-ratio", "51");
  pool.options_version = 3;
  pool.volumes[0].options.set("user.note", "two\nlines \\ and = signs");
  pool.volumes[0].status = VolumeState::started;
  Result<Pool> read = parse_pool(format_pool(pool));
  ASSERT_TRUE(read) << read.error().sentence();
  EXPECT_EQ(*read, pool);
}

TEST(Document, EveryCutIsRefusedOrReadsAsWhatStands) {
  const std::string text = format_pool(pool_with("vol", "/data/b1"));
  for (std::size_t size = 0; size < text.size(); ++size) {
    Result<Pool> read = parse_pool(std::string_view(text).substr(0, size));
    if (read && !read->volumes.empty()) EXPECT_EQ(read->volumes[0].bricks.size(), 1u) << size;
  }
  EXPECT_FALSE(parse_pool("mortar pool 2\n"));
  EXPECT_FALSE(parse_pool("mortar pool 1\nserver short\n"));
  EXPECT_FALSE(parse_pool("mortar pool 1\nauthority-key of no pool\n"));
  EXPECT_FALSE(parse_pool("mortar pool 1\nvolume v\ntype 9\n"));
}

TEST(CreateVolume, StockSentences) {
  const Pool pool = pool_with("rep3", "/data/rep3/b1");
  EXPECT_EQ(refusal(creation("rep3", {"/data/x1"}), pool), "Volume rep3 already exists");
  for (const char* path : {"/data/rep3/b1", "/data/rep3/b1/sub", "/data/rep3", "/data"}) {
    CreateVolume edit = creation("other", {path});
    edit.force = true;
    EXPECT_EQ(refusal(edit, pool), std::string("Brick: server1:") + path +
                                       " not available. Brick may be containing or be contained by an existing brick.");
  }
  EXPECT_EQ(refusal(creation("other", {"/data/rep3/b1"}, there), pool), "") << "another server's path is another path";
  EXPECT_EQ(refusal(creation("up", {"/data/up"}, fixed_gfid(9)), pool),
            "Host server1 is not in 'Peer in Cluster' state");
  Pool invites = pool;
  invites.server(there)->invited = true;
  EXPECT_EQ(refusal(creation("up", {"/data/up"}, there), invites), "Host server1 is not in 'Peer in Cluster' state");
  EXPECT_NE(refusal(creation("two", {"/data/a", "/data/a/b"}), pool), "");

  CreateVolume replicated = creation("sh", {"/data/a", "/data/b", "/data/c"});
  replicated.volume.type = VolumeType::replicate;
  replicated.volume.replica_count = 3;
  EXPECT_TRUE(
      refusal(replicated, pool).starts_with("Multiple bricks of a replicate volume are present on the same server."));
  replicated.force = true;
  EXPECT_EQ(refusal(replicated, pool), "");
  replicated.volume.bricks.pop_back();
  EXPECT_EQ(refusal(replicated, pool), "number of bricks is not a multiple of replica count");
}

TEST(CreateVolume, StartsWithItsOptions) {
  const Pool pool = pool_with("vol", "/data/b1");
  const OptionList& options = pool.volumes[0].options;
  EXPECT_EQ(options.find("storage.fips-mode-rchecksum"), "on");
  EXPECT_EQ(options.find("transport.address-family"), "inet");
  EXPECT_EQ(options.find("nfs.disable"), "on");
  EXPECT_EQ(options.size(), 3u);
  EXPECT_EQ(pool.volumes[0].op_version, 40000u);
  EXPECT_EQ(pool.volumes[0].client_op_version, 2u);
}

TEST(CreateVolume, TellsClientsOfChangesWhereItIsAskedTo) {
  CreateVolume edit = creation("told", {"/data/told"});
  set_coherence_options(edit.volume);
  Pool pool = pool_with("vol", "/data/b1");
  edit.apply(pool);
  ASSERT_EQ(pool.volumes.size(), 2u);
  EXPECT_EQ(pool.volumes[0].options.size(), 6u);
  EXPECT_TRUE(pool.volumes[0].options.is_on("features.cache-invalidation", false));
  EXPECT_EQ(pool.volumes[0].client_op_version, 30900u);
  // Taking one back does not bring it again.
  ResetOptions{"told", "features.cache-invalidation", false}.apply(pool);
  EXPECT_FALSE(pool.volumes[0].options.find("features.cache-invalidation"));
}

TEST(Life, OfAVolume) {
  Pool pool = pool_with("vol", "/data/b1");
  EXPECT_EQ(refusal(StopVolume{"vol"}, pool), "Volume vol is not in the started state");
  EXPECT_EQ(refusal(StartVolume{"nosuch"}, pool), "Volume nosuch does not exist");
  EXPECT_EQ(refusal(StopVolume{"nosuch"}, pool), "Volume nosuch does not exist");
  EXPECT_EQ(refusal(DeleteVolume{"nosuch"}, pool), "Volume nosuch does not exist");
  StartVolume{"vol"}.apply(pool);
  EXPECT_EQ(pool.volumes[0].version, 2u);
  EXPECT_EQ(refusal(StartVolume{"vol"}, pool), "Volume vol already started");
  EXPECT_EQ(refusal(StartVolume{"vol", true}, pool), "");
  EXPECT_EQ(refusal(DeleteVolume{"vol"}, pool),
            "Volume vol has been started.Volume needs to be stopped before deletion.");
  StopVolume{"vol"}.apply(pool);
  EXPECT_EQ(pool.volumes[0].status, VolumeState::stopped);
  DeleteVolume{"vol"}.apply(pool);
  EXPECT_TRUE(pool.volumes.empty());
}

TEST(SetOptions, StockSentences) {
  const Pool pool = pool_with("rep3", "/data/b1");
  const std::array<const char*, 3> samples[] = {
      {"performance.io-thread-count", "1000", "'1000' in 'option thread-count 1000' is out of range [1 - 64]"},
      {"performance.write-behind", "maybe", "Error, Validation Failed"},
      {"network.ping-timeout", "abc", "invalid time format \"abc\" in \"option ping-timeout\""},
      {"performance.cache-size", "lots", "invalid number format \"lots\" in option \"cache-size\""},
      {"cluster.quorum-type", "sometimes",
       "option quorum-type sometimes: 'sometimes' is not valid (possible options are none, auto, fixed.)"},
      {"performance.cache-sizze", "1",
       "option : performance.cache-sizze does not exist\nDid you mean performance.cache-size?"},
      {"cluster.server-quorum-ratio", "51", "Not a valid option for single volume"},
      {"features.quota", "on",
       " 'gluster volume set <VOLNAME> features.quota on' is deprecated. Use 'gluster volume quota <VOLNAME> enable' "
       "instead."},
      {"ganesha.enable", "on", "The option nfs-ganesha should be enabled before setting ganesha.enable."},
      {"cluster.op-version", "100000", "Option \"cluster.op-version\" is not valid for a single volume"},
      {"cluster.lookup-optimize", "maybe", "option lookup-optimize maybe: 'maybe' is not a valid boolean value"},
      {"features.shard-block-size", "1KB",
       "'1024' in 'option shard-block-size 1KB' is out of range [4194304 - 4398046511104]"},
      {"server.statedump-path", "relative", "option statedump-path relative: 'relative' is not an absolute path name"},
      {"cluster.min-free-disk", "200%", "'200.000000' in 'option min-free-disk 200%' is out of range [0 - 100]"},
  };
  for (const auto& [key, value, sentence] : samples) {
    EXPECT_EQ(refusal(SetOptions{"rep3", {{key, value}}}, pool), sentence) << key;
  }
  EXPECT_EQ(refusal(SetOptions{"nosuch", {{"network.ping-timeout", "5"}}}, pool), "Volume nosuch does not exist");
  EXPECT_EQ(refusal(SetOptions{"all", {{"network.ping-timeout", "5"}}}, pool), "Not a valid option for all volumes");
  EXPECT_EQ(refusal(SetOptions{"all", {{"cluster.op-version", "120000"}}}, pool),
            "Required op_version (120000) is not supported. Max supported op version is 100000");
  EXPECT_EQ(refusal(SetOptions{"all", {{"cluster.op-version", "30000"}}}, pool),
            "Required op-version (30000) should not be equal or lower than current cluster op-version (100000).");
  EXPECT_NE(refusal(SetOptions{"rep3", {{"user.note", "line\nbreak"}}}, pool), "") << "would forge a line of the store";
}

TEST(SetOptions, GranularHealIsSetUntilTheVolumeIsStarted) {
  Pool pool = pool_with("vol", "/data/b1");
  const SetOptions off{"vol", {{"cluster.granular-entry-heal", "off"}}};
  EXPECT_EQ(refusal(off, pool), "");
  StartVolume{"vol"}.apply(pool);
  EXPECT_EQ(refusal(off, pool),
            " 'gluster volume set <VOLNAME> cluster.granular-entry-heal {enable, disable}' is not supported. "
            "Use 'gluster volume heal <VOLNAME> granular-entry-heal {enable, disable}' instead.");
}

std::string set_refusal(const std::string& key, const std::string& value, const Pool& pool) {
  const OptionEntry* option = find_option(key);
  const bool of_pool = option != nullptr && option->scope == OptionScope::pool;
  return refusal(SetOptions{of_pool ? "all" : "vol", {{key, value}}}, pool);
}

TEST(SetOptions, ThePoolRunsOnlyWhatEachOfItsServersCan) {
  Pool pool = pool_with("vol", "/data/b1");
  pool.servers = {Server{.id = fixed_gfid(1), .names = {"one"}}, Server{.id = fixed_gfid(2), .names = {"two"}}};
  pool.servers[1].newest_op_version = 90000;
  pool.op_version = 70000;
  EXPECT_EQ(refusal(SetOptions{"all", {{"cluster.op-version", "100000"}}}, pool),
            "Staging failed on two. Error: Required op_version (100000) is not supported. Max supported op version is "
            "90000");
  EXPECT_EQ(refusal(SetOptions{"all", {{"cluster.op-version", "90000"}}}, pool), "");
  EXPECT_EQ(newest_op_version_of(pool), 90000U);
  const TellOpVersion upgraded{fixed_gfid(2)};
  ASSERT_TRUE(upgraded.check(pool));
  upgraded.apply(pool);
  EXPECT_EQ(refusal(SetOptions{"all", {{"cluster.op-version", "100000"}}}, pool), "");
  EXPECT_FALSE(TellOpVersion{fixed_gfid(3)}.check(pool));
}

TEST(SetOptions, WhatIsNotThereCanOnlyBeOff) {
  const Pool pool = pool_with("vol", "/data/b1");
  for (const OptionEntry& option : option_table()) {
    if ((option.flags & OptionEntry::not_here) == 0) continue;
    const std::string key(option.key);
    EXPECT_EQ(set_refusal(key, "on", pool),
              key + " cannot be switched on: this release does not have it yet; nothing was changed.");
    EXPECT_EQ(set_refusal(key, "off", pool), "") << key;
  }
  for (const char* key : {"features.worm", "features.worm-file-level", "features.trash", "features.barrier",
                          "features.leases", "changelog.changelog", "geo-replication.indexing",
                          "geo-replication.ignore-pid-check", "server.ssl", "client.ssl", "features.shard"}) {
    EXPECT_TRUE(set_refusal(key, "enable", pool).contains("cannot be switched on")) << key;
  }
  EXPECT_TRUE(set_refusal("worm", "on", pool).contains("features.worm cannot be switched on"));
  EXPECT_EQ(set_refusal("features.worm", "maybe", pool), "option worm maybe: 'maybe' is not a valid boolean value");
}

TEST(SetOptions, ShortWordsDoNotPassByTheCommandsOfTheirOwn) {
  const Pool pool = pool_with("vol", "/data/b1");
  EXPECT_EQ(set_refusal("quota", "on", pool),
            " 'gluster volume set <VOLNAME> quota on' is deprecated. Use 'gluster volume quota <VOLNAME> enable' "
            "instead.");
  EXPECT_EQ(set_refusal("inode-quota", "off", pool),
            " 'gluster volume set <VOLNAME> inode-quota off' is deprecated. Use 'gluster volume quota <VOLNAME> "
            "disable' instead.");
  for (const char* key : {"bitrot", "scrub", "scrub-freq", "scrub-throttle"}) {
    EXPECT_TRUE(set_refusal(key, "on", pool).contains("Use 'gluster volume bitrot")) << key;
  }
}

TEST(SetOptions, TakesOnlyWhatTheBrickTakes) {
  const Pool pool = pool_with("vol", "/data/b1");
  const std::array<const char*, 2> good[] = {
      {"locks.mandatory-locking", "optimal"},
      {"server.keepalive-time", "10"},
      {"server.keepalive-count", "5"},
      {"transport.keepalive", "1"},
      {"storage.create-mask", "0755"},
      {"storage.force-create-mode", "0"},
      {"storage.owner-uid", "-1"},
      {"network.ping-timeout", "1min"},
      {"network.frame-timeout", "30sec"},
      {"storage.batch-fsync-mode", "syncfs"},
      {"storage.reserve", "5%"},
      {"transport.address-family", "inet6"},
      {"auth.allow", "*.example.org,10.*,fe80::1"},
  };
  for (const auto& [key, value] : good) EXPECT_EQ(set_refusal(key, value, pool), "") << key << ' ' << value;
  const std::array<const char*, 2> bad[] = {
      {"locks.mandatory-locking", "FORCED"}, {"locks.mandatory-locking", "maybe"},
      {"server.keepalive-time", "0"},        {"server.keepalive-time", "abc"},
      {"server.keepalive-interval", "5s"},   {"server.keepalive-count", "128"},
      {"client.keepalive-time", "-5"},       {"client.tcp-user-timeout", "5000"},
      {"transport.keepalive", "often"},      {"storage.create-mask", "8"},
      {"storage.create-mask", "0x1f"},       {"storage.create-mask", "77"},
      {"storage.create-mask", "01000"},      {"storage.create-mask", "0888"},
      {"storage.max-hardlinks", "0x10"},     {"storage.max-hardlinks", "010"},
      {"storage.owner-uid", "99999999999"},  {"storage.reserve", "nan%"},
      {"network.ping-timeout", "1.5"},       {"storage.batch-fsync-mode", "never"},
      {"transport.address-family", "unix"},  {"transport.listen-backlog", "-5"},
      {"server.gid-timeout", "-3"},          {"auth.allow", "example..org"},
      {"auth.reject", "10.0.0.1,.org"},      {"auth.allow", "x-.org"},
  };
  for (const auto& [key, value] : bad) EXPECT_NE(set_refusal(key, value, pool), "") << key << ' ' << value;
  EXPECT_EQ(set_refusal("storage.create-mask", "77", pool),
            "option create-mask 77: '77' is no octal number with a zero in front, from 0 to 0777");
}

TEST(SetOptions, LimitsOfTheCacheMustFitTogether) {
  Pool pool = pool_with("vol", "/data/b1");
  pool.volumes.front().options.set("performance.cache-max-file-size", "20MB");
  EXPECT_EQ(set_refusal("performance.cache-min-file-size", "25MB", pool),
            "cache-min-file-size (25MB) is greater than cache-max-file-size (20MB)");
  EXPECT_EQ(set_refusal("performance.cache-min-file-size", "20480KB", pool), "");
  const SetOptions both{"vol", {{"performance.cache-min-file-size", "25MB"}, {"cache-max-file-size", "1GB"}}};
  EXPECT_EQ(refusal(both, pool), "");
}

TEST(SetOptions, AllOrNothingAndShortWords) {
  Pool pool = pool_with("vol", "/data/b1");
  SetOptions both{"vol", {{"cache-size", "64MB"}, {"performance.io-thread-count", "1000"}}};
  EXPECT_NE(refusal(both, pool), "");
  SetOptions one{"vol", {{"ping-timeout", "10"}, {"user.note", "hello"}, {"features.shard-block-size", "64MB"}}};
  ASSERT_EQ(refusal(one, pool), "");
  one.apply(pool);
  EXPECT_EQ(pool.volumes[0].options.find("network.ping-timeout"), "10");
  EXPECT_EQ(pool.volumes[0].options.find("user.note"), "hello");
  EXPECT_EQ(pool.volumes[0].version, 2u);
  EXPECT_EQ(pool.volumes[0].client_op_version, 30700u);
}

TEST(ResetOptions, DoesNotSwitchGranularHealOn) {
  for (const std::string key : {"all", "granular-entry-heal", "cluster.granular-entry-heal"}) {
    Pool pool = pool_with("vol", "/data/b1");
    Volume& volume = *pool.find("vol");
    volume.type = VolumeType::replicate;
    volume.options.set("cluster.granular-entry-heal", "off");
    ResetOptions{"vol", key}.apply(pool);
    EXPECT_FALSE(volume.options.find("cluster.granular-entry-heal")) << key;
  }
}

TEST(ResetOptions, GoesBackToWhatAVolumeStartsWith) {
  Pool pool = pool_with("vol", "/data/b1");
  SetOptions{"vol", {{"nfs.disable", "off"}, {"network.ping-timeout", "10"}}}.apply(pool);
  EXPECT_EQ(refusal(ResetOptions{"vol", "foo.bar"}, pool).substr(0, 29), "Option foo.bar does not exist");
  EXPECT_EQ(refusal(ResetOptions{"vol", "performance.cache-max-file-size"}, pool), "") << "not set, but known";
  ResetOptions all{"vol", "all"};
  ASSERT_EQ(refusal(all, pool), "");
  all.apply(pool);
  EXPECT_FALSE(pool.volumes[0].options.find("network.ping-timeout"));
  EXPECT_EQ(pool.volumes[0].options.find("nfs.disable"), "on");
  EXPECT_NE(refusal(ResetOptions{"vol", "geo-replication.indexing"}, pool), "");
  EXPECT_EQ(refusal(ResetOptions{"vol", "geo-replication.indexing", true}, pool), "");
}

}  // namespace
}  // namespace mortar
