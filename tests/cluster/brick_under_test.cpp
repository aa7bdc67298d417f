#include "brick_under_test.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>

namespace mortar::sim {

namespace {

constexpr int here = FileSystem::no_directory;

}  // namespace

Gfid brick_volume_id() { return test_gfid(99); }

Gfid test_gfid(std::uint8_t number) {
  Gfid gfid;
  gfid.bytes.fill(number);
  return gfid;
}

DiskState BrickUnderTest::empty_disk() {
  SimulatedFileSystem disk([] { return Moment{1, 0}; });
  check(disk.make_directories(brick_directory).has_value(), "a brick's directory is made");
  const std::string id(as_text(brick_volume_id().view()));
  check(disk.set_xattr(here, brick_directory, "trusted.glusterfs.volume-id", as_bytes(id), 0).has_value(),
        "a brick is marked");
  check(disk.sync_all(disk.open(here, brick_directory, O_RDONLY, 0)->number()).has_value(), "a brick is durable");
  return disk.state();
}

BrickUnderTest::BrickUnderTest(std::uint64_t seed, const DiskState& disk)
    : simulation_(seed), host_(simulation_.add_host("server", "10.0.0.1")) {
  host_.disk().restore(disk);
  // Later than anything that is on the disk already: what is younger than a second is taken for an entry being made.
  host_.shift_wall_clock(std::chrono::hours(seed));
}

BrickUnderTest::~BrickUnderTest() { stop(); }

std::string BrickUnderTest::start() {
  process_ = &host_.start_process("brick");
  VolumeSection section;
  section.name = "vol-posix";
  section.type = "storage/posix";
  section.set_option("directory", brick_directory);
  section.set_option("volume-id", brick_volume_id().text());
  section.set_option("health-check-interval", "0");
  Result<std::unique_ptr<Translator>> made = posix::Posix::make(*process_, section);
  if (!made) return made.error().sentence();
  posix_ = std::move(*made);
  Result<Done> started = simulation_.run(posix_->start());
  return started ? "" : "the brick does not start: " + started.error().sentence();
}

void BrickUnderTest::stop() {
  if (process_ != nullptr) process_->kill();
  posix_.reset();
  process_ = nullptr;
}

std::vector<std::string> BrickUnderTest::look_up_everything() {
  std::vector<std::string> wrong;
  look_up_below(root_gfid, "", wrong);
  look_up_handles();
  return wrong;
}

void BrickUnderTest::look_up_handles() {
  std::vector<Gfid> gfids;
  for (const auto& [number, inode] : disk().state().tree()) {
    for (const auto& [name, entry] : inode->entries) {
      if (const std::optional<Gfid> gfid = Gfid::parse(name)) gfids.push_back(*gfid);
    }
  }
  for (const Gfid& gfid : gfids) {
    const Result<fop::Lookup::Reply> found = perform(fop::Lookup{.gfid = gfid});
    static_cast<void>(found);
  }
}

void BrickUnderTest::look_up_below(const Gfid& directory, const std::string& path, std::vector<std::string>& wrong) {
  std::vector<DirectoryEntry> entries;
  {
    Result<OpenFile> folder = disk().open(here, brick_directory + path, O_RDONLY | O_DIRECTORY, 0);
    if (!folder) return wrong.push_back(path + " cannot be listed");
    std::uint64_t offset = 0;
    while (true) {
      Result<std::vector<DirectoryEntry>> some = disk().read_directory(folder->number(), offset);
      if (!some || some->empty()) break;
      offset = some->back().offset;
      entries.insert(entries.end(), some->begin(), some->end());
    }
  }
  for (const DirectoryEntry& entry : entries) {
    const bool is_hidden = entry.name == "." || entry.name == ".." || (path.empty() && entry.name == ".glusterfs");
    if (is_hidden) continue;
    const std::string name = path + "/" + entry.name;
    fop::Lookup named{.parent = directory, .name = entry.name};
    named.xdata.set("gfid-req", test_gfid(++healed_));
    const Result<fop::Lookup::Reply> found = perform(named);
    if (!found) {
      wrong.push_back(fmt::format("{} cannot be looked up: {}", name, found.error().sentence()));
      continue;
    }
    const Result<fop::Lookup::Reply> again = perform(fop::Lookup{.gfid = found->iatt.gfid});
    if (!again) {
      wrong.push_back(fmt::format("{} cannot be looked up by its gfid: {}", name, again.error().sentence()));
    } else if (again->iatt.gfid != found->iatt.gfid) {
      wrong.push_back(name + " is another object when it is looked up by its gfid");
    }
    if (entry.type == DT_DIR) look_up_below(found->iatt.gfid, name, wrong);
  }
}

std::vector<std::string> BrickUnderTest::inconsistencies() {
  std::vector<std::string> wrong = look_up_everything();
  // What is mended in passing is mended off the caller's way.
  simulation_.run_for(std::chrono::seconds(1));
  posix::CheckOptions options{.volume_id = brick_volume_id()};
  const Result<posix::CheckReport> report = posix::check_brick(disk(), brick_directory, options);
  if (!report) {
    wrong.push_back("the checker cannot read the brick: " + report.error().sentence());
    return wrong;
  }
  for (const posix::Finding& finding : report->findings) wrong.push_back(finding.text());
  return wrong;
}

}  // namespace mortar::sim
