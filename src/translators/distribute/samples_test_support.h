// For tests: what stock wrote and computed, out of tests/samples/dht.
#pragma once

#include <fstream>
#include <string>
#include <vector>

namespace mortar::testing {

// The fields of each line.
inline std::vector<std::vector<std::string>> sample_rows(const std::string& name) {
  std::ifstream file(std::string(MORTAR_SOURCE_DIR) + "/tests/samples/dht/" + name);
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    std::vector<std::string>& row = rows.emplace_back();
    for (std::size_t start = 0; start <= line.size();) {
      const std::size_t end = std::min(line.find('\t', start), line.size());
      row.push_back(line.substr(start, end - start));
      start = end + 1;
    }
  }
  return rows;
}

inline std::uint32_t hexadecimal(const std::string& text) {
  return static_cast<std::uint32_t>(std::stoul(text, nullptr, 16));
}

}  // namespace mortar::testing
