#include "translator/translator.h"

#include <gtest/gtest.h>

#include <chrono>

#include "simulation/simulation.h"
#include "translator/graph.h"
#include "translator/options.h"

namespace mortar {
namespace {

using namespace std::chrono_literals;

class Leaf : public Refuse {
 public:
  using Refuse::perform;
  using Refuse::Refuse;
  Task<fop::Stat::Reply> perform(const Call&, const fop::Stat& stat) override {
    fop::Stat::Reply reply;
    reply.iatt.gfid = stat.gfid;
    co_return reply;
  }
};

class Layer : public PassOn {
 public:
  using PassOn::PassOn;
};

template <class Operation>
Result<typename Operation::Reply> ask(Translator& top, const Operation& operation) {
  std::optional<Result<typename Operation::Reply>> outcome;
  Call call;
  TaskSet set;
  set.start([](Translator& to, const Call& by, const Operation& what, auto& out) -> Task<> {
    Result<typename Operation::Reply> reply = co_await to.perform(by, what);
    out.emplace(std::move(reply));
    co_return done;
  }(top, call, operation, outcome));
  run_ready();
  return *outcome;
}

TEST(Translator, PassesOnWhatItDoesNotOverride) {
  Leaf leaf("leaf");
  Layer lower("lower");
  Layer upper("upper");
  lower.add_child(leaf);
  upper.add_child(lower);
  Result<fop::Stat::Reply> reply = ask(upper, fop::Stat{.gfid = root_gfid});
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->iatt.gfid, root_gfid);
  EXPECT_EQ(ask(upper, fop::Open{}).error().number(), EOPNOTSUPP);
}

TEST(Volfile, ParsesAndFormats) {
  const std::string text =
      "volume a\n    type protocol/client\n    option remote-host node1\nend-volume\n\n"
      "volume b\n    type debug/io-stats\n    option x \"two words\"\n    subvolumes a\nend-volume\n";
  Result<Volfile> volfile = parse_volfile(text);
  ASSERT_TRUE(volfile) << volfile.error().sentence();
  EXPECT_EQ(volfile->top().name, "b");
  EXPECT_EQ(volfile->top().option("x"), "two words");
  EXPECT_EQ(format_volfile(*volfile), text);
}

TEST(Volfile, RefusesWhatIsWrong) {
  for (std::string_view text :
       {"volume a\n type t\n option \"k 1\" v\nend-volume", "volume \"a\"\n type t\nend-volume", "", "volume",
        "volume a", "volume a\nend-volume", "volume a\ntype x\nsubvolumes b\nend-volume",
        "volume a\ntype x\nend-volume\nvolume a\ntype x\nend-volume", "volume a\ntype `ls`\nend-volume",
        "volume a\ntype \"x\nend-volume", "nonsense"}) {
    Result<Volfile> volfile = parse_volfile(text);
    EXPECT_FALSE(volfile) << text;
  }
}

struct SampleOptions {
  bool flag = false;
  std::uint32_t count = 3;
  std::chrono::seconds delay{5};
  Size size{64 << 20};
  auto options(this auto& self) {
    return std::tuple(Option{"flag", self.flag, "A switch."}, Option{"count", self.count, "A number.", 1U, 16U},
                      Option{"delay", self.delay, "A time.", 0s, 60s}, Option{"size", self.size, "A size."});
  }
};

TEST(Options, AreReadWithDefaultsAndRanges) {
  VolumeSection section;
  section.name = "v";
  section.set_option("flag", "enable");
  section.set_option("delay", "1min");
  section.set_option("size", "2MB");
  section.set_option("unknown", "ignored");
  Result<SampleOptions> read = read_options<SampleOptions>(section);
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->flag);
  EXPECT_EQ(read->count, 3U);
  EXPECT_EQ(read->delay, 60s);
  EXPECT_EQ(read->size.bytes, std::uint64_t{2} << 20);
  section.set_option("count", "17");
  Result<SampleOptions> refused = read_options<SampleOptions>(section);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().sentence(), "volume v: option count cannot be \"17\"");
}

// Takes what fits and remembers it.
class Sampled : public PassOn {
 public:
  Sampled(std::string name, SampleOptions options) : PassOn(std::move(name)), options_(options) {}
  static Result<std::unique_ptr<Translator>> make(World&, const VolumeSection& section) {
    const Result<SampleOptions> options = read_options<SampleOptions>(section);
    if (!options) return std::unexpected(options.error());
    return std::make_unique<Sampled>(section.name, *options);
  }
  Result<Done> reconfigure(const VolumeSection& section) override {
    const Result<SampleOptions> options = read_options<SampleOptions>(section);
    if (!options) return std::unexpected(options.error());
    options_ = *options;
    return done;
  }
  std::uint32_t count() const { return options_.count; }

 private:
  SampleOptions options_;
};

class Reconfiguring : public ::testing::Test {
 protected:
  static VolumeSection section(const std::string& name, const std::string& count, std::vector<std::string> below = {}) {
    return {name, "test/sampled", {{"count", count}}, std::move(below)};
  }
  void build(Volfile volfile) {
    Result<std::unique_ptr<Graph>> built =
        Graph::build(world_, volfile, TranslatorTypes{{"test/sampled", Sampled::make}, {"test/other", Sampled::make}});
    ASSERT_TRUE(built) << built.error().sentence();
    graph_ = std::move(*built);
  }
  std::uint32_t count(const std::string& name) { return dynamic_cast<Sampled&>(*graph_->find(name)).count(); }

  Simulation simulation_{1};
  World& world_ = simulation_.add_host("host", "10.0.0.1").start_process("process");
  std::unique_ptr<Graph> graph_;
};

TEST_F(Reconfiguring, OneRefusalKeepsNobodyElseFromItsOptions) {
  build({{section("a", "1"), section("b", "1", {"a"}), section("c", "1", {"b"}), section("d", "1", {"c"})}});
  const Volfile changed{
      {section("a", "99"), section("b", "2", {"a"}), section("c", "98", {"b"}), section("d", "3", {"c"})}};
  EXPECT_TRUE(graph_->has_shape_of(changed));
  const std::vector<Error> refusals = graph_->reconfigure(changed);
  ASSERT_EQ(refusals.size(), 2U);
  EXPECT_EQ(refusals[0].sentence(), "a keeps its former options: volume a: option count cannot be \"99\"");
  EXPECT_EQ(refusals[1].sentence(), "c keeps its former options: volume c: option count cannot be \"98\"");
  EXPECT_EQ(count("a"), 1U);
  EXPECT_EQ(count("b"), 2U);
  EXPECT_EQ(count("c"), 1U);
  EXPECT_EQ(count("d"), 3U);
  EXPECT_EQ(graph_->volfile().find("a")->option("count"), "1");
  EXPECT_EQ(graph_->volfile().find("d")->option("count"), "3");

  // The refused ones are asked again, the others are not.
  EXPECT_EQ(graph_->reconfigure(changed).size(), 2U);
  const Volfile mended{
      {section("a", "4"), section("b", "2", {"a"}), section("c", "5", {"b"}), section("d", "3", {"c"})}};
  EXPECT_TRUE(graph_->reconfigure(mended).empty());
  EXPECT_EQ(graph_->volfile(), mended);
}

TEST_F(Reconfiguring, AnotherShapeStillReachesWhoIsThereInBoth) {
  build({{section("a", "1"), section("b", "1", {"a"}), section("c", "1", {"b"})}});
  VolumeSection other = section("b", "7", {"new"});
  other.type = "test/other";
  const Volfile changed{{section("a", "2"), section("new", "7", {"a"}), other, section("c", "3", {"b"})}};
  EXPECT_FALSE(graph_->has_shape_of(changed));
  EXPECT_TRUE(graph_->reconfigure(changed).empty());
  EXPECT_EQ(count("a"), 2U);
  EXPECT_EQ(count("b"), 1U);
  EXPECT_EQ(count("c"), 3U);
  EXPECT_EQ(graph_->find("new"), nullptr);
  EXPECT_EQ(graph_->volfile().find("b")->subvolumes, std::vector<std::string>{"a"});
}

TEST_F(Reconfiguring, TheShapeIsNamesTypesAndSubvolumes) {
  const Volfile volfile{{section("a", "1"), section("b", "1", {"a"}), section("c", "1", {"b"})}};
  build(volfile);
  EXPECT_TRUE(graph_->has_shape_of(volfile));
  Volfile other = volfile;
  other.sections[1].type = "test/other";
  EXPECT_FALSE(graph_->has_shape_of(other));
  other = volfile;
  other.sections[2].subvolumes = {"a"};
  EXPECT_FALSE(graph_->has_shape_of(other));
  other = volfile;
  other.sections.pop_back();
  EXPECT_FALSE(graph_->has_shape_of(other));
}

}  // namespace
}  // namespace mortar
