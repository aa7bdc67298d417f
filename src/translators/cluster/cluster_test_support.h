// Clients with a cluster translator over real bricks (index, locks and posix on simulated disks), in virtual time.
//
//   ClusterLab lab(section, make, 3);                  // bricks v-client-0 ..., and one client
//   auto made = lab.client().mkdir(root_gfid, "d");
//   EXPECT_EQ(lab.brick(1).xattr("d", "trusted.gfid"), ...);
//   lab.brick(2).go_away();
//   ClusterClient& other = lab.add_client();           // sees the same bricks
//   lab.client().die();                                // as kill -9: its locks go, what it asked for is carried out
//
// Between a client and a brick every operation takes a while in both directions. What is refused, counted or waited for
// there is said by a hook. In the end every brick must fit together, with no lock left.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "base/event.h"
#include "simulation/simulation.h"
#include "translators/client/leaf_offsets.h"
#include "translators/posix/checker.h"
#include "translators/posix/posix.h"
#include "translators/testing.h"

namespace mortar {

Result<std::unique_ptr<Translator>> make_index(World& world, const VolumeSection& section);
Result<std::unique_ptr<Translator>> make_locks(World& world, const VolumeSection& section);

namespace testing {

// An operation on its way to a brick; what is not 0 is the errno it fails with instead.
using MessageHook = std::function<int(std::size_t brick, std::string_view operation)>;

// What rises from a brick, for the client that it is meant for.
class NoticesOfBrick final : public PassOn {
 public:
  NoticesOfBrick() : PassOn("v-notices") {}
  using PassOn::perform;
  void on_notice(std::function<void(const Notice&)> told) { told_.push_back(std::move(told)); }
  void notified(const Notice& notice, Translator&) override {
    for (const auto& told : told_) told(notice);
  }

 private:
  std::vector<std::function<void(const Notice&)>> told_;
};

class BrickOfLab {
 public:
  BrickOfLab(Simulation& simulation, std::size_t number);
  ~BrickOfLab();

  Translator& top() { return *index_; }
  const Translator& locks() const { return *locks_; }
  World& world() { return *world_; }
  SimulatedFileSystem& disk() { return host_.disk(); }
  // For what has come here: it is carried out though the client that asked dies.
  TaskSet& work() { return work_; }
  bool is_there() const { return is_there_; }
  // The connections of all clients break.
  void go_away();
  void come_back();
  void forget_locks_of(const Client& client) { locks_->client_gone(client); }
  void on_change(std::function<void()> told) { told_.push_back(std::move(told)); }
  void on_notice(std::function<void(const Notice&)> told) { notices_.on_notice(std::move(told)); }

  // The brick's folder as an administrator sees it.
  std::string path(const std::string& name) const { return name.empty() ? directory : directory + ("/" + name); }
  bool exists(const std::string& name);
  // "error ..." where it has none.
  std::string xattr(const std::string& name, const std::string& key);
  void set_xattr(const std::string& name, const std::string& key, const std::string& value);
  void remove_xattr(const std::string& name, const std::string& key);
  FileStatus status(const std::string& name);

 private:
  static constexpr const char* directory = "/brick";
  Host& host_;
  SimulatedWorld* world_;
  std::unique_ptr<Translator> posix_;
  std::unique_ptr<Translator> locks_;
  std::unique_ptr<Translator> index_;
  NoticesOfBrick notices_;
  TaskSet work_;
  bool is_there_ = true;
  std::vector<std::function<void()>> told_;
};

class ClusterLab;

// The place of protocol/client.
class Wire final : public Intercept<Wire> {
 public:
  Wire(ClusterLab& lab, World& world, std::size_t number);
  ~Wire() override;
  template <class Operation>
  Task<typename Operation::Reply> around(const Call& call, const Operation& operation);
  void tell() { raise(is_up() ? Notice(notice::ChildUp{}) : Notice(notice::ChildDown{})); }
  // Somebody waits for a lock; this client has it, or another one.
  void hear(const Notice& notice);
  // The next one is another client to the brick.
  void break_connection();
  bool knows_sequences() const override;

 private:
  bool is_up() const;
  template <class Operation>
  static Task<> serve(Translator& brick, Call call, Operation operation, Completion<typename Operation::Reply> landed);

  ClusterLab& lab_;
  World& world_;
  const std::size_t number_;
  std::shared_ptr<const Client> client_;
};

class ClusterClient {
 public:
  ClusterClient(ClusterLab& lab, std::uint64_t number,
                   const std::vector<std::pair<std::string, std::string>>& options);
  ~ClusterClient();

  Translator& top() { return *top_; }
  Translator& wire(std::size_t brick) { return *wires_[brick]; }
  World& world() { return *world_; }
  bool is_alive() const { return top_ != nullptr; }
  void die();
  void tell(std::size_t brick);
  void hear(std::size_t brick, const Notice& notice);

  // Begins an operation; the caller looks at the outcome when the simulation has run.
  template <class Operation>
  std::shared_ptr<std::optional<Result<typename Operation::Reply>>> begin(Operation operation, Call call);
  template <class Operation>
  std::shared_ptr<std::optional<Result<typename Operation::Reply>>> begin(Operation operation) {
    return begin(std::move(operation), user());
  }
  // An operation to its end; ETIMEDOUT where it has none.
  template <class Operation>
  Result<typename Operation::Reply> ask(Operation operation, Call call);
  template <class Operation>
  Result<typename Operation::Reply> ask(Operation operation) {
    return ask(std::move(operation), user());
  }
  template <class Operation>
  int error_of(Operation operation) {
    Result<typename Operation::Reply> reply = ask(std::move(operation));
    return reply ? 0 : reply.error().number();
  }

  Call user(std::uint32_t uid = 0) const;
  Result<fop::Made> mkdir(const Gfid& parent, const std::string& name, std::uint32_t mode = 0755);
  Result<fop::Create::Reply> create(const Gfid& parent, const std::string& name);
  Result<fop::Lookup::Reply> lookup(const Gfid& parent, const std::string& name) {
    return ask(fop::Lookup{.parent = parent, .name = name});
  }
  Result<fop::Lookup::Reply> lookup(const Gfid& gfid) { return ask(fop::Lookup{.gfid = gfid}); }
  Result<fop::Changed> rmdir(const Gfid& parent, const std::string& name) {
    return ask(fop::Rmdir{.parent = parent, .name = name});
  }

 private:
  template <class Operation>
  static Task<> run(Translator& top, Call call, Operation operation,
                    std::shared_ptr<std::optional<Result<typename Operation::Reply>>> outcome);

  ClusterLab& lab_;
  SimulatedWorld* world_;
  std::vector<std::unique_ptr<Wire>> wires_;
  std::unique_ptr<Translator> top_;
  TaskSet running_;
};

class ClusterLab {
 public:
  using Options = std::vector<std::pair<std::string, std::string>>;

  using Make = std::function<Result<std::unique_ptr<Translator>>(World& world, const VolumeSection& section)>;

  // `section` names the translator under test and its type; options are for all clients that say nothing else.
  ClusterLab(VolumeSection section, Make make, std::size_t bricks, Options options = {}, std::uint64_t seed = 1);
  ~ClusterLab();

  Simulation& simulation() { return simulation_; }
  const VolumeSection& section() const { return section_; }
  Result<std::unique_ptr<Translator>> make(World& world, const VolumeSection& section) const {
    return make_(world, section);
  }
  std::size_t bricks() const { return bricks_.size(); }
  BrickOfLab& brick(std::size_t number) { return *bricks_[number]; }
  ClusterClient& client() { return *clients_.front(); }
  ClusterClient& add_client() { return add_client(options_); }
  // One whose volfile says something else.
  ClusterClient& add_client(const Options& options);
  void on_message(MessageHook hook) { hook_ = std::move(hook); }
  int message(std::size_t brick, std::string_view operation) { return hook_ ? hook_(brick, operation) : 0; }
  std::uint64_t next_connection() { return ++last_connection_; }
  // Until nothing is under way any more.
  void settle() { simulation_.run_for(std::chrono::seconds(5)); }

  bool is_nowhere(const std::string& name);
  // Whether bricks must fit together in the end.
  bool is_checked = true;
  // Whether clients take bricks for those of Mortar. Steps of a sequence go one after the other all the same.
  bool bricks_know_sequences = false;
  // Those of GlusterFS do not.
  bool bricks_tell_who_waits_for_names = true;

 private:
  Simulation simulation_;
  const VolumeSection section_;
  const Make make_;
  Options options_;
  std::vector<std::unique_ptr<BrickOfLab>> bricks_;
  std::list<std::unique_ptr<ClusterClient>> clients_;
  std::uint64_t last_client_ = 0, last_connection_ = 0;
  MessageHook hook_;
};

// ---- Bricks

inline BrickOfLab::BrickOfLab(Simulation& simulation, std::size_t number)
    : host_(simulation.add_host(fmt::format("server-{}", number), fmt::format("10.0.0.{}", number + 1))),
      world_(&host_.start_process("brick")) {
  check(host_.disk().make_directories(directory).has_value(), "a brick's directory is made");
  VolumeSection section;
  section.name = "v-posix";
  section.set_option("directory", directory);
  section.set_option("health-check-interval", "0");
  posix_ = std::move(*posix::Posix::make(*world_, section));
  check(simulation.run(posix_->start()).has_value(), "a brick starts");
  section = {};
  section.name = "v-locks";
  locks_ = std::move(*make_locks(*world_, section));
  locks_->add_child(*posix_);
  section = {};
  section.name = "v-index";
  section.set_option("index-base", path(".glusterfs/indices"));
  section.set_option("xattrop-pending-watchlist", "trusted.afr.v-");
  section.set_option("xattrop-dirty-watchlist", "trusted.afr.dirty");
  index_ = std::move(*make_index(*world_, section));
  index_->add_child(*locks_);
  check(simulation.run(index_->start()).has_value(), "a brick's lists are there");
  notices_.add_child(*index_);
}

inline BrickOfLab::~BrickOfLab() { work_.cancel(); }

inline void BrickOfLab::go_away() {
  is_there_ = false;
  for (const auto& told : told_) told();
}

inline void BrickOfLab::come_back() {
  is_there_ = true;
  for (const auto& told : told_) told();
}

inline bool BrickOfLab::exists(const std::string& name) {
  return disk().status(FileSystem::no_directory, path(name)).has_value();
}

inline std::string BrickOfLab::xattr(const std::string& name, const std::string& key) {
  Result<std::string> value = disk().get_xattr(FileSystem::no_directory, path(name), key.c_str());
  return value ? *value : "error " + value.error().sentence();
}

inline void BrickOfLab::set_xattr(const std::string& name, const std::string& key, const std::string& value) {
  EXPECT_TRUE(disk().set_xattr(FileSystem::no_directory, path(name), key.c_str(), as_bytes(value), 0));
}

inline void BrickOfLab::remove_xattr(const std::string& name, const std::string& key) {
  EXPECT_TRUE(disk().remove_xattr(FileSystem::no_directory, path(name), key.c_str()));
}

inline FileStatus BrickOfLab::status(const std::string& name) {
  Result<FileStatus> status = disk().status(FileSystem::no_directory, path(name));
  EXPECT_TRUE(status) << name;
  return status.value_or(FileStatus{});
}

// ---- Clients

inline ClusterClient::~ClusterClient() { die(); }

inline void ClusterClient::die() {
  if (!is_alive()) return;
  running_.cancel();
  top_.reset();
  for (const auto& wire : wires_) wire->break_connection();
}

inline void ClusterClient::tell(std::size_t brick) {
  if (!is_alive()) return;
  if (!lab_.brick(brick).is_there()) wires_[brick]->break_connection();
  wires_[brick]->tell();
}

inline void ClusterClient::hear(std::size_t brick, const Notice& notice) {
  if (is_alive()) wires_[brick]->hear(notice);
}

inline Call ClusterClient::user(std::uint32_t uid) const {
  Call call;
  call.uid = call.gid = uid;
  call.pid = 1000;
  call.time = world_->wall_clock();
  return call;
}

template <class Operation>
Task<> ClusterClient::run(Translator& top, Call call, Operation operation,
                             std::shared_ptr<std::optional<Result<typename Operation::Reply>>> outcome) {
  Result<typename Operation::Reply> reply = co_await top.perform(call, operation);
  outcome->emplace(std::move(reply));
  co_return done;
}

template <class Operation>
std::shared_ptr<std::optional<Result<typename Operation::Reply>>> ClusterClient::begin(Operation operation,
                                                                                          Call call) {
  call.stamps = Operation::stamps;
  auto outcome = std::make_shared<std::optional<Result<typename Operation::Reply>>>();
  running_.start(run(*top_, std::move(call), std::move(operation), outcome));
  return outcome;
}

template <class Operation>
Result<typename Operation::Reply> ClusterClient::ask(Operation operation, Call call) {
  auto outcome = begin(std::move(operation), std::move(call));
  if (!lab_.simulation().run_until([&] { return outcome->has_value() || !is_alive(); })) return failed(ETIMEDOUT);
  return outcome->has_value() ? std::move(**outcome) : failed(ESHUTDOWN);
}

inline Result<fop::Made> ClusterClient::mkdir(const Gfid& parent, const std::string& name, std::uint32_t mode) {
  fop::Mkdir mkdir{.parent = parent, .mode = mode, .name = name};
  mkdir.xdata.set("gfid-req", world_->random_gfid());
  return ask(std::move(mkdir));
}

inline Result<fop::Create::Reply> ClusterClient::create(const Gfid& parent, const std::string& name) {
  fop::Create create{.parent = parent, .flags = open_flag::read_write, .mode = 0100644, .name = name};
  create.xdata.set("gfid-req", world_->random_gfid());
  return ask(std::move(create));
}

// ---- The whole

inline ClusterLab::ClusterLab(VolumeSection section, Make make, std::size_t bricks, Options options,
                              std::uint64_t seed)
    : simulation_(seed), section_(std::move(section)), make_(std::move(make)), options_(std::move(options)) {
  for (std::size_t number = 0; number < bricks; ++number) {
    bricks_.push_back(std::make_unique<BrickOfLab>(simulation_, number));
    bricks_.back()->on_change([this, number] {
      for (const auto& client : clients_) client->tell(number);
    });
    bricks_.back()->on_notice([this, number](const Notice& notice) {
      for (const auto& client : clients_) client->hear(number, notice);
    });
  }
  add_client();
}

inline ClusterClient& ClusterLab::add_client(const Options& options) {
  clients_.push_back(std::make_unique<ClusterClient>(*this, ++last_client_, options));
  return *clients_.back();
}

inline ClusterLab::~ClusterLab() {
  settle();
  clients_.clear();
  settle();
  if (!is_checked) return;
  for (const auto& brick : bricks_) {
    std::string locks;
    brick->locks().dump_state(locks);
    EXPECT_EQ(locks, "objects=0\nlocks=0\n");
    Result<posix::CheckReport> report = posix::check_brick(brick->disk(), brick->path(""), {});
    EXPECT_TRUE(report) << report.error().sentence();
    if (!report) continue;
    for (const posix::Finding& finding : report->findings) ADD_FAILURE() << finding.text();
  }
}

inline bool ClusterLab::is_nowhere(const std::string& name) {
  return std::ranges::none_of(bricks_, [&](const auto& brick) { return brick->exists(name); });
}

}  // namespace testing
}  // namespace mortar
