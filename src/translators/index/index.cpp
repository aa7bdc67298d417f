#include "translators/index/index.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "base/absence.h"
#include "base/log.h"

namespace mortar {

using index::IndexStore;
using index::List;

namespace {

constexpr std::uint32_t add_words = 0, add_long_words = 1;  // Xattrop::operation

bool is_zero(Bytes bytes) {
  return std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{0}; });
}

// Words of 64 bits have halves like these, too.
bool only_falls(Bytes words) {
  constexpr std::size_t size = 4;
  for (; words.size() >= size; words = words.subspan(size)) {
    const bool is_negative = (words.front() & std::byte{0x80}) != std::byte{0};
    if (!is_negative && !is_zero(words.first(size))) return false;
  }
  return words.empty();
}

void add_prefixes(std::vector<std::pair<std::string, List>>& to, std::string_view text, List list) {
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(','));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (!word.empty()) to.emplace_back(word, list);
  }
}

// The name of an entry whose change is to be noted; nothing where the key is absent.
Result<std::optional<Name>> entry_in(const Dictionary& xdata, std::string_view key) {
  auto text = xdata.text(key);
  if (!text) return std::nullopt;
  auto name = Name::make(text->substr(0, text->find('\0')));
  if (!name) return std::unexpected(name.error());
  return std::optional(*name);
}

}  // namespace

Index::Index(World& world, std::string name, index::Options options)
    : Intercept(std::move(name)),
      world_(world),
      options_(std::move(options)),
      recent_(world, this->name(), options_.base) {
  store_ = std::make_shared<Store>(IndexStore(world.files(), options_.base, [state = world.random_number()]() mutable {
    // Ids are made on workers, where the world's randomness may not be asked.
    std::array<std::uint8_t, 16> noise{};
    for (std::size_t at = 0; at < noise.size(); at += 8) {
      state += 0x9e3779b97f4a7c15;
      std::uint64_t mixed = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9;
      mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
      for (std::size_t byte = 0; byte < 8; ++byte) noise[at + byte] = static_cast<std::uint8_t>(mixed >> (8 * byte));
    }
    return Gfid::random(noise);
  }));
  for (Gfid& gfid : virtual_gfids_) gfid = world.random_gfid();
  set_watchlists();
}

void Index::set_watchlists() {
  watchlist_.clear();
  add_prefixes(watchlist_, options_.dirty_watchlist, List::dirty);
  add_prefixes(watchlist_, options_.pending_watchlist, List::pending);
  add_prefixes(watchlist_, options_.pending64_watchlist, List::pending);
}

Task<> Index::start() {
  co_await tried(on_store([](IndexStore& lists) { return lists.open(); }));
  may_have_notes_ = co_await tried(on_store([](IndexStore& lists) { return lists.has_any(List::entry_changes); }));
  co_await tried(recent_.open());
  co_return done;
}

Task<> Index::stop() { return recent_.close(); }

Result<Done> Index::reconfigure(const VolumeSection& section) {
  Result<index::Options> options = read_options<index::Options>(section);
  if (!options) return std::unexpected(options.error());
  if (options->base != options_.base) return failed(ENOTSUP);
  options_ = std::move(*options);
  set_watchlists();
  return done;
}

void Index::dump_state(std::string& out) const {
  fmt::format_to(std::back_inserter(out), "index-base={}\nunder-way={}\n", options_.base, turns_->size());
  recent_.dump_state(out);
}

std::optional<List> Index::list_of(std::string_view key) const {
  auto found = std::ranges::find_if(watchlist_, [key](const auto& watched) { return key.starts_with(watched.first); });
  if (found == watchlist_.end()) return std::nullopt;
  return found->second;
}

Index::Watched Index::watch(const Dictionary& values) const {
  Watched seen;
  for (const auto& [key, value] : values) {
    auto list = list_of(key);
    auto bytes = list ? bytes_of(value) : std::nullopt;
    if (!bytes) continue;
    Counters& counters = *list == List::dirty ? seen.dirty : seen.pending;
    if (!is_zero(*bytes)) {
      counters = Counters::raised;
    } else if (counters == Counters::none) {
      counters = Counters::zero;
    }
  }
  return seen;
}

Index::Watched Index::watch_additions(const Dictionary& values) const {
  Watched seen = watch(values);
  if (seen.dirty != Counters::raised) return seen;
  for (const auto& [key, value] : values) {
    const std::optional<Bytes> added = list_of(key) == List::dirty ? bytes_of(value) : std::nullopt;
    if (added && !only_falls(*added)) return seen;
  }
  seen.dirty = Counters::lowered;
  return seen;
}

bool Index::is_tracked(std::uint32_t operation, const Dictionary& values) const {
  if (operation == add_words) return true;
  if (operation != add_long_words) return false;
  return std::ranges::any_of(values, [this](const auto& pair) { return list_of(pair.first) == List::pending; });
}

Index::Turn::Turn(std::shared_ptr<Turns> all, const Gfid& of) : turns(std::move(all)), gfid(of) {
  std::shared_ptr<SharedMutex>& place = (*turns)[gfid];
  if (!place) place = std::make_shared<SharedMutex>();
  mutex = place;
}

Index::Turn::~Turn() {
  if (mutex.use_count() == 2) turns->erase(gfid);
}

// Before the counters rise. An object that cannot be listed must not get counters that nobody would find.
Task<> Index::before(Gfid gfid, Watched counters, const Dictionary& xdata) {
  std::optional<Name> entry = co_await tried(entry_in(xdata, "glusterfs.xattrop-entry-create"));
  const bool pending = counters.pending == Counters::raised, dirty = counters.dirty == Counters::raised;
  if (!pending && !dirty && !entry) co_return done;
  may_have_notes_ = may_have_notes_ || entry;
  co_await tried(on_names([gfid, pending, dirty, entry](IndexStore& lists) -> Result<Done> {
    Result<Done> added = done;
    if (pending) added = lists.add(List::pending, gfid);
    if (added && dirty) added = lists.add(List::dirty, gfid);
    if (added && entry) added = lists.add_entry(gfid, *entry);
    return added;
  }));
  co_return done;
}

// After the counters were written, by what they are now.
Task<> Index::after(Gfid gfid, Watched asked, Watched counters, const Dictionary& xdata) {
  std::optional<Name> entry = co_await tried(entry_in(xdata, "glusterfs.xattrop-entry-delete"));
  const bool purge =
      xdata.number("glusterfs.xattrop-purge-index").value_or(0) != 0 && counters.pending == Counters::zero;
  auto changes = [](Counters before, Counters now) {
    return now == Counters::zero || (now == Counters::raised && before != Counters::raised);
  };
  // A change is announced, or ends, and nobody has missed any: nor had anybody before.
  const bool is_of_change = asked.dirty == Counters::raised || asked.dirty == Counters::lowered;
  const bool is_missed_by_nobody = asked.pending == Counters::zero && counters.pending == Counters::zero;
  const bool pending = changes(asked.pending, counters.pending) && !(is_of_change && is_missed_by_nobody);
  const bool dirty = changes(asked.dirty, counters.dirty);
  if (!pending && !dirty && !entry && !purge) co_return done;
  co_await tried(on_names([=](IndexStore& lists) -> Result<Done> {
    auto settle = [&](List list, Counters now) {
      return now == Counters::zero ? lists.remove(list, gfid) : lists.add(list, gfid);
    };
    Result<Done> settled = done;
    if (pending) settled = settle(List::pending, counters.pending);
    if (settled && dirty) settled = settle(List::dirty, counters.dirty);
    if (settled && entry) settled = lists.remove_entry(gfid, *entry);
    if (settled && purge) settled = lists.forget_directory(gfid);
    return settled;
  }));
  co_return done;
}

// It has been removed, and its counters with it.
Task<> Index::strike(Gfid gfid) {
  co_await tried(on_names([gfid](IndexStore& lists) -> Result<Done> {
    Result<Done> struck = lists.remove(List::pending, gfid);
    if (struck) struck = lists.remove(List::dirty, gfid);
    return struck;
  }));
  co_return done;
}

template <class Operation>
Task<typename Operation::Reply> Index::tracked(const Call& call, const Operation& operation) {
  note_blame(operation.gfid, operation.values);
  Turn turn(turns_, operation.gfid);
  SharedMutex::Guard guard = co_await tried(turn.mutex->lock());
  const Watched asked = watch_additions(operation.values);
  co_await tried(before(operation.gfid, asked, operation.xdata));
  auto reply = co_await next().perform(call, operation);
  if (!reply && is_missing(reply.error())) {
    co_await tried(strike(operation.gfid));
  }
  co_await tried(reply);
  Result<Done> settled = co_await after(operation.gfid, asked, watch(reply->values), operation.xdata);
  if (!settled) {
    // The counters are written: saying otherwise would be wrong. A healer finds out by looking.
    log::warning(name(), "the index of {} could not be settled: {}", operation.gfid.text(), settled.error().sentence());
  }
  co_return reply;
}

Task<fop::Xattrop::Reply> Index::perform(const Call& call, const fop::Xattrop& xattrop) {
  if (!is_tracked(xattrop.operation, xattrop.values)) return next().perform(call, xattrop);
  return tracked(call, xattrop);
}

Task<fop::Fxattrop::Reply> Index::perform(const Call& call, const fop::Fxattrop& xattrop) {
  if (!is_tracked(xattrop.operation, xattrop.values)) return next().perform(call, xattrop);
  return tracked(call, xattrop);
}

Task<fop::Create::Reply> Index::perform(const Call& call, const fop::Create& create) {
  const Watched asked = watch(create.xdata);
  const std::optional<Gfid> gfid = create.xdata.gfid("gfid-req");
  if (!gfid || (asked.dirty != Counters::raised && asked.pending != Counters::raised)) return around(call, create);
  return create_marked(call, create, *gfid, asked);
}

Task<fop::Create::Reply> Index::create_marked(const Call& call, const fop::Create& create, Gfid gfid, Watched asked) {
  Turn turn(turns_, gfid);
  const SharedMutex::Guard guard = co_await tried(turn.mutex->lock());
  co_await tried(before(gfid, asked, {}));
  Result<fop::Create::Reply> made = co_await around(call, create);
  // Another file was opened, or none made: unless one of that identity is there, as ENODATA says, nobody is to look.
  const bool is_nothing_made = made ? made->iatt.gfid != gfid : made.error().number() != ENODATA;
  Result<Done> struck = done;
  if (is_nothing_made) {
    struck = co_await strike(gfid);
  }
  // A healer finds out by looking.
  if (!struck) log::warning(name(), "{} stays listed: {}", gfid.text(), struck.error().sentence());
  co_return std::move(made);
}

Result<std::unique_ptr<Translator>> make_index(World& world, const VolumeSection& section) {
  Result<index::Options> options = read_options<index::Options>(section);
  if (!options) return std::unexpected(options.error());
  if (!options->base.starts_with('/')) return std::unexpected(bad_option(section, "index-base", options->base));
  return std::make_unique<Index>(world, section.name, std::move(*options));
}

}  // namespace mortar
