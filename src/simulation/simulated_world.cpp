#include "simulation/simulated_world.h"

#include <algorithm>

#include "simulation/simulation.h"

namespace mortar {

namespace {

// Noon, 1 January 2026.
constexpr std::int64_t first_second = 1'767'268'800;
constexpr Duration shortest_work = std::chrono::microseconds(1);
constexpr Duration longest_work = std::chrono::microseconds(200);

Task<> asleep(EventQueue& events, Duration duration) {
  co_await Sleeper(events, duration);
  co_return done;
}

}  // namespace

SimulatedWorld::SimulatedWorld(Host& host, int pid, std::vector<std::string> command_line)
    : host_(host),
      pid_(pid),
      command_line_(std::move(command_line)),
      random_(host.simulation().random().split()),
      network_(*this),
      processes_(*this) {}

SimulatedWorld::~SimulatedWorld() { kill(); }

Simulation& SimulatedWorld::simulation() { return host_.simulation(); }

void SimulatedWorld::start(Task<> task) {
  check(alive_, "a task is started in a living process");
  tasks_.start(std::move(task));
}

void SimulatedWorld::end(Exit exit) {
  if (!alive_) return;
  alive_ = false;
  exit_ = exit;
  simulation().trace().note("process ends", {static_cast<std::uint64_t>(pid_), host_.index()});
  simulation().network().process_died(*this);
  for (const EventQueue::Id& id : own_events_) simulation().events().cancel(id);
  own_events_.clear();
  signal_handler_ = nullptr;
  tasks_.cancel();
  background().cancel();
  waiting_for_end_.move_to(ready_queue());
}

Instant SimulatedWorld::now() const { return host_.simulation().now(); }

Moment SimulatedWorld::wall_clock() const { return host_.wall_clock(); }

Task<> SimulatedWorld::sleep(Duration duration) {
  if (!alive_) return ready<Done>(failed(ESHUTDOWN));
  return asleep(simulation().events(), duration);
}

void SimulatedWorld::random(std::span<std::uint8_t> bytes) {
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random_.next());
}

Gfid SimulatedWorld::boot_id() { return host_.boot_id(); }

FileSystem& SimulatedWorld::files() { return host_.disk(); }

void SimulatedWorld::after(Duration delay, std::function<void()> what) {
  auto id = std::make_shared<EventQueue::Id>();
  *id = simulation().events().after(delay, [this, id, what = std::move(what)] {
    own_events_.erase(*id);
    what();
  });
  own_events_.insert(*id);
}

void SimulatedWorld::run_off_loop(std::function<void()> work, std::function<void()> then) {
  if (!alive_) return;
  const auto pause = [this] {
    return Duration(random_.between(static_cast<std::uint64_t>(shortest_work.count()),
                                    static_cast<std::uint64_t>(longest_work.count())));
  };
  // Both draws at once, so that what the work itself draws does not matter.
  const Duration until_work = pause();
  const Duration until_then = pause();
  after(until_work, [this, until_then, work = std::move(work), then = std::move(then)] {
    work();
    after(until_then, then);
  });
}

Host::Host(Simulation& simulation, std::size_t index, std::string name, std::string address)
    : simulation_(simulation), index_(index), name_(std::move(name)), address_(std::move(address)) {
  disk_ = std::make_unique<SimulatedFileSystem>([this] { return wall_clock(); });
  disk_->set_device(0x1000 + index);
  disk_->on_call([this](const DiskCall& call) {
    simulation_.trace().note(call.name, {index_, call.number, call.inode}, call.text);
    return 0;
  });
}

Host::~Host() = default;

void Host::kill_all() {
  for (const auto& process : processes_) process->kill();
}

SimulatedWorld& Host::make_process(std::vector<std::string> command_line) {
  check(up_, "a process starts on a host that has power");
  processes_.push_back(std::make_unique<SimulatedWorld>(*this, ++last_pid_, std::move(command_line)));
  return *processes_.back();
}

SimulatedWorld& Host::start_process(std::string name) { return make_process({std::move(name)}); }

const Host::Program* Host::find_program(const std::string& name) const {
  auto found = programs_.find(name);
  if (found == programs_.end()) found = programs_.find(name.substr(name.rfind('/') + 1));
  return found == programs_.end() ? nullptr : &found->second;
}

SimulatedWorld* Host::find_process(int pid) {
  const auto found = std::ranges::find_if(processes_, [pid](const auto& process) { return process->pid() == pid; });
  return found == processes_.end() || !(*found)->alive() ? nullptr : found->get();
}

std::vector<SimulatedWorld*> Host::living_processes() const {
  std::vector<SimulatedWorld*> living;
  for (const auto& process : processes_) {
    if (process->alive()) living.push_back(process.get());
  }
  return living;
}

void Host::power_off(const SurvivalRule* survives) {
  if (!up_) return;
  simulation_.trace().note("power off", {index_});
  simulation_.network().host_lost_power(*this);
  up_ = false;
  kill_all();
  if (survives != nullptr) {
    disk_->lose_power(*survives);
  } else {
    disk_->lose_power(SurvivalRule::random(simulation_.random().next()));
  }
}

void Host::power_on() {
  if (up_) return;
  simulation_.trace().note("power on", {index_});
  up_ = true;
  ++boots_;
  simulation_.network().host_is_back(*this);
}

Gfid Host::boot_id() const {
  Gfid id = fixed_gfid(static_cast<std::uint8_t>(boots_));
  id.bytes[14] = static_cast<std::uint8_t>(boots_ >> 8);
  id.bytes[0] = static_cast<std::uint8_t>(index_);
  return id;
}

Moment Host::wall_clock() const {
  const Duration since = simulation_.now().time_since_epoch() + wall_offset_;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  return Moment{first_second + seconds.count(), static_cast<std::uint32_t>((since - seconds).count())};
}

}  // namespace mortar
