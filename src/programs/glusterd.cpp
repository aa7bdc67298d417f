// glusterd: the management daemon of a server.
#include <fmt/format.h>
#include <signal.h>

#include <filesystem>
#include <iostream>

#include "management/endpoints.h"
#include "management/management.h"
#include "pool/etcd/etcd_voter.h"
#include "pool/key_store.h"
#include "programs/service_process.h"
#include "programs/webhook_sender.h"
#include "runtime/real_file_system.h"

namespace mortar {
namespace {

constexpr const char* usage =
    "Usage: glusterd [OPTION...]\n"
    "The management daemon of GlusterFS volumes on this server.\n";

struct Arguments {
  bool only_render = false;  // *.upgrade=on: write the store anew and end
  std::string settings_file;
  std::vector<std::pair<std::string, std::string>> settings;
  ProcessOptions process{.pid_file = MORTAR_RUN_DIR "/glusterd.pid"};
  std::string answer;  // printed instead of running
};

int fail(int status, const Error& error) {
  std::cerr << "glusterd: " << error.sentence() << '\n';
  return status;
}

// management.KEY=VALUE, *.upgrade=on
bool take_setting(Arguments& arguments, std::string_view text) {
  const std::size_t dot = text.find('.');
  const std::size_t equals = text.find('=');
  if (dot == std::string_view::npos || equals == std::string_view::npos || equals < dot) return false;
  const std::string_view key = text.substr(dot + 1, equals - dot - 1);
  const std::string_view value = text.substr(equals + 1);
  if (key == "upgrade") {
    arguments.only_render = boolean_word(value).value_or(false);
  } else {
    arguments.settings.emplace_back(key, value);
  }
  return true;
}

Result<Arguments> parse(int count, char** words) {
  Arguments arguments;
  std::vector<OptionRow> rows{{"volfile", 'f', Takes::a_value, "FILE", "Settings [default: etc/glusterfs/glusterd.vol]",
                               text_into(arguments.settings_file)},
                              {"xlator-option", 0, Takes::a_value, "management.KEY=VALUE", "A setting, as in FILE",
                               [&arguments](const std::string& text) { return take_setting(arguments, text); }}};
  add_process_options(rows, arguments.process);
  Result<CommandLine> line = read_command_line(count, words, usage, std::move(rows));
  if (!line) return std::unexpected(line.error());
  arguments.answer = std::move(line->answer);
  if (arguments.answer.empty() && !line->rest.empty()) {
    return failed(EINVAL, misuse(fmt::format("what is '{}'?", line->rest.front()), usage));
  }
  if (arguments.only_render) arguments.process.foreground = true;
  return arguments;
}

// The settings file that counts, empty where there is none: of this installation, else of the system.
std::string settings_file(const std::filesystem::path& program) {
  for (const std::filesystem::path& path : {program.parent_path().parent_path() / "etc/glusterfs/glusterd.vol",
                                            std::filesystem::path("/etc/glusterfs/glusterd.vol")}) {
    std::error_code error;
    if (std::filesystem::exists(path, error)) return path;
  }
  return {};
}

Result<Settings> read_settings(const Arguments& arguments) {
  Settings settings{.working_directory = MORTAR_STATE_DIR,
                    .run_directory = MORTAR_RUN_DIR "/gluster",
                    .log_directory = MORTAR_LOG_DIR,
                    .command_socket = MORTAR_RUN_DIR "/glusterd.socket"};
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  settings.brick_program = program.parent_path() / "glusterfsd";
  settings.client_program = program.parent_path() / "glusterfs";
  const std::string file = arguments.settings_file.empty() ? settings_file(program) : arguments.settings_file;
  if (!file.empty()) {
    Result<std::string> text = RealFileSystem().read_file(file);
    if (!text) return failed(text.error().number(), fmt::format("{}: {}", file, text.error().sentence()));
    if (auto applied = apply_settings_file(settings, *text); !applied) return std::unexpected(applied.error());
  }
  for (const auto& [key, value] : arguments.settings) {
    if (auto applied = apply_setting(settings, key, value); !applied) return std::unexpected(applied.error());
  }
  return settings;
}

EtcdSettings voter_settings(World& world, const Settings& settings) {
  const Places places(settings);
  const KeyStore keys(world, places.keys_folder());
  return {.folder = places.voter_folder(),
          .log_file = places.voter_log(),
          .bind_address = settings.bind_address,
          .certificate = keys.certificate_file(),
          .key = keys.key_file(),
          .authority = keys.authority_file(),
          .revoked = keys.revoked_file()};
}

// Until a signal ends it. Bricks go on without their glusterd.
Task<> serve(ServiceProcess& process, Settings settings, bool only_render) {
  RealWorld& world = process.world();
  EtcdVoter voter(world, voter_settings(world, settings));
  WebhookSender sender(world);
  Management management(world, settings, voter);
  management.announcer().deliver_by(sender);
  co_await tried(management.open());
  if (only_render) co_return done;
  Endpoints endpoints(management);
  co_await tried(endpoints.listen());
  co_await tried(process.report_ready());
  log::info("glusterd", "serving as {}", management.server().text());
  management.begin();
  for (;;) {
    const int signal = co_await tried(world.next_signal());
    if (signal == SIGTERM || signal == SIGINT) break;
    if (signal == SIGHUP) process.reopen_log();
  }
  log::info("glusterd", "told to end");
  co_return done;
}

Result<Done> run(ServiceProcess& process, const Settings& settings, bool only_render) {
  // Two daemons on one store would undo each other's work, whatever their pid files are.
  const Result<PidFile> store = PidFile::take_lock(settings.working_directory + "/mortar/lock");
  if (!store) return std::unexpected(store.error());
  return process.world().run(serve(process, settings, only_render));
}

int main_of_daemon(int count, char** words) {
  Result<Arguments> arguments = parse(count, words);
  if (!arguments) return fail(usage_error, arguments.error());
  if (!arguments->answer.empty()) {
    std::cout << arguments->answer;
    return 0;
  }
  const Result<Settings> settings = read_settings(*arguments);
  if (!settings) return fail(1, settings.error());
  ProcessOptions& options = arguments->process;
  if (options.log_file.empty()) options.log_file = settings->log_directory + "/glusterd.log";
  const bool only_render = arguments->only_render;
  const Result<Done> ended = ServiceProcess::run(
      "glusterd", options,
      [&settings, only_render](ServiceProcess& process) { return run(process, *settings, only_render); });
  return ended ? 0 : fail(1, ended.error());
}

}  // namespace
}  // namespace mortar

int main(int count, char** words) { return mortar::main_of_daemon(count, words); }
