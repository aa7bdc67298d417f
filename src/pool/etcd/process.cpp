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
constexpr auto longest_pause = std::chrono::seconds(15);
// Who ran this long is not in a loop of crashes.
constexpr auto settled_after = 60s;
// Who ran this long has begun to work.
constexpr auto begun_after = 5s;
// A crash or two may have come from outside.
constexpr int ends_of_damaged = 3;
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
// where the socket, which etcd names by no path, comes to stand; what is said before it has its log goes there too.
constexpr const char* script = R"(exec >>"$1" 2>&1 && cd "$0" && echo $$ >pid && shift && exec "$@")";

// In the words of the system, as programs give them.
bool is_of_disk(std::string reason) {
  static constexpr std::string_view disk_words[]{
      "no space left on device", "read-only file system", "disk quota exceeded", "input/output error", "i/o error",
      "permission denied"};
  std::ranges::transform(reason, reason.begin(), [](unsigned char letter) { return std::tolower(letter); });
  return std::ranges::any_of(disk_words,
                             [&reason](std::string_view words) { return reason.find(words) != std::string::npos; });
}

}  // namespace

std::string peer_url(const std::string& host, std::uint16_t port) {
  return "https://" + Address::tcp(host, port).text();
}

EtcdProcess::EtcdProcess(World& world, EtcdSettings settings) : world_(world), settings_(std::move(settings)) {}

bool EtcdProcess::has_data() const {
  return world_.files().status(FileSystem::no_directory, data_folder() + "/member").has_value();
}

Command EtcdProcess::command() const {
  std::string cluster = fmt::format("{}={}", settings_.name, url());
  for (const GroupMember& other : others_) {
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
       founds_ ? "new" : "existing", "--initial-cluster-token", settings_.pool, "--peer-client-cert-auth",
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
  if (has_data()) founds_ = false;
  if (!has_data() && others_.empty() && !founds_) return failed(ENOENT, fmt::format("{} is gone", data_folder()));
  // What a killed one left; a socket that is there would be refused.
  for (const std::string& path : {address().path, pid_file()}) {
    if (Result<Done> removed = world_.files().remove_tree(path); !removed) return removed;
  }
  const Result<FileStatus> log = world_.files().status(FileSystem::no_directory, settings_.log_file);
  log_before_ = log ? log->size : 0;
  const Result<int> started = world_.processes().start(command());
  if (!started) return std::unexpected(started.error());
  pid_ = *started;
  log::info("pool", "etcd was started (pid {})", pid_);
  return done;
}

Result<Done> EtcdProcess::start(std::vector<GroupMember> others) {
  if (Result<Done> made = world_.files().make_directories(settings_.folder, 0700); !made) return made;
  others_ = std::move(others);
  founds_ = others_.empty() && !has_data();
  ends_ = 0;
  keeping_.cancel();
  if (Result<Done> up = bring_up(); !up) return up;
  started_ = world_.now();
  keeping_.start(keep_running());
  return done;
}

Task<> EtcdProcess::keep_running() {
  std::chrono::seconds pause = first_pause;
  for (;;) {
    if (pid_ != 0) {
      co_await tried(world_.processes().ended(pid_));
      if (world_.now() - started_ > settled_after) {
        pause = first_pause;
        ends_ = 0;
      }
      ended_because(last_words());
      log::error("pool", "etcd (pid {}) has ended: {}", pid_, reason_);
      pid_ = 0;
    }
    co_await tried(world_.sleep(pause));
    pause = std::min(2 * pause, longest_pause);
    const Result<Done> up = bring_up();
    started_ = world_.now();
    if (up) continue;
    ended_because(up.error().sentence());
    log::error("pool", "etcd cannot be started: {}", reason_);
  }
}

void EtcdProcess::ended_because(std::string reason) {
  reason_ = std::move(reason);
  ++ends_;
}

std::optional<VoterTrouble> EtcdProcess::trouble() const {
  const bool runs = pid_ != 0 && world_.now() - started_ > begun_after;
  if (ends_ == 0 || runs) return std::nullopt;
  return VoterTrouble{
      .words = fmt::format("etcd, which keeps the configuration in {}, does not run: {}", settings_.folder, reason_),
      .is_damaged = ends_ >= ends_of_damaged && !is_of_disk(reason_)};
}

Task<> EtcdProcess::answering(std::chrono::seconds limit) {
  const Instant end = world_.now() + limit;
  for (;;) {
    EtcdGateway gateway(world_, address());
    Result<EtcdStatus> status = co_await gateway.status();
    if (status) {
      founds_ = false;
      co_return done;
    }
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
  ends_ = 0;
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

// What ended it, since it was started: a fatal line of its log, or the first line of what a crash left. Else its last.
std::string EtcdProcess::last_words() const {
  const Result<std::string> log = world_.files().read_file(settings_.log_file, longest_log);
  if (!log) return fmt::format("see {}", settings_.log_file);
  std::string_view text = *log;
  if (log_before_ <= text.size()) text.remove_prefix(log_before_);
  std::string last;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with("panic: ") || line.starts_with("fatal error: ")) return std::string(line);
    const Result<gateway_json::Json> entry = gateway_json::parse(line);
    if (!entry) {
      if (!line.empty()) last = line;
      continue;
    }
    const std::string message = gateway_json::text(*entry, "msg").value_or("");
    const std::string reason = gateway_json::text(*entry, "error").value_or("");
    last = reason.empty() ? message : fmt::format("{}: {}", message, reason);
    const std::string level = gateway_json::text(*entry, "level").value_or("");
    if (level == "fatal" || level == "panic") return last;
  }
  return last.empty() ? fmt::format("without a word; see {}", settings_.log_file) : last;
}

}  // namespace mortar
