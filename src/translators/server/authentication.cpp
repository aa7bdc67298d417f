#include "translators/server/authentication.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/glob.h"
#include "base/log.h"
#include "translator/options.h"
#include "translators/server/ip_address.h"

namespace mortar {

namespace {

constexpr std::uint16_t first_unprivileged_port = 1024;

std::vector<std::string> split(std::string_view text, std::string_view delimiters) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(delimiters), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

bool is_host_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
           letter == '-' || letter == '.' || letter == '_';
  });
}

Task<bool> names_peer(World& world, std::string entry, std::string peer) {
  const std::optional<IpAddress> peer_ip = parse_ip(peer);
  if (const std::optional<IpAddress> entry_ip = parse_ip(entry)) co_return entry_ip == peer_ip;
  if (entry.find('/') != std::string::npos) co_return peer_ip&& in_network(entry, *peer_ip);
  if (!is_host_name(entry)) co_return glob_matches(entry, peer);
  if (entry == peer) co_return true;
  std::vector<std::string> addresses = co_await tried(world.network().resolve(entry));
  co_return std::ranges::any_of(addresses, [&](const std::string& address) {
    return address == peer || (peer_ip && parse_ip(address) == peer_ip);
  });
}

// The part of a list that speaks of this subdirectory, and what its entries are divided by.
std::vector<std::string> entries_for(std::string_view list, std::string_view subdirectory) {
  if (!list.starts_with('/') && list.find('(') == std::string_view::npos) return split(list, ", ");
  for (const std::string& entry : split(list, ",")) {
    const std::size_t open = entry.find('(');
    const std::size_t close = entry.find(')');
    if (!entry.starts_with('/') || open == std::string::npos || close == std::string::npos || close < open) break;
    if (std::string_view(entry).substr(0, open) == subdirectory) {
      return split(std::string_view(entry).substr(open + 1, close - open - 1), "|");
    }
  }
  return {};
}

}  // namespace

Task<bool> address_list_matches(World& world, std::string list, std::string subdirectory, std::string peer) {
  for (std::string& entry : entries_for(list, subdirectory)) {
    const bool inverted = entry.starts_with('!');
    if (inverted) entry.erase(0, 1);
    Result<bool> named = co_await names_peer(world, entry, peer);
    if (!named) {
      log::warning("auth/addr", "cannot resolve {}: {}", entry, named.error().sentence());
      continue;
    }
    if (*named != inverted) co_return true;
  }
  co_return false;
}

bool Authentication::is_on(std::string_view key, bool otherwise) const {
  bool value = otherwise;
  if (const std::optional<std::string_view> text = section_.option(key)) parse_option(*text, value);
  return value;
}

Vote Authentication::login(const Applicant& applicant) const {
  const bool strict = is_on("strict-auth-accept", false);
  const Vote unknown = strict ? Vote::reject : Vote::no_opinion;
  if (!applicant.user || !applicant.password) return unknown;
  const std::optional<std::string_view> allowed = section_.option(fmt::format("auth.login.{}.allow", applicant.brick));
  if (!allowed) return Vote::no_opinion;
  const std::vector<std::string> patterns = split(*allowed, " ,");
  const bool known =
      std::ranges::any_of(patterns, [&](const std::string& pattern) { return glob_matches(pattern, *applicant.user); });
  if (!known) return unknown;
  const std::optional<std::string_view> password =
      section_.option(fmt::format("auth.login.{}.password", *applicant.user));
  return password && *password == *applicant.password ? Vote::accept : Vote::reject;
}

Task<Vote> Authentication::address(World& world, const Applicant& applicant) const {
  std::optional<std::string_view> allow = section_.option(fmt::format("auth.addr.{}.allow", applicant.brick));
  if (!allow) allow = section_.option(fmt::format("auth.ip.{}.allow", applicant.brick));
  const std::optional<std::string_view> reject = section_.option(fmt::format("auth.addr.{}.reject", applicant.brick));
  if (!allow && !reject) co_return Vote::no_opinion;
  if (!applicant.address.is_unix() && applicant.address.port >= first_unprivileged_port &&
      !is_on("rpc-auth-allow-insecure", true)) {
    log::error("auth/addr", "client {} is bound to a port that is not privileged", applicant.address.text());
    co_return Vote::reject;
  }
  const std::string peer = applicant.address.is_unix() ? applicant.address.path : applicant.address.host;
  if (reject) {
    bool rejected = co_await tried(address_list_matches(world, std::string(*reject), applicant.subdirectory, peer));
    if (rejected) co_return Vote::reject;
  }
  if (!allow) co_return Vote::no_opinion;
  bool allowed = co_await tried(address_list_matches(world, std::string(*allow), applicant.subdirectory, peer));
  co_return allowed ? Vote::accept : Vote::no_opinion;
}

Task<Admission> Authentication::admit(World& world, Applicant applicant) const {
  const Vote by_login = login(applicant);
  const Vote by_address = co_await tried(address(world, applicant));
  const bool rejected = by_login == Vote::reject || by_address == Vote::reject;
  const bool accepted = by_login == Vote::accept || by_address == Vote::accept;
  co_return Admission{accepted && !rejected, by_login == Vote::accept};
}

}  // namespace mortar
