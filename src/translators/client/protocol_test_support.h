// For tests: the protocol client and server together, over a simulated network.
#pragma once

#include <gtest/gtest.h>

#include <optional>

#include "simulation/simulation.h"
#include "translators/client/protocol_client.h"
#include "translators/server/memory_brick.h"
#include "translators/server/server.h"

namespace mortar::testing {

using namespace std::chrono_literals;

inline constexpr std::uint16_t port = 49152;

class Listening final : public PassOn {
 public:
  Listening() : PassOn("top") {}
  void notified(const Notice& notice, Translator&) override { notices.push_back(notice); }
  template <class T>
  std::size_t count() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(notices, [](const Notice& notice) { return std::holds_alternative<T>(notice); }));
  }
  std::vector<Notice> notices;
};

inline VolumeSection server_section() {
  VolumeSection section;
  section.name = "vol-server";
  section.type = "protocol/server";
  section.set_option("listen-port", std::to_string(port));
  section.set_option("auth.addr./brick.allow", "*");
  section.set_option("auth.login./brick.allow", "somebody");
  section.set_option("auth.login.somebody.password", "secret");
  return section;
}

inline VolumeSection client_section() {
  VolumeSection section;
  section.name = "vol-client-0";
  section.type = "protocol/client";
  section.set_option("remote-host", "server");
  section.set_option("remote-port", std::to_string(port));
  section.set_option("remote-subvolume", "/brick");
  return section;
}

inline Task<> forever() {
  Event never;
  co_await never.wait();
  co_return done;
}

// Lives in a process of the server's host and dies with it.
inline Task<> serve(World& world, MemoryBrick& brick, VolumeSection section, ProtocolServer*& out) {
  std::unique_ptr<Translator> server = co_await tried(ProtocolServer::make(world, section));
  server->add_child(brick);
  out = static_cast<ProtocolServer*>(server.get());
  co_await tried(server->start());
  co_await forever();
  co_return done;
}

class Protocol : public ::testing::Test {
 protected:
  void TearDown() override {
    client_.reset();  // before the world that it runs in
  }

  void start_server(VolumeSection section = server_section()) {
    brick_ = std::make_unique<MemoryBrick>("/brick");
    server_process_ = &server_host_.start_process("glusterfsd");
    server_process_->start(serve(*server_process_, *brick_, std::move(section), server_));
  }
  void start_client(const VolumeSection& section = client_section()) {
    Result<std::unique_ptr<Translator>> made = ProtocolClient::maker(process_)(client_world_, section);
    ASSERT_TRUE(made.has_value()) << made.error().sentence();
    client_ = std::move(*made);
    top_ = std::make_unique<Listening>();
    top_->add_child(*client_);
    ASSERT_TRUE(simulation_.run(client_->start()).has_value());
  }
  void start_both() {
    start_server();
    start_client();
    ASSERT_TRUE(until([this] { return top_->count<notice::ChildUp>() == 1; }));
  }
  bool until(const std::function<bool()>& condition) { return simulation_.run_until(condition, 10min); }

  template <class Operation>
  Result<typename Operation::Reply> ask(const Operation& operation, Call call = {}) {
    return simulation_.run(client_->perform(call, operation), 10min);
  }
  Fd open_file(std::uint32_t flags = open_flag::read_write) {
    const Result<fop::Opened> opened = ask(fop::Open{MemoryBrick::file(), flags, {}});
    EXPECT_TRUE(opened.has_value());
    return opened ? opened->fd : Fd{};
  }
  fop::Lk lock_of(const Fd& fd, std::uint64_t start, std::uint64_t length) {
    fop::Lk lk;
    lk.gfid = MemoryBrick::file();
    lk.fd = fd;
    lk.command = 1;
    lk.type = Flock::write;
    lk.flock = Flock{Flock::write, 0, start, length, 99, "owner"};
    return lk;
  }
  static Sequence make_and_lock() {
    Call user;
    user.uid = 1000;
    Call own;
    own.lock_owner = "hold";
    fop::Inodelk lock{
        .gfid = MemoryBrick::file(), .command = 1, .type = Flock::write, .flock = {}, .domain = "d", .xdata = {}};
    lock.flock.type = Flock::write;
    fop::Xattrop mark{.gfid = MemoryBrick::file(), .operation = 0, .values = {}, .xdata = {}};
    mark.values.set_text("count", "1");
    Sequence sequence;
    sequence.push_back(Step<fop::Create>{user, fop::Create{.parent = root_gfid, .name = "new"}});
    sequence.push_back(Step<fop::Inodelk>{own, lock});
    sequence.push_back(Step<fop::Xattrop>{own, mark});
    return sequence;
  }
  Sequence perform_in_order(Sequence sequence) {
    return *simulation_.run(client_->perform_in_order(std::move(sequence)), 10min);
  }
  Task<> perform_unheard(Sequence sequence) {
    const Sequence performed = co_await tried(client_->perform_in_order(std::move(sequence)));
    ADD_FAILURE() << "nobody waited for " << performed.size() << " steps";
    co_return done;
  }
  std::uint64_t calls_sent() const {
    std::string state;
    client_->dump_state(state);
    const std::size_t at = state.find("\nmsgs_sent=");
    return at == std::string::npos ? 0 : std::stoull(state.substr(at + 11));
  }
  void cut_and_wait() {
    const std::size_t ups = top_->count<notice::ChildUp>();
    simulation_.network().cut_connections(server_host_, client_host_);
    ASSERT_TRUE(until([&] { return top_->count<notice::ChildUp>() > ups; }));
  }

  Simulation simulation_{7};
  Host& server_host_ = simulation_.add_host("server", "10.0.0.1");
  Host& client_host_ = simulation_.add_host("client", "10.0.0.2");
  SimulatedWorld& client_world_ = client_host_.start_process("glusterfs");
  SimulatedWorld* server_process_ = nullptr;
  std::unique_ptr<MemoryBrick> brick_;
  ProtocolServer* server_ = nullptr;
  std::shared_ptr<ClientProcess> process_ = std::make_shared<ClientProcess>();
  std::unique_ptr<Listening> top_;
  std::unique_ptr<Translator> client_;
};

}  // namespace mortar::testing
