#include "translators/client/leaf_offsets.h"

#include <bit>

namespace mortar::leaf_offsets {

namespace {

constexpr std::uint64_t start = 0;
constexpr std::uint64_t end = ~std::uint64_t{0};
// Marks positions that were too large to be multiplied.
constexpr std::uint64_t huge = std::uint64_t{1} << 62;

int bits_of(std::uint32_t leaves) { return std::bit_width(leaves - 1); }
std::uint64_t leaf_mask(std::uint32_t leaves) { return (std::uint64_t{1} << bits_of(leaves)) - 1; }

}  // namespace

std::uint64_t fold(std::uint64_t offset, std::uint32_t leaf, std::uint32_t leaves) {
  if (leaves <= 1 || offset == start || offset == end) return offset;
  if (offset < huge >> bits_of(leaves)) return offset * leaves + leaf;
  return huge | (offset >> 1 & ~leaf_mask(leaves)) | leaf;
}

std::uint64_t unfold(std::uint64_t folded, std::uint32_t leaves) {
  if (leaves <= 1 || folded == end) return folded;
  if ((folded & huge) == 0) return folded / leaves;
  return (folded & ~huge & ~leaf_mask(leaves)) << 1;
}

std::uint32_t leaf_of(std::uint64_t folded, std::uint32_t leaves) {
  if (leaves <= 1) return 0;
  if ((folded & huge) == 0) return static_cast<std::uint32_t>(folded % leaves);
  return static_cast<std::uint32_t>(folded & leaf_mask(leaves));
}

std::size_t child_of(const Translator& cluster, std::uint64_t folded) {
  const std::uint32_t leaf = leaf_of(folded, cluster.leaves().in_graph);
  const std::vector<Translator*>& children = cluster.children();
  for (std::size_t child = 0; child < children.size(); ++child) {
    if (children[child]->leaves().holds(leaf)) return child;
  }
  return 0;
}

}  // namespace mortar::leaf_offsets
