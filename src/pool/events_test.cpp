#include <gtest/gtest.h>

#include "pool/add_webhook.h"
#include "pool/change_webhook.h"
#include "pool/document.h"
#include "pool/event_settings.h"
#include "pool/remove_webhook.h"
#include "pool/reset_event_settings.h"
#include "pool/set_event_setting.h"

namespace mortar {
namespace {

template <Edit Change>
std::string refusal(const Change& edit, const Pool& pool) {
  Result<Done> checked = edit.check(pool);
  return checked ? "" : checked.error().sentence();
}

template <Edit Change>
int number_of_refusal(const Change& edit, const Pool& pool) {
  Result<Done> checked = edit.check(pool);
  return checked ? 0 : checked.error().number();
}

constexpr const char* url = "http://10.0.0.9:9000/listen";

Pool pool_with_webhook() {
  Pool pool;
  AddWebhook{{url, "token", ""}}.apply(pool);
  return pool;
}

TEST(Webhooks, LifeOfOne) {
  Pool pool = pool_with_webhook();
  EXPECT_EQ(refusal(AddWebhook{{url}}, pool), "Webhook already exists");
  EXPECT_EQ(refusal(ChangeWebhook{{"http://other"}}, pool), "Webhook does not exists");
  EXPECT_EQ(refusal(RemoveWebhook{"http://other"}, pool), "Webhook does not exists");
  const ChangeWebhook change{{url, "", "secret"}};
  ASSERT_EQ(refusal(change, pool), "");
  change.apply(pool);
  EXPECT_EQ(pool.webhooks.front(), (Webhook{url, "token", "secret"})) << "what is not given stays";
  RemoveWebhook{url}.apply(pool);
  EXPECT_TRUE(pool.webhooks.empty());
}

TEST(Webhooks, OnlyAddressesThatCanBeReached) {
  const Pool pool;
  for (const char* good : {url, "https://host/", "http://[::1]:80/x?y=z", "http://h", "https://user:word@host/x"}) {
    EXPECT_EQ(refusal(AddWebhook{{good}}, pool), "") << good;
  }
  for (const char* bad : {"", "host", "ftp://host/", "http://", "http:///x", "http://:80/", "file:///etc/passwd",
                          "http://h/\r\nHost: other", "http://h/a b"}) {
    EXPECT_EQ(number_of_refusal(AddWebhook{{bad}}, pool), EINVAL) << bad;
  }
  EXPECT_EQ(number_of_refusal(AddWebhook{{url, "a\r\nCookie: b"}}, pool), EINVAL) << "would forge a header";
  EXPECT_EQ(number_of_refusal(AddWebhook{{std::string("http://h/") + std::string(2048, 'x')}}, pool), E2BIG);
}

TEST(Webhooks, ThereIsAnEndToThem) {
  Pool pool;
  int added = 0;
  for (; added < 1000; ++added) {
    const AddWebhook edit{{"http://host/" + std::to_string(added)}};
    if (refusal(edit, pool) != "") break;
    edit.apply(pool);
  }
  EXPECT_EQ(added, 64);
}

TEST(EventSettings, WordsAndValues) {
  Pool pool;
  EXPECT_EQ(refusal(SetEventSetting{"colour", "red"}, pool), "Invalid Config item");
  EXPECT_EQ(refusal(SetEventSetting{"log-level", "INFO"}, pool), "Config value not changed. Same config");
  EXPECT_EQ(refusal(SetEventSetting{"port", "0"}, pool), "port is a number from 1 to 65535, not '0'");
  EXPECT_EQ(number_of_refusal(SetEventSetting{"log-level", "LOUD"}, pool), EINVAL);
  EXPECT_EQ(number_of_refusal(SetEventSetting{"disable-events-log", "maybe"}, pool), EINVAL);
  const auto set = [&pool](const char* name, const char* value) {
    const SetEventSetting edit{name, value};
    EXPECT_EQ(refusal(edit, pool), "") << name;
    edit.apply(pool);
  };
  EXPECT_TRUE(are_events_logged(pool));
  set("log-level", "warning");
  EXPECT_FALSE(are_events_logged(pool));
  set("log-level", "debug");
  EXPECT_TRUE(are_events_logged(pool));
  set("disable-events-log", "on");
  EXPECT_FALSE(are_events_logged(pool));
  EXPECT_EQ(pool.event_settings.find("disable-events-log"), "true");
  EXPECT_EQ(refusal(ResetEventSettings{"port"}, pool), "Config value not reset. Already set to default value");
  ResetEventSettings{"log-level"}.apply(pool);
  EXPECT_EQ(pool.event_settings.size(), 1U);
  ResetEventSettings{"all"}.apply(pool);
  EXPECT_EQ(refusal(ResetEventSettings{"all"}, pool), "Config value not reset. Already set to default value");
  EXPECT_EQ(refusal(ResetEventSettings{"colour"}, pool), "Invalid Config item");
}

TEST(Document, KeepsWebhooksAndSettings) {
  Pool pool = pool_with_webhook();
  pool.webhooks.push_back({"https://other/", "", "line\nand \\ more"});
  pool.event_settings.set("log-level", "ERROR");
  Result<Pool> read = parse_pool(format_pool(pool));
  ASSERT_TRUE(read) << read.error().sentence();
  EXPECT_EQ(*read, pool);
  EXPECT_FALSE(parse_pool("mortar pool 1\nwebhook-token of nobody\n"));
  EXPECT_FALSE(parse_pool("mortar pool 1\nwebhook http://h\nwebhook-colour red\n"));
}

}  // namespace
}  // namespace mortar
