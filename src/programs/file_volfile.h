// A volume from a file, which says nothing when it changes.
#pragma once

#include <filesystem>
#include <string>

#include "programs/volfile_source.h"
#include "runtime/world.h"

namespace mortar {

class FileVolfile final : public VolfileSource {
 public:
  // The path is kept as a whole one: a process in the background works in another folder.
  FileVolfile(World& world, const std::string& path) : world_(world) {
    std::error_code error;
    path_ = std::filesystem::absolute(path, error);
  }

  Task<std::string> fetch() override {
    Result<std::string> text = world_.files().read_file(path_);
    if (!text) return ready<std::string>(failed(text.error().number(), path_ + ": " + text.error().sentence()));
    return ready(std::move(text));
  }

 private:
  World& world_;
  std::string path_;
};

}  // namespace mortar
