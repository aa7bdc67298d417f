// A brick in a folder of the real machine, or on a simulated disk, and a caller who asks it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>

#include "runtime/real_world_test_support.h"
#include "simulation/simulation.h"
#include "translators/posix/checker.h"
#include "translators/posix/posix.h"

namespace mortar::posix {

// Both labs: a World, a folder in it, and a way to run a task to its end.
class RealLab {
 public:
  RealLab() : world_(std::move(*RealWorld::make({.workers = 2}))) {}
  World& world() { return *world_; }
  FileSystem& files() { return world_->files(); }
  std::string folder() const { return folder_.path(); }
  template <class T>
  Result<T> run(Task<T> task) {
    return run_in(*world_, std::move(task));
  }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<RealWorld> world_;
};

class SimulatedLab {
 public:
  SimulatedLab() { EXPECT_TRUE(world_.files().make_directories("/brick")); }
  World& world() { return world_; }
  FileSystem& files() { return world_.files(); }
  SimulatedFileSystem& disk() { return host_.disk(); }
  Simulation& simulation() { return simulation_; }
  std::string folder() const { return "/brick"; }
  template <class T>
  Result<T> run(Task<T> task) {
    return simulation_.run(std::move(task));
  }

 private:
  Simulation simulation_{1};
  Host& host_ = simulation_.add_host("server", "10.0.0.1");
  SimulatedWorld& world_ = host_.start_process("brick");
};

inline Gfid test_gfid(std::uint8_t number) {
  Gfid gfid = fixed_gfid(number);
  gfid.bytes[0] = 0xab;
  gfid.bytes[1] = 0xcd;
  return gfid;
}

// A brick that was started, with short words for what tests do again and again.
template <class Lab>
class BrickLab {
 public:
  explicit BrickLab(VolumeSection more = {}) {
    section_ = std::move(more);
    section_.name = "test-posix";
    section_.set_option("directory", lab.folder());
    section_.set_option("health-check-interval", "0");
    start();
  }
  // What a brick holds in the end must fit together, whatever a test did to it.
  ~BrickLab() {
    stop();
    if (started && is_checked && !testing::Test::HasFatalFailure()) check();
  }
  void check() {
    Result<CheckReport> report = check_brick(lab.files(), lab.folder(), {});
    ASSERT_TRUE(report) << report.error().sentence();
    for (const Finding& finding : report->findings) ADD_FAILURE() << finding.text();
  }

  void start() {
    Result<std::unique_ptr<Translator>> made = Posix::make(lab.world(), section_);
    ASSERT_TRUE(made);
    posix = std::move(*made);
    started = lab.run(posix->start());
  }
  void stop() {
    if (!posix) return;
    EXPECT_TRUE(lab.run(posix->stop()));
    posix.reset();
  }
  void restart() {
    stop();
    start();
  }

  template <class Request>
  Result<typename Request::Reply> ask(const Request& request) {
    return lab.run(posix->perform(call, request));
  }
  template <class Request>
  int error_of(const Request& request) {
    Result<typename Request::Reply> reply = ask(request);
    return reply ? 0 : reply.error().number();
  }

  Result<fop::Create::Reply> create(const Gfid& parent, const std::string& name, const Gfid& gfid,
                                    std::uint32_t flags = open_flag::read_write | open_flag::exclusive) {
    fop::Create request{.parent = parent, .flags = flags, .mode = 0100644, .name = name};
    request.xdata.set("gfid-req", gfid);
    return ask(request);
  }
  Result<fop::Made> mkdir(const Gfid& parent, const std::string& name, const Gfid& gfid) {
    fop::Mkdir request{.parent = parent, .mode = 0755, .name = name};
    request.xdata.set("gfid-req", gfid);
    return ask(request);
  }
  Result<fop::Lookup::Reply> lookup(const Gfid& parent, const std::string& name) {
    return ask(fop::Lookup{.parent = parent, .name = name});
  }
  Result<fop::Lookup::Reply> lookup(const Gfid& gfid) { return ask(fop::Lookup{.gfid = gfid}); }
  Result<fop::Changed> write(const Gfid& gfid, const Fd& fd, std::uint64_t offset, std::string_view text) {
    fop::Write request{.gfid = gfid, .fd = fd, .offset = offset, .size = static_cast<std::uint32_t>(text.size())};
    request.data.bytes = Slice::copy(text);
    return ask(request);
  }
  std::string read(const Gfid& gfid, const Fd& fd = {}) {
    Result<fop::Read::Reply> reply = ask(fop::Read{.gfid = gfid, .fd = fd, .size = 1 << 16});
    return reply ? std::string(reply->data.bytes.text()) : "error " + reply.error().sentence();
  }
  std::vector<std::string> names_in(const Gfid& directory) {
    Result<fop::Readdirp::Reply> reply = ask(fop::Readdirp{.gfid = directory, .size = 1 << 17});
    std::vector<std::string> names;
    if (!reply) return {"error " + reply.error().sentence()};
    for (const EntryPlus& entry : reply->entries.elements) {
      if (entry.name != "." && entry.name != "..") names.push_back(entry.name);
    }
    std::ranges::sort(names);
    return names;
  }

  // The brick's folder as an administrator sees it.
  std::string path(const std::string& name) const { return lab.folder() + "/" + name; }
  bool exists(const std::string& name) { return lab.files().status(FileSystem::no_directory, path(name)).has_value(); }
  std::string handle_path(const Gfid& gfid) const {
    const std::string text = gfid.text();
    return ".glusterfs/" + text.substr(0, 2) + "/" + text.substr(2, 2) + "/" + text;
  }
  std::string xattr(const std::string& name, const std::string& key) {
    Result<std::string> value = lab.files().get_xattr(FileSystem::no_directory, path(name), key.c_str());
    return value ? *value : "error " + value.error().sentence();
  }

  Lab lab;
  Call call;
  std::unique_ptr<Translator> posix;
  Result<Done> started = done;
  bool is_checked = true;

 private:
  VolumeSection section_;
};

template <class Lab>
class BrickTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(this->brick.started) << this->brick.started.error().sentence(); }
  BrickLab<Lab> brick;
};
using Labs = testing::Types<RealLab, SimulatedLab>;

}  // namespace mortar::posix
