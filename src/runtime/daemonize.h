// A program that goes into the background: usable before there are threads or a loop.
//
//   Result<Background> background = Background::enter();   // from here on this is the child
//   Result<PidFile> pid_file = PidFile::take(path);
//   ... start; on failure print to standard error and exit with a status: the parent exits with it, too ...
//   background->report_ready();                            // the parent exits 0
#pragma once

#include <string>

#include "base/result.h"
#include "runtime/unique_descriptor.h"

namespace mortar {

class Background {
 public:
  // Forks. Returns in the child, which leads a session of its own but keeps the standard streams. The parent waits for
  // the child's report and exits: 0 when it is ready, else with the status the child ended with (128 + signal where it
  // was killed).
  static Result<Background> enter();

  // Lets the parent exit and turns the standard streams to /dev/null and the working folder to /. Once.
  Result<Done> report_ready();

 private:
  explicit Background(UniqueDescriptor report) : report_(std::move(report)) {}

  UniqueDescriptor report_;
};

// A file with this process's pid, locked while it runs and removed when it ends properly.
class PidFile {
 public:
  // EWOULDBLOCK where another process holds it. The error's sentence names the file. Missing folders are made.
  static Result<PidFile> take(const std::string& path);
  // For the lock alone: on a full disk it is taken without a pid in it.
  static Result<PidFile> take_lock(const std::string& path);
  PidFile(PidFile&&) noexcept = default;
  PidFile& operator=(PidFile&&) = delete;
  ~PidFile();

 private:
  enum class Pid : bool { wanted, needed };
  static Result<PidFile> take(const std::string& path, Pid pid);
  PidFile(std::string path, UniqueDescriptor file) : path_(std::move(path)), file_(std::move(file)) {}

  std::string path_;
  UniqueDescriptor file_;
};

}  // namespace mortar
