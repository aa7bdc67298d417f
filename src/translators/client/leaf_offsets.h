// Positions in a directory that many bricks hold together: each client folds the number of its brick into the positions
// that it shows, so that whoever sees one knows which brick it belongs to.
//
// The leaves of a graph are numbered by Graph (Translator::leaves()). A position of 62 bits is the most that is shown;
// large ones lose their lowest bits, which the hash cookies of file systems can spare. Stock folds the same way.
#pragma once

#include <cstddef>
#include <cstdint>

#include "translator/translator.h"

namespace mortar::leaf_offsets {

// The start (0) and the end (all ones) of a directory stay what they are, as everything does with one leaf.
std::uint64_t fold(std::uint64_t offset, std::uint32_t leaf, std::uint32_t leaves);
// The brick's position, without what folding lost.
std::uint64_t unfold(std::uint64_t folded, std::uint32_t leaves);
// The leaf that the position belongs to. A position from outside may name one that there is not.
std::uint32_t leaf_of(std::uint64_t folded, std::uint32_t leaves);

// The child of a cluster translator that the position belongs to; the first where it belongs to none of them.
std::size_t child_of(const Translator& cluster, std::uint64_t folded);

}  // namespace mortar::leaf_offsets
