// The simulated file system against the real one: the same random calls, one by one, must have the same outcome.
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <linux/falloc.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/random.h"
#include "runtime/real_file_system.h"
#include "simulation/disk/simulated_file_system.h"

namespace mortar {
namespace {

constexpr int here = FileSystem::no_directory;
// So deep that no random path with ".." leaves it.
const std::string depth = "/1/2/3/4/5/6/7/8/9";

std::string told(int error) { return fmt::format("error {}", strerrorname_np(error)); }
std::string told(const Error& error) { return told(error.number()); }
std::string told(Done) { return "done"; }
std::string told(std::size_t number) { return fmt::format("{}", number); }
std::string told(const std::string& text) { return fmt::format("'{}'", text); }
std::string told(const std::vector<std::string>& names) {
  std::string text;
  std::vector<std::string> sorted = names;
  std::ranges::sort(sorted);
  for (const std::string& name : sorted) text += (name.starts_with("security.") ? "" : name) + ",";
  return text;
}
std::string told(const FileStatus& status) {
  const bool directory = S_ISDIR(status.mode);
  return fmt::format("mode {:o} links {} owner {}:{} rdev {} size {}", status.mode, status.links, status.uid,
                     status.gid, status.rdev, directory ? 0 : status.size);
}
template <class T>
std::string told(const Result<T>& result) {
  return result ? told(*result) : told(result.error());
}

// One of the two, with what it has open.
struct Side {
  FileSystem& files;
  OpenFile base;
  std::vector<OpenFile> open;
  // Where the real one finds data in what was allocated but not written is its own affair, so a run does one or the
  // other.
  bool allocates = false;

  int pick(Random& random) const { return open.empty() ? 9999 : open[random.below(open.size())].number(); }
};

std::string random_path(Random& random) {
  static const std::vector<std::string> words{"a", "b", "c", "d", "a", "b", "c", "d", "..", "."};
  std::string path;
  const std::uint64_t parts = random.chance(0.6) ? 1 : random.between(1, 4);
  for (std::uint64_t part = 0; part < parts; ++part) {
    if (part != 0) path += '/';
    path += words[random.below(words.size())];
  }
  if (random.chance(0.04)) path += '/';
  if (random.chance(0.005)) path = std::string(256, 'n');
  return path;
}

std::string random_key(Random& random) {
  static const std::vector<std::string> keys{"user.one", "trusted.two", "trusted.gfid", "unknown.x", "user."};
  return keys[random.below(keys.size())];
}

std::string opens(Side& side, Random random) {
  static const std::vector<int> kinds{O_RDONLY, O_WRONLY, O_RDWR, O_RDONLY | O_DIRECTORY, O_PATH};
  static const std::vector<int> extras{0, O_CREAT, O_CREAT | O_EXCL, O_TRUNC, O_CREAT | O_TRUNC, O_APPEND};
  const std::string path = random_path(random);
  const int kind = kinds[random.below(kinds.size())];
  const int extra = kind == O_PATH || (kind & O_DIRECTORY) != 0 ? 0 : extras[random.below(extras.size())];
  Result<OpenFile> file = side.files.open(side.base.number(), path, kind | extra | O_NONBLOCK, 0640);
  if (!file) return fmt::format("open {} {:o}: {}", path, kind | extra, told(file.error()));
  if (side.open.size() < 6) {
    side.open.push_back(std::move(*file));
  } else {
    side.open[random.below(6)] = std::move(*file);
  }
  return fmt::format("open {} {:o}: done", path, kind | extra);
}

std::string makes(Side& side, Random random) {
  const std::string path = random_path(random);
  static const std::vector<std::uint32_t> types{S_IFREG, S_IFIFO, S_IFSOCK, S_IFCHR, S_IFBLK, 0};
  const std::uint32_t mode = types[random.below(types.size())] | 0600;
  switch (random.below(4)) {
    case 0:
      return fmt::format("mknod {} {:o}: ", path, mode) +
             told(side.files.make_node(side.base.number(), path, mode, makedev(3, 9)));
    case 1: {
      const std::string target = random_path(random);
      return fmt::format("symlink {} to {}: ", path, target) +
             told(side.files.make_symlink(target, side.base.number(), path));
    }
    case 2: {
      const std::uint32_t bits = random.chance(0.2) ? 02770 : 0750;
      return fmt::format("mkdir {}: ", path) + told(side.files.make_directory(side.base.number(), path, bits));
    }
    default: {
      const std::string other = random_path(random);
      return fmt::format("link {} {}: ", path, other) +
             told(side.files.link(side.base.number(), path, side.base.number(), other));
    }
  }
}

std::string moves(Side& side, Random random) {
  const std::string path = random_path(random);
  // Which of two errors comes first is not worth imitating.
  std::string other = random_path(random);
  if (path.size() > 255 || other.size() > 255) return {};
  const unsigned flags = random.chance(0.6) ? 0 : static_cast<unsigned>(random.below(4));
  switch (random.below(4)) {
    case 0: return fmt::format("unlink {}: ", path) + told(side.files.unlink(side.base.number(), path));
    case 1: return fmt::format("rmdir {}: ", path) + told(side.files.remove_directory(side.base.number(), path));
    default:
      return fmt::format("rename {} {} {}: ", path, other, flags) +
             told(side.files.rename(side.base.number(), path, side.base.number(), other, flags));
  }
}

std::string changes(Side& side, Random random) {
  const std::string path = random_path(random);
  // Without the sticky bit, which makes the kernel distrust what it guards.
  const auto mode = static_cast<std::uint32_t>(random.below(010000) & ~01000u);
  const std::uint32_t uid = random.chance(0.5) ? ~0u : 1000;
  const int file = side.pick(random);
  const Moment moment{static_cast<std::int64_t>(random.below(1000)), 7};
  switch (random.below(6)) {
    case 0:
      return fmt::format("chmod {} {:o}: ", path, mode) + told(side.files.change_mode(side.base.number(), path, mode));
    case 1: return fmt::format("fchmod {:o}: ", mode) + told(side.files.change_mode(file, mode));
    case 2: return fmt::format("chown {}: ", path) + told(side.files.change_owner(side.base.number(), path, uid, 50));
    case 3: return "fchown: " + told(side.files.change_owner(file, 70, uid));
    case 4:
      return fmt::format("utimes {}: ", path) +
             told(side.files.change_times(side.base.number(), path, &moment, nullptr));
    default: return "futimes: " + told(side.files.change_times(file, nullptr, &moment));
  }
}

std::string xattrs(Side& side, Random random) {
  const std::string path = random_path(random);
  const std::string key = random_key(random);
  const std::string value(random.below(200), 'v');
  const int flags = static_cast<int>(random.below(3));
  const int file = side.pick(random);
  const int base = side.base.number();
  const std::string head = fmt::format("xattr {} of {} flags {}: ", key, path, flags);
  switch (random.below(8)) {
    case 0: return head + told(side.files.set_xattr(base, path, key.c_str(), as_bytes(value), flags));
    case 1: return head + told(side.files.set_xattr(file, key.c_str(), as_bytes(value), flags));
    case 2: return head + told(side.files.get_xattr(base, path, key.c_str()));
    case 3: return head + told(side.files.get_xattr(file, key.c_str()));
    case 4: return head + "remove " + told(side.files.remove_xattr(base, path, key.c_str()));
    case 5: return head + "remove " + told(side.files.remove_xattr(file, key.c_str()));
    case 6: return head + "list " + told(side.files.list_xattrs(base, path));
    default: return head + "list " + told(side.files.list_xattrs(file));
  }
}

std::string looks(Side& side, Random random) {
  const std::string path = random_path(random);
  switch (random.below(3)) {
    case 0: return fmt::format("readlink {}: ", path) + told(side.files.read_symlink(side.base.number(), path));
    case 1: return "fstat: " + told(side.files.status(side.pick(random)));
    default: return fmt::format("stat {}: ", path) + told(side.files.status(side.base.number(), path));
  }
}

std::string moves_data(Side& side, Random random) {
  const int file = side.pick(random);
  const int other = side.pick(random);
  const std::uint64_t offset = random.chance(0.5) ? random.below(5) * 4096 : random.below(20'000);
  const std::size_t size = random.chance(0.5) ? 4096 * (1 + random.below(2)) : random.below(9'000);
  const std::string data(size, static_cast<char>('a' + random.below(26)));
  static const std::vector<int> modes{0,
                                      FALLOC_FL_KEEP_SIZE,
                                      FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                                      FALLOC_FL_ZERO_RANGE,
                                      FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE,
                                      FALLOC_FL_PUNCH_HOLE};
  switch (random.below(9)) {
    case 0:
    case 1: return fmt::format("write {} at {}: ", size, offset) + told(side.files.write(file, as_bytes(data), offset));
    case 2: return fmt::format("append {}: ", size) + told(side.files.append(file, as_bytes(data)));
    case 3: return fmt::format("truncate {}: ", offset) + told(side.files.truncate(file, offset));
    case 4: {
      if (!side.allocates) return {};
      const int mode = modes[random.below(modes.size())];
      return fmt::format("fallocate {} {} {}: ", mode, offset, size) +
             told(side.files.allocate(file, mode, offset, size));
    }
    case 5: {
      std::vector<std::byte> into(size);
      Result<std::size_t> got = side.files.read(file, into, offset);
      return fmt::format("read {} at {}: {}", size, offset,
                         got ? as_text(Bytes(into.data(), *got)) : told(got.error()));
    }
    case 6: {
      if (side.allocates) return {};
      const int whence = random.chance(0.5) ? SEEK_DATA : SEEK_HOLE;
      Result<FileStatus> status = side.files.status(file);
      if (!status || !S_ISREG(status->mode)) return "seek: " + told(status);
      return fmt::format("seek {} {}: ", whence, offset) + told(side.files.seek(file, offset, whence));
    }
    case 7:
      return fmt::format("copy {} from {}: ", size, offset) +
             told(side.files.copy_range(file, offset, other, random.below(20'000), size));
    default: return "fsync: " + told(side.files.sync(file, random.chance(0.5)));
  }
}

std::string act(Side& side, Random random) {
  static const std::vector<std::function<std::string(Side&, Random)>> kinds{opens,  makes, moves,      changes,
                                                                            xattrs, looks, moves_data, moves_data};
  const std::size_t kind = random.below(kinds.size());
  return kinds[kind](side, random.split());
}

std::vector<DirectoryEntry> listing(FileSystem& files, int directory) {
  std::vector<DirectoryEntry> all;
  std::uint64_t offset = 0;
  while (true) {
    Result<std::vector<DirectoryEntry>> some = files.read_directory(directory, offset);
    if (!some || some->empty()) break;
    for (DirectoryEntry& entry : *some) {
      offset = entry.offset;
      if (entry.name != "." && entry.name != "..") all.push_back(std::move(entry));
    }
  }
  std::ranges::sort(all, {}, &DirectoryEntry::name);
  return all;
}

// Everything below a directory, as text.
std::string tree(FileSystem& files, int directory, const std::string& path) {
  std::string text;
  for (const DirectoryEntry& entry : listing(files, directory)) {
    const std::string name = path + "/" + entry.name;
    text += fmt::format("{} type {} {} ", name, entry.type, told(files.status(directory, entry.name)));
    if (entry.type == DT_LNK) text += told(files.read_symlink(directory, entry.name));
    Result<std::vector<std::string>> keys = files.list_xattrs(directory, entry.name);
    if (keys) std::ranges::sort(*keys);
    for (const std::string& key : keys.value_or(std::vector<std::string>{})) {
      if (!key.starts_with("security.")) text += key + "=" + told(files.get_xattr(directory, entry.name, key.c_str()));
    }
    if (entry.type == DT_REG || entry.type == DT_DIR) {
      Result<OpenFile> file = files.open(directory, entry.name, O_RDONLY, 0);
      if (!file) return text + told(file.error());
      if (entry.type == DT_DIR) {
        text += "\n" + tree(files, file->number(), name);
        continue;
      }
      std::vector<std::byte> content(1 << 20);
      Result<std::size_t> size = files.read(file->number(), content, 0);
      text += size ? as_text(Bytes(content.data(), *size)) : told(size.error());
    }
    text += "\n";
  }
  return text;
}

class Twins : public testing::TestWithParam<std::uint64_t> {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "trusted attributes and devices need root";
    std::string pattern = "/tmp/mortar-twins-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    place_ = pattern;
    umask(0);
    for (FileSystem* files : std::initializer_list<FileSystem*>{&real_, &simulated_}) {
      ASSERT_TRUE(files->make_directories(place_ + depth));
    }
    Result<OpenFile> real_base = real_.open(here, place_ + depth, O_RDONLY | O_DIRECTORY, 0);
    Result<OpenFile> simulated_base = simulated_.open(here, place_ + depth, O_RDONLY | O_DIRECTORY, 0);
    ASSERT_TRUE(real_base && simulated_base);
    const std::string probe = "x";
    if (!real_.set_xattr(real_base->number(), "trusted.probe", as_bytes(probe), 0) ||
        !real_.remove_xattr(real_base->number(), "trusted.probe")) {
      GTEST_SKIP() << "the file system has no trusted attributes";
    }
    real_side_ = std::make_unique<Side>(real_, std::move(*real_base));
    simulated_side_ = std::make_unique<Side>(simulated_, std::move(*simulated_base));
    real_side_->allocates = simulated_side_->allocates = GetParam() % 2 == 0;
  }
  void TearDown() override {
    real_side_.reset();
    if (!place_.empty()) std::filesystem::remove_all(place_);
  }

  std::string place_;
  RealFileSystem real_;
  SimulatedFileSystem simulated_{[] { return Moment{1'000'000, 0}; }};
  std::unique_ptr<Side> real_side_;
  std::unique_ptr<Side> simulated_side_;
};

TEST_P(Twins, AnswerAlike) {
  Random random(GetParam());
  std::vector<std::string> past;
  for (int count = 0; count < 2500; ++count) {
    const Random choice = random.split();
    const std::string real = act(*real_side_, choice);
    const std::string simulated = act(*simulated_side_, choice);
    past.push_back(real);
    if (real == simulated) continue;
    std::string before;
    for (std::size_t index = past.size() > 40 ? past.size() - 40 : 0; index < past.size(); ++index) {
      before += past[index].substr(0, 150) + "\n";
    }
    FAIL() << "call " << count << "\nreal      " << real.substr(0, 300) << "\nsimulated " << simulated.substr(0, 300)
           << "\nafter\n"
           << before;
  }
  EXPECT_EQ(tree(real_, real_side_->base.number(), ""), tree(simulated_, simulated_side_->base.number(), ""));
}

INSTANTIATE_TEST_SUITE_P(Seeds, Twins, testing::Range<std::uint64_t>(1, 21));

}  // namespace
}  // namespace mortar
