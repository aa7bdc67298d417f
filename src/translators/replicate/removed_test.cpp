// What a copy still has that has missed its removal, where one copy is enough.
#include "translators/replicate/replicate_test_support.h"

namespace mortar::testing {
namespace {

TEST(ReplicateWithoutQuorum, NothingIsMadeInADirectoryThatIsRemoved) {
  for (std::size_t away = 0; away < 2; ++away) {
    SCOPED_TRACE(away);
    ReplicateLab lab(2, {{"quorum-type", "none"}});
    const Result<fop::Made> directory = lab.client().mkdir(root_gfid, "d");
    const Result<fop::Create::Reply> file = lab.client().create(root_gfid, "f");
    ASSERT_TRUE(directory && file);
    const Gfid gfid = directory->iatt.gfid;
    lab.settle();
    lab.brick(away).go_away();
    ASSERT_TRUE(lab.client().rmdir(root_gfid, "d"));
    lab.settle();
    lab.brick(away).come_back();
    lab.settle();
    ASSERT_TRUE(lab.brick(away).exists("d"));
    EXPECT_EQ(lab.client().create(gfid, "new").error().number(), ESTALE);
    EXPECT_EQ(lab.client().mkdir(gfid, "new").error().number(), ESTALE);
    EXPECT_EQ(lab.client().error_of(fop::Link{.gfid = file->iatt.gfid, .new_parent = gfid, .new_name = "new"}),
              ESTALE);
    lab.settle();
    EXPECT_FALSE(lab.brick(away).exists("d/new"));
  }
}

}  // namespace
}  // namespace mortar::testing
