// Renames beside those of stock's clients: their steps in their order, mixed with ours.
#include <optional>
#include <tuple>

#include "translators/cluster/as_root.h"
#include "translators/distribute/internal_xdata.h"
#include "translators/distribute/rename_test_support.h"

namespace mortar {
namespace {

using testing::DistributeClient;
using testing::NamedFiles;

constexpr const char* migration_domain = "dht.file.migrate";
constexpr const char* layout_domain = "dht.layout.heal";
constexpr const char* entry_domain = "dht.entry.sync";

// What stock 10.3 does for the rename of a file, step by step; each lock is waited for before the next is asked for.
class StockClient {
 public:
  // Over the wires of a client that does nothing else.
  StockClient(NamedFiles& files, DistributeClient& wires) : files_(files), wires_(wires), call_(wires.user()) {}

  Task<> rename(std::string from, std::string to) {
    Side old_side = co_await tried(look(from));
    Side new_side = co_await tried(look(to));
    if (!old_side.data) co_return failed(ENOENT);
    if (old_side.gfid == new_side.gfid) co_return done;
    LockSet locks(call_, owners_);
    Result<Done> renamed = co_await lock(locks, old_side, new_side);
    if (renamed) {
      renamed = co_await rename_locked(from, to, old_side);
    }
    co_await locks.release();
    co_return renamed;
  }

 private:
  struct Side {
    std::string name;
    Place hashed = 0;
    std::optional<Place> data;
    Gfid gfid;
  };

  Translator& brick(Place place) { return wires_.wire(place); }
  Call root() const { return as_root(call_); }

  Task<Side> look(std::string name) {
    Side side{.name = name, .hashed = files_.hashed(name)};
    fop::Lookup lookup{.parent = files_.directory, .name = name};
    lookup.xdata.set("trusted.glusterfs.dht.linkto", std::int64_t{256});
    for (Place place = 0; place < files_.lab.bricks(); ++place) {
      const Result<fop::Lookup::Reply> found = co_await brick(place).perform(call_, lookup);
      if (!found || found->xdata.has("trusted.glusterfs.dht.linkto")) continue;
      side.data = place;
      side.gfid = found->iatt.gfid;
    }
    co_return side;
  }

  Task<> lock(LockSet& locks, const Side& old_side, const Side& new_side) {
    std::vector<const Side*> sides{&old_side};
    if (new_side.data) sides.push_back(&new_side);
    std::ranges::sort(sides, {}, [&](const Side* side) { return std::tuple(*side->data, side->gfid); });
    for (const Side* side : sides) {
      const Result<Done> locked =
          co_await locks.lock_object(brick(*side->data), side->gfid, migration_domain, LockType::write);
      if (!locked && side == &old_side) co_return locked.error();
    }
    sides = {&old_side, &new_side};
    std::ranges::sort(sides, {}, [](const Side* side) { return std::tuple(side->hashed, side->name); });
    for (const Side* side : sides) {
      co_await tried(locks.lock_object(brick(side->hashed), files_.directory, layout_domain, LockType::read));
      co_await tried(locks.lock_name(brick(side->hashed), files_.directory, side->name, entry_domain, LockType::write));
    }
    co_return done;
  }

  Task<> rename_locked(std::string from, std::string to, Side before) {
    const Side old_side = co_await tried(look(from));
    const Side new_side = co_await tried(look(to));
    if (old_side.data != before.data || old_side.gfid != before.gfid) co_return failed(ENOENT);
    if (old_side.gfid == new_side.gfid) co_return done;
    const Place source = *old_side.data;
    const bool beside = new_side.data == source;
    const Place renamed_at = beside ? source : new_side.hashed;
    if (beside && new_side.hashed != source) {
      const Result<fop::Changed> gone = co_await unlink(to, new_side.hashed);
      EXPECT_TRUE(gone || gone.error().number() == ENOENT);
    }
    if (!beside && source != new_side.hashed) {
      if (new_side.hashed != old_side.hashed) {
        co_await tried(make_link_file(from, old_side.gfid, new_side.hashed, source));
      }
      fop::Link link{.gfid = old_side.gfid, .new_parent = files_.directory, .new_name = to};
      link.xdata.set_text("force-replace", "yes");
      co_await tried(brick(source).perform(call_, link));
    }
    co_await tried(brick(renamed_at).perform(call_, files_.renaming(from, to)));
    if (beside && new_side.hashed != source) {
      co_await tried(make_link_file(to, old_side.gfid, new_side.hashed, source));
    }
    if (source != new_side.hashed && !beside) {
      co_await tried(unlink(from, source));
    }
    if (old_side.hashed != renamed_at && old_side.hashed != source) {
      const Result<fop::Changed> gone = co_await unlink(from, old_side.hashed);
      EXPECT_TRUE(gone || gone.error().number() == ENOENT);
    }
    if (new_side.data && *new_side.data != new_side.hashed && !beside) {
      co_await tried(unlink(to, *new_side.data));
    }
    co_return done;
  }

  Task<fop::Changed> unlink(std::string name, Place place) {
    const fop::Unlink unlink{
        .parent = files_.directory, .name = std::move(name), .xdata = distribute::internal_xdata()};
    fop::Changed reply = co_await tried(brick(place).perform(root(), unlink));
    co_return std::move(reply);
  }
  Task<> make_link_file(std::string name, Gfid gfid, Place at, Place target) {
    fop::Mknod mknod{
        .parent = files_.directory, .mode = 0101000, .name = std::move(name), .xdata = distribute::internal_xdata()};
    mknod.xdata.set("gfid-req", gfid);
    mknod.xdata.set_text("force-replace", "yes");
    mknod.xdata.set_bytes("trusted.glusterfs.dht.linkto", as_bytes(brick(target).name() + '\0'));
    co_await tried(brick(at).perform(root(), mknod));
    co_return done;
  }

  NamedFiles& files_;
  DistributeClient& wires_;
  const Call call_;
  LockOwners owners_;
};

Task<> keep(Task<> task, std::optional<Result<Done>>& outcome) {
  Result<Done> result = co_await std::move(task);
  outcome = result;
  co_return done;
}

TEST(RenameBesideStock, NothingIsLostAndNobodyWaitsForEver) {
  std::size_t by_us = 0, by_stock = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    NamedFiles files(4, {}, seed);
    StockClient stock(files, files.lab.add_client());
    Random& random = files.lab.simulation().random();
    std::vector<std::string> names;
    std::map<std::string, Gfid> gfids;
    for (Place place = 0; place < 4; ++place) {
      for (int more = 0; more < 2; ++more) {
        names.push_back(files.name_at(place));
        gfids[names.back()] = files.put(names.back(), random.below(4), names.back());
      }
    }
    std::size_t succeeded = 0;
    for (int round = 0; round < 12; ++round) {
      const auto any_name = [&] { return names[random.below(names.size())]; };
      TaskSet running;
      std::optional<Result<Done>> stock_renamed;
      running.start(keep(stock.rename(any_name(), any_name()), stock_renamed));
      files.lab.simulation().run_for(std::chrono::microseconds(random.below(10000)));
      const auto renamed = files.lab.client().begin(files.renaming(any_name(), any_name()));
      ASSERT_TRUE(files.lab.simulation().run_until([&] { return renamed->has_value() && stock_renamed; }))
          << "they wait for each other";
      if (**renamed) {
        ++by_us;
        ++succeeded;
      } else {
        EXPECT_EQ((**renamed).error().number(), ENOENT);
      }
      if (*stock_renamed) {
        ++by_stock;
        ++succeeded;
      } else {
        EXPECT_TRUE(stock_renamed->error().number() == ENOENT || stock_renamed->error().number() == ESTALE);
      }
    }
    files.lab.settle();
    std::size_t left = 0;
    std::map<std::string, int> seen;
    for (const std::string& name : names) {
      const std::string text = files.read(files.lab.client(), name);
      if (text == "error 2") continue;
      ++left;
      EXPECT_EQ(++seen[text], 1);
      bool is_proper = false;
      for (Place place = 0; place < 4; ++place) {
        is_proper = is_proper || files.standing(name) == files.proper(name, place, gfids[text]);
      }
      EXPECT_TRUE(is_proper) << files.standing(name);
    }
    EXPECT_GE(left + succeeded, names.size());
    EXPECT_GE(left, 1U);
  }
  EXPECT_GT(by_us, 20U);
  EXPECT_GT(by_stock, 20U);
}

}  // namespace
}  // namespace mortar
