// Files under names that are chosen by where they hash to, and what stands under a name afterwards: for tests of
// operations on two names.
//
//   NamedFiles files(4);
//   const std::string old_name = files.name_at(2);
//   const Gfid gfid = files.put(old_name, 0, "text");       // data on brick 0, a link file on brick 2
//   EXPECT_EQ(files.standing(old_name), files.proper(old_name, 0, gfid));
//   EXPECT_EQ(files.read(client, old_name), "text");
#pragma once

#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

#include "translators/distribute/distribute_test_support.h"
#include "translators/distribute/name_hash.h"

namespace mortar::testing {

class NamedFiles {
 public:
  explicit NamedFiles(std::size_t bricks, DistributeLab::Options options = {}, std::uint64_t seed = 1)
      : lab(bricks, std::move(options), seed), hash_(std::move(*NameHash::make("", ""))), layout_(bricks) {
    EXPECT_TRUE(lab.client().lookup(root_gfid));
    // The layout of the root is not trusted to be complete, that of a new directory is.
    if (Result<fop::Made> made = lab.client().mkdir(root_gfid, folder)) directory = made->iatt.gfid;
    for (Place place = 0; place < bricks; ++place) layout_[place] = lab.range(place, folder);
    EXPECT_EQ(layout_.anomalies(), Anomalies{});
  }

  // A new one each time.
  std::string name_at(Place place) {
    while (true) {
      std::string name = fmt::format("name{}", ++last_name_);
      if (hashed(name) == place) return name;
    }
  }
  Place hashed(const std::string& name) const { return *layout_.place(hash_(name)); }
  // On a brick.
  std::string path(const std::string& name) const { return fmt::format("{}/{}", folder, name); }
  Gfid new_gfid() { return lab.client().world().random_gfid(); }

  // A file as clients leave it.
  Gfid put(const std::string& name, Place place, const std::string& text) {
    const Gfid gfid = new_gfid();
    put_data(name, place, gfid, text);
    if (hashed(name) != place) put_link(name, hashed(name), place, gfid);
    return gfid;
  }
  void put_data(const std::string& name, Place place, const Gfid& gfid, const std::string& text) {
    fop::Create create{.parent = directory, .flags = open_flag::read_write, .mode = 0100644, .name = name};
    create.xdata.set("gfid-req", gfid);
    Result<fop::Create::Reply> made = ask_brick(place, create);
    ASSERT_TRUE(made) << made.error().sentence();
    fop::Write write{.gfid = gfid, .fd = made->fd, .size = static_cast<std::uint32_t>(text.size())};
    write.data.bytes = Slice::copy(text);
    EXPECT_TRUE(ask_brick(place, write));
    EXPECT_TRUE(ask_brick(place, fop::Release{.gfid = gfid, .fd = made->fd}));
  }
  void put_link(const std::string& name, Place at, Place target, const Gfid& gfid) {
    fop::Mknod mknod{.parent = directory, .mode = 0101000, .name = name};
    mknod.xdata.set("gfid-req", gfid);
    mknod.xdata.set_text("glusterfs-internal-fop", "yes");
    mknod.xdata.set_bytes("trusted.glusterfs.dht.linkto", as_bytes(fmt::format("v-client-{}", target) + '\0'));
    EXPECT_TRUE(ask_brick(at, mknod));
  }
  // A further name, as clients leave it.
  void put_hard_link(const std::string& name, Place place, const Gfid& gfid) {
    EXPECT_TRUE(ask_brick(place, fop::Link{.gfid = gfid, .new_parent = directory, .new_name = name}));
    if (hashed(name) != place) put_link(name, hashed(name), place, gfid);
  }
  void remove_at(const std::string& name, Place place) {
    EXPECT_TRUE(ask_brick(place, fop::Unlink{.parent = directory, .name = name}));
  }

  // What each brick has under a name, one a line: "0 data GFID", "2 link to 0 of GFID".
  std::string standing(const std::string& name) {
    std::string text;
    for (Place place = 0; place < lab.bricks(); ++place) text += standing_at(name, place);
    return text;
  }
  std::string standing_at(const std::string& name, Place place) {
    BrickOfLab& brick = lab.brick(place);
    const std::string there = path(name);
    if (!brick.exists(there)) return "";
    const std::string stored = brick.xattr(there, "trusted.gfid");
    Gfid gfid;
    if (stored.size() == gfid.bytes.size()) {
      for (std::size_t at = 0; at < stored.size(); ++at) gfid.bytes[at] = static_cast<std::uint8_t>(stored[at]);
    }
    if ((brick.status(there).mode & 07777) != 01000) return fmt::format("{} data {}\n", place, gfid.text());
    const std::string target = brick.xattr(there, "trusted.glusterfs.dht.linkto").substr(9, 1);
    return fmt::format("{} link to {} of {}\n", place, target, gfid.text());
  }
  // One file, and a link file where it is needed.
  std::string proper(const std::string& name, Place place, const Gfid& gfid) const {
    std::map<Place, std::string> lines;
    lines[hashed(name)] = fmt::format("{} link to {} of {}\n", hashed(name), place, gfid.text());
    lines[place] = fmt::format("{} data {}\n", place, gfid.text());
    std::string text;
    for (const auto& [at, line] : lines) text += line;
    return text;
  }

  int rename(DistributeClient& client, const std::string& from, const std::string& to, std::uint32_t uid = 0) {
    const Result<fop::Rename::Reply> reply = client.ask(renaming(from, to), client.user(uid));
    return reply ? 0 : reply.error().number();
  }
  fop::Rename renaming(const std::string& from, const std::string& to) const {
    return {.old_parent = directory, .new_parent = directory, .old_name = from, .new_name = to};
  }
  // Of what a client sees under a name; "error ..." where it sees nothing.
  std::string read(DistributeClient& client, const std::string& name) {
    const Result<fop::Lookup::Reply> found = client.lookup(directory, name);
    if (!found) return fmt::format("error {}", found.error().number());
    const Result<fop::Read::Reply> read = client.ask(fop::Read{.gfid = found->iatt.gfid, .size = 1 << 16});
    return read ? std::string(read->data.bytes.text()) : fmt::format("unreadable {}", read.error().number());
  }

  template <class Operation>
  Result<typename Operation::Reply> ask_brick(Place place, const Operation& operation) {
    const Call call = lab.client().user();
    return lab.simulation().run(lab.client().wire(place).perform(call, operation));
  }

  DistributeLab lab;
  // Where all the names are.
  Gfid directory;

 private:
  static constexpr const char* folder = "d";
  NameHash hash_;
  Layout layout_;
  std::size_t last_name_ = 0;
};

// Counts the round trips that somebody waits for: messages that leave together are one.
class TripCount {
 public:
  explicit TripCount(DistributeLab& lab) : lab_(lab) {
    lab.on_message([this](std::size_t, std::string_view) {
      times_.push_back(lab_.simulation().now());
      return 0;
    });
  }
  ~TripCount() { lab_.on_message({}); }
  // Until now; what leaves now is beside the answer.
  std::size_t trips() const {
    std::size_t count = 0;
    for (std::size_t index = 0; index < times_.size(); ++index) {
      const bool is_new = index == 0 || times_[index] != times_[index - 1];
      if (is_new && times_[index] < lab_.simulation().now()) ++count;
    }
    return count;
  }

 private:
  DistributeLab& lab_;
  std::vector<Instant> times_;
};

}  // namespace mortar::testing
