#include "command/glusterd_session.h"

#include <fmt/format.h>

#include "pool/pool.h"
#include "wire/messages/commands.h"
#include "wire/messages/handshake.h"

namespace mortar::command {

namespace {

constexpr std::uint16_t management_port = 24007;
// Bricks may try their file systems before they answer.
// Daemons read what there is to read before they answer.
constexpr std::chrono::seconds long_timeout{600};

std::chrono::seconds timeout_of(std::uint32_t procedure, const Settings& settings) {
  const bool chosen = settings.timeout != Settings{}.timeout;
  const bool is_long = procedure == cli::ProfileVolume::number || procedure == cli::HealVolume::number;
  return is_long && !chosen ? long_timeout : settings.timeout;
}

Answer answer_of(CliReply reply) {
  return {reply.op_ret, reply.op_errno, std::move(reply.op_errstr), std::move(reply.dict.dictionary)};
}

// The procedures that do not have the common shape.
Task<Answer> list_friends(RpcConnection& connection, Dictionary request) {
  cli::ListFriends message;
  message.flags = static_cast<std::int32_t>(request.number("flags").value_or(0));
  message.dict.dictionary = std::move(request);
  cli::ListFriends::Reply reply = co_await tried(connection.call(message));
  co_return Answer{reply.op_ret, reply.op_errno, {}, std::move(reply.friends.dictionary)};
}

Task<Answer> working_directory(RpcConnection& connection) {
  const cli::GetWorkingDirectory message;
  cli::GetWorkingDirectory::Reply reply = co_await tried(connection.call(message));
  Answer answer{reply.op_ret, reply.op_errno, {}, {}};
  answer.values.set_text("wd", reply.path);
  co_return answer;
}

Task<Answer> volfile(RpcConnection& connection, Dictionary request) {
  GetSpec message;
  message.key = request.text("key").value_or("");
  // Who says nothing is taken for a client of the oldest release.
  message.xdata.dictionary.set_text("max-op-version", fmt::to_string(newest_op_version));
  message.xdata.dictionary.set_text("min-op-version", fmt::to_string(oldest_op_version));
  GetSpec::Reply reply = co_await tried(connection.call(message));
  Answer answer{reply.op_ret, reply.op_errno, {}, {}};
  answer.values.set_text("spec", reply.spec);
  co_return answer;
}

Task<Answer> friend_log(RpcConnection& connection, Dictionary request) {
  cli::FriendLog message;
  message.name = request.text("name").value_or("");
  cli::FriendLog::Reply reply = co_await tried(connection.call(message));
  co_return Answer{reply.op_ret, reply.op_errno, std::move(reply.op_errstr), std::move(reply.log.dictionary)};
}

}  // namespace

GlusterdSession::GlusterdSession(World& world, const Settings& settings) : world_(world), settings_(settings) {}

GlusterdSession::~GlusterdSession() { reading_.cancel(); }

Task<> GlusterdSession::read(RpcConnection& connection) {
  co_await connection.run();
  co_return done;
}

Task<> GlusterdSession::connect() {
  const Address address = settings_.remote_host.empty() ? Address::unix_socket(settings_.socket)
                                                        : Address::tcp(settings_.remote_host, management_port);
  StreamOptions options;
  options.ipv6 = settings_.inet6;
  options.source_port_ceiling = address.is_unix() ? 0 : 49151;
  std::unique_ptr<Stream> stream = co_await tried(world_.network().connect(address, options));
  reading_.cancel();
  connection_ = std::make_unique<RpcConnection>(std::move(stream));
  reading_.start(read(*connection_));
  co_return done;
}

Task<Answer> GlusterdSession::exchange(std::uint32_t procedure, Dictionary request) {
  if (connection_ == nullptr || connection_->closed()) {
    co_await tried(connect());
  }
  if (procedure == cli::ListFriends::number) {
    Answer answer = co_await tried(list_friends(*connection_, std::move(request)));
    co_return answer;
  }
  if (procedure == cli::GetWorkingDirectory::number) {
    Answer answer = co_await tried(working_directory(*connection_));
    co_return answer;
  }
  if (procedure == cli::GetVolfile::number) {
    Answer answer = co_await tried(volfile(*connection_, std::move(request)));
    co_return answer;
  }
  if (procedure == cli::FriendLog::number) {
    Answer answer = co_await tried(friend_log(*connection_, std::move(request)));
    co_return answer;
  }
  RpcCall message{programs::command, procedure};
  Encoder arguments;
  encode(arguments, LegacyDictionary{std::move(request)});
  message.arguments = arguments.take();
  Slice result = co_await tried(connection_->call(std::move(message)));
  CliReply reply;
  if (!decode_whole(std::move(result), reply)) co_return Error(EPROTO, "the daemon's answer does not decode");
  co_return answer_of(std::move(reply));
}

Task<Answer> GlusterdSession::call(std::uint32_t procedure, Dictionary request) {
  const std::chrono::seconds limit = timeout_of(procedure, settings_);
  Answer answer = co_await tried(with_deadline(world_, limit, exchange(procedure, std::move(request))));
  co_return answer;
}

}  // namespace mortar::command
