#include "translators/access_control/access_control.h"

#include <gtest/gtest.h>

#include <map>

#include "simulation/simulation.h"
#include "translators/testing.h"
#include "wire/own_keys.h"

namespace mortar {
namespace {

using testing::ask;

const Gfid directory = fixed_gfid(50), file = fixed_gfid(51);

// The list as user-space tools write it: tag, permissions, id.
std::string list_of(std::initializer_list<access::ListEntry> entries) {
  std::string bytes("\2\0\0\0", 4);
  for (const access::ListEntry& entry : entries) {
    const auto tag = static_cast<std::uint16_t>(entry.tag);
    bytes += static_cast<char>(tag);
    bytes += '\0';
    bytes += static_cast<char>(entry.permissions);
    bytes += '\0';
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(entry.id >> shift);
  }
  return bytes;
}

TEST(AccessList, ParsesOnlyWhatItIs) {
  using access::AccessList;
  const std::string whole =
      list_of({{access::Tag::owner, 7, 0}, {access::Tag::user, 5, 1000}, {access::Tag::other, 0, 0}});
  auto list = AccessList::parse(as_bytes(whole));
  ASSERT_TRUE(list);
  EXPECT_EQ(list->entries().size(), 3U);
  EXPECT_EQ(list->entries()[1].id, 1000U);
  EXPECT_EQ(list->bytes(), whole);
  EXPECT_FALSE(AccessList::parse(as_bytes("")));
  EXPECT_FALSE(AccessList::parse(as_bytes(std::string_view("\1\0\0\0", 4))));
  EXPECT_FALSE(AccessList::parse(as_bytes(whole.substr(0, whole.size() - 1))));
  std::string odd = whole;
  odd[4] = 3;
  EXPECT_FALSE(AccessList::parse(as_bytes(odd)));
}

TEST(AccessList, DecidesAsPosixSays) {
  using access::Tag;
  const std::string bytes = list_of({{Tag::owner, 7, 0},
                                     {Tag::user, 7, 2000},
                                     {Tag::group, 4, 0},
                                     {Tag::named_group, 6, 300},
                                     {Tag::mask, 4, 0},
                                     {Tag::other, 1, 0}});
  auto list = access::AccessList::parse(as_bytes(bytes));
  const access::Object object{.uid = 1000, .gid = 100, .mode = 0741, .list = &*list};
  auto may = [&](std::uint32_t uid, std::vector<std::uint32_t> groups, std::uint32_t wanted) {
    return access::permits({.uid = uid, .gid = 9999, .groups = groups}, object, wanted);
  };
  EXPECT_TRUE(may(1000, {}, 7));     // the owner, whatever the mask
  EXPECT_TRUE(may(2000, {}, 4));     // a named user
  EXPECT_FALSE(may(2000, {}, 2));    // limited by the mask
  EXPECT_TRUE(may(3000, {100}, 4));  // the group
  EXPECT_FALSE(may(3000, {100}, 1));
  EXPECT_TRUE(may(3000, {300}, 4));        // a named group
  EXPECT_FALSE(may(3000, {300}, 2));       // limited by the mask
  EXPECT_FALSE(may(3000, {100, 300}, 1));  // a member of a group is not "other"
  EXPECT_TRUE(may(3000, {}, 1));
  EXPECT_FALSE(may(3000, {}, 4));
}

struct AccessControlTest : ::testing::Test {
  AccessControlTest() {
    VolumeSection section;
    section.name = "v-access-control";
    translator = *make_access_control(world, section);
    translator->add_child(leaf);
    objects[directory] = {.gfid = directory, .uid = 0, .gid = 0, .mode = 0040755};
    objects[file] = {.gfid = file, .uid = 1000, .gid = 100, .mode = 0100640};
    leaf.answer<fop::Stat>([this](const Call& call, const fop::Stat& stat) -> Result<fop::Stat::Reply> {
      EXPECT_EQ(call.uid, 0U);
      fop::Stat::Reply reply;
      reply.iatt = objects[stat.gfid];
      for (const auto& [key, value] : xattrs[stat.gfid]) reply.xdata.set(key, Slice::copy(value));
      return reply;
    });
    leaf.answer<fop::Lookup>([this](const Call&, const fop::Lookup&) -> Result<fop::Lookup::Reply> {
      fop::Lookup::Reply reply;
      reply.iatt = objects[file];
      return reply;
    });
  }
  static Call user(std::uint32_t uid, std::uint32_t gid = 100, std::vector<std::uint32_t> groups = {}) {
    Call call = testing::call_of(testing::client_number(1));
    call.uid = uid;
    call.gid = gid;
    call.groups = std::move(groups);
    return call;
  }
  template <class Operation>
  int error_of(const Call& call, Operation operation) {
    return ask(*translator, call, std::move(operation))->error();
  }

  Simulation simulation{1};
  SimulatedWorld& world = simulation.add_host("server", "10.0.0.1").start_process("brick");
  testing::FakeLeaf leaf;
  std::unique_ptr<Translator> translator;
  std::map<Gfid, Iatt> objects;
  std::map<Gfid, std::map<std::string, std::string>> xattrs;
};

TEST_F(AccessControlTest, ContentComesWithALookupForWhoMayReadIt) {
  leaf.answer<fop::Lookup>([this](const Call&, const fop::Lookup&) -> Result<fop::Lookup::Reply> {
    fop::Lookup::Reply reply;
    reply.iatt = objects[file];
    reply.xdata.set(own_key::readable_content, Slice::copy("content"));
    return reply;
  });
  const auto is_given = [this](const Call& call) {
    const fop::Lookup lookup{.parent = directory, .name = "n"};
    return ask(*translator, call, lookup)->reply().xdata.has(own_key::readable_content);
  };
  EXPECT_TRUE(is_given(user(0)));
  EXPECT_TRUE(is_given(user(1000)));
  EXPECT_TRUE(is_given(user(2000, 100)));
  EXPECT_FALSE(is_given(user(2000, 200)));
}

TEST_F(AccessControlTest, ContentComesWithAListingForWhoMayReadIt) {
  leaf.answer<fop::Readdirp>([this](const Call&, const fop::Readdirp&) -> Result<fop::Readdirp::Reply> {
    EntryPlus entry;
    entry.name = "n";
    entry.iatt = objects[file];
    entry.xattrs.set(own_key::listed_content, Slice::copy("content"));
    fop::Readdirp::Reply reply;
    reply.entries.elements.push_back(std::move(entry));
    return reply;
  });
  const auto is_given = [this](const Call& call) {
    fop::Readdirp readdirp{.gfid = directory};
    readdirp.xdata.set(own_key::listed_content, std::uint64_t{4096});
    return ask(*translator, call, readdirp)->reply().entries.elements.front().xattrs.has(own_key::listed_content);
  };
  EXPECT_TRUE(is_given(user(0)));
  EXPECT_TRUE(is_given(user(1000)));
  EXPECT_TRUE(is_given(user(2000, 100)));
  EXPECT_FALSE(is_given(user(2000, 200)));
}

TEST_F(AccessControlTest, RootAndInternalCallsAskNothing) {
  Call heal = user(1000);
  heal.pid = internal_pid::self_heal;
  for (const Call& call : {user(0), heal}) {
    EXPECT_EQ(error_of(call, fop::Lookup{.parent = directory, .name = "n"}), 0);
    EXPECT_EQ(error_of(call, fop::Open{.gfid = file}), 0);
    EXPECT_EQ(error_of(call, fop::Mkdir{.parent = directory, .mode = 0755, .umask = 022, .name = "n"}), 0);
    EXPECT_EQ(error_of(call, fop::Unlink{.parent = directory, .name = "n"}), 0);
    EXPECT_EQ(error_of(call, fop::Setattr{.gfid = file, .valid = set_attribute::mode}), 0);
    EXPECT_EQ(error_of(call, fop::Access{.gfid = file, .mask = 7}), 0);
  }
  EXPECT_TRUE(leaf.asked<fop::Stat>().empty());
  EXPECT_EQ(leaf.asked<fop::Lookup>().size(), 2U);
}

TEST_F(AccessControlTest, LookupsNeedExecuteOnTheParent) {
  EXPECT_EQ(error_of(user(1000), fop::Lookup{.parent = directory, .name = "n"}), 0);
  objects[directory].mode = 0040754;
  EXPECT_EQ(error_of(user(1000), fop::Lookup{.parent = directory, .name = "n"}), EACCES);
  EXPECT_EQ(error_of(user(1000), fop::Lookup{.gfid = file}), 0);
}

TEST_F(AccessControlTest, OpeningFollowsTheFlags) {
  EXPECT_EQ(error_of(user(1000), fop::Open{.gfid = file, .flags = open_flag::read_write}), 0);
  EXPECT_EQ(error_of(user(2000), fop::Open{.gfid = file}), 0);  // by group
  EXPECT_EQ(error_of(user(2000), fop::Open{.gfid = file, .flags = open_flag::write_only}), EACCES);
  EXPECT_EQ(error_of(user(2000), fop::Open{.gfid = file, .flags = open_flag::truncate}), EACCES);
  EXPECT_EQ(error_of(user(2000), fop::Open{.gfid = file, .flags = 040}), EACCES);
  EXPECT_EQ(error_of(user(3000, 300), fop::Open{.gfid = file}), EACCES);
  EXPECT_EQ(error_of(user(3000, 300, {100}), fop::Open{.gfid = file}), 0);
  EXPECT_EQ(error_of(user(3000, 300), fop::Truncate{.gfid = file}), EACCES);
  EXPECT_EQ(error_of(user(3000, 300), fop::Opendir{.gfid = directory}), 0);
  xattrs[file][access::access_key] = list_of({{access::Tag::owner, 6, 0},
                                              {access::Tag::user, 6, 3000},
                                              {access::Tag::group, 4, 0},
                                              {access::Tag::mask, 6, 0},
                                              {access::Tag::other, 0, 0}});
  EXPECT_EQ(error_of(user(3000, 300), fop::Open{.gfid = file, .flags = open_flag::read_write}), 0);
}

TEST_F(AccessControlTest, AccessIsAnsweredHere) {
  EXPECT_EQ(error_of(user(1000), fop::Access{.gfid = file, .mask = 6}), 0);
  EXPECT_EQ(error_of(user(1000), fop::Access{.gfid = file, .mask = 1}), EACCES);
  EXPECT_EQ(error_of(user(1000), fop::Access{.gfid = file, .mask = 8}), EINVAL);
  Call nfs = user(2000);
  nfs.pid = 1;
  auto granted = ask(*translator, nfs, fop::Access{.gfid = file, .mask = 7});
  EXPECT_EQ(granted->reply().op_errno, 4);
  EXPECT_EQ(error_of(nfs, fop::Write{.gfid = file}), EACCES);
  EXPECT_EQ(error_of(nfs, fop::Read{.gfid = file}), 0);
  EXPECT_EQ(error_of(user(3000, 300), fop::Write{.gfid = file}), 0);  // checked when it was opened
  EXPECT_TRUE(leaf.asked<fop::Access>().empty());
}

TEST_F(AccessControlTest, EntriesNeedWriteAndExecute) {
  EXPECT_EQ(error_of(user(1000), fop::Create{.parent = directory, .mode = 0100644, .name = "n"}), EACCES);
  EXPECT_EQ(error_of(user(1000), fop::Symlink{.parent = directory, .name = "n"}), EACCES);
  EXPECT_EQ(error_of(user(1000), fop::Link{.gfid = file, .new_parent = directory}), EACCES);
  EXPECT_EQ(error_of(user(1000), fop::Unlink{.parent = directory, .name = "n"}), EACCES);
  EXPECT_EQ(error_of(user(1000), fop::Rename{.old_parent = directory, .new_parent = directory}), EACCES);
  objects[directory].mode = 0040777;
  EXPECT_EQ(error_of(user(1000), fop::Create{.parent = directory, .mode = 0100644, .name = "n"}), 0);
  EXPECT_EQ(error_of(user(2000), fop::Unlink{.parent = directory, .name = "n"}), 0);
  objects[directory].mode = 0041777;
  EXPECT_EQ(error_of(user(2000), fop::Unlink{.parent = directory, .name = "n"}), EACCES);
  EXPECT_EQ(error_of(user(2000), fop::Rename{.old_parent = directory, .new_parent = directory}), EACCES);
  EXPECT_EQ(error_of(user(1000), fop::Unlink{.parent = directory, .name = "n"}), 0);
  objects[directory].uid = 2000;
  EXPECT_EQ(error_of(user(2000), fop::Rmdir{.parent = directory, .name = "n"}), 0);
}

TEST_F(AccessControlTest, NewObjectsTakeTheDefaultListOrTheUmask) {
  EXPECT_EQ(error_of(user(0), fop::Create{.parent = directory, .mode = 0100666, .umask = 027, .name = "n"}), 0);
  EXPECT_EQ(leaf.asked<fop::Create>().back().second.mode, 0100640U);
  const std::string inherited = list_of({{access::Tag::owner, 7, 0},
                                         {access::Tag::user, 7, 2000},
                                         {access::Tag::group, 5, 0},
                                         {access::Tag::mask, 7, 0},
                                         {access::Tag::other, 5, 0}});
  xattrs[directory][access::default_key] = inherited;
  EXPECT_EQ(error_of(user(0), fop::Create{.parent = directory, .mode = 0100666, .umask = 027, .name = "n"}), 0);
  const fop::Create& made = leaf.asked<fop::Create>().back().second;
  EXPECT_EQ(made.mode, 0100664U);
  EXPECT_EQ(as_text(*made.xdata.bytes(access::access_key)), list_of({{access::Tag::owner, 6, 0},
                                                                     {access::Tag::user, 7, 2000},
                                                                     {access::Tag::group, 5, 0},
                                                                     {access::Tag::mask, 6, 0},
                                                                     {access::Tag::other, 4, 0}}));
  EXPECT_FALSE(made.xdata.has(access::default_key));
  objects[directory].mode = 0040777;
  EXPECT_EQ(error_of(user(1000), fop::Mkdir{.parent = directory, .mode = 02777, .umask = 077, .name = "d"}), 0);
  const fop::Mkdir& folder = leaf.asked<fop::Mkdir>().back().second;
  EXPECT_EQ(folder.mode, 02775U);
  EXPECT_EQ(as_text(*folder.xdata.bytes(access::default_key)), inherited);
}

TEST_F(AccessControlTest, AttributesBelongToTheOwner) {
  fop::Setattr mode{.gfid = file, .iatt = {.mode = 02755}, .valid = set_attribute::mode};
  EXPECT_EQ(error_of(user(2000), mode), EPERM);
  EXPECT_EQ(error_of(user(1000, 100), mode), 0);
  EXPECT_EQ(leaf.asked<fop::Setattr>().back().second.iatt.mode, 02755U);
  EXPECT_EQ(error_of(user(1000, 5), mode), 0);
  EXPECT_EQ(leaf.asked<fop::Setattr>().back().second.iatt.mode, 0755U);
  fop::Setattr times{.gfid = file, .valid = set_attribute::modified};
  EXPECT_EQ(error_of(user(2000), times), EACCES);
  objects[file].mode = 0100660;
  EXPECT_EQ(error_of(user(2000), times), 0);
  fop::Fsetattr owner{.gfid = file, .iatt = {.uid = 2000}, .valid = set_attribute::uid};
  EXPECT_EQ(error_of(user(1000), owner), EPERM);
  owner.iatt.uid = 1000;
  EXPECT_EQ(error_of(user(1000), owner), 0);
  fop::Setattr group{.gfid = file, .iatt = {.gid = 300}, .valid = set_attribute::gid};
  EXPECT_EQ(error_of(user(1000), group), EPERM);
  EXPECT_EQ(error_of(user(1000, 100, {300}), group), 0);
  EXPECT_EQ(error_of(user(2000, 100, {300}), group), EPERM);
}

TEST_F(AccessControlTest, ExtendedAttributesNeedReadAndWrite) {
  Dictionary plain, list;
  plain.set_text("user.x", "1");
  list.set_text("system.posix_acl_access", "1");
  EXPECT_EQ(error_of(user(2000), fop::Setxattr{.gfid = file, .values = plain}), EACCES);
  EXPECT_EQ(error_of(user(2000), fop::Setxattr{.gfid = file, .values = list}), EPERM);
  EXPECT_EQ(error_of(user(1000), fop::Fsetxattr{.gfid = file, .values = list}), 0);
  EXPECT_EQ(error_of(user(2000), fop::Removexattr{.gfid = file, .name = "user.x"}), EACCES);
  EXPECT_EQ(error_of(user(2000), fop::Removexattr{.gfid = file, .name = "system.posix_acl_access"}), EPERM);
  EXPECT_EQ(error_of(user(3000, 300), fop::Getxattr{.gfid = file, .name_given = 1, .name = "user.x"}), EACCES);
  EXPECT_EQ(error_of(user(3000, 300), fop::Getxattr{.gfid = file, .name_given = 1, .name = "system.posix_acl_access"}),
            0);
  EXPECT_EQ(error_of(user(3000, 300), fop::Getxattr{.gfid = file}), 0);
}

}  // namespace
}  // namespace mortar
