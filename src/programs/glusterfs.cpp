// glusterfs: a client of a volume, mounted on a directory.
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iostream>

#include "programs/client_options.h"
#include "programs/file_volfile.h"
#include "programs/mount_process.h"
#include "programs/network_volfile.h"
#include "programs/translator_types.h"
#include "runtime/daemonize.h"
#include "runtime/log_file.h"

namespace mortar {
namespace {

constexpr int usage_error = 64;
// The mount helper says different things about these.
constexpr int no_volume = 1;
constexpr int volume_unusable = 2;

// "/mnt/a" logs to mnt-a.log.
std::string log_path(const ClientOptions& options) {
  if (!options.log_file.empty()) return options.log_file;
  std::string name = options.mount.directory.empty() ? "glusterfs" : options.mount.directory;
  while (name.starts_with('/')) name.erase(0, 1);
  for (char& letter : name) {
    if (letter == '/') letter = '-';
  }
  return std::string(MORTAR_LOG_DIR "/") + (name.empty() ? "glusterfs" : name) + ".log";
}

std::vector<Address> volfile_servers(const ClientOptions& options) {
  std::vector<Address> servers;
  for (const std::string& server : options.volfile_servers) {
    const bool unix_socket = options.volfile_server_transport == "unix" || server.starts_with('/');
    servers.push_back(unix_socket ? Address::unix_socket(server) : Address::tcp(server, options.volfile_server_port));
  }
  return servers;
}

void adjust_oom_score(const ClientOptions& options) {
  if (!options.oom_score_adjustment) return;
  std::ofstream file("/proc/self/oom_score_adj");
  if (!(file << *options.oom_score_adjustment << std::flush)) log::warning("mount", "oom-score-adj is not accepted");
}

// A mount point is named absolutely: a daemon's working folder is the root.
Result<Done> make_absolute(ClientOptions& options) {
  std::string& directory = options.mount.directory;
  if (directory.empty()) return done;
  char* resolved = realpath(directory.c_str(), nullptr);
  if (resolved == nullptr) return failed(errno, directory + ": " + Error(errno).sentence());
  directory = resolved;
  std::free(resolved);
  return done;
}

Result<Done> run(const ClientOptions& options, bool& found_volume) {
  std::optional<Background> background;
  if (!options.foreground) {
    Result<Background> entered = Background::enter();
    if (!entered) return std::unexpected(entered.error());
    background.emplace(std::move(*entered));
  }
  std::unique_ptr<LogFile> log_file;
  log::set_level(options.log_level);
  if (!options.log_to_console) {
    Result<std::unique_ptr<LogFile>> opened = LogFile::open(log_path(options));
    if (!opened) return std::unexpected(opened.error());
    log_file = std::move(*opened);
    log::set_sink(log_file.get());
  }
  std::optional<PidFile> pid_file;
  if (!options.pid_file.empty()) {
    Result<PidFile> taken = PidFile::take(options.pid_file);
    if (!taken) return std::unexpected(taken.error());
    pid_file.emplace(std::move(*taken));
  }
  adjust_oom_score(options);
  Result<std::unique_ptr<RealWorld>> world = RealWorld::make({});
  if (!world) return std::unexpected(world.error());
  const TranslatorTypes types = all_translator_types();
  FileVolfile file(**world, options.volfile);
  NetworkVolfile management(**world, VolfileQuestion{volfile_servers(options), options.volfile_id, "", true});
  MountProcess process{
      .world = **world,
      .options = options,
      .types = types,
      .source = options.volfile.empty() ? static_cast<VolfileSource&>(management) : file,
      .report_ready = [&background]() -> Result<Done> { return background ? background->report_ready() : done; },
      .reopen_log =
          [&log_file] {
            if (!log_file) return;
            Result<Done> reopened = log_file->reopen();
            if (!reopened) log::error("mount", "{}", reopened.error().sentence());
          },
      .found_volume = found_volume,
  };
  Result<Done> ended = (*world)->run(run_mount(std::move(process)));
  if (!ended) log::error("mount", "{}", ended.error().sentence());
  log::set_sink(nullptr);
  return ended;
}

int main_of_client(int count, char** words) {
  Result<ClientOptions> options = parse_client_options(count, words);
  if (!options) {
    std::cerr << "glusterfs: " << options.error().sentence() << '\n';
    return usage_error;
  }
  if (!options->answer.empty()) {
    std::cout << options->answer;
    return 0;
  }
  Result<Done> ended = make_absolute(*options);
  bool found_volume = false;
  if (ended) ended = run(*options, found_volume);
  if (ended) return 0;
  std::cerr << "glusterfs: " << ended.error().sentence() << '\n';
  return found_volume ? volume_unusable : no_volume;
}

}  // namespace
}  // namespace mortar

int main(int count, char** words) { return mortar::main_of_client(count, words); }
