// The project's own sources, read as text, for tests that check how the house is built.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace mortar::house {

struct SourceFile {
  std::string path;  // relative to the top, with forward slashes
  std::vector<std::string> lines;

  std::string room() const;  // "wire" of src/wire/x.h; empty outside src/
  bool is_test() const;      // unit tests and fuzz targets beside the code
};

// Every .h and .cpp below the given folder of the source tree.
std::vector<SourceFile> read_sources(const std::filesystem::path& top, const std::string& folder);

// A line without its comment and the text of its string literals.
std::string code_of(const std::string& line);

}  // namespace mortar::house
