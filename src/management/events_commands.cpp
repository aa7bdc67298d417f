// What gluster-eventsapi asks: webhooks and settings of events, which are the pool's, and how its servers do with them.
#include <fmt/format.h>

#include <algorithm>

#include "management/commands.h"
#include "pool/add_webhook.h"
#include "pool/change_webhook.h"
#include "pool/event_settings.h"
#include "pool/remove_webhook.h"
#include "pool/reset_event_settings.h"
#include "pool/set_event_setting.h"

namespace mortar::commands {

namespace {

// A webhook that hangs is given up earlier.
constexpr Duration servers_limit = std::chrono::seconds(20);
// Until a server that answers has learned of a change.
constexpr Duration change_limit = std::chrono::seconds(10);

// The sentence goes into a table.
Dictionary told(Management& management, const Result<Done>& outcome) {
  Dictionary answer;
  answer.set_text("uuid", management.server().text());
  if (!outcome) answer.set_text("error", outcome.error().sentence());
  return answer;
}

// Other servers first, as in the list of the pool.
std::vector<const Server*> in_order(const Management& management) {
  std::vector<const Server*> servers;
  for (const Server& server : management.pool().servers) {
    if (!server.invited && server.id != management.server()) servers.push_back(&server);
  }
  if (const Server* own = management.pool().server(management.server())) servers.push_back(own);
  return servers;
}

void describe_servers(const Management& management, const Gathered& gathered, Dictionary& reply) {
  std::int64_t count = 0;
  for (const Server* server : in_order(management)) {
    const std::string prefix = fmt::format("server{}.", ++count);
    const auto answer = std::ranges::find_if(
        gathered.answers, [server](const Dictionary& said) { return said.text("uuid") == server->id.text(); });
    reply.set_text(prefix + "hostname",
                   server->id == management.server() ? std::string("localhost") : server->names.front());
    if (answer == gathered.answers.end()) continue;
    set_number(reply, prefix + "up", 1);
    if (const auto error = answer->text("error")) reply.set_text(prefix + "error", *error);
  }
  set_number(reply, "count", count);
}

// How far the servers are with what is known here.
Task<> describe_spread(Management& management, Dictionary& reply) {
  Dictionary question;
  question.set_text("version", fmt::to_string(management.membership().configuration().version()));
  const Gathered gathered =
      co_await tried(management.ask_servers(std::string(subject::events), std::move(question), servers_limit));
  describe_servers(management, gathered, reply);
  co_return done;
}

template <Edit Change>
Task<Dictionary> change(Management& management, Change edit) {
  co_await tried(management.change_events(std::move(edit)));
  Dictionary reply;
  co_await tried(describe_spread(management, reply));
  co_return std::move(reply);
}

Result<Webhook> webhook_in(const Dictionary& request) {
  Result<std::string> url = required(request, "url");
  if (!url) return std::unexpected(url.error());
  return Webhook{std::move(*url), std::string(request.text("token").value_or("")),
                 std::string(request.text("secret").value_or(""))};
}

}  // namespace

Task<Dictionary> own_events(Management& management, Dictionary question) {
  const auto version = static_cast<std::uint64_t>(question.number("version").value_or(0));
  Configuration& configuration = management.membership().configuration();
  const Result<Done> reached = co_await configuration.reach(version, change_limit);
  co_return told(management, reached);
}

Task<Dictionary> test_own_webhook(Management& management, Dictionary question) {
  const Webhook webhook = co_await tried(webhook_in(question));
  const Result<Done> taken = co_await management.announcer().try_out(webhook);
  co_return told(management, taken);
}

Task<Dictionary> events_status(Management& management, Dictionary) {
  const Pool& pool = management.pool();
  Dictionary reply;
  std::int64_t webhooks = 0;
  for (const Webhook& webhook : pool.webhooks) reply.set_text(fmt::format("webhook{}", ++webhooks), webhook.url);
  set_number(reply, "webhooks", webhooks);
  for (const EventSetting& setting : event_settings()) {
    if (const auto value = pool.event_settings.find(setting.name)) reply.set_text(setting.name, *value);
  }
  co_await tried(describe_spread(management, reply));
  co_return std::move(reply);
}

Task<Dictionary> add_webhook(Management& management, Dictionary request) {
  Webhook webhook = co_await tried(webhook_in(request));
  Dictionary reply = co_await tried(change(management, AddWebhook{std::move(webhook)}));
  co_return std::move(reply);
}

Task<Dictionary> change_webhook(Management& management, Dictionary request) {
  Webhook webhook = co_await tried(webhook_in(request));
  Dictionary reply = co_await tried(change(management, ChangeWebhook{std::move(webhook)}));
  co_return std::move(reply);
}

Task<Dictionary> remove_webhook(Management& management, Dictionary request) {
  std::string url = co_await tried(required(request, "url"));
  Dictionary reply = co_await tried(change(management, RemoveWebhook{std::move(url)}));
  co_return std::move(reply);
}

Task<Dictionary> test_webhook(Management& management, Dictionary request) {
  const Webhook webhook = co_await tried(webhook_in(request));
  co_await tried(check_webhook(webhook));
  const Gathered gathered =
      co_await tried(management.ask_servers(std::string(subject::webhook_test), std::move(request), servers_limit));
  Dictionary reply;
  describe_servers(management, gathered, reply);
  co_return std::move(reply);
}

Task<Dictionary> set_event_setting(Management& management, Dictionary request) {
  SetEventSetting edit;
  edit.name = co_await tried(required(request, "name"));
  edit.value = co_await tried(required(request, "value"));
  Dictionary reply = co_await tried(change(management, std::move(edit)));
  co_return std::move(reply);
}

Task<Dictionary> reset_event_settings(Management& management, Dictionary request) {
  std::string name = co_await tried(required(request, "name"));
  Dictionary reply = co_await tried(change(management, ResetEventSettings{std::move(name)}));
  co_return std::move(reply);
}

}  // namespace mortar::commands
