// Makers and healers of directories beside stock's clients: the same steps in stock's order, mixed with ours.
#include "translators/cluster/as_root.h"
#include "translators/distribute/directories_test_support.h"

namespace mortar {
namespace {

using namespace testing;

constexpr const char* layout_domain = "dht.layout.heal";
constexpr const char* entry_domain = "dht.entry.sync";

// What stock 10.3 does for a mkdir in the root and for a lookup that finds a directory out of order, step by step.
class StockClient {
 public:
  // Over the wires of a client that does nothing else.
  StockClient(DistributeLab& lab, DistributeClient& wires) : lab_(lab), wires_(wires) {}

  Task<> mkdir(std::string name, Gfid gfid) {
    const Call call = wires_.user();
    const Place hashed = place_of(name);
    LockSet names(call, owners_);
    Result<Done> made = co_await mkdir_locked(call, name, gfid, hashed, names);
    co_await names.release();
    if (made) {
      made = co_await give_layout(call, name, gfid, {hashed});
    }
    co_return made;
  }

  // By whoever saw copies that are missing or ranges with holes.
  Task<> heal(std::string name) {
    const Call call = as_root(wires_.user());
    const AnswersOf<fop::Lookup> seen = co_await tried(look(call, name));
    Gfid gfid;
    for (const Result<fop::Lookup::Reply>& answer : seen) {
      if (answer) gfid = answer->iatt.gfid;
    }
    if (gfid.is_null()) co_return done;
    if (std::ranges::any_of(seen, [](const auto& answer) { return !answer; })) {
      LockSet names(call, owners_);
      const Result<Done> made = co_await make_missing(call, name, gfid, names);
      co_await names.release();
      if (!made) co_return made.error();
    }
    std::vector<Place> all;
    for (Place place = 0; place < lab_.bricks(); ++place) all.push_back(place);
    co_await tried(give_layout(call, name, gfid, all));
    co_return done;
  }

 private:
  Place place_of(const std::string& name) const {
    Layout layout(lab_.bricks());
    for (Place place = 0; place < lab_.bricks(); ++place) layout[place] = lab_.range(place, "");
    return *layout.place(hash_bytes(name));
  }
  Task<AnswersOf<fop::Lookup>> look(const Call& call, std::string name) {
    fop::Lookup lookup{.parent = root_gfid, .name = std::move(name)};
    lookup.xdata.set(layout_key, std::int64_t{16});
    std::vector<Translator*> bricks;
    for (Place place = 0; place < lab_.bricks(); ++place) bricks.push_back(&wires_.wire(place));
    AnswersOf<fop::Lookup> answers = co_await tried(on_each(bricks, call, lookup));
    co_return std::move(answers);
  }
  Task<> lock_name(LockSet& locks, Place hashed, std::string name) {
    co_await tried(locks.lock_object(wires_.wire(hashed), root_gfid, layout_domain, LockType::read));
    co_await tried(locks.lock_name(wires_.wire(hashed), root_gfid, std::move(name), entry_domain, LockType::write));
    co_return done;
  }

  Task<> mkdir_locked(const Call& call, std::string name, Gfid gfid, Place hashed, LockSet& names) {
    co_await tried(lock_name(names, hashed, name));
    fop::Mkdir first{.parent = root_gfid, .mode = 0755, .name = name};
    first.xdata.set("gfid-req", gfid);
    fop::Mkdir copy = first;
    first.xdata.set_text("glusterfs.preop.parent.key", layout_key);
    first.xdata.set_bytes(layout_key, as_bytes(lab_.brick(hashed).xattr("", layout_key)));
    first.xdata.set_bytes(leader_key, as_bytes(no_changes));
    co_await tried(wires_.wire(hashed).perform(call, first));
    co_await make_others(call, copy, hashed);
    co_return done;
  }
  Task<> make_others(const Call& call, fop::Mkdir copy, Place hashed) {
    std::vector<Translator*> others;
    for (Place place = 0; place < lab_.bricks(); ++place) {
      if (place != hashed) others.push_back(&wires_.wire(place));
    }
    const AnswersOf<fop::Mkdir> answers = co_await tried(on_each(others, call, copy));
    for (const Result<fop::Made>& answer : answers) EXPECT_TRUE(answer || answer.error().number() == EEXIST);
    co_return done;
  }
  Task<> make_missing(const Call& call, std::string name, Gfid gfid, LockSet& names) {
    co_await tried(lock_name(names, place_of(name), name));
    const AnswersOf<fop::Lookup> answers = co_await tried(look(call, name));
    if (std::ranges::none_of(answers, [](const auto& answer) { return answer.has_value(); })) co_return failed(ENOENT);
    fop::Mkdir mkdir{.parent = root_gfid, .mode = 0755, .name = name};
    mkdir.xdata.set("gfid-req", gfid);
    for (Place place = 0; place < lab_.bricks(); ++place) {
      if (answers[place]) continue;
      co_await tried(wires_.wire(place).perform(call, mkdir));
    }
    co_return done;
  }

  Task<> give_layout(const Call& call, std::string name, Gfid gfid, std::vector<Place> locked) {
    LockSet locks(call, owners_);
    const Result<Done> given = co_await give_layout_locked(call, name, gfid, std::move(locked), locks);
    co_await locks.release();
    co_return given;
  }
  Task<> give_layout_locked(const Call& call, std::string name, Gfid gfid, std::vector<Place> locked, LockSet& locks) {
    for (Place place : locked) {
      co_await tried(locks.lock_object(wires_.wire(place), gfid, layout_domain, LockType::write));
    }
    const AnswersOf<fop::Lookup> answers = co_await tried(look(call, name));
    Layout present(answers.size());
    std::vector<std::string> names;
    std::vector<Sharer> sharers(answers.size());
    for (Place place = 0; place < answers.size(); ++place) {
      names.push_back(wires_.wire(place).name());
      present[place].err = answers[place] ? 0 : answers[place].error().number();
      if (answers[place]) EXPECT_TRUE(present.learn(place, answers[place]->xdata.bytes(layout_key)));
    }
    for (Place place = 0; place < answers.size(); ++place) sharers[place].name = names[place];
    if (!present.anomalies().wrong_ranges()) co_return done;
    const Layout layout = assign(present, sharers, {.first = start_index(hash_bytes("/" + name), answers.size())});
    for (Place place = 0; place < answers.size(); ++place) {
      fop::Setxattr set{.gfid = gfid};
      set.values.set_bytes(layout_key, layout.stored(place));
      const Result<fop::Acknowledged> written = co_await wires_.wire(place).perform(call, set);
      EXPECT_TRUE(written) << written.error().sentence();
    }
    co_return done;
  }

  DistributeLab& lab_;
  DistributeClient& wires_;
  LockOwners owners_;
};

Task<> keep(Task<> task, std::optional<Result<Done>>& outcome) {
  Result<Done> result = co_await std::move(task);
  outcome = result;
  co_return done;
}

TEST(BesideStock, OneNameIsMadeOnceWhoeverComesFirst) {
  std::size_t by_stock = 0;
  std::size_t by_us = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    StartedLab lab(3, {}, seed);
    DistributeClient& healer = lab.add_client();
    StockClient stock(lab, lab.add_client());
    StockClient stock_healer(lab, lab.add_client());
    TaskSet running;
    std::optional<Result<Done>> stock_made, stock_healed;
    const auto pause = [&] {
      lab.simulation().run_for(std::chrono::microseconds(lab.simulation().random().below(2500)));
    };
    fop::Mkdir mkdir{.parent = root_gfid, .mode = 0755, .name = "d"};
    mkdir.xdata.set("gfid-req", lab.client().world().random_gfid());
    std::shared_ptr<std::optional<Result<fop::Made>>> made;
    const bool we_begin = seed % 2 == 0;
    if (we_begin) made = lab.client().begin(mkdir);
    if (we_begin) pause();
    running.start(keep(stock.mkdir("d", lab.client().world().random_gfid()), stock_made));
    pause();
    if (!we_begin) made = lab.client().begin(mkdir);
    pause();
    running.start(keep(stock_healer.heal("d"), stock_healed));
    const auto looked = healer.begin(fop::Lookup{.parent = root_gfid, .name = "d"});
    lab.settle();

    ASSERT_TRUE(*made && stock_made && *looked && stock_healed);
    EXPECT_NE((*made)->has_value(), stock_made->has_value());
    by_us += (*made)->has_value() ? 1 : 0;
    by_stock += stock_made->has_value() ? 1 : 0;
    if (!**made) EXPECT_EQ((*made)->error().number(), EEXIST);
    if (!*stock_made) EXPECT_EQ(stock_made->error().number(), EEXIST);
    EXPECT_ALIKE(lab, "d");
    EXPECT_TRUE(lab.client().lookup(root_gfid, "d"));
    EXPECT_EQ(lab.brick(leader_of(lab, "d")).xattr("d", leader_key), no_changes);
  }
  EXPECT_GT(by_us, 5U);
  EXPECT_GT(by_stock, 5U);
}

}  // namespace
}  // namespace mortar
