#include "management/inode_size.h"

#include <fcntl.h>

#include <array>

namespace mortar {

namespace {

// What both keep in the first sectors of their device.
class Superblock {
 public:
  static constexpr std::size_t size = 2048;

  std::span<std::byte> bytes() { return bytes_; }
  std::uint32_t at(std::size_t place) const { return std::to_integer<std::uint32_t>(bytes_[place]); }

 private:
  std::array<std::byte, size> bytes_{};
};

// Numbers of XFS have their highest byte first.
std::optional<std::uint32_t> size_in_xfs(const Superblock& block) {
  constexpr std::string_view magic = "XFSB";
  constexpr std::size_t place = 104;
  for (std::size_t index = 0; index < magic.size(); ++index) {
    if (block.at(index) != static_cast<unsigned char>(magic[index])) return std::nullopt;
  }
  return block.at(place) << 8 | block.at(place + 1);
}

std::optional<std::uint32_t> size_in_ext(const Superblock& block) {
  constexpr std::size_t start = 1024, magic = start + 56, revision = start + 76, place = start + 88;
  constexpr std::uint32_t of_first_revision = 128;
  if (block.at(magic) != 0x53 || block.at(magic + 1) != 0xef) return std::nullopt;
  if (block.at(revision) == 0) return of_first_revision;
  return block.at(place) | block.at(place + 1) << 8;
}

}  // namespace

std::optional<std::uint32_t> inode_size(FileSystem& files, const MountEntry& mount) {
  const bool is_xfs = mount.type == "xfs";
  if (!is_xfs && mount.type != "ext2" && mount.type != "ext3" && mount.type != "ext4") return std::nullopt;
  const Result<OpenFile> device = files.open(FileSystem::no_directory, mount.device, O_RDONLY, 0);
  if (!device) return std::nullopt;
  Superblock block;
  const Result<std::size_t> read = files.read(device->number(), block.bytes(), 0);
  if (!read || *read != Superblock::size) return std::nullopt;
  return is_xfs ? size_in_xfs(block) : size_in_ext(block);
}

}  // namespace mortar
