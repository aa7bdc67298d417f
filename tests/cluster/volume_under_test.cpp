#include "volume_under_test.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>

#include "management/volfiles.h"
#include "pool/create_volume.h"
#include "programs/translator_types.h"

namespace mortar::sim {

namespace {

using namespace std::chrono_literals;

constexpr int here = FileSystem::no_directory;
constexpr const char* brick_port = "49152";
constexpr const char* planted_type = "test/planted";

Volume volume_of(const VolumeShape& shape) {
  Pool pool;
  CreateVolume edit;
  edit.volume = shape.volume;
  edit.volume.name = "vol";
  edit.volume.id = fixed_gfid(99);
  edit.volume.username = "user";
  edit.volume.password = "word";
  edit.volume.bricks.clear();
  for (std::size_t index = 0; index < shape.bricks; ++index) {
    const Gfid server = fixed_gfid(static_cast<std::uint8_t>(100 + index));
    const std::string name = fmt::format("server{}", index);
    pool.servers.push_back(Server{server, {name}});
    edit.volume.bricks.push_back(Brick{name, fmt::format("/bricks/b{}", index), server});
  }
  edit.apply(pool);
  Volume volume = pool.volumes.front();
  // What is opened late is opened after others may have removed it: a relaxation that a model of POSIX does not know.
  volume.options.set("performance.open-behind", "off");
  // Nor does it know writes that others do not see yet, or content that is read until a notice has come.
  volume.options.set("performance.write-behind", "off");
  volume.options.set("performance.quick-read", "off");
  for (const auto& [key, value] : shape.options) volume.options.set(key, value);
  return volume;
}

Volfile brick_graph(const Volume& volume, const Brick& brick) {
  Volfile volfile = *parse_volfile(brick_volfile(volume, brick, {}));
  for (VolumeSection& section : volfile.sections) {
    if (section.type == "protocol/server") section.set_option("transport.socket.listen-port", brick_port);
    // The disk of the simulation does not fall ill by itself.
    if (section.type == "storage/posix") section.set_option("health-check-interval", "0");
  }
  return volfile;
}

Volfile client_graph(const Volume& volume, bool with_planted) {
  Volfile volfile = *parse_volfile(client_volfile(volume, true));
  std::vector<VolumeSection> sections;
  for (VolumeSection& section : volfile.sections) {
    if (section.type == "protocol/client") section.set_option("remote-port", brick_port);
    for (std::string& below : section.subvolumes) {
      const VolumeSection* child = volfile.find(below);
      if (with_planted && child != nullptr && child->type == "protocol/client") below = "planted-" + below;
    }
    sections.push_back(section);
    if (!with_planted || section.type != "protocol/client") continue;
    VolumeSection planted;
    planted.name = "planted-" + section.name;
    planted.type = planted_type;
    planted.subvolumes = {section.name};
    sections.push_back(std::move(planted));
  }
  volfile.sections = std::move(sections);
  return volfile;
}

TranslatorTypes client_types(const PlantedMaker& planted) {
  TranslatorTypes types = all_translator_types();
  if (planted) {
    types.emplace(planted_type, [planted](World&, const VolumeSection& section) -> Result<std::unique_ptr<Translator>> {
      return planted(section.name);
    });
  }
  return types;
}

// A disk with an empty brick, as the management daemon prepares it and a first start leaves it: made once, because its
// many folders take longer than a run.
DiskState empty_brick(const Volume& volume, const Brick& brick) {
  static std::map<std::string, DiskState> made;
  auto found = made.find(brick.path);
  if (found != made.end()) return found->second;
  Simulation simulation(1);
  Host& host = simulation.add_host(brick.host, "10.0.0.1");
  const std::string id(as_text(volume.id.view()));
  check(host.disk().make_directories(brick.path).has_value(), "a brick's directory is made");
  check(host.disk().set_xattr(here, brick.path, "trusted.glusterfs.volume-id", as_bytes(id), 0).has_value(),
        "a brick is marked");
  {
    ServedBrick served(host, brick, brick_graph(volume, brick));
    served.start();
    simulation.run_for(1s);
    check(served.problem().empty(), "a brick starts for the first time");
  }
  DiskState state = host.disk().state();
  state.sync_everything();
  return made.emplace(brick.path, std::move(state)).first->second;
}

bool says_connected(const Translator& translator) {
  std::string state;
  translator.dump_state(state);
  return state.starts_with("connected=1");
}

bool uses_all_copies(const Translator& replicate) {
  std::string state;
  replicate.dump_state(state);
  return state.find("child_up[0]=") != std::string::npos && state.find("]=0") == std::string::npos;
}

}  // namespace

ServedBrick::ServedBrick(Host& host, Brick brick, Volfile volfile)
    : host_(host), brick_(std::move(brick)), volfile_(std::move(volfile)) {}

void ServedBrick::start() {
  if (process_ != nullptr) return;
  process_ = &host_.start_process("glusterfsd");
  Result<std::unique_ptr<Graph>> graph = Graph::build(*process_, volfile_, all_translator_types());
  if (!graph) {
    problem_ = graph.error().sentence();
    return;
  }
  graph_ = std::move(*graph);
  process_->start(serve(*graph_));
}

Task<> ServedBrick::serve(Graph& graph) {
  const Result<Done> started = co_await graph.start();
  if (!started) problem_ = fmt::format("{} does not start: {}", brick_.text(), started.error().sentence());
  co_return done;
}

void ServedBrick::kill() {
  if (process_ == nullptr) return;
  process_->kill();
  graph_.reset();
  process_ = nullptr;
}

void ServedBrick::power_off(const SurvivalRule* survives) {
  host_.power_off(survives);
  kill();
}

void ServedBrick::power_on() {
  host_.power_on();
  start();
}

void ServedBrick::write_back() {
  if (!host_.is_up()) return;
  const Result<OpenFile> root = host_.disk().open(here, "/", O_RDONLY | O_DIRECTORY, 0);
  check(root && host_.disk().sync_all(root->number()).has_value(), "a disk is written back");
}

MountedClient::MountedClient(Host& host, Volfile volfile, TranslatorTypes types)
    : host_(host), volfile_(std::move(volfile)), types_(std::move(types)) {}

void MountedClient::start() {
  if (process_ != nullptr) return;
  process_ = &host_.start_process("glusterfs");
  Result<std::unique_ptr<Graph>> graph = Graph::build(*process_, volfile_, types_);
  if (!graph) {
    problem_ = graph.error().sentence();
    return;
  }
  graph_ = std::move(*graph);
  process_->start(begin(*graph_));
}

Task<> MountedClient::begin(Graph& graph) {
  const Result<Done> started = co_await graph.start();
  if (!started) problem_ = "a client does not start: " + started.error().sentence();
  co_return done;
}

void MountedClient::kill() {
  if (process_ == nullptr) return;
  process_->kill();
  graph_.reset();
  process_ = nullptr;
}

bool MountedClient::is_connected() const {
  if (!graph_) return false;
  return std::ranges::all_of(graph_->volfile().sections, [this](const VolumeSection& section) {
    if (section.type == "cluster/replicate") return uses_all_copies(*graph_->find(section.name));
    return section.type != "protocol/client" || says_connected(*graph_->find(section.name));
  });
}

VolumeUnderTest::VolumeUnderTest(std::uint64_t seed, VolumeShape shape)
    : simulation_(seed), volume_(volume_of(shape)), first_bricks_(shape.first_bricks) {
  for (std::size_t index = 0; index < shape.bricks; ++index) add_brick(index, shape);
  for (std::size_t index = 0; index < shape.clients; ++index) add_client(index, shape);
}

VolumeUnderTest::~VolumeUnderTest() {
  for (auto& client : clients_) client->kill();
  for (auto& brick : bricks_) brick->kill();
}

void VolumeUnderTest::add_brick(std::size_t index, const VolumeShape& shape) {
  const Brick& brick = volume_.bricks[index];
  Host& host = simulation_.add_host(brick.host, fmt::format("10.0.1.{}", index + 1));
  host.disk().restore(empty_brick(volume_, brick));
  // Later than anything that is on the disk already.
  const auto skew = static_cast<std::uint64_t>(shape.clock_skew.count());
  host.shift_wall_clock(1h + Duration(simulation_.random().between(0, skew)));
  bricks_.push_back(std::make_unique<ServedBrick>(host, brick, brick_graph(volume_, brick)));
}

void VolumeUnderTest::add_client(std::size_t index, const VolumeShape& shape) {
  Host* host = nullptr;
  if (index < shape.clients_on_servers) {
    host = &bricks_[index]->host();
  } else {
    host = &simulation_.add_host(fmt::format("client{}", index), fmt::format("10.0.2.{}", index + 1));
    const auto skew = static_cast<std::uint64_t>(shape.clock_skew.count());
    host->shift_wall_clock(1h + Duration(simulation_.random().between(0, skew)));
  }
  const bool with_planted = static_cast<bool>(shape.planted);
  clients_.push_back(
      std::make_unique<MountedClient>(*host, client_graph(volume_, with_planted), client_types(shape.planted)));
}

std::unique_ptr<MountedClient> VolumeUnderTest::make_client(std::size_t bricks) {
  ++others_;
  Host& host = simulation_.add_host(fmt::format("other{}", others_), fmt::format("10.0.3.{}", others_));
  host.shift_wall_clock(1h);
  Volume of_these = volume_;
  of_these.bricks.resize(bricks);
  return std::make_unique<MountedClient>(host, client_graph(of_these, false), client_types({}));
}

std::string VolumeUnderTest::furnish(std::function<Task<>(Translator&)> work) {
  for (auto& brick : bricks_) brick->start();
  simulation_.run_for(10ms);
  const std::unique_ptr<MountedClient> client = make_client(first_bricks_);
  client->start();
  if (!simulation_.run_until([&] { return client->is_connected(); }, 1min)) return "the first client is not connected";
  const Result<Done> worked = simulation_.run(work(client->top()));
  const Result<Done> stopped = simulation_.run(client->graph().stop(), 5min);
  client->kill();
  if (!worked) return worked.error().sentence();
  return stopped ? "" : "the first client does not stop: " + stopped.error().sentence();
}

std::string VolumeUnderTest::start() {
  for (auto& brick : bricks_) brick->start();
  simulation_.run_for(10ms);
  for (auto& client : clients_) client->start();
  const bool connected = simulation_.run_until([this] { return is_connected() || !problem().empty(); }, 1min);
  if (!problem().empty()) return problem();
  return connected ? "" : "the clients do not get connected";
}

std::string VolumeUnderTest::stop() {
  for (auto& client : clients_) {
    const Result<Done> stopped = simulation_.run(client->graph().stop(), 5min);
    client->kill();
    if (!stopped) return "a client does not stop: " + stopped.error().sentence();
  }
  for (auto& brick : bricks_) {
    const Result<Done> stopped = brick->graph() ? simulation_.run(brick->graph()->stop(), 5min) : Result<Done>(done);
    brick->kill();
    if (!stopped) return "a brick does not stop: " + stopped.error().sentence();
  }
  return problem();
}

bool VolumeUnderTest::is_connected() const {
  return std::ranges::all_of(clients_, [](const auto& client) { return client->is_connected(); });
}

std::string VolumeUnderTest::problem() const {
  for (const auto& brick : bricks_) {
    if (!brick->problem().empty()) return brick->problem();
  }
  for (const auto& client : clients_) {
    if (!client->problem().empty()) return client->problem();
  }
  return "";
}

}  // namespace mortar::sim
