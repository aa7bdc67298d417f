#include "pool/document.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace mortar {

namespace {

constexpr std::string_view first_line = "mortar pool 1";

std::string escaped(std::string_view text) {
  std::string result;
  for (char letter : text) {
    if (letter == '\\') {
      result += "\\\\";
    } else if (letter == '\n') {
      result += "\\n";
    } else {
      result += letter;
    }
  }
  return result;
}

std::optional<std::string> unescaped(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\') {
      result += text[at];
      continue;
    }
    if (++at == text.size()) return std::nullopt;
    if (text[at] == '\\') {
      result += '\\';
    } else if (text[at] == 'n') {
      result += '\n';
    } else {
      return std::nullopt;
    }
  }
  return result;
}

class Writer {
 public:
  void line(std::string_view key, std::string_view value) { text_ += fmt::format("{} {}\n", key, escaped(value)); }
  void line(std::string_view key, std::uint64_t value) { text_ += fmt::format("{} {}\n", key, value); }
  void options(const OptionList& options, std::string_view word = "option") {
    for (const auto& [key, value] : options) line(word, key + "=" + value);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_ = std::string(first_line) + "\n";
};

// What a server can do of which it is not written: whatever the newest op-version will be, this one stays.
constexpr std::uint32_t op_version_unless_written = 100000;

// What a pool of one server does not have is not written.
void write_server(Writer& out, const Server& server) {
  std::string line = server.id.text();
  for (const std::string& name : server.names) line += " " + name;
  out.line("server", line);
  if (!server.address.empty()) out.line("server-address", server.address);
  if (!server.public_key.empty()) out.line("server-key", server.public_key);
  if (!server.certificate.is_null()) out.line("server-certificate", server.certificate.text());
  if (server.invited) out.line("server-invited", 1);
  if (server.votes) out.line("server-votes", 1);
  if (server.newest_op_version != op_version_unless_written) out.line("server-op-version", server.newest_op_version);
  if (!server.last_change.is_null()) out.line("server-change", server.last_change.text());
}

void write_trust(Writer& out, const Trust& trust) {
  if (trust.pool.is_null()) return;
  out.line("pool", trust.pool.text());
  out.line("authority-key", trust.authority.key);
  out.line("authority-certificate", trust.authority.certificate);
  for (const Gfid& serial : trust.revoked) out.line("revoked", serial.text());
}

void write_webhook(Writer& out, const Webhook& webhook) {
  out.line("webhook", webhook.url);
  if (!webhook.token.empty()) out.line("webhook-token", webhook.token);
  if (!webhook.secret.empty()) out.line("webhook-secret", webhook.secret);
}

void write_volume(Writer& out, const Volume& volume) {
  out.line("volume", volume.name);
  out.line("id", volume.id.text());
  out.line("type", static_cast<std::uint64_t>(volume.type));
  out.line("status", static_cast<std::uint64_t>(volume.status));
  out.line("transport", static_cast<std::uint64_t>(volume.transport));
  out.line("replica-count", volume.replica_count);
  out.line("arbiter-count", volume.arbiter_count);
  out.line("disperse-count", volume.disperse_count);
  out.line("redundancy-count", volume.redundancy_count);
  out.line("version", volume.version);
  out.line("username", volume.username);
  out.line("password", volume.password);
  out.line("op-version", volume.op_version);
  out.line("client-op-version", volume.client_op_version);
  for (std::size_t index = 0; index < volume.bricks.size(); ++index) {
    const Brick& brick = volume.bricks[index];
    out.line("brick", fmt::format("{} {}:{}", brick.server.text(), brick.host, brick.path));
    if (brick.number != index) out.line("brick-number", brick.number);
    if (brick.away) out.line("brick-away", 1);
  }
  out.options(volume.options);
  if (!volume.rebalance) return;
  out.line("rebalance", volume.rebalance->id.text());
  for (const RebalancePart& part : volume.rebalance->parts) {
    out.line("rebalance-part",
             fmt::format("{} {} {} {}", part.server.text(), static_cast<int>(part.state), part.failures, part.seconds));
  }
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<Pool> read() {
    if (next_line() != first_line) return error("this is not a pool document of a version known here");
    while (at_ < text_.size()) {
      std::string_view line = next_line();
      const std::size_t blank = line.find(' ');
      std::optional<std::string> value;
      if (blank != std::string_view::npos) value = unescaped(line.substr(blank + 1));
      if (!value) return error("a line is not a key and a value");
      if (!take(line.substr(0, blank), *value)) return error("a line is not understood");
    }
    if (!complete()) return error("a volume is not complete");
    if (pool_.trust.pool.is_null() && pool_.trust != Trust{}) return error("there is trust of a pool without its id");
    return std::move(pool_);
  }

 private:
  std::string_view next_line() {
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    std::string_view line = text_.substr(at_, end - at_);
    at_ = std::min(end + 1, text_.size());
    ++line_;
    return line;
  }

  std::unexpected<Error> error(std::string_view what) const {
    return failed(EINVAL, fmt::format("pool document, line {}: {}", line_, what));
  }

  template <class Number>
  static bool number(std::string_view text, Number& value) {
    auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    return problem == std::errc() && end == text.data() + text.size();
  }
  template <class Enumeration>
  static bool choice(std::string_view text, Enumeration& value, std::initializer_list<Enumeration> known) {
    std::int32_t read = 0;
    if (!number(text, read)) return false;
    value = static_cast<Enumeration>(read);
    return std::ranges::find(known, value) != known.end();
  }
  static bool identity(std::string_view text, Gfid& id) {
    std::optional<Gfid> parsed = Gfid::parse(text);
    id = parsed.value_or(Gfid{});
    return parsed.has_value();
  }
  static bool option(std::string_view text, OptionList& options) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) return false;
    options.set(text.substr(0, equals), text.substr(equals + 1));
    return true;
  }

  bool take(std::string_view key, const std::string& value) {
    if (key == "server") return take_server(value);
    if (key == "volume") {
      pool_.volumes.emplace_back().name = value;
      return true;
    }
    if (!pool_.volumes.empty()) return take_of_volume(pool_.volumes.back(), key, value);
    if (!pool_.servers.empty()) return take_of_server(pool_.servers.back(), key, value);
    if (key == "op-version") return number(value, pool_.op_version);
    if (key == "options-version") return number(value, pool_.options_version);
    if (key == "option") return option(value, pool_.options);
    if (key == "event-setting") return option(value, pool_.event_settings);
    if (key.starts_with("webhook")) return take_of_webhooks(pool_.webhooks, key, value);
    return take_of_trust(pool_.trust, key, value);
  }

  static bool take_of_trust(Trust& trust, std::string_view key, const std::string& value) {
    if (key == "pool") return identity(value, trust.pool);
    if (key == "revoked") return identity(value, trust.revoked.emplace_back());
    if (key == "authority-key") trust.authority.key = value;
    if (key == "authority-certificate") trust.authority.certificate = value;
    return key == "authority-key" || key == "authority-certificate";
  }

  static bool take_of_webhooks(std::vector<Webhook>& webhooks, std::string_view key, const std::string& value) {
    if (key == "webhook") webhooks.emplace_back().url = value;
    if (webhooks.empty()) return false;
    if (key == "webhook-token") webhooks.back().token = value;
    if (key == "webhook-secret") webhooks.back().secret = value;
    return key == "webhook" || key == "webhook-token" || key == "webhook-secret";
  }

  static bool take_of_server(Server& server, std::string_view key, const std::string& value) {
    if (key == "server-certificate") return identity(value, server.certificate);
    if (key == "server-change") return identity(value, server.last_change);
    if (key == "server-op-version") return number(value, server.newest_op_version);
    if (key == "server-invited") return server.invited = value == "1";
    if (key == "server-votes") return server.votes = value == "1";
    if (key == "server-address") server.address = value;
    if (key == "server-key") server.public_key = value;
    return key == "server-address" || key == "server-key";
  }

  // UUID NAME...
  bool take_server(std::string_view value) {
    Server server;
    server.newest_op_version = op_version_unless_written;
    if (!identity(value.substr(0, 36), server.id)) return false;
    value.remove_prefix(36);
    while (!value.empty()) {
      value.remove_prefix(1);
      const std::size_t end = std::min(value.find(' '), value.size());
      server.names.emplace_back(value.substr(0, end));
      value.remove_prefix(end);
    }
    pool_.servers.push_back(std::move(server));
    return true;
  }

  // UUID HOST:PATH
  static bool take_brick(Volume& volume, std::string_view value) {
    Brick brick;
    if (value.size() < 38 || !identity(value.substr(0, 36), brick.server)) return false;
    value.remove_prefix(37);
    const std::size_t colon = value.find(":/");
    if (colon == std::string_view::npos) return false;
    brick.host = value.substr(0, colon);
    brick.path = value.substr(colon + 1);
    brick.number = static_cast<std::uint32_t>(volume.bricks.size());
    volume.bricks.push_back(std::move(brick));
    return true;
  }

  // UUID STATE FAILURES SECONDS
  static bool take_rebalance_part(Rebalance& rebalance, std::string_view value) {
    using enum RebalanceState;
    RebalancePart part;
    std::array<std::string_view, 4> words;
    for (std::string_view& word : words) {
      word = value.substr(0, value.find(' '));
      value.remove_prefix(std::min(word.size() + 1, value.size()));
    }
    const bool read = value.empty() && identity(words[0], part.server) &&
                      choice(words[1], part.state, {running, stopped, completed, failed}) &&
                      number(words[2], part.failures) && number(words[3], part.seconds);
    rebalance.parts.push_back(part);
    return read;
  }

  bool take_of_volume(Volume& volume, std::string_view key, const std::string& value) {
    using enum VolumeState;
    if (key == "id") return identity(value, volume.id);
    if (key == "type") {
      return choice(value, volume.type, {VolumeType::distribute, VolumeType::replicate, VolumeType::disperse});
    }
    if (key == "status") return choice(value, volume.status, {created, started, stopped});
    if (key == "transport") return choice(value, volume.transport, {Transport::tcp, Transport::rdma, Transport::both});
    if (key == "replica-count") return number(value, volume.replica_count);
    if (key == "arbiter-count") return number(value, volume.arbiter_count);
    if (key == "disperse-count") return number(value, volume.disperse_count);
    if (key == "redundancy-count") return number(value, volume.redundancy_count);
    if (key == "version") return number(value, volume.version);
    if (key == "op-version") return number(value, volume.op_version);
    if (key == "client-op-version") return number(value, volume.client_op_version);
    if (key == "brick") return take_brick(volume, value);
    if (key == "brick-away") return !volume.bricks.empty() && (volume.bricks.back().away = value == "1");
    if (key == "brick-number") return !volume.bricks.empty() && number(value, volume.bricks.back().number);
    if (key == "option") return option(value, volume.options);
    if (key == "rebalance") return identity(value, volume.rebalance.emplace().id);
    if (key == "rebalance-part") return volume.rebalance && take_rebalance_part(*volume.rebalance, value);
    if (key == "username") volume.username = value;
    if (key == "password") volume.password = value;
    return key == "username" || key == "password";
  }

  bool complete() const {
    return std::ranges::all_of(pool_.volumes, [](const Volume& volume) {
      return !volume.name.empty() && !volume.id.is_null() && !volume.bricks.empty();
    });
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 0;
  Pool pool_;
};

}  // namespace

std::string format_pool(const Pool& pool) {
  Writer out;
  out.line("op-version", pool.op_version);
  out.line("options-version", pool.options_version);
  out.options(pool.options);
  write_trust(out, pool.trust);
  out.options(pool.event_settings, "event-setting");
  for (const Webhook& webhook : pool.webhooks) write_webhook(out, webhook);
  for (const Server& server : pool.servers) write_server(out, server);
  for (const Volume& volume : pool.volumes) write_volume(out, volume);
  return out.take();
}

Result<Pool> parse_pool(std::string_view text) { return Reader(text).read(); }

}  // namespace mortar
