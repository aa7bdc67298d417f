#include "management/command_service.h"

#include <fmt/format.h>

#include "management/commands.h"
#include "management/history.h"

namespace mortar {

namespace {

// Behind which callers look for the sentence.
constexpr int see_the_sentence = 30800;

Task<cli::ListFriends::Reply> answer_friends(Management& management, cli::ListFriends request) {
  cli::ListFriends::Reply reply;
  reply.friends.dictionary = commands::list_friends(management, request.flags);
  co_return reply;
}

// The log of a machine that this version does not have: nothing happened.
Task<cli::FriendLog::Reply> answer_friend_log(Management& management, cli::FriendLog request) {
  cli::FriendLog::Reply reply;
  const Server* server = management.pool().server_called(request.name);
  if (!request.name.empty() && (server == nullptr || server->id == management.server())) {
    reply.op_ret = -1;
    reply.op_errstr = fmt::format("{} is not a peer", request.name);
    co_return reply;
  }
  reply.log.dictionary.set_text("count", "0");
  co_return reply;
}

Task<cli::GetWorkingDirectory::Reply> answer_working_directory(std::string path) {
  cli::GetWorkingDirectory::Reply reply;
  reply.path = std::move(path);
  co_return reply;
}

// What the history says of a command.
Result<Done> told_by(const Result<Dictionary>& outcome) {
  if (!outcome) return std::unexpected(outcome.error());
  if (outcome->number("op-ret").value_or(0) == 0) return done;
  return failed(EINVAL, std::string(outcome->text("op-errstr").value_or("")));
}

}  // namespace

CommandService::CommandService(Management& management, Access access)
    : management_(management),
      service_(programs::command, access == Access::full ? "GlusterD svc cli" : "GlusterD svc cli read-only") {
  add_queries();
  if (access == Access::full) {
    add_changes();
    refuse_the_rest();
  }
}

Task<CliReply> CommandService::answer(Management& management, Handler handler, Kind kind, const char* name,
                                      Dictionary request) {
  std::string line(request.text("cmd-str").value_or(name));
  Result<Dictionary> outcome = co_await handler(management, request);
  if (kind != Kind::question) {
    write_history(management.world(), management.places(), line, told_by(outcome));
  }
  CliReply reply;
  if (!outcome) {
    reply = failure_reply<CliReply>(outcome.error());
    if (kind == Kind::transaction && reply.op_errno != 0) reply.op_errno = see_the_sentence;
    // The stock command line shows the sentence only where there is a dictionary, which it looks through for names.
    reply.dict.dictionary = std::move(request);
    // And the bricks that told their statistics are counted, though none was asked.
    Dictionary& names = reply.dict.dictionary;
    if (names.has("op") && !names.has("count")) commands::set_number(names, "count", 0);
    co_return reply;
  }
  // A notice that goes with a success, such as "already done", or with a failure that has more to tell.
  reply.op_errstr = outcome->text("op-errstr").value_or("");
  reply.op_errno = static_cast<std::int32_t>(outcome->number("op-errno").value_or(0));
  reply.op_ret = static_cast<std::int32_t>(outcome->number("op-ret").value_or(0));
  for (const char* key : {"op-errstr", "op-errno", "op-ret"}) outcome->erase(key);
  reply.dict.dictionary = std::move(*outcome);
  co_return reply;
}

template <class Command>
void CommandService::add(Handler handler, Kind kind) {
  service_.on<Command>([this, handler, kind](RpcCaller, Command request) {
    return answer(management_, handler, kind, Command::name_of_operation, std::move(request.dict.dictionary));
  });
}

void CommandService::add_queries() {
  service_.on<cli::ListFriends>(
      [this](RpcCaller, cli::ListFriends request) { return answer_friends(management_, std::move(request)); });
  service_.on<cli::GetWorkingDirectory>([this](RpcCaller, cli::GetWorkingDirectory) {
    return answer_working_directory(management_.places().settings().working_directory);
  });
  add<cli::UuidGet>(commands::get_uuid, Kind::question);
  add<cli::GetVolume>(commands::get_volume, Kind::question);
  add<cli::GetNextVolume>(commands::get_volume, Kind::question);
  add<cli::ListVolume>(commands::list_volumes, Kind::question);
  add<cli::GetVolumeOption>(commands::get_option, Kind::question);
  add<cli::StatusVolume>(commands::status_volume, Kind::transaction);
}

void CommandService::add_changes() {
  service_.on<cli::FriendLog>(
      [this](RpcCaller, cli::FriendLog request) { return answer_friend_log(management_, std::move(request)); });
  add<cli::CreateVolume>(commands::create_volume, Kind::transaction);
  add<cli::StartVolume>(commands::start_volume, Kind::transaction);
  add<cli::StopVolume>(commands::stop_volume, Kind::transaction);
  add<cli::DeleteVolume>(commands::delete_volume, Kind::transaction);
  add<cli::AddBrick>(commands::add_bricks, Kind::transaction);
  add<cli::RemoveBrick>(commands::remove_bricks, Kind::transaction);
  add<cli::ReplaceBrick>(commands::replace_brick, Kind::transaction);
  add<cli::ResetBrick>(commands::reset_brick, Kind::transaction);
  add<cli::DefragVolume>(commands::rebalance_volume, Kind::transaction);
  add<cli::SetVolumeOption>(commands::set_volume, Kind::transaction);
  add<cli::ResetVolume>(commands::reset_volume, Kind::transaction);
  add<cli::ProfileVolume>(commands::profile_volume, Kind::transaction);
  add<cli::TopVolume>(commands::profile_volume, Kind::transaction);
  add<cli::HealVolume>(commands::heal_volume, Kind::transaction);
  add<cli::StatedumpVolume>(commands::dump_volume_state, Kind::transaction);
  add<cli::ClearLocks>(commands::clear_locks, Kind::transaction);
  add<cli::GetVolfile>(commands::get_volfile, Kind::question);
  add<cli::BrickPort>(commands::get_brick_port, Kind::question);
  add<cli::GetState>(commands::dump_state, Kind::change);
  add<cli::LogRotate>(commands::rotate_logs, Kind::transaction);
  add<cli::SyncVolume>(commands::sync_volume, Kind::transaction);
  add<cli::Probe>(commands::probe, Kind::change);
  add<cli::Deprobe>(commands::deprobe, Kind::change);
  add<cli::UuidReset>(commands::reset_uuid, Kind::change);
  add<cli::PoolStatus>(commands::pool_status, Kind::question);
  add<cli::PoolRecover>(commands::recover_pool, Kind::change);
  add<cli::EventsStatus>(commands::events_status, Kind::question);
  add<cli::AddWebhook>(commands::add_webhook, Kind::change);
  add<cli::ChangeWebhook>(commands::change_webhook, Kind::change);
  add<cli::RemoveWebhook>(commands::remove_webhook, Kind::change);
  add<cli::TestWebhook>(commands::test_webhook, Kind::question);
  add<cli::SetEventSetting>(commands::set_event_setting, Kind::change);
  add<cli::ResetEventSettings>(commands::reset_event_settings, Kind::change);
}

void CommandService::refuse_the_rest() {
  for_each_message(
      [this]<class Command>() {
        if constexpr (std::is_same_v<typename Command::Reply, CliReply>) {
          if (service_.find(Command::number) != nullptr) return;
          add<Command>(
              [](Management&, Dictionary) {
                return ready<Dictionary>(
                    failed(ENOTSUP, fmt::format("this release does not have the command {} yet; nothing was changed",
                                                Command::name_of_operation)));
              },
              Kind::transaction);
        }
      },
      cli::All{});
}

}  // namespace mortar
