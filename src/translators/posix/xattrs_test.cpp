#include "translators/posix/mdata.h"
#include "translators/posix/posix_test_support.h"
#include "wire/own_keys.h"

namespace mortar::posix {
namespace {

template <class Lab>
class PosixXattrs : public BrickTest<Lab> {
 protected:
  void SetUp() override {
    BrickTest<Lab>::SetUp();
    ASSERT_TRUE(this->brick.create(root_gfid, "e1", file));
  }
  Result<fop::Acknowledged> set(const std::string& key, std::string_view value, std::uint32_t flags = 0) {
    fop::Setxattr request{.gfid = file, .flags = flags};
    request.values.set_bytes(key, as_bytes(value));
    return this->brick.ask(request);
  }
  Result<fop::Values> get(const std::string& key, const Gfid& of = test_gfid(1)) {
    return this->brick.ask(fop::Getxattr{.gfid = of, .name_given = 1, .name = key});
  }
  Result<fop::Values> count(std::uint32_t operation, const std::string& key, std::string_view operand) {
    fop::Xattrop request{.gfid = file, .operation = operation};
    request.values.set_bytes(key, as_bytes(operand));
    return this->brick.ask(request);
  }
  std::string value(const Result<fop::Values>& reply, std::string_view key) {
    if (!reply) return "error " + reply.error().sentence();
    std::optional<Bytes> bytes = reply->values.bytes(key);
    return bytes ? std::string(as_text(*bytes)) : "none";
  }
  const Gfid file = test_gfid(1);
};
TYPED_TEST_SUITE(PosixXattrs, Labs);

using namespace std::string_literals;

TYPED_TEST(PosixXattrs, AreSetReadListedAndRemoved) {
  Result<fop::Acknowledged> set = this->set("user.fx", "val");
  ASSERT_TRUE(set) << set.error().sentence();
  for (const char* key : {"virt-gf-prestat", "virt-gf-poststat", "dht-get-iatt-in-xattr"}) {
    const Value* value = set->xdata.find(key);
    ASSERT_NE(value, nullptr) << key;
    EXPECT_EQ(std::get<Iatt>(*value).gfid, this->file);
  }
  Result<fop::Values> read = this->get("user.fx");
  EXPECT_EQ(this->value(read, "user.fx"), "val");
  EXPECT_EQ(read->op_ret, 3);
  Result<fop::Values> all = this->brick.ask(fop::Getxattr{.gfid = this->file});
  ASSERT_TRUE(all);
  EXPECT_EQ(all->values.size(), 1U);
  EXPECT_EQ(this->set("user.fx", "v", 1).error().number(), EEXIST);
  EXPECT_EQ(this->set("user.none", "v", 2).error().number(), ENODATA);
  EXPECT_TRUE(this->brick.ask(fop::Removexattr{.gfid = this->file, .name = "user.fx"}));
  EXPECT_EQ(this->brick.error_of(fop::Removexattr{.gfid = this->file, .name = "user.fx"}), ENODATA);
  fop::Removexattr many{.gfid = this->file};
  many.xdata.set("user.fx", std::int64_t{0});
  EXPECT_TRUE(this->brick.ask(many));
}

TYPED_TEST(PosixXattrs, TheBricksOwnAreOutOfReach) {
  const std::string before = this->brick.xattr("e1", "trusted.gfid");
  EXPECT_TRUE(this->set("trusted.gfid", "0123456789abcdef"));
  EXPECT_EQ(this->brick.xattr("e1", "trusted.gfid"), before);
  EXPECT_EQ(this->brick.error_of(fop::Removexattr{.gfid = this->file, .name = "trusted.gfid"}), EPERM);
  fop::Removexattr none{.gfid = this->file};
  EXPECT_EQ(this->brick.error_of(none), EINVAL);
  none.xdata.set_present();
  EXPECT_TRUE(this->brick.ask(none));
  EXPECT_EQ(this->set("trusted.glusterfs.pathinfo", "x").error().number(), EACCES);
  EXPECT_EQ(this->set("trusted.gfid2path.0123456789abcdef", "x").error().number(), EOPNOTSUPP);
  Result<fop::Values> identity = this->get("trusted.gfid");
  ASSERT_TRUE(identity);
  EXPECT_TRUE(identity->values.empty());
  EXPECT_EQ(this->get("trusted.glusterfs.mdata").error().number(), ENODATA);
  EXPECT_EQ(this->get("trusted.none").error().number(), ENODATA);
}

TYPED_TEST(PosixXattrs, CountersAddAndZeroOnlyReads) {
  const std::string zeros(12, '\0');
  EXPECT_EQ(this->value(this->count(0, "trusted.afr.dirty", zeros), "trusted.afr.dirty"), zeros);
  EXPECT_TRUE(this->brick.xattr("e1", "trusted.afr.dirty").starts_with("error"));
  const std::string one = "\0\0\0\1\0\0\0\0\0\0\0\0"s, minus = "\xff\xff\xff\xff\0\0\0\0\0\0\0\0"s;
  EXPECT_EQ(this->value(this->count(0, "trusted.afr.dirty", one), "trusted.afr.dirty"), one);
  EXPECT_EQ(this->value(this->count(0, "trusted.afr.dirty", minus), "trusted.afr.dirty"), zeros);
  EXPECT_EQ(this->brick.xattr("e1", "trusted.afr.dirty"), zeros);
  EXPECT_EQ(this->count(0, "trusted.afr.dirty", "\0\0\0\0"s).error().number(), ERANGE);
  Result<fop::Values> previous = this->count(4, "trusted.x", "\1\2\3\4"s);
  ASSERT_TRUE(previous);
  EXPECT_FALSE(previous->values.has("trusted.x"));
  EXPECT_EQ(this->value(this->count(4, "trusted.x", "\5\6\7\10"s), "trusted.x"), "\1\2\3\4"s);
  EXPECT_EQ(this->count(2, "trusted.x", one).error().number(), EINVAL);
  const std::string five_from_hundred = "\0\0\0\0\0\0\0\5\0\0\0\0\0\0\0\x64"s;
  EXPECT_EQ(this->value(this->count(6, "trusted.y", five_from_hundred), "trusted.y"), "\0\0\0\0\0\0\0\x69"s);
}

TYPED_TEST(PosixXattrs, LookupsAnswerWhatTheyAreAskedFor) {
  auto& brick = this->brick;
  ASSERT_TRUE(brick.write(this->file, {}, 0, "abc"));
  ASSERT_TRUE(this->set("user.one", "1"));
  fop::Lookup request{.parent = root_gfid, .name = "e1"};
  request.xdata.set("glusterfs.content", std::uint64_t{65536});
  request.xdata.set(own_key::readable_content, std::uint64_t{3});
  request.xdata.set("user.*", std::int64_t{0});
  request.xdata.set("trusted.none", std::int64_t{0});
  request.xdata.set("trusted.gfid", std::int64_t{0});
  request.xdata.set("unknown-word", std::int64_t{1});
  Result<fop::Lookup::Reply> reply = brick.ask(request);
  ASSERT_TRUE(reply) << reply.error().sentence();
  EXPECT_EQ(as_text(*reply->xdata.bytes("glusterfs.content")), "abc");
  EXPECT_EQ(as_text(*reply->xdata.bytes(own_key::readable_content)), "abc");
  EXPECT_EQ(as_text(*reply->xdata.bytes("user.one")), "1");
  EXPECT_EQ(reply->xdata.gfid("trusted.gfid"), this->file);
  EXPECT_FALSE(reply->xdata.has("trusted.none"));
  EXPECT_FALSE(reply->xdata.has("unknown-word"));
  fop::Readdirp readdirp{.gfid = root_gfid, .fd = brick.ask(fop::Opendir{.gfid = root_gfid})->fd, .size = 4096};
  readdirp.xdata.set(own_key::listed_content, std::uint64_t{3});
  const Result<fop::Readdirp::Reply> listed = brick.ask(readdirp);
  ASSERT_TRUE(listed);
  for (const EntryPlus& entry : listed->entries.elements) {
    const std::optional<Bytes> content = entry.xattrs.bytes(own_key::listed_content);
    EXPECT_EQ(content.has_value(), entry.name == "e1") << entry.name;
    if (content) EXPECT_EQ(as_text(*content), "abc");
  }
  fop::Lookup list{.parent = root_gfid, .name = "e1"};
  list.xdata.set("list-xattr", std::int64_t{1});
  reply = brick.ask(list);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->xdata.size(), 1U);
  EXPECT_TRUE(reply->xdata.has("user.one"));
}

TYPED_TEST(PosixXattrs, VirtualNamesAreAnswered) {
  auto& brick = this->brick;
  Result<fop::Values> real = this->get("glusterfs.get_real_filename:E1", root_gfid);
  ASSERT_TRUE(real) << real.error().sentence();
  EXPECT_EQ(real->values.text("glusterfs.get_real_filename:E1"), "e1");
  EXPECT_EQ(real->op_ret, 3);
  EXPECT_EQ(this->get("glusterfs.get_real_filename:zzz", root_gfid).error().number(), ENODATA);
  Result<fop::Values> path = this->get("trusted.glusterfs.pathinfo");
  ASSERT_TRUE(path) << path.error().sentence();
  const std::string folder = brick.lab.folder();
  const std::string host = brick.lab.world().network().host_name();
  EXPECT_EQ(path->values.text("trusted.glusterfs.pathinfo"), "<POSIX(" + folder + "):" + host + ":" + folder + "/e1>");
  EXPECT_EQ(this->get("glusterfs.gfidtopath")->values.text("glusterfs.gfidtopath"), "/e1");
  fop::Setattr mode{.gfid = this->file, .valid = set_attribute::mode};
  mode.iatt.mode = 0755;
  ASSERT_TRUE(brick.ask(mode));
  EXPECT_EQ(this->get("glusterfs.posix.acl")->values.text("glusterfs.posix.acl"), "u::rwx,g::r-x,o::r-x");
}

TYPED_TEST(PosixXattrs, HealedTimesAreRaisedNeverLowered) {
  auto& brick = this->brick;
  auto heal = [&](std::int64_t seconds) {
    fop::Setxattr request{.gfid = this->file};
    request.values.set("set-ctime-mdata", Times{{seconds, 0}, {seconds, 0}, {seconds, 0}});
    return brick.ask(request).has_value() ? brick.ask(fop::Stat{.gfid = this->file})->iatt.modified.seconds : -1;
  };
  EXPECT_EQ(heal(1000), 1000);
  EXPECT_EQ(heal(500), 1000);
  EXPECT_EQ(heal(2000), 2000);
}

TYPED_TEST(PosixXattrs, AHealerBringsTimesUnlessThereWasALaterChange) {
  auto& brick = this->brick;
  brick.call.pid = -6;
  auto heal = [&](std::int64_t changed, std::int64_t modified) {
    fop::Setattr disk{.gfid = this->file, .valid = set_attribute::modified};
    disk.iatt.changed = {changed, 0};
    disk.iatt.modified = {modified, 0};
    EXPECT_TRUE(brick.ask(disk));
    fop::Setxattr request{.gfid = this->file};
    request.values.set_bytes(mdata_key,
                             encode_mdata({.accessed = {}, .modified = {modified, 0}, .changed = {changed, 0}}));
    EXPECT_TRUE(brick.ask(request));
    return brick.ask(fop::Stat{.gfid = this->file})->iatt.modified.seconds;
  };
  EXPECT_EQ(heal(1000, 1000), 1000);
  EXPECT_EQ(heal(2000, 500), 500);
  EXPECT_EQ(heal(1500, 1500), 500);
}

using PosixXattrsOfAFailingDisk = PosixXattrs<SimulatedLab>;

TEST_F(PosixXattrsOfAFailingDisk, WhatCannotBeReadIsNotSaidToBeAbsent) {
  ASSERT_TRUE(set("trusted.afr.v-client-1", "123456789012"));
  int reads = 0;
  int good_reads = 100;
  brick.lab.disk().on_call([&](const DiskCall& call) {
    return call.name == "get_xattr" && ++reads > good_reads ? EIO : 0;
  });
  fop::Lookup lookup{.gfid = file};
  ASSERT_TRUE(brick.ask(lookup));
  // What it needs by itself, and nothing else.
  good_reads = std::exchange(reads, 0);
  EXPECT_TRUE(brick.ask(lookup));
  lookup.xdata.set("trusted.afr.v-client-1", std::uint64_t{0});
  reads = 0;
  EXPECT_EQ(brick.error_of(lookup), EIO);
  reads = 0;
  EXPECT_EQ(brick.error_of(fop::Getxattr{.gfid = file}), EIO);
  good_reads = 100;
  reads = 0;
  EXPECT_TRUE(brick.ask(lookup));
  brick.lab.disk().on_call([](const DiskCall&) { return 0; });
}

}  // namespace
}  // namespace mortar::posix
