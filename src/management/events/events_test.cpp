#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "management/commands.h"
#include "management/events/texts.h"
#include "management/management_test_support.h"
#include "pool/add_webhook.h"
#include "pool/set_event_setting.h"

namespace mortar {
namespace {

using namespace testing;
using ::testing::ElementsAre;

const Gfid here = *Gfid::parse("01020304-0506-0708-090a-0b0c0d0e0f10");

TEST(EventTexts, WhatIsSent) {
  const Occurrence set =
      events::VolumeSet::with(std::string("vol"), std::vector{std::pair<std::string, std::string>{"a.b", "1"}});
  EXPECT_EQ(event_text(here, 1700000000, set),
            R"({"event":"VOLUME_SET","message":{"name":"vol","options":[["a.b","1"]]},)"
            R"("nodeid":"01020304-0506-0708-090a-0b0c0d0e0f10","ts":1700000000})");
  EXPECT_EQ(event_text(here, 1, events::VolumeStart::with("\xff\"", true)),
            R"({"event":"VOLUME_START","message":{"force":true,"name":")"
            "\xef\xbf\xbd"
            R"(\""},"nodeid":"01020304-0506-0708-090a-0b0c0d0e0f10","ts":1})");
}

TEST(EventTexts, WhoSendsIt) {
  const std::int64_t now = 1700000040;
  EXPECT_EQ(authorization({"http://h"}, "VOLUME_START", 1700000000, now), "");
  EXPECT_EQ(authorization({"http://h", "abc"}, "VOLUME_START", 1700000000, now), "Bearer abc");
  EXPECT_EQ(authorization({"http://h", "abc", "key"}, "VOLUME_START", 1700000000, now),
            "Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
            "eyJleHAiOjE3MDAwMDAxMDAsImlhdCI6MTcwMDAwMDAwMCwiaXNzIjoiZ2x1c3RlciIsInN1YiI6IlZPTFVNRV9TVEFSVCJ9."
            "nYHDDdfewd0nYKwIGBH2FYi-x25uVH4kB2mz4nVqlEQ");
}

TEST(EventTexts, FilesOfStock) {
  Pool pool;
  EXPECT_TRUE(read_webhooks(R"({"http://a/": {"token": "t", "secret": null}, "http://b/": "old"})", pool).empty());
  ASSERT_EQ(pool.webhooks.size(), 2U);
  EXPECT_EQ(pool.webhooks[0], (Webhook{"http://a/", "t", ""}));
  EXPECT_EQ(pool.webhooks[1], (Webhook{"http://b/", "old", ""}));
  EXPECT_EQ(webhooks_text(pool), R"({"http://a/":{"token":"t","secret":""},"http://b/":{"token":"old","secret":""}})");
  EXPECT_TRUE(read_event_settings(R"({"disable-events-log": true, "port": 24009, "log-level": "INFO"})", pool).empty());
  EXPECT_EQ(event_settings_text(pool), R"({"port":24009,"disable-events-log":true})");
  Pool other;
  EXPECT_THAT(read_webhooks(R"({"ftp://a/": {}, "http://c/": {}})", other), ElementsAre("ftp://a/"));
  EXPECT_THAT(read_event_settings(R"({"colour": [1]})", other), ElementsAre("colour"));
  for (const char* broken : {"", "{", "[]", "null", "\"\""}) {
    EXPECT_FALSE(read_webhooks(broken, other).empty()) << broken;
    EXPECT_FALSE(read_event_settings(broken, other).empty()) << broken;
  }
}

TEST(EventTexts, EveryEventIsDescribed) {
  std::ifstream file(MORTAR_SOURCE_DIR "/docs/events.md");
  std::stringstream page;
  page << file.rdbuf();
  for_each_message(
      [&page]<class Kind>() {
        std::string row = fmt::format("| `{}` | ", Kind::name);
        for (std::string_view field : Kind::fields)
          row += fmt::format("{}`{}`", field == Kind::fields[0] ? "" : ", ", field);
        EXPECT_TRUE(page.str().contains(row + " |")) << row;
      },
      events::All{});
}

// Remembers what it shall deliver; refuses what is tried out.
class Remembering : public Delivery {
 public:
  void deliver(Posting posting) override { postings.push_back(std::move(posting)); }
  Task<> try_out(Posting) override { co_return failed(EIO, "404"); }

  std::vector<std::string> names() {
    std::vector<std::string> names;
    for (const Posting& posting : postings) names.push_back(posting.event);
    postings.clear();
    return names;
  }

  std::vector<Posting> postings;
};

struct Told {
  explicit Told(std::uint64_t seed) : machine(seed), daemon(machine.host) {
    daemon.management().announcer().deliver_by(delivery);
    const Result<Done> started = daemon.start();
    check(started.has_value(), "the daemon starts");
  }

  Result<Dictionary> ask(Task<Dictionary> (*command)(Management&, Dictionary),
                         std::vector<std::pair<std::string, std::string>> words) {
    Dictionary request;
    for (const auto& [key, value] : words) request.set_text(key, value);
    return machine.simulation.run(command(daemon.management(), std::move(request)));
  }

  Machine machine;
  Remembering delivery;
  Daemon daemon;
};

TEST(Announcer, TellsOfCommandsAndBricks) {
  Told told(1);
  ASSERT_TRUE(
      told.ask(commands::create_volume, {{"volname", "before"}, {"bricks", "server:/data/before"}, {"force", "1"}}));
  EXPECT_TRUE(told.delivery.postings.empty()) << "there is no webhook yet";
  ASSERT_TRUE(told.ask(commands::add_webhook, {{"url", "http://h/"}, {"secret", "s"}}));
  ASSERT_TRUE(told.ask(commands::create_volume, {{"volname", "vol"}, {"bricks", " server:/data/vol"}, {"force", "1"}}));
  ASSERT_EQ(told.delivery.postings.size(), 1U);
  const Posting& posting = told.delivery.postings.front();
  EXPECT_EQ(posting.webhook, (Webhook{"http://h/", "", "s"}));
  EXPECT_TRUE(posting.body.contains(R"("message":{"bricks":"server:/data/vol","name":"vol"})")) << posting.body;
  EXPECT_THAT(told.delivery.names(), ElementsAre("VOLUME_CREATE"));
  EXPECT_FALSE(told.ask(commands::stop_volume, {{"volname", "vol"}}));
  EXPECT_THAT(told.delivery.names(), ElementsAre()) << "nothing happened";
  ASSERT_TRUE(told.ask(commands::start_volume, {{"volname", "vol"}}));
  EXPECT_THAT(told.delivery.names(), ElementsAre("BRICK_CONNECTED", "VOLUME_START"));
  ASSERT_TRUE(told.ask(commands::set_volume, {{"volname", "vol"}, {"key1", "user.x"}, {"value1", "y"}}));
  ASSERT_TRUE(told.ask(commands::reset_volume, {{"volname", "vol"}}));
  EXPECT_THAT(told.delivery.names(), ElementsAre("VOLUME_SET", "VOLUME_RESET"));
  const int pid = brick_of(told.daemon, "vol")->pid;
  ASSERT_TRUE(told.daemon.world().processes().signal(pid, 9));
  told.machine.simulation.run_for(std::chrono::seconds(3));
  EXPECT_THAT(told.delivery.names(), ElementsAre("BRICK_DISCONNECTED", "BRICK_CONNECTED"));
  ASSERT_TRUE(told.ask(commands::stop_volume, {{"volname", "vol"}}));
  ASSERT_TRUE(told.ask(commands::delete_volume, {{"volname", "vol"}}));
  EXPECT_THAT(told.delivery.names(), ElementsAre("VOLUME_STOP", "VOLUME_DELETE"));
}

TEST(Announcer, WritesDownAndRenders) {
  Told told(2);
  ASSERT_TRUE(told.ask(commands::add_webhook, {{"url", "http://h/"}, {"token", "t"}}));
  FileSystem& files = told.daemon.world().files();
  const std::string webhooks = "/var/lib/glusterd/events/webhooks.json";
  // Rendering follows the document.
  told.machine.simulation.run_for(std::chrono::seconds(1));
  EXPECT_EQ(files.read_file(webhooks).value_or(""), R"({"http://h/":{"token":"t","secret":""}})");
  EXPECT_EQ(files.status(FileSystem::no_directory, webhooks)->mode & 0777, 0600U);
  told.daemon.management().announcer().raise(events::PeerAttach::with("one"));
  ASSERT_TRUE(told.ask(commands::set_event_setting, {{"name", "disable-events-log"}, {"value", "true"}}));
  told.daemon.management().announcer().raise(events::PeerAttach::with("two"));
  const std::string log = files.read_file("/var/log/glusterfs/events.log").value_or("");
  EXPECT_TRUE(log.contains(R"("message":{"host":"one"})")) << log;
  EXPECT_FALSE(log.contains("two")) << log;
}

TEST(Announcer, ATestSaysWhatIsWrong) {
  Told told(3);
  const Result<Dictionary> tested = told.ask(commands::test_webhook, {{"url", "http://h/"}});
  ASSERT_TRUE(tested);
  EXPECT_EQ(tested->text("server1.hostname"), "localhost");
  EXPECT_EQ(tested->text("server1.error"), "404");
  EXPECT_FALSE(told.ask(commands::test_webhook, {{"url", "nowhere"}}));
}

}  // namespace
}  // namespace mortar
