#include "command/events_api.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "command/events_words.h"
#include "command/framed_table.h"
#include "command/json_text.h"
#include "pool/event_settings.h"
#include "wire/messages/commands.h"

namespace mortar::command {

namespace {

constexpr int misused = 2;

// Of stock's program.
namespace exit_status {
constexpr int failure = 1, same_setting = 2, no_server = 3, some_servers = 4, webhook_exists = 5, no_webhook = 6,
              no_setting = 7;
}  // namespace exit_status

int status_of(int number) {
  switch (number) {
    case EEXIST: return exit_status::webhook_exists;
    case ENOENT: return exit_status::no_webhook;
    case EALREADY: return exit_status::same_setting;
    default: return exit_status::failure;
  }
}

struct Row {
  std::string host;
  bool up = false;
  std::string error;

  bool good() const { return up && error.empty(); }
};

std::vector<Row> rows_of(const Dictionary& values) {
  std::vector<Row> rows;
  const std::int64_t count = values.number("count").value_or(0);
  for (std::int64_t place = 1; place <= count; ++place) {
    const std::string prefix = fmt::format("server{}.", place);
    Row row;
    row.host = values.text(prefix + "hostname").value_or("");
    row.up = values.has(prefix + "up");
    row.error = values.text(prefix + "error").value_or(row.up ? "" : "N/A");
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string table_of(const std::vector<Row>& rows, const std::string& what) {
  std::vector<std::vector<std::string>> cells;
  for (const Row& row : rows) {
    cells.push_back({row.host, row.up ? "UP" : "DOWN", row.good() ? "OK" : "NOT OK: " + row.error});
  }
  return framed_table({{"NODE"}, {"NODE STATUS", Alignment::right}, {what + " STATUS", Alignment::right}}, cells);
}

Json json_of(const std::vector<Row>& rows, const std::string& what) {
  Json list = Json::array();
  for (const Row& row : rows) {
    list.push_back({{"node", row.host},
                    {"node_status", row.up ? "UP" : "DOWN"},
                    {what, row.good() ? "OK" : "NOT OK"},
                    {"error", row.error}});
  }
  return list;
}

int status_of(const std::vector<Row>& rows) {
  const auto good = std::ranges::count_if(rows, &Row::good);
  if (good == 0) return exit_status::no_server;
  return good == std::ssize(rows) ? 0 : exit_status::some_servers;
}

class EventsApi {
 public:
  EventsApi(Console& console, Session& session, const EventsWords& words)
      : console_(console), session_(session), words_(words) {}

  Task<int> run();

 private:
  int fail(std::string_view sentence, int status);
  void print_json(Json output);
  Task<Answer> ask(std::uint32_t procedure);
  int show_servers(const Answer& answer, const std::string& column, const std::string& key);
  int show_status(const Answer& answer);
  int show_settings(const Answer& answer);

  Console& console_;
  Session& session_;
  const EventsWords& words_;
};

int EventsApi::fail(std::string_view sentence, int status) {
  if (words_.json) {
    console_.out(json_text({{"output", ""}, {"error", sentence}}));
  } else {
    console_.error(sentence);
  }
  return status;
}

void EventsApi::print_json(Json output) { console_.out(json_text({{"output", std::move(output)}, {"error", ""}})); }

// Secrets are no part of the text that the daemon writes into its history.
Task<Answer> EventsApi::ask(std::uint32_t procedure) {
  Dictionary request;
  std::string line = fmt::format("eventsapi {}", words_.command);
  for (const char* key : {"url", "name", "value"}) {
    if (!words_.values.contains(key)) continue;
    request.set_text(key, words_.value(key));
    line += " " + words_.value(key);
  }
  request.set_text("token", words_.value("bearer_token"));
  request.set_text("secret", words_.value("secret"));
  request.set_text("cmd-str", line);
  Result<Answer> answer = co_await session_.call(procedure, std::move(request));
  if (answer) co_return std::move(*answer);
  co_return Answer{.op_ret = -1,
                   .op_errno = answer.error().number(),
                   .op_errstr = answer.error().number() == ETIMEDOUT
                                    ? "The daemon glusterd did not answer in time"
                                    : "Connection failed. Please check if gluster daemon is operational.",
                   .values = {}};
}

int EventsApi::show_servers(const Answer& answer, const std::string& column, const std::string& key) {
  const std::vector<Row> rows = rows_of(answer.values);
  if (words_.json) {
    print_json(json_of(rows, key));
  } else {
    console_.out_part(table_of(rows, column));
  }
  return status_of(rows);
}

int EventsApi::show_status(const Answer& answer) {
  std::vector<std::string> webhooks;
  const std::int64_t count = answer.values.number("webhooks").value_or(0);
  for (std::int64_t place = 1; place <= count; ++place) {
    webhooks.emplace_back(answer.values.text(fmt::format("webhook{}", place)).value_or(""));
  }
  const std::vector<Row> rows = rows_of(answer.values);
  if (words_.json) {
    print_json({{"webhooks", webhooks}, {"data", json_of(rows, "glustereventsd_status")}});
    return 0;
  }
  console_.out(webhooks.empty() ? "Webhooks: None" : "Webhooks: ");
  for (const std::string& webhook : webhooks) console_.out(webhook);
  console_.out("");
  console_.out_part(table_of(rows, "GLUSTEREVENTSD"));
  return 0;
}

int EventsApi::show_settings(const Answer& answer) {
  const std::string only = words_.value("name");
  Json output = Json::object();
  std::vector<std::vector<std::string>> rows;
  for (const EventSetting& setting : event_settings()) {
    if (!only.empty() && only != setting.name) continue;
    const std::string name(setting.name);
    if (only.empty() && setting.is_ours && !answer.values.has(name)) continue;
    const std::string value(answer.values.text(name).value_or(setting.otherwise));
    const bool on = value == "true";
    switch (setting.kind) {
      case EventSetting::Kind::level: output[name] = value; break;
      case EventSetting::Kind::number: output[name] = std::atoi(value.c_str()); break;
      case EventSetting::Kind::flag: output[name] = on; break;
    }
    rows.push_back({name, setting.kind != EventSetting::Kind::flag ? value : on ? "True" : "False"});
  }
  if (words_.json) {
    print_json(std::move(output));
  } else {
    console_.out_part(framed_table({{"NAME"}, {"VALUE"}}, rows));
  }
  return 0;
}

Task<int> EventsApi::run() {
  static constexpr std::pair<std::string_view, std::uint32_t> procedures[] = {
      {"webhook-add", cli::AddWebhook::number},     {"webhook-mod", cli::ChangeWebhook::number},
      {"webhook-del", cli::RemoveWebhook::number},  {"webhook-test", cli::TestWebhook::number},
      {"config-set", cli::SetEventSetting::number}, {"config-reset", cli::ResetEventSettings::number},
      {"config-get", cli::EventsStatus::number},    {"status", cli::EventsStatus::number},
      {"reload", cli::EventsStatus::number},        {"sync", cli::EventsStatus::number}};
  if (words_.values.contains("name")) {
    const std::string name = words_.value("name");
    const bool is_all = words_.command == "config-reset" && name == "all";
    const Result<const EventSetting*> setting = existing_event_setting(name);
    if (!setting && !is_all) co_return fail(setting.error().sentence(), exit_status::no_setting);
  }
  const auto procedure =
      std::ranges::find(procedures, words_.command, &std::pair<std::string_view, std::uint32_t>::first);
  const Answer answer = co_await tried(ask(procedure->second));
  if (answer.op_ret != 0) co_return fail(answer.op_errstr, status_of(answer.op_errno));
  if (words_.command == "status") co_return show_status(answer);
  if (words_.command == "config-get") co_return show_settings(answer);
  if (words_.command == "webhook-test") co_return show_servers(answer, "WEBHOOK", "webhook_status");
  if (words_.command == "reload") {
    show_servers(answer, "RELOAD", "reload_status");
    co_return 0;
  }
  const int status = show_servers(answer, "SYNC", "sync_status");
  if (status != 0 && !words_.json) {
    console_.error("note: servers that do not answer follow by themselves when they come back");
  }
  co_return status;
}

}  // namespace

Task<int> run_events_api(Console& console, Session& session, std::vector<std::string> words) {
  const EventsWords read = read_events_words(words);
  if (!read.help.empty()) {
    console.out_part(read.help);
    co_return 0;
  }
  if (!read.error.empty()) {
    console.error(read.error);
    co_return misused;
  }
  EventsApi api(console, session, read);
  const int status = co_await tried(api.run());
  co_return status;
}

}  // namespace mortar::command
