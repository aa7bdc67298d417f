#include "management/peers/remote_register.h"

#include <algorithm>

namespace mortar {

using namespace std::chrono_literals;

namespace {

constexpr Duration connect_limit = 3s;
// A voter asks its own member for 10 s.
constexpr Duration answer_limit = 15s;
// It answers within a minute.
constexpr Duration watch_limit = 75s;

template <class Reply>
Error error_of(const Reply& reply) {
  return Error(reply.op_errno, reply.op_errstr);
}

}  // namespace

struct RemoteRegister::Line {
  explicit Line(std::unique_ptr<Stream> stream) : connection(std::move(stream)) { running.start(connection.run()); }
  RpcConnection connection;
  TaskSet running;
};

RemoteRegister::RemoteRegister(World& world, Connect connect) : world_(world), connect_(std::move(connect)) {}

RemoteRegister::~RemoteRegister() = default;

Task<std::shared_ptr<RemoteRegister::Line>> RemoteRegister::line() {
  if (line_ != nullptr && !line_->connection.closed()) co_return line_;
  for (std::size_t tries = voters_.size(); tries > 0; --tries) {
    const Address voter = voters_[next_ % voters_.size()];
    Result<std::unique_ptr<Stream>> stream = co_await with_deadline(world_, connect_limit, connect_(voter));
    if (stream) {
      line_ = std::make_shared<Line>(std::move(*stream));
      co_return line_;
    }
    ++next_;
    if (voters_.empty()) break;
  }
  co_return failed(ENOTCONN, "none of the servers that keep the configuration is reached");
}

void RemoteRegister::give_up(const std::shared_ptr<Line>& line) {
  if (line_ != line) return;
  line_.reset();
  ++next_;
}

template <class Request>
Task<typename Request::Reply> RemoteRegister::ask(std::shared_ptr<Line> line, Request request, Duration limit) {
  Task<typename Request::Reply> asking = line->connection.call(request);
  Result<typename Request::Reply> reply = co_await with_deadline(world_, limit, std::move(asking));
  if (reply) co_return reply;
  give_up(line);
  // It was asked, and may have done it.
  co_return failed(ETIMEDOUT, "a server that keeps the configuration does not answer");
}

template <class Request>
Task<typename Request::Reply> RemoteRegister::ask_any(Request request, Duration limit, bool repeatable) {
  Error last(ENOTCONN, "none of the servers that keep the configuration is reached");
  for (std::size_t tries = std::max<std::size_t>(voters_.size(), 1); tries > 0; --tries) {
    const std::shared_ptr<Line> voter = co_await tried(line());
    Result<typename Request::Reply> reply = co_await ask(voter, request, limit);
    if (reply && reply->op_ret == 0) co_return reply;
    last = reply ? error_of(*reply) : reply.error();
    const bool undone = reply && last.number() == ENOTCONN;
    if (undone) give_up(voter);
    if (!undone && !(repeatable && last.number() == ETIMEDOUT)) break;
    if (repeatable) give_up(voter);
  }
  co_return last;
}

Task<Document> RemoteRegister::read() {
  DocumentReply reply = co_await tried(ask_any(ReadDocument{}, answer_limit, true));
  co_return Document{reply.version, std::move(reply.text)};
}

Task<std::uint64_t> RemoteRegister::swap(std::uint64_t expected, std::string text) {
  SwapDocument request{.expected = expected, .text = std::move(text)};
  const DocumentReply reply = co_await tried(ask_any(std::move(request), answer_limit, false));
  co_return reply.version;
}

Task<Document> RemoteRegister::watch(std::uint64_t after) {
  for (;;) {
    DocumentReply reply = co_await tried(ask_any(WatchDocument{.after = after}, watch_limit, true));
    if (reply.version > after) co_return Document{reply.version, std::move(reply.text)};
  }
}

Task<std::vector<GroupMember>> RemoteRegister::voters() {
  const ListVoters::Reply reply = co_await tried(ask_any(ListVoters{}, answer_limit, true));
  std::vector<GroupMember> members;
  for (const ListVoters::Voter& voter : reply.voters.elements) {
    members.push_back({.id = voter.id, .name = voter.name, .urls = {voter.url}, .learner = voter.learner != 0});
  }
  co_return std::move(members);
}

}  // namespace mortar
