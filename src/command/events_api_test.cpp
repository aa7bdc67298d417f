#include "command/events_api.h"

#include "command/command_test_support.h"
#include "command/framed_table.h"
#include "wire/messages/commands.h"

namespace mortar::command {
namespace {

class EventsApiTest : public testing::CommandTest {
 protected:
  int run(std::vector<std::string> words) {
    int status = -1;
    console = {};
    TaskSet set;
    set.start([](EventsApiTest& test, std::vector<std::string> line, int& out) -> Task<> {
      const Result<int> ended = co_await run_events_api(test.console, test.session, std::move(line));
      out = *ended;
      co_return done;
    }(*this, std::move(words), status));
    run_ready();
    return status;
  }

  static Answer spread(bool second_answers = true) {
    Answer answer;
    answer.values.set_text("count", "2");
    answer.values.set_text("server1.hostname", "server2");
    if (second_answers) answer.values.set_text("server1.up", "1");
    answer.values.set_text("server2.hostname", "localhost");
    answer.values.set_text("server2.up", "1");
    return answer;
  }
};

TEST(FramedTable, SpacesAreWhereStockHasThem) {
  const std::string wanted =
      "+--------------------+---------+\n"
      "|        NAME        |  VALUE  |\n"
      "+--------------------+---------+\n"
      "|     log-level      | WARNING |\n"
      "|        port        |  55555  |\n"
      "| disable-events-log |  False  |\n"
      "+--------------------+---------+\n";
  EXPECT_EQ(framed_table({{"NAME"}, {"VALUE"}},
                         {{"log-level", "WARNING"}, {"port", "55555"}, {"disable-events-log", "False"}}),
            wanted);
}

TEST_F(EventsApiTest, Status) {
  session.answers = {spread()};
  session.answers.front().values.set_text("webhooks", "0");
  EXPECT_EQ(run({"status"}), 0);
  EXPECT_EQ(console.said,
            "Webhooks: None\n"
            "\n"
            "+-----------+-------------+-----------------------+\n"
            "|    NODE   | NODE STATUS | GLUSTEREVENTSD STATUS |\n"
            "+-----------+-------------+-----------------------+\n"
            "|  server2  |          UP |                    OK |\n"
            "| localhost |          UP |                    OK |\n"
            "+-----------+-------------+-----------------------+\n");
  session.answers = {spread(false)};
  session.answers.front().values.set_text("webhooks", "1");
  session.answers.front().values.set_text("webhook1", "http://h/\"x");
  EXPECT_EQ(run({"status", "--json"}), 0);
  EXPECT_EQ(console.said,
            "{\"output\": {\"webhooks\": [\"http://h/\\\"x\"], \"data\": [{\"node\": \"server2\", \"node_status\": "
            "\"DOWN\", \"glustereventsd_status\": \"NOT OK\", \"error\": \"N/A\"}, {\"node\": \"localhost\", "
            "\"node_status\": \"UP\", \"glustereventsd_status\": \"OK\", \"error\": \"\"}]}, \"error\": \"\"}\n");
}

TEST_F(EventsApiTest, AddingAWebhook) {
  session.answers = {spread()};
  EXPECT_EQ(run({"webhook-add", "http://h/", "--bearer_token", "T", "--secret=S"}), 0);
  ASSERT_EQ(session.requests.size(), 1U);
  const auto& [procedure, request] = session.requests.front();
  EXPECT_EQ(procedure, cli::AddWebhook::number);
  EXPECT_EQ(request.text("url"), "http://h/");
  EXPECT_EQ(request.text("token"), "T");
  EXPECT_EQ(request.text("secret"), "S");
  EXPECT_EQ(request.text("cmd-str"), "eventsapi webhook-add http://h/") << "secrets are not written down";
  EXPECT_TRUE(console.said.contains("| localhost |          UP |          OK |")) << console.said;
  session.answers = {spread(false)};
  EXPECT_EQ(run({"webhook-add", "http://h/2"}), 4);
  EXPECT_TRUE(console.said.contains("|  server2  |        DOWN | NOT OK: N/A |")) << console.said;
}

TEST_F(EventsApiTest, RefusalsHaveNumbersAndWords) {
  const std::tuple<int, std::vector<std::string>, int> samples[] = {
      {EEXIST, {"webhook-add", "http://h"}, 5},
      {ENOENT, {"webhook-del", "http://h"}, 6},
      {EALREADY, {"config-set", "log-level", "INFO"}, 2},
      {EINVAL, {"config-set", "log-level", "LOUD"}, 1},
  };
  for (const auto& [number, words, status] : samples) {
    session.answers = {Answer{-1, number, "the reason", {}}};
    EXPECT_EQ(run(words), status) << words.front();
    EXPECT_EQ(console.complained, "the reason\n");
  }
  session.answers = {Answer{-1, EEXIST, "the reason", {}}};
  EXPECT_EQ(run({"webhook-add", "http://h", "--json"}), 5);
  EXPECT_EQ(console.said, "{\"output\": \"\", \"error\": \"the reason\"}\n");
  EXPECT_EQ(run({"config-get", "--name", "colour"}), 7);
  EXPECT_EQ(console.complained, "Invalid Config item\n");
  EXPECT_EQ(run({"status"}), 1) << "no daemon answers";
  EXPECT_TRUE(console.complained.contains("Please check if gluster daemon is operational"));
}

TEST_F(EventsApiTest, Settings) {
  session.answers = {spread()};
  session.answers.front().values.set_text("disable-events-log", "true");
  EXPECT_EQ(run({"config-get", "--json"}), 0);
  EXPECT_EQ(
      console.said,
      "{\"output\": {\"log-level\": \"INFO\", \"port\": 55555, \"disable-events-log\": true}, \"error\": \"\"}\n");
  session.answers = {spread()};
  EXPECT_EQ(run({"config-get", "--name", "port"}), 0);
  EXPECT_EQ(console.said, "+------+-------+\n| NAME | VALUE |\n+------+-------+\n| port | 55555 |\n+------+-------+\n");
}

TEST_F(EventsApiTest, WrongWordsAreExplained) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{{"webhook-add"},
                                                                                     {"webhook-add", "a", "b"},
                                                                                     {"webhook-add", "a", "--colour"},
                                                                                     {"webhook-add", "a", "--secret"},
                                                                                     {"config-set", "port"},
                                                                                     {"webhooks"}}) {
    EXPECT_EQ(run(words), 2);
    EXPECT_TRUE(console.complained.starts_with("usage: gluster-eventsapi ")) << console.complained;
  }
  EXPECT_EQ(run({"webhook-add"}), 2);
  EXPECT_EQ(console.complained,
            "usage: gluster-eventsapi webhook-add [-h] [--bearer_token BEARER_TOKEN] [--secret SECRET] [--json] url\n"
            "gluster-eventsapi webhook-add: error: the following arguments are required: url\n");
  EXPECT_EQ(run({"--help"}), 0);
  EXPECT_TRUE(console.said.starts_with("usage: gluster-eventsapi [-h]\n                         {reload,status,"));
}

}  // namespace
}  // namespace mortar::command
