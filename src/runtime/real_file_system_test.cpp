#include "runtime/real_file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include <set>

#include "runtime/real_world_test_support.h"

namespace mortar {
namespace {

constexpr int nowhere = FileSystem::no_directory;

class FileSystemTest : public testing::Test {
 protected:
  void SetUp() override { directory_ = opened(nowhere, folder_.path(), O_RDONLY | O_DIRECTORY); }
  OpenFile opened(int directory, const std::string& name, int flags) {
    Result<OpenFile> file = files_.open(directory, name, flags, 0600);
    EXPECT_TRUE(file) << name << ": " << file.error().sentence();
    return std::move(*file);
  }
  OpenFile created(const std::string& name) { return opened(here(), name, O_RDWR | O_CREAT); }
  int here() const { return directory_.number(); }

  TemporaryFolder folder_;
  RealFileSystem files_;
  OpenFile directory_;
};

int error_of(const auto& result) { return result ? 0 : result.error().number(); }

TEST_F(FileSystemTest, ReadsWhatWasWritten) {
  const OpenFile file = created("file");
  EXPECT_EQ(*files_.write(file.number(), as_bytes("hello"), 3), 5U);
  EXPECT_EQ(*files_.append(file.number(), as_bytes("!")), 1U);
  std::array<std::byte, 100> into;
  ASSERT_EQ(*files_.read(file.number(), into, 0), 9U);
  EXPECT_EQ(as_text(Bytes(into).first(9)), std::string_view("\0\0\0hello!", 9));
  EXPECT_TRUE(files_.truncate(file.number(), 4));
  EXPECT_EQ(files_.status(file.number())->size, 4U);
  EXPECT_EQ(*files_.seek(file.number(), 0, SEEK_DATA), 0U);
  EXPECT_EQ(error_of(files_.seek(file.number(), 100, SEEK_DATA)), ENXIO);
  EXPECT_TRUE(files_.sync(file.number(), true));
  EXPECT_TRUE(files_.sync(file.number(), false));
  EXPECT_TRUE(files_.sync_all(here()));
  const OpenFile copy = created("copy");
  EXPECT_EQ(*files_.copy_range(file.number(), 3, copy.number(), 0, 10), 1U);
  EXPECT_TRUE(files_.allocate(copy.number(), 0, 0, 4096));
  EXPECT_EQ(files_.status(here(), "copy")->size, 4096U);
}

TEST_F(FileSystemTest, StatusTellsTheKindsApart) {
  ASSERT_TRUE(files_.make_directory(here(), "folder", 0750));
  ASSERT_TRUE(files_.make_symlink("folder", here(), "link"));
  ASSERT_TRUE(files_.make_node(here(), "pipe", S_IFIFO | 0600, 0));
  EXPECT_EQ(files_.status(here(), "folder")->mode, S_IFDIR | 0750U);
  EXPECT_TRUE(S_ISLNK(files_.status(here(), "link")->mode));
  EXPECT_TRUE(S_ISFIFO(files_.status(here(), "pipe")->mode));
  EXPECT_EQ(*files_.read_symlink(here(), "link"), "folder");
  struct stat plain{};
  ASSERT_EQ(::stat(folder_.path().c_str(), &plain), 0);
  const FileStatus status = *files_.status(here());
  EXPECT_EQ(status.inode, plain.st_ino);
  EXPECT_EQ(status.device, plain.st_dev);
  EXPECT_EQ(status.links, plain.st_nlink);
  EXPECT_EQ(status.changed.seconds, plain.st_ctim.tv_sec);
  EXPECT_EQ(status.changed.nanoseconds, plain.st_ctim.tv_nsec);
  EXPECT_GT(files_.file_system_status(here())->blocks, 0U);
  EXPECT_EQ(error_of(files_.status(here(), "none")), ENOENT);
}

TEST_F(FileSystemTest, LinksAreNotFollowedBelowADirectory) {
  ASSERT_TRUE(files_.make_symlink("target", here(), "link"));
  created("target");
  EXPECT_EQ(error_of(files_.open(here(), "link", O_RDONLY, 0)), ELOOP);
  EXPECT_TRUE(files_.open(nowhere, folder_ / "link", O_RDONLY, 0));
  const Moment then{1'000'000, 123};
  EXPECT_TRUE(files_.change_times(here(), "link", nullptr, &then));
  EXPECT_EQ(files_.status(here(), "link")->modified, then);
  EXPECT_NE(files_.status(here(), "target")->modified, then);
  EXPECT_EQ(error_of(files_.change_mode(here(), "link", 0600)), EOPNOTSUPP);
  EXPECT_TRUE(files_.change_owner(here(), "link", ~0U, ~0U));
}

TEST_F(FileSystemTest, ModesAndTimesAreSet) {
  const OpenFile file = created("file");
  EXPECT_TRUE(files_.change_mode(here(), "file", 0640));
  EXPECT_EQ(files_.status(file.number())->mode & 07777, 0640U);
  EXPECT_TRUE(files_.change_mode(file.number(), 04600));
  EXPECT_EQ(files_.status(file.number())->mode & 07777, 04600U);
  const Moment accessed{5, 6};
  const FileStatus before = *files_.status(file.number());
  EXPECT_TRUE(files_.change_times(file.number(), &accessed, nullptr));
  EXPECT_EQ(files_.status(file.number())->accessed, accessed);
  EXPECT_EQ(files_.status(file.number())->modified, before.modified);
  EXPECT_TRUE(files_.change_owner(file.number(), ~0U, ~0U));
}

TEST_F(FileSystemTest, NamesAreLinkedRenamedAndRemoved) {
  created("one");
  EXPECT_TRUE(files_.link(here(), "one", here(), "two"));
  EXPECT_EQ(files_.status(here(), "one")->links, 2U);
  EXPECT_EQ(error_of(files_.rename(here(), "one", here(), "two", RENAME_NOREPLACE)), EEXIST);
  EXPECT_TRUE(files_.rename(here(), "one", here(), "three", 0));
  EXPECT_TRUE(files_.unlink(here(), "two"));
  EXPECT_EQ(error_of(files_.unlink(here(), "two")), ENOENT);
  EXPECT_TRUE(files_.make_directory(here(), "folder", 0700));
  EXPECT_EQ(error_of(files_.unlink(here(), "folder")), EISDIR);
  EXPECT_TRUE(files_.remove_directory(here(), "folder"));
}

TEST_F(FileSystemTest, XattrsOfAllSizes) {
  const OpenFile file = created("file");
  const char* key = "user.test";
  if (error_of(files_.set_xattr(file.number(), key, as_bytes("x"), 0)) == EOPNOTSUPP) GTEST_SKIP() << "no xattrs here";
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{2000}}) {
    const std::string value(size, 'v');
    ASSERT_TRUE(files_.set_xattr(here(), "file", key, as_bytes(value), 0));
    EXPECT_EQ(*files_.get_xattr(file.number(), key), value);
    EXPECT_EQ(*files_.get_xattr(here(), "file", key), value);
    EXPECT_EQ(*files_.get_xattr(nowhere, folder_ / "file", key), value);
  }
  // Where the file system takes more than fits the first try.
  const std::string large(5000, 'l');
  if (files_.set_xattr(file.number(), key, as_bytes(large), 0)) {
    EXPECT_EQ(*files_.get_xattr(file.number(), key), large);
    EXPECT_EQ(*files_.get_xattr(here(), "file", key), large);
  }
  EXPECT_EQ(error_of(files_.set_xattr(file.number(), key, as_bytes("x"), XATTR_CREATE)), EEXIST);
  EXPECT_TRUE(files_.set_xattr(file.number(), "user.second", as_bytes("x"), 0));
  const std::vector<std::string> names = *files_.list_xattrs(file.number());
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()), (std::set<std::string>{key, "user.second"}));
  EXPECT_EQ(*files_.list_xattrs(here(), "file"), names);
  EXPECT_TRUE(files_.remove_xattr(here(), "file", key));
  EXPECT_TRUE(files_.remove_xattr(file.number(), "user.second"));
  EXPECT_EQ(error_of(files_.get_xattr(file.number(), key)), ENODATA);
  EXPECT_TRUE(files_.list_xattrs(file.number())->empty());
}

TEST_F(FileSystemTest, XattrsOfALinkAreItsOwn) {
  ASSERT_TRUE(files_.make_symlink("file", here(), "link"));
  created("file");
  const char* key = "trusted.test";
  if (!files_.set_xattr(here(), "link", key, as_bytes("of the link"), 0)) GTEST_SKIP() << "no trusted xattrs here";
  EXPECT_EQ(*files_.get_xattr(here(), "link", key), "of the link");
  EXPECT_EQ(error_of(files_.get_xattr(here(), "file", key)), ENODATA);
}

TEST_F(FileSystemTest, ADirectoryIsListedFromAnyPosition) {
  std::set<std::string> expected{".", ".."};
  for (int index = 0; index < 2000; ++index) {
    const std::string name = "a-name-of-some-length-" + std::to_string(index);
    created(name);
    expected.insert(name);
  }
  std::set<std::string> seen;
  std::vector<DirectoryEntry> entries = *files_.read_directory(here(), 0);
  std::vector<DirectoryEntry> all;
  while (!entries.empty()) {
    for (const DirectoryEntry& entry : entries) EXPECT_TRUE(seen.insert(entry.name).second) << entry.name;
    all.insert(all.end(), entries.begin(), entries.end());
    entries = *files_.read_directory(here(), entries.back().offset);
  }
  EXPECT_EQ(seen, expected);
  const std::vector<DirectoryEntry> later = *files_.read_directory(here(), all[1000].offset);
  EXPECT_EQ(later.front().name, all[1001].name);
  EXPECT_EQ(later.front().inode, all[1001].inode);
}

TEST_F(FileSystemTest, WholeFiles) {
  const std::string path = folder_ / "whole";
  ASSERT_TRUE(files_.write_file(path + ".tmp", "left by a crash", 0777));
  const std::string content(100'000, 'w');
  EXPECT_TRUE(files_.write_file(path, content, 0640));
  EXPECT_EQ(*files_.read_file(path), content);
  EXPECT_EQ(files_.status(nowhere, path)->mode & 07777, 0640U);
  EXPECT_EQ(error_of(files_.status(nowhere, path + ".tmp")), ENOENT);
  EXPECT_EQ(error_of(files_.read_file(path, 99'999)), EFBIG);
  EXPECT_EQ(files_.read_file(path, 100'000)->size(), 100'000U);
  EXPECT_EQ(error_of(files_.read_file(folder_ / "none")), ENOENT);
  EXPECT_EQ(error_of(files_.write_file(folder_ / "none/file", "x")), ENOENT);
  // Over a folder the rename fails; nothing is left behind.
  ASSERT_TRUE(files_.make_directories(folder_ / "folder"));
  EXPECT_EQ(error_of(files_.write_file(folder_ / "folder", "x")), EISDIR);
  EXPECT_EQ(error_of(files_.status(nowhere, folder_ / "folder.tmp")), ENOENT);
}

TEST_F(FileSystemTest, FoldersWithTheirParents) {
  EXPECT_TRUE(files_.make_directories(folder_ / "a/b/c"));
  EXPECT_TRUE(files_.make_directories(folder_ / "a/b/c"));
  ASSERT_TRUE(files_.make_symlink("a", here(), "link"));
  EXPECT_TRUE(files_.make_directories(folder_ / "link"));
  EXPECT_TRUE(files_.make_directories(folder_ / "link/d"));
  created("file");
  EXPECT_EQ(error_of(files_.make_directories(folder_ / "file")), ENOTDIR);
  EXPECT_EQ(error_of(files_.make_directories(folder_ / "file/x")), ENOTDIR);
}

TEST_F(FileSystemTest, ATreeIsRemovedAndLinksOutOfItAreNotFollowed) {
  created("kept");
  ASSERT_TRUE(files_.make_directories(folder_ / "outside/kept"));
  ASSERT_TRUE(files_.make_directories(folder_ / "tree/a/b"));
  ASSERT_TRUE(files_.make_symlink("../../outside", nowhere, folder_ / "tree/a/link"));
  for (int index = 0; index < 1500; ++index) {
    ASSERT_TRUE(files_.open(nowhere, folder_ / ("tree/a/b/" + std::to_string(index)), O_CREAT | O_WRONLY, 0600));
  }
  EXPECT_TRUE(files_.remove_tree(folder_ / "tree"));
  EXPECT_EQ(error_of(files_.status(here(), "tree")), ENOENT);
  EXPECT_TRUE(files_.status(here(), "kept"));
  EXPECT_TRUE(files_.status(nowhere, folder_ / "outside/kept"));
  EXPECT_TRUE(files_.remove_tree(folder_ / "tree"));
  EXPECT_TRUE(files_.remove_tree(folder_ / "kept"));
  ASSERT_TRUE(files_.make_symlink("outside", here(), "link"));
  EXPECT_TRUE(files_.remove_tree(folder_ / "link"));
  EXPECT_TRUE(files_.status(nowhere, folder_ / "outside/kept"));
}

TEST_F(FileSystemTest, CallsAreCounted) {
  const std::uint64_t before = RealFileSystem::calls();
  static_cast<void>(files_.status(here()));
  static_cast<void>(files_.status(here(), "none"));
  EXPECT_EQ(RealFileSystem::calls(), before + 2);
}

}  // namespace
}  // namespace mortar
