// What the tests against real etcd share: keys of a pool, and servers at addresses of the loopback with one port.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "pool/etcd/etcd_register.h"
#include "pool/etcd/process.h"
#include "pool/key_store.h"
#include "runtime/real_world_test_support.h"

namespace mortar {

class EtcdPoolTest : public testing::Test {
 protected:
  static constexpr std::chrono::seconds start_limit{60};

  void SetUp() override {
    if (::access("/usr/bin/etcd", X_OK) != 0) GTEST_SKIP() << "etcd is not installed";
    Result<std::unique_ptr<RealWorld>> made = RealWorld::make({});
    ASSERT_TRUE(made);
    world_ = std::move(*made);
    pool_ = world_->random_gfid();
    Result<Authority> authority = make_authority(pool_, seed());
    ASSERT_TRUE(authority);
    authority_ = std::move(*authority);
    // Of this process alone, so that tests may run beside each other.
    port_ = static_cast<std::uint16_t>(20000 + world_->random_number() % 10000);
  }

  KeySeed seed() {
    KeySeed bytes;
    world_->random(bytes);
    return bytes;
  }

  template <class T>
  Result<T> run(Task<T> task) {
    return run_in(*world_, std::move(task));
  }

  // Of one more server, with its keys.
  EtcdSettings make_settings(const std::string& name, const Authority& authority) {
    const std::string host = "127.0.0." + std::to_string(++servers_);
    const std::string folder = folder_ / std::to_string(servers_);
    KeyStore keys(*world_, folder + "/keys");
    const Result<std::string> public_key = keys.public_key();
    EXPECT_TRUE(public_key);
    const Result<std::string> certificate =
        issue_certificate(authority, {pool_, world_->random_gfid(), {host}}, *public_key, world_->random_gfid());
    EXPECT_TRUE(certificate);
    EXPECT_TRUE(keys.keep_certificate(*certificate, authority.certificate));
    EXPECT_TRUE(keys.keep_revoked(Trust{pool_, authority, {}}));
    return EtcdSettings{.folder = folder,
                        .log_file = folder + "/log",
                        .name = name + std::to_string(servers_),
                        .pool = pool_.text(),
                        .host = host,
                        .bind_address = host,
                        .port = port_,
                        .certificate = keys.certificate_file(),
                        .key = keys.key_file(),
                        .authority = keys.authority_file(),
                        .revoked = keys.revoked_file()};
  }

  TemporaryFolder folder_;
  std::unique_ptr<RealWorld> world_;
  Gfid pool_;
  Authority authority_;
  std::uint16_t port_ = 0;
  int servers_ = 0;
};

}  // namespace mortar
