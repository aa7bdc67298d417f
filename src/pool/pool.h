// The pool's configuration: one document that every server agrees on. Values only; how it is kept is register.h, how it
// becomes files and processes is src/management. What is known of a server alone (ports, pids) is not part of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/gfid.h"
#include "pool/keys.h"

namespace mortar {

// Releases are major*10000; a pool runs what its least able member can do.
inline constexpr std::uint32_t newest_op_version = 100000;
inline constexpr std::uint32_t oldest_op_version = 1;
inline constexpr std::uint32_t oldest_client_op_version = 1;

// Keys with their values in the order in which they were first set.
class OptionList {
 public:
  using Pair = std::pair<std::string, std::string>;

  std::optional<std::string_view> find(std::string_view key) const;
  void set(std::string_view key, std::string_view value);
  bool erase(std::string_view key);
  // The value as a boolean word; the given answer where the key is absent or its value is none.
  bool is_on(std::string_view key, bool otherwise) const;

  bool empty() const { return pairs_.empty(); }
  std::size_t size() const { return pairs_.size(); }
  auto begin() const { return pairs_.begin(); }
  auto end() const { return pairs_.end(); }
  friend bool operator==(const OptionList&, const OptionList&) = default;

 private:
  std::vector<Pair> pairs_;
};

struct Brick {
  std::string host;  // as the administrator wrote it
  std::string path;  // absolute, no trailing or double slashes
  Gfid server;       // who has it
  // Names its client in volfiles, for as long as it belongs to the volume: link files carry the name.
  std::uint32_t number = 0;
  // It does not run, though its volume does: it is about to be replaced.
  bool away = false;

  // host:path
  std::string text() const { return host + ":" + path; }
  friend bool operator==(const Brick&, const Brick&) = default;
};

// The numbers of the store and of the CLI protocol.
enum class VolumeType : std::int32_t { distribute = 0, replicate = 2, disperse = 4 };
enum class VolumeState : std::int32_t { created = 0, started = 1, stopped = 2 };
enum class Transport : std::int32_t { tcp = 0, rdma = 1, both = 2 };

// A walk through all directories of a volume that gives their names to all its bricks, by a process on each of its
// servers. The numbers are those of the CLI protocol.
enum class RebalanceState : std::int32_t { running = 5, stopped = 6, completed = 7, failed = 8 };

struct RebalancePart {
  Gfid server;
  RebalanceState state = RebalanceState::running;
  // Of one that has ended:
  std::uint64_t failures = 0;
  std::uint64_t seconds = 0;
  friend bool operator==(const RebalancePart&, const RebalancePart&) = default;
};

struct Rebalance {
  Gfid id;
  std::vector<RebalancePart> parts;

  // Of all its parts: the one that asks for most attention.
  RebalanceState state() const;
  friend bool operator==(const Rebalance&, const Rebalance&) = default;
};

struct Volume {
  std::string name;
  Gfid id;
  VolumeType type = VolumeType::distribute;
  VolumeState status = VolumeState::created;
  Transport transport = Transport::tcp;
  std::uint32_t replica_count = 1;
  std::uint32_t arbiter_count = 0;
  std::uint32_t disperse_count = 0;
  std::uint32_t redundancy_count = 0;
  std::vector<Brick> bricks;  // a set's bricks stand together
  OptionList options;
  std::uint32_t version = 1;  // grows with every change of this volume
  // What a client of the pool itself presents to the bricks: random, known to the servers only.
  std::string username;
  std::string password;
  std::uint32_t op_version = oldest_op_version;
  std::uint32_t client_op_version = oldest_client_op_version;  // the least a client must speak
  std::optional<Rebalance> rebalance;                          // the last one, unless it was stopped

  // Bricks of one set: the replicas of a file, or the fragments of one.
  std::uint32_t set_size() const;
  bool is_arbiter(std::size_t brick) const;
  // Its sets keep copies that a process of each of its servers heals.
  bool has_copies() const { return type == VolumeType::replicate; }
  bool is_rebalancing() const { return rebalance && rebalance->state() == RebalanceState::running; }
  // VOLUME-client-NUMBER
  std::string client_of(const Brick& brick) const;
  // Behind those that are there, with numbers of their own.
  void add_bricks(std::vector<Brick> added);
  friend bool operator==(const Volume&, const Volume&) = default;
};

struct Server {
  Gfid id;
  std::vector<std::string> names;  // what it is called, the first is shown
  // Of a pool of several:
  std::string address;  // at which the others reach it
  std::string public_key;
  Gfid certificate;                                             // the serial number of the one it has
  bool invited = false;                                         // let in, but not known to know of it
  bool votes = false;                                           // shall keep the document, see voters.h
  std::uint32_t newest_op_version = mortar::newest_op_version;  // what it can do
  // Of the last change of the document that was made by it: it may have to learn whether one was done.
  Gfid last_change;
  friend bool operator==(const Server&, const Server&) = default;
};

// What the members of a pool of several know each other by.
struct Trust {
  Gfid pool;  // null: this is no pool of several
  Authority authority;
  std::vector<Gfid> revoked;  // serial numbers of the certificates of those who left
  friend bool operator==(const Trust&, const Trust&) = default;
};

// Who is told of events (docs/events.md).
struct Webhook {
  std::string url;
  std::string token;   // presented as it is; empty: none
  std::string secret;  // signs a token for each event, which is presented instead; empty: none
  friend bool operator==(const Webhook&, const Webhook&) = default;
};

struct Pool {
  std::uint32_t op_version = newest_op_version;
  std::uint32_t options_version = 0;  // grows with every change of the pool's own options
  OptionList options;
  Trust trust;
  std::vector<Webhook> webhooks;
  OptionList event_settings;  // those that were set (see event_settings.h)
  std::vector<Server> servers;
  std::vector<Volume> volumes;  // sorted by name

  const Volume* find(std::string_view volume) const;
  Volume* find(std::string_view volume);
  const Webhook* webhook(std::string_view url) const;
  Webhook* webhook(std::string_view url);
  const Server* server(const Gfid& id) const;
  Server* server(const Gfid& id);
  // By any of its names or its address.
  const Server* server_called(std::string_view name) const;
  friend bool operator==(const Pool&, const Pool&) = default;
};

// on/off, yes/no, true/false, enable/disable, 1/0, in any case; nothing for other words.
std::optional<bool> boolean_word(std::string_view text);

}  // namespace mortar
