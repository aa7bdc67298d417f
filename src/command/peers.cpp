// peer probe, detach, status and pool list.
#include <fmt/format.h>

#include <algorithm>

#include "command/handlers.h"
#include "command/procedures.h"
#include "command/xml.h"
#include "wire/messages/commands.h"

namespace mortar::command {

namespace {

constexpr std::int64_t management_port = 24007;

// A name or an address: letters, digits, dots, dashes and colons.
bool may_be_host(std::string_view text) {
  return !text.empty() && text.size() <= 255 && text.front() != '-' && text.front() != '.' &&
         std::ranges::all_of(text, [](unsigned char letter) {
           return std::isalnum(letter) || letter == '.' || letter == '-' || letter == ':' || letter == '_';
         });
}

struct Peer {
  std::string uuid;
  std::string host;
  std::string state;
  std::int64_t state_number = 0;
  bool connected = false;
  std::vector<std::string> names;
};

std::vector<Peer> peers_of(const Dictionary& values) {
  std::vector<Peer> peers;
  const std::int64_t count = values.number("count").value_or(0);
  for (std::int64_t index = 1; index <= count; ++index) {
    auto key = [index](std::string_view name) { return fmt::format("friend{}.{}", index, name); };
    Peer peer;
    peer.uuid = values.text(key("uuid")).value_or("");
    peer.host = values.text(key("hostname")).value_or("");
    peer.state = values.text(key("state")).value_or("");
    peer.state_number = values.number(key("stateId")).value_or(0);
    peer.connected = values.number(key("connected")).value_or(0) != 0;
    const std::int64_t names = values.number(key("hostname_count")).value_or(0);
    for (std::int64_t name = 0; name < names; ++name) {
      peer.names.emplace_back(values.text(key(fmt::format("hostname{}", name))).value_or(""));
    }
    peers.push_back(std::move(peer));
  }
  return peers;
}

std::string peers_xml(const Answer& answer) {
  Xml xml(answer.op_ret, answer.op_errno, answer.op_errstr);
  xml.open("peerStatus");
  for (const Peer& peer : peers_of(answer.values)) {
    xml.open("peer");
    xml.element("uuid", peer.uuid);
    xml.element("hostname", peer.host);
    if (!peer.names.empty()) {
      xml.open("hostnames");
      for (const std::string& name : peer.names) xml.element("hostname", name);
      xml.close();
    }
    xml.element("connected", static_cast<long long>(peer.connected));
    if (!peer.state.empty()) {  // of the answering server itself nothing is told
      xml.element("state", peer.state_number);
      xml.element("stateStr", peer.state);
    }
    xml.close();
  }
  return xml.finish();
}

Task<Answer> list(const Invocation& run, int what) {
  Dictionary request = run.request();
  request.set("flags", std::int64_t{what});
  Answer answer = co_await tried(run.call(cli::ListFriends::number, std::move(request)));
  co_return answer;
}

// Stock's: what was answered, with the other sign, as the shell sees it.
int exit_status_of(const Answer& answer) { return -answer.op_ret & 0xff; }

// Both commands that change the pool answer with a sentence.
int say(const Invocation& run, std::string_view what, const Answer& answer, std::string_view success) {
  const std::string sentence = answer.op_errstr.empty() ? std::string(success) : answer.op_errstr;
  if (run.settings.xml) {
    const bool good = answer.op_ret == 0;
    run.console.out_part(
        xml_message(nullptr, good ? sentence : "", answer.op_ret, answer.op_errno, good ? "" : sentence));
    return 0;
  }
  if (answer.op_ret == 0) {
    run.console.out(fmt::format("{}: {}", what, sentence));
    return 0;
  }
  run.console.error(fmt::format("{}: failed: {}", what, sentence));
  return exit_status_of(answer);
}

// What is wrong with a server, as it says itself.
std::vector<std::string> troubles_of(const Dictionary& values, const std::string& prefix) {
  std::vector<std::string> troubles;
  const auto key = [&] { return fmt::format("{}trouble{}", prefix, troubles.size()); };
  while (values.has(key())) troubles.emplace_back(values.text(key()).value_or(""));
  return troubles;
}

}  // namespace

Task<int> peer_probe(const Invocation& run) {
  if (run.words.size() != 3) co_return run.usage();
  if (!may_be_host(run.words[2])) {
    run.console.out(fmt::format("{} is an invalid address", run.words[2]));
    co_return run.usage();
  }
  Dictionary request = run.request();
  request.set_text("hostname", run.words[2]);
  request.set("port", management_port);
  Answer answer = co_await tried(run.call(cli::Probe::number, std::move(request)));
  const int status = say(run, "peer probe", answer, "success");
  if (const auto note = answer.values.text("note"); note && !run.settings.xml)
    run.console.error(fmt::format("note: {}", *note));
  co_return status;
}

Task<int> peer_detach(const Invocation& run) {
  const std::vector<std::string>& words = run.words;
  if (words.size() < 3 || words.size() > 4 || (words.size() == 4 && words[3] != "force")) co_return run.usage();
  const bool agreed = run.agreed(
      "All clients mounted through the peer which is getting detached need to be remounted using one of the other "
      "active peers in the trusted storage pool to ensure client gets notification on any changes done on the gluster "
      "configuration and if the same has been done do you want to proceed?");
  if (!agreed) co_return 0;
  Dictionary request = run.request();
  request.set_text("hostname", words[2]);
  request.set("port", management_port);
  request.set("flags", std::int64_t{words.size() == 4 ? with_force : 0});
  Answer answer = co_await tried(run.call(cli::Deprobe::number, std::move(request)));
  co_return say(run, "peer detach", answer, "success");
}

Task<int> peer_status(const Invocation& run) {
  if (run.words.size() != 2) co_return run.usage();
  Answer answer = co_await tried(list(run, list_peers));
  if (run.settings.xml) {
    run.console.out_part(peers_xml(answer));
    co_return 0;
  }
  if (answer.op_ret != 0) {
    run.console.error("peer status: failed");
    co_return 1;
  }
  const std::vector<Peer> peers = peers_of(answer.values);
  run.console.out(fmt::format("Number of Peers: {}", peers.size()));
  for (const Peer& peer : peers) {
    run.console.out(fmt::format("\nHostname: {}\nUuid: {}\nState: {} ({})", peer.host, peer.uuid, peer.state,
                                peer.connected ? "Connected" : "Disconnected"));
    if (peer.names.size() < 2) continue;
    run.console.out("Other names:");
    for (const std::string& name : peer.names) {
      if (name != peer.host) run.console.out(name);
    }
  }
  co_return 0;
}

Task<int> pool_recover(const Invocation& run) {
  if (run.words.size() != 2) co_return run.usage();
  const bool agreed = run.agreed(
      "What this server knows of the pool becomes the pool's configuration; what was changed since by servers that are "
      "away is lost, and they follow when they come back. Do this only if most of the servers that keep the "
      "configuration (see `gluster pool status`) are gone for good. Do you want to continue?");
  if (!agreed) co_return 0;
  Answer answer = co_await tried(run.call(cli::PoolRecover::number, run.request()));
  co_return say(run, "pool recover", answer, "success");
}

Task<int> pool_status(const Invocation& run) {
  if (run.words.size() != 2) co_return run.usage();
  Answer answer = co_await tried(run.call(cli::PoolStatus::number, run.request()));
  const Dictionary& values = answer.values;
  const std::int64_t count = values.number("count").value_or(0);
  const auto text = [&values](const std::string& key) { return std::string(values.text(key).value_or("")); };
  const auto number = [&values](const std::string& key) { return values.number(key).value_or(0); };
  if (run.settings.xml) {
    Xml xml(answer.op_ret, answer.op_errno, answer.op_errstr);
    xml.open("poolStatus");
    xml.element("pool", text("pool"));
    xml.element("version", number("version"));
    for (std::int64_t place = 1; place <= count; ++place) {
      const std::string prefix = fmt::format("server{}.", place);
      xml.open("server");
      for (const char* key : {"uuid", "hostname", "address"}) xml.element(key, text(prefix + key));
      for (const char* key : {"connected", "wanted", "keeps", "lost", "version"}) {
        xml.element(key, number(prefix + key));
      }
      for (const std::string& trouble : troubles_of(values, prefix)) xml.element("trouble", trouble);
      xml.close();
    }
    run.console.out_part(xml.finish());
    co_return 0;
  }
  if (answer.op_ret != 0) {
    run.console.error(fmt::format("pool status: failed: {}", answer.op_errstr));
    co_return 1;
  }
  run.console.out(fmt::format("Pool: {}\nConfiguration: version {}\n", text("pool"), number("version")));
  run.console.out(fmt::format("{:<36}  {:<24}  {:<12}  {:<8}  {}", "UUID", "Hostname", "State", "Version", "Keeps it"));
  for (std::int64_t place = 1; place <= count; ++place) {
    const std::string prefix = fmt::format("server{}.", place);
    const bool connected = number(prefix + "connected") != 0;
    const bool keeps = number(prefix + "keeps") != 0;
    const bool wanted = number(prefix + "wanted") != 0;
    std::string_view vote = keeps ? "yes" : "no";
    if (wanted && !keeps) vote = "soon";
    if (wanted && number(prefix + "lost") != 0) vote = "lost what it kept";
    if (wanted && !connected) vote = "yes, does not answer";
    run.console.out(fmt::format("{:<36}  {:<24}  {:<12}  {:<8}  {}", text(prefix + "uuid"), text(prefix + "hostname"),
                                connected ? "Connected" : "Disconnected",
                                connected ? fmt::to_string(number(prefix + "version")) : "-", vote));
  }
  for (std::int64_t place = 1; place <= count; ++place) {
    const std::string prefix = fmt::format("server{}.", place);
    for (const std::string& trouble : troubles_of(values, prefix)) {
      run.console.out(fmt::format("\n{}: {}.", text(prefix + "hostname"), trouble));
    }
  }
  co_return 0;
}

Task<int> pool_list(const Invocation& run) {
  if (run.words.size() != 2) co_return run.usage();
  Answer answer = co_await tried(list(run, list_pool));
  if (run.settings.xml) {
    run.console.out_part(peers_xml(answer));
    co_return 0;
  }
  if (answer.op_ret != 0) {
    run.console.error("pool list: failed");
    co_return 1;
  }
  const std::vector<Peer> peers = peers_of(answer.values);
  std::size_t width = std::string_view("Hostname").size();
  for (const Peer& peer : peers) width = std::max(width, peer.host.size());
  run.console.out(fmt::format("UUID\t\t\t\t\t{:<{}}\tState", "Hostname", width));
  for (const Peer& peer : peers) {
    run.console.out(
        fmt::format("{}\t{:<{}}\t{} ", peer.uuid, peer.host, width, peer.connected ? "Connected" : "Disconnected"));
  }
  co_return 0;
}

}  // namespace mortar::command
