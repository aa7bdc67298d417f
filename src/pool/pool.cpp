#include "pool/pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace mortar {

std::optional<std::string_view> OptionList::find(std::string_view key) const {
  auto found = std::ranges::find(pairs_, key, &Pair::first);
  if (found == pairs_.end()) return std::nullopt;
  return found->second;
}

void OptionList::set(std::string_view key, std::string_view value) {
  auto found = std::ranges::find(pairs_, key, &Pair::first);
  if (found == pairs_.end()) {
    pairs_.emplace_back(key, value);
  } else {
    found->second = value;
  }
}

bool OptionList::erase(std::string_view key) {
  return std::erase_if(pairs_, [key](const Pair& pair) { return pair.first == key; }) != 0;
}

bool OptionList::is_on(std::string_view key, bool otherwise) const {
  std::optional<std::string_view> value = find(key);
  if (!value) return otherwise;
  return boolean_word(*value).value_or(otherwise);
}

RebalanceState Rebalance::state() const {
  using enum RebalanceState;
  for (RebalanceState state : {running, failed, stopped}) {
    if (std::ranges::find(parts, state, &RebalancePart::state) != parts.end()) return state;
  }
  return completed;
}

std::uint32_t Volume::set_size() const {
  switch (type) {
    case VolumeType::distribute: return 1;
    case VolumeType::replicate: return replica_count;
    case VolumeType::disperse: return disperse_count;
  }
  return 1;
}

bool Volume::is_arbiter(std::size_t brick) const {
  return arbiter_count != 0 && replica_count != 0 && brick % replica_count == replica_count - 1;
}

std::string Volume::client_of(const Brick& brick) const { return fmt::format("{}-client-{}", name, brick.number); }

void Volume::add_bricks(std::vector<Brick> added) {
  std::uint32_t next = 0;
  for (const Brick& brick : bricks) next = std::max(next, brick.number + 1);
  for (Brick& brick : added) {
    brick.number = next++;
    bricks.push_back(std::move(brick));
  }
}

const Volume* Pool::find(std::string_view volume) const {
  auto found = std::ranges::find(volumes, volume, &Volume::name);
  return found == volumes.end() ? nullptr : &*found;
}

Volume* Pool::find(std::string_view volume) {
  auto found = std::ranges::find(volumes, volume, &Volume::name);
  return found == volumes.end() ? nullptr : &*found;
}

const Webhook* Pool::webhook(std::string_view url) const {
  auto found = std::ranges::find(webhooks, url, &Webhook::url);
  return found == webhooks.end() ? nullptr : &*found;
}

Webhook* Pool::webhook(std::string_view url) {
  auto found = std::ranges::find(webhooks, url, &Webhook::url);
  return found == webhooks.end() ? nullptr : &*found;
}

const Server* Pool::server(const Gfid& id) const {
  auto found = std::ranges::find(servers, id, &Server::id);
  return found == servers.end() ? nullptr : &*found;
}

Server* Pool::server(const Gfid& id) {
  auto found = std::ranges::find(servers, id, &Server::id);
  return found == servers.end() ? nullptr : &*found;
}

const Server* Pool::server_called(std::string_view name) const {
  const auto found = std::ranges::find_if(servers, [name](const Server& server) {
    return server.address == name || std::ranges::find(server.names, name) != server.names.end();
  });
  return found == servers.end() || name.empty() ? nullptr : &*found;
}

std::optional<bool> boolean_word(std::string_view text) {
  static constexpr std::array<std::string_view, 5> on{"on", "yes", "true", "enable", "1"};
  static constexpr std::array<std::string_view, 5> off{"off", "no", "false", "disable", "0"};
  std::string word(text);
  std::ranges::transform(word, word.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? char(letter - 'A' + 'a') : letter;
  });
  if (std::ranges::find(on, word) != on.end()) return true;
  if (std::ranges::find(off, word) != off.end()) return false;
  return std::nullopt;
}

}  // namespace mortar
