// What the brick tells unasked, on its way up the graph.
#include "translators/client/remote.h"

namespace mortar {

void Remote::add_callbacks() {
  const auto on = [this]<class Message>(auto make_notice) {
    callbacks_.on_raw(Message::number, [this, make_notice](RpcConnection&, IncomingCall call) {
      Message message;
      if (decode_front(call.arguments(), message)) {
        listener_(make_notice(message));
      } else {
        log::warning(section_.name, "a {} of the brick cannot be read", Message::name_of_operation);
      }
    });
  };
  on.template operator()<CacheInvalidation>([](const CacheInvalidation& message) -> Notice {
    notice::CacheInvalidation notice;
    notice.gfid = Gfid::parse(message.gfid).value_or(null_gfid);
    notice.flags = message.flags;
    notice.expires_after = message.expire;
    notice.iatt = message.iatt.iatt();
    notice.parent = message.parent.iatt();
    notice.old_parent = message.old_parent.iatt();
    notice.xattrs = message.xdata.dictionary;
    return notice;
  });
  on.template operator()<RecallLease>([](const RecallLease& message) -> Notice {
    return notice::RecallLease{0, message.gfid, message.type, message.id};
  });
  on.template operator()<InodelkContention>([](const InodelkContention& message) -> Notice {
    return notice::InodelkContention{0, message.gfid, message.flock, message.pid, message.domain};
  });
  on.template operator()<EntrylkContention>([](const EntrylkContention& message) -> Notice {
    return notice::EntrylkContention{0, message.gfid, message.type, message.pid, message.name, message.domain};
  });
  callbacks_.on_raw(ChildUp::number, [this](RpcConnection&, IncomingCall) { brick_changed(true); });
  callbacks_.on_raw(ChildDown::number, [this](RpcConnection&, IncomingCall) { brick_changed(false); });
  incoming_.add(callbacks_);
}

namespace {

// Those that a mount or its kernel keeps, or whose change shows in the times of the object. Not trusted.*: the marks of
// replication change with every write.
constexpr const char* watched_xattrs[] = {"user.*", "security.*", "system.*"};
constexpr std::uint32_t register_xattrs = 2;

}  // namespace

Task<> Remote::ask_for_notices(Connection connection) {
  fop::Ipc request{.operation = register_xattrs};
  for (const char* name : watched_xattrs) request.xdata.append(name, std::int64_t{0});
  const Result<fop::Ipc::Reply> reply = co_await connection->call(request, Identity{}, credential::glusterfs_3);
  const int number = !reply ? reply.error().number() : reply->op_ret < 0 ? reply->op_errno : 0;
  if (number != 0) log::debug(section_.name, "no notices of extended attributes: {}", Error(number).sentence());
  co_return done;
}

void Remote::notices_were_lost() { listener_(notice::CacheInvalidation{}); }

// The connection stands, but what is behind it came or went.
void Remote::brick_changed(bool is_up) {
  brick_up_ = is_up;
  if (!connection_ || up_ == is_up) return;
  up_ = is_up;
  notices_were_lost();
  listener_(is_up ? Notice(notice::ChildUp{}) : Notice(notice::ChildDown{}));
  tell_how_far();
}

}  // namespace mortar
