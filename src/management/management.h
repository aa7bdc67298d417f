// A server of the pool: it keeps the document, renders it, and has its bricks run. Commands are changes of the document
// with work before and after; one at a time, in the order they come.
//
//   Management management(world, settings);
//   co_await tried(management.start());     // reads the document, renders it, starts or finds the bricks
//   co_await tried(management.create_volume({...}));
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "management/brick_directory.h"
#include "management/hooks.h"
#include "management/membership.h"
#include "management/places.h"
#include "management/port_map.h"
#include "management/rebalancer.h"
#include "management/store.h"
#include "management/supervisor.h"
#include "pool/add_bricks.h"
#include "pool/create_volume.h"
#include "pool/delete_volume.h"
#include "pool/profile_volume.h"
#include "pool/rebalance_volume.h"
#include "pool/remove_bricks.h"
#include "pool/reset_options.h"
#include "pool/set_options.h"
#include "pool/start_volume.h"
#include "pool/stop_volume.h"

namespace mortar {

class Management {
 public:
  // The voter outlives this.
  Management(World& world, const Settings& settings, Voter& voter);
  Management(const Management&) = delete;
  Management& operator=(const Management&) = delete;

  // Everything but the bricks: after this the server may answer.
  Task<> open();
  // The bricks of started volumes; they ask this server for their volfiles, so it must answer by now.
  Task<> start_bricks();

  // Commands. An error's sentence is the user's.
  Task<> create_volume(CreateVolume edit);
  Task<> start_volume(StartVolume edit);
  Task<> stop_volume(StopVolume edit);
  Task<> delete_volume(DeleteVolume edit);
  Task<> add_bricks(AddBricks edit);
  Task<> remove_bricks(RemoveBricks edit);
  Task<> start_rebalance(StartRebalance edit);
  // How far it was.
  Task<Rebalance> stop_rebalance(StopRebalance edit);
  // How far it is.
  Task<Rebalance> rebalance_of(Volume volume);
  // How it ended on this server.
  Task<> settle_rebalance(std::string volume, RebalancePart part);
  Task<> set_options(SetOptions edit);
  Task<> reset_options(ResetOptions edit);
  Task<> profile_volume(ProfileVolume edit);
  // A new identity for a server that has no volumes.
  Task<> reset_identity();

  const Pool& pool() const { return membership_.pool(); }
  const Gfid& server() const { return server_; }
  World& world() { return world_; }
  const Places& places() const { return places_; }
  PortMap& ports() { return ports_; }
  Supervisor& supervisor() { return *supervisor_; }

  // Whether a brick's host is this server: by name or by address.
  Task<bool> is_own_host(std::string host);
  // An address of this machine.
  bool is_own_address(const std::string& address);
  BrickSite site_of(const Volume& volume, const Brick& brick);

  // Called after every change that clients or bricks must hear of.
  void on_change(std::function<void()> told) { told_ = std::move(told); }
  // A client at one of the addresses, whose process has this number, is to write down its state.
  using ClientDump = std::function<void(const std::vector<std::string>& addresses, std::uint32_t pid)>;
  void on_client_dump(ClientDump wanted) { client_dump_ = std::move(wanted); }
  void tell_client_to_dump(const std::vector<std::string>& addresses, std::uint32_t pid) {
    if (client_dump_) client_dump_(addresses, pid);
  }

 private:
  Task<> render(std::string volume);
  Result<Done> render_now(std::string_view volume);
  Task<> start_bricks_of(Volume volume);
  // Those of the bricks that are on this server become the volume's, on its disks: all of them or none.
  Task<std::vector<BrickDirectory>> take_directories(std::vector<Brick> bricks, Gfid volume, bool force);
  void give_back(const std::vector<BrickDirectory>& directories);
  Task<> start_new_bricks(Volume grown, std::vector<Brick> bricks, std::vector<BrickDirectory> taken);
  // Fills in which server has each.
  Task<> find_servers(std::vector<Brick>& bricks);
  template <Edit Change>
  Task<> change(Change edit) {
    return membership_.configuration().change(std::move(edit));
  }
  Task<> know_own_server();
  // As this server: of what a former identity started nothing is known.
  void supervise();
  // After a start of this daemon.
  Task<> go_on_rebalancing(Volume volume);
  Task<> rebalance_ended(std::string volume, Gfid rebalance);
  void tell();
  HookArguments hook_arguments(std::string_view operation, std::string_view volume) const;

  World& world_;
  const Places places_;
  Store store_;
  PortMap ports_;
  Gfid server_;
  Membership membership_;
  std::unique_ptr<Supervisor> supervisor_;
  std::unique_ptr<Rebalancer> rebalancer_;
  std::function<void()> told_;
  ClientDump client_dump_;
  Mutex commands_;
};

}  // namespace mortar
