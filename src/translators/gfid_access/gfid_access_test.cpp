#include "translators/gfid_access/gfid_access.h"

#include <gtest/gtest.h>

#include "simulation/simulation.h"
#include "translators/gfid_access/entry_requests.h"
#include "translators/testing.h"

namespace mortar {
namespace {

using namespace gfid_access;
using testing::ask;

Gfid gfid_of(std::uint8_t last) {
  Gfid gfid = fixed_gfid(last);
  gfid.bytes[0] = 0xab;
  return gfid;
}

void add(std::string& out, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(number >> shift));
}

void add(std::string& out, std::string_view text) {
  out.append(text);
  out.push_back('\0');
}

struct Wanted {
  std::uint32_t uid = 10, gid = 11;
  Gfid gfid = gfid_of(9);
  std::string name = "new";
  std::string target = "target";
  std::uint32_t device = 0;
  std::string bytes(std::uint32_t type, std::uint32_t mode) const {
    std::string out;
    add(out, uid);
    add(out, gid);
    add(out, gfid.text());
    add(out, type | mode);
    add(out, name);
    if (type == 0120000) {
      add(out, target);
      return out;
    }
    add(out, mode);
    if (type != 0040000) add(out, device);
    add(out, 022u);
    return out;
  }
};

constexpr std::uint32_t file = 0100000, folder = 0040000, link_type = 0120000, block_device = 0060000;

class GfidAccessTest : public ::testing::Test {
 protected:
  GfidAccessTest() {
    top_.add_child(leaf_);
    board_.add_child(top_);
    leaf_.answer<fop::Lookup>([this](const Call&, const fop::Lookup& lookup) -> Result<fop::Lookup::Reply> {
      if (!lookup.name.empty()) return failed(ENOENT);
      fop::Lookup::Reply reply;
      reply.iatt.gfid = lookup.gfid;
      if (lookup.gfid.is_root() || lookup.gfid == directory_) {
        reply.iatt.mode = folder | 0755;
      } else if (lookup.gfid == file_) {
        reply.iatt.mode = file | 0644;
      } else {
        return failed(ESTALE);
      }
      return reply;
    });
    leaf_.answer<fop::Stat>([](const Call&, const fop::Stat& stat) {
      fop::Attributes reply;
      reply.iatt.gfid = stat.gfid;
      return Result<fop::Attributes>(reply);
    });
  }
  template <class Operation>
  int error_of(Operation operation, std::uint32_t uid = 0) {
    Call call;
    call.uid = uid;
    return ask(board_, call, std::move(operation))->error();
  }
  auto find(std::string name, Gfid parent = directory_gfid) {
    fop::Lookup lookup{.parent = parent, .name = std::move(name)};
    lookup.xdata.set("gfid-req", gfid_of(99));
    return ask(board_, Call{}, std::move(lookup));
  }
  Gfid alias() { return find(directory_.text())->reply().iatt.gfid; }
  fop::Setxattr request(const char* key, std::string_view bytes, Gfid gfid) {
    fop::Setxattr setxattr{.gfid = gfid};
    setxattr.values.set(key, Slice::copy(bytes));
    return setxattr;
  }
  int make(std::string_view bytes, std::uint32_t uid = 0) {
    return error_of(request(new_entry_xattr, bytes, directory_), uid);
  }
  template <class Operation>
  const Operation& last() {
    return leaf_.asked<Operation>().back().second;
  }

  const Gfid directory_ = gfid_of(1), file_ = gfid_of(2);
  testing::FakeLeaf leaf_;
  GfidAccess top_{"gfid-access", gfid_of(200)};
  testing::NoticeBoard board_;
};

TEST_F(GfidAccessTest, TheDirectoryLooksLikeTheRoot) {
  const auto found = find(".gfid", root_gfid);
  ASSERT_EQ(found->error(), 0);
  EXPECT_EQ(found->reply().iatt.gfid, directory_gfid);
  EXPECT_EQ(found->reply().iatt.inode, 0xdu);
  EXPECT_TRUE(found->reply().iatt.is_directory());
  EXPECT_EQ(ask(board_, Call{}, fop::Lookup{.gfid = directory_gfid})->reply().iatt.gfid, directory_gfid);
  EXPECT_EQ(ask(board_, Call{}, fop::Stat{.gfid = directory_gfid})->reply().iatt.gfid, directory_gfid);
  EXPECT_TRUE(last<fop::Stat>().gfid.is_root());
  const fop::Getxattr list{.gfid = directory_gfid, .name_given = 1, .name = "system.posix_acl_access"};
  EXPECT_EQ(error_of(list), 0) << "where the kernel checks access lists";
  EXPECT_TRUE(last<fop::Getxattr>().gfid.is_root());
  EXPECT_EQ(find(".gfid", directory_)->error(), ENOENT) << "in the root only";
}

TEST_F(GfidAccessTest, AFileIsItselfAndADirectoryAnother) {
  EXPECT_EQ(find(file_.text())->reply().iatt.gfid, file_);
  EXPECT_FALSE(last<fop::Lookup>().xdata.has("gfid-req"));
  const Gfid shown = alias();
  EXPECT_NE(shown, directory_);
  EXPECT_EQ(alias(), shown);
  EXPECT_EQ(ask(board_, Call{}, fop::Lookup{.gfid = shown})->reply().iatt.gfid, shown);
  EXPECT_EQ(last<fop::Lookup>().gfid, directory_);
  EXPECT_NE(find(root_gfid.text())->reply().iatt.gfid, root_gfid);
}

TEST_F(GfidAccessTest, WhatIsNoGfidOrNobodysIsMissing) {
  const std::size_t before = leaf_.asked<fop::Lookup>().size();
  EXPECT_EQ(find("nonsense")->error(), ENOENT);
  EXPECT_EQ(find(directory_gfid.text())->error(), ENOENT);
  EXPECT_EQ(find(null_gfid.text())->error(), EINVAL);
  EXPECT_EQ(leaf_.asked<fop::Lookup>().size(), before);
  EXPECT_EQ(find(gfid_of(77).text())->error(), ENOENT);
  EXPECT_EQ(find(alias().text())->error(), ENOENT);
}

TEST_F(GfidAccessTest, WhatIsDoneToAnAliasIsDoneToTheDirectory) {
  const Gfid shown = alias();
  EXPECT_EQ(ask(board_, Call{}, fop::Stat{.gfid = shown})->reply().iatt.gfid, shown);
  EXPECT_EQ(last<fop::Stat>().gfid, directory_);
  EXPECT_EQ(error_of(fop::Setattr{.gfid = shown}), 0);
  EXPECT_EQ(last<fop::Setattr>().gfid, directory_);
  EXPECT_EQ(error_of(fop::Setxattr{.gfid = shown}), 0);
  EXPECT_EQ(last<fop::Setxattr>().gfid, directory_);
  EXPECT_EQ(error_of(fop::Getxattr{.gfid = shown}), 0);
  EXPECT_EQ(last<fop::Getxattr>().gfid, directory_);
  EXPECT_EQ(error_of(fop::Removexattr{.gfid = shown}), 0);
  EXPECT_EQ(last<fop::Removexattr>().gfid, directory_);
  EXPECT_EQ(error_of(fop::Statfs{.gfid = shown}), 0);
  EXPECT_EQ(last<fop::Statfs>().gfid, directory_);
  EXPECT_EQ(error_of(fop::Unlink{.parent = shown, .name = "x"}), 0);
  EXPECT_EQ(last<fop::Unlink>().parent, directory_);
  EXPECT_EQ(error_of(fop::Rmdir{.parent = shown, .name = "x"}), 0);
  EXPECT_EQ(last<fop::Rmdir>().parent, directory_);
  EXPECT_EQ(error_of(fop::Link{.gfid = file_, .new_parent = shown, .new_name = "x"}), 0);
  EXPECT_EQ(last<fop::Link>().new_parent, directory_);
  EXPECT_EQ(error_of(fop::Rename{.old_parent = shown, .new_parent = root_gfid, .old_name = "x", .new_name = "y"}), 0);
  EXPECT_EQ(last<fop::Rename>().old_parent, directory_);
  EXPECT_EQ(last<fop::Rename>().new_parent, root_gfid);
  EXPECT_EQ(find("x", shown)->error(), ENOENT);
  EXPECT_EQ(last<fop::Lookup>().parent, directory_);
}

TEST_F(GfidAccessTest, AnAliasIsNotListedAndNothingIsMadeInItByName) {
  const Gfid shown = alias();
  EXPECT_EQ(error_of(fop::Opendir{.gfid = shown}), EOPNOTSUPP);
  EXPECT_EQ(error_of(fop::Mkdir{.parent = shown, .name = "x"}), ESTALE);
  EXPECT_EQ(error_of(fop::Mknod{.parent = shown, .name = "x"}), ESTALE);
  EXPECT_EQ(error_of(fop::Symlink{.parent = shown, .name = "x"}), ESTALE);
  EXPECT_EQ(error_of(fop::Create{.parent = shown, .name = "x"}), ESTALE);
  EXPECT_EQ(error_of(fop::Opendir{.gfid = directory_}), 0);
  EXPECT_EQ(error_of(fop::Mkdir{.parent = directory_, .name = "x"}), 0);
}

TEST_F(GfidAccessTest, TheDirectoryItselfStays) {
  EXPECT_EQ(error_of(fop::Mkdir{.parent = root_gfid, .name = ".gfid"}), EOPNOTSUPP);
  EXPECT_EQ(error_of(fop::Create{.parent = root_gfid, .name = ".gfid"}), EOPNOTSUPP);
  EXPECT_EQ(error_of(fop::Rmdir{.parent = root_gfid, .name = ".gfid"}), EOPNOTSUPP);
  EXPECT_EQ(error_of(fop::Unlink{.parent = root_gfid, .name = ".gfid"}), EOPNOTSUPP);
  EXPECT_EQ(error_of(fop::Link{.new_parent = root_gfid, .new_name = ".gfid"}), EOPNOTSUPP);
  EXPECT_EQ(error_of(fop::Rename{.old_parent = root_gfid, .new_parent = root_gfid, .old_name = ".gfid"}), EOPNOTSUPP);
  EXPECT_EQ(error_of(fop::Rename{.old_parent = root_gfid, .new_parent = root_gfid, .new_name = ".gfid"}), EOPNOTSUPP);
  EXPECT_EQ(error_of(fop::Mkdir{.parent = directory_, .name = ".gfid"}), 0);
  EXPECT_EQ(error_of(fop::Opendir{.gfid = directory_gfid}), EOPNOTSUPP);
  EXPECT_EQ(error_of(fop::Setattr{.gfid = directory_gfid}), EOPNOTSUPP);
  EXPECT_EQ(error_of(fop::Getxattr{.gfid = directory_gfid}), EOPNOTSUPP);
  EXPECT_EQ(error_of(fop::Getxattr{.gfid = directory_gfid, .name_given = 1, .name = "user.x"}), EOPNOTSUPP);
  EXPECT_EQ(error_of(fop::Setxattr{.gfid = directory_gfid}), EOPNOTSUPP);
  EXPECT_EQ(error_of(fop::Removexattr{.gfid = directory_gfid}), EOPNOTSUPP);
  EXPECT_EQ(error_of(request(new_entry_xattr, Wanted{}.bytes(file, 0644), directory_gfid)), EOPNOTSUPP);
}

TEST_F(GfidAccessTest, NoNamesComeGoOrMoveInIt) {
  const std::string name = file_.text();
  EXPECT_EQ(error_of(fop::Mkdir{.parent = directory_gfid, .name = name}), EPERM);
  EXPECT_EQ(error_of(fop::Mknod{.parent = directory_gfid, .name = name}), EPERM);
  EXPECT_EQ(error_of(fop::Create{.parent = directory_gfid, .name = name}), EPERM);
  EXPECT_EQ(error_of(fop::Symlink{.parent = directory_gfid, .name = name}), EPERM);
  EXPECT_EQ(error_of(fop::Unlink{.parent = directory_gfid, .name = name}), EPERM);
  EXPECT_EQ(error_of(fop::Rmdir{.parent = directory_gfid, .name = name}), EPERM);
  EXPECT_EQ(error_of(fop::Link{.new_parent = directory_gfid, .new_name = name}), EPERM);
  EXPECT_EQ(error_of(fop::Rename{.old_parent = directory_gfid, .new_parent = root_gfid, .old_name = name}), EPERM);
  EXPECT_EQ(error_of(fop::Rename{.old_parent = root_gfid, .new_parent = directory_gfid, .new_name = name}), EPERM);
}

TEST_F(GfidAccessTest, MakesAFileWithAnIdentity) {
  ASSERT_EQ(error_of(request(new_entry_xattr, Wanted{}.bytes(file, 0640), alias())), 0);
  const auto& [call, mknod] = leaf_.asked<fop::Mknod>().back();
  EXPECT_EQ(call.uid, 10u);
  EXPECT_EQ(call.gid, 11u);
  EXPECT_EQ(mknod.parent, directory_);
  EXPECT_EQ(mknod.name, "new");
  EXPECT_EQ(mknod.mode, file | 0640);
  EXPECT_EQ(mknod.umask, 022u);
  EXPECT_EQ(mknod.xdata.gfid("gfid-req"), gfid_of(9));
  EXPECT_EQ(last<fop::Lookup>().name, "new") << "looked up before";
  EXPECT_TRUE(leaf_.asked<fop::Setxattr>().empty());
}

TEST_F(GfidAccessTest, MakesDirectoriesLinksAndDevices) {
  EXPECT_EQ(make(Wanted{}.bytes(folder, 01777)), 0);
  EXPECT_EQ(last<fop::Mkdir>().mode, 01777u);
  EXPECT_EQ(last<fop::Mkdir>().umask, 022u);
  EXPECT_EQ(make(Wanted{}.bytes(link_type, 0777)), 0);
  EXPECT_EQ(last<fop::Symlink>().target, "target");
  EXPECT_EQ(make(Wanted{.device = 0x801}.bytes(block_device, 0600)), 0);
  EXPECT_EQ(last<fop::Mknod>().device, 0x801u);
  leaf_.answer<fop::Mknod>([](const Call&, const fop::Mknod&) -> Result<fop::Made> { return failed(EEXIST); });
  EXPECT_EQ(make(Wanted{}.bytes(file, 0600)), EEXIST);
}

TEST_F(GfidAccessTest, WhoIsNotRootMakesPlainThingsOfHisOwn) {
  const Wanted own{.uid = 10, .gid = 0};
  EXPECT_EQ(make(own.bytes(file, 0600), 10), 0);
  EXPECT_EQ(make(own.bytes(block_device, 0600), 10), EPERM);
  EXPECT_EQ(make(own.bytes(file, 0600), 12), EPERM);
  EXPECT_EQ(make(Wanted{.uid = 10, .gid = 5}.bytes(file, 0600), 10), EPERM);
  EXPECT_EQ(leaf_.asked<fop::Mknod>().size(), 1u);
}

TEST_F(GfidAccessTest, WhatIsNotOfTheFormIsRefused) {
  for (const std::uint32_t type : {file, folder, link_type, block_device}) {
    const std::string bytes = Wanted{}.bytes(type, 0600);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_EQ(make(bytes.substr(0, size)), ENOMEM) << size;
    }
    EXPECT_EQ(make(bytes + std::string(1, '\0')), ENOMEM);
  }
  std::string bad_gfid = Wanted{}.bytes(file, 0600);
  bad_gfid[8] = 'x';
  EXPECT_EQ(make(bad_gfid), ENOMEM);
  EXPECT_EQ(make(Wanted{.gfid = null_gfid}.bytes(file, 0600)), EINVAL);
  EXPECT_EQ(make(Wanted{.gfid = directory_gfid}.bytes(file, 0600)), EINVAL);
  EXPECT_EQ(make(Wanted{.name = "a/b"}.bytes(file, 0600)), EPERM);
  EXPECT_EQ(make(Wanted{.name = ".."}.bytes(file, 0600)), EINVAL);
  EXPECT_EQ(make(Wanted{.name = std::string(256, 'x')}.bytes(file, 0600)), ENAMETOOLONG);
  EXPECT_EQ(error_of(request(new_entry_xattr, Wanted{.name = ".gfid"}.bytes(file, 0600), root_gfid)), EOPNOTSUPP);
  EXPECT_TRUE(leaf_.asked<fop::Mknod>().empty());
  EXPECT_TRUE(leaf_.asked<fop::Mkdir>().empty());
}

TEST_F(GfidAccessTest, HealingIsALookupThatGivesAnIdentity) {
  std::string bytes;
  add(bytes, file_.text());
  add(bytes, "lost");
  EXPECT_EQ(error_of(request(heal_xattr, bytes, alias())), ENOENT);
  EXPECT_EQ(last<fop::Lookup>().parent, directory_);
  EXPECT_EQ(last<fop::Lookup>().name, "lost");
  EXPECT_EQ(last<fop::Lookup>().xdata.gfid("gfid-req"), file_);
  const std::size_t before = leaf_.asked<fop::Lookup>().size();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(error_of(request(heal_xattr, bytes.substr(0, size), directory_)), ENOMEM);
  }
  EXPECT_EQ(error_of(request(heal_xattr, bytes + "x", directory_)), ENOMEM);
  EXPECT_EQ(leaf_.asked<fop::Lookup>().size(), before);
}

TEST_F(GfidAccessTest, RequestsGoByTheirIdentityOnly) {
  fop::Fsetxattr fsetxattr{.gfid = directory_};
  fsetxattr.values.set(new_entry_xattr, Slice::copy(Wanted{}.bytes(file, 0600)));
  EXPECT_EQ(error_of(fsetxattr), ESTALE);
  EXPECT_EQ(error_of(fop::Fsetxattr{.gfid = directory_}), 0);
}

TEST_F(GfidAccessTest, AnInvalidationMeansBothNames) {
  notice::CacheInvalidation changed;
  changed.gfid = directory_;
  top_.notified(changed, leaf_);
  EXPECT_EQ(board_.notices.size(), 1u);
  const Gfid shown = alias();
  top_.notified(changed, leaf_);
  const auto heard = board_.of<notice::CacheInvalidation>();
  ASSERT_EQ(heard.size(), 3u);
  EXPECT_EQ(heard[1].gfid, directory_);
  EXPECT_EQ(heard[2].gfid, shown);
}

TEST(DirectoryAliasesTest, TheLeastUsedIsForgottenAndComesBackTheSame) {
  DirectoryAliases aliases(gfid_of(200), 2);
  const Gfid first = aliases.give(gfid_of(1)), second = aliases.give(gfid_of(2));
  EXPECT_EQ(aliases.directory_of(first), gfid_of(1));
  aliases.give(gfid_of(3));
  EXPECT_EQ(aliases.size(), 2u);
  EXPECT_FALSE(aliases.directory_of(second));
  EXPECT_FALSE(aliases.given_for(gfid_of(2)));
  EXPECT_EQ(aliases.give(gfid_of(2)), second);
}

TEST(GfidAccessMakeTest, StandsOnOneSubvolume) {
  Simulation simulation{1};
  World& world = simulation.add_host("client", "10.0.0.1").start_process("mount");
  VolumeSection section{.name = "top", .type = "features/gfid-access"};
  EXPECT_FALSE(GfidAccess::make(world, section));
  section.subvolumes = {"below"};
  EXPECT_TRUE(GfidAccess::make(world, section));
}

}  // namespace
}  // namespace mortar
