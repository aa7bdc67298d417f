// A volume from a file: it never changes by itself.
#pragma once

#include <string>

#include "base/event.h"
#include "programs/volfile_source.h"
#include "runtime/world.h"

namespace mortar {

class FileVolfile final : public VolfileSource {
 public:
  FileVolfile(World& world, std::string path) : world_(world), path_(std::move(path)) {}

  Task<std::string> fetch() override {
    Result<std::string> text = world_.files().read_file(path_);
    if (!text) return ready<std::string>(failed(text.error().number(), path_ + ": " + text.error().sentence()));
    return ready(std::move(text));
  }
  Task<> changed() override { return never_.wait(); }

 private:
  World& world_;
  std::string path_;
  Event never_;
};

}  // namespace mortar
