// glusterfs: a client of a volume, mounted on a directory.
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "programs/clear_locks_process.h"
#include "programs/client_options.h"
#include "programs/file_volfile.h"
#include "programs/heal_process.h"
#include "programs/mount_process.h"
#include "programs/network_volfile.h"
#include "programs/new_copy_process.h"
#include "programs/rebalance_process.h"
#include "programs/statistics_folders.h"
#include "programs/translator_types.h"

namespace mortar {
namespace {

// Of the volume file's name, where the process is not to serve the volume but to rebalance or to heal it.
constexpr std::string_view rebalance_prefix = "rebalance/";
constexpr std::string_view heal_prefix = "shd/";

constexpr const char* state_dump_directory = MORTAR_RUN_DIR "/gluster";

// The mount helper says different things about these.
constexpr int no_volume = 1;
constexpr int volume_unusable = 2;

// "/mnt/a" logs to mnt-a.log.
std::string log_path(const std::string& mount_point) {
  std::string name = mount_point.empty() ? "glusterfs" : mount_point;
  while (name.starts_with('/')) name.erase(0, 1);
  std::ranges::replace(name, '/', '-');
  return std::string(MORTAR_LOG_DIR "/") + (name.empty() ? "glusterfs" : name) + ".log";
}

// A mount point is named absolutely: a daemon's working folder is the root.
Result<Done> make_absolute(std::string& directory) {
  if (directory.empty()) return done;
  char* resolved = realpath(directory.c_str(), nullptr);
  if (resolved == nullptr) return failed(errno, directory + ": " + Error(errno).sentence());
  directory = resolved;
  std::free(resolved);
  return done;
}

Result<Done> serve(ServiceProcess& process, const ClientOptions& options, bool& found_volume) {
  const TranslatorTypes types = all_translator_types(statistics_folders());
  const VolfileOptions& volfile = options.volfile;
  FileVolfile file(process.world(), volfile.file);
  NetworkVolfile management(process.world(),
                            VolfileQuestion{volfile.addresses(), volfile.id, "", true, volfile.fetch_attempts});
  management.on_state_dump([&processes = process.world().processes()](std::uint32_t pid) {
    if (pid != static_cast<std::uint32_t>(processes.own_pid())) return;
    const Result<Done> sent = processes.signal(processes.own_pid(), SIGUSR1);
    if (!sent) log::error("glusterfs", "no state dump: {}", sent.error().sentence());
  });
  const UserlessProcess userless{
      .world = process.world(),
      .options = options,
      .types = types,
      .management = management,
      .report_ready = [&process] { return process.report_ready(); },
      .reopen_log = [&process] { process.reopen_log(); },
      .state_dump_directory = state_dump_directory,
  };
  if (volfile.id.starts_with(rebalance_prefix)) return process.world().run(run_rebalance(userless));
  if (volfile.id.starts_with(heal_prefix)) return process.world().run(run_heal(userless));
  if (!options.new_copies.empty()) {
    return process.world().run(tell_of_new_copies(process.world(), options, types, file));
  }
  if (!options.clear_locks.empty()) {
    std::string told;
    const Result<Done> cleared = process.world().run(clear_locks(process.world(), options, types, file, told));
    std::cout << told;
    return cleared;
  }
  return process.world().run(run_mount(MountProcess{
      .world = process.world(),
      .options = options,
      .types = types,
      .source = volfile.file.empty() ? static_cast<VolfileSource&>(management) : file,
      .report_ready = [&process] { return process.report_ready(); },
      .reopen_log = [&process] { process.reopen_log(); },
      .state_dump_directory = state_dump_directory,
      .found_volume = found_volume,
  }));
}

int fail(int status, const Error& error) {
  std::cerr << "glusterfs: " << error.sentence() << '\n';
  return status;
}

int main_of_client(int count, char** words) {
  Result<ClientOptions> options = parse_client_options(count, words);
  if (!options) return fail(usage_error, options.error());
  if (!options->answer.empty()) {
    std::cout << options->answer;
    return 0;
  }
  const Result<Done> absolute = make_absolute(options->mount.directory);
  if (!absolute) return fail(no_volume, absolute.error());
  if (options->process.log_file.empty()) options->process.log_file = log_path(options->mount.directory);
  bool found_volume = false;
  const Result<Done> ended = ServiceProcess::run(
      "glusterfs", options->process,
      [&options, &found_volume](ServiceProcess& process) { return serve(process, *options, found_volume); });
  if (ended) return 0;
  return fail(found_volume ? volume_unusable : no_volume, ended.error());
}

}  // namespace
}  // namespace mortar

int main(int count, char** words) { return mortar::main_of_client(count, words); }
