// What users of copies tell this one about another (wire/own_keys.h): that it has gone, and that it is back and may
// have lost what it had changed last. Then it is blamed for that here, as it would be for a change that it had
// missed.
#include <string_view>

#include "base/absence.h"
#include "base/log.h"
#include "translators/index/index.h"
#include "wire/own_keys.h"

namespace mortar {

using index::Aspect;
using index::List;
using index::UnwrittenChange;

namespace {

constexpr std::uint32_t add_words = 0;  // Xattrop::operation
// Between two of them the loop does something else.
constexpr std::size_t blamed_at_once = 16;
// Counts of changes of content, of attributes and of names stand behind each other.
constexpr std::size_t word = 4, words = 3;

bool is_any(Bytes counts) {
  return std::ranges::any_of(counts, [](std::byte byte) { return byte != std::byte{0}; });
}

}  // namespace

void Index::note_blame(const Gfid& gfid, const Dictionary& values) {
  for (const auto& [key, value] : values) {
    const std::optional<Bytes> counts = list_of(key) == List::pending ? bytes_of(value) : std::nullopt;
    if (!counts || counts->size() != words * word) continue;
    if (is_any(counts->subspan(word, word))) recent_.note(UnwrittenChange{gfid, Aspect::attributes});
    if (is_any(counts->subspan(2 * word))) recent_.note(UnwrittenChange{gfid, Aspect::names});
  }
}

Task<fop::Setxattr::Reply> Index::perform(const Call& call, const fop::Setxattr& set) {
  const bool is_about_copy =
      set.gfid.is_root() && (set.values.has(own_key::copy_gone) || set.values.has(own_key::copy_back));
  if (!is_about_copy) return around(call, set);
  if (!call.is_internal()) return ready<fop::Setxattr::Reply>(failed(EPERM));
  return hear_of_copy(call, set.values);
}

Task<fop::Acknowledged> Index::hear_of_copy(Call call, Dictionary said) {
  const bool is_back = said.has(own_key::copy_back);
  const std::string copy(said.text(is_back ? own_key::copy_back : own_key::copy_gone).value_or(""));
  const std::optional<Gfid> epoch = said.gfid(own_key::epoch);
  const bool is_blamed_here = list_of(copy) == List::pending;
  if (!epoch || !is_blamed_here) co_return Error(EINVAL);
  if (is_back) {
    const auto blame_it = [this, &call, &copy, &said](const std::vector<UnwrittenChange>& lost) {
      return blame(call, copy, said, lost);
    };
    co_await tried(recent_.came_back(copy, *epoch, blame_it));
  } else {
    co_await tried(recent_.keep(copy, *epoch));
  }
  co_return fop::Acknowledged{};
}

Task<> Index::blame(Call call, std::string copy, Dictionary said, std::vector<UnwrittenChange> lost) {
  call.uid = call.gid = 0;
  std::size_t blamed = 0;
  for (const UnwrittenChange& change : lost) {
    const char* const counts =
        change.aspect == Aspect::names ? own_key::blame_for_names : own_key::blame_for_attributes;
    fop::Xattrop blame{.gfid = change.gfid, .operation = add_words, .values = {}, .xdata = {}};
    blame.values.set_bytes(copy, said.bytes(counts).value_or(Bytes{}));
    const Result<fop::Values> marked = co_await perform(call, blame);
    // What has been removed since is found missing in its directory.
    const bool is_gone = !marked && is_missing(marked.error());
    if (!marked && !is_gone) co_return marked.error();
    if (++blamed % blamed_at_once == 0) {
      co_await next_turn();
    }
  }
  co_return done;
}

}  // namespace mortar
