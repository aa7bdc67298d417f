#include "translators/meta/meta.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "simulation/simulation.h"
#include "translators/testing.h"

namespace mortar {
namespace {

using testing::ask;

constexpr const char* volfile_text = R"(
volume v-client-0
    type test/leaf
    option remote-host left
    option auth.login./b.allow somebody
end-volume
volume v-client-1
    type test/leaf
    option remote-host right
end-volume
volume v
    type test/both
    subvolumes v-client-0 v-client-1
end-volume
volume meta-autoload
    type meta
    subvolumes v
end-volume
)";

// Tells of itself, and answers what it is asked.
class Leaf final : public PassOn {
 public:
  explicit Leaf(std::string name) : PassOn(std::move(name)) { add_child(below_); }
  void dump_state(std::string& out) const override { out += "connected=1\nsaid=a=b\n"; }
  void dump_history(std::string& out) const override { out += "first=it began\n"; }

 private:
  testing::FakeLeaf below_;
};

class Both final : public PassOn {
 public:
  using PassOn::PassOn;
};

class MetaTest : public ::testing::Test {
 protected:
  MetaTest() {
    types_.emplace("test/leaf", [](World&, const VolumeSection& section) -> Result<std::unique_ptr<Translator>> {
      return std::make_unique<Leaf>(section.name);
    });
    types_.emplace("test/both", [](World&, const VolumeSection& section) -> Result<std::unique_ptr<Translator>> {
      return std::make_unique<Both>(section.name);
    });
    types_.emplace(Meta::type, Meta::maker(process_));
    use_another_graph();
  }

  void use_another_graph() {
    Result<Volfile> volfile = parse_volfile(volfile_text);
    ASSERT_TRUE(volfile) << volfile.error().sentence();
    Result<std::unique_ptr<Graph>> built = Graph::build(world_, *volfile, types_);
    ASSERT_TRUE(built) << built.error().sentence();
    graph_ = std::move(*built);
    process_->use(graph_);
    simulation_.run_for(std::chrono::seconds(1));  // its name tells when it was made
  }

  template <class Operation>
  auto perform(Operation operation) {
    return ask(graph_->top(), Call{}, std::move(operation));
  }
  // 0 and the identity, or what looking it up failed with.
  std::pair<int, Gfid> find(std::string_view path) {
    Gfid at = root_gfid;
    while (!path.empty()) {
      const std::string_view name = path.substr(0, path.find('/'));
      path.remove_prefix(std::min(name.size() + 1, path.size()));
      auto found = perform(fop::Lookup{.parent = at, .name = std::string(name)});
      if (found->error() != 0) return {found->error(), {}};
      at = found->reply().iatt.gfid;
      if (found->reply().iatt.is_symlink()) {
        const std::string to = perform(fop::Readlink{.gfid = at})->reply().target;
        if (name == "active" && !path.empty()) return find(".meta/graphs/" + to + "/" + std::string(path));
      }
    }
    return {0, at};
  }
  std::string read(std::string_view path, std::uint32_t piece = 7) {
    const auto [error, gfid] = find(path);
    if (error != 0) return "error " + std::to_string(error);
    auto opened = perform(fop::Open{.gfid = gfid});
    if (opened->error() != 0) return "open: error " + std::to_string(opened->error());
    EXPECT_TRUE(opened->reply().xdata.has(fop::past_the_cache_key));
    std::string text;
    while (true) {
      auto got = perform(fop::Read{.gfid = gfid, .fd = opened->reply().fd, .offset = text.size(), .size = piece});
      const Bytes bytes = got->reply().data.bytes.bytes();
      if (bytes.empty()) return text;
      text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
  }
  std::string target(std::string_view path) {
    return perform(fop::Readlink{.gfid = find(path).second})->reply().target;
  }
  std::vector<std::string> list(std::string_view path, std::uint32_t size = 4096) {
    const Gfid gfid = find(path).second;
    const Fd fd = perform(fop::Opendir{.gfid = gfid})->reply().fd;
    std::vector<std::string> names;
    std::uint64_t offset = 0;
    while (true) {
      auto reply = perform(fop::Readdirp{.gfid = gfid, .fd = fd, .offset = offset, .size = size});
      if (reply->reply().entries.elements.empty()) return names;
      for (const EntryPlus& entry : reply->reply().entries.elements) {
        names.push_back(entry.name);
        offset = entry.offset;
      }
    }
  }
  int write(std::string_view path, std::string_view text) {
    const Gfid gfid = find(path).second;
    auto opened = perform(fop::Open{.gfid = gfid, .flags = open_flag::write_only});
    if (opened->error() != 0) return opened->error();
    fop::Write write{.gfid = gfid, .fd = opened->reply().fd, .size = static_cast<std::uint32_t>(text.size())};
    write.data.bytes = Slice::copy(text);
    auto written = perform(std::move(write));
    if (written->error() == 0) EXPECT_EQ(written->reply().op_ret, static_cast<int>(text.size()));
    return written->error();
  }

  Simulation simulation_{1};
  World& world_ = simulation_.add_host("client", "10.0.0.1").start_process("mount");
  std::shared_ptr<meta::Process> process_ = std::make_shared<meta::Process>(
      world_, meta::Facts{.version = "10.3",
                          .uuid = "the-uuid",
                          .command_line = "glusterfs \"-s\" here",
                          .log_file = "/log/mount.log",
                          .mount = {.name = "fuse", .type = "mount/fuse", .options = {{"mountpoint", "/mnt"}}},
                          .mount_section = [] { return std::string("[xlator.mount.fuse.priv]\nmount_point=/mnt\n"); },
                          .memory_section = [] { return std::string("[mallinfo]\nmallinfo_arena=5\n"); }});
  TranslatorTypes types_;
  std::shared_ptr<Graph> graph_;
};

TEST_F(MetaTest, StandsInTheRootOnlyAndIsNotListed) {
  const auto found = perform(fop::Lookup{.parent = root_gfid, .name = ".meta"});
  ASSERT_EQ(found->error(), 0);
  EXPECT_EQ(found->reply().iatt.gfid, meta::directory_gfid);
  EXPECT_EQ(found->reply().iatt.mode, 0040555u);
  EXPECT_EQ(perform(fop::Lookup{.gfid = meta::directory_gfid})->reply().iatt.mode, 0040555u);
  EXPECT_EQ(find(".meta/.meta").first, ENOENT);
  EXPECT_EQ(find(".meta/graphs/active/v/nothing").first, ENOENT);
  EXPECT_EQ(perform(fop::Lookup{.gfid = fixed_gfid(77)})->error(), 0) << "all else is asked of the volume";
}

TEST_F(MetaTest, ShowsTheProcess) {
  EXPECT_EQ(nlohmann::json::parse(read(".meta/version"))["Package Version"], "10.3");
  EXPECT_EQ(nlohmann::json::parse(read(".meta/cmdline"))["Cmdlinestr"], "glusterfs \"-s\" here");
  EXPECT_EQ(read(".meta/process_uuid"), "the-uuid\n");
  EXPECT_EQ(read(".meta/mallinfo"), "[mallinfo]\nmallinfo_arena = 5\n");
  EXPECT_EQ(target(".meta/logging/logfile"), "/log/mount.log");
  EXPECT_EQ(read(".meta/root/options/mountpoint"), "/mnt\n");
  EXPECT_EQ(read(".meta/root/type"), "mount/fuse\n");
  EXPECT_EQ(read(".meta/root/private"), "[xlator.mount.fuse.priv]\nmount_point = /mnt\n");
  EXPECT_EQ(target(".meta/root/subvolumes/0"), "../../graphs/active/meta-autoload");
}

TEST_F(MetaTest, ShowsTheGraph) {
  const std::string graph = ".meta/graphs/active/";
  EXPECT_EQ(target(graph + "top"), "meta-autoload");
  EXPECT_EQ(read(graph + "volfile"), format_volfile(graph_->volfile()));
  EXPECT_EQ(read(graph + "v-client-0/type"), "test/leaf\n");
  EXPECT_EQ(read(graph + "v-client-0/name"), "v-client-0\n");
  EXPECT_EQ(read(graph + "v-client-0/options/remote-host"), "left\n");
  EXPECT_EQ(list(graph + "v-client-0/options"), (std::vector<std::string>{".", "..", "remote-host"}))
      << "a name with a slash is none";
  EXPECT_EQ(target(graph + "v/subvolumes/1"), "../../v-client-1");
  EXPECT_EQ(read(graph + "v-client-1/private"), "[xlator.test.leaf.v-client-1.priv]\nconnected = 1\nsaid = a=b\n");
  EXPECT_EQ(read(graph + "v-client-1/history"), "[xlator.test.leaf.history]\nfirst = it began\n");
  EXPECT_EQ(read(graph + "v/history"), "");
}

TEST_F(MetaTest, AFormerGraphIsListedOn) {
  const Gfid before = find(".meta/graphs/active/v-client-0/private").second;
  const std::string name = target(".meta/graphs/active");
  use_another_graph();
  EXPECT_NE(target(".meta/graphs/active"), name);
  const std::vector<std::string> names = list(".meta/graphs", 100);
  EXPECT_EQ(names.size(), 5u) << "two, active, and the two dots";
  EXPECT_EQ(std::ranges::count(names, name), 1);
  EXPECT_EQ(read(".meta/graphs/" + name + "/v-client-0/options/remote-host"), "left\n");
  EXPECT_EQ(read(".meta/graphs/" + name + "/v-client-0/private"), "") << "it tells nothing any more";
  EXPECT_EQ(perform(fop::Stat{.gfid = before})->reply().iatt.gfid, before) << "the kernel still knows it by that";
  for (int turn = 0; turn < 40; ++turn) use_another_graph();
  EXPECT_EQ(list(".meta/graphs").size(), meta::Graphs::most + 3);
  EXPECT_FALSE(process_->tree().knows(before));
}

TEST_F(MetaTest, AnOpenFileStaysAsItWas) {
  const Gfid gfid = find(".meta/measure_latency").second;
  const Fd fd = perform(fop::Open{.gfid = gfid})->reply().fd;
  EXPECT_EQ(write(".meta/measure_latency", "1\n"), 0);
  auto old = perform(fop::Read{.gfid = gfid, .fd = fd, .size = 10});
  EXPECT_EQ(old->reply().data.bytes.size(), 2u);
  EXPECT_EQ(static_cast<char>(old->reply().data.bytes.data()[0]), '0');
  EXPECT_EQ(read(".meta/measure_latency"), "1\n");
}

TEST_F(MetaTest, TakesTimesWhileAskedTo) {
  perform(fop::Stat{.gfid = root_gfid});
  EXPECT_EQ(read(".meta/root/profile"), "[fuse.latency]\n");
  EXPECT_EQ(write(".meta/measure_latency", "1"), 0);
  perform(fop::Stat{.gfid = root_gfid});
  EXPECT_TRUE(read(".meta/root/profile").contains("fuse.latency.STAT = AVG:0.000000 CNT:1 TOTAL:0 MIN:0 MAX:0\n"));
  EXPECT_EQ(read(".meta/root/profile"), "[fuse.latency]\n") << "what was read is forgotten";
  EXPECT_EQ(write(".meta/measure_latency", "soon"), EINVAL);
}

TEST_F(MetaTest, TheLogLevelIsANumber) {
  const log::Level before = log::level();
  log::set_level(log::Level::info);
  EXPECT_EQ(read(".meta/logging/loglevel"), "7\n");
  EXPECT_EQ(write(".meta/logging/loglevel", "5\n"), 0);
  EXPECT_EQ(log::level(), log::Level::warning);
  EXPECT_EQ(write(".meta/logging/loglevel", "10"), EINVAL);
  EXPECT_EQ(write(".meta/logging/loglevel", "DEBUG"), EINVAL);
  log::set_level(before);
}

TEST_F(MetaTest, AllElseIsRefused) {
  const Gfid inside = find(".meta/version").second;
  EXPECT_EQ(write(".meta/version", "11"), EPERM);
  EXPECT_EQ(perform(fop::Truncate{.gfid = inside})->error(), EPERM);
  EXPECT_EQ(perform(fop::Truncate{.gfid = find(".meta/measure_latency").second})->error(), 0);
  EXPECT_EQ(perform(fop::Setattr{.gfid = inside})->error(), EPERM);
  EXPECT_EQ(perform(fop::Mkdir{.parent = meta::directory_gfid, .name = "new"})->error(), EPERM);
  EXPECT_EQ(perform(fop::Unlink{.parent = meta::directory_gfid, .name = "version"})->error(), EPERM);
  EXPECT_EQ(perform(fop::Rmdir{.parent = root_gfid, .name = ".meta"})->error(), EPERM);
  EXPECT_EQ(perform(fop::Mkdir{.parent = root_gfid, .name = ".meta"})->error(), EPERM);
  const fop::Rename into{.old_parent = root_gfid, .new_parent = meta::directory_gfid, .old_name = "a", .new_name = "b"};
  EXPECT_EQ(perform(into)->error(), EPERM);
  const fop::Link link{.gfid = inside, .new_parent = root_gfid, .new_name = "b"};
  EXPECT_EQ(perform(link)->error(), EPERM);
  EXPECT_EQ(perform(fop::Getxattr{.gfid = inside, .name_given = 1, .name = "user.a"})->error(), EOPNOTSUPP);
  EXPECT_EQ(perform(fop::Opendir{.gfid = inside})->error(), ENOTDIR);
  EXPECT_EQ(perform(fop::Open{.gfid = meta::directory_gfid})->error(), EISDIR);
}

TEST_F(MetaTest, ShowsWhatIsUnderWay) {
  const nlohmann::json idle = nlohmann::json::parse(read(".meta/frames"));
  EXPECT_EQ(idle["Call_Count"], 0);
  Call call;
  call.uid = 12;
  call.lock_owner = "\x01\x02";
  const CallsUnderWay::Entry entry(process_->calls(), call, "WRITE", Moment{.seconds = 3600});
  const nlohmann::json busy = nlohmann::json::parse(read(".meta/frames"));
  EXPECT_EQ(busy["Call_Count"], 1);
  EXPECT_EQ(busy["Stack"][0]["Type"], "WRITE");
  EXPECT_EQ(busy["Stack"][0]["Creation_time"], "1970-01-01 01:00:00.000000 +0000");
  const std::string dumped = process_->calls_section();
  EXPECT_TRUE(dumped.starts_with("\n[global.callpool.stack.1]\ncallstack-creation-time=1970-01-01 01:00:00.000000 "
                                 "+0000\nuid=12\n"))
      << dumped;
  EXPECT_TRUE(dumped.contains("\nop=WRITE\n")) << dumped;
  EXPECT_TRUE(dumped.ends_with("\ntranslator=fuse\ncomplete=0\n")) << dumped;
  EXPECT_EQ(busy["Stack"][0]["UID"], 12);
  EXPECT_EQ(busy["Stack"][0]["LK_owner"], "0102");
}

}  // namespace
}  // namespace mortar
