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

// The connection stands, but what is behind it came or went.
void Remote::brick_changed(bool is_up) {
  brick_up_ = is_up;
  if (!connection_ || up_ == is_up) return;
  up_ = is_up;
  listener_(is_up ? Notice(notice::ChildUp{}) : Notice(notice::ChildDown{}));
}

}  // namespace mortar
