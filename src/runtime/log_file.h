// A log that goes to a file. Lines are appended whole, from any thread; reopen() follows a rotation (SIGHUP).
#pragma once

#include <memory>
#include <string>

#include "base/log.h"
#include "base/result.h"
#include "runtime/unique_descriptor.h"

namespace mortar {

class LogFile : public log::Sink {
 public:
  // Makes missing folders. The error's sentence names the file.
  static Result<std::unique_ptr<LogFile>> open(const std::string& path);
  // Where the file cannot be opened again, lines go on to where they went.
  Result<Done> reopen();
  void write(std::string_view line) override;

 private:
  LogFile(std::string path, UniqueDescriptor file) : path_(std::move(path)), file_(std::move(file)) {}

  std::string path_;
  UniqueDescriptor file_;
};

}  // namespace mortar
