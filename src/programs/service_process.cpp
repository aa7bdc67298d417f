#include "programs/service_process.h"

#include <algorithm>
#include <fstream>

namespace mortar {
namespace {

bool read_level(const std::string& text, log::Level& into) {
  constexpr std::string_view none = "none";
  const bool nothing =
      std::ranges::equal(text, none, [](unsigned char letter, char wanted) { return std::tolower(letter) == wanted; });
  if (nothing) into = log::Level::emergency;
  return nothing || log::parse_level(text, into);
}

}  // namespace

void add_process_options(std::vector<OptionRow>& rows, ProcessOptions& options) {
  constexpr Takes none = Takes::nothing, value = Takes::a_value;
  rows.push_back({"log-file", 'l', value, "FILE", "Where to log; a dash: the standard error output",
                  [&options](const std::string& text) {
                    options.log_file = text;
                    options.log_to_console = text == "-";
                    return !text.empty();
                  }});
  rows.push_back({"log-level", 'L', value, "LEVEL",
                  "DEBUG, INFO, WARNING, ERROR, CRITICAL, TRACE or NONE [default: INFO]",
                  [&options](const std::string& text) { return read_level(text, options.log_level); }});
  rows.push_back({"pid-file", 'p', value, "FILE", "File to keep the process id in", text_into(options.pid_file)});
  rows.push_back({"no-daemon", 'N', none, "", "Stay in the foreground", turns_on(options.foreground)});
  rows.push_back({"debug", 0, none, "", "Stay in the foreground and log everything to the standard error output",
                  [&options](const std::string&) {
                    options.log_level = log::Level::debug;
                    return options.foreground = options.log_to_console = true;
                  }});
  rows.push_back({"oom-score-adj", 0, value, "N", "Adjustment of the out-of-memory score",
                  number_into(options.oom_score_adjustment)});
}

Result<Done> ServiceProcess::run(const char* name, const ProcessOptions& options, const Service& service) {
  ServiceProcess process(name);
  if (!options.foreground) {
    Result<Background> entered = Background::enter();
    if (!entered) return std::unexpected(entered.error());
    process.background_.emplace(std::move(*entered));
  }
  log::set_level(options.log_level);
  if (!options.log_to_console) {
    Result<std::unique_ptr<LogFile>> opened = LogFile::open(options.log_file);
    if (!opened) return std::unexpected(opened.error());
    process.log_file_ = std::move(*opened);
    log::set_sink(process.log_file_.get());
  }
  Result<Done> ended = process.prepare(options);
  if (ended) ended = service(process);
  if (!ended) log::error(name, "{}", ended.error().sentence());
  log::set_sink(nullptr);
  return ended;
}

Result<Done> ServiceProcess::prepare(const ProcessOptions& options) {
  if (!options.pid_file.empty()) {
    Result<PidFile> taken = PidFile::take(options.pid_file);
    if (!taken) return std::unexpected(taken.error());
    pid_file_.emplace(std::move(*taken));
  }
  if (options.oom_score_adjustment) {
    std::ofstream file("/proc/self/oom_score_adj");
    if (!(file << *options.oom_score_adjustment << std::flush)) log::warning(name_, "oom-score-adj is not accepted");
  }
  Result<std::unique_ptr<RealWorld>> world = RealWorld::make({});
  if (!world) return std::unexpected(world.error());
  world_ = std::move(*world);
  return done;
}

void ServiceProcess::reopen_log() {
  if (!log_file_) return;
  const Result<Done> reopened = log_file_->reopen();
  if (!reopened) log::error(name_, "{}", reopened.error().sentence());
}

}  // namespace mortar
