// Bricks that do not remove what somebody is about to move, where they are to do it at once.
#include <gmock/gmock.h>

#include "translators/replicate/replicate_test_support.h"

namespace mortar::testing {
namespace {

using ::testing::IsEmpty;

// Who has it locked is about to move it, and had not locked it yet where it has gone already.
TEST(ReplicateYielding, AFileThatHasGoneFromOneCopyIsNotKeptForWhoMovesIt) {
  const std::vector<std::string_view> operations{"UNLINK", "RENAME"};
  for (const std::string_view operation : operations) {
    for (std::size_t done = 0; done < 3; ++done) {
      SCOPED_TRACE(fmt::format("{} {}", operation, done));
      ReplicateLab lab;
      ASSERT_TRUE(lab.client().create(root_gfid, "f"));
      const Result<fop::Create::Reply> other = lab.client().create(root_gfid, "g");
      ASSERT_TRUE(other);
      std::vector<int> asked(3);
      lab.on_message([&](std::size_t brick, std::string_view message) {
        const bool yields = message == operation && brick != done && ++asked[brick] == 1;
        return yields ? EAGAIN : 0;
      });
      if (operation == "UNLINK") {
        EXPECT_TRUE(lab.client().ask(fop::Unlink{.parent = root_gfid, .name = "f", .xdata = {}}));
      } else {
        EXPECT_TRUE(lab.client().ask(fop::Rename{
            .old_parent = root_gfid, .new_parent = root_gfid, .old_name = "g", .new_name = "f", .xdata = {}}));
        EXPECT_EQ(lab.client().lookup(root_gfid, "f")->iatt.gfid, other->iatt.gfid);
      }
      EXPECT_TRUE(lab.is_nowhere(operation == "UNLINK" ? "f" : "g"));
      lab.settle();
      EXPECT_THAT(lab.differences(operation == "UNLINK" ? "g" : "f"), IsEmpty());
      EXPECT_THAT(lab.differences(""), IsEmpty());
    }
  }
}

}  // namespace
}  // namespace mortar::testing
