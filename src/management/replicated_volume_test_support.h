// For tests: a volume of three copies on a simulated server, with programs that do what self-heal daemons and clients
// that tell of new copies do as far as glusterd sees.
#pragma once

#include <gtest/gtest.h>

#include "management/commands.h"
#include "management/management_test_support.h"
#include "wire/messages/heal_operations.h"

namespace mortar::testing {

// What a self-heal daemon does as far as glusterd sees.
struct Daemons {
  std::vector<std::string> new_copies;  // that the others were told of
  int status_of_telling = 0;
  int begun = 0;
  Dictionary asked;
  BrickOperationReply answer;
};

inline Task<int> heal(SimulatedWorld& world, std::vector<std::string> words, Daemons& daemons) {
  ++daemons.begun;
  TaskSet tasks;
  RpcService service(programs::brick, "Gluster Brick operations");
  service.on<brick_operation::TranslatorOperation>([&daemons](RpcCaller, brick_operation::TranslatorOperation request) {
    daemons.asked = request.input.dictionary;
    return ready<BrickOperationReply>(BrickOperationReply(daemons.answer));
  });
  RpcServer server(tasks);
  server.add(service);
  auto listening = world.network().listen(Address::unix_socket(word_after(words, "-S")), {}, 8);
  std::unique_ptr<Listener> listener = co_await tried(std::move(listening));
  RpcListener accepting(world, std::move(listener), server);
  Event told;
  world.on_signal([&told](int) { told.set(); });
  co_await told.wait();
  co_return 0;
}

inline Task<int> run_glusterfs(SimulatedWorld& world, std::vector<std::string> words, Daemons& daemons) {
  if (words.back() == "--in-background") {
    const int status = co_await tried(heal(world, std::move(words), daemons));
    co_return status;
  }
  if (const std::string fresh = word_after(words, "--new-copy"); !fresh.empty()) {
    if (world.files().read_file(word_after(words, "-f"))) daemons.new_copies.push_back(fresh);
    co_return daemons.status_of_telling;
  }
  const std::string pid_file = word_after(words, "-p");
  words.push_back("--in-background");
  const int pid = co_await tried(world.processes().start(Command{.arguments = std::move(words)}));
  co_await tried(world.files().write_file(pid_file, fmt::format("{}\n", pid)));
  co_return 0;
}

inline CreateVolume copies(const std::string& name) {
  CreateVolume edit = creation(name);
  edit.volume.type = VolumeType::replicate;
  edit.volume.replica_count = 3;
  edit.volume.bricks = {Brick{"server", "/data/a", {}}, Brick{"server", "/data/b", {}}, Brick{"server", "/data/c", {}}};
  return edit;
}

struct ReplicatedVolume : ::testing::Test {
  ReplicatedVolume() : machine(47) {
    machine.host.install("/sbin/glusterfs", [this](SimulatedWorld& world, std::vector<std::string> words) {
      return run_glusterfs(world, std::move(words), daemons);
    });
    chosen.client_program = "/sbin/glusterfs";
    begin_daemon();
    check(daemon->run(&Management::create_volume, copies("vol")).has_value(), "a volume is made");
    check(daemon->run(&Management::start_volume, StartVolume{"vol"}).has_value(), "the volume starts");
  }
  void begin_daemon() {
    daemon.emplace(machine.host, chosen);
    check(daemon->start().has_value(), "the daemon starts");
  }
  std::optional<int> pid() { return daemon->management().healers().running(*daemon->management().pool().find("vol")); }
  bool is_alive(int of) { return daemon->world().processes().signal(of, 0).has_value(); }
  Result<Dictionary> ask(Task<Dictionary> (*command)(Management&, Dictionary),
                         std::vector<std::pair<const char*, std::string>> values) {
    Dictionary request;
    request.set_text("volname", "vol");
    for (const auto& [key, value] : values) request.set_text(key, value);
    return machine.simulation.run(command(daemon->management(), std::move(request)));
  }
  Result<Dictionary> ask_heal(heal::Operation operation) {
    return ask(commands::heal_volume, {{"heal-op", std::to_string(static_cast<int>(operation))}});
  }
  void pause(Duration duration) { machine.simulation.run_for(duration); }

  Daemons daemons;
  Machine machine;
  Settings chosen = settings();
  std::optional<Daemon> daemon;
};

}  // namespace mortar::testing
