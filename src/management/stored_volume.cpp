#include "management/stored_volume.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace mortar {

namespace {

constexpr std::size_t longest_file = 4 << 20;

class Lines {
 public:
  Lines(std::string file, std::string_view text) : file_(std::move(file)), lines_(lines_of(text)) {}

  const std::string& file() const { return file_; }
  const std::vector<std::pair<std::string, std::string>>& all() const { return lines_; }

  std::optional<std::string_view> find(std::string_view key) const {
    const auto found = std::ranges::find(lines_, key, &std::pair<std::string, std::string>::first);
    if (found == lines_.end()) return std::nullopt;
    return found->second;
  }

  template <class Number>
  Result<Done> number(std::string_view key, Number& value) const {
    const std::optional<std::string_view> text = find(key);
    if (!text) return done;
    const auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (problem == std::errc() && end == text->data() + text->size()) return done;
    return wrong(key);
  }

  Result<Done> identity(std::string_view key, Gfid& value) const {
    const std::optional<Gfid> parsed = Gfid::parse(find(key).value_or(""));
    if (!parsed) return wrong(key);
    value = *parsed;
    return done;
  }

  std::unexpected<Error> wrong(std::string_view key) const {
    return failed(EINVAL, fmt::format("{}: the line {}= is missing or not understood", file_, key));
  }

 private:
  const std::string file_;
  const std::vector<std::pair<std::string, std::string>> lines_;
};

Result<Lines> read_lines(FileSystem& files, std::string file) {
  const Result<std::string> text = files.read_file(file, longest_file);
  if (!text) return failed(text.error().number(), fmt::format("{}: {}", file, text.error().sentence()));
  return Lines(std::move(file), *text);
}

// Types of the store that only say how several sets stand together are those of the sets.
std::optional<VolumeType> type_of(std::int32_t number) {
  switch (number) {
    case 0: return VolumeType::distribute;
    case 2:
    case 7: return VolumeType::replicate;
    case 4:
    case 9: return VolumeType::disperse;
    default: return std::nullopt;
  }
}

// What is in an info file besides options.
constexpr std::string_view own_keys[] = {"type",
                                         "count",
                                         "status",
                                         "sub_count",
                                         "stripe_count",
                                         "replica_count",
                                         "arbiter_count",
                                         "thin_arbiter_count",
                                         "disperse_count",
                                         "redundancy_count",
                                         "version",
                                         "transport-type",
                                         "volume-id",
                                         "username",
                                         "password",
                                         "op-version",
                                         "client-op-version",
                                         "quota-version",
                                         "tier-enabled",
                                         "parent_volname",
                                         "restored_from_snap",
                                         "snap-max-hard-limit",
                                         "caps",
                                         "rebalance-id",
                                         "global-option-version"};

bool is_option(std::string_view key) {
  return std::ranges::find(own_keys, key) == std::end(own_keys) && !key.starts_with("brick-") &&
         !key.starts_with("thin_arbiter_brick-");
}

Result<Done> read_numbers(const Lines& info, Volume& volume) {
  std::int32_t type = -1;
  std::int32_t status = -1;
  std::int32_t transport = 0;
  for (const Result<Done>& read :
       {info.number("type", type), info.number("status", status), info.number("transport-type", transport),
        info.number("replica_count", volume.replica_count), info.number("arbiter_count", volume.arbiter_count),
        info.number("disperse_count", volume.disperse_count), info.number("redundancy_count", volume.redundancy_count),
        info.number("version", volume.version), info.number("op-version", volume.op_version),
        info.number("client-op-version", volume.client_op_version), info.identity("volume-id", volume.id)}) {
    if (!read) return read;
  }
  if (info.find("thin_arbiter_count").value_or("0") != "0") {
    return failed(ENOTSUP, fmt::format("{}: this release does not have thin arbiters yet", info.file()));
  }
  if (volume.id.is_null()) return info.wrong("volume-id");
  const std::optional<VolumeType> known = type_of(type);
  if (!known) return info.wrong("type");
  if (status < 0 || status > 2) return info.wrong("status");
  if (transport < 0 || transport > 2) return info.wrong("transport-type");
  volume.type = *known;
  volume.status = static_cast<VolumeState>(status);
  volume.transport = static_cast<Transport>(transport);
  return done;
}

// The info file names the bricks in their order, with dashes in their paths; each has a file of its own with the path.
Result<Brick> read_brick(FileSystem& files, const std::string& folder, std::string_view name, std::uint32_t place) {
  const Result<Lines> lines = read_lines(files, fmt::format("{}/bricks/{}", folder, name));
  if (!lines) return std::unexpected(lines.error());
  Brick brick;
  brick.host = lines->find("hostname").value_or("");
  brick.path = lines->find("path").value_or("");
  // Blanks and paths in it would make other words of the pool's document.
  if (brick.host.empty() || brick.host.find_first_of(" /") != std::string::npos) return lines->wrong("hostname");
  if (!brick.path.starts_with('/')) return lines->wrong("path");
  if (Result<Done> read = lines->identity("uuid", brick.server); !read) return std::unexpected(read.error());
  // VOLUME-client-NUMBER: other than its place after bricks were removed. Old releases have no such line.
  const std::string_view id = lines->find("brick-id").value_or("");
  brick.number = place;
  if (id.empty()) return brick;
  const std::string_view digits = id.substr(id.rfind('-') + 1);
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), brick.number);
  if (problem != std::errc() || end != digits.data() + digits.size()) return lines->wrong("brick-id");
  return brick;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> lines_of(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    const std::size_t equals = line.find('=');
    if (equals != std::string_view::npos && equals != 0)
      lines.emplace_back(line.substr(0, equals), line.substr(equals + 1));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

Result<std::vector<std::string>> names_in(FileSystem& files, const std::string& folder) {
  std::vector<std::string> names;
  Result<OpenFile> opened = files.open(FileSystem::no_directory, folder, O_RDONLY | O_DIRECTORY, 0);
  if (!opened && opened.error().number() == ENOENT) return names;
  if (!opened) return std::unexpected(opened.error());
  for (std::uint64_t offset = 0;;) {
    auto entries = files.read_directory(opened->number(), offset);
    if (!entries) return std::unexpected(entries.error());
    if (entries->empty()) break;
    for (const DirectoryEntry& entry : *entries) {
      offset = entry.offset;
      if (entry.name != "." && entry.name != "..") names.push_back(entry.name);
    }
  }
  std::ranges::sort(names);
  return names;
}

Result<std::vector<std::string>> stored_volumes(FileSystem& files, const Places& places) {
  Result<std::vector<std::string>> names = names_in(files, places.volumes());
  if (!names) return names;
  std::erase_if(*names, [&](const std::string& name) {
    return !files.status(FileSystem::no_directory, places.volume(name) + "/info");
  });
  return names;
}

Result<Volume> read_stored_volume(FileSystem& files, const Places& places, const std::string& name) {
  const std::string folder = places.volume(name);
  const Result<Lines> info = read_lines(files, folder + "/info");
  if (!info) return std::unexpected(info.error());
  Volume volume;
  volume.name = name;
  if (Result<Done> read = read_numbers(*info, volume); !read) return std::unexpected(read.error());
  volume.username = info->find("username").value_or("");
  volume.password = info->find("password").value_or("");
  for (std::uint32_t index = 0;; ++index) {
    const std::optional<std::string_view> brick_name = info->find(fmt::format("brick-{}", index));
    if (!brick_name) break;
    Result<Brick> brick = read_brick(files, folder, *brick_name, index);
    if (!brick) return std::unexpected(brick.error());
    volume.bricks.push_back(std::move(*brick));
  }
  std::uint32_t count = 0;
  if (Result<Done> read = info->number("count", count); !read) return std::unexpected(read.error());
  if (volume.bricks.empty() || count != volume.bricks.size()) return info->wrong("count");
  // The file has the newest first.
  for (auto line = info->all().rbegin(); line != info->all().rend(); ++line) {
    if (is_option(line->first)) volume.options.set(line->first, line->second);
  }
  return volume;
}

}  // namespace mortar
