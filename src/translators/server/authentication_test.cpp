#include "translators/server/authentication.h"

#include <gtest/gtest.h>

#include "simulation/simulation.h"
#include "translators/server/ip_address.h"

namespace mortar {
namespace {

class AddressLists : public ::testing::Test {
 protected:
  bool matches(const std::string& list, const std::string& peer, const std::string& subdirectory = "/") {
    Result<bool> result = simulation_.run(address_list_matches(world_, list, subdirectory, peer));
    EXPECT_TRUE(result.has_value());
    return result.value_or(false);
  }

  Simulation simulation_{1};
  SimulatedWorld& world_ = simulation_.add_host("here", "10.0.0.1").start_process();
  Host& other_ = simulation_.add_host("there", "10.0.0.2");
};

TEST_F(AddressLists, KnowAddressesGlobsNetworksAndNames) {
  EXPECT_TRUE(matches("*", "10.1.2.3"));
  EXPECT_TRUE(matches("10.1.*", "10.1.2.3"));
  EXPECT_TRUE(matches("192.168.0.1,10.1.2.3", "10.1.2.3"));
  EXPECT_TRUE(matches("10.0.0.0/8", "10.1.2.3"));
  EXPECT_TRUE(matches("there", "10.0.0.2"));
  EXPECT_TRUE(matches("10.1.2.3", "::ffff:10.1.2.3"));
  EXPECT_FALSE(matches("10.1.*", "10.2.2.3"));
  EXPECT_FALSE(matches("10.0.0.0/16", "10.1.2.3"));
  EXPECT_FALSE(matches("there", "10.0.0.3"));
  EXPECT_FALSE(matches("nowhere", "10.0.0.3"));
  EXPECT_FALSE(matches("", "10.0.0.3"));
}

TEST_F(AddressLists, AnExclamationMarkTurnsOneEntryRound) {
  EXPECT_FALSE(matches("!10.1.*", "10.1.2.3"));
  EXPECT_TRUE(matches("!10.1.*", "10.2.2.3"));
  EXPECT_FALSE(matches("!10.1.*,192.168.*", "10.1.2.3"));
}

TEST_F(AddressLists, SubdirectoriesHaveListsOfTheirOwn) {
  const std::string list = "/(10.0.0.1),/a(10.0.0.2|10.0.0.3),/b(*)";
  EXPECT_TRUE(matches(list, "10.0.0.1"));
  EXPECT_FALSE(matches(list, "10.0.0.2"));
  EXPECT_TRUE(matches(list, "10.0.0.3", "/a"));
  EXPECT_FALSE(matches(list, "10.0.0.1", "/a"));
  EXPECT_TRUE(matches(list, "10.9.9.9", "/b"));
  EXPECT_FALSE(matches(list, "10.9.9.9", "/c"));
}

TEST(IpAddress, IsReadInAllItsForms) {
  EXPECT_EQ(parse_ip("::1"), parse_ip("0:0:0:0:0:0:0:1"));
  EXPECT_EQ(parse_ip("::ffff:1.2.3.4"), parse_ip("1.2.3.4"));
  EXPECT_EQ(parse_ip("fe80::1%eth0"), parse_ip("fe80:0::1"));
  for (const char* wrong :
       {"", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1::2::3", "12345::", "1:2:3:4:5:6:7", "a.b.c.d", "1.2.3.4 "}) {
    EXPECT_FALSE(parse_ip(wrong)) << wrong;
  }
  EXPECT_TRUE(in_network("fe80::/10", *parse_ip("febf::1")));
  EXPECT_FALSE(in_network("fe80::/10", *parse_ip("fec0::1")));
  EXPECT_TRUE(in_network("0.0.0.0/0", *parse_ip("9.9.9.9")));
  EXPECT_FALSE(in_network("0.0.0.0/0", *parse_ip("::1")));
  EXPECT_FALSE(in_network("10.0.0.0/33", *parse_ip("10.0.0.1")));
}

class Votes : public AddressLists {
 protected:
  Votes() {
    section_.name = "vol-server";
    section_.set_option("auth.login./brick.allow", "somebody");
    section_.set_option("auth.login.somebody.password", "secret");
    section_.set_option("auth.addr./brick.allow", "10.*");
    applicant_.brick = "/brick";
    applicant_.address = Address::tcp("10.0.0.2", 50000);
  }
  Admission admission() {
    const Authentication authentication(section_);
    Result<Admission> result = simulation_.run(authentication.admit(world_, applicant_));
    EXPECT_TRUE(result.has_value());
    return result.value_or(Admission{});
  }

  VolumeSection section_;
  Applicant applicant_;
};

TEST_F(Votes, AnAddressIsEnoughButDoesNotMakeTrusted) {
  EXPECT_TRUE(admission().accepted);
  EXPECT_FALSE(admission().trusted);
}

TEST_F(Votes, UserAndPasswordMakeTrusted) {
  applicant_.user = "somebody";
  applicant_.password = "secret";
  applicant_.address.host = "192.168.0.1";
  EXPECT_TRUE(admission().accepted);
  EXPECT_TRUE(admission().trusted);
}

TEST_F(Votes, AWrongPasswordRejectsAndAnUnknownUserDoesNot) {
  applicant_.user = "somebody";
  applicant_.password = "wrong";
  EXPECT_FALSE(admission().accepted);
  applicant_.user = "nobody";
  EXPECT_TRUE(admission().accepted);
  section_.set_option("strict-auth-accept", "on");
  EXPECT_FALSE(admission().accepted);
}

TEST_F(Votes, ARejectedAddressDecides) {
  section_.set_option("auth.addr./brick.reject", "10.0.0.2");
  applicant_.user = "somebody";
  applicant_.password = "secret";
  EXPECT_FALSE(admission().accepted);
}

TEST_F(Votes, NobodySpeaksForAnotherBrick) {
  applicant_.brick = "/other";
  EXPECT_FALSE(admission().accepted);
}

TEST_F(Votes, PortsMayHaveToBePrivileged) {
  section_.set_option("rpc-auth-allow-insecure", "off");
  EXPECT_FALSE(admission().accepted);
  applicant_.address.port = 1000;
  EXPECT_TRUE(admission().accepted);
}

}  // namespace
}  // namespace mortar
