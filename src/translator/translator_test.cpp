#include "translator/translator.h"

#include <gtest/gtest.h>

#include <chrono>

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
       {"", "volume", "volume a", "volume a\nend-volume", "volume a\ntype x\nsubvolumes b\nend-volume",
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

}  // namespace
}  // namespace mortar
