#include "translators/upcall/upcall.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <iterator>

#include "translators/upcall/noting.h"

namespace mortar {

namespace {

constexpr std::size_t most_names = 1024;
constexpr std::size_t most_name = 255;
// What attributes come with.
constexpr std::uint32_t of_attributes = upcall::flag::mode | upcall::flag::owner | upcall::flag::size |
                                        upcall::flag::times | upcall::flag::accessed | upcall::flag::permission;

notice::CacheInvalidation forgotten(const Gfid& gfid, std::uint64_t client, std::chrono::seconds timeout) {
  notice::CacheInvalidation notice;
  notice.client = client;
  notice.gfid = gfid;
  notice.flags = upcall::flag::forget;
  notice.expires_after = static_cast<std::uint32_t>(timeout.count());
  return notice;
}

}  // namespace

Upcall::Upcall(World& world, std::string name, const upcall::Options& options)
    : PassOn(std::move(name)),
      world_(world),
      options_(options),
      watchers_(options.most_watchers, options.timeout,
                [this](const Gfid& gfid, std::uint64_t client) { raise(forgotten(gfid, client, options_.timeout)); }) {}

void Upcall::looked(const Call& call, const Gfid& gfid) {
  // Healers and the like keep nothing that they have looked at.
  if (!call.client || call.is_internal() || gfid.is_null()) return;
  const std::uint64_t client = call.client->number;
  watchers_.add(gfid, client, world_.now());
  if (look_ != nullptr && look_->overtaken(gfid, client)) raise(forgotten(gfid, client, options_.timeout));
}

void Upcall::changed(const Call& call, const Gfid& gfid, Flags flags, const Iatt& iatt, const Iatt& parent,
                     const Iatt& old_parent, const Dictionary& xattrs) {
  if (!call.client || gfid.is_null()) return;
  notice::CacheInvalidation notice;
  notice.gfid = gfid;
  notice.flags = flags;
  notice.expires_after = static_cast<std::uint32_t>(options_.timeout.count());
  notice.xattrs = xattrs;
  if (is_copy_) {
    if ((flags & of_attributes) != 0) notice.flags |= upcall::flag::attributes;
  } else {
    notice.iatt = iatt;
    notice.parent = parent;
    notice.old_parent = old_parent;
  }
  for (std::uint64_t client : watchers_.others(gfid, call.client->number, world_.now())) {
    notice.client = client;
    raise(notice);
  }
  changes_.add(gfid, call.client->number);
  looked(call, gfid);
}

void Upcall::changed_xattrs(const Call& call, const Gfid& gfid, Flags flags, const Dictionary& xattrs,
                            const Dictionary& xdata) {
  Dictionary told = registered(xattrs);
  if (told.empty()) return;
  const Value* after = xdata.find("virt-gf-poststat");
  const Iatt* iatt = after == nullptr ? nullptr : std::get_if<Iatt>(after);
  if (iatt != nullptr) flags |= upcall::flag::times;
  changed(call, gfid, flags, iatt == nullptr ? Iatt{} : *iatt, {}, {}, told);
}

Dictionary Upcall::registered(const Dictionary& xattrs) const {
  Dictionary told;
  for (const auto& [key, value] : xattrs) {
    const bool wanted = std::ranges::any_of(
        names_, [&](const std::string& pattern) { return ::fnmatch(pattern.c_str(), key.c_str(), 0) == 0; });
    if (wanted) told.append(key, value);
  }
  return told;
}

Result<Done> Upcall::register_names(const Dictionary& names) {
  for (const auto& [name, value] : names) {
    if (name.size() > most_name) return failed(ENAMETOOLONG);
    if (names_.size() >= most_names && !names_.contains(name)) return failed(ENOMEM);
    names_.insert(name);
    is_copy_ = is_copy_ || name.starts_with("trusted.afr.");
  }
  return done;
}

Task<Iatt> Upcall::find(const Call& call, Gfid parent, std::string entry) {
  const fop::Lookup lookup{.parent = parent, .name = std::move(entry)};
  auto reply = co_await next().perform(call, lookup);
  co_return reply ? reply->iatt : Iatt{};
}

void Upcall::client_gone(const Client& client) {
  watchers_.client_gone(client.number);
  PassOn::client_gone(client);
}

Result<Done> Upcall::reconfigure(const VolumeSection& section) {
  Result<upcall::Options> options = read_options<upcall::Options>(section);
  if (!options) return std::unexpected(options.error());
  options_ = *options;
  watchers_.set_most(options_.most_watchers);
  watchers_.set_within(options_.timeout);
  if (!enabled()) watchers_.forget_all();
  return done;
}

void Upcall::dump_state(std::string& out) const {
  fmt::format_to(std::back_inserter(out), "cache-invalidation={}\nwatchers={}\n", enabled() ? 1 : 0, watchers_.size());
}

Result<std::unique_ptr<Translator>> make_upcall(World& world, const VolumeSection& section) {
  Result<upcall::Options> options = read_options<upcall::Options>(section);
  if (!options) return std::unexpected(options.error());
  return std::make_unique<upcall::NotingUpcall>(world, section.name, *options);
}

}  // namespace mortar
