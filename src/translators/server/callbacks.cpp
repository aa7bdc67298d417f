// What rises from the bricks, on its way to the client it is meant for.
#include "wire/messages/callbacks.h"
#include "translators/server/server.h"

namespace mortar {

namespace {

OldIatt shown(Iatt iatt, const Session& session) {
  iatt.gfid = session.outer_gfid(iatt.gfid);
  return OldIatt::from(iatt);
}

CacheInvalidation message_for(const notice::CacheInvalidation& notice, const Session& session) {
  CacheInvalidation message;
  message.gfid = session.outer_gfid(notice.gfid).text();
  message.flags = notice.flags;
  message.expire = notice.expires_after;
  message.iatt = shown(notice.iatt, session);
  message.parent = shown(notice.parent, session);
  message.old_parent = shown(notice.old_parent, session);
  message.xdata.dictionary = notice.xattrs;
  return message;
}

InodelkContention message_for(const notice::InodelkContention& notice, const Session& session) {
  Flock range = notice.held;  // whose it is stands beside it
  range.pid = 0;
  range.owner.clear();
  return {session.outer_gfid(notice.gfid), range, notice.pid, notice.domain, {}};
}

EntrylkContention message_for(const notice::EntrylkContention& notice, const Session& session) {
  return {session.outer_gfid(notice.gfid), notice.type, notice.pid, notice.name, notice.domain, {}};
}

RecallLease message_for(const notice::RecallLease& notice, const Session& session) {
  return {session.outer_gfid(notice.gfid), notice.type, notice.id, {}};
}

}  // namespace

void ProtocolServer::notified(const Notice& notice, Translator& child) {
  std::visit(
      [&](const auto& said) {
        using Said = std::remove_cvref_t<decltype(said)>;
        if constexpr (std::is_same_v<Said, notice::ChildUp> || std::is_same_v<Said, notice::ChildDown>) {
          constexpr bool up = std::is_same_v<Said, notice::ChildUp>;
          up_[&child] = up;
          for_each_client([&](Session& session) {
            if (session.brick() != &child) return;
            if constexpr (up) {
              session.connection()->notify(ChildUp{});
            } else {
              session.connection()->notify(ChildDown{});
            }
          });
        } else if constexpr (std::is_same_v<Said, notice::Happened>) {
          tell(said.event);
        } else if constexpr (!std::is_same_v<Said, notice::ChildRefused>) {
          const auto session = clients_.find(said.client);
          if (session == clients_.end()) return;
          session->second->connection()->notify(message_for(said, *session->second));
        }
      },
      notice);
  raise(notice);
}

}  // namespace mortar
