#include "pool/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace mortar {

namespace {

constexpr std::array<std::string_view, 14> reserved_names{"volume",
                                                          "type",
                                                          "help",
                                                          "subvolumes",
                                                          "option",
                                                          "end-volume",
                                                          "all",
                                                          "volume_not_in_ring",
                                                          "description",
                                                          "force",
                                                          "snap-max-hard-limit",
                                                          "snap-max-soft-limit",
                                                          "auto-delete",
                                                          "activate-on-create"};

bool is_plain(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
         letter == '-' || letter == '_';
}

std::unexpected<Error> wrong_brick(std::string_view text) {
  return failed(EINVAL, fmt::format("Wrong brick type: {}, use <HOSTNAME>:<export-dir-abs-path>", text));
}

}  // namespace

Result<Done> check_volume_name(std::string_view name) {
  if (name.empty() || name.front() == '-') {
    return failed(EINVAL, "Volume name should not be empty or start with \"-\".");
  }
  if (std::ranges::find(reserved_names, name) != reserved_names.end()) {
    return failed(EINVAL, fmt::format("\"{}\" cannot be the name of a volume.", name));
  }
  if (name.size() > longest_volume_name) {
    return failed(ENAMETOOLONG, fmt::format("Volume name exceeds {} characters.", longest_volume_name));
  }
  auto odd = std::ranges::find_if_not(name, is_plain);
  if (odd != name.end()) {
    return failed(EINVAL, fmt::format("Volume name should not contain \"{}\" character.\n"
                                      "Volume names can onlycontain alphanumeric, '-' and '_' characters.",
                                      *odd));
  }
  return done;
}

Result<BrickWord> parse_brick(std::string_view text) {
  const std::size_t colon = text.find(":/");
  if (colon == std::string_view::npos || colon == 0) return wrong_brick(text);
  BrickWord brick{std::string(text.substr(0, colon)), {}};
  if (brick.host.find_first_of("/ \t\n") != std::string::npos) return wrong_brick(text);
  std::string_view rest = text.substr(colon + 1);
  while (!rest.empty()) {
    const std::size_t start = rest.find_first_not_of('/');
    if (start == std::string_view::npos) break;
    const std::size_t end = std::min(rest.find('/', start), rest.size());
    std::string_view part = rest.substr(start, end - start);
    const bool odd = std::ranges::any_of(part, [](char letter) { return static_cast<unsigned char>(letter) < 0x20; });
    if (part == "." || part == ".." || odd) return wrong_brick(text);
    brick.path += '/';
    brick.path += part;
    rest.remove_prefix(end);
  }
  if (brick.path.empty()) return wrong_brick(text);
  if (brick.path.size() > longest_brick_path) {
    return failed(ENAMETOOLONG, fmt::format("brick path {} is too long.", text));
  }
  return brick;
}

std::string dashed(std::string_view path) {
  std::string name(path);
  std::ranges::replace(name, '/', '-');
  return name;
}

bool paths_overlap(std::string_view one, std::string_view other) {
  if (one.size() > other.size()) std::swap(one, other);
  return other.starts_with(one) && (other.size() == one.size() || one == "/" || other[one.size()] == '/');
}

}  // namespace mortar
