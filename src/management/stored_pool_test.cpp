#include "management/stored_pool.h"

#include <gtest/gtest.h>

#include "pool/document.h"
#include "simulation/disk/simulated_file_system.h"

namespace mortar {
namespace {

constexpr const char* own = "01020304-0506-0708-090a-0b0c0d0e0f10";

class StoredPool : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* folder : {"peers", "vols/v/bricks", "events"}) {
      ASSERT_TRUE(files_.make_directories(at(folder)));
    }
    write("glusterd.info", std::string("UUID=") + own + "\noperating-version=100000\n");
    write("vols/v/info", std::string("type=0\ncount=2\nstatus=1\nvolume-id=") + own +
                             "\nnfs.disable=on\nbrick-0=server1:-data-a\nbrick-1=server1:-data-c\n");
    write_brick("a", "brick-id=v-client-0\n");
    write_brick("c", "brick-id=v-client-2\n");
  }

  static std::string at(const std::string& name) { return "/var/lib/glusterd/" + name; }
  void write(const std::string& name, const std::string& text) { ASSERT_TRUE(files_.write_file(at(name), text)); }
  void write_brick(const std::string& name, const std::string& more) {
    write("vols/v/bricks/server1:-data-" + name,
          std::string("uuid=") + own + "\nhostname=server1\npath=/data/" + name + "\n" + more);
  }
  Result<Pool> read() { return read_stored_pool(files_, Places(Settings{}), "server1"); }

  SimulatedFileSystem files_{[] { return Moment{}; }};
};

TEST_F(StoredPool, BricksKeepTheirNumbers) {
  const Result<Pool> pool = read();
  ASSERT_TRUE(pool) << pool.error().sentence();
  ASSERT_EQ(pool->volumes.size(), 1U);
  const Volume& volume = pool->volumes.front();
  EXPECT_EQ(volume.client_of(volume.bricks[0]), "v-client-0");
  EXPECT_EQ(volume.client_of(volume.bricks[1]), "v-client-2") << "one between them was removed";
  write_brick("c", "");
  EXPECT_EQ(read()->volumes.front().bricks[1].number, 1U) << "releases without such numbers";
}

TEST_F(StoredPool, WebhooksComeAlong) {
  write("events/webhooks.json", R"({"http://h/": {"token": "t", "secret": "s"}, "file:///etc/passwd": {}})");
  write("events/config.json", R"({"disable-events-log": true})");
  const Result<Pool> pool = read();
  ASSERT_TRUE(pool) << pool.error().sentence();
  ASSERT_EQ(pool->webhooks.size(), 1U);
  EXPECT_EQ(pool->webhooks.front(), (Webhook{"http://h/", "t", "s"}));
  EXPECT_TRUE(pool->event_settings.is_on("disable-events-log", false));
  write("events/webhooks.json", "{");
  EXPECT_TRUE(read()) << "volumes are not left alone for it";
}

TEST_F(StoredPool, WhatCannotBeWrittenDownIsRefused) {
  write("vols/v/bricks/server1:-data-a", std::string("uuid=") + own + "\nhostname=a b\npath=/data/a\n");
  EXPECT_FALSE(read());
  write_brick("a", "");
  write("options", "=nothing\ncluster.server-quorum-ratio=51\n");
  const Result<Pool> pool = read();
  ASSERT_TRUE(pool);
  EXPECT_TRUE(parse_pool(format_pool(*pool)));
  write("peers/" + std::string(own), std::string("uuid=") + own + "\nstate=3\nhostname1=a b\n");
  EXPECT_FALSE(read());
}

}  // namespace
}  // namespace mortar
