#include <fmt/format.h>
#include <fmt/ranges.h>

#include "management/commands.h"

namespace mortar::commands {

namespace {

Result<Transport> parse_transport(std::string_view text) {
  if (text.empty() || text == "tcp") return Transport::tcp;
  if (text == "rdma") return Transport::rdma;
  if (text == "tcp,rdma" || text == "rdma,tcp") return Transport::both;
  return failed(EINVAL, fmt::format("incorrect transport protocol specified: {}", text));
}

Result<VolumeType> parse_type(std::int64_t number) {
  for (VolumeType type : {VolumeType::distribute, VolumeType::replicate, VolumeType::disperse}) {
    if (number == static_cast<std::int64_t>(type)) return type;
  }
  return failed(EINVAL, fmt::format("Volumes of type {} are not supported.", number));
}

Result<CreateVolume> parse_create(const Dictionary& request) {
  Result<std::string> name = required(request, "volname");
  if (!name) return std::unexpected(name.error());
  Result<std::string> words = required(request, "bricks");
  if (!words) return std::unexpected(words.error());
  Result<std::vector<Brick>> bricks = parse_bricks(*words);
  if (!bricks) return std::unexpected(bricks.error());
  Result<VolumeType> type = parse_type(request.number("type").value_or(0));
  if (!type) return std::unexpected(type.error());
  Result<Transport> transport = parse_transport(request.text("transport").value_or(""));
  if (!transport) return std::unexpected(transport.error());
  if (request.number("thin-arbiter-count").value_or(0) != 0) {
    return failed(ENOTSUP, "this release does not have thin arbiters yet; nothing was changed");
  }

  CreateVolume edit;
  edit.force = request.number("force").value_or(0) != 0;
  edit.volume.name = std::move(*name);
  edit.volume.type = *type;
  edit.volume.transport = *transport;
  edit.volume.bricks = std::move(*bricks);
  edit.volume.replica_count = count_in(request, "replica-count", 1);
  edit.volume.arbiter_count = count_in(request, "arbiter-count", 0);
  edit.volume.disperse_count = count_in(request, "disperse-count", 0);
  edit.volume.redundancy_count = count_in(request, "redundancy-count", 0);
  return edit;
}

// What a start, stop or delete answers.
Dictionary about(std::string_view name, const Gfid& id, const Reports& reports) {
  Dictionary reply;
  name_silent(reply, reports.silent);
  reply.set_text("volname", name);
  reply.set_text("vol-id", id.text());
  return reply;
}

constexpr std::int64_t force_flag = 1;

Gfid id_of(const Management& management, const std::string& name) {
  const Volume* volume = management.pool().find(name);
  return volume == nullptr ? Gfid{} : volume->id;
}

}  // namespace

Result<std::string> required(const Dictionary& request, std::string_view key) {
  std::optional<std::string_view> text = request.text(key);
  if (!text) return failed(EINVAL, fmt::format("The request has no {}.", key));
  return std::string(*text);
}

void name_silent(Dictionary& reply, const std::vector<std::string>& servers) {
  if (!servers.empty()) reply.set_text("silent-servers", fmt::format("{}", fmt::join(servers, ", ")));
}

void set_number(Dictionary& dictionary, std::string_view key, std::int64_t number) {
  dictionary.set_text(key, fmt::to_string(number));
}

Task<Dictionary> create_volume(Management& management, Dictionary request) {
  CreateVolume edit = co_await tried(parse_create(request));
  const std::string name = edit.volume.name;
  const std::string bricks = brick_words(edit.volume.bricks);
  const Reports reports = co_await tried(management.create_volume(std::move(edit)));
  management.announcer().raise(events::VolumeCreate::with(name, bricks));
  Dictionary reply;
  name_silent(reply, reports.silent);
  reply.set_text("volname", name);
  reply.set_text("volume-id", id_of(management, name).text());
  co_return reply;
}

Task<Dictionary> start_volume(Management& management, Dictionary request) {
  std::string name = co_await tried(required(request, "volname"));
  const bool force = (request.number("flags").value_or(0) & force_flag) != 0;
  const Reports reports = co_await tried(management.start_volume({name, force}));
  management.announcer().raise(events::VolumeStart::with(name, force));
  co_return about(name, id_of(management, name), reports);
}

Task<Dictionary> stop_volume(Management& management, Dictionary request) {
  std::string name = co_await tried(required(request, "volname"));
  const bool force = (request.number("flags").value_or(0) & force_flag) != 0;
  const Reports reports = co_await tried(management.stop_volume({name, force}));
  management.announcer().raise(events::VolumeStop::with(name, force));
  co_return about(name, id_of(management, name), reports);
}

Task<Dictionary> delete_volume(Management& management, Dictionary request) {
  std::string name = co_await tried(required(request, "volname"));
  const Gfid id = id_of(management, name);
  const Reports reports = co_await tried(management.delete_volume({name}));
  management.announcer().raise(events::VolumeDelete::with(name));
  co_return about(name, id, reports);
}

}  // namespace mortar::commands
