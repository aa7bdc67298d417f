// glusterfsd: the process of one brick.
#include <unistd.h>

#include <iostream>

#include "programs/brick_daemon.h"
#include "programs/file_volfile.h"
#include "programs/translator_types.h"
#include "runtime/daemonize.h"
#include "runtime/log_file.h"

namespace mortar {
namespace {

constexpr int usage_error = 64;
constexpr const char* default_log = MORTAR_LOG_DIR "/glusterfsd.log";

Result<Done> run(const BrickOptions& options) {
  std::optional<Background> background;
  if (!options.foreground) {
    Result<Background> entered = Background::enter();
    if (!entered) return std::unexpected(entered.error());
    background.emplace(std::move(*entered));
  }
  std::unique_ptr<LogFile> log_file;
  log::set_level(options.log_level);
  if (!options.log_to_console) {
    Result<std::unique_ptr<LogFile>> opened = LogFile::open(options.log_file.empty() ? default_log : options.log_file);
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
  Result<std::unique_ptr<RealWorld>> world = RealWorld::make({});
  if (!world) return std::unexpected(world.error());
  const TranslatorTypes types = all_translator_types();
  FileVolfile file(**world, options.volfile);
  NetworkVolfile management(**world, VolfileQuestion{options.servers, options.volfile_id, options.brick_name, false});
  const bool from_file = !options.volfile.empty();
  BrickProcess process{
      .world = **world,
      .options = options,
      .types = types,
      .source = from_file ? static_cast<VolfileSource&>(file) : management,
      .management = from_file ? nullptr : &management,
      .report_ready = [&background]() -> Result<Done> { return background ? background->report_ready() : done; },
      .reopen_log =
          [&log_file] {
            if (!log_file) return;
            const Result<Done> reopened = log_file->reopen();
            if (!reopened) log::error("glusterfsd", "{}", reopened.error().sentence());
          },
  };
  const Result<Done> ended = (*world)->run(run_brick(std::move(process)));
  if (!ended) log::error("glusterfsd", "{}", ended.error().sentence());
  log::set_sink(nullptr);
  return ended;
}

int main_of_brick(int count, char** words) {
  const Result<BrickOptions> options = parse_brick_options(count, words);
  if (!options) {
    std::cerr << "glusterfsd: " << options.error().sentence() << '\n';
    return usage_error;
  }
  if (!options->answer.empty()) {
    std::cout << options->answer;
    return 0;
  }
  const Result<Done> ended = run(*options);
  if (ended) return 0;
  std::cerr << "glusterfsd: " << ended.error().sentence() << '\n';
  return ended.error().number() == EADDRINUSE ? EADDRINUSE : 1;
}

}  // namespace
}  // namespace mortar

int main(int count, char** words) { return mortar::main_of_brick(count, words); }
