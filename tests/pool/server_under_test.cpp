#include "server_under_test.h"

#include "management/management_test_support.h"

namespace mortar::sim {

Life::Life(Host& host, VoterGroups& groups, const ServerShape& shape) : world_(host.start_process("glusterd")) {
  voter_ = std::make_unique<SimulatedVoter>(groups, world_, shape.settings.working_directory + "/mortar/etcd");
  if (shape.planted) voter_ = shape.planted(std::move(voter_), groups, world_);
  management_ = std::make_unique<Management>(world_, shape.settings, *voter_);
  world_.start(begin());
}

Life::~Life() {
  world_.kill();
  endpoints_.reset();
  management_.reset();
}

Task<> Life::begin() {
  const Result<Done> opened = co_await open();
  if (!opened) failure_ = opened.error();
  co_return done;
}

Task<> Life::open() {
  co_await tried(management_->open());
  knows_ = true;
  endpoints_ = std::make_unique<Endpoints>(*management_);
  co_await tried(endpoints_->listen());
  management_->begin();
  serves_ = true;
  co_return done;
}

ServerUnderTest::ServerUnderTest(Host& host, VoterGroups& groups, const ServerShape& shape)
    : host_(host), groups_(groups), shape_(shape) {
  host_.install(shape.settings.brick_program, testing::run_glusterfsd);
  check(host_.disk().make_directories("/data").has_value(), "a folder is made");
  host_.disk().on_call([this](const DiskCall& call) {
    if (calls_left_ != 0 && --calls_left_ == 0) strike();
    return shape_.failing ? shape_.failing(call) : 0;
  });
}

void ServerUnderTest::start() {
  if (host_.is_up() && life_ == nullptr) life_ = std::make_unique<Life>(host_, groups_, shape_);
}

void ServerUnderTest::kill() { life_.reset(); }

void ServerUnderTest::power_off() {
  calls_left_ = 0;
  host_.power_off();
  life_.reset();
}

void ServerUnderTest::power_on() { host_.power_on(); }

void ServerUnderTest::power_off_after(std::uint64_t calls, std::uint64_t seed, std::function<void()> then) {
  calls_left_ = calls;
  seed_ = seed;
  struck_ = std::move(then);
}

// What its process does until it can be ended never was.
void ServerUnderTest::strike() {
  at_strike_ = host_.disk().state();
  host_.simulation().events().after(Duration(0), [this] {
    power_off();
    host_.disk().restore(at_strike_->after_crash(SurvivalRule::random(seed_)));
    at_strike_.reset();
    struck_();
  });
}

void ServerUnderTest::lose(const std::string& folder) {
  const Result<Done> lost = host_.disk().remove_tree(folder);
  check(lost.has_value(), "a folder is lost");
  // For good: no power cut brings it back.
  const Result<Done> kept = host_.disk().write_file("/lost", folder);
  check(kept.has_value(), "a file is written");
}

std::multiset<std::string> ServerUnderTest::bricks() const {
  std::multiset<std::string> names;
  for (const SimulatedWorld* process : host_.living_processes()) {
    const std::vector<std::string>& words = process->command_line();
    if (words.back() == "--in-background") names.insert(testing::word_after(words, "--volfile-id"));
  }
  return names;
}

}  // namespace mortar::sim
