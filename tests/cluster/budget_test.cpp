// What operations of a volume of three copies cost, counted: round trips that the caller waits for, requests to each
// brick, and calls that each brick makes to its file system. The last two also count what settles afterwards.
//
// Every piece takes one millisecond over the network, in each direction; processors take no time.
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "volume_under_test.h"

namespace mortar::sim {
namespace {

using namespace std::chrono_literals;

constexpr Duration one_way = 1ms;
// Longer than locks are kept.
constexpr Duration until_settled = 5s;
// Of a trip, at most: what the disks take.
constexpr double disk_time = 0.5;
// Calls that bricks make by themselves meanwhile: one looks after its health, and writes down what there is.
constexpr double beside = 4;

struct Cost {
  double trips = 0;
  double requests = 0;
  double file_calls = 0;
};

class Budget : public ::testing::Test {
 protected:
  void SetUp() override {
    NetworkConditions& conditions = volume_.simulation().network().conditions();
    conditions.least_delay = conditions.most_delay = one_way;
    ASSERT_EQ(volume_.start(), "");
    // By a few changes the client learns that the copies have no times in common.
    for (const char* name : {"before", "and", "once more"}) cold([&] { return make_directory(name); });
  }

  void settle() { volume_.simulation().run_for(until_settled); }

  // No lock is kept, and nothing is under way.
  Cost cold(const std::function<Task<>()>& work) {
    settle();
    const Cost before = counted();
    const double trips = trips_of(work());
    settle();
    return difference(before, counted(), trips, 1);
  }
  // The mean of many, one after the other; what is locked for one is kept for the next.
  Cost steady(const std::function<Task<>(int number)>& work) {
    constexpr int many = 20;
    settle();
    trips_of(work(many));
    const Cost before = counted();
    double trips = 0;
    for (int number = 0; number < many; ++number) trips += trips_of(work(number));
    settle();
    return difference(before, counted(), trips, many);
  }
  static void expect_at_most(const Cost& most, const Cost& cost, const char* what) {
    SCOPED_TRACE(what);
    EXPECT_LT(cost.trips, most.trips + disk_time);
    EXPECT_LE(cost.requests, most.requests);
    EXPECT_LE(cost.file_calls, most.file_calls + beside);
    fmt::print("{:<44} {:5.2f} trips {:5.2f} requests {:6.2f} file calls\n", what, cost.trips, cost.requests,
               cost.file_calls);
  }

  // ---- operations, as a mount sends them

  template <class Operation>
  Task<typename Operation::Reply> ask(Operation operation) {
    typename Operation::Reply reply = co_await tried(top().perform(call(), operation));
    co_return std::move(reply);
  }
  Task<> make_directory(std::string name) {
    fop::Mkdir mkdir{.parent = root_gfid, .mode = 0755, .name = std::move(name)};
    mkdir.xdata.set_bytes("gfid-req", new_gfid().view());
    co_await tried(ask(std::move(mkdir)));
    co_return done;
  }
  Task<> make_file(std::string name) {
    fop::Create create{.parent = root_gfid, .flags = O_CREAT | O_RDWR, .mode = 0644, .name = std::move(name)};
    create.xdata.set_bytes("gfid-req", new_gfid().view());
    fop::Create::Reply made = co_await tried(ask(std::move(create)));
    file_ = made.iatt.gfid;
    fd_ = std::move(made.fd);
    made_.push_back(file_);
    co_return done;
  }
  Task<> write() {
    fop::Write write{.gfid = file_, .fd = fd_, .size = 4096};
    write.data.bytes = Slice::own(std::string(4096, 'x'));
    co_await tried(ask(std::move(write)));
    co_return done;
  }
  Task<> close() {
    co_await tried(ask(fop::Flush{.gfid = file_, .fd = fd_}));
    co_await tried(ask(fop::Release{.gfid = file_, .fd = std::exchange(fd_, {})}));
    co_return done;
  }
  Task<> make_written_file(std::string name) {
    co_await tried(make_file(std::move(name)));
    co_await tried(write());
    co_await tried(close());
    co_return done;
  }
  // As tar makes a file: its times, its owner, its mode while it is open.
  Task<> unpack_file(std::string name) {
    co_await tried(make_file(std::move(name)));
    co_await tried(write());
    for (const std::int32_t valid : {set_attribute::modified, set_attribute::uid | set_attribute::gid,
                                     std::int32_t{set_attribute::mode}}) {
      fop::Fsetattr change{.gfid = file_, .fd = fd_, .iatt = {.mode = 0600}, .valid = valid};
      co_await tried(ask(std::move(change)));
    }
    co_await tried(close());
    co_return done;
  }
  Task<> open(std::uint32_t flags) {
    fop::Opened opened = co_await tried(ask(fop::Open{.gfid = file_, .flags = flags}));
    fd_ = std::move(opened.fd);
    co_return done;
  }
  Task<> append() {
    co_await tried(open(O_RDWR));
    co_await tried(write());
    co_await tried(close());
    co_return done;
  }
  Task<> read_all() {
    co_await tried(open(O_RDONLY));
    co_await tried(ask(fop::Read{.gfid = file_, .fd = fd_, .size = 4096}));
    co_await tried(close());
    co_return done;
  }
  Task<> look_up_and_read_all(std::string name) {
    fop::Lookup::Reply found = co_await tried(ask(fop::Lookup{.parent = root_gfid, .name = std::move(name)}));
    file_ = found.iatt.gfid;
    co_await tried(read_all());
    co_return done;
  }
  Task<> look_up(std::string name) {
    co_await tried(ask(fop::Lookup{.parent = root_gfid, .name = std::move(name)}));
    co_return done;
  }
  // As the kernel does before it makes something.
  Task<> look_for_nothing(Gfid parent, std::string name) {
    const Result<fop::Lookup::Reply> found = co_await ask(fop::Lookup{.parent = parent, .name = std::move(name)});
    if (found) co_return failed(EEXIST);
    co_return done;
  }
  Task<> look_and_make(std::string name) {
    co_await tried(look_for_nothing(root_gfid, name));
    co_await tried(make_written_file(std::move(name)));
    co_return done;
  }
  Task<> change_mode() {
    co_await tried(ask(fop::Setattr{.gfid = file_, .iatt = {.mode = 0600}, .valid = 1}));
    co_return done;
  }
  Task<> list() {
    const fop::Opened opened = co_await tried(ask(fop::Opendir{.gfid = root_gfid}));
    co_await tried(ask(fop::Readdirp{.gfid = root_gfid, .fd = opened.fd, .size = 131072}));
    co_await tried(ask(fop::Releasedir{.gfid = root_gfid, .fd = opened.fd}));
    co_return done;
  }
  // In the order in which they were made.
  Task<> change_mode_of_next() {
    file_ = made_.at(changed_++);
    co_await tried(change_mode());
    co_return done;
  }
  Task<> remove(std::string name) {
    co_await tried(ask(fop::Unlink{.parent = root_gfid, .name = std::move(name)}));
    co_return done;
  }
  // As git stores an object: under another name first, in a directory that is new more often than not.
  Task<> store_object(std::string folder) {
    fop::Mkdir mkdir{.parent = root_gfid, .mode = 0755, .name = std::move(folder)};
    mkdir.xdata.set_bytes("gfid-req", new_gfid().view());
    const fop::Mkdir::Reply made = co_await tried(ask(std::move(mkdir)));
    co_await tried(look_for_nothing(made.iatt.gfid, "tmp_obj"));
    fop::Create create{.parent = made.iatt.gfid, .flags = O_CREAT | O_RDWR, .mode = 0444, .name = "tmp_obj"};
    create.xdata.set_bytes("gfid-req", new_gfid().view());
    fop::Create::Reply object = co_await tried(ask(std::move(create)));
    file_ = object.iatt.gfid;
    fd_ = std::move(object.fd);
    co_await tried(write());
    co_await tried(close());
    co_await tried(look_for_nothing(made.iatt.gfid, "object"));
    co_await tried(ask(fop::Link{.gfid = file_, .new_parent = made.iatt.gfid, .new_name = "object"}));
    co_await tried(ask(fop::Unlink{.parent = made.iatt.gfid, .name = "tmp_obj"}));
    co_return done;
  }
  Task<> link(std::string name) {
    co_await tried(ask(fop::Link{.gfid = file_, .new_parent = root_gfid, .new_name = std::move(name)}));
    co_return done;
  }
  Task<> remove_directory(std::string name) {
    co_await tried(ask(fop::Rmdir{.parent = root_gfid, .name = std::move(name)}));
    co_return done;
  }
  Task<> rename(std::string from, std::string to) {
    co_await tried(ask(fop::Rename{
        .old_parent = root_gfid, .new_parent = root_gfid, .old_name = std::move(from), .new_name = std::move(to)}));
    co_return done;
  }
  // As the kernel does.
  Task<> look_and_rename(std::string from, std::string to) {
    co_await tried(look_for_nothing(root_gfid, to));
    co_await tried(rename(std::move(from), std::move(to)));
    co_return done;
  }

 private:
  static VolumeShape shape() {
    VolumeShape shape{.bricks = 3, .clients = 1};
    shape.volume.type = VolumeType::replicate;
    shape.volume.replica_count = 3;
    shape.clock_skew = {};
    // As users have it.
    shape.options = {{"performance.open-behind", "on"}, {"performance.quick-read", "on"}};
    return shape;
  }
  Translator& top() { return volume_.client(0).top(); }
  static Call call() {
    Call call;
    call.pid = 1234;
    return call;
  }
  double trips_of(Task<> work) {
    const Instant begun = volume_.simulation().now();
    const Result<Done> worked = volume_.simulation().run(std::move(work));
    EXPECT_TRUE(worked) << worked.error().sentence();
    return std::chrono::duration<double>(volume_.simulation().now() - begun) / (2 * one_way);
  }
  static Cost difference(const Cost& before, const Cost& after, double trips, double count) {
    return {.trips = trips / count,
            .requests = (after.requests - before.requests) / count,
            .file_calls = (after.file_calls - before.file_calls) / count};
  }
  Gfid new_gfid() { return volume_.client(0).world().random_gfid(); }
  // The brick that has most.
  Cost counted() {
    Cost most;
    for (std::size_t index = 0; index < volume_.bricks(); ++index) {
      const auto calls = static_cast<double>(volume_.brick(index).host().disk().calls());
      most.file_calls = std::max(most.file_calls, calls);
      most.requests = std::max(most.requests, requests_to(index));
    }
    return most;
  }
  double requests_to(std::size_t index) {
    std::string state;
    volume_.client(0).graph().find(fmt::format("vol-client-{}", index))->dump_state(state);
    constexpr std::string_view key = "\nmsgs_sent=";
    const std::size_t at = state.find(key);
    return at == std::string::npos ? 0 : std::stod(state.substr(at + key.size()));
  }

  VolumeUnderTest volume_{1, shape()};
  Gfid file_;
  Fd fd_;
  std::vector<Gfid> made_;
  std::size_t changed_ = 0;
};

TEST_F(Budget, OfTheFirstOperation) {
  expect_at_most({3, 7, 38}, cold([&] { return make_written_file("a"); }), "create, write 4 KiB, close");
  expect_at_most({3, 7, 28}, cold([&] { return append(); }), "open, write 4 KiB, close");
  expect_at_most({1, 4, 8}, cold([&] { return read_all(); }), "open, read, close");
  expect_at_most({1, 2, 5}, cold([&] { return look_up("a"); }), "lookup");
  expect_at_most({2, 5, 8}, cold([&] { return change_mode(); }), "chmod");
  expect_at_most({2, 4, 18}, cold([&] { return list(); }), "open, list");
  expect_at_most({2, 4, 14}, cold([&] { return make_directory("d"); }), "mkdir");
  expect_at_most({2, 4, 18}, cold([&] { return rename("a", "b"); }), "rename");
  expect_at_most({2, 4, 13}, cold([&] { return remove("b"); }), "unlink");
  expect_at_most({3, 5.2, 14}, cold([&] { return remove_directory("d"); }), "rmdir");
}

TEST_F(Budget, OfOneOfMany) {
  const auto numbered = [](const char* prefix, int number) { return fmt::format("{}{}", prefix, number); };
  expect_at_most({2, 5.4, 28}, steady([&](int number) { return make_written_file(numbered("f", number)); }),
                 "create, write 4 KiB, close");
  expect_at_most({1.1, 1.5, 8}, steady([&](int) { return change_mode_of_next(); }), "chmod");
  expect_at_most({2.1, 5.5, 28.4}, steady([&](int number) { return look_and_make(numbered("l", number)); }),
                 "lookup, create, write 4 KiB, close");
  expect_at_most({5, 9.4, 40}, steady([&](int number) { return unpack_file(numbered("u", number)); }),
                 "create, write 4 KiB, times, owner, mode, close");
  expect_at_most({1, 1.2, 11.2}, steady([&](int number) { return make_directory(numbered("d", number)); }), "mkdir");
  expect_at_most({1, 1.1, 10}, steady([&](int number) { return look_up_and_read_all(numbered("f", number)); }),
                 "lookup, open, read, close");
  expect_at_most({1, 1.2, 15.2},
                 steady([&](int number) { return rename(numbered("f", number), numbered("g", number)); }), "rename");
  expect_at_most({1.2, 1.4, 15.7},
                 steady([&](int number) { return look_and_rename(numbered("g", number), numbered("h", number)); }),
                 "lookup, rename");
  expect_at_most({1.2, 1.4, 15.7},
                 steady([&](int number) { return look_and_rename(numbered("h", number), numbered("g", number)); }),
                 "lookup, rename to a name of before");
  expect_at_most({1, 1.2, 8.2}, steady([&](int number) { return remove(numbered("g", number)); }), "unlink");
  expect_at_most({2, 3.2, 10.2}, steady([&](int number) { return remove_directory(numbered("d", number)); }),
                 "rmdir");
  cold([&] { return make_file("w"); });
  expect_at_most({1, 1.2, 8.4}, steady([&](int number) { return link(numbered("k", number)); }), "link");
  expect_at_most({1, 1.2, 11.4}, steady([&](int number) { return remove(numbered("k", number)); }),
                 "unlink one of several names");
  expect_at_most({5, 10.6, 59.4}, steady([&](int number) { return store_object(numbered("o", number)); }),
                 "mkdir; lookup, create, write, close, link, unlink in it");
  expect_at_most({1, 1.2, 4.8}, steady([&](int) { return write(); }), "write 4 KiB");
}

}  // namespace
}  // namespace mortar::sim
