// Renames of what is behind on a copy.
//
// A client of Mortar brings a copy up to date before it changes anything of a name there. Those of GlusterFS send a
// rename to all copies; where it succeeds on all of them nobody notes the new name, though a copy that had something
// else under the old one has that under the new one by now. So the brick notes the new name where the old one was
// noted, and the new directory blames whom the old one blames.
#include <array>

#include "translators/index/index.h"
#include "wire/own_keys.h"

namespace mortar {

using index::IndexStore;
using index::List;

namespace {

constexpr std::uint32_t add_words = 0;
constexpr std::int32_t own_pid = -1, healers_pid = -6;
// What is counted of content, attributes and names, big-endian.
constexpr std::array<std::byte, 12> one_of_names{{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, std::byte{1}}};

struct Carried {
  bool has_notes = false;
  bool is_noted = false;
};

}  // namespace

Task<fop::Rename::Reply> Index::perform(const Call& call, const fop::Rename& rename) {
  // Healers look at both names, and what they put aside is no business of the directory that is only a place for it.
  const bool is_certain = call.pid == healers_pid || rename.xdata.has(own_key::names_alike);
  if (may_have_notes_ && !is_certain) {
    const bool is_noted = co_await tried(note_carried(rename));
    if (is_noted && rename.old_parent != rename.new_parent) {
      co_await tried(blame_alike(call, rename.old_parent, rename.new_parent));
    }
  }
  fop::Rename::Reply reply = co_await tried(around(call, rename));
  co_return std::move(reply);
}

Task<bool> Index::note_carried(const fop::Rename& rename) {
  const Result<Name> old_name = Name::make(rename.old_name);
  const Result<Name> new_name = Name::make(rename.new_name);
  // What is no name is refused below.
  if (!old_name || !new_name) co_return false;
  const Carried carried =
      co_await tried(on_names([from = rename.old_parent, to = rename.new_parent, old_name = *old_name,
                               new_name = *new_name](IndexStore& lists) -> Result<Carried> {
        const Result<bool> has_any = lists.has_any(List::entry_changes);
        if (!has_any) return std::unexpected(has_any.error());
        if (!*has_any) return Carried{};
        const Result<bool> is_noted = lists.has_entry(from, old_name);
        if (!is_noted) return std::unexpected(is_noted.error());
        if (!*is_noted) return Carried{.has_notes = true, .is_noted = false};
        const Result<Done> added = lists.add_entry(to, new_name);
        if (!added) return std::unexpected(added.error());
        return Carried{.has_notes = true, .is_noted = true};
      }));
  may_have_notes_ = carried.has_notes;
  co_return carried.is_noted;
}

Task<> Index::blame_alike(Call call, Gfid from, Gfid to) {
  call.pid = own_pid;
  call.uid = call.gid = 0;
  const fop::Getxattr get{.gfid = from, .name_given = 0, .name = {}, .xdata = {}};
  const fop::Values marks = co_await tried(next().perform(call, get));
  fop::Xattrop blame{.gfid = to, .operation = add_words, .values = {}, .xdata = {}};
  for (const auto& [key, value] : marks.values) {
    Dictionary mark;
    mark.set_bytes(key, bytes_of(value).value_or(Bytes{}));
    if (watch(mark).pending == Counters::raised) blame.values.set_bytes(key, one_of_names);
  }
  if (blame.values.empty()) co_return done;
  co_await tried(perform(call, blame));
  co_return done;
}

}  // namespace mortar
