// What was written is on the disks before the marks go: files that settle together, and disks that fail.
#include "translators/replicate/sync_batch.h"

#include <gmock/gmock.h>

#include "translators/replicate/replicate_test_support.h"

namespace mortar::testing {
namespace {

using replicate::Counts;
using replicate::Slot;
using ::testing::IsEmpty;

class SyncedCopies : public ::testing::Test {
 protected:
  SyncedCopies() {
    lab_.bricks_know_sequences = true;
    for (int number = 0; number < 5; ++number) {
      const Result<fop::Create::Reply> file = lab_.client().create(root_gfid, name(number));
      if (file) files_.push_back(*file);
    }
    EXPECT_EQ(files_.size(), 5U);
  }
  static std::string name(int number) { return fmt::format("f{}", number); }
  void write_all() {
    for (const fop::Create::Reply& file : files_) {
      const fop::Write write{.gfid = file.iatt.gfid, .fd = file.fd, .size = 3, .data = {Slice::copy("one")}};
      ASSERT_TRUE(lab_.client().ask(write));
    }
  }
  // As FSYNC is answered by the second brick; how many the first one gets.
  int settle(std::function<int()> error) {
    int syncs = 0;
    lab_.on_message([&syncs, error](std::size_t brick, std::string_view operation) {
      if (operation != "FSYNC") return 0;
      if (brick == 0) ++syncs;
      return brick == 1 ? error() : 0;
    });
    lab_.settle();
    lab_.on_message({});
    return syncs;
  }

  ReplicateLab lab_;

 private:
  std::vector<fop::Create::Reply> files_;
};

TEST_F(SyncedCopies, FilesThatSettleTogetherAreOneRequest) {
  write_all();
  int asked = 0;
  const int syncs = settle([&asked] { return asked++ == 0 ? EIO : 0; });
  EXPECT_EQ(syncs, 1);
  // Where it fails for all, each is asked for by itself: none of them has missed anything.
  EXPECT_EQ(asked, 6);
  for (int number = 0; number < 5; ++number) EXPECT_THAT(lab_.differences(name(number)), IsEmpty());
}

TEST_F(SyncedCopies, ADiskThatFailsHasMissedTheChangesOfEach) {
  write_all();
  settle([] { return EIO; });
  for (int number = 0; number < 5; ++number) {
    EXPECT_EQ(lab_.missed(0, name(number), 1), Counts::of(Slot::data, 1));
    EXPECT_EQ(lab_.missed(2, name(number), 1), Counts::of(Slot::data, 1));
  }
}

TEST_F(SyncedCopies, OtherBricksAreAskedForEach) {
  lab_.bricks_know_sequences = false;
  write_all();
  EXPECT_EQ(settle([] { return 0; }), 5);
  for (int number = 0; number < 5; ++number) EXPECT_THAT(lab_.differences(name(number)), IsEmpty());
}

}  // namespace
}  // namespace mortar::testing
