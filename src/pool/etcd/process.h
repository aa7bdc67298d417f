// The etcd member of a server as a process: started, found again, kept running, ended.
//
// Clients reach it by a socket in its folder, which only root may enter; other members by one port, with certificates
// of the pool's authority on both sides. It outlives its glusterd, as bricks do.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/event.h"
#include "base/task_set.h"
#include "pool/etcd/gateway.h"
#include "pool/voter.h"
#include "runtime/world.h"

namespace mortar {

struct EtcdSettings {
  std::string program = "etcd";
  std::string folder;        // of its own, absolute
  std::string log_file;      // its warnings and errors
  std::string name;          // unique in the pool
  std::string pool;          // id of the pool; the name that all its certificates bear
  std::string host;          // address or name at which other members reach it; one with data needs none
  std::string bind_address;  // empty: all
  std::uint16_t port = 24008;
  // PEM files, absolute paths.
  std::string certificate;
  std::string key;
  std::string authority;
  std::string revoked;
};

// https://HOST:PORT; an IPv6 address gets its brackets.
std::string peer_url(const std::string& host, std::uint16_t port);

class EtcdProcess {
 public:
  EtcdProcess(World& world, EtcdSettings settings);

  // What becomes known only later, before it is started.
  void be_named(std::string name) { settings_.name = std::move(name); }
  void belong_to(std::string pool) { settings_.pool = std::move(pool); }
  void be_reached_at(std::string host) { settings_.host = std::move(host); }

  Address address() const { return Address::unix_socket(settings_.folder + "/client.sock:0"); }
  std::string url() const { return url_of(settings_.host.empty() ? "localhost" : settings_.host); }
  // Of the member at another host.
  std::string url_of(const std::string& host) const { return peer_url(host, settings_.port); }

  // Whether it was ever started: then it goes on with what it has, whatever start() is told.
  bool has_data() const;
  // Starts it, or takes over the one that runs; from then on it is brought back whenever it ends, with pauses that grow
  // from one second to a minute. `others` are the members that have added this one; none: it is the first of a pool.
  Result<Done> start(std::vector<GroupMember> others);
  std::optional<VoterTrouble> trouble() const;
  // Waits until it answers; a member that others must let in answers only when they did. The error's sentence has the
  // member's last words.
  Task<> answering(std::chrono::seconds limit);
  // It is brought back no more, and ends: SIGTERM, then SIGKILL. Also one that another glusterd left.
  Task<> stop();
  // Removes its data. Only of one that does not run and is no member any more: it would vote twice.
  Result<Done> wipe();

 private:
  std::string data_folder() const { return settings_.folder + "/data"; }
  std::string pid_file() const { return settings_.folder + "/pid"; }
  Command command() const;
  // By its pid file; 0: it does not run.
  int find() const;
  // Takes over the one that runs, or starts one.
  Result<Done> bring_up();
  Task<> keep_running();
  Task<bool> is_gone(int pid);
  void ended_because(std::string reason);
  std::string last_words() const;

  World& world_;
  EtcdSettings settings_;
  std::vector<GroupMember> others_;
  // It was told to be the first of a pool, and is not known to have begun. Once it has, it must never begin anew: that
  // would be another pool of the same name.
  bool founds_ = false;
  int pid_ = 0;  // of the one that is kept running; 0: none runs
  Instant started_;
  std::uint64_t log_before_ = 0;  // the length of its log when it was started
  int ends_ = 0;                  // one soon after the other
  std::string reason_;            // of the last
  TaskSet keeping_;
};

}  // namespace mortar
