// The process of a program that stays: into the background, its log, its pid file, its world. What fails on the way to
// serving reaches the log, too, once that is open.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "programs/command_line.h"
#include "runtime/daemonize.h"
#include "runtime/log_file.h"
#include "runtime/real_world.h"

namespace mortar {

struct ProcessOptions {
  std::string log_file;
  log::Level log_level = log::Level::info;
  bool log_to_console = false;
  std::string pid_file;  // empty: none
  bool foreground = false;
  std::optional<int> oom_score_adjustment;
};

void add_process_options(std::vector<OptionRow>& rows, ProcessOptions& options);

class ServiceProcess {
 public:
  // Runs `service` in a process as the options want it; its name is the domain of its log lines.
  using Service = std::function<Result<Done>(ServiceProcess& process)>;
  static Result<Done> run(const char* name, const ProcessOptions& options, const Service& service);

  RealWorld& world() { return *world_; }
  // Lets whoever started the program go on. Once. Whoever does may send signals at once.
  Result<Done> report_ready() {
    if (Result<Done> held = world_->hold_signals(); !held) return held;
    return background_ ? background_->report_ready() : done;
  }
  void reopen_log();

 private:
  explicit ServiceProcess(const char* name) : name_(name) {}
  Result<Done> prepare(const ProcessOptions& options);

  const char* const name_;
  std::optional<Background> background_;
  std::unique_ptr<LogFile> log_file_;
  std::optional<PidFile> pid_file_;
  std::unique_ptr<RealWorld> world_;
};

}  // namespace mortar
