#include "translators/testing.h"

namespace mortar::testing {

FakeLeaf::FakeLeaf() : Base("leaf") {}
FakeLeaf::~FakeLeaf() = default;

}  // namespace mortar::testing
