#include "pool/etcd/process.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "pool/etcd/gateway_json.h"

namespace mortar {

using namespace std::chrono_literals;

namespace {

constexpr int terminate_signal = 15;
constexpr int kill_signal = 9;
constexpr auto end_limit = 10s;
constexpr auto first_pause = std::chrono::seconds(1);
constexpr auto longest_pause = std::chrono::seconds(60);
// Who ran this long is not in a loop of crashes.
constexpr auto settled_after = 60s;
constexpr auto look_again = 100ms;
constexpr std::size_t longest_log = 64 << 20;
// A slow disk must not look like a dead member.
constexpr const char* heartbeat_ms = "200";
constexpr const char* election_ms = "2000";
// Changes kept for members that lag behind, each with a whole document.
constexpr const char* changes_before_snapshot = "1000";
constexpr const char* changes_kept = "100";
constexpr const char* longest_request = "33554432";

// Writes its own pid down before it becomes the program, so no kill of the starter can part the two. Its folder is
// where the socket, which etcd names by no path, comes to stand; what it says before it has its log goes there too.
constexpr const char* script = R"(cd "$0" && echo $$ >pid && log=$1 && shift && exec "$@" >>"$log" 2>&1)";

}  // namespace

std::string peer_url(const std::string& host, std::uint16_t port) {
  return "https://" + Address::tcp(host, port).text();
}

EtcdProcess::EtcdProcess(World& world, EtcdSettings settings) : world_(world), settings_(std::move(settings)) {}

bool EtcdProcess::has_data() const {
  return world_.files().status(FileSystem::no_directory, data_folder() + "/member").has_value();
}

Command EtcdProcess::command(const std::vector<GroupMember>& others) const {
  std::string cluster = fmt::format("{}={}", settings_.name, url());
  for (const GroupMember& other : others) {
    for (const std::string& other_url : other.urls) {
      // One that was not started yet has no name; this one's own place is among them.
      if (other_url != url()) cluster += fmt::format(",{}={}", other.name, other_url);
    }
  }
  const std::string listening = settings_.bind_address.empty() ? "0.0.0.0" : settings_.bind_address;
  return Command{
      {"/bin/sh", "-c", script, settings_.folder, settings_.log_file, settings_.program, "--data-dir", data_folder(),
       "--name", settings_.name, "--listen-client-urls", "unix://client.sock:0", "--advertise-client-urls",
       "unix://client.sock:0", "--listen-peer-urls", peer_url(listening, settings_.port),
       "--initial-advertise-peer-urls", url(), "--initial-cluster", cluster, "--initial-cluster-state",
       others.empty() ? "new" : "existing", "--initial-cluster-token", settings_.pool, "--peer-client-cert-auth",
       "--peer-cert-file", settings_.certificate, "--peer-key-file", settings_.key, "--peer-trusted-ca-file",
       settings_.authority, "--peer-crl-file", settings_.revoked, "--peer-cert-allowed-cn", settings_.pool,
       // A server with several addresses may call from one that its certificate does not have.
       "--experimental-peer-skip-client-san-verification", "--heartbeat-interval", heartbeat_ms, "--election-timeout",
       election_ms, "--pre-vote", "--snapshot-count", changes_before_snapshot, "--auto-compaction-mode", "revision",
       "--auto-compaction-retention", changes_kept, "--max-request-bytes", longest_request, "--logger", "zap",
       "--log-level", "warn", "--log-outputs", settings_.log_file}};
}

int EtcdProcess::find() const {
  const Result<std::string> text = world_.files().read_file(pid_file());
  int pid = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), pid).ec != std::errc() || pid <= 1) return 0;
  // A pid that belongs to something else by now is none.
  const std::vector<std::string> words = world_.processes().command_line(pid);
  const auto flag = std::ranges::find(words, "--data-dir");
  const bool is_this = flag != words.end() && flag + 1 != words.end() && *(flag + 1) == data_folder();
  return is_this ? pid : 0;
}

Result<Done> EtcdProcess::bring_up() {
  pid_ = find();
  if (pid_ != 0) {
    log::info("pool", "etcd runs already (pid {})", pid_);
    return done;
  }
  // What a killed one left; a socket that is there would be refused.
  for (const std::string& path : {address().path, pid_file()}) {
    if (Result<Done> removed = world_.files().remove_tree(path); !removed) return removed;
  }
  const Result<int> started = world_.processes().start(command_);
  if (!started) return std::unexpected(started.error());
  pid_ = *started;
  log::info("pool", "etcd was started (pid {})", pid_);
  return done;
}

Result<Done> EtcdProcess::start(std::vector<GroupMember> others) {
  if (Result<Done> made = world_.files().make_directories(settings_.folder, 0700); !made) return made;
  command_ = command(others);
  keeping_.cancel();
  if (Result<Done> up = bring_up(); !up) return up;
  keeping_.start(keep_running());
  return done;
}

Task<> EtcdProcess::keep_running() {
  std::chrono::seconds pause = first_pause;
  for (;;) {
    const Instant started = world_.now();
    if (pid_ != 0) {
      co_await tried(world_.processes().ended(pid_));
      log::error("pool", "etcd (pid {}) has ended: {}", pid_, last_words());
      pid_ = 0;
    }
    if (world_.now() - started > settled_after) pause = first_pause;
    co_await tried(world_.sleep(pause));
    pause = std::min(2 * pause, longest_pause);
    const Result<Done> up = bring_up();
    if (!up) log::error("pool", "etcd cannot be started: {}", up.error().sentence());
  }
}

Task<> EtcdProcess::answering(std::chrono::seconds limit) {
  const Instant end = world_.now() + limit;
  for (;;) {
    EtcdGateway gateway(world_, address());
    Result<EtcdStatus> status = co_await gateway.status();
    if (status) co_return done;
    if (world_.now() >= end) {
      co_return failed(ETIMEDOUT, fmt::format("etcd does not answer after {} s: {}", limit.count(), last_words()));
    }
    co_await tried(world_.sleep(look_again));
  }
}

Task<bool> EtcdProcess::is_gone(int pid) {
  const Result<Exit> ended = co_await with_deadline(world_, end_limit, world_.processes().ended(pid));
  co_return ended.has_value() || !world_.processes().signal(pid, 0).has_value();
}

Task<> EtcdProcess::stop() {
  keeping_.cancel();
  const int pid = pid_ != 0 ? pid_ : find();
  pid_ = 0;
  if (pid == 0) co_return done;
  bool gone = false;
  for (const int number : {terminate_signal, kill_signal}) {
    if (gone) break;
    const Result<Done> sent = world_.processes().signal(pid, number);
    if (!sent && sent.error().number() != ESRCH) co_return sent;
    gone = co_await tried(is_gone(pid));
  }
  if (!gone) co_return failed(EBUSY, fmt::format("etcd (process {}) does not end", pid));
  log::info("pool", "etcd has ended (pid {})", pid);
  co_return world_.files().remove_tree(pid_file());
}

Result<Done> EtcdProcess::wipe() {
  if (pid_ != 0 || find() != 0) return failed(EBUSY, "etcd runs still");
  return world_.files().remove_tree(data_folder());
}

std::string EtcdProcess::last_words() const {
  const Result<std::string> log = world_.files().read_file(settings_.log_file, longest_log);
  if (!log) return fmt::format("see {}", settings_.log_file);
  std::string_view text = *log;
  while (text.ends_with('\n')) text.remove_suffix(1);
  const std::string_view line = text.substr(text.rfind('\n') + 1);
  const Result<gateway_json::Json> entry = gateway_json::parse(line);
  if (!entry) return std::string(line);
  const std::string message = gateway_json::text(*entry, "msg").value_or("");
  const std::string reason = gateway_json::text(*entry, "error").value_or("");
  return reason.empty() ? message : fmt::format("{}: {}", message, reason);
}

}  // namespace mortar
