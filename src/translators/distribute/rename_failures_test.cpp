// What a rename leaves behind that does not come to its end: in every shape, at every step.
#include <optional>
#include <utility>

#include "translators/distribute/rename_test_support.h"

namespace mortar {

using testing::DistributeClient;
using testing::NamedFiles;

namespace {

// Of each set of subvolumes that are the same one, one: S is always 0.
struct Shape {
  Place hashed = 0, new_hashed = 0;
  std::optional<Place> overwritten;
  std::string text() const {
    return fmt::format("S=0 Sh={} D={} Dh={}", hashed, overwritten ? std::to_string(*overwritten) : "none", new_hashed);
  }
};

std::vector<Shape> distinct_shapes() {
  std::vector<Shape> shapes;
  for (Place hashed = 0; hashed <= 1; ++hashed) {
    for (Place new_hashed = 0; new_hashed <= hashed + 1; ++new_hashed) {
      shapes.push_back({hashed, new_hashed, std::nullopt});
      for (Place overwritten = 0; overwritten <= std::max(hashed, new_hashed) + 1; ++overwritten) {
        shapes.push_back({hashed, new_hashed, overwritten});
      }
    }
  }
  return shapes;
}

// Two files of a shape, or one.
class Scene {
 public:
  Scene(const Shape& shape, testing::DistributeLab::Options options = {})
      : files(4, std::move(options)),
        from(files.name_at(shape.hashed)),
        to(files.name_at(shape.new_hashed)),
        source(files.put(from, 0, "source")),
        shape_(shape) {
    if (shape.overwritten) target = files.put(to, *shape.overwritten, "target");
    // As the kernel does before it renames.
    files.read(files.lab.client(), from);
    files.read(files.lab.client(), to);
    files.lab.settle();
    before = standing();
  }
  std::string standing() { return files.standing(from) + "--\n" + files.standing(to); }

  // The client renames, until so many steps of the simulation are done or it has its answer.
  std::shared_ptr<std::optional<Result<fop::Rename::Reply>>> rename_for(int steps) {
    const auto outcome = files.lab.client().begin(files.renaming(from, to));
    files.lab.simulation().run_until([&] { return outcome->has_value() || --steps == 0; });
    return outcome;
  }
  // Nothing that was there is lost, and who looks at a name sees one of the two files whole.
  void check_nothing_is_lost(DistributeClient& client) {
    const std::string old_text = files.read(client, from), new_text = files.read(client, to);
    EXPECT_TRUE(old_text == "source" || new_text == "source") << old_text << ", " << new_text << "\n" << standing();
    EXPECT_TRUE(old_text == "source" || old_text == "error 2") << old_text << "\n" << standing();
    const bool may_be_missing = !shape_.overwritten;
    EXPECT_TRUE(new_text == "source" || new_text == (may_be_missing ? "error 2" : "target")) << new_text << "\n"
                                                                                             << standing();
  }

  // As mv(1) does, which removes one of two names of one file.
  void rename_again(DistributeClient& client) {
    const Result<fop::Lookup::Reply> old_name = client.lookup(files.directory, from),
                                     new_name = client.lookup(files.directory, to);
    if (!old_name) return;
    if (new_name && new_name->iatt.gfid == old_name->iatt.gfid) {
      EXPECT_EQ(client.error_of(fop::Unlink{.parent = files.directory, .name = from}), 0);
    } else {
      EXPECT_EQ(files.rename(client, from, to), 0) << standing();
    }
  }
  // Afterwards all is in order, but for data of the overwritten file that nothing leads to any more.
  void check_end(DistributeClient& client) {
    EXPECT_EQ(files.read(client, to), "source");
    EXPECT_EQ(files.read(client, from), "error 2");
    std::string rest = files.standing(to);
    if (shape_.overwritten) {
      const std::string left = fmt::format("{} data {}\n", *shape_.overwritten, target.text());
      if (const std::size_t at = rest.find(left); at != std::string::npos) rest.erase(at, left.size());
    }
    EXPECT_EQ(rest, files.proper(to, 0, source));
    const std::string old_name = files.standing(from);
    EXPECT_TRUE(old_name.empty() || old_name == left_of_old_name_) << old_name;
  }
  // What of the old name may be left, as nobody comes across it who looks where it hashes to: the data, or the link
  // file that was to become the new name's.
  void allow_old_name_to_be_left() {
    const std::string data = fmt::format("0 data {}\n", source.text());
    const std::string link = fmt::format("{} link to 0 of {}\n", shape_.new_hashed, source.text());
    const std::string left = files.standing(from);
    if (shape_.hashed != 0 && left == data) left_of_old_name_ = left;
    if (shape_.hashed != shape_.new_hashed && left == link) left_of_old_name_ = left;
  }

  NamedFiles files;
  std::string from, to;
  Gfid source, target;
  std::string before;

 private:
  Shape shape_;
  std::string left_of_old_name_;
};

// `may_leave_old_name`: as Scene::allow_old_name_to_be_left() says.
void die_at_any_moment(const testing::DistributeLab::Options& options, int stride, bool may_leave_old_name) {
  for (const Shape& shape : distinct_shapes()) {
    bool finished = false;
    for (int steps = 1; !finished; steps += stride) {
      SCOPED_TRACE(fmt::format("{}, after {} steps", shape.text(), steps));
      Scene scene(shape, options);
      DistributeClient& other = scene.files.lab.add_client();
      finished = scene.rename_for(steps)->has_value();
      scene.files.lab.client().die();
      scene.check_nothing_is_lost(other);
      scene.rename_again(other);
      scene.files.lab.settle();
      if (may_leave_old_name) scene.allow_old_name_to_be_left();
      scene.check_end(other);
      if (::testing::Test::HasFailure()) return;
    }
  }
}

TEST(RenameFailures, AClientMayDieAtAnyMoment) { die_at_any_moment({{"lookup-optimize", "off"}}, 4, false); }

// The same where lookups trust that what is not where it hashes to is nowhere: the old name may be left as data that
// nothing leads to.
TEST(RenameFailures, AClientMayDieWhereLookupsAskOneSubvolume) { die_at_any_moment({}, 5, true); }

TEST(RenameFailures, WhatIsRefusedIsUndone) {
  for (const Shape& shape : distinct_shapes()) {
    for (int refused = 1;; ++refused) {
      Scene scene(shape);
      int left = refused;
      std::string what = "nothing";
      scene.files.lab.on_message([&](std::size_t brick, std::string_view operation) {
        if (--left != 0) return 0;
        what = fmt::format("{} on {}", operation, brick);
        return EIO;
      });
      const int error = scene.files.rename(scene.files.lab.client(), scene.from, scene.to);
      scene.files.lab.on_message({});
      SCOPED_TRACE(fmt::format("{}, {} is refused: {}", shape.text(), what, error));
      scene.files.lab.settle();
      const bool is_cleaning = what.starts_with("UNLINK");
      if (error != 0 && !is_cleaning) {
        EXPECT_EQ(scene.standing(), scene.before);
      }
      DistributeClient& other = scene.files.lab.add_client();
      scene.check_nothing_is_lost(other);
      if (error == 0) EXPECT_EQ(scene.files.read(other, scene.from), "error 2");
      scene.rename_again(other);
      scene.files.lab.settle();
      if (is_cleaning) scene.allow_old_name_to_be_left();
      scene.check_end(other);
      if (::testing::Test::HasFailure()) return;
      if (left > 0) break;
    }
  }
}

// Somebody makes a file under the new name after that was looked at, and begins to move it: copies that have its name
// locked refuse the step that would take it away.
TEST(RenameFailures, WhatHasComeUnderTheNewNameIsWaitedFor) {
  NamedFiles files(4);
  const std::string from = files.name_at(0), to = files.name_at(1);
  const Gfid gfid = files.put(from, 0, "source");
  DistributeClient& other = files.lab.add_client();
  ASSERT_TRUE(other.lookup(root_gfid, "d"));
  files.read(files.lab.client(), from);
  files.lab.settle();
  bool is_made = false, is_refused = false;
  files.lab.on_message([&](std::size_t brick, std::string_view operation) {
    if (operation == "LINK" && !std::exchange(is_made, true)) {
      other.begin(fop::Create{.parent = files.directory, .flags = open_flag::read_write, .mode = 0100644, .name = to});
    }
    return operation == "RENAME" && brick == 1 && !std::exchange(is_refused, true) ? EAGAIN : 0;
  });
  EXPECT_EQ(files.rename(files.lab.client(), from, to), 0);
  files.lab.on_message({});
  EXPECT_TRUE(is_made && is_refused);
  files.lab.settle();
  EXPECT_EQ(files.standing(from), "");
  EXPECT_EQ(files.standing(to), files.proper(to, 0, gfid));
}

// A brick loses its connections in the middle, so that it is not known what it did.
TEST(RenameFailures, ABrickMayGoAwayAtAnyMoment) {
  for (const Shape& shape : distinct_shapes()) {
    for (Place gone = 0; gone < 3; ++gone) {
      bool finished = false;
      for (int steps = 1; !finished; steps += 9) {
        SCOPED_TRACE(fmt::format("{}, brick {} after {} steps", shape.text(), gone, steps));
        Scene scene(shape, {{"lookup-optimize", "off"}});
        DistributeClient& client = scene.files.lab.client();
        const auto outcome = scene.rename_for(steps);
        finished = outcome->has_value();
        scene.files.lab.brick(gone).go_away();
        ASSERT_TRUE(scene.files.lab.simulation().run_until([&] { return outcome->has_value(); }));
        scene.files.lab.settle();
        scene.files.lab.brick(gone).come_back();
        scene.check_nothing_is_lost(client);
        scene.rename_again(client);
        scene.files.lab.settle();
        scene.allow_old_name_to_be_left();
        scene.check_end(client);
        if (::testing::Test::HasFailure()) return;
      }
    }
  }
}

// Another client looks at both names all the time: at none is there nothing.
TEST(RenameFailures, WhoLooksMeanwhileSeesOneOfTheFiles) {
  for (const Shape& shape : distinct_shapes()) {
    SCOPED_TRACE(shape.text());
    Scene scene(shape);
    NamedFiles& files = scene.files;
    DistributeClient& other = files.lab.add_client();
    const auto outcome = files.lab.client().begin(files.renaming(scene.from, scene.to));
    while (!outcome->has_value()) {
      const bool has_old = other.lookup(files.directory, scene.from).has_value();
      const Result<fop::Lookup::Reply> found = other.lookup(files.directory, scene.to);
      EXPECT_TRUE(has_old || (found && found->iatt.gfid == scene.source));
      if (shape.overwritten)
        EXPECT_TRUE(found && (found->iatt.gfid == scene.source || found->iatt.gfid == scene.target));
    }
    EXPECT_TRUE(**outcome);
    files.lab.settle();
    scene.check_end(other);
  }
}

// Several clients rename a few files over one another, at the same time and in all directions.
TEST(RenameFailures, ClientsThatRenameAtTheSameTimeLoseNothing) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    NamedFiles files(4, {}, seed);
    std::vector<DistributeClient*> clients{&files.lab.client(), &files.lab.add_client(), &files.lab.add_client()};
    std::vector<std::string> names;
    std::map<std::string, Gfid> texts;
    for (Place place = 0; place < 4; ++place) {
      for (int more = 0; more < 2; ++more) {
        names.push_back(files.name_at(place));
        texts[names.back()] = files.put(names.back(), files.lab.simulation().random().below(4), names.back());
      }
    }
    std::size_t succeeded = 0;
    for (int round = 0; round < 12; ++round) {
      std::vector<std::shared_ptr<std::optional<Result<fop::Rename::Reply>>>> outcomes;
      for (DistributeClient* client : clients) {
        const std::string& from = names[files.lab.simulation().random().below(names.size())];
        const std::string& to = names[files.lab.simulation().random().below(names.size())];
        if (from != to) outcomes.push_back(client->begin(files.renaming(from, to)));
      }
      for (const auto& outcome : outcomes) {
        ASSERT_TRUE(files.lab.simulation().run_until([&] { return outcome->has_value(); }))
            << "they wait for each other";
        if (**outcome) {
          ++succeeded;
        } else {
          EXPECT_EQ((**outcome).error().number(), ENOENT);
        }
      }
    }
    files.lab.settle();
    // Each rename that found something at its new name took one file away, and nothing else did.
    std::size_t left = 0;
    std::map<std::string, int> seen;
    for (const std::string& name : names) {
      const std::string text = files.read(*clients[0], name);
      if (text == "error 2") {
        EXPECT_EQ(files.standing(name), "");
        continue;
      }
      ++left;
      EXPECT_EQ(++seen[text], 1);
      const Gfid gfid = texts[text];
      bool is_proper = false;
      for (Place place = 0; place < 4; ++place) {
        is_proper = is_proper || files.standing(name) == files.proper(name, place, gfid);
      }
      EXPECT_TRUE(is_proper) << files.standing(name);
    }
    EXPECT_GE(left + succeeded, names.size());
    EXPECT_GE(left, 1u);
  }
}

}  // namespace
}  // namespace mortar
