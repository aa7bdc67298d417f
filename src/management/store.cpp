#include "management/store.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "management/events/texts.h"
#include "management/option_groups.h"
#include "management/stored_volume.h"
#include "pool/names.h"

namespace mortar {

namespace {

// The value of the line "key=value".
std::optional<std::string_view> value_in(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.starts_with(key) && line.substr(key.size()).starts_with('=')) return line.substr(key.size() + 1);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return std::nullopt;
}

std::string brick_info_text(const Volume& volume, const Brick& brick, std::uint16_t port, const BrickSite& site) {
  return fmt::format(
      "uuid={}\nhostname={}\npath={}\nreal_path={}\nlisten-port={}\nrdma.listen-port=0\ndecommissioned=0\n"
      "brick-id={}\nmount_dir={}\nsnap-status=0\nbrick-fsid={}\n",
      brick.server.text(), brick.host, brick.path, brick.path, port, volume.client_of(brick), site.place_in_file_system,
      site.file_system);
}

constexpr std::string_view node_state =
    "rebalance_status=0\nstatus=0\nrebalance_op=0\nrebalance-id=00000000-0000-0000-0000-000000000000\n"
    "rebalanced-files=0\nsize=0\nscanned=0\nfailures=0\nskipped=0\nrun-time=0.000000\n";

}  // namespace

std::string volume_info_text(const Volume& volume) {
  std::string text = fmt::format(
      "type={}\ncount={}\nstatus={}\nsub_count={}\nreplica_count={}\n{}disperse_count={}\n"
      "redundancy_count={}\nversion={}\ntransport-type={}\nvolume-id={}\nusername={}\npassword={}\nop-version={}\n"
      "client-op-version={}\nquota-version=0\ntier-enabled=0\nparent_volname=N/A\n"
      "restored_from_snap=00000000-0000-0000-0000-000000000000\nsnap-max-hard-limit=256\n",
      static_cast<int>(volume.type), volume.bricks.size(), static_cast<int>(volume.status),
      volume.type == VolumeType::distribute ? 0 : volume.set_size(), volume.replica_count,
      volume.arbiter_count == 0 ? "" : fmt::format("arbiter_count={}\n", volume.arbiter_count), volume.disperse_count,
      volume.redundancy_count, volume.version, static_cast<int>(volume.transport), volume.id.text(), volume.username,
      volume.password, volume.op_version, volume.client_op_version);
  for (auto option = volume.options.end(); option != volume.options.begin();) {
    --option;
    text += fmt::format("{}={}\n", option->first, option->second);
  }
  for (std::size_t index = 0; index < volume.bricks.size(); ++index) {
    text += fmt::format("brick-{}={}:{}\n", index, volume.bricks[index].host, dashed(volume.bricks[index].path));
  }
  return text;
}

std::uint32_t info_checksum(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  std::ranges::sort(lines);
  std::string sorted;
  for (std::string_view line : lines) sorted += line;

  std::array<std::uint8_t, 4> sum{0xba, 0xbe, 0xb0, 0x0b};
  for (std::size_t block = 0; block < sorted.size(); block += 4096) {
    const std::string_view bytes = std::string_view(sorted).substr(block, 4096);
    auto mix = [&sum, &bytes](std::size_t place, std::size_t at) {
      sum[place] = static_cast<std::uint8_t>(sum[place] ^ (static_cast<std::uint8_t>(bytes[at]) << place));
    };
    for (std::size_t at = 0; at + 4 < bytes.size(); at += 4) {
      for (std::size_t place = 0; place < 4; ++place) mix(place, at + place);
    }
    if (bytes.size() < 4) continue;
    for (std::size_t place = 0; place <= bytes.size() % 4; ++place) mix(place, bytes.size() - 4 + place);
  }
  return static_cast<std::uint32_t>(sum[0] | sum[1] << 8 | sum[2] << 16) | static_cast<std::uint32_t>(sum[3]) << 24;
}

Result<Done> Store::write(const std::string& path, std::string_view text) {
  Result<std::string> old = world_.files().read_file(path);
  if (old && *old == text) return done;
  return world_.files().write_file(path, text);
}

Result<Gfid> Store::server_identity() {
  const Result<std::string> text = world_.files().read_file(places_.server_info());
  if (!text && text.error().number() == ENOENT) return null_gfid;
  if (!text) return std::unexpected(text.error());
  return Gfid::parse(value_in(*text, "UUID").value_or("")).value_or(null_gfid);
}

Result<Done> Store::write_server_info(const Gfid& server, std::uint32_t op_version) {
  return write(places_.server_info(), fmt::format("UUID={}\noperating-version={}\n", server.text(), op_version));
}

Result<Done> Store::prepare() {
  const Settings& settings = places_.settings();
  std::vector<std::string> folders{settings.working_directory,
                                   settings.run_directory,
                                   settings.run_directory + "/vols",
                                   places_.volumes(),
                                   places_.peers(),
                                   places_.events(),
                                   settings.log_directory + "/bricks"};
  for (const char* folder : {"/groups", "/snaps", "/hooks/1"}) {
    folders.push_back(settings.working_directory + folder);
  }
  for (const char* event : {"create", "start", "stop", "delete", "set", "reset", "add-brick", "remove-brick"}) {
    folders.push_back(places_.hooks(event, "pre"));
    folders.push_back(places_.hooks(event, "post"));
  }
  for (const std::string& folder : folders) {
    if (Result<Done> made = world_.files().make_directories(folder); !made) return made;
  }
  for (const OptionGroup& group : option_groups()) {
    const std::string path = places_.option_group(group.name);
    if (world_.files().status(FileSystem::no_directory, path)) continue;
    if (Result<Done> written = write(path, std::string(group.options)); !written) return written;
  }
  return write(places_.upgrade_info(), fmt::format("maximum-operating-version={}\n", newest_op_version));
}

Result<Done> Store::render_pool(const Pool& pool) {
  std::string text = fmt::format("global-option-version={}\n", pool.options_version);
  for (const auto& [key, value] : pool.options) text += fmt::format("{}={}\n", key, value);
  return write(places_.pool_options(), text);
}

Result<Done> Store::render_events(const Pool& pool) {
  Result<Done> written = write(places_.webhooks(), webhooks_text(pool));
  if (written) written = write(places_.event_settings(), event_settings_text(pool));
  return written;
}

Result<Done> Store::render_peers(const Pool& pool, const Gfid& own) {
  constexpr int in_cluster = 3;
  Result<std::vector<std::string>> former = names_in(world_.files(), places_.peers());
  if (!former) return std::unexpected(former.error());
  for (const Server& server : pool.servers) {
    if (server.id == own || server.invited) continue;
    std::string text = fmt::format("uuid={}\nstate={}\n", server.id.text(), in_cluster);
    for (std::size_t index = 0; index < server.names.size(); ++index) {
      text += fmt::format("hostname{}={}\n", index + 1, server.names[index]);
    }
    if (Result<Done> written = write(places_.peer(server.id), text); !written) return written;
    std::erase(*former, server.id.text());
  }
  for (const std::string& name : *former) {
    if (Result<Done> removed = world_.files().remove_tree(places_.peers() + "/" + name); !removed) return removed;
  }
  return done;
}

Result<Done> Store::write_all(const Volume& volume, const std::function<BrickSite(const Brick&)>& site,
                              const std::function<std::uint16_t(const Brick&)>& port) {
  const std::string folder = places_.volume(volume.name);
  std::set<std::string> kept;
  for (const Brick& brick : volume.bricks) {
    const std::string info_path = places_.brick_info(volume, brick);
    Result<Done> info = write(info_path, brick_info_text(volume, brick, port(brick), site(brick)));
    if (!info) return info;
    const std::string volfile_path = fmt::format("{}/{}.vol", folder, brick_volfile_id(volume, brick));
    Result<Done> volfile = write(volfile_path, brick_volfile(volume, brick, site(brick)));
    if (!volfile) return volfile;
    kept.insert({info_path, volfile_path});
  }
  const std::string info = volume_info_text(volume);
  std::vector<std::pair<std::string, std::string>> files{
      {fmt::format("{}/{}.tcp-fuse.vol", folder, volume.name), client_volfile(volume, false)},
      {fmt::format("{}/trusted-{}.tcp-fuse.vol", folder, volume.name), client_volfile(volume, true)},
      {folder + "/node_state.info", std::string(node_state)},
      {folder + "/info", info},
      {folder + "/cksum", fmt::format("info={}\n", info_checksum(info))},
  };
  if (volume.has_copies()) files.emplace_back(fmt::format("{}/{}-shd.vol", folder, volume.name), heal_volfile(volume));
  for (const auto& [path, text] : files) {
    if (Result<Done> written = write(path, text); !written) return written;
    kept.insert(path);
  }
  if (Result<Done> removed = remove_all_but(kept, folder, ".vol"); !removed) return removed;
  return remove_all_but(kept, folder + "/bricks", "");
}

// Of bricks that the volume had.
Result<Done> Store::remove_all_but(const std::set<std::string>& kept, const std::string& folder,
                                   std::string_view ending) {
  Result<std::vector<std::string>> names = names_in(world_.files(), folder);
  if (!names) return std::unexpected(names.error());
  for (const std::string& name : *names) {
    const std::string path = fmt::format("{}/{}", folder, name);
    if (!name.ends_with(ending) || kept.contains(path)) continue;
    if (Result<Done> removed = world_.files().remove_tree(path); !removed) return removed;
  }
  return done;
}

Result<Done> Store::render_volume(const Volume& volume, const std::function<BrickSite(const Brick&)>& site,
                                  const std::function<std::uint16_t(const Brick&)>& port) {
  const std::string folder = places_.volume(volume.name);
  if (Result<Done> made = world_.files().make_directories(folder + "/bricks"); !made) return made;
  return write_all(volume, site, port);
}

Result<Done> Store::remove_volume(std::string_view name) {
  const std::string run = fmt::format("{}/vols/{}", places_.settings().run_directory, name);
  if (Result<Done> removed = world_.files().remove_tree(run); !removed) return removed;
  return world_.files().remove_tree(places_.volume(name));
}

std::uint16_t Store::last_port(const Volume& volume, const Brick& brick) {
  Result<std::string> text = world_.files().read_file(places_.brick_info(volume, brick));
  if (!text) return 0;
  std::string_view value = value_in(*text, "listen-port").value_or("");
  std::uint16_t port = 0;
  std::from_chars(value.data(), value.data() + value.size(), port);
  return port;
}

}  // namespace mortar
