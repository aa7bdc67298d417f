#include "translators/distribute/free_space.h"

#include <algorithm>
#include <limits>

namespace mortar {

namespace {

struct Limit {
  double value;
  bool is_percent;
};

// The number decides and not its sign, as in stock: "5" is 5 %, and "100%" is a hundred bytes.
Limit limit_of(const PercentOrSize& option) {
  const double value = option.percent >= 0 ? option.percent : static_cast<double>(option.bytes);
  return {value, value < 100};
}

bool is_known(const VolumeStatus& status) { return status.blocks != 0; }

double free_bytes(const VolumeStatus& status) {
  return static_cast<double>(status.available) * static_cast<double>(status.fragment_size);
}

double percent(double part, std::uint64_t whole) { return part * 100 / static_cast<double>(whole); }

// Limits are compared with whole percents, as in stock: 9.9 % are below 10, and 10.9 % are below 10.5.
double whole_percent(std::uint64_t part, std::uint64_t whole) {
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max() / 100;
  const std::uint64_t percents = part > most ? part / std::max(whole / 100, std::uint64_t{1}) : part * 100 / whole;
  return static_cast<double>(percents);
}

double free_disk(const VolumeStatus& status, const Limit& limit) {
  return limit.is_percent ? whole_percent(status.available, status.blocks) : free_bytes(status);
}

// File systems that make inodes as they need them count none.
double free_inodes(const VolumeStatus& status) {
  return status.files == 0 ? 100 : whole_percent(status.files_free, status.files);
}

// What is compared among subvolumes, in the unit of the limit.
double amount_free(const VolumeStatus& status, const Limit& limit) {
  return limit.is_percent ? percent(static_cast<double>(status.available), status.blocks) : free_bytes(status);
}

bool has_room(const VolumeStatus& status, const FreeSpaceLimits& limits, std::uint64_t size) {
  const Limit disk = limit_of(limits.disk);
  if (free_disk(status, disk) <= disk.value || free_inodes(status) <= limit_of(limits.inodes).value) return false;
  const double bytes_then = free_bytes(status) - static_cast<double>(size);
  if (!disk.is_percent) return bytes_then >= disk.value;
  const double blocks_then = bytes_then / static_cast<double>(std::max(status.fragment_size, std::uint64_t{1}));
  return percent(blocks_then, status.blocks) >= disk.value;
}

template <class Condition>
std::optional<std::size_t> with_most(std::span<const Storage> subvolumes, const FreeSpaceLimits& limits,
                                     Condition condition) {
  std::optional<std::size_t> found;
  double most = 0;
  for (std::size_t subvolume = 0; subvolume < subvolumes.size(); ++subvolume) {
    const VolumeStatus& status = subvolumes[subvolume].status;
    if (!subvolumes[subvolume].usable || !is_known(status) || !condition(status)) continue;
    const double amount = amount_free(status, limit_of(limits.disk));
    if (amount > most) most = amount, found = subvolume;
  }
  return found;
}

// The same sizes counted in larger fragments.
void count_in(VolumeStatus& status, std::uint64_t block_size, std::uint64_t fragment_size) {
  status.block_size = block_size;
  if (status.fragment_size == fragment_size) return;
  const double factor = static_cast<double>(status.fragment_size) / static_cast<double>(fragment_size);
  status.fragment_size = fragment_size;
  for (std::uint64_t* count : {&status.blocks, &status.free, &status.available}) {
    *count = static_cast<std::uint64_t>(factor * static_cast<double>(*count));
  }
}

}  // namespace

std::uint32_t chunks_of(const VolumeStatus& status) {
  constexpr std::uint64_t chunk = 1 << 20;
  constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
  if (status.block_size == 0) return 0;
  if (status.block_size > chunk) {
    const std::uint64_t chunks_of_a_block = status.block_size / chunk;
    return static_cast<std::uint32_t>(
        std::min(std::min(status.blocks, most) * std::min(chunks_of_a_block, most), most));
  }
  const std::uint64_t blocks_of_a_chunk = chunk / status.block_size;
  const std::uint64_t chunks = status.blocks / blocks_of_a_chunk + (status.blocks % blocks_of_a_chunk == 0 ? 0 : 1);
  return static_cast<std::uint32_t>(std::min(chunks, most));
}

bool is_full(const VolumeStatus& status, const FreeSpaceLimits& limits) {
  if (!is_known(status)) return false;
  const Limit disk = limit_of(limits.disk);
  return free_disk(status, disk) < disk.value || free_inodes(status) < limit_of(limits.inodes).value;
}

std::optional<std::size_t> with_room(std::span<const Storage> subvolumes, const FreeSpaceLimits& limits,
                                     std::uint64_t size) {
  return with_most(subvolumes, limits, [&](const VolumeStatus& status) { return has_room(status, limits, size); });
}

std::optional<std::size_t> with_most_room(std::span<const Storage> subvolumes, const FreeSpaceLimits& limits) {
  return with_most(subvolumes, limits,
                   [](const VolumeStatus& status) { return status.files == 0 || status.files_free != 0; });
}

std::size_t choose_for_new_file(std::size_t hashed, std::span<const Storage> subvolumes,
                                const FreeSpaceLimits& limits) {
  if (!is_full(subvolumes[hashed].status, limits)) return hashed;
  std::optional<std::size_t> found = with_room(subvolumes, limits);
  if (!found) found = with_most_room(subvolumes, limits);
  return found.value_or(hashed);
}

void VolumeStatusSum::add(VolumeStatus status, bool is_limit) {
  if (is_limit || is_limit_) {
    const bool more_usage = status.blocks - status.free >= total_.blocks - total_.free;
    if (is_limit && (!is_limit_ || more_usage)) total_ = status;
    is_limit_ = true;
    return;
  }
  if (total_.block_size == 0) {
    total_ = status;
    return;
  }
  const std::uint64_t block_size = std::max(total_.block_size, status.block_size);
  const std::uint64_t fragment_size = std::max(total_.fragment_size, status.fragment_size);
  count_in(total_, block_size, fragment_size);
  count_in(status, block_size, fragment_size);
  total_.blocks += status.blocks;
  total_.free += status.free;
  total_.available += status.available;
  total_.files += status.files;
  total_.files_free += status.files_free;
  total_.files_available += status.files_available;
  total_.id = status.id;
  total_.flags = status.flags;
  total_.name_max = std::min(total_.name_max, status.name_max);
}

}  // namespace mortar
