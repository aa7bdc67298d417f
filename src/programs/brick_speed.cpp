#include "programs/brick_speed.h"

#include <fcntl.h>

#include <algorithm>
#include <vector>

namespace mortar {

namespace {

constexpr std::uint64_t most_bytes = std::uint64_t{10} << 30;
constexpr std::uint64_t largest_block = std::uint64_t{128} << 20;

using Clock = std::chrono::steady_clock;

Result<Done> write_blocks(FileSystem& files, int file, const std::vector<std::byte>& block, std::uint64_t blocks) {
  for (std::uint64_t place = 0; place < blocks; ++place) {
    for (std::size_t begin = 0; begin < block.size();) {
      const Result<std::size_t> written = files.write(file, Bytes(block).subspan(begin), place * block.size() + begin);
      if (!written) return std::unexpected(written.error());
      if (*written == 0) return failed(EIO);
      begin += *written;
    }
  }
  return done;
}

Result<Done> read_blocks(FileSystem& files, int file, std::vector<std::byte>& block, std::uint64_t blocks) {
  for (std::uint64_t place = 0; place < blocks; ++place) {
    for (std::size_t begin = 0; begin < block.size();) {
      const Result<std::size_t> read = files.read(file, std::span(block).subspan(begin), place * block.size() + begin);
      if (!read) return std::unexpected(read.error());
      if (*read == 0) return failed(EIO);
      begin += *read;
    }
  }
  return done;
}

Result<Speed> run(FileSystem& files, const std::string& directory, const SpeedTest& test) {
  Result<OpenFile> file = files.open(FileSystem::no_directory, directory, O_TMPFILE | O_RDWR, 0600);
  if (!file) return std::unexpected(file.error());
  std::vector<std::byte> block(test.block_size);
  Clock::time_point begun = Clock::now();
  Result<Done> moved = write_blocks(files, file->number(), block, test.blocks);
  if (moved && test.reading) {
    moved = files.sync(file->number(), false);
    begun = Clock::now();
    if (moved) moved = read_blocks(files, file->number(), block, test.blocks);
  }
  if (!moved) return std::unexpected(moved.error());
  Speed speed;
  speed.microseconds = std::max(std::chrono::duration<double, std::micro>(Clock::now() - begun).count(), 1.0);
  speed.megabytes_a_second = static_cast<double>(test.block_size * test.blocks) / speed.microseconds;
  return speed;
}

}  // namespace

Task<Speed> measure_speed(World& world, std::string directory, SpeedTest test) {
  if (test.block_size == 0 || test.blocks == 0) co_return failed(EINVAL);
  if (test.block_size > largest_block || test.blocks > most_bytes / test.block_size) co_return failed(E2BIG);
  Result<Speed> speed =
      co_await tried(world.off_loop([&files = world.files(), directory, test] { return run(files, directory, test); }));
  co_return speed;
}

}  // namespace mortar
