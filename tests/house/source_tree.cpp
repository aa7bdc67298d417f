#include "source_tree.h"

#include <algorithm>
#include <fstream>

namespace mortar::house {

namespace fs = std::filesystem;

std::string SourceFile::room() const {
  if (!path.starts_with("src/")) return {};
  return path.substr(4, path.find('/', 4) - 4);
}

bool SourceFile::is_test() const {
  return path.ends_with("_test.cpp") || path.ends_with("_fuzz.cpp") || path.ends_with("_test_support.h");
}

std::vector<SourceFile> read_sources(const fs::path& top, const std::string& folder) {
  std::vector<SourceFile> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(top / folder)) {
    const std::string extension = entry.path().extension();
    if (!entry.is_regular_file() || (extension != ".h" && extension != ".cpp")) continue;
    SourceFile file{fs::relative(entry.path(), top).generic_string(), {}};
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);) file.lines.push_back(line);
    files.push_back(std::move(file));
  }
  std::ranges::sort(files, {}, &SourceFile::path);
  return files;
}

std::string code_of(const std::string& line) {
  std::string code;
  bool in_text = false;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (in_text) {
      if (line[at] == '\\') {
        ++at;
      } else if (line[at] == '"') {
        in_text = false;
        code += '"';
      }
      continue;
    }
    if (line.compare(at, 2, "//") == 0) break;
    if (line[at] == '\'' && at + 2 < line.size()) {  // a character literal, which may hold a quote
      const std::size_t end = line.find('\'', at + (line[at + 1] == '\\' ? 3 : 2));
      if (end != std::string::npos && end - at <= 5) {
        code += "''";
        at = end;
        continue;
      }
    }
    in_text = line[at] == '"';
    code += line[at];
  }
  return code;
}

}  // namespace mortar::house
