#include "translators/client/protocol_client.h"

#include <fmt/format.h>

#include "translators/client/leaf_offsets.h"

namespace mortar {

namespace {

Result<RemoteOptions> options_of(const VolumeSection& section) {
  Result<RemoteOptions> options = read_options<RemoteOptions>(section);
  if (!options) return options;
  if (options->remote_host.empty() || options->remote_subvolume.empty()) {
    return failed(EINVAL, fmt::format("volume {}: options remote-host and remote-subvolume are needed", section.name));
  }
  if (options->tls) {
    return failed(ENOTSUP, fmt::format("volume {}: TLS (client.ssl) is not supported by this release", section.name));
  }
  return options;
}

}  // namespace

TranslatorMaker ProtocolClient::maker(std::shared_ptr<ClientProcess> process) {
  return [process = std::move(process)](World& world,
                                        const VolumeSection& section) -> Result<std::unique_ptr<Translator>> {
    Result<RemoteOptions> options = options_of(section);
    if (!options) return std::unexpected(options.error());
    return std::make_unique<ProtocolClient>(world, section, std::move(*options), process);
  };
}

ProtocolClient::ProtocolClient(World& world, const VolumeSection& section, RemoteOptions options,
                               std::shared_ptr<ClientProcess> process)
    : Type(section.name, std::make_unique<Remote>(world, section, options, std::move(process),
                                                  [this](const Notice& notice) { raise(notice); })),
      options_(std::move(options)) {}

Task<fop::Readdir::Reply> ProtocolClient::perform(const Call& call, const fop::Readdir& readdir) {
  return list(call, readdir);
}

Task<fop::Readdirp::Reply> ProtocolClient::perform(const Call& call, const fop::Readdirp& readdirp) {
  return list(call, readdirp);
}

template <class Operation>
Task<typename Operation::Reply> ProtocolClient::list(const Call& call, const Operation& operation) {
  if (leaves().in_graph == 1) return remote_->perform(call, operation);
  return list_as_leaf(call, operation);
}

template <class Operation>
Task<typename Operation::Reply> ProtocolClient::list_as_leaf(const Call& call, Operation operation) {
  const Leaves place = leaves();
  operation.offset = leaf_offsets::unfold(operation.offset, place.in_graph);
  typename Operation::Reply reply = co_await tried(remote_->perform(call, operation));
  for (auto& entry : reply.entries.elements) {
    entry.offset = leaf_offsets::fold(entry.offset, place.first, place.in_graph);
  }
  co_return std::move(reply);
}

Task<Sequence> ProtocolClient::perform_in_order(Sequence sequence) {
  if (remote_->knows_sequences()) return remote_->perform_in_order(std::move(sequence));
  return Type::perform_in_order(std::move(sequence));
}

Task<> ProtocolClient::start() {
  remote_->start();
  return ready<Done>(done);
}

Task<> ProtocolClient::stop() { return remote_->stop(); }

Result<Done> ProtocolClient::reconfigure(const VolumeSection& section) {
  Result<RemoteOptions> options = options_of(section);
  if (!options) return std::unexpected(options.error());
  if (options->remote_host != options_.remote_host || options->remote_port != options_.remote_port ||
      options->remote_subvolume != options_.remote_subvolume) {
    return failed(ENOTSUP);
  }
  options_ = *options;
  remote_->reconfigure(std::move(*options));
  return done;
}

void ProtocolClient::dump_state(std::string& out) const { remote_->dump_state(out); }

}  // namespace mortar
