// Byte streams between processes: TCP (IPv4, IPv6) and Unix sockets, real or simulated.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/task.h"

namespace mortar {

// A TCP endpoint (host and port) or a Unix socket (path, port 0).
struct Address {
  std::string host;  // name, IPv4 or IPv6 without brackets; empty: any (to listen)
  std::uint16_t port = 0;
  std::string path;  // Unix socket; an abstract name after "@", which is of the network and no file

  static Address tcp(std::string host, std::uint16_t port) { return {std::move(host), port, {}}; }
  static Address unix_socket(std::string path) { return {{}, 0, std::move(path)}; }
  bool is_unix() const { return !path.empty(); }
  // host:port, [v6]:port or the path.
  std::string text() const;
  friend bool operator==(const Address&, const Address&) = default;
};

// Whether both ends of a connection, as one of them sees them, are on one machine.
bool are_on_one_machine(const Address& local, const Address& peer);

struct StreamOptions {
  bool no_delay = true;
  bool keepalive = true;
  std::chrono::seconds keepalive_idle{20};
  std::chrono::seconds keepalive_interval{2};
  int keepalive_count = 9;
  std::chrono::seconds user_timeout{0};  // 0: the system's
  // Source ports are tried downwards from here (stock: 49151, or 1023 where a privileged port is wanted); 0: any.
  std::uint16_t source_port_ceiling = 0;
  bool ipv6 = false;
};

// One connection. One reader and one writer at a time.
class Stream {
 public:
  virtual ~Stream() = default;
  // At least one byte, at most the size of the buffer; 0 at the end of the stream. The memory must stay valid until the
  // task ends or, where the task is destroyed, until the stream is.
  virtual Task<std::size_t> read(std::span<std::byte> into) = 0;
  // All of it, in order.
  virtual Task<> write(std::vector<Slice> slices) = 0;
  // Ends both directions: pending and later reads and writes fail or end. Destroying the stream closes it.
  virtual void shut_down() = 0;
  virtual const Address& local() const = 0;
  virtual const Address& peer() const = 0;
  // Uid of the process at the other end of a Unix socket.
  virtual std::optional<std::uint32_t> peer_uid() const = 0;
};

class Listener {
 public:
  virtual ~Listener() = default;
  virtual Task<std::unique_ptr<Stream>> accept() = 0;
  // The port that was bound, where 0 was asked for.
  virtual const Address& address() const = 0;
};

class Network {
 public:
  virtual ~Network() = default;
  virtual Task<std::unique_ptr<Stream>> connect(Address to, StreamOptions options) = 0;
  // EADDRINUSE and the like name the address in the error's sentence. A stale Unix socket file is replaced.
  virtual Result<std::unique_ptr<Listener>> listen(const Address& at, StreamOptions options, int backlog) = 0;
  // Every address of a host name, textual form; empty where it does not resolve.
  virtual Task<std::vector<std::string>> resolve(std::string host) = 0;
  // Textual addresses of this machine.
  virtual std::vector<std::string> own_addresses() = 0;
  virtual std::string host_name() = 0;
};

}  // namespace mortar
