// gluster-brick-check BRICK [--volume-id UUID] [--no-gfid2path]: says what in a brick does not fit together. Changes
// nothing. The brick should not be served meanwhile. Exit status: 0 nothing found, 1 something, 2 it could not be read.
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/real_file_system.h"
#include "translators/posix/checker.h"

namespace {

constexpr std::string_view usage = "usage: gluster-brick-check BRICK [--volume-id UUID] [--no-gfid2path]\n";

struct Arguments {
  std::string brick;
  mortar::posix::CheckOptions options;
};

std::optional<Arguments> parse(int count, char** words) {
  Arguments arguments;
  for (int index = 1; index < count; ++index) {
    const std::string_view word = words[index];
    if (word == "--volume-id" && index + 1 < count) {
      arguments.options.volume_id = mortar::Gfid::parse(words[++index]);
      if (!arguments.options.volume_id) return std::nullopt;
    } else if (word == "--no-gfid2path") {
      arguments.options.gfid2path = false;
    } else if (word.starts_with("-") || !arguments.brick.empty()) {
      return std::nullopt;
    } else {
      arguments.brick = word;
    }
  }
  if (arguments.brick.empty()) return std::nullopt;
  return arguments;
}

}  // namespace

int main(int count, char** words) {
  const std::optional<Arguments> arguments = parse(count, words);
  if (!arguments) {
    std::fputs(usage.data(), stderr);
    return 2;
  }
  mortar::RealFileSystem files;
  const auto report = mortar::posix::check_brick(files, arguments->brick, arguments->options);
  if (!report) {
    std::fprintf(stderr, "%s: %s\n", arguments->brick.c_str(), report.error().sentence().c_str());
    return 2;
  }
  for (const mortar::posix::Finding& finding : report->findings) std::printf("%s\n", finding.text().c_str());
  std::printf("%s: %llu objects, %llu handles, %zu findings\n", arguments->brick.c_str(),
              static_cast<unsigned long long>(report->objects), static_cast<unsigned long long>(report->handles),
              report->findings.size());
  return report->findings.empty() ? 0 : 1;
}
