#include "runtime/log_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "runtime/real_file_system.h"

namespace mortar {

namespace {

Result<UniqueDescriptor> open_log(const std::string& path) {
  UniqueDescriptor file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  if (!file) return failed(errno, fmt::format("cannot open the log {}: {}", path, Error(errno).sentence()));
  return file;
}

}  // namespace

Result<std::unique_ptr<LogFile>> LogFile::open(const std::string& path) {
  if (const std::size_t slash = path.rfind('/'); slash != std::string::npos && slash > 0) {
    RealFileSystem files;
    const std::string folder = path.substr(0, slash);
    if (const Result<Done> made = files.make_directories(folder); !made) {
      return failed(made.error().number(), fmt::format("cannot make {}: {}", folder, made.error().sentence()));
    }
  }
  Result<UniqueDescriptor> file = open_log(path);
  if (!file) return std::unexpected(file.error());
  return std::unique_ptr<LogFile>(new LogFile(path, std::move(*file)));
}

Result<Done> LogFile::reopen() {
  const Result<UniqueDescriptor> fresh = open_log(path_);
  if (!fresh) return std::unexpected(fresh.error());
  // The number stays, so a thread that is just writing notices nothing.
  if (::dup3(fresh->number(), file_.number(), O_CLOEXEC) < 0) return failed(errno);
  return done;
}

void LogFile::write(std::string_view line) {
  while (!line.empty()) {
    const ssize_t written = ::write(file_.number(), line.data(), line.size());
    if (written < 0 && errno == EINTR) continue;
    // A full disk loses lines, not the service.
    if (written <= 0) return;
    line.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace mortar
