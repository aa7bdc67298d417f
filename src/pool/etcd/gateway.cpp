#include "pool/etcd/gateway.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "pool/etcd/gateway_json.h"
#include "pool/etcd/http_exchange.h"

namespace mortar {

using namespace std::chrono_literals;
using namespace gateway_json;

namespace {

// A member without a majority gives up by itself after 7 s.
constexpr auto answer_limit = 10s;
constexpr auto connect_limit = 2s;
constexpr std::size_t longest_answer = 32 << 20;
constexpr std::size_t longest_notice = 64 << 20;

// Of google.rpc.Code.
enum class Code : std::uint64_t { not_found = 5, exhausted = 8, precondition = 9, unavailable = 14 };

std::unexpected<Error> not_understood() { return failed(EPROTO, "an answer of etcd is not understood"); }

// The member's refusal as an error. What it says may have gone wrong on the way is unknown.
Error refusal(std::string_view body) {
  const Result<Json> answer = parse(body);
  if (!answer) return Error(ETIMEDOUT, "etcd failed");
  const std::string words = text(*answer, "message").value_or("");
  switch (static_cast<Code>(number(*answer, "code").value_or(0))) {
    case Code::not_found: return Error(ENOENT, words);
    case Code::exhausted: return Error(ENOSPC, words);
    case Code::precondition: return Error(words.find("already exist") == std::string::npos ? EBUSY : EEXIST, words);
    case Code::unavailable:
      // For a few seconds after each change of the members; of nothing else.
      if (words.find("unhealthy cluster") != std::string::npos) return Error(EBUSY, words);
      break;
  }
  return Error(ETIMEDOUT, words);
}

Result<GroupMember> read_member(const Json& value) {
  GroupMember member;
  const auto id = number(value, "ID");
  const auto name = text(value, "name");
  const auto learner = flag(value, "isLearner");
  if (!id || !name || !learner) return not_understood();
  member.id = *id;
  member.name = *name;
  member.learner = *learner;
  if (const Json* urls = array(value, "peerURLs")) {
    for (const Json& url : *urls) {
      if (!url.is_string()) return not_understood();
      member.urls.push_back(url.get<std::string>());
    }
  }
  return member;
}

Result<std::uint64_t> revision_of(const Json& answer) {
  const Json* header = object(answer, "header");
  const auto revision = header != nullptr ? number(*header, "revision") : std::nullopt;
  if (!revision) return not_understood();
  return *revision;
}

Result<EtcdValue> read_value(std::string_view body) {
  const Result<Json> answer = parse(body);
  if (!answer) return std::unexpected(answer.error());
  const Json* found = array(*answer, "kvs");
  if (found == nullptr || found->empty()) return EtcdValue{};
  const auto revision = number(found->front(), "mod_revision");
  const auto encoded = text(found->front(), "value");
  auto value = encoded ? from_base64(*encoded) : std::nullopt;
  if (!revision || *revision == 0 || !value) return not_understood();
  return EtcdValue{*revision, std::move(*value)};
}

Result<std::uint64_t> read_put(std::string_view body) {
  const Result<Json> answer = parse(body);
  if (!answer) return std::unexpected(answer.error());
  const auto succeeded = flag(*answer, "succeeded");
  if (!succeeded) return not_understood();
  if (!*succeeded) return failed(EAGAIN, "somebody else was first");
  return revision_of(*answer);
}

// Whether a line of a watch tells of a change.
Result<bool> read_notice(std::string_view line) {
  const Result<Json> notice = parse(line);
  if (!notice) return std::unexpected(notice.error());
  const Json* result = object(*notice, "result");
  if (result == nullptr) return failed(ECONNRESET, "etcd ended a watch");
  const auto canceled = flag(*result, "canceled");
  // History that is asked for may be compacted away: then there was a change.
  if (!canceled || (*canceled && number(*result, "compact_revision").value_or(0) == 0)) {
    return failed(ECONNRESET, "etcd ended a watch");
  }
  return *canceled || array(*result, "events") != nullptr;
}

}  // namespace

Task<std::string> EtcdGateway::exchange(std::unique_ptr<Stream> stream, std::string path, std::string request) {
  HttpExchange exchange(std::move(stream), longest_answer);
  co_await tried(exchange.post(std::move(path), std::move(request)));
  co_await tried(exchange.read_whole());
  if (exchange.status() != 200) co_return refusal(exchange.body());
  co_return exchange.body();
}

Task<std::string> EtcdGateway::call(std::string path, std::string request) {
  Task<std::unique_ptr<Stream>> connecting = world_.network().connect(address_, StreamOptions{});
  Result<std::unique_ptr<Stream>> stream = co_await with_deadline(world_, connect_limit, std::move(connecting));
  if (!stream) co_return failed(ENOTCONN, fmt::format("etcd cannot be reached: {}", stream.error().sentence()));
  Task<std::string> asking = exchange(std::move(*stream), std::move(path), std::move(request));
  Result<std::string> answer = co_await with_deadline(world_, answer_limit, std::move(asking));
  if (answer) co_return answer;
  switch (answer.error().number()) {
    case ENOENT:
    case ENOSPC:
    case EBUSY:
    case EEXIST:
    case EFBIG:
    case EPROTO: co_return answer;
  }
  co_return failed(ETIMEDOUT, fmt::format("no answer of etcd: {}", answer.error().sentence()));
}

Task<EtcdValue> EtcdGateway::get(std::string key, From from) {
  std::string request = fmt::format(R"({{"key":"{}","serializable":{}}})", base64(key), from == From::member);
  const std::string body = co_await tried(call("/v3/kv/range", std::move(request)));
  co_return read_value(body);
}

Task<std::uint64_t> EtcdGateway::put(std::string key, std::uint64_t revision, std::string value) {
  const std::string name = base64(key);
  std::string request =
      fmt::format(R"({{"compare":[{{"key":"{}","target":"MOD","result":"EQUAL","mod_revision":"{}"}}],)"
                  R"("success":[{{"request_put":{{"key":"{}","value":"{}"}}}}]}})",
                  name, revision, name, base64(value));
  const Result<std::string> body = co_await call("/v3/kv/txn", std::move(request));
  if (!body && body.error().number() == EPROTO) co_return failed(ETIMEDOUT, body.error().sentence());
  if (!body) co_return body.error();
  Result<std::uint64_t> put = read_put(*body);
  // It was answered, but not so that one could know how.
  if (!put && put.error().number() == EPROTO) co_return failed(ETIMEDOUT, put.error().sentence());
  co_return put;
}

Task<> EtcdGateway::changed(std::string key, std::uint64_t after) {
  std::unique_ptr<Stream> stream = co_await tried(world_.network().connect(address_, StreamOptions{}));
  HttpExchange exchange(std::move(stream), longest_notice);
  std::string request =
      fmt::format(R"({{"create_request":{{"key":"{}","start_revision":"{}"}}}})", base64(key), after + 1);
  co_await tried(exchange.post("/v3/watch", std::move(request)));
  for (;;) {
    const std::string line = exchange.take_line();
    if (!line.empty()) {
      Result<bool> notice = read_notice(line);
      const bool is_change = co_await tried(std::move(notice));
      if (is_change) co_return done;
      continue;
    }
    const bool more = co_await tried(exchange.read_more());
    if (!more) co_return failed(ECONNRESET, "etcd ended a watch");
  }
}

Task<std::vector<GroupMember>> EtcdGateway::members() {
  const std::string body = co_await tried(call("/v3/cluster/member/list", "{}"));
  const Json answer = co_await tried(parse(body));
  const Json* listed = array(answer, "members");
  if (listed == nullptr) co_return not_understood();
  std::vector<GroupMember> members;
  for (const Json& value : *listed) {
    GroupMember member = co_await tried(read_member(value));
    members.push_back(std::move(member));
  }
  co_return std::move(members);
}

Task<std::uint64_t> EtcdGateway::add_learner(std::string peer_url) {
  std::string request = fmt::format(R"({{"peerURLs":["{}"],"isLearner":true}})", peer_url);
  const std::string body = co_await tried(call("/v3/cluster/member/add", std::move(request)));
  const Json answer = co_await tried(parse(body));
  const Json* added = object(answer, "member");
  const auto id = added != nullptr ? number(*added, "ID") : std::nullopt;
  if (!id) co_return not_understood();
  co_return *id;
}

Task<> EtcdGateway::promote(std::uint64_t id) {
  co_await tried(call("/v3/cluster/member/promote", fmt::format(R"({{"ID":"{}"}})", id)));
  co_return done;
}

Task<> EtcdGateway::remove(std::uint64_t id) {
  co_await tried(call("/v3/cluster/member/remove", fmt::format(R"({{"ID":"{}"}})", id)));
  co_return done;
}

Task<> EtcdGateway::relocate(std::uint64_t id, std::string peer_url) {
  const Json urls = Json::array({peer_url});
  co_await tried(call("/v3/cluster/member/update", fmt::format(R"({{"ID":"{}","peerURLs":{}}})", id, urls.dump())));
  co_return done;
}

Task<EtcdStatus> EtcdGateway::status() {
  const std::string body = co_await tried(call("/v3/maintenance/status", "{}"));
  const Json answer = co_await tried(parse(body));
  const Json* header = object(answer, "header");
  const auto id = header != nullptr ? number(*header, "member_id") : std::nullopt;
  const auto leader = number(answer, "leader");
  const auto size = number(answer, "dbSize");
  const auto applied = number(answer, "raftAppliedIndex");
  const auto learner = flag(answer, "isLearner");
  if (!id || !leader || !size || !applied || !learner) co_return not_understood();
  EtcdStatus status{*id, *leader, *size, *applied, *learner, {}};
  if (const Json* errors = array(answer, "errors")) {
    for (const Json& error : *errors) {
      if (error.is_string()) status.errors.push_back(error.get<std::string>());
    }
  }
  co_return std::move(status);
}

}  // namespace mortar
