// Where everything of a server stands: the store, the run directory and the logs, named as scripts expect them.
#pragma once

#include <string>
#include <string_view>

#include "management/settings.h"
#include "pool/pool.h"

namespace mortar {

class Places {
 public:
  explicit Places(const Settings& settings) : settings_(settings) {}

  // What counts for the pool (see pool/home.h); the keys and the voter have folders of their own in it.
  std::string register_folder() const { return settings_.working_directory + "/mortar"; }
  std::string taken_bricks() const { return register_folder() + "/taken"; }
  std::string keys_folder() const { return register_folder() + "/keys"; }
  std::string voter_folder() const { return register_folder() + "/etcd"; }
  std::string voter_log() const { return settings_.log_directory + "/etcd.log"; }
  std::string server_info() const { return settings_.working_directory + "/glusterd.info"; }
  std::string upgrade_info() const { return settings_.working_directory + "/glusterd.upgrade"; }
  std::string pool_options() const { return settings_.working_directory + "/options"; }
  std::string volumes() const { return settings_.working_directory + "/vols"; }
  std::string peers() const { return settings_.working_directory + "/peers"; }
  std::string peer(const Gfid& server) const { return peers() + "/" + server.text(); }
  std::string volume(std::string_view name) const;
  std::string brick_info(const Volume& volume, const Brick& brick) const;
  std::string option_group(std::string_view name) const;
  std::string hooks(std::string_view event, std::string_view moment) const;
  std::string events() const { return settings_.working_directory + "/events"; }
  std::string webhooks() const { return events() + "/webhooks.json"; }
  std::string event_settings() const { return events() + "/config.json"; }
  std::string events_log() const { return settings_.log_directory + "/events.log"; }
  std::string command_history() const { return settings_.log_directory + "/cmd_history.log"; }

  std::string brick_pid_file(const Volume& volume, const Brick& brick) const;
  // Stays the same for a brick as long as it belongs to its volume.
  std::string brick_socket(const Volume& volume, const Brick& brick) const;
  std::string brick_log(const Brick& brick) const;

  std::string rebalance_pid_file(const Volume& volume, const Gfid& server) const;
  std::string rebalance_socket(const Volume& volume) const;
  std::string rebalance_log(const Volume& volume) const;

  std::string healer_pid_file(const Volume& volume) const;
  std::string healer_socket(const Volume& volume, const Gfid& server) const;
  // Of all healers.
  std::string healer_log() const { return settings_.log_directory + "/glustershd.log"; }

  // For the client that tells copies of a new one.
  // Of a client that does one thing and ends (client_run.h), by its name.
  std::string client_run_volfile(const Volume& volume, std::string_view name) const;
  std::string client_run_log(const Volume& volume, std::string_view name) const;

  const Settings& settings() const { return settings_; }

 private:
  Settings settings_;
};

// VOLUME.HOST.path-with-dashes: by this name a brick asks for its volfile.
std::string brick_volfile_id(const Volume& volume, const Brick& brick);

}  // namespace mortar
