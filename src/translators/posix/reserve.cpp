#include "translators/posix/reserve.h"

#include <algorithm>

namespace mortar::posix {

std::uint64_t reserved_blocks(const FileSystemStatus& status, const PosixOptions& options) {
  double percent = options.reserve.percent;
  // A bare number below 100 is a percentage, too.
  if (percent < 0 && options.reserve.bytes < 100) percent = static_cast<double>(options.reserve.bytes);
  if (percent >= 0) return static_cast<std::uint64_t>(static_cast<double>(status.blocks) * percent / 100 + 0.5);
  if (status.fragment_size == 0) return 0;
  return (options.reserve.bytes + status.fragment_size - 1) / status.fragment_size;
}

bool reserve_is_reached(const FileSystemStatus& status, const PosixOptions& options) {
  const std::uint64_t reserved = reserved_blocks(status, options);
  return reserved != 0 && status.free <= reserved;
}

VolumeStatus shown_status(const FileSystemStatus& status, const PosixOptions& options) {
  VolumeStatus shown;
  shown.block_size = status.block_size;
  shown.fragment_size = status.fragment_size;
  shown.id = status.id;
  shown.flags = status.flags;
  shown.name_max = status.name_max;
  if (!options.export_statfs_size) return shown;
  const std::uint64_t reserved = reserved_blocks(status, options);
  const auto share = static_cast<std::uint64_t>(std::max(options.shared_brick_count, 1));
  const std::uint64_t free = status.free > reserved ? status.free - reserved : 0;
  shown.blocks = status.blocks / share;
  shown.free = free / share;
  shown.available = std::min(status.available, free) / share;
  shown.files = status.files / share;
  shown.files_free = status.files_free / share;
  shown.files_available = status.files_available / share;
  return shown;
}

}  // namespace mortar::posix
