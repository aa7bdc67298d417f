// Copies that were changed apart: what is said of them, and who may say which one is right.
#include <gmock/gmock.h>

#include "translators/replicate/heal_test_support.h"

namespace mortar::testing {
namespace {

using replicate::Ruling;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using By = replicate::Ruling::By;

struct SplitBrain : ::testing::Test, Damaged {
  explicit SplitBrain(std::size_t copies = 2, const ClusterLab::Options& options = {}) : Damaged(copies, options) {}

  replicate::Healer& healer() { return static_cast<Replicate&>(lab.client().top()).healer(); }
  // Empty where it is resolved.
  std::string resolve(const Gfid& gfid, Ruling ruling) {
    const Result<Done> resolved = lab.simulation().run(healer().resolve(gfid, ruling));
    return resolved ? "" : resolved.error().sentence();
  }
  std::string resolve_name(const Gfid& directory, const std::string& name, Ruling ruling) {
    const Result<bool> resolved = lab.simulation().run(healer().resolve_name(directory, name, ruling));
    if (!resolved) return resolved.error().sentence();
    return *resolved ? "" : "no difference";
  }
  // The first copy has only what was done without the other one, and the other way round.
  void apart(const std::function<void()>& on_first, const std::function<void()>& on_second) {
    without(1, on_first);
    without(0, on_second);
  }
  Gfid split_content(const std::string& on_first, const std::string& on_second) {
    const Gfid f = file("f", "-");
    apart([&] { EXPECT_TRUE(write(f, 0, on_first)); }, [&] { EXPECT_TRUE(write(f, 0, on_second)); });
    return f;
  }
  bool set_mode(const Gfid& gfid, std::uint32_t mode) {
    Iatt wanted;
    wanted.mode = mode;
    return lab.client()
        .ask(fop::Setattr{.gfid = gfid, .iatt = wanted, .valid = set_attribute::mode, .xdata = {}})
        .has_value();
  }
  std::string xattr(const Gfid& gfid, const std::string& key) {
    const Result<fop::Values> values =
        lab.client().ask(fop::Getxattr{.gfid = gfid, .name_given = 1, .name = key, .xdata = {}});
    return values ? std::string(values->values.text(key).value_or("nothing")) : values.error().sentence();
  }
  int set_xattr(const Gfid& gfid, const std::string& key, const std::string& value) {
    fop::Setxattr set{.gfid = gfid, .flags = 0, .values = {}, .xdata = {}};
    set.values.set_bytes(key, as_bytes(value));
    return lab.client().error_of(std::move(set));
  }
  std::string read(const Gfid& gfid) {
    const Result<fop::Opened> opened = lab.client().ask(fop::Open{.gfid = gfid, .flags = 0, .xdata = {}});
    if (!opened) return opened.error().sentence();
    const Result<fop::Read::Reply> reply =
        lab.client().ask(fop::Read{.gfid = gfid, .fd = opened->fd, .offset = 0, .size = 100, .xdata = {}});
    EXPECT_TRUE(lab.client().ask(fop::Release{.gfid = gfid, .fd = opened->fd, .xdata = {}}));
    return reply ? std::string(as_text(reply->data.bytes.bytes())) : reply.error().sentence();
  }
};

TEST_F(SplitBrain, TheBiggerFile) {
  const Gfid f = split_content("short", "longer");
  EXPECT_EQ(heal(f).end, HealEnd::split_brain);
  EXPECT_EQ(resolve(f, {.by = By::bigger_file}), "");
  EXPECT_THAT(lab.differences("f"), IsEmpty());
  EXPECT_EQ(lab.content(0, "f"), "longer");
  EXPECT_EQ(resolve(f, {.by = By::bigger_file}), "File not in split-brain");
}

TEST_F(SplitBrain, FilesOfOneSizeAreNotDecidedBySize) {
  const Gfid f = split_content("first", "other");
  EXPECT_EQ(resolve(f, {.by = By::bigger_file}), "No bigger file");
  EXPECT_EQ(lab.content(0, "f"), "first");
  EXPECT_EQ(lab.content(1, "f"), "other");
  EXPECT_EQ(resolve(f, {.by = By::latest_mtime}), "");
  EXPECT_THAT(lab.differences("f"), IsEmpty());
  EXPECT_EQ(lab.content(0, "f"), "other");
}

TEST_F(SplitBrain, OneCopyIsTakenForAll) {
  const Gfid f = split_content("first", "the other one");
  EXPECT_EQ(resolve(f, Ruling::from(0)), "");
  EXPECT_THAT(lab.differences("f"), IsEmpty());
  EXPECT_EQ(lab.content(1, "f"), "first");
}

TEST_F(SplitBrain, NothingIsDecidedWhileACopyIsAway) {
  const Gfid f = split_content("first", "the other one");
  lab.brick(1).go_away();
  EXPECT_EQ(resolve(f, Ruling::from(0)), Error(ENOTCONN).sentence());
  EXPECT_EQ(xattr(f, "replica.split-brain-status").empty(), false);
  lab.brick(1).come_back();
  lab.settle();
  EXPECT_EQ(heal(f).end, HealEnd::split_brain);
}

TEST_F(SplitBrain, OfAttributes) {
  const Gfid f = file("f", "content");
  apart([&] { EXPECT_TRUE(set_mode(f, 0640)); }, [&] { EXPECT_TRUE(set_mode(f, 0600)); });
  EXPECT_EQ(resolve(f, {.by = By::bigger_file}), "Use source-brick option to heal metadata split-brain");
  EXPECT_EQ(resolve(f, Ruling::from(0)), "");
  EXPECT_THAT(lab.differences("f"), IsEmpty());
  EXPECT_EQ(lab.brick(1).status("f").mode & 07777, 0640U);
}

TEST_F(SplitBrain, OfAttributesThatAreAlikeIsNone) {
  const Gfid d = directory("d");
  apart([&] { EXPECT_TRUE(set_mode(d, 0700)); }, [&] { EXPECT_TRUE(set_mode(d, 0700)); });
  EXPECT_EQ(heal(d).end, HealEnd::healed);
  EXPECT_THAT(lab.differences("d"), IsEmpty());
}

TEST_F(SplitBrain, OfFilesThatAreEmptyIsNone) {
  const Gfid f = file("f", "content");
  const auto cut = [&] { EXPECT_TRUE(lab.client().ask(fop::Truncate{.gfid = f, .size = 0, .xdata = {}})); };
  apart(cut, cut);
  EXPECT_EQ(heal(f).end, HealEnd::healed);
  EXPECT_THAT(lab.differences("f"), IsEmpty());
}

TEST_F(SplitBrain, AWriterMeanwhileLosesNothing) {
  const Gfid f = split_content("short", "longer");
  TaskSet beside;
  struct Run {
    static Task<> resolve(replicate::Healer& healer, Gfid gfid, bool& is_over) {
      const Result<Done> resolved = co_await healer.resolve(gfid, Ruling::from(0));
      EXPECT_TRUE(resolved) << resolved.error().sentence();
      is_over = true;
      co_return done;
    }
  };
  bool is_over = false;
  ClusterClient& writer = lab.add_client();
  beside.start(Run::resolve(healer(), f, is_over));
  std::string written;
  for (int number = 0; !is_over || written.empty(); ++number) {
    const Result<fop::Opened> opened = writer.ask(fop::Open{.gfid = f, .flags = open_flag::read_write, .xdata = {}});
    if (!opened) continue;  // it is in split brain still
    const std::string text = fmt::format("{:5}", number);
    const fop::Write write{
        .gfid = f, .fd = opened->fd, .offset = 0, .size = 5, .xdata = {}, .data = {Slice::copy(as_bytes(text))}};
    if (writer.ask(write)) written = text;
    EXPECT_TRUE(writer.ask(fop::Release{.gfid = f, .fd = opened->fd, .xdata = {}}));
  }
  lab.settle();
  heal(f);
  EXPECT_THAT(lab.differences("f"), IsEmpty());
  EXPECT_EQ(lab.content(0, "f"), written);
}

TEST_F(SplitBrain, WhatACopyMissesThatIsAwayIsSaid) {
  const Gfid f = file("f", "content");
  lab.settle();
  lab.brick(1).go_away();
  EXPECT_TRUE(write(f, 0, "another"));
  lab.settle();
  Result<HealReport> said = lab.simulation().run(healer().diagnose(f));
  ASSERT_TRUE(said);
  EXPECT_EQ(said->end, HealEnd::postponed);
  lab.brick(1).come_back();
  lab.settle();
  heal(f);
  said = lab.simulation().run(healer().diagnose(f));
  ASSERT_TRUE(said);
  EXPECT_EQ(said->end, HealEnd::nothing_to_do);
}

// ---- Names

TEST_F(SplitBrain, TwoFilesOfOneName) {
  const Gfid d = directory("d");
  apart([&] { file("f", "first", d); }, [&] { file("f", "the other one", d); });
  EXPECT_EQ(lab.client().error_of(fop::Lookup{.parent = d, .name = "f"}), EIO);
  EXPECT_EQ(heal(d).end, HealEnd::split_brain);
  EXPECT_EQ(resolve_name(d, "f", {.by = By::bigger_file}), "");
  EXPECT_THAT(lab.differences("d/f"), IsEmpty());
  EXPECT_EQ(lab.content(0, "d/f"), "the other one");
  EXPECT_EQ(resolve_name(d, "f", {.by = By::bigger_file}), "no difference");
  EXPECT_EQ(heal(d).end, HealEnd::healed);
  EXPECT_THAT(lab.differences("d"), IsEmpty());
}

TEST_F(SplitBrain, TwoDirectoriesOfOneNameAreDecidedByCommandOnly) {
  const Gfid d = directory("d");
  apart([&] { file("within", "first", directory("sub", d)); }, [&] { file("other", "second", directory("sub", d)); });
  EXPECT_EQ(heal(d).end, HealEnd::split_brain);
  EXPECT_EQ(resolve_name(d, "sub", Ruling::from(1)), "");
  EXPECT_THAT(lab.differences("d/sub"), IsEmpty());
  EXPECT_THAT(lab.differences("d/sub/other"), IsEmpty());
  EXPECT_TRUE(lab.is_nowhere("d/sub/within"));
}

TEST_F(SplitBrain, AFileAndADirectoryOfOneNameAreNotDecided) {
  const Gfid d = directory("d");
  apart([&] { file("both", "content", d); }, [&] { directory("both", d); });
  EXPECT_EQ(resolve_name(d, "both", Ruling::from(0)), Error(EIO).sentence());
  EXPECT_EQ(lab.content(0, "d/both"), "content");
  EXPECT_TRUE(lab.brick(1).exists("d/both"));
}

TEST_F(SplitBrain, ADirectoryInSplitBrainIsUsed) {
  const Gfid d = directory("d");
  apart([&] { file("first", "1", d); }, [&] { file("second", "2", d); });
  const Gfid f = file("more", "3", d);
  EXPECT_FALSE(f.is_null());
  EXPECT_TRUE(lab.client().lookup(d, "first"));
  EXPECT_EQ(heal(d).end, HealEnd::healed);
  for (const std::string name : {"d", "d/first", "d/second", "d/more"}) {
    heal(lab.client().lookup(d, name.size() > 2 ? name.substr(2) : ".")->iatt.gfid);
    EXPECT_THAT(lab.differences(name), IsEmpty()) << name;
  }
}

// ---- Policies

struct ByPolicy : SplitBrain, ::testing::WithParamInterface<const char*> {
  ByPolicy() : SplitBrain(2, {{"favorite-child-policy", GetParam()}}) {}
};

INSTANTIATE_TEST_SUITE_P(Policies, ByPolicy, ::testing::Values("size", "mtime", "ctime"));

TEST_P(ByPolicy, AHealerDecides) {
  const Gfid f = split_content("first", "the other one");
  EXPECT_EQ(heal(f).end, HealEnd::healed);
  EXPECT_THAT(lab.differences("f"), IsEmpty());
  EXPECT_EQ(lab.content(0, "f"), "the other one");
}

TEST_P(ByPolicy, AClientThatReadsDecides) {
  const Gfid f = split_content("first", "the other one");
  EXPECT_EQ(read(f), "the other one");
  EXPECT_EQ(heal(f).end, HealEnd::healed);
  EXPECT_THAT(lab.differences("f"), IsEmpty());
}

TEST_P(ByPolicy, WhoChangesItUnseenIsRefusedAndDecidesNothing) {
  const Gfid f = split_content("first", "the other one");
  EXPECT_EQ(lab.client().error_of(fop::Truncate{.gfid = f, .size = 2, .xdata = {}}), EIO);
  EXPECT_EQ(lab.content(0, "f"), "first");
  EXPECT_EQ(read(f), "the other one");
  EXPECT_TRUE(lab.client().ask(fop::Truncate{.gfid = f, .size = 2, .xdata = {}}));
}

TEST_P(ByPolicy, ANameIsDecidedWhenItIsLookedUp) {
  const Gfid d = directory("d");
  apart([&] { file("f", "first", d); }, [&] { file("f", "the other one", d); });
  const Result<fop::Lookup::Reply> found = lab.client().lookup(d, "f");
  ASSERT_TRUE(found) << found.error().sentence();
  EXPECT_EQ(found->iatt.size, 13U);
  lab.settle();
  EXPECT_THAT(lab.differences("d/f"), IsEmpty());
}

TEST_P(ByPolicy, ANameIsDecidedByTheHealOfItsDirectory) {
  const Gfid d = directory("d");
  apart([&] { file("f", "first", d); }, [&] { file("f", "the other one", d); });
  EXPECT_EQ(heal(d).end, HealEnd::healed);
  EXPECT_THAT(lab.differences("d/f"), IsEmpty());
  EXPECT_EQ(lab.content(0, "d/f"), "the other one");
}

TEST_P(ByPolicy, DirectoriesOfOneNameAreNot) {
  const Gfid d = directory("d");
  apart([&] { directory("sub", d); }, [&] { directory("sub", d); });
  EXPECT_EQ(heal(d).end, HealEnd::split_brain);
}

TEST_P(ByPolicy, NothingIsDecidedWhileACopyIsAway) {
  const Gfid f = split_content("first", "the other one");
  lab.brick(0).go_away();
  EXPECT_EQ(heal(f).end, HealEnd::postponed);
  lab.brick(0).come_back();
  lab.settle();
  EXPECT_EQ(lab.content(0, "f"), "first");
}

struct ByMajority : SplitBrain {
  ByMajority() : SplitBrain(3, {{"favorite-child-policy", "majority"}, {"quorum-type", "none"}}) {}
};

TEST_F(ByMajority, TwoOfThreeAreRight) {
  const Gfid d = directory("d");
  const Gfid f = file("f", "-");
  without(0, [&] {
    EXPECT_TRUE(write(f, 0, "two have it"));
    file("name", "two have it", d);
  });
  lab.brick(2).go_away();
  without(1, [&] {
    EXPECT_TRUE(write(f, 0, "one has it, which is longer"));
    file("name", "one has it", d);
  });
  lab.brick(2).come_back();
  lab.settle();
  EXPECT_EQ(heal(f).end, HealEnd::healed);
  EXPECT_THAT(lab.differences("f"), IsEmpty());
  EXPECT_EQ(lab.content(0, "f"), "two have it");
  EXPECT_EQ(heal(d).end, HealEnd::healed);
  EXPECT_THAT(lab.differences("d/name"), IsEmpty());
  EXPECT_EQ(lab.content(0, "d/name"), "two have it");
}

// ---- As users look at it

TEST_F(SplitBrain, EitherCopyCanBeLookedAt) {
  const Gfid f = split_content("first", "the other one");
  EXPECT_EQ(xattr(f, "replica.split-brain-status"),
            "data-split-brain:yes    metadata-split-brain:no    Choices:v-client-0,v-client-1");
  EXPECT_EQ(lab.client().error_of(fop::Open{.gfid = f, .flags = 0, .xdata = {}}), EIO);
  EXPECT_EQ(set_xattr(f, "replica.split-brain-choice", "v-client-4"), EINVAL);
  EXPECT_EQ(set_xattr(f, "replica.split-brain-choice", "v-client-0"), 0);
  EXPECT_EQ(read(f), "first");
  EXPECT_EQ(lab.client().lookup(f)->iatt.size, 5U);
  EXPECT_EQ(set_xattr(f, "replica.split-brain-choice", "v-client-1"), 0);
  EXPECT_EQ(read(f), "the other one");
  EXPECT_FALSE(write(f, 0, "what is written to a split brain"));
  EXPECT_EQ(set_xattr(f, "replica.split-brain-choice", "none"), 0);
  EXPECT_EQ(lab.client().error_of(fop::Open{.gfid = f, .flags = 0, .xdata = {}}), EIO);
}

TEST_F(SplitBrain, AChoiceEnds) {
  const Gfid f = split_content("first", "the other one");
  EXPECT_EQ(set_xattr(root_gfid, "replica.split-brain-choice-timeout", "soon"), EINVAL);
  EXPECT_EQ(set_xattr(root_gfid, "replica.split-brain-choice-timeout", "1"), 0);
  EXPECT_EQ(set_xattr(f, "replica.split-brain-choice", "v-client-0"), 0);
  lab.simulation().run_for(std::chrono::seconds(50));
  EXPECT_EQ(read(f), "first");
  lab.simulation().run_for(std::chrono::seconds(11));
  EXPECT_EQ(lab.client().error_of(fop::Open{.gfid = f, .flags = 0, .xdata = {}}), EIO);
}

TEST_F(SplitBrain, AChoiceIsMadeForGood) {
  const Gfid f = split_content("first", "the other one");
  EXPECT_EQ(set_xattr(f, "replica.split-brain-heal-finalize", "v-client-7"), EINVAL);
  EXPECT_EQ(set_xattr(f, "replica.split-brain-heal-finalize", "v-client-0"), 0);
  EXPECT_THAT(lab.differences("f"), IsEmpty());
  EXPECT_EQ(read(f), "first");
  EXPECT_EQ(xattr(f, "replica.split-brain-status"), "The file is not under data or metadata split-brain");
  EXPECT_EQ(set_xattr(f, "replica.split-brain-heal-finalize", "v-client-0"), EINVAL);
  EXPECT_EQ(set_xattr(f, "replica.split-brain-choice", "v-client-0"), EINVAL);
}

// ---- Heals that a client begins

struct HealedOnUse : SplitBrain {
  HealedOnUse() : SplitBrain(2, {{"data-self-heal", "on"}, {"metadata-self-heal", "on"}, {"entry-self-heal", "on"}}) {}
};

TEST_F(HealedOnUse, WhatIsLookedAtIsHealed) {
  const Gfid d = directory("d");
  const Gfid f = file("f", "content", d);
  without(0, [&] {
    EXPECT_TRUE(write(f, 0, "another content"));
    EXPECT_TRUE(set_mode(f, 0600));
    file("new", "content", d);
  });
  EXPECT_TRUE(lab.client().lookup(f));
  EXPECT_TRUE(lab.client().lookup(d));
  lab.settle();
  for (const std::string name : {"d", "d/f", "d/new"}) EXPECT_THAT(lab.differences(name), IsEmpty()) << name;
}

}  // namespace
}  // namespace mortar::testing
