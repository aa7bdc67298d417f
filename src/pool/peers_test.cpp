// Servers in the document: probe, detach, names; how a pool begins and ends.
#include <gtest/gtest.h>

#include "pool/detach_server.h"
#include "pool/document.h"
#include "pool/found_pool.h"
#include "pool/probe_server.h"

namespace mortar {
namespace {

constexpr Gfid one = fixed_gfid(1);
constexpr Gfid two = fixed_gfid(2);
constexpr Gfid three = fixed_gfid(3);
constexpr Gfid pool_id = fixed_gfid(99);

Server server_called(const Gfid& id, const std::string& name) {
  return Server{.id = id,
                .names = {name},
                .address = "10.0.0." + std::to_string(id.bytes[15]),
                .public_key = "KEY\n",
                .certificate = fixed_gfid(static_cast<std::uint8_t>(50 + id.bytes[15]))};
}

template <Edit Change>
Result<Done> change(Pool& pool, const Change& edit) {
  Result<Done> checked = edit.check(pool);
  if (checked) edit.apply(pool);
  return checked;
}

Pool alone() {
  Pool pool;
  pool.servers.push_back(Server{one, {"one"}});
  return pool;
}

Pool founded() {
  Pool pool = alone();
  EXPECT_TRUE(change(pool, FoundPool{{pool_id, {"SECRET\nKEY\n", "CERTIFICATE\n"}, {}}, server_called(one, "one")}));
  return pool;
}

Pool pair() {
  Pool pool = founded();
  EXPECT_TRUE(change(pool, InviteServer{server_called(two, "two")}));
  EXPECT_TRUE(change(pool, AdmitServer{two}));
  return pool;
}

TEST(Peers, APoolIsFoundedAndDissolved) {
  Pool pool = alone();
  EXPECT_FALSE(change(pool, InviteServer{server_called(two, "two")}));
  EXPECT_FALSE(change(pool, FoundPool{{pool_id, {}, {}}, server_called(two, "two")}));
  pool = founded();
  EXPECT_TRUE(pool.servers.front().votes);
  EXPECT_EQ(pool.servers.front().names, (std::vector<std::string>{"one"}));
  EXPECT_FALSE(change(pool, FoundPool{{fixed_gfid(98), {}, {}}, server_called(one, "one")}));
  EXPECT_FALSE(DissolvePool{}.check(pair()));
  EXPECT_TRUE(change(pool, DissolvePool{}));
  EXPECT_EQ(pool, alone());
}

TEST(Peers, AServerIsInvitedThenAdmitted) {
  Pool pool = founded();
  ASSERT_TRUE(change(pool, InviteServer{server_called(two, "two")}));
  EXPECT_TRUE(pool.server(two)->invited);
  // Interrupted and repeated: the former certificate counts no more.
  Server again = server_called(two, "two");
  again.certificate = fixed_gfid(77);
  ASSERT_TRUE(change(pool, InviteServer{again}));
  EXPECT_EQ(pool.servers.size(), 2u);
  EXPECT_EQ(pool.trust.revoked, (std::vector<Gfid>{fixed_gfid(52)}));
  ASSERT_TRUE(change(pool, AdmitServer{two}));
  EXPECT_FALSE(pool.server(two)->invited);
  const Result<Done> known = change(pool, InviteServer{server_called(two, "two")});
  EXPECT_EQ(known.error().number(), EEXIST);
  EXPECT_EQ(known.error().sentence(), "Host two port 24007 already in peer list");
  EXPECT_FALSE(change(pool, AdmitServer{three}));
}

TEST(Peers, WhatDoesNotFitIsRefused) {
  const Pool pool = pair();
  const auto refused = [&pool](const Server& server) { return InviteServer{server}.check(pool).error().sentence(); };
  EXPECT_EQ(refused(server_called(three, "two")), "two is a name of the peer " + two.text() + " already");
  Server server = server_called(three, "three");
  server.address = "10.0.0.1";
  EXPECT_EQ(refused(server), "10.0.0.1 is a name of the peer " + one.text() + " already");
  EXPECT_EQ(refused(server_called(three, "th ree")), "th ree is an invalid address");
  server = server_called(three, "three");
  server.newest_op_version = 90000;
  EXPECT_EQ(refused(server), "Peer three does not support required op-version");
  server = server_called(three, "three");
  server.public_key.clear();
  EXPECT_EQ(refused(server), "three does not say who it is");
}

TEST(Peers, AServerLearnsFurtherNames) {
  Pool pool = pair();
  EXPECT_TRUE(change(pool, NameServer{two, "two.example.org"}));
  EXPECT_TRUE(change(pool, NameServer{two, "two.example.org"}));
  EXPECT_EQ(pool.server(two)->names, (std::vector<std::string>{"two", "two.example.org"}));
  EXPECT_EQ(pool.server_called("two.example.org"), pool.server(two));
  EXPECT_EQ(pool.server_called("10.0.0.2"), pool.server(two));
  EXPECT_EQ(pool.server_called(""), nullptr);
  EXPECT_FALSE(change(pool, NameServer{one, "two"}));
  EXPECT_FALSE(change(pool, NameServer{three, "three"}));
  EXPECT_FALSE(change(pool, NameServer{two, "-x"}));
  for (std::size_t count = 2; count < most_names; ++count) {
    EXPECT_TRUE(change(pool, NameServer{two, "name" + std::to_string(count)}));
  }
  EXPECT_EQ(change(pool, NameServer{two, "onemore"}).error().number(), ENOSPC);
}

TEST(Peers, AServerGetsAnotherAddress) {
  Pool pool = pair();
  EXPECT_TRUE(change(pool, MoveServer{two, "10.0.0.22"}));
  EXPECT_EQ(pool.server_called("10.0.0.22"), pool.server(two));
  EXPECT_EQ(pool.server_called("10.0.0.2"), nullptr);
  EXPECT_FALSE(change(pool, MoveServer{two, "10.0.0.1"})) << "it is another server's";
  EXPECT_FALSE(change(pool, MoveServer{two, ""}));
  EXPECT_EQ(change(pool, MoveServer{three, "10.0.0.3"}).error().number(), ENOENT);
}

TEST(Peers, AServerLeavesUnlessItHasBricks) {
  Pool pool = pair();
  Volume volume;
  volume.name = "v";
  volume.bricks.push_back(Brick{"two", "/brick", two});
  pool.volumes.push_back(volume);
  EXPECT_EQ(change(pool, DetachServer{"two", two}).error().number(), ENOTEMPTY);
  pool.volumes.clear();
  EXPECT_EQ(change(pool, DetachServer{"four", fixed_gfid(4)}).error().sentence(), "four is not part of cluster");
  EXPECT_TRUE(change(pool, DetachServer{"two", two}));
  EXPECT_EQ(pool.server(two), nullptr);
  EXPECT_EQ(pool.trust.revoked, (std::vector<Gfid>{fixed_gfid(52)}));
  EXPECT_FALSE(change(pool, DetachServer{"one", one}));
}

TEST(Peers, TheDocumentKeepsThem) {
  Pool pool = pair();
  pool.servers.back().last_change = fixed_gfid(7);
  pool.servers.back().invited = true;
  pool.servers.back().newest_op_version = 110000;
  pool.trust.revoked = {three};
  const Result<Pool> read = parse_pool(format_pool(pool));
  ASSERT_TRUE(read) << read.error().sentence();
  EXPECT_EQ(*read, pool);
  EXPECT_EQ(*parse_pool(format_pool(alone())), alone());
  EXPECT_EQ(format_pool(alone()).find("key"), std::string::npos);
}

}  // namespace
}  // namespace mortar
