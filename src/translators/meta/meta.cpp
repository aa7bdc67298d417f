#include "translators/meta/meta.h"

#include <fmt/format.h>

#include <algorithm>

namespace mortar {

using meta::Node;
using meta::Place;

namespace {

constexpr std::uint32_t directory_mode = 0040555, link_mode = 0120777, file_mode = 0100444, written_file_mode = 0100644;

std::uint32_t mode_of(const Node& node) {
  switch (node.kind) {
    case Node::Kind::directory: return directory_mode;
    case Node::Kind::link: return link_mode;
    case Node::Kind::file: break;
  }
  return node.write ? written_file_mode : file_mode;
}

bool is_virtual_name(const Gfid& parent, std::string_view name) {
  return parent.is_root() && name == meta::directory_name;
}

}  // namespace

TranslatorMaker Meta::maker(std::shared_ptr<meta::Process> process) {
  return [process](World& world, const VolumeSection& section) -> Result<std::unique_ptr<Translator>> {
    if (section.subvolumes.size() != 1) {
      return failed(EINVAL, fmt::format("volume {}: {} stands on one subvolume", section.name, section.type));
    }
    return std::make_unique<Meta>(world, section.name, process);
  };
}

Meta::Meta(World& world, std::string name, std::shared_ptr<meta::Process> process)
    : Intercept(std::move(name)), world_(world), process_(std::move(process)) {}

template <class Operation>
bool Meta::is_inside(const Operation& operation) const {
  const meta::Tree& tree = process_->tree();
  bool inside = false;
  if constexpr (requires { operation.gfid; }) inside = tree.knows(operation.gfid);
  if constexpr (requires { operation.in_gfid; }) {
    inside = tree.knows(operation.in_gfid) || tree.knows(operation.out_gfid);
  }
  if constexpr (requires { operation.parent; }) {
    inside = inside || tree.knows(operation.parent) || is_virtual_name(operation.parent, operation.name);
  }
  if constexpr (requires { operation.old_parent; }) {
    inside = inside || tree.knows(operation.old_parent) || is_virtual_name(operation.old_parent, operation.old_name);
  }
  if constexpr (requires { operation.new_parent; }) {
    inside = inside || tree.knows(operation.new_parent) || is_virtual_name(operation.new_parent, operation.new_name);
  }
  return inside;
}

template <class Operation>
Task<typename Operation::Reply> Meta::around(const Call& call, const Operation& operation) {
  using Reply = typename Operation::Reply;
  if (!is_inside(operation)) return pass(call, operation);
  if constexpr (requires { act(operation); }) {
    return ready<Reply>(act(operation));
  } else {
    return ready<Reply>(failed(EPERM));
  }
}

template <class Operation>
Task<typename Operation::Reply> Meta::pass(const Call& call, const Operation& operation) {
  const CallsUnderWay::Entry entry(process_->calls(), call, fop::counted_name<Operation>(), world_.wall_clock());
  std::optional<Instant> begun;
  if (process_->measures()) begun = world_.now();
  Result<typename Operation::Reply> reply = co_await next().perform(call, operation);
  if (begun) process_->took(fop::counted_number<Operation>(), world_.now() - *begun);
  co_return std::move(reply);
}

Result<Place> Meta::place_of(const Gfid& gfid) const {
  std::optional<Place> place = process_->tree().find(gfid);
  if (!place) return failed(ESTALE);
  return std::move(*place);
}

Iatt Meta::show(const Place& place) const {
  Iatt iatt;
  iatt.gfid = place.gfid;
  iatt.inode = place.gfid.inode_number();
  iatt.flags = iatt_all_valid;
  iatt.mode = mode_of(place.node);
  iatt.links = place.node.kind == Node::Kind::directory ? 2 : 1;
  iatt.accessed = iatt.modified = iatt.changed = world_.wall_clock();
  return iatt;
}

Result<fop::Lookup::Reply> Meta::act(const fop::Lookup& lookup) {
  fop::Lookup::Reply reply;
  meta::Tree& tree = process_->tree();
  const bool by_gfid = lookup.parent.is_null();
  if (by_gfid || is_virtual_name(lookup.parent, lookup.name)) {
    const Result<Place> place = place_of(by_gfid ? lookup.gfid : meta::directory_gfid);
    if (!place) return std::unexpected(place.error());
    reply.iatt = show(*place);
    return reply;
  }
  const std::optional<Place> found = tree.find(lookup.parent, lookup.name);
  if (!found) return failed(ENOENT);
  reply.iatt = show(*found);
  if (const Result<Place> parent = place_of(lookup.parent)) reply.parent = show(*parent);
  return reply;
}

Result<fop::Attributes> Meta::attributes(const Gfid& gfid) const {
  const Result<Place> place = place_of(gfid);
  if (!place) return std::unexpected(place.error());
  fop::Attributes reply;
  reply.iatt = show(*place);
  return reply;
}

Result<fop::Changed> Meta::unchanged(const Gfid& gfid) const {
  const Result<Place> place = place_of(gfid);
  if (!place) return std::unexpected(place.error());
  fop::Changed reply;
  reply.before = reply.after = show(*place);
  return reply;
}

Result<fop::Changed> Meta::emptied(const Gfid& gfid) const {
  const Result<Place> place = place_of(gfid);
  if (place && !place->node.write) return failed(EPERM);
  return unchanged(gfid);
}

Result<fop::Readlink::Reply> Meta::act(const fop::Readlink& readlink) const {
  const Result<Place> place = place_of(readlink.gfid);
  if (!place) return std::unexpected(place.error());
  if (place->node.kind != Node::Kind::link) return failed(EINVAL);
  fop::Readlink::Reply reply;
  reply.iatt = show(*place);
  reply.target = place->node.text();
  reply.op_ret = static_cast<std::int32_t>(reply.target.size());
  return reply;
}

Result<fop::Opened> Meta::opened(const Place& place, std::uint32_t flags, std::string text) const {
  const bool is_directory = place.node.kind == Node::Kind::directory;
  auto descriptor = std::make_shared<Descriptor>(place.gfid, flags, is_directory);
  descriptor->contexts.put(this, std::make_shared<std::string>(std::move(text)));
  fop::Opened reply;
  reply.fd.open = std::move(descriptor);
  if (!is_directory) reply.xdata.set(fop::past_the_cache_key, std::int64_t{1});
  return reply;
}

Result<fop::Opened> Meta::act(const fop::Opendir& opendir) const {
  const Result<Place> place = place_of(opendir.gfid);
  if (!place) return std::unexpected(place.error());
  if (place->node.kind != Node::Kind::directory) return failed(ENOTDIR);
  return opened(*place, 0, {});
}

Result<fop::Opened> Meta::act(const fop::Open& open) const {
  const Result<Place> place = place_of(open.gfid);
  if (!place) return std::unexpected(place.error());
  if (place->node.kind != Node::Kind::file) {
    return failed(place->node.kind == Node::Kind::directory ? EISDIR : ELOOP);
  }
  const bool writes = (open.flags & open_flag::access_mode) != 0;
  if (writes && !place->node.write) return failed(EPERM);
  return opened(*place, open.flags, place->node.text());
}

Result<fop::Read::Reply> Meta::act(const fop::Read& read) const {
  const auto text = read.fd.open ? read.fd.open->contexts.get<std::string>(this) : nullptr;
  if (!text) return failed(EBADF);
  const Result<Place> place = place_of(read.gfid);
  if (!place) return std::unexpected(place.error());
  fop::Read::Reply reply;
  const std::size_t from = std::min<std::size_t>(read.offset, text->size());
  reply.data.bytes = Slice::copy(std::string_view(*text).substr(from, read.size));
  reply.op_ret = static_cast<std::int32_t>(reply.data.bytes.size());
  reply.iatt = show(*place);
  return reply;
}

Result<fop::Changed> Meta::act(const fop::Write& write) const {
  const Result<Place> place = place_of(write.gfid);
  if (!place) return std::unexpected(place.error());
  if (!place->node.write) return failed(EPERM);
  const Bytes bytes = write.data.bytes.bytes();
  const Result<Done> taken =
      place->node.write(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  if (!taken) return std::unexpected(taken.error());
  Result<fop::Changed> reply = unchanged(write.gfid);
  if (reply) reply->op_ret = static_cast<std::int32_t>(bytes.size());
  return reply;
}

// By place: ".", "..", and what the tree lists.
template <class Reply>
Result<Reply> Meta::listed(const Gfid& gfid, std::uint64_t offset, std::uint32_t size) const {
  const Result<Place> place = place_of(gfid);
  if (!place) return std::unexpected(place.error());
  meta::Entries entries{{".", place->node}, {"..", place->node}};
  for (auto& entry : meta::Tree::list(place->node)) entries.push_back(std::move(entry));
  Reply reply;
  std::size_t used = 0;
  for (std::uint64_t at = offset; at < entries.size(); ++at) {
    const auto& [name, node] = entries[at];
    typename decltype(reply.entries.elements)::value_type entry;
    used += sizeof entry + name.size();
    if (at != offset && used > size) break;
    entry.inode = at + 1;  // the kernel gets the true one where it looks the name up
    entry.offset = at + 1;
    entry.name_length = static_cast<std::uint32_t>(name.size());
    entry.type = mode_of(node) >> 12;
    entry.name = name;
    reply.entries.elements.push_back(std::move(entry));
  }
  reply.op_ret = static_cast<std::int32_t>(reply.entries.elements.size());
  return reply;
}

Result<fop::Readdir::Reply> Meta::act(const fop::Readdir& readdir) const {
  return listed<fop::Readdir::Reply>(readdir.gfid, readdir.offset, readdir.size);
}

Result<fop::Readdirp::Reply> Meta::act(const fop::Readdirp& readdirp) const {
  return listed<fop::Readdirp::Reply>(readdirp.gfid, readdirp.offset, readdirp.size);
}

}  // namespace mortar
