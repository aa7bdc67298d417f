// protocol/server: the top of a brick's graph. It listens, lets clients sign in to one of its subvolumes, and performs
// their operations there.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/event.h"
#include "translator/graph.h"
#include "translators/server/group_cache.h"
#include "translators/server/server_options.h"
#include "translators/server/session.h"
#include "translators/server/shortcuts.h"
#include "wire/events.h"
#include "wire/rpc_listener.h"
#include "wire/rpc_service.h"

namespace mortar {

class ProtocolServer final : public Refuse {
 public:
  // ENOTSUP where the section asks for TLS.
  static Result<std::unique_ptr<Translator>> make(World& world, const VolumeSection& section);
  ProtocolServer(World& world, VolumeSection section, ServerOptions options);
  ~ProtocolServer() override;

  Task<> start() override;
  // Ends all connections and waits until what they held is given back.
  Task<> stop() override;
  void notified(const Notice& notice, Translator& child) override;
  Result<Done> reconfigure(const VolumeSection& section) override;
  void dump_state(std::string& out) const override;

  // Once started.
  std::uint16_t port() const { return listener_ ? listener_->address().port : 0; }
  // The clients of a subvolume, in the order in which they came.
  std::vector<ClientStatistics> clients(std::string_view subvolume) const;
  // The same, to look at what they hold. Not to be kept beyond the turn.
  std::vector<const Session*> sessions(std::string_view subvolume) const;

  // Called with what whoever watches the pool is to hear of.
  void on_event(std::function<void(const Occurrence&)> told) { event_told_ = std::move(told); }

  // ---- for its sessions
  void tell(const Occurrence& event) {
    if (event_told_) event_told_(event);
  }
  World& world() { return world_; }
  const ServerOptions& options() const { return options_; }
  const Authentication& authentication() const { return *authentication_; }
  bool serving() const { return listener_ != nullptr && !stopping_; }
  // Null where no subvolume has that name.
  Translator* brick(std::string_view name) const;
  bool is_up(const Translator& brick) const;
  // Of the volume that the bricks belong to; empty if the volfile does not say.
  const std::string& volume_id() const { return volume_id_; }
  void set_volume_id(std::string id) { volume_id_ = std::move(id); }
  const std::string& process_uuid() const { return process_uuid_; }
  std::uint64_t next_client_number() { return ++last_client_; }
  Task<std::vector<std::uint32_t>> groups_of(std::uint32_t uid) { return groups_.find(uid, options_.gid_timeout); }
  void route(RpcConnection& connection, IncomingCall call) { rpc_.incoming(connection, std::move(call)); }
  void session_signed_in(Session& session) { clients_[session.client().number] = &session; }
  void session_ended(const RpcConnection& connection, std::shared_ptr<Session> session);

 private:
  std::shared_ptr<RpcHandler> accept(RpcConnection& connection);
  template <class Visitor>
  void for_each_listener(Visitor&& visit) {
    if (listener_) visit(*listener_);
    if (shortcuts_.listener() != nullptr) visit(*shortcuts_.listener());
  }
  Session& session_of(const RpcConnection& connection) { return *sessions_.at(&connection); }
  Task<> end_session(std::shared_ptr<Session> session);
  // Ends the connection of a client that would not be admitted any more.
  Task<> check_again(std::shared_ptr<Session> session);
  template <class Visitor>
  void for_each_client(Visitor&& visit) const {
    for (const std::shared_ptr<Session>& session : living_) {
      if (session->signed_in() && session->connection() != nullptr) visit(*session);
    }
  }
  void add_services();
  RpcLimits limits() const;

  World& world_;
  ServerOptions options_;
  std::shared_ptr<const Authentication> authentication_;
  std::string volume_id_;
  std::string process_uuid_;
  GroupCache groups_;
  std::map<const Translator*, bool, std::less<>> up_;
  std::uint64_t last_client_ = 0;
  bool stopping_ = false;
  std::function<void(const Occurrence&)> event_told_;

  TaskSet tasks_;
  RpcService operations_{programs::operations, "GlusterFS 4.x v1"};
  RpcService handshake_{programs::handshake, "GlusterFS Handshake"};
  RpcService sequences_{programs::sequences, "Mortar sequences"};
  RpcService shortcut_{programs::shortcuts, "Mortar shortcuts"};
  RpcServer rpc_{tasks_};
  std::vector<std::shared_ptr<Session>> living_;  // also those that are being given back
  std::unordered_map<const RpcConnection*, Session*> sessions_;
  std::unordered_map<std::uint64_t, Session*> clients_;  // by number, while connected
  Event none_left_;
  Shortcuts shortcuts_;
  std::unique_ptr<RpcListener> listener_;
};

}  // namespace mortar
