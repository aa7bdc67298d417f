#include "command/brick_words.h"

#include <fmt/format.h>

#include <algorithm>

#include "pool/names.h"

namespace mortar::command {

Result<std::vector<std::string>> parse_new_bricks(std::span<const std::string> words) {
  std::vector<std::string> bricks;
  for (const std::string& word : words) {
    const Result<BrickWord> parsed = parse_brick(word);
    if (!parsed) return std::unexpected(parsed.error());
    const std::string& host = parsed->host;
    if (host == "localhost" || host == "127.0.0.1" || host.starts_with("0.")) {
      return failed(EINVAL,
                    "Please provide a valid hostname/ip other than localhost, 127.0.0.1 or loopback address (0.0.0.0 "
                    "to 0.255.255.255).");
    }
    std::string brick = host + ":" + parsed->path;
    if (std::ranges::find(bricks, brick) != bricks.end()) {
      return failed(EINVAL, fmt::format("Found duplicate exports {}", brick));
    }
    bricks.push_back(std::move(brick));
  }
  if (bricks.empty()) return failed(EINVAL, "No bricks specified");
  return bricks;
}

Result<std::vector<std::string>> parse_named_bricks(std::span<const std::string> words) {
  std::vector<std::string> bricks;
  for (const std::string& word : words) {
    const Result<BrickWord> parsed = parse_brick(word);
    if (!parsed) {
      return failed(EINVAL, fmt::format("wrong brick type: {}, use <HOSTNAME>:<export-dir-abs-path>", word));
    }
    std::string brick = parsed->host + ":" + parsed->path;
    if (std::ranges::find(bricks, brick) != bricks.end()) {
      return failed(EINVAL, fmt::format("Duplicate bricks found {}", word));
    }
    bricks.push_back(std::move(brick));
  }
  if (bricks.empty()) return failed(EINVAL, "No bricks specified");
  return bricks;
}

}  // namespace mortar::command
