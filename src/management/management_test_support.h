// A server in the simulator for tests: its daemon, its disk, and bricks that are programs of the simulated machine.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "management/endpoints.h"
#include "management/management.h"
#include "pool/file_voter_test_support.h"
#include "simulation/simulation.h"
#include "wire/rpc_listener.h"

namespace mortar::testing {

inline std::string word_after(const std::vector<std::string>& words, const std::string& flag) {
  auto found = std::ranges::find(words, flag);
  return found == words.end() ? std::string() : *(found + 1);
}

// Writes down which parts of its state were wanted, where a brick writes a dump.
inline std::string dump_of(const SimulatedWorld& world) { return fmt::format("/dumps/{}", world.pid()); }
inline void dump_state(SimulatedWorld& world) {
  const std::string options = fmt::format("/var/run/gluster/glusterdump.{}.options", world.pid());
  const std::string wanted = world.files().read_file(options).value_or("nobody said");
  check(world.files().make_directories("/dumps").has_value(), "a folder is made");
  check(world.files().write_file(dump_of(world), wanted).has_value(), "a dump is written");
  check(world.files().remove_tree(options).has_value(), "the options are removed");
}

// What a brick does as far as glusterd sees: it signs in, answers, and ends when it is told to.
inline Task<int> serve_brick(SimulatedWorld& world, std::vector<std::string> words) {
  std::unique_ptr<Stream> stream = co_await tried(world.network().connect(Address::tcp("localhost", 24007), {}));
  RpcConnection glusterd(std::move(stream));
  TaskSet tasks;
  tasks.start(glusterd.run());
  GetSpec wanted;
  wanted.key = word_after(words, "--volfile-id");
  GetSpec::Reply volfile = co_await tried(glusterd.call(wanted));
  if (volfile.op_ret <= 0) co_return 1;

  Event told;
  RpcService service(programs::brick, "Gluster Brick operations");
  service.on<brick_operation::Terminate>([&told](RpcCaller, brick_operation::Terminate) {
    told.set();
    return ready<BrickOperationReply>(BrickOperationReply{});
  });
  service.on<brick_operation::Status>([](RpcCaller, brick_operation::Status) {
    BrickOperationReply reply;
    reply.output.dictionary.set_text("clientcount", "3");
    for (const auto& [key, name] :
         {std::pair("client0.name", "fuse"), {"client1.name", "glustershd"}, {"client2.name", "fuse.mnt"}}) {
      reply.output.dictionary.set_text(key, name);
    }
    return ready<BrickOperationReply>(std::move(reply));
  });
  service.on<brick_operation::TranslatorInfo>([](RpcCaller, brick_operation::TranslatorInfo request) {
    BrickOperationReply reply;
    reply.output.dictionary.set_text("asked-of", request.name);
    reply.output.dictionary.set_text("info-op", request.input.dictionary.text("info-op").value_or("none"));
    return ready<BrickOperationReply>(std::move(reply));
  });
  constexpr int dump_signal = 10;
  world.on_signal([&world, &told](int signal) {
    if (signal == dump_signal) return dump_state(world);
    told.set();
  });
  RpcServer server(tasks);
  server.add(service);
  auto listening = world.network().listen(Address::unix_socket(word_after(words, "-S")), {}, 8);
  std::unique_ptr<Listener> listener = co_await tried(std::move(listening));
  RpcListener accepting(world, std::move(listener), server);

  const std::string path = word_after(words, "--brick-name");
  const std::int32_t port = std::stoi(word_after(words, "--brick-port"));
  co_await tried(glusterd.call(SignIn{path, port, world.pid()}));
  co_await told.wait();
  co_await tried(glusterd.call(SignOut{path, port, 0}));
  const std::string pid_file = word_after(words, "-p");
  co_await tried(world.files().remove_tree(pid_file));
  co_return 0;
}

// As glusterfsd does: the process that was started goes into the background and the first one ends.
inline Task<int> run_glusterfsd(SimulatedWorld& world, std::vector<std::string> words) {
  if (words.back() == "--in-background") {
    const int status = co_await tried(serve_brick(world, std::move(words)));
    co_return status;
  }
  const std::string pid_file = word_after(words, "-p");
  words.push_back("--in-background");
  const int pid = co_await tried(world.processes().start(Command{.arguments = std::move(words)}));
  co_await tried(world.files().write_file(pid_file, fmt::format("{}\n", pid)));
  co_return 0;
}

inline Settings settings() {
  Settings settings;
  settings.brick_program = "/sbin/glusterfsd";
  return settings;
}

// A life of glusterd, from start to kill.
class Daemon {
 public:
  explicit Daemon(Host& host, const Settings& chosen = settings())
      : world_(host.start_process("glusterd")),
        voter_(world_, chosen.working_directory + "/mortar"),
        management_(std::make_unique<Management>(world_, chosen, voter_)) {}
  ~Daemon() {
    kill();
    endpoints_.reset();
    management_.reset();
  }

  void kill() {
    if (world_.alive()) world_.kill();
  }

  Result<Done> start() { return world_.simulation().run(open()); }
  template <class Command>
  Result<Done> run(Task<Reports> (Management::*command)(Command), Command edit) {
    const Result<Reports> reports = world_.simulation().run((management_.get()->*command)(std::move(edit)));
    if (!reports) return std::unexpected(reports.error());
    return done;
  }
  Management& management() { return *management_; }
  SimulatedWorld& world() { return world_; }

 private:
  Task<> open() {
    co_await tried(management_->open());
    endpoints_ = std::make_unique<Endpoints>(*management_);
    co_await tried(endpoints_->listen());
    management_->begin();
    co_await tried(management_->settled());
    co_return done;
  }

  SimulatedWorld& world_;
  FileVoter voter_;
  std::unique_ptr<Management> management_;
  std::unique_ptr<Endpoints> endpoints_;
};

struct Machine {
  explicit Machine(std::uint64_t seed) : simulation(seed), host(simulation.add_host("server", "10.0.0.1")) {
    host.install("/sbin/glusterfsd", run_glusterfsd);
    check(host.disk().make_directories("/data").has_value(), "a folder is made");
  }

  Simulation simulation;
  Host& host;
};

inline CreateVolume creation(const std::string& name) {
  CreateVolume edit;
  edit.volume.name = name;
  edit.volume.bricks = {Brick{"server", "/data/" + name, {}}};
  edit.force = true;  // the simulated machine has one file system
  return edit;
}

inline std::optional<RunningBrick> brick_of(Daemon& daemon, const std::string& name) {
  const Volume& volume = *daemon.management().pool().find(name);
  return daemon.management().supervisor().running(volume, volume.bricks.front());
}

}  // namespace mortar::testing
