// The files that glusterd writes, against those of a stock one.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "management/store.h"
#include "management/volfiles.h"
#include "pool/create_volume.h"
#include "pool/names.h"
#include "pool/option_table.h"
#include "translator/volfile.h"

namespace mortar {
namespace {

std::string sample(const std::string& name) {
  std::ifstream file(std::string(MORTAR_SOURCE_DIR) + "/tests/samples/" + name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

Volume volume_of(const std::string& name, int bricks) {
  Volume volume;
  volume.name = name;
  for (int brick = 1; brick <= bricks; ++brick) {
    volume.add_bricks({{"node1", "/srv/" + name + "-" + std::to_string(brick), fixed_gfid(1)}});
  }
  set_starting_options(volume);
  return volume;
}

TEST(ClientVolfile, OfOneBrick) {
  EXPECT_EQ(client_volfile(volume_of("single", 1), false), sample("volfiles/single-brick.client.vol"));
}

TEST(ClientVolfile, Distributed) {
  const std::string expected = sample("volfiles/distribute.client.vol");
  const int bricks = expected.contains("dist-client-2") ? 3 : 2;
  EXPECT_EQ(client_volfile(volume_of("dist", bricks), false), expected);
}

TEST(RebalanceVolfile, IsStocks) {
  Volume volume = volume_of("dist", 2);
  volume.username = "e60326d1-ed9c-4bed-9032-b96866bad672";
  volume.password = "4f4abed1-dc12-4079-adf9-43e336b4605c";
  EXPECT_EQ(rebalance_volfile(volume), sample("volfiles/distribute.rebalance.vol"));
}

// Volumes of the samples: their bricks are node1:/srv/NAME-1 and so on.
Volume replicated(const std::string& name, int bricks, std::string_view id) {
  Volume volume = volume_of(name, bricks);
  volume.type = VolumeType::replicate;
  volume.replica_count = 3;
  volume.id = *Gfid::parse(id);
  set_starting_options(volume);
  return volume;
}

Volume rep3() {
  Volume volume = replicated("rep3", 3, "2773bd05-0a09-43d7-bd2b-a055320ee485");
  volume.options.set("cluster.granular-entry-heal", "enable");
  volume.username = "8d799b8b-6855-4588-ad29-e62e420951e5";
  volume.password = "7b13837c-27c8-42a9-8147-856a9f20d918";
  return volume;
}

Volume arb() {
  Volume volume = replicated("arb", 3, "44e73eb4-7a0f-41a9-a403-99ab983c85f3");
  volume.arbiter_count = 1;
  volume.username = "cb4391da-118f-454b-9c54-05f0de65734f";
  volume.password = "ed7e9587-14f7-4f90-b8d0-a4c9fcbd93c5";
  return volume;
}

Volume distributed_replicated() {
  Volume volume = replicated("distrep", 6, "22008a8a-78d1-4854-b5a9-4301f9d33f20");
  volume.options.set("features.cache-invalidation", "on");
  volume.options.set("features.cache-invalidation-timeout", "600");
  volume.options.set("performance.cache-invalidation", "on");
  volume.options.set("performance.md-cache-timeout", "600");
  return volume;
}

TEST(ClientVolfile, Replicated) {
  EXPECT_EQ(client_volfile(rep3(), false), sample("volfiles/replicate3.client.vol"));
  EXPECT_EQ(client_volfile(rep3(), true), sample("volfiles/replicate3.client-trusted.vol"));
}

TEST(ClientVolfile, WithAnArbiter) { EXPECT_EQ(client_volfile(arb(), false), sample("volfiles/arbiter.client.vol")); }

TEST(ClientVolfile, OfSeveralSets) {
  EXPECT_EQ(client_volfile(distributed_replicated(), false),
            sample("volfiles/distribute-replicate-mdcache.client.vol"));
}

TEST(HealVolfile, IsStocks) { EXPECT_EQ(heal_volfile(rep3()), sample("volfiles/replicate3.shd.vol")); }

TEST(HealVolfile, StandsOnAllSets) {
  EXPECT_TRUE(heal_volfile(distributed_replicated())
                  .contains("type debug/io-stats\n    option threads 16\n    option log-level INFO\n"
                            "    subvolumes distrep-replicate-0 distrep-replicate-1\n"));
}

TEST(ClientVolfile, TrustedHasTheCredentialsOfTheVolume) {
  Volume volume = volume_of("single", 1);
  volume.username = "8d799b8b";
  volume.password = "7b13837c";
  EXPECT_TRUE(client_volfile(volume, true)
                  .contains("    option transport.socket.ssl-enabled off\n    option password 7b13837c\n"
                            "    option username 8d799b8b\n    option transport.address-family inet\n"));
  EXPECT_FALSE(client_volfile(volume, false).contains("7b13837c"));
}

TEST(ClientVolfile, OptionsReachTheirTranslators) {
  Volume volume = volume_of("vol", 1);
  volume.options.set("performance.quick-read", "off");
  volume.options.set("performance.read-ahead", "on");
  volume.options.set("performance.write-behind-window-size", "2MB");
  volume.options.set("network.ping-timeout", "7");
  volume.options.set("diagnostics.client-log-level", "DEBUG");
  volume.options.set("diagnostics.brick-log-level", "TRACE");
  volume.options.set("features.shard", "on");
  volume.options.set("features.shard-block-size", "16MB");
  volume.options.set("server.manage-gids", "on");
  const std::string text = client_volfile(volume, false);
  EXPECT_FALSE(text.contains("quick-read"));
  EXPECT_TRUE(text.contains("type performance/read-ahead\n    subvolumes vol-write-behind\n"));
  EXPECT_TRUE(text.contains("type performance/write-behind\n    option cache-size 2MB\n"));
  EXPECT_TRUE(text.contains("option ping-timeout 7\n"));
  EXPECT_FALSE(text.contains("ping-timeout 42"));
  EXPECT_TRUE(text.contains("option log-level DEBUG\n"));
  EXPECT_TRUE(text.contains("volume vol-shard\n    type features/shard\n    option shard-block-size 16MB\n"));
  EXPECT_TRUE(text.contains("option send-gids false\n"));
}

TEST(ClientVolfile, CachesRelyOnNoticesThatAreSent) {
  Volume volume = volume_of("vol", 1);
  set_coherence_options(volume);
  EXPECT_TRUE(client_volfile(volume, false)
                  .contains("type performance/md-cache\n    option cache-invalidation on\n"
                            "    option md-cache-timeout 60\n"));
  // Not for longer than the brick remembers who has to be told.
  volume.options.set("performance.md-cache-timeout", "600");
  EXPECT_TRUE(client_volfile(volume, false).contains("option md-cache-timeout 60\n"));
  volume.options.set("features.cache-invalidation-timeout", "300");
  EXPECT_TRUE(client_volfile(volume, false).contains("option md-cache-timeout 300\n"));
  // And not at all where it tells nobody.
  volume.options.set("features.cache-invalidation", "off");
  EXPECT_TRUE(client_volfile(volume, false).contains("option cache-invalidation off\n"));
}

TEST(ClientVolfile, OnlyOwnClientsRelyOnWhatSingleCopiesTell) {
  Volume volume = volume_of("vol", 3);
  volume.type = VolumeType::replicate;
  volume.replica_count = 3;
  set_coherence_options(volume);
  EXPECT_TRUE(client_volfile(volume, false).contains("type performance/md-cache\n    option notices-for 60\n"));
  volume.options.set("performance.md-cache-timeout", "5");
  EXPECT_TRUE(client_volfile(volume, false).contains("option notices-for 5\n"));
  volume.options.set("performance.cache-invalidation", "off");
  EXPECT_FALSE(client_volfile(volume, false).contains("notices-for"));
}

Volume sampled_brick_volume() {
  Volume volume = volume_of("dist", 2);
  volume.id = *Gfid::parse("07b2a6a2-f67f-4d07-9bf1-cd6e68996387");
  volume.username = "e60326d1-ed9c-4bed-9032-b96866bad672";
  volume.password = "4f4abed1-dc12-4079-adf9-43e336b4605c";
  return volume;
}

TEST(BrickVolfile, Distributed) {
  const Volume volume = sampled_brick_volume();
  const BrickSite site{.shared_brick_count = 2, .time_stamp_file = "/var/lib/glusterd/vols/dist/marker.tstamp"};
  EXPECT_EQ(brick_volfile(volume, volume.bricks[0], site), sample("volfiles/distribute.brick.vol"));
}

TEST(BrickVolfile, AnArbiterKeepsNoData) {
  const BrickSite site{.shared_brick_count = 3, .time_stamp_file = "/var/lib/glusterd/vols/arb/marker.tstamp"};
  const Volume volume = arb();
  EXPECT_EQ(brick_volfile(volume, volume.bricks[2], site), sample("volfiles/arbiter.brick-arbiter.vol"));
  EXPECT_FALSE(brick_volfile(volume, volume.bricks[1], site).contains("features/arbiter"));
}

TEST(BrickVolfile, Replicated) {
  const BrickSite site{.shared_brick_count = 3, .time_stamp_file = "/var/lib/glusterd/vols/rep3/marker.tstamp"};
  const Volume volume = rep3();
  EXPECT_EQ(brick_volfile(volume, volume.bricks[0], site), sample("volfiles/replicate3.brick.vol"));
}

TEST(BrickVolfile, OptionsReachTheirTranslators) {
  Volume volume = sampled_brick_volume();
  volume.options.set("auth.allow", "10.0.0.*");
  volume.options.set("auth.reject", "10.0.0.9");
  volume.options.set("storage.reserve", "5");
  volume.options.set("features.read-only", "on");
  const BrickSite site{.binds_to_host = true};
  const std::string text = brick_volfile(volume, volume.bricks[1], site);
  EXPECT_TRUE(text.contains("option auth.addr./srv/dist-2.reject 10.0.0.9\n"));
  EXPECT_TRUE(text.contains("option auth.addr./srv/dist-2.allow 10.0.0.*\n"));
  EXPECT_TRUE(text.contains("type storage/posix\n    option reserve 5\n"));
  EXPECT_TRUE(text.contains("type features/read-only\n    option read-only on\n"));
  EXPECT_TRUE(text.contains("option transport.socket.bind-address node1\n"));
}

TEST(Store, ChecksumOfInfoIsStocks) { EXPECT_EQ(info_checksum(sample("store/arbiter.info")), 3018350332u); }

TEST(Store, InfoHasTheKeysOfStock) {
  const std::string stock = sample("store/arbiter.info");
  Volume volume = sampled_brick_volume();
  volume.arbiter_count = 1;
  const std::string ours = volume_info_text(volume);
  std::istringstream lines(stock);
  for (std::string line; std::getline(lines, line) && line != "features.barrier=disable";) {
    const std::string key = line.substr(0, line.find('=') + 1);
    EXPECT_TRUE(ours.starts_with(key) || ours.contains("\n" + key)) << key;
  }
  EXPECT_TRUE(ours.ends_with("brick-0=node1:-srv-dist-1\nbrick-1=node1:-srv-dist-2\n"));
}

TEST(Places, NamesThatScriptsLookFor) {
  Settings settings;
  const Places places(settings);
  const Volume volume = volume_of("vol", 1);
  const Brick& brick = volume.bricks[0];
  EXPECT_EQ(places.brick_pid_file(volume, brick), "/var/run/gluster/vols/vol/node1-srv-vol-1.pid");
  EXPECT_EQ(places.brick_info(volume, brick), "/var/lib/glusterd/vols/vol/bricks/node1:-srv-vol-1");
  EXPECT_EQ(places.brick_log(brick), "/var/log/glusterfs/bricks/srv-vol-1.log");
  EXPECT_EQ(brick_volfile_id(volume, brick), "vol.node1.srv-vol-1");
  const std::string socket = places.brick_socket(volume, brick);
  EXPECT_TRUE(socket.starts_with("/var/run/gluster/") && socket.ends_with(".socket"));
  EXPECT_EQ(socket.size(), std::string("/var/run/gluster/0123456789abcdef.socket").size());
}

// Translators and options of a volfile, one text each: "TYPE", "TYPE NAME VALUE".
std::vector<std::string> parts_of(const std::string& volfile) {
  std::vector<std::string> parts;
  const Result<Volfile> parsed = parse_volfile(volfile);
  EXPECT_TRUE(parsed) << volfile;
  if (!parsed) return parts;
  for (const VolumeSection& section : parsed->sections) {
    parts.push_back(section.type);
    for (const auto& [name, value] : section.options) parts.push_back(section.type + " " + name + " " + value);
  }
  return parts;
}

// What goes and what comes, told as the sample does.
void tell_changes(std::vector<std::string>& told, const std::string& file, std::vector<std::string> before,
                  std::vector<std::string> after) {
  std::erase_if(before, [&after](const std::string& part) {
    const auto same = std::ranges::find(after, part);
    if (same == after.end()) return false;
    after.erase(same);
    return true;
  });
  for (const std::string& part : before) told.push_back(file + " -" + part);
  for (const std::string& part : after) told.push_back(file + " +" + part);
}

struct OptionSample {
  std::string key, value;
  std::string changes;  // of the volfiles
};

std::vector<OptionSample> option_samples(const std::string& file) {
  std::vector<OptionSample> samples;
  std::istringstream lines(sample("options/" + file));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    const std::size_t first = line.find('\t'), second = line.find('\t', first + 1);
    EXPECT_NE(second, std::string::npos) << line;
    samples.push_back({line.substr(0, first), line.substr(first + 1, second - first - 1), line.substr(second + 1)});
  }
  return samples;
}

TEST(Volfiles, FollowEveryOptionAsStocks) {
  const Volume plain = volume_of("v", 2);
  int compared = 0;
  for (const auto& [key, value, changes] : option_samples("volfiles.tsv")) {
    // What cannot be switched on, and a cache that is kept only where bricks tell of changes (docs/caching.md).
    const OptionEntry* option = find_option(key);
    ASSERT_NE(option, nullptr) << key;
    const bool refused = (option->flags & OptionEntry::not_here) != 0 && boolean_word(value).value_or(true);
    if (refused || key == "performance.cache-invalidation") continue;
    Volume volume = plain;
    volume.options.set(key, value);
    std::vector<std::string> told;
    tell_changes(told, "brick", parts_of(brick_volfile(plain, plain.bricks[0], BrickSite{})),
                 parts_of(brick_volfile(volume, volume.bricks[0], BrickSite{})));
    tell_changes(told, "client", parts_of(client_volfile(plain, false)), parts_of(client_volfile(volume, false)));
    EXPECT_EQ(fmt::format("{}", fmt::join(told, "; ")), changes) << key << ' ' << value;
    ++compared;
  }
  EXPECT_GT(compared, 300);
}

TEST(Volfiles, ATraceStandsAboveTheTranslatorThatIsNamed) {
  Volume volume = volume_of("v", 2);
  const auto traced = [](const std::string& text) {
    const Result<Volfile> volfile = parse_volfile(text);
    EXPECT_TRUE(volfile) << text;
    const VolumeSection* trace = volfile->find("v-trace");
    if (trace == nullptr) return std::string("none");
    const auto above =
        std::ranges::find(volfile->sections, std::vector<std::string>{"v-trace"}, &VolumeSection::subvolumes);
    return fmt::format("{} on {} below {}, to the log: {}", trace->type, trace->subvolumes.front(), above->name,
                       trace->option("log-file").value_or("no"));
  };
  volume.options.set("debug.trace", "marker");
  volume.options.set("debug.log-file", "yes");
  EXPECT_EQ(traced(brick_volfile(volume, volume.bricks[0], BrickSite{})),
            "debug/trace on v-marker below v-barrier, to the log: yes");
  EXPECT_EQ(traced(client_volfile(volume, false)), "none");
  volume.options.set("debug.trace", "client");
  EXPECT_EQ(traced(brick_volfile(volume, volume.bricks[0], BrickSite{})), "none");
  EXPECT_TRUE(traced(client_volfile(volume, false)).ends_with(" below v, to the log: yes"));
  volume.options.set("debug.trace", "off");
  EXPECT_EQ(traced(client_volfile(volume, false)), "none");
}

TEST(Volfiles, FollowOptionsOfReplicationAsStocks) {
  const Volume plain = replicated("v", 3, "2773bd05-0a09-43d7-bd2b-a055320ee485");
  const std::vector<OptionSample> samples = option_samples("replica_volfiles.tsv");
  for (const auto& [key, value, changes] : samples) {
    Volume volume = plain;
    volume.options.set(key, value);
    std::vector<std::string> told;
    tell_changes(told, "client", parts_of(client_volfile(plain, false)), parts_of(client_volfile(volume, false)));
    tell_changes(told, "healer", parts_of(heal_volfile(plain)), parts_of(heal_volfile(volume)));
    EXPECT_EQ(fmt::format("{}", fmt::join(told, "; ")), changes) << key << ' ' << value;
  }
  EXPECT_GT(samples.size(), 35u);
}

}  // namespace
}  // namespace mortar
