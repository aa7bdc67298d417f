#include "translators/posix/posix_test_support.h"
#include "wire/files_to_sync.h"
#include "wire/own_keys.h"

namespace mortar::posix {
namespace {

template <class Lab>
class PosixData : public BrickTest<Lab> {
 protected:
  void SetUp() override {
    BrickTest<Lab>::SetUp();
    Result<fop::Create::Reply> made = this->brick.create(root_gfid, "f", file);
    ASSERT_TRUE(made);
    fd = made->fd;
  }
  const Gfid file = test_gfid(1), other = test_gfid(2);
  Fd fd;
};
TYPED_TEST_SUITE(PosixData, Labs);

TYPED_TEST(PosixData, ReadsSayWhereTheFileEnds) {
  auto& brick = this->brick;
  ASSERT_TRUE(brick.write(this->file, this->fd, 0, "abcdef"));
  auto read = [&](std::uint64_t offset, std::uint32_t size) {
    return brick.ask(fop::Read{.gfid = this->file, .fd = this->fd, .offset = offset, .size = size});
  };
  Result<fop::Read::Reply> middle = read(0, 3);
  ASSERT_TRUE(middle);
  EXPECT_EQ(middle->op_ret, 3);
  EXPECT_EQ(middle->op_errno, 0);
  EXPECT_EQ(middle->iatt.size, 6U);
  Result<fop::Read::Reply> exact = read(3, 3);
  EXPECT_EQ(exact->op_errno, ENOENT);
  EXPECT_EQ(exact->data.bytes.text(), "def");
  Result<fop::Read::Reply> beyond = read(100, 3);
  EXPECT_EQ(beyond->op_ret, 0);
  EXPECT_EQ(beyond->op_errno, ENOENT);
}

TYPED_TEST(PosixData, LargeWritesGoTheSameWay) {
  auto& brick = this->brick;
  const std::string large(300'000, 'x');
  Result<fop::Changed> written = brick.write(this->file, this->fd, 10, large);
  ASSERT_TRUE(written);
  EXPECT_EQ(written->op_ret, 300'000);
  EXPECT_EQ(written->after.size, 300'010U);
  Result<fop::Read::Reply> read = brick.ask(fop::Read{.gfid = this->file, .fd = this->fd, .size = 1 << 20});
  ASSERT_TRUE(read);
  EXPECT_EQ(read->data.bytes.text(), std::string(10, '\0') + large);
}

TYPED_TEST(PosixData, WritesSayWhetherTheyAppend) {
  auto& brick = this->brick;
  fop::Write request{.gfid = this->file, .fd = this->fd, .size = 3};
  request.data.bytes = Slice::copy("abc");
  request.xdata.set("glusterfs.write-is-append", std::uint64_t{4});
  request.xdata.set("glusterfs.open-fd-count", std::uint64_t{4});
  Result<fop::Changed> first = brick.ask(request);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->xdata.number("glusterfs.write-is-append"), 1);
  EXPECT_EQ(first->xdata.number("glusterfs.open-fd-count"), 1);
  EXPECT_EQ(brick.ask(request)->xdata.number("glusterfs.write-is-append"), 0);
}

TYPED_TEST(PosixData, ADescriptorThatWasReleasedIsBad) {
  auto& brick = this->brick;
  ASSERT_TRUE(brick.ask(fop::Release{.gfid = this->file, .fd = this->fd}));
  EXPECT_EQ(brick.write(this->file, this->fd, 0, "x").error().number(), EBADF);
  EXPECT_TRUE(brick.ask(fop::Release{.gfid = this->file, .fd = this->fd}));
  EXPECT_TRUE(brick.write(this->file, {}, 0, "by gfid"));
  EXPECT_EQ(brick.read(this->file), "by gfid");
  EXPECT_EQ(brick.error_of(fop::Read{.gfid = this->file, .fd = {.remote = 7}, .size = 1}), EBADF);
}

TYPED_TEST(PosixData, WhoOpensNothingFindsWhatIsThereNow) {
  auto& brick = this->brick;
  ASSERT_TRUE(brick.create(root_gfid, "g", this->other));
  ASSERT_TRUE(brick.write(this->other, {}, 0, "old"));
  // An administrator puts another file in its place, with the same identity.
  FileSystem& files = brick.lab.files();
  constexpr int nowhere = FileSystem::no_directory;
  const std::string handle = brick.path(brick.handle_path(this->other));
  ASSERT_TRUE(files.unlink(nowhere, brick.path("g")));
  ASSERT_TRUE(files.unlink(nowhere, handle));
  ASSERT_TRUE(files.write_file(brick.path("g"), "new one"));
  ASSERT_TRUE(files.set_xattr(nowhere, brick.path("g"), "trusted.gfid", this->other.view(), 0));
  EXPECT_EQ(brick.error_of(fop::Read{.gfid = this->other, .size = 10}), ESTALE);
  ASSERT_TRUE(brick.lookup(root_gfid, "g"));
  EXPECT_EQ(brick.read(this->other), "new one");
  ASSERT_TRUE(brick.ask(fop::Unlink{.parent = root_gfid, .name = "g"}));
  EXPECT_EQ(brick.error_of(fop::Read{.gfid = this->other, .size = 10}), ESTALE);
}

TYPED_TEST(PosixData, SizesAndHoles) {
  auto& brick = this->brick;
  ASSERT_TRUE(brick.write(this->file, this->fd, 0, "abcdef"));
  Result<fop::Changed> cut = brick.ask(fop::Truncate{.gfid = this->file, .size = 2});
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->before.size, 6U);
  EXPECT_EQ(cut->after.size, 2U);
  ASSERT_TRUE(brick.ask(fop::Ftruncate{.gfid = this->file, .fd = this->fd, .size = 10}));
  EXPECT_EQ(brick.read(this->file), std::string("ab\0\0\0\0\0\0\0\0", 10));
  Result<fop::Changed> zeroed = brick.ask(fop::Zerofill{.gfid = this->file, .fd = this->fd, .offset = 1, .size = 19});
  ASSERT_TRUE(zeroed) << zeroed.error().sentence();
  EXPECT_EQ(zeroed->after.size, 20U);
  EXPECT_EQ(brick.read(this->file), "a" + std::string(19, '\0'));
  Result<fop::Changed> grown = brick.ask(fop::Fallocate{.gfid = this->file, .fd = this->fd, .offset = 0, .size = 8192});
  ASSERT_TRUE(grown) << grown.error().sentence();
  EXPECT_EQ(grown->after.size, 8192U);
  ASSERT_TRUE(brick.ask(fop::Discard{.gfid = this->file, .fd = this->fd, .offset = 0, .size = 4096}));
  EXPECT_EQ(brick.error_of(fop::Seek{.gfid = this->file, .fd = this->fd, .offset = 9000}), ENXIO);
  EXPECT_EQ(brick.error_of(fop::Fallocate{.gfid = this->file, .fd = this->fd, .offset = ~std::uint64_t{0}, .size = 2}),
            EINVAL);
}

TYPED_TEST(PosixData, RangesAreCopiedWithinAndBetweenFiles) {
  auto& brick = this->brick;
  ASSERT_TRUE(brick.write(this->file, this->fd, 0, "abcdef"));
  Result<fop::Create::Reply> second = brick.create(root_gfid, "g", this->other);
  ASSERT_TRUE(second);
  Result<fop::CopyFileRange::Reply> copied = brick.ask(fop::CopyFileRange{.in_gfid = this->file,
                                                                          .out_gfid = this->other,
                                                                          .fd_in = this->fd,
                                                                          .fd_out = second->fd,
                                                                          .offset_in = 2,
                                                                          .size = 3});
  ASSERT_TRUE(copied) << copied.error().sentence();
  EXPECT_EQ(copied->op_ret, 3);
  EXPECT_EQ(copied->out_after.size, 3U);
  EXPECT_EQ(brick.read(this->other), "cde");
  ASSERT_TRUE(brick.ask(fop::CopyFileRange{.in_gfid = this->file,
                                           .out_gfid = this->file,
                                           .fd_in = this->fd,
                                           .fd_out = this->fd,
                                           .offset_in = 0,
                                           .offset_out = 6,
                                           .size = 2}));
  EXPECT_EQ(brick.read(this->file), "abcdefab");
}

TYPED_TEST(PosixData, ChecksumsAreThoseOfStock) {
  auto& brick = this->brick;
  ASSERT_TRUE(brick.write(this->file, this->fd, 0, "abc"));
  Result<fop::Rchecksum::Reply> sum = brick.ask(fop::Rchecksum{.gfid = this->file, .size = 131072});
  ASSERT_TRUE(sum);
  EXPECT_EQ(sum->weak, 38404390U);
  EXPECT_EQ(sum->strong.size(), 16U);
  EXPECT_EQ(static_cast<int>(sum->strong.data()[0]), 0x90);  // of MD5("abc")
}

TYPED_TEST(PosixData, SyncingAndFlushingSucceed) {
  auto& brick = this->brick;
  ASSERT_TRUE(brick.write(this->file, this->fd, 0, "abc"));
  Result<fop::Changed> synced = brick.ask(fop::Fsync{.gfid = this->file, .fd = this->fd});
  ASSERT_TRUE(synced);
  EXPECT_EQ(synced->after.size, 3U);
  EXPECT_TRUE(brick.ask(fop::Flush{.gfid = this->file, .fd = this->fd}));
  Result<fop::Opened> directory = brick.ask(fop::Opendir{.gfid = root_gfid});
  ASSERT_TRUE(directory);
  EXPECT_TRUE(brick.ask(fop::Fsyncdir{.gfid = root_gfid, .fd = directory->fd}));
}

TYPED_TEST(PosixData, ManyFilesAreSyncedByOneRequest) {
  auto& brick = this->brick;
  std::vector<Gfid> files{this->file, test_gfid(7)};  // the latter is nowhere
  for (std::uint8_t number = 10; number < 16; ++number) {
    files.push_back(test_gfid(number));
    const Result<fop::Create::Reply> made = brick.create(root_gfid, std::to_string(number), files.back());
    ASSERT_TRUE(made);
    ASSERT_TRUE(brick.write(files.back(), made->fd, 0, "abc"));
  }
  for (const std::size_t count : {std::size_t{0}, std::size_t{2}, files.size()}) {
    fop::Fsync request{.gfid = root_gfid, .data_only = 1};
    put_files_to_sync(request.xdata, std::span(files).first(count));
    const Result<fop::Changed> synced = brick.ask(request);
    ASSERT_TRUE(synced) << synced.error().sentence();
    EXPECT_EQ(synced->xdata.number(own_key::files_to_sync), static_cast<std::int64_t>(count));
  }
  fop::Fsync odd{.gfid = root_gfid, .data_only = 1};
  odd.xdata.set_bytes(own_key::files_to_sync, as_bytes(std::string_view("no identity")));
  EXPECT_EQ(brick.error_of(odd), EINVAL);
  odd.xdata.set_bytes(own_key::files_to_sync, std::vector<std::byte>((most_files_to_sync + 1) * 16));
  EXPECT_EQ(brick.error_of(odd), EINVAL);
}

TYPED_TEST(PosixData, TimesComeFromTheCallerAndOnlyRise) {
  auto& brick = this->brick;
  brick.call.stamps = fop::Write::stamps;
  brick.call.time = {2'000'000'000, 5};
  Result<fop::Changed> written = brick.write(this->file, this->fd, 0, "abc");
  ASSERT_TRUE(written);
  EXPECT_EQ(written->after.modified, (Moment{2'000'000'000, 5}));
  brick.call.time = {1'900'000'000, 0};
  EXPECT_EQ(brick.write(this->file, this->fd, 0, "abd")->after.modified, (Moment{2'000'000'000, 5}));
  fop::Setattr back{.gfid = this->file, .valid = set_attribute::modified};
  back.iatt.modified = {1'000, 7};
  brick.call.stamps = fop::Setattr::stamps;
  Result<fop::Changed> set = brick.ask(back);
  ASSERT_TRUE(set);
  EXPECT_EQ(set->after.modified, (Moment{1'000, 7}));
  EXPECT_EQ(set->after.changed, (Moment{2'000'000'000, 5}));
  brick.restart();
  EXPECT_EQ(brick.ask(fop::Stat{.gfid = this->file})->iatt.modified, (Moment{1'000, 7}));
}

TYPED_TEST(PosixData, ListsDirectoriesInParts) {
  auto& brick = this->brick;
  for (std::uint8_t number = 10; number < 60; ++number) {
    ASSERT_TRUE(brick.create(root_gfid, "file-" + std::to_string(number), test_gfid(number)));
  }
  Result<fop::Opened> directory = brick.ask(fop::Opendir{.gfid = root_gfid});
  ASSERT_TRUE(directory);
  std::vector<std::string> seen;
  std::uint64_t offset = 0;
  while (true) {
    Result<fop::Readdirp::Reply> part =
        brick.ask(fop::Readdirp{.gfid = root_gfid, .fd = directory->fd, .offset = offset, .size = 4096});
    ASSERT_TRUE(part);
    for (const EntryPlus& entry : part->entries.elements) {
      offset = entry.offset;
      if (entry.name == "." || entry.name == "..") continue;
      seen.push_back(entry.name);
      EXPECT_EQ(entry.iatt.type(), 0100000U) << entry.name;
      EXPECT_EQ(entry.inode, entry.iatt.gfid.inode_number());
    }
    if (part->op_errno == ENOENT) break;
    ASSERT_FALSE(part->entries.elements.empty());
  }
  std::ranges::sort(seen);
  EXPECT_EQ(seen.size(), 51U);
  EXPECT_EQ(std::ranges::adjacent_find(seen), seen.end());
  EXPECT_EQ(std::ranges::find(seen, ".glusterfs"), seen.end());
  Result<fop::Readdir::Reply> small =
      brick.ask(fop::Readdir{.gfid = root_gfid, .fd = directory->fd, .offset = 0, .size = 1});
  ASSERT_TRUE(small);
  EXPECT_TRUE(small->entries.elements.empty());
  EXPECT_EQ(small->op_errno, 0);
  EXPECT_EQ(brick.error_of(fop::Readdir{.gfid = this->file, .fd = this->fd, .size = 4096}), EINVAL);
}

}  // namespace
}  // namespace mortar::posix
