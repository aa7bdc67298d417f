#include "management/settings.h"

#include <fmt/format.h>

#include <charconv>

#include "pool/pool.h"
#include "translator/volfile.h"

namespace mortar {

namespace {

std::unexpected<Error> bad(std::string_view key, std::string_view value) {
  return failed(EINVAL, fmt::format("\"{}\" is no value for the option {} of glusterd", value, key));
}

Result<Done> set_path(std::string& path, std::string_view key, std::string_view value) {
  if (!value.starts_with('/')) return bad(key, value);
  while (value.size() > 1 && value.ends_with('/')) value.remove_suffix(1);
  path = value;
  return done;
}

Result<Done> set_port(std::uint16_t& port, std::string_view key, std::string_view value) {
  std::uint16_t read = 0;
  auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), read);
  if (problem != std::errc() || end != value.data() + value.size() || read == 0) return bad(key, value);
  port = read;
  return done;
}

Result<Done> set_switch(bool& is_on, std::string_view key, std::string_view value) {
  std::optional<bool> read = boolean_word(value);
  if (!read) return bad(key, value);
  is_on = *read;
  return done;
}

}  // namespace

Result<Done> apply_setting(Settings& settings, std::string_view key, std::string_view value) {
  if (key == "working-directory") return set_path(settings.working_directory, key, value);
  if (key == "run-directory") return set_path(settings.run_directory, key, value);
  if (key == "logging-directory") return set_path(settings.log_directory, key, value);
  if (key == "glusterd-sockfile") return set_path(settings.command_socket, key, value);
  if (key == "transport.socket.listen-port") return set_port(settings.port, key, value);
  if (key == "base-port") return set_port(settings.first_brick_port, key, value);
  if (key == "max-port") return set_port(settings.last_brick_port, key, value);
  if (key == "transport.socket.bind-address") settings.bind_address = value;
  if (key == "rpc-auth-allow-insecure") return set_switch(settings.allow_insecure_ports, key, value);
  if (key == "new-volume-cache-invalidation") return set_switch(settings.new_volumes_are_coherent, key, value);
  return done;
}

Result<Done> apply_settings_file(Settings& settings, std::string_view text) {
  Result<Volfile> volfile = parse_volfile(text);
  if (!volfile) return std::unexpected(volfile.error());
  for (const VolumeSection& section : volfile->sections) {
    if (section.type != "mgmt/glusterd") continue;
    for (const auto& [key, value] : section.options) {
      if (Result<Done> applied = apply_setting(settings, key, value); !applied) return applied;
    }
  }
  return done;
}

Result<Done> check_settings(const Settings& settings) {
  if (settings.first_brick_port <= settings.last_brick_port) return done;
  return failed(EINVAL, fmt::format("base-port {} of glusterd lies above max-port {}: no port is left for a brick",
                                    settings.first_brick_port, settings.last_brick_port));
}

}  // namespace mortar
