#include "translators/replicate/heal_walk.h"

#include <gtest/gtest.h>

#include "translators/replicate/heal_test_support.h"

namespace mortar::testing {
namespace {

// Files come into being with the names of their directory, not one by one.
TEST(HealWalk, ADirectoryComesBeforeWhatIsNewInIt) {
  constexpr int many = 64;
  Damaged damaged(3);
  const Gfid directory = damaged.directory("d");
  damaged.without(2, [&] {
    for (int number = 0; number < many; ++number) damaged.file("f" + std::to_string(number), "content", directory);
  });
  std::size_t locks_of_names = 0;
  damaged.lab.on_message([&](std::size_t brick, std::string_view operation) {
    if (brick == 0 && operation == "ENTRYLK") ++locks_of_names;
    return 0;
  });
  auto& replicate = static_cast<Replicate&>(damaged.lab.client().top());
  replicate::HealWalk walk(replicate.healer(), "v");
  EXPECT_TRUE(damaged.lab.simulation().run(walk.through_index(0)));
  damaged.lab.on_message({});
  EXPECT_EQ(walk.figures().failed, 0U);
  for (int number = 0; number < many; ++number) {
    EXPECT_EQ(damaged.lab.differences("d/f" + std::to_string(number)), std::vector<std::string>());
  }
  // Given and taken back: of each name, of the directory, and nothing for files that are not there yet.
  EXPECT_LE(locks_of_names, 2U * many + 16U);
}

}  // namespace
}  // namespace mortar::testing
