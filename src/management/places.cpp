#include "management/places.h"

#include <fmt/format.h>

#include "pool/names.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace mortar {

namespace {

// /a/b -> a-b
std::string file_name_of(std::string_view path) { return dashed(path.substr(path.starts_with('/') ? 1 : 0)); }

std::string socket_of(const Settings& settings, const std::string& what) {
  return fmt::format("{}/{:016x}.socket", settings.run_directory, XXH64(what.data(), what.size(), 0));
}

}  // namespace

std::string Places::volume(std::string_view name) const { return fmt::format("{}/{}", volumes(), name); }

std::string Places::brick_info(const Volume& in, const Brick& brick) const {
  return fmt::format("{}/bricks/{}:{}", volume(in.name), brick.host, dashed(brick.path));
}

std::string Places::option_group(std::string_view name) const {
  return fmt::format("{}/groups/{}", settings_.working_directory, name);
}

std::string Places::hooks(std::string_view event, std::string_view moment) const {
  return fmt::format("{}/hooks/1/{}/{}", settings_.working_directory, event, moment);
}

std::string Places::brick_pid_file(const Volume& in, const Brick& brick) const {
  return fmt::format("{}/vols/{}/{}{}.pid", settings_.run_directory, in.name, brick.host, dashed(brick.path));
}

std::string Places::brick_socket(const Volume& in, const Brick& brick) const {
  return socket_of(settings_, fmt::format("{} {} {}", in.id.text(), brick.server.text(), brick.text()));
}

std::string Places::brick_log(const Brick& brick) const {
  return fmt::format("{}/bricks/{}.log", settings_.log_directory, file_name_of(brick.path));
}

std::string Places::rebalance_pid_file(const Volume& of, const Gfid& server) const {
  return fmt::format("{}/rebalance/{}.pid", volume(of.name), server.text());
}

std::string Places::rebalance_socket(const Volume& of) const {
  return fmt::format("{}/gluster-rebalance-{}.sock", settings_.run_directory, of.id.text());
}

std::string Places::rebalance_log(const Volume& of) const {
  return fmt::format("{}/{}-rebalance.log", settings_.log_directory, of.name);
}

std::string Places::healer_pid_file(const Volume& of) const {
  return fmt::format("{}/shd/{}/{}-shd.pid", settings_.run_directory, of.name, of.name);
}

std::string Places::healer_socket(const Volume& of, const Gfid& server) const {
  return socket_of(settings_, fmt::format("{} {} shd", of.id.text(), server.text()));
}

std::string Places::client_run_volfile(const Volume& of, std::string_view name) const {
  return fmt::format("{}/{}-{}.vol", settings_.run_directory, of.name, name);
}

std::string Places::client_run_log(const Volume& of, std::string_view name) const {
  return fmt::format("{}/{}-{}.log", settings_.log_directory, of.name, name);
}

std::string brick_volfile_id(const Volume& volume, const Brick& brick) {
  return fmt::format("{}.{}.{}", volume.name, brick.host, file_name_of(brick.path));
}

}  // namespace mortar
