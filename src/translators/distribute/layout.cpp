#include "translators/distribute/layout.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/check.h"

namespace mortar {

namespace {

// How the xattr says that a range was computed, or chosen by the administrator.
constexpr std::uint32_t computed_type = 0;
constexpr std::uint32_t fixed_type = 1;

constexpr std::uint32_t last_hash = 0xffffffff;

using Order = std::vector<std::size_t>;

std::uint32_t read_word(Bytes bytes, std::size_t at) {
  std::uint32_t word = 0;
  for (std::size_t index = 0; index < 4; ++index) word = word << 8 | std::to_integer<std::uint32_t>(bytes[at + index]);
  return word;
}

void write_word(StoredRange& out, std::size_t at, std::uint32_t word) {
  for (std::size_t index = 0; index < 4; ++index) out[at + index] = static_cast<std::byte>(word >> (24 - 8 * index));
}

Order by_name(std::span<const Sharer> sharers) {
  Order order(sharers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t subvolume) { return sharers[subvolume].name; });
  return order;
}

bool can_have_a_range(const Range& range) {
  return range.err == 0 || range.err == Range::unknown || range.err == ENOENT;
}

// The subvolumes that get ranges, in the order in which they get them.
Order chosen(const Layout& present, std::span<const Sharer> sharers, const Dealing& dealing) {
  const Order order = by_name(sharers);
  Order usable, without_space;
  for (std::size_t step = 0; step < order.size(); ++step) {
    const std::size_t subvolume = order[(dealing.first + step) % order.size()];
    if (sharers[subvolume].leaving) continue;
    if (can_have_a_range(present[subvolume])) usable.push_back(subvolume);
    if (present[subvolume].err == ENOSPC) without_space.push_back(subvolume);
  }
  if (usable.empty()) usable = std::move(without_space);
  if (dealing.spread != 0 && dealing.spread < usable.size()) usable.resize(dealing.spread);
  return usable;
}

std::uint64_t overlap(const Range& one, const Range& other) {
  if (!one.takes_part() || !other.takes_part()) return 0;
  const std::uint64_t start = std::max(one.start, other.start);
  const std::uint64_t stop = std::min(one.stop, other.stop);
  return start > stop ? 0 : stop - start + 1;
}

// Exchanges ranges of the new layout, two at a time, while more names stay with their subvolume that way.
void keep_names_in_place(Layout& layout, const Layout& old, const Order& movable) {
  auto gain = [&](std::size_t one, std::size_t other) {
    const std::uint64_t now = overlap(layout[one], old[one]) + overlap(layout[other], old[other]);
    const std::uint64_t then = overlap(layout[one], old[other]) + overlap(layout[other], old[one]);
    return then > now ? then - now : 0;
  };
  for (auto one = movable.begin(); one != movable.end(); ++one) {
    auto best = movable.end();
    std::uint64_t most = 0;
    for (auto other = one + 1; other != movable.end(); ++other) {
      const std::uint64_t gained = gain(*one, *other);
      if (gained > most) most = gained, best = other;
    }
    if (best == movable.end()) continue;
    std::swap(layout[*one].start, layout[*best].start);
    std::swap(layout[*one].stop, layout[*best].stop);
  }
}

}  // namespace

Result<Range> parse_range(Bytes stored) {
  if (stored.size() != std::tuple_size_v<StoredRange>) return failed(EINVAL);
  const std::uint32_t type = read_word(stored, 4);
  if (type != computed_type && type != fixed_type) return failed(EINVAL);
  Range range;
  range.commit_hash = read_word(stored, 0);
  range.start = read_word(stored, 8);
  range.stop = read_word(stored, 12);
  range.fixed = type == fixed_type;
  return range;
}

Result<Done> Layout::learn(std::size_t subvolume, std::optional<Bytes> stored) {
  Range& range = ranges_[subvolume];
  range = Range{};
  if (!stored) return done;
  Result<Range> parsed = parse_range(*stored);
  if (!parsed) {
    range.err = Range::unknown;
    return std::unexpected(parsed.error());
  }
  range = *parsed;
  return done;
}

StoredRange Layout::stored(std::size_t subvolume) const {
  const Range& range = ranges_[subvolume];
  StoredRange out{};
  write_word(out, 0, range.commit_hash.value_or(0));
  write_word(out, 4, is_fixed() ? fixed_type : computed_type);
  write_word(out, 8, range.start);
  write_word(out, 12, range.stop);
  return out;
}

std::optional<std::size_t> Layout::place(std::uint32_t hash) const {
  std::optional<std::size_t> found;
  for (std::size_t subvolume = 0; subvolume < ranges_.size(); ++subvolume) {
    const Range& range = ranges_[subvolume];
    if (!range.takes_part() || hash < range.start || hash > range.stop) continue;
    if (!found || range.start < ranges_[*found].start) found = subvolume;
  }
  return found;
}

Anomalies Layout::anomalies() const {
  Anomalies found;
  std::vector<const Range*> parts;
  for (const Range& range : ranges_) {
    switch (range.err) {
      case 0:
        if (range.takes_part()) parts.push_back(&range);
        break;
      case Range::unknown:
      case ENOENT:
      case ESTALE: ++found.missing; break;
      case ENOTCONN: ++found.down; break;
      case ENOSPC: ++found.no_space; break;
      default: ++found.misc;
    }
  }
  std::ranges::sort(parts, {}, &Range::start);
  std::uint64_t next = 0;  // the first hash that is not looked at yet
  for (const Range* range : parts) {
    if (range->start > next) ++found.holes;
    if (range->start < next) ++found.overlaps;
    next = std::uint64_t{range->stop} + 1;
  }
  if (next != std::uint64_t{last_hash} + 1) ++found.holes;
  return found;
}

std::optional<std::uint32_t> Layout::commit_hash() const {
  std::optional<std::uint32_t> agreed;
  for (const Range& range : ranges_) {
    if (!range.commit_hash) continue;
    if (agreed && *agreed != *range.commit_hash) return std::nullopt;
    agreed = range.commit_hash;
  }
  return agreed;
}

bool Layout::is_fixed() const { return std::ranges::any_of(ranges_, &Range::fixed); }

Layout assign(const Layout& present, std::span<const Sharer> sharers, const Dealing& dealing) {
  check(present.size() == sharers.size(), "a layout has an entry for each subvolume");
  Layout layout(present.size());
  for (std::size_t subvolume = 0; subvolume < layout.size(); ++subvolume) {
    const Range& before = present[subvolume];
    Range& range = layout[subvolume];
    range.err = sharers[subvolume].leaving ? EINVAL : can_have_a_range(before) ? 0 : before.err;
    if (range.err == 0) range.commit_hash = dealing.commit_hash;
  }

  const Order order = chosen(present, sharers, dealing);
  std::uint64_t total = 0;
  bool by_weight = dealing.by_weight;
  for (const std::size_t subvolume : order) {
    total += sharers[subvolume].weight;
    by_weight = by_weight && sharers[subvolume].weight != 0;
  }
  if (!by_weight) total = order.size();
  // Stock reckons with the same numbers in the same format.
  const double chunk = static_cast<double>(last_hash) / static_cast<double>(total);
  std::uint64_t start = 0;
  for (std::size_t index = 0; index < order.size(); ++index) {
    Range& range = layout[order[index]];
    range = Range{.start = static_cast<std::uint32_t>(start), .stop = last_hash, .commit_hash = dealing.commit_hash};
    const std::uint64_t after = order.size() - index - 1;
    if (after == 0) break;
    // A range of one hash would read as none; each of those that follow needs as much.
    const double fair = chunk * (by_weight ? sharers[order[index]].weight : 1);
    const std::uint64_t room = std::uint64_t{last_hash} + 1 - start - 2 * after;
    const std::uint64_t size = std::clamp(static_cast<std::uint64_t>(fair), std::uint64_t{2}, room);
    start += size;
    range.stop = static_cast<std::uint32_t>(start - 1);
  }
  return layout;
}

Result<Layout> reassign(const Layout& present, std::span<const Sharer> sharers, const Dealing& dealing) {
  if (present.is_fixed()) return present;
  const Anomalies anomalies = present.anomalies();
  if (anomalies.down != 0) return failed(ENOTCONN);
  if (anomalies.misc != 0) return failed(EIO);

  // Who was full once may have room by now, and holds names already.
  Layout known = present;
  for (std::size_t subvolume = 0; subvolume < known.size(); ++subvolume) {
    if (known[subvolume].err == ENOSPC) known[subvolume].err = Range::unknown;
  }
  Layout layout = assign(known, sharers, dealing);
  const bool alike = std::ranges::adjacent_find(sharers, std::ranges::not_equal_to{}, &Sharer::weight) == sharers.end();
  if (dealing.by_weight && !alike) return layout;
  Order movable = by_name(sharers);
  std::erase_if(movable, [&](std::size_t subvolume) { return known[subvolume].err > 0 || layout[subvolume].err > 0; });
  keep_names_in_place(layout, present, movable);
  return layout;
}

}  // namespace mortar
