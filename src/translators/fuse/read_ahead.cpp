#include "translators/fuse/read_ahead.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <string_view>

namespace mortar::fuse {
namespace {

constexpr std::size_t most_mountinfo = std::size_t{16} << 20;

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

Result<std::string> content_of(const char* path) {
  const File file(std::fopen(path, "re"));
  if (!file) return failed(errno);
  std::string text;
  char part[4096];
  for (std::size_t size = 1; size != 0 && text.size() < most_mountinfo;) {
    size = std::fread(part, 1, sizeof part, file.get());
    text.append(part, size);
  }
  return text;
}

// Blanks and the like stand there as "\040".
std::string unescaped(std::string_view word) {
  std::string plain;
  const auto digit = [&](std::size_t at) { return at < word.size() && word[at] >= '0' && word[at] <= '7'; };
  for (std::size_t at = 0; at < word.size(); ++at) {
    if (word[at] == '\\' && digit(at + 1) && digit(at + 2) && digit(at + 3)) {
      plain.push_back(static_cast<char>((word[at + 1] - '0') * 64 + (word[at + 2] - '0') * 8 + (word[at + 3] - '0')));
      at += 3;
    } else {
      plain.push_back(word[at]);
    }
  }
  return plain;
}

std::string_view take_until(std::string_view& text, char end) {
  const std::size_t size = std::min(text.find(end), text.size());
  const std::string_view taken = text.substr(0, size);
  text.remove_prefix(std::min(size + 1, text.size()));
  return taken;
}

}  // namespace

std::string device_of_mount(std::string_view mountinfo, std::string_view directory) {
  std::string device;
  while (!mountinfo.empty()) {
    std::string_view line = take_until(mountinfo, '\n');
    take_until(line, ' ');  // the mount, and its parent
    take_until(line, ' ');
    const std::string_view number = take_until(line, ' ');
    take_until(line, ' ');  // the root within
    if (unescaped(take_until(line, ' ')) == directory) device = number;
  }
  return device;
}

Result<Done> set_read_ahead(const std::string& directory, std::size_t bytes) {
  Result<std::string> mountinfo = content_of("/proc/self/mountinfo");
  if (!mountinfo) return std::unexpected(mountinfo.error());
  const std::string device = device_of_mount(*mountinfo, directory);
  if (device.empty()) return failed(ENOENT);
  const File file(std::fopen(fmt::format("/sys/class/bdi/{}/read_ahead_kb", device).c_str(), "we"));
  if (!file) return failed(errno);
  if (std::fputs(fmt::format("{}\n", bytes / 1024).c_str(), file.get()) < 0) return failed(EIO);
  if (std::fflush(file.get()) != 0) return failed(errno);
  return done;
}

}  // namespace mortar::fuse
