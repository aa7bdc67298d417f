#include "management/management.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/join.h"
#include "base/log.h"
#include "management/identity.h"
#include "management/stored_pool.h"
#include "management/subjects.h"
#include "pool/detach_server.h"
#include "pool/document.h"
#include "pool/op_versions.h"
#include "pool/option_table.h"

namespace mortar {

namespace {

// The document's side of a new identity.
struct RenameServer {
  Gfid from;
  Gfid to;

  Result<Done> check(const Pool& pool) const {
    if (pool.volumes.empty()) return done;
    return failed(EPERM, "volumes are already present in the cluster. Resetting uuid is not allowed");
  }
  void apply(Pool& pool) const {
    for (Server& server : pool.servers) {
      if (server.id == from) server.id = to;
    }
  }
};

}  // namespace

std::string document_of(const Volume& volume) {
  Pool pool;
  pool.volumes.push_back(volume);
  return format_pool(pool);
}

Error not_answered(const Reports& reports) {
  return Error(ENOTCONN, fmt::format("{} did not answer while the bricks were made; nothing was changed",
                                     fmt::join(reports.silent, ", ")));
}

Error not_taken_back(const Reports& reports, const Error& reason) {
  const std::string failure =
      reports.failure ? reports.failure->sentence() : fmt::format("{} did not answer", fmt::join(reports.silent, ", "));
  return Error(ETIMEDOUT, fmt::format("{}; and what other servers have done of it could not be taken back: {}. "
                                      "`gluster volume info` shows how it stands",
                                      failure, reason.sentence()));
}

Management::Management(World& world, const Settings& settings, Voter& voter)
    : world_(world),
      places_(settings),
      membership_(world, places_, voter),
      announcer_(world, places_, membership_),
      reconciler_(world, places_, membership_, announcer_),
      performer_(world, places_, membership_, reconciler_),
      orders_(membership_, performer_),
      takeover_(world, membership_,
                Probe(world, membership_, places_.settings().port, places_.settings().bind_address)) {}

Task<> Management::open() {
  Store& store = reconciler_.store();
  co_await tried(check_settings(places_.settings()));
  const bool is_new = !Home::exists(world_, places_.register_folder());
  const bool holds = co_await tried(holds_pool(world_.files(), places_));
  const bool takes_over = is_new && holds;
  const std::string bound = places_.settings().bind_address;
  const std::string name = bound.empty() ? world_.network().host_name() : bound;
  // Where there is no pool yet: that of GlusterFS, or one of this server and nothing else.
  Pool first;
  if (takes_over) {
    first = co_await tried(read_stored_pool(world_.files(), places_, name));
    log::info("management", "takes over the pool of GlusterFS: {} server(s), {} volume(s)", first.servers.size(),
              first.volumes.size());
  }
  co_await tried(store.prepare());
  const Gfid identity = co_await tried(identity_of_server(world_, places_, store));
  if (!takes_over) first.servers.push_back(Server{.id = identity, .names = {name}});
  co_await tried(membership_.open(identity, std::move(first)));
  performer_.open();
  co_await tried(know_own_server());
  co_await tried(reconciler_.open());
  membership_.on_change([this] { reconciler_.wake(); });
  membership_.on_line([this](const Server& server, bool answers) { tell_of_peer(server, answers); });
  co_return done;
}

void Management::begin() {
  membership_.begin();
  reconciler_.begin();
  performer_.begin();
  background_.start(takeover_.run());
}

Task<> Management::know_own_server() {
  if (!membership_.is_alone()) co_return done;
  if (const Server* own = pool().server(server())) {
    if (own->newest_op_version != newest_op_version) {
      co_await tried(change(TellOpVersion{server()}));
    }
    co_return done;
  }
  // A reset of the identity that was interrupted; only a pool without volumes can have had one.
  if (pool().volumes.empty() && pool().servers.size() == 1) {
    co_await tried(change(RenameServer{pool().servers.front().id, server()}));
    co_return done;
  }
  co_return failed(EINVAL, fmt::format("The pool's configuration does not know this server ({}, from {}).",
                                       server().text(), places_.server_info()));
}

void Management::tell_of_peer(const Server& server, bool answers) {
  const std::string& name = server.names.front();
  announcer_.raise(answers ? events::PeerConnect::with(name, server.id.text())
                           : events::PeerDisconnect::with(name, server.id.text(), "Peer in Cluster"));
}

// ---- who is who

bool Management::is_own_address(const std::string& address) {
  if (address.starts_with("127.") || address == "::1") return true;
  const std::vector<std::string> own = world_.network().own_addresses();
  return std::ranges::find(own, address) != own.end();
}

bool Management::is_member_address(const std::string& address) {
  return is_own_address(address) ||
         std::ranges::find(pool().servers, address, &Server::address) != pool().servers.end();
}

Task<bool> Management::is_own_host(std::string host) {
  const std::string bound = places_.settings().bind_address;
  if (host == bound) co_return true;
  if (bound.empty() && host == world_.network().host_name()) co_return true;
  std::vector<std::string> addresses = co_await tried(world_.network().resolve(host));
  co_return std::ranges::any_of(addresses, [this, &bound](const std::string& address) {
    return bound.empty() ? is_own_address(address) : address == bound;
  });
}

Task<Gfid> Management::server_of(std::string host) {
  if (const Server* called = pool().server_called(host)) co_return called->id;
  const bool own = co_await tried(is_own_host(host));
  if (own) co_return server();
  const std::vector<std::string> addresses = co_await tried(world_.network().resolve(host));
  const auto found = std::ranges::find_if(pool().servers, [&addresses](const Server& known) {
    return std::ranges::find(addresses, known.address) != addresses.end();
  });
  co_return found == pool().servers.end() ? Gfid{} : found->id;
}

// ---- commands

HookArguments Management::hook_arguments(std::string_view operation, std::string_view volume) const {
  return {fmt::format("--volname={}", volume), "--version=1", fmt::format("--volume-op={}", operation),
          fmt::format("--gd-workdir={}", places_.settings().working_directory)};
}

Order Management::order_for(std::string_view command, std::string_view volume, HookArguments hook) const {
  return {
      .command = std::string(command), .volume = std::string(volume), .hook = fmt::format("{}", fmt::join(hook, "\n"))};
}

Task<> Management::may_change(std::string volume, ServerQuorum quorum) {
  co_await tried(membership_.lines().given_time());
  if (quorum == ServerQuorum::is_needed) {
    co_await tried(check_quorum(volume));
  }
  co_await tried(membership_.have_majority());
  co_return done;
}

Task<Reports> Management::transact(Order order, Task<> changing, ServerQuorum quorum) {
  co_await tried(may_change(order.volume, quorum));
  const Reports reports = co_await tried(orders_.give(order));
  co_await tried(reports.outcome());
  co_await tried(std::move(changing));
  Reports performed = co_await tried(perform(std::move(order)));
  co_return std::move(performed);
}

// The document has the change.
Task<Reports> Management::perform(Order order) {
  order.version = membership_.configuration().version();
  Reports reports = co_await tried(orders_.give(std::move(order)));
  if (!reports.silent.empty()) {
    log::warning("management", "{} did not answer and will follow later", fmt::join(reports.silent, ", "));
  }
  co_return std::move(reports);
}

Task<> Management::decide_bricks(Order order, Volume made, Task<> telling, Task<> changing) {
  const Reports reports = co_await tried(orders_.give(std::move(order)));
  co_await tried(reports.outcome());
  if (has_brick_on(made, reports.silent)) co_return not_answered(reports);
  co_await tried(std::move(telling));
  co_await tried(std::move(changing));
  co_return done;
}

Task<> Management::give_bricks_back(Order order) {
  order.command = commands_of_orders::give_back;
  order.hook.clear();
  order.version = membership_.configuration().version();
  co_await tried(orders_.give(std::move(order)));
  co_return done;
}

Management::ServerQuorum Management::quorum_of_option(std::string_view word) {
  const OptionEntry* option = find_option_by_word(word);
  const bool is_set = option != nullptr && is_server_quorum_option(option->key);
  return is_set ? ServerQuorum::is_set : ServerQuorum::is_needed;
}

Result<Done> Management::check_quorum(const std::string& volume) const {
  const Volume* found = pool().find(volume);
  if (found == nullptr || !follows_server_quorum(*found) || membership_.has_server_quorum()) return done;
  return failed(EPERM, "Quorum not met. Volume operation not allowed.");
}

Result<Done> Management::check_quorum_for_peers() const {
  if (std::ranges::none_of(pool().volumes, follows_server_quorum) || membership_.has_server_quorum()) return done;
  return failed(EPERM, "Cluster quorum is not met. Changing peers is not allowed in this state");
}

Task<> Management::find_servers(std::vector<Brick>& bricks) {
  for (Brick& brick : bricks) {
    brick.server = co_await tried(server_of(brick.host));
  }
  co_return done;
}

bool Management::has_brick_on(const Volume& volume, const std::vector<std::string>& hosts) const {
  return std::ranges::any_of(volume.bricks, [&](const Brick& brick) {
    const Server* server = pool().server(brick.server);
    return server != nullptr && std::ranges::find(hosts, server->names.front()) != hosts.end();
  });
}

Task<Reports> Management::create_volume(CreateVolume edit) {
  SharedMutex::Guard turn = co_await tried(commands_.lock());
  const std::string name = edit.volume.name;
  co_await tried(find_servers(edit.volume.bricks));
  edit.volume.id = world_.random_gfid();
  edit.volume.username = world_.random_gfid().text();
  edit.volume.password = world_.random_gfid().text();
  if (places_.settings().new_volumes_are_coherent) set_coherence_options(edit.volume);
  co_await tried(edit.check(pool()));
  if (edit.volume.type == VolumeType::disperse) {
    co_return failed(ENOTSUP, "this release does not have dispersed volumes yet; nothing was changed");
  }
  if (edit.volume.transport != Transport::tcp) {
    co_return failed(ENOTSUP, "this release does not have the transport rdma yet; nothing was changed");
  }
  co_await tried(orders_.check_connected(edit.volume));
  Order order = order_for(commands_of_orders::create, name, hook_arguments("create", name));
  order.force = edit.force ? 1 : 0;
  order.document = document_of(edit.volume);
  Volume made = edit.volume;
  Reports reports = co_await tried(
      make_bricks(std::move(order), std::move(made), ready<Done>(done), std::move(edit), DeleteVolume{name}));
  co_return std::move(reports);
}

Task<Reports> Management::start_volume(StartVolume edit) {
  SharedMutex::Guard turn = co_await tried(commands_.lock());
  co_await tried(edit.check(pool()));
  const Volume before = *pool().find(edit.volume);
  HookArguments arguments = hook_arguments("start", edit.volume);
  const bool first =
      std::ranges::none_of(pool().volumes, [](const Volume& volume) { return volume.status == VolumeState::started; });
  arguments.insert(arguments.begin() + 1, first ? "--first=yes" : "--first=no");
  Order order = order_for(commands_of_orders::start, edit.volume, std::move(arguments));
  order.force = edit.force ? 1 : 0;
  order.document = document_of(before);
  Reports reports = co_await tried(transact(order, change(edit)));
  if (reports.failure && before.status != VolumeState::started && !edit.force) {
    // As if nothing had been asked.
    co_await tried(take_back(StopVolume{edit.volume, true}, reports));
    Order undo = order_for("stop", edit.volume);
    undo.version = membership_.configuration().version();
    co_await tried(orders_.give(std::move(undo)));
  }
  co_await tried(reports.outcome());
  co_return std::move(reports);
}

Task<Reports> Management::stop_volume(StopVolume edit) {
  SharedMutex::Guard turn = co_await tried(commands_.lock());
  co_await tried(edit.check(pool()));
  HookArguments arguments = hook_arguments("stop", edit.volume);
  const auto running =
      std::ranges::count_if(pool().volumes, [](const Volume& volume) { return volume.status == VolumeState::started; });
  arguments.insert(arguments.begin() + 1, running == 1 ? "--last=yes" : "--last=no");
  Reports reports = co_await tried(transact(order_for("stop", edit.volume, std::move(arguments)), change(edit)));
  co_await tried(reports.outcome());
  co_return std::move(reports);
}

Task<Reports> Management::delete_volume(DeleteVolume edit) {
  SharedMutex::Guard turn = co_await tried(commands_.lock());
  co_await tried(edit.check(pool()));
  Reports reports =
      co_await tried(transact(order_for("delete", edit.volume, hook_arguments("delete", edit.volume)), change(edit)));
  co_await tried(reports.outcome());
  co_return std::move(reports);
}

Task<Reports> Management::set_options(SetOptions edit) {
  SharedMutex::Guard turn = co_await tried(commands_.lock());
  co_await tried(edit.check(pool()));
  HookArguments arguments{fmt::format("--volname={}", edit.volume)};
  for (const auto& [key, value] : edit.pairs) {
    arguments.insert(arguments.end(), {"-o", fmt::format("{}={}", key, value)});
  }
  arguments.push_back(fmt::format("--gd-workdir={}", places_.settings().working_directory));
  const std::string volume = edit.of_pool() ? std::string() : edit.volume;
  Order order = order_for(commands_of_orders::set, volume, std::move(arguments));
  Pool next = pool();
  edit.apply(next);
  if (const Volume* changed = next.find(volume)) {
    constexpr std::string_view folder = "server.statedump-path";
    const bool asks = changed->options.find(folder) != pool().find(volume)->options.find(folder);
    if (asks) order.document = document_of(*changed);
  }
  Reports reports =
      co_await tried(transact(std::move(order), change(edit), quorum_of_option(edit.pairs.front().first)));
  co_await tried(reports.outcome());
  co_return std::move(reports);
}

Task<Reports> Management::reset_options(ResetOptions edit) {
  SharedMutex::Guard turn = co_await tried(commands_.lock());
  co_await tried(edit.check(pool()));
  const std::string volume = edit.of_pool() ? std::string() : edit.volume;
  Order order = order_for("reset", volume, hook_arguments("reset", edit.volume));
  Reports reports = co_await tried(transact(std::move(order), change(edit), quorum_of_option(edit.key)));
  co_await tried(reports.outcome());
  co_return std::move(reports);
}

Task<Reports> Management::profile_volume(ProfileVolume edit) {
  SharedMutex::Guard turn = co_await tried(commands_.lock());
  co_await tried(edit.check(pool()));
  Reports reports = co_await tried(transact(order_for("profile", edit.volume), change(edit)));
  co_await tried(reports.outcome());
  co_return std::move(reports);
}

Task<> Management::reset_identity() {
  SharedMutex::Guard turn = co_await tried(commands_.lock());
  const Gfid former = server();
  const Gfid next = world_.random_gfid();
  if (!membership_.is_alone() || pool().servers.size() > 1) {
    co_return failed(
        EPERM,
        "trusted storage pool has been already formed. Please detach this peer from the pool and reset its uuid.");
  }
  co_await tried(membership_.act_as(next));
  const Result<Done> renamed = co_await change(RenameServer{former, next});
  if (!renamed) {
    co_await tried(membership_.act_as(former));
    co_return renamed;
  }
  reconciler_.act_as(next);
  co_return reconciler_.render_pool();
}

// ---- the pool

Task<ProbeOutcome> Management::probe(std::string host) {
  SharedMutex::Guard turn = co_await tried(commands_.lock());
  co_await tried(check_quorum_for_peers());
  co_await tried(membership_.have_majority());
  Probe probing(world_, membership_, places_.settings().port, places_.settings().bind_address);
  const ProbeOutcome outcome = co_await tried(probing.run(std::move(host)));
  co_return outcome;
}

Task<> Management::detach(std::string host, bool force) {
  SharedMutex::Guard turn = co_await tried(commands_.lock());
  const Gfid leaving = co_await tried(server_of(host));
  if (leaving == server()) co_return failed(EINVAL, fmt::format("{} is localhost", host));
  const DetachServer edit{host, leaving};
  co_await tried(edit.check(pool()));
  if (!force && !answers(leaving)) {
    co_return failed(EHOSTDOWN, "One of the peers is probably down. Check with 'peer status'");
  }
  if (!force) {
    co_await tried(check_quorum_for_peers());
  }
  co_await tried(membership_.have_majority());
  co_await tried(membership_.let_go(leaving, host));
  co_return done;
}

Task<> Management::recover() {
  SharedMutex::Guard turn = co_await tried(commands_.lock());
  co_await tried(membership_.recover());
  co_return done;
}

// ---- questions

Task<Gathered> Management::ask_servers(std::string subject, Dictionary question, Duration limit) {
  co_await tried(membership_.lines().given_time());
  std::vector<Task<Dictionary>> asking;
  std::vector<std::string> names{"localhost"};
  asking.push_back(answer_about(*this, subject, question));
  for (const Server& known : pool().servers) {
    if (known.id == server() || known.invited) continue;
    names.push_back(known.names.front());
    asking.push_back(ask_server(known.id, subject, question, limit));
  }
  std::vector<Result<Dictionary>> told = co_await tried(all(std::move(asking)));
  Gathered gathered;
  for (std::size_t place = 0; place < told.size(); ++place) {
    if (told[place]) {
      gathered.answers.push_back(std::move(*told[place]));
    } else if (place != 0 && is_silence(told[place].error())) {
      gathered.silent.push_back(names[place]);
    } else {
      co_return told[place].error();
    }
  }
  co_return std::move(gathered);
}

Task<Dictionary> Management::ask_server(Gfid server, std::string subject, Dictionary question, Duration limit) {
  AskServer request{.subject = std::move(subject)};
  request.question.dictionary = std::move(question);
  AskServer::Reply reply = co_await tried(membership_.lines().ask(server, std::move(request), limit));
  if (reply.op_ret != 0) co_return failed(EREMOTEIO, reply.op_errstr);
  co_return std::move(reply.answer.dictionary);
}

}  // namespace mortar
