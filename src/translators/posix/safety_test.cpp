// What somebody planted in a brick leads nowhere, and a brick that is not the volume's is refused.
#include <fcntl.h>

#include "translators/posix/posix_test_support.h"

namespace mortar::posix {
namespace {

template <class Lab>
class PosixSafety : public BrickTest<Lab> {
 protected:
  void SetUp() override {
    BrickTest<Lab>::SetUp();
    this->brick.is_checked = false;
  }
  void plant(const std::string& text, const std::string& name) {
    ASSERT_TRUE(this->brick.lab.files().make_symlink(text, FileSystem::no_directory, this->brick.path(name)));
  }
  void remove(const std::string& name) {
    ASSERT_TRUE(this->brick.lab.files().unlink(FileSystem::no_directory, this->brick.path(name)));
  }
  const Gfid first = test_gfid(1), second = test_gfid(2);
};
TYPED_TEST_SUITE(PosixSafety, Labs);

TYPED_TEST(PosixSafety, APlantedHandleIsNotFollowed) {
  auto& brick = this->brick;
  ASSERT_TRUE(brick.create(root_gfid, "f", this->first));
  for (const char* text : {"/etc", "../../../../etc", "../../00/00/00000000-0000-0000-0000-000000000001/../..",
                           "../../00/00/00000000-0000-0000-0000-000000000001/.glusterfs"}) {
    SCOPED_TRACE(text);
    this->plant(text, brick.handle_path(this->second));
    EXPECT_EQ(brick.error_of(fop::Stat{.gfid = this->second}), ESTALE);
    EXPECT_EQ(brick.lookup(this->second, "passwd").error().number(), ESTALE);
    EXPECT_NE(brick.error_of(fop::Opendir{.gfid = this->second}), 0);
    EXPECT_NE(brick.error_of(fop::Open{.gfid = this->second}), 0);
    this->remove(brick.handle_path(this->second));
  }
}

TYPED_TEST(PosixSafety, ADirectoryThatBecameALinkIsNotFollowed) {
  auto& brick = this->brick;
  ASSERT_TRUE(brick.mkdir(root_gfid, "d", this->first));
  ASSERT_TRUE(brick.lab.files().remove_directory(FileSystem::no_directory, brick.path("d")));
  this->plant("/", "d");
  EXPECT_EQ(brick.lookup(this->first, "etc").error().number(), ESTALE);
  EXPECT_EQ(brick.create(this->first, "x", this->second).error().number(), ESTALE);
  brick.restart();
  EXPECT_EQ(brick.lookup(this->first, "etc").error().number(), ESTALE);
}

TYPED_TEST(PosixSafety, AnotherObjectUnderTheHandleIsNotTheObject) {
  auto& brick = this->brick;
  ASSERT_TRUE(brick.create(root_gfid, "f", this->first));
  ASSERT_TRUE(brick.create(root_gfid, "g", this->second));
  brick.stop();
  this->remove(brick.handle_path(this->second));
  ASSERT_TRUE(brick.lab.files().link(FileSystem::no_directory, brick.path("f"), FileSystem::no_directory,
                                     brick.path(brick.handle_path(this->second))));
  brick.start();
  EXPECT_EQ(brick.error_of(fop::Stat{.gfid = this->second}), ESTALE);
}

TYPED_TEST(PosixSafety, WhatAnAdministratorAddsIsSeenAtOnce) {
  auto& brick = this->brick;
  EXPECT_EQ(brick.lookup(root_gfid, "f").error().number(), ENOENT);
  ASSERT_TRUE(brick.mkdir(root_gfid, "d", this->first));
  ASSERT_TRUE(brick.lookup(root_gfid, "d"));
  ASSERT_TRUE(brick.lab.files().set_xattr(FileSystem::no_directory, brick.path("d"), "user.note", as_bytes("here"), 0));
  Result<fop::Values> note = brick.ask(fop::Getxattr{.gfid = this->first, .name_given = 1, .name = "user.note"});
  ASSERT_TRUE(note);
  EXPECT_EQ(as_text(*note->values.bytes("user.note")), "here");
}

TYPED_TEST(PosixSafety, AFolderOfAnotherVolumeIsRefused) {
  auto& brick = this->brick;
  brick.stop();
  auto try_start = [&](const std::string& volume) {
    VolumeSection section;
    section.name = "test-posix";
    section.set_option("directory", brick.lab.folder());
    section.set_option("volume-id", volume);
    Result<std::unique_ptr<Translator>> posix = Posix::make(brick.lab.world(), section);
    Result<Done> started = brick.lab.run((*posix)->start());
    if (started) EXPECT_TRUE(brick.lab.run((*posix)->stop()));
    return started ? 0 : started.error().number();
  };
  const std::string volume = "0a0b0c0d-0000-4000-8000-000000000001";
  EXPECT_EQ(try_start(volume), ENODATA);
  const Gfid id = *Gfid::parse(volume);
  ASSERT_TRUE(brick.lab.files().set_xattr(FileSystem::no_directory, brick.path(""), "trusted.glusterfs.volume-id",
                                          id.view(), 0));
  EXPECT_EQ(try_start(volume), 0);
  EXPECT_EQ(try_start("0a0b0c0d-0000-4000-8000-000000000002"), EINVAL);
  EXPECT_EQ(try_start("nonsense"), EINVAL);
  ASSERT_TRUE(
      brick.lab.files().set_xattr(FileSystem::no_directory, brick.path(""), "trusted.gfid", this->first.view(), 0));
  EXPECT_EQ(try_start(volume), EINVAL);
}

TYPED_TEST(PosixSafety, FilesWithoutIdentityGetTheClients) {
  auto& brick = this->brick;
  ASSERT_TRUE(brick.lab.files().open(FileSystem::no_directory, brick.path("adopted"), O_CREAT | O_WRONLY, 0644));
  EXPECT_EQ(brick.lookup(root_gfid, "adopted").error().number(), ENODATA);
  fop::Lookup request{.parent = root_gfid, .name = "adopted"};
  request.xdata.set("gfid-req", this->first);
  EXPECT_EQ(brick.ask(request).error().number(), ENOENT);  // it may be in the making
  if constexpr (std::is_same_v<TypeParam, SimulatedLab>) {
    brick.lab.simulation().run_for(std::chrono::seconds(2));
    Result<fop::Lookup::Reply> adopted = brick.ask(request);
    ASSERT_TRUE(adopted) << adopted.error().sentence();
    EXPECT_EQ(adopted->iatt.gfid, this->first);
    EXPECT_TRUE(brick.exists(brick.handle_path(this->first)));
    brick.is_checked = true;
  }
}

}  // namespace

// What an operation costs, in calls of the file system.
TEST(PosixBudget, ASmallFileTakesSixteenCalls) {
  BrickLab<RealLab> brick;
  ASSERT_TRUE(brick.started);
  const Gfid directory = test_gfid(1), before = test_gfid(2), file = test_gfid(3);
  brick.call.stamps = fop::Create::stamps;
  brick.call.time = {2'000'000'000, 0};
  const std::string content(4096, 'x');
  auto write_one = [&](const std::string& name, const Gfid& gfid) {
    EXPECT_EQ(brick.lookup(directory, name).error().number(), ENOENT);
    ++brick.call.time.seconds;
    brick.call.stamps = fop::Create::stamps;
    Result<fop::Create::Reply> made = brick.create(directory, name, gfid);
    ASSERT_TRUE(made);
    ++brick.call.time.seconds;
    brick.call.stamps = fop::Write::stamps;
    ASSERT_TRUE(brick.write(gfid, made->fd, 0, content));
    brick.call.stamps = 0;
    ASSERT_TRUE(brick.ask(fop::Release{.gfid = gfid, .fd = made->fd}));
    made->fd.open.reset();
  };
  ASSERT_TRUE(brick.mkdir(root_gfid, "d", directory));
  write_one("before", before);
  const std::uint64_t begun = RealFileSystem::calls();
  write_one("file", file);
  EXPECT_LE(RealFileSystem::calls() - begun, 16U);
  const fop::Lookup again{.parent = directory, .name = "file"};
  const std::uint64_t looking = RealFileSystem::calls();
  ASSERT_TRUE(brick.ask(again));
  EXPECT_LE(RealFileSystem::calls() - looking, 2U);
}

}  // namespace mortar::posix
