#include <fcntl.h>

#include "translators/posix/gfid2path.h"
#include "translators/posix/posix_test_support.h"
#include "wire/own_keys.h"

namespace mortar::posix {
namespace {

template <class Lab>
class PosixEntries : public BrickTest<Lab> {};
TYPED_TEST_SUITE(PosixEntries, Labs);

const Gfid first = test_gfid(1), second = test_gfid(2), third = test_gfid(3), fourth = test_gfid(4);

TYPED_TEST(PosixEntries, AFileIsMadeWrittenReadAndRemoved) {
  auto& brick = this->brick;
  EXPECT_EQ(brick.lookup(root_gfid, "f").error().number(), ENOENT);
  Result<fop::Create::Reply> made = brick.create(root_gfid, "f", first);
  ASSERT_TRUE(made) << made.error().sentence();
  EXPECT_EQ(made->iatt.gfid, first);
  EXPECT_EQ(made->iatt.links, 1U);
  EXPECT_EQ(made->iatt.mode, 0100644U);
  EXPECT_EQ(made->iatt.inode, first.inode_number());
  EXPECT_EQ(made->parent_before.gfid, root_gfid);
  EXPECT_EQ(made->parent_after.gfid, root_gfid);
  Result<fop::Changed> written = brick.write(first, made->fd, 0, "hello");
  ASSERT_TRUE(written);
  EXPECT_EQ(written->op_ret, 5);
  EXPECT_EQ(written->before.size, 0U);
  EXPECT_EQ(written->after.size, 5U);
  EXPECT_EQ(brick.read(first, made->fd), "hello");
  EXPECT_EQ(brick.read(first), "hello");
  EXPECT_TRUE(brick.exists(brick.handle_path(first)));
  EXPECT_EQ(brick.xattr("f", "trusted.gfid"), as_text(first.view()));
  ASSERT_TRUE(brick.ask(fop::Release{.gfid = first, .fd = made->fd}));
  ASSERT_TRUE(brick.ask(fop::Unlink{.parent = root_gfid, .name = "f"}));
  EXPECT_FALSE(brick.exists("f"));
  EXPECT_FALSE(brick.exists(brick.handle_path(first)));
  EXPECT_EQ(brick.lookup(first).error().number(), ENOENT);
  EXPECT_EQ(brick.error_of(fop::Stat{.gfid = first}), ESTALE);
}

TYPED_TEST(PosixEntries, ErrorsAreThoseOfStock) {
  auto& brick = this->brick;
  EXPECT_EQ(brick.lookup(fourth, "x").error().number(), ESTALE);
  EXPECT_EQ(brick.lookup(fourth).error().number(), ENOENT);
  EXPECT_EQ(brick.error_of(fop::Stat{.gfid = fourth}), ESTALE);
  EXPECT_EQ(brick.error_of(fop::Open{.gfid = fourth}), ESTALE);
  EXPECT_EQ(brick.error_of(fop::Getxattr{.gfid = fourth, .name_given = 1, .name = "user.x"}), ESTALE);
  EXPECT_EQ(brick.mkdir(fourth, "d", first).error().number(), ESTALE);
  EXPECT_EQ(brick.error_of(fop::Create{.parent = root_gfid, .mode = 0644, .name = "e"}), EINVAL);
  EXPECT_EQ(brick.error_of(fop::Unlink{.parent = root_gfid, .name = "none"}), ENOENT);
  EXPECT_EQ(brick.error_of(fop::Rmdir{.parent = root_gfid, .name = "none"}), ENOENT);
  EXPECT_EQ(brick.error_of(fop::Unlink{.parent = fourth, .name = "none"}), ESTALE);
  EXPECT_EQ(brick.error_of(
                fop::Rename{.old_parent = root_gfid, .new_parent = root_gfid, .old_name = "none", .new_name = "n"}),
            ENOENT);
  EXPECT_EQ(brick.error_of(fop::Link{.gfid = fourth, .new_parent = root_gfid, .new_name = "l"}), ESTALE);
  EXPECT_EQ(brick.create(root_gfid, "a/b", first).error().number(), EPERM);
  EXPECT_EQ(brick.lookup(root_gfid, ".glusterfs").error().number(), EPERM);
  EXPECT_EQ(brick.mkdir(root_gfid, ".glusterfs", first).error().number(), EPERM);
  EXPECT_EQ(brick.error_of(fop::Rmdir{.parent = root_gfid, .name = ".glusterfs"}), EPERM);
  ASSERT_TRUE(brick.create(root_gfid, "e", first));
  EXPECT_EQ(brick.create(root_gfid, "e", second).error().number(), EEXIST);
  EXPECT_EQ(brick.create(root_gfid, "other", first).error().number(), ENODATA);
  EXPECT_FALSE(brick.exists("other"));
  EXPECT_EQ(brick.lookup(first, "x").error().number(), EPERM);
  EXPECT_EQ(brick.error_of(fop::Opendir{.gfid = first}), ENOTDIR);
  EXPECT_EQ(brick.error_of(fop::Unlink{.parent = root_gfid, .name = ".."}), EINVAL);
}

// Unless the caller knows what of others lack of its content.
TYPED_TEST(PosixEntries, ALastNameStaysWhereItBlamesOthers) {
  auto& brick = this->brick;
  ASSERT_TRUE(brick.create(root_gfid, "f", first));
  ASSERT_TRUE(brick.create(root_gfid, "g", second));
  const std::string keys{"trusted.afr.a\0trusted.afr.b\0", 28};
  const auto blame = [&](std::uint8_t content) {
    fop::Setxattr set{.gfid = first};
    std::vector<std::byte> counts(12, std::byte{0});
    counts[3] = std::byte{content};
    counts[7] = std::byte{1};
    set.values.set_bytes("trusted.afr.b", counts);
    EXPECT_EQ(brick.error_of(set), 0);
  };
  fop::Unlink unlink{.parent = root_gfid, .name = "f"};
  unlink.xdata.set_bytes(own_key::unless_it_blames, as_bytes(keys));
  fop::Rename over{.old_parent = root_gfid, .new_parent = root_gfid, .old_name = "g", .new_name = "f"};
  over.xdata = unlink.xdata;
  blame(1);
  EXPECT_EQ(brick.error_of(unlink), EBUSY);
  EXPECT_EQ(brick.error_of(over), EBUSY);
  ASSERT_TRUE(brick.ask(fop::Link{.gfid = first, .new_parent = root_gfid, .new_name = "another"}));
  EXPECT_EQ(brick.error_of(unlink), 0);
  unlink.name = "another";
  EXPECT_EQ(brick.error_of(unlink), EBUSY);
  blame(0);
  over.new_name = "another";
  EXPECT_EQ(brick.error_of(over), 0);
}

TYPED_TEST(PosixEntries, CreateWithoutExclusiveOpensWhatIsThere) {
  auto& brick = this->brick;
  Result<fop::Create::Reply> made = brick.create(root_gfid, "f", first);
  ASSERT_TRUE(made);
  ASSERT_TRUE(brick.write(first, made->fd, 0, "abc"));
  Result<fop::Create::Reply> again = brick.create(root_gfid, "f", second, open_flag::read_write);
  ASSERT_TRUE(again) << again.error().sentence();
  EXPECT_EQ(again->iatt.gfid, first);
  EXPECT_EQ(again->iatt.size, 3U);
  EXPECT_EQ(brick.read(first, again->fd), "abc");
}

TYPED_TEST(PosixEntries, CreateWithoutFlagsOpensForWriting) {
  auto& brick = this->brick;
  Result<fop::Create::Reply> made = brick.create(root_gfid, "f", first, 0);
  ASSERT_TRUE(made);
  EXPECT_TRUE(brick.write(first, made->fd, 0, "abc"));
  EXPECT_EQ(brick.create(root_gfid, "f", second, 0).error().number(), EEXIST);
}

TYPED_TEST(PosixEntries, DirectoriesHaveALinkAsHandle) {
  auto& brick = this->brick;
  Result<fop::Made> made = brick.mkdir(root_gfid, "d", first);
  ASSERT_TRUE(made) << made.error().sentence();
  EXPECT_EQ(made->iatt.links, 2U);
  Result<std::string> text =
      brick.lab.files().read_symlink(FileSystem::no_directory, brick.path(brick.handle_path(first)));
  ASSERT_TRUE(text);
  EXPECT_EQ(*text, "../../00/00/00000000-0000-0000-0000-000000000001/d");
  ASSERT_TRUE(brick.mkdir(first, "below", second));
  brick.restart();
  EXPECT_TRUE(brick.ask(fop::Stat{.gfid = second}));
  EXPECT_EQ(brick.error_of(fop::Rmdir{.parent = root_gfid, .name = "d"}), ENOTEMPTY);
  EXPECT_EQ(brick.error_of(fop::Unlink{.parent = root_gfid, .name = "d"}), EISDIR);
  ASSERT_TRUE(brick.ask(fop::Rmdir{.parent = first, .name = "below"}));
  fop::Rmdir remove_another{.parent = root_gfid, .name = "d"};
  remove_another.xdata.set(own_key::directory_that_goes, second);
  EXPECT_EQ(brick.error_of(remove_another), EISDIR);
  ASSERT_TRUE(brick.ask(fop::Rmdir{.parent = root_gfid, .name = "d"}));
  EXPECT_FALSE(brick.exists(brick.handle_path(first)));
  EXPECT_EQ(brick.mkdir(first, "x", third).error().number(), ESTALE);
}

TYPED_TEST(PosixEntries, ANameGoesOnlyWhereItIsTheFilesThatIsMeant) {
  auto& brick = this->brick;
  ASSERT_TRUE(brick.create(root_gfid, "f", first));
  fop::Unlink unlink{.parent = root_gfid, .name = "f"};
  unlink.xdata.set(own_key::file_that_goes, second);
  EXPECT_EQ(brick.error_of(unlink), ENOENT);
  EXPECT_TRUE(brick.exists("f"));
  unlink.xdata.set(own_key::file_that_goes, first);
  EXPECT_EQ(brick.error_of(unlink), 0);
  EXPECT_FALSE(brick.exists("f"));
}

TYPED_TEST(PosixEntries, HardLinksAreRecordedAtTheFile) {
  auto& brick = this->brick;
  ASSERT_TRUE(brick.create(root_gfid, "a", first));
  ASSERT_TRUE(brick.mkdir(root_gfid, "d", second));
  Result<fop::Made> linked = brick.ask(fop::Link{.gfid = first, .new_parent = second, .new_name = "b"});
  ASSERT_TRUE(linked) << linked.error().sentence();
  EXPECT_EQ(linked->iatt.links, 2U);
  const NameRecord at_root = name_record(root_gfid, "a"), below = name_record(second, "b");
  EXPECT_EQ(brick.xattr("a", at_root.key), root_gfid.text() + "/a");
  EXPECT_EQ(brick.xattr("a", below.key), second.text() + "/b");
  Result<fop::Values> paths = brick.ask(fop::Getxattr{.gfid = first, .name_given = 1, .name = "glusterfs.gfidtopath"});
  ASSERT_TRUE(paths) << paths.error().sentence();
  const std::string text(*paths->values.text("glusterfs.gfidtopath"));
  EXPECT_TRUE(text == "/a:/d/b" || text == "/d/b:/a") << text;
  fop::Unlink unlink{.parent = root_gfid, .name = "a"};
  unlink.xdata.set("get-link-count", std::int64_t{0});
  unlink.xdata.set("mortar.removed-object", std::int32_t{1});
  Result<fop::Changed> removed = brick.ask(unlink);
  ASSERT_TRUE(removed) << removed.error().sentence();
  EXPECT_EQ(removed->xdata.number("get-link-count"), 2);
  EXPECT_EQ(std::get<Iatt>(*removed->xdata.find("mortar.removed-object")).gfid, first);
  EXPECT_TRUE(brick.exists(brick.handle_path(first)));
  EXPECT_EQ(brick.xattr("d/b", below.key), second.text() + "/b");
  EXPECT_TRUE(brick.xattr("d/b", at_root.key).starts_with("error"));
  EXPECT_EQ(brick.ask(fop::Stat{.gfid = first})->iatt.links, 1U);
}

TYPED_TEST(PosixEntries, RenamesMoveRecordsAndHandles) {
  auto& brick = this->brick;
  ASSERT_TRUE(brick.mkdir(root_gfid, "d", first));
  ASSERT_TRUE(brick.create(root_gfid, "f", second));
  ASSERT_TRUE(brick.create(first, "g", third));
  Result<fop::Rename::Reply> moved =
      brick.ask(fop::Rename{.old_parent = root_gfid, .new_parent = first, .old_name = "f", .new_name = "g"});
  ASSERT_TRUE(moved) << moved.error().sentence();
  EXPECT_EQ(moved->iatt.gfid, second);
  EXPECT_EQ(brick.lookup(first, "g")->iatt.gfid, second);
  EXPECT_EQ(brick.lookup(root_gfid, "f").error().number(), ENOENT);
  EXPECT_FALSE(brick.exists(brick.handle_path(third)));
  EXPECT_EQ(brick.xattr("d/g", name_record(first, "g").key), first.text() + "/g");
  EXPECT_TRUE(brick.xattr("d/g", name_record(root_gfid, "f").key).starts_with("error"));
  ASSERT_TRUE(brick.mkdir(root_gfid, "e", fourth));
  fop::Rename over_a_directory{.old_parent = root_gfid, .new_parent = root_gfid, .old_name = "d", .new_name = "e"};
  for (const Gfid& another : {null_gfid, second}) {
    over_a_directory.xdata.set(own_key::directory_that_goes, another);
    EXPECT_EQ(brick.error_of(over_a_directory), EISDIR);
  }
  over_a_directory.xdata.set(own_key::directory_that_goes, fourth);
  moved = brick.ask(over_a_directory);
  ASSERT_TRUE(moved) << moved.error().sentence();
  brick.restart();
  EXPECT_EQ(brick.lookup(first, "g")->iatt.gfid, second);
  Result<std::string> text =
      brick.lab.files().read_symlink(FileSystem::no_directory, brick.path(brick.handle_path(first)));
  EXPECT_EQ(*text, "../../00/00/00000000-0000-0000-0000-000000000001/e");
}

TYPED_TEST(PosixEntries, SymlinksAndNodesHaveHardLinksAsHandles) {
  auto& brick = this->brick;
  fop::Symlink symlink{.parent = root_gfid, .name = "s", .target = "../somewhere"};
  symlink.xdata.set("gfid-req", first);
  ASSERT_TRUE(brick.ask(symlink));
  Result<fop::Readlink::Reply> target = brick.ask(fop::Readlink{.gfid = first, .size = 4096});
  ASSERT_TRUE(target) << target.error().sentence();
  EXPECT_EQ(target->target, "../somewhere");
  EXPECT_EQ(target->iatt.links, 1U);
  EXPECT_EQ(brick.error_of(fop::Open{.gfid = first}), ELOOP);
  fop::Mknod pipe{.parent = root_gfid, .mode = 0010600, .name = "p"};
  pipe.xdata.set("gfid-req", second);
  ASSERT_TRUE(brick.ask(pipe));
  EXPECT_EQ(brick.lookup(second)->iatt.mode, 0010600U);
  EXPECT_EQ(brick.error_of(fop::Open{.gfid = second}), EINVAL);
  ASSERT_TRUE(brick.ask(fop::Unlink{.parent = root_gfid, .name = "s"}));
  ASSERT_TRUE(brick.ask(fop::Unlink{.parent = root_gfid, .name = "p"}));
  EXPECT_EQ(brick.names_in(root_gfid), std::vector<std::string>{});
}

TYPED_TEST(PosixEntries, AnOpenFileOutlivesItsName) {
  auto& brick = this->brick;
  Result<fop::Create::Reply> made = brick.create(root_gfid, "f", first);
  ASSERT_TRUE(made);
  ASSERT_TRUE(brick.write(first, made->fd, 0, "kept"));
  fop::Unlink guarded{.parent = root_gfid, .name = "f"};
  guarded.xdata.set("dont-unlink-for-open-fd", std::int64_t{1});
  EXPECT_EQ(brick.error_of(guarded), EBUSY);
  ASSERT_TRUE(brick.ask(fop::Unlink{.parent = root_gfid, .name = "f"}));
  const std::string parked = ".glusterfs/unlink/" + first.text();
  EXPECT_TRUE(brick.exists(parked));
  EXPECT_EQ(brick.error_of(fop::Stat{.gfid = first}), ENOENT);
  Result<fop::Attributes> open = brick.ask(fop::Fstat{.gfid = first, .fd = made->fd});
  ASSERT_TRUE(open) << open.error().sentence();
  EXPECT_EQ(open->iatt.links, 0U);
  EXPECT_EQ(brick.read(first, made->fd), "kept");
  EXPECT_EQ(brick.read(first), "kept");
  Result<fop::Opened> again = brick.ask(fop::Open{.gfid = first, .flags = open_flag::read_write});
  ASSERT_TRUE(again) << again.error().sentence();
  EXPECT_EQ(brick.read(first, again->fd), "kept");
  again->fd.open.reset();
  fop::Lookup lookup{.gfid = first};
  lookup.xdata.set("unlinked-lookup", std::int64_t{1});
  EXPECT_TRUE(brick.ask(lookup));
  ASSERT_TRUE(brick.ask(fop::Release{.gfid = first, .fd = made->fd}));
  made->fd.open.reset();
  brick.stop();
  EXPECT_FALSE(brick.exists(parked));
}

TYPED_TEST(PosixEntries, AnOpenFileGetsItsNameBackRatherThanATwin) {
  auto& brick = this->brick;
  Result<fop::Create::Reply> made = brick.create(root_gfid, "f", first);
  ASSERT_TRUE(made);
  ASSERT_TRUE(brick.write(first, made->fd, 0, "kept"));
  ASSERT_TRUE(brick.ask(fop::Unlink{.parent = root_gfid, .name = "f"}));
  fop::Mknod again{.parent = root_gfid, .mode = 0100644, .name = "g"};
  again.xdata.set("gfid-req", first);
  again.xdata.set("glusterfs-internal-fop", std::int64_t{1});
  Result<fop::Made> named = brick.ask(again);
  ASSERT_TRUE(named) << named.error().sentence();
  EXPECT_EQ(named->iatt.gfid, first);
  EXPECT_EQ(named->iatt.links, 1U);
  EXPECT_FALSE(brick.exists(".glusterfs/unlink/" + first.text()));
  ASSERT_TRUE(brick.write(first, made->fd, 0, "same"));
  EXPECT_EQ(brick.read(first), "same");
  ASSERT_TRUE(brick.ask(fop::Release{.gfid = first, .fd = made->fd}));
  made->fd.open.reset();
  Result<fop::Lookup::Reply> found = brick.lookup(root_gfid, "g");
  ASSERT_TRUE(found) << found.error().sentence();
  EXPECT_EQ(found->iatt.links, 1U);
  EXPECT_TRUE(brick.exists(brick.handle_path(first)));
}

TYPED_TEST(PosixEntries, NewObjectsBelongToTheCallerOrTheParentsGroup) {
  auto& brick = this->brick;
  brick.call.uid = 1000;
  brick.call.gid = 1001;
  Result<fop::Made> directory = brick.mkdir(root_gfid, "d", first);
  ASSERT_TRUE(directory);
  EXPECT_EQ(directory->iatt.uid, 1000U);
  EXPECT_EQ(directory->iatt.gid, 1001U);
  fop::Setattr inherit{.gfid = first, .valid = set_attribute::mode | set_attribute::gid};
  inherit.iatt.mode = 02775;
  inherit.iatt.gid = 77;
  ASSERT_TRUE(brick.ask(inherit));
  Result<fop::Create::Reply> file = brick.create(first, "f", second);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->iatt.uid, 1000U);
  EXPECT_EQ(file->iatt.gid, 77U);
  Result<fop::Made> below = brick.mkdir(first, "below", third);
  ASSERT_TRUE(below);
  EXPECT_EQ(below->iatt.gid, 77U);
  EXPECT_EQ(below->iatt.mode & 02000, 02000U);
}

TYPED_TEST(PosixEntries, RequestedAttributesAreSetOnNewObjects) {
  auto& brick = this->brick;
  fop::Mknod request{.parent = root_gfid, .mode = 0101000, .name = "link-file"};
  request.xdata.set("gfid-req", first);
  request.xdata.set_text("trusted.glusterfs.dht.linkto", "vol-client-1");
  request.xdata.set("glusterfs-internal-fop", std::int64_t{1});
  ASSERT_TRUE(brick.ask(request));
  EXPECT_EQ(brick.xattr("link-file", "trusted.glusterfs.dht.linkto"), std::string("vol-client-1\0", 13));
  fop::Unlink unlink{.parent = root_gfid, .name = "link-file"};
  unlink.xdata.set("unlink-only-if-dht-linkto-file", std::int64_t{1});
  EXPECT_TRUE(brick.ask(unlink));
  ASSERT_TRUE(brick.create(root_gfid, "file", second));
  unlink.name = "file";
  EXPECT_EQ(brick.error_of(unlink), EBUSY);
}

TYPED_TEST(PosixEntries, AnOutdatedViewOfTheParentIsRefused) {
  auto& brick = this->brick;
  fop::Setxattr layout{.gfid = root_gfid};
  layout.values.set_bytes("trusted.glusterfs.dht", as_bytes("0123456789abcdef"));
  ASSERT_TRUE(brick.ask(layout));
  fop::Mkdir request{.parent = root_gfid, .mode = 0755, .name = "d"};
  request.xdata.set("gfid-req", first);
  request.xdata.set_text("glusterfs.preop.parent.key", "trusted.glusterfs.dht");
  request.xdata.set_bytes("trusted.glusterfs.dht", as_bytes("0000000000000000"));
  Result<fop::Made> refused = brick.ask(request);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().number(), EIO);
  ASSERT_NE(refused.error().extra(), nullptr);
  EXPECT_EQ(refused.error().extra()->number("glusterfs.preop.check.failed"), 1);
  request.xdata.set_bytes("trusted.glusterfs.dht", as_bytes("0123456789abcdef"));
  EXPECT_TRUE(brick.ask(request));
}

TYPED_TEST(PosixEntries, ARemovedTreeLeavesNoHandles) {
  auto& brick = this->brick;
  ASSERT_TRUE(brick.mkdir(root_gfid, "d", first));
  ASSERT_TRUE(brick.mkdir(first, "below", second));
  ASSERT_TRUE(brick.create(second, "f", third));
  ASSERT_TRUE(brick.ask(fop::Rmdir{.parent = root_gfid, .flags = 1, .name = "d"}));
  EXPECT_EQ(brick.lookup(root_gfid, "d").error().number(), ENOENT);
  if constexpr (std::is_same_v<TypeParam, SimulatedLab>) {
    brick.lab.simulation().run_for(std::chrono::seconds(30));
    for (const Gfid& gfid : {first, second, third}) EXPECT_FALSE(brick.exists(brick.handle_path(gfid)));
    EXPECT_FALSE(brick.exists(".glusterfs/landfill/" + first.text()));
  }
}

}  // namespace
}  // namespace mortar::posix
