// glusterd: the management daemon of a server.
#include <fmt/format.h>
#include <getopt.h>
#include <signal.h>

#include <cstdio>
#include <filesystem>
#include <optional>

#include "base/log.h"
#include "management/endpoints.h"
#include "management/management.h"
#include "runtime/daemonize.h"
#include "runtime/log_file.h"
#include "runtime/real_world.h"

namespace mortar {
namespace {

constexpr const char* usage =
    "Usage: glusterd [OPTION...]\n"
    "The management daemon of GlusterFS volumes on this server.\n\n"
    "  -f, --volfile=FILE           settings (default: etc/glusterfs/glusterd.vol)\n"
    "  -N, --no-daemon              stay in the foreground\n"
    "  -p, --pid-file=FILE          where to write the process id\n"
    "  -l, --log-file=FILE          log file (\"-\": standard error)\n"
    "  -L, --log-level=LEVEL        TRACE, DEBUG, INFO, WARNING, ERROR, CRITICAL or NONE\n"
    "      --xlator-option=management.KEY=VALUE\n"
    "                               a setting, as in FILE\n"
    "      --debug                  in the foreground, logging everything to standard error\n"
    "  -V, --version                print the version\n"
    "  -?, --help                   print this\n";

struct Arguments {
  bool daemon = true;
  bool only_render = false;  // *.upgrade=on: write the store anew and end
  std::string settings_file;
  std::string pid_file = MORTAR_RUN_DIR "/glusterd.pid";
  std::string log_file;
  std::string log_level = "INFO";
  std::vector<std::pair<std::string, std::string>> settings;
};

int fail(const std::string& sentence) {
  log::error("glusterd", "{}", sentence);
  fmt::print(stderr, "glusterd: {}\n", sentence);
  return 1;
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

// Nothing where the program is to end at once, with the status.
std::optional<Arguments> parse(int count, char** words, int& status) {
  constexpr int xlator_option = 1000, debug = 1001;
  static const option options[] = {{"volfile", required_argument, nullptr, 'f'},
                                   {"no-daemon", no_argument, nullptr, 'N'},
                                   {"pid-file", required_argument, nullptr, 'p'},
                                   {"log-file", required_argument, nullptr, 'l'},
                                   {"log-level", required_argument, nullptr, 'L'},
                                   {"xlator-option", required_argument, nullptr, xlator_option},
                                   {"debug", no_argument, nullptr, debug},
                                   {"version", no_argument, nullptr, 'V'},
                                   {"help", no_argument, nullptr, '?'},
                                   {}};
  Arguments arguments;
  status = 0;
  opterr = 0;
  for (int letter = 0; (letter = getopt_long(count, words, "f:Np:l:L:V", options, nullptr)) != -1;) {
    switch (letter) {
      case 'f': arguments.settings_file = optarg; break;
      case 'N': arguments.daemon = false; break;
      case 'p': arguments.pid_file = optarg; break;
      case 'l': arguments.log_file = optarg; break;
      case 'L': arguments.log_level = optarg; break;
      case 'V': fmt::print("glusterfs 10.3 (mortar {})\n", MORTAR_VERSION); return std::nullopt;
      case debug:
        arguments.daemon = false;
        arguments.log_file = "-";
        arguments.log_level = "DEBUG";
        break;
      case xlator_option:
        if (take_setting(arguments, optarg)) break;
        fmt::print(stderr, "glusterd: {} is not of the form management.KEY=VALUE\n", optarg);
        status = 1;
        return std::nullopt;
      default: {
        const bool asked = optopt == 0;
        fmt::print(asked ? stdout : stderr, "{}", usage);
        status = asked ? 0 : 1;
        return std::nullopt;
      }
    }
  }
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

Result<Settings> read_settings(World& world, const Arguments& arguments) {
  Settings settings{.working_directory = MORTAR_STATE_DIR,
                    .run_directory = MORTAR_RUN_DIR "/gluster",
                    .log_directory = MORTAR_LOG_DIR,
                    .command_socket = MORTAR_RUN_DIR "/glusterd.socket"};
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  settings.brick_program = program.parent_path() / "glusterfsd";
  const std::string file = arguments.settings_file.empty() ? settings_file(program) : arguments.settings_file;
  if (!file.empty()) {
    Result<std::string> text = world.files().read_file(file);
    if (!text) return failed(text.error().number(), fmt::format("{}: {}", file, text.error().sentence()));
    if (auto applied = apply_settings_file(settings, *text); !applied) return std::unexpected(applied.error());
  }
  for (const auto& [key, value] : arguments.settings) {
    if (auto applied = apply_setting(settings, key, value); !applied) return std::unexpected(applied.error());
  }
  return settings;
}

// Until a signal ends it. Bricks go on without their glusterd.
Task<> serve(RealWorld& world, Settings settings, Background* background, LogFile* log_file, bool only_render) {
  Management management(world, settings);
  co_await tried(management.open());
  if (only_render) co_return done;
  Endpoints endpoints(management);
  co_await tried(endpoints.listen());
  if (background != nullptr) {
    co_await tried(background->report_ready());
  }
  log::info("glusterd", "serving as {}", management.server().text());
  TaskSet bricks;
  bricks.start(management.start_bricks());
  for (;;) {
    const int signal = co_await tried(world.next_signal());
    if (signal == SIGTERM || signal == SIGINT) break;
    if (signal == SIGHUP && log_file != nullptr) {
      Result<Done> reopened = log_file->reopen();
      if (!reopened) log::warning("glusterd", "{}", reopened.error().sentence());
    }
  }
  log::info("glusterd", "told to end");
  co_return done;
}

int run(const Arguments& arguments, Background* background) {
  Result<std::unique_ptr<RealWorld>> world = RealWorld::make({});
  if (!world) return fail(world.error().sentence());
  Result<Settings> settings = read_settings(**world, arguments);
  if (!settings) return fail(settings.error().sentence());

  std::unique_ptr<LogFile> log_file;
  if (arguments.log_file != "-") {
    const std::string path =
        arguments.log_file.empty() ? settings->log_directory + "/glusterd.log" : arguments.log_file;
    auto opened = LogFile::open(path);
    if (!opened) return fail(opened.error().sentence());
    log_file = std::move(*opened);
    log::set_sink(log_file.get());
  }
  Result<PidFile> pid_file = PidFile::take(arguments.pid_file);
  if (!pid_file) return fail(pid_file.error().sentence());
  // Two daemons on one store would undo each other's work, whatever their pid files are.
  Result<PidFile> store = PidFile::take(settings->working_directory + "/mortar/lock");
  if (!store) return fail(store.error().sentence());

  Result<Done> ended = (*world)->run(serve(**world, *settings, background, log_file.get(), arguments.only_render));
  const int status = ended ? 0 : fail(ended.error().sentence());
  log::set_sink(nullptr);
  return status;
}

}  // namespace
}  // namespace mortar

int main(int count, char** words) {
  using namespace mortar;
  int status = 0;
  std::optional<Arguments> arguments = parse(count, words, status);
  if (!arguments) return status;
  log::Level level = log::Level::info;
  if (arguments->log_level != "NONE" && !log::parse_level(arguments->log_level, level)) {
    return fail(fmt::format("{} is no log level", arguments->log_level));
  }
  log::set_level(arguments->log_level == "NONE" ? log::Level::emergency : level);
  if (!arguments->daemon || arguments->only_render) return run(*arguments, nullptr);
  Result<Background> background = Background::enter();
  if (!background) return fail(background.error().sentence());
  return run(*arguments, &*background);
}
