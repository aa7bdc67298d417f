#include "translators/replicate/denial.h"

#include <fmt/format.h>

#include <ranges>

#include "translators/cluster/ancestry.h"
#include "translators/cluster/as_root.h"
#include "translators/replicate/blame.h"
#include "translators/replicate/evidence.h"
#include "translators/replicate/hidden_names.h"

namespace mortar::replicate {

namespace {

// They tell all the same, but for names that are just being made.
constexpr std::size_t most_ways = 16;

}  // namespace

// Few may be wrong, as whoever has it blames them: all of the way counts then.
bool Denial::are_few(Copies deniers) const { return volume_.quorum.is_required() && !volume_.quorum.is_met(deniers); }

bool Denial::is_blamed(const AnswersOf<fop::Lookup>& answers, Copies witnesses, Copies holders) const {
  for (const Copy witness : witnesses.list()) {
    if (!answers[witness]) continue;
    const Marks marks = volume_.keys.read(answers[witness]->xdata);
    for (const Copy holder : holders.list()) {
      if (is_marked(marks.missed[holder], Slot::entries)) return true;
    }
  }
  return false;
}

Error Denial::nobody_knows(Gfid gfid, Copies holders, Copies deniers) const {
  const Copies others = volume_.all() - holders - deniers;
  const std::string remedy = others.empty() ? "wait for the heal, or start it: gluster volume heal NAME"
                                            : fmt::format("who may know does not answer: {}", volume_.names(others));
  return Error(ENOTCONN,
               fmt::format("{}: those that have it ({}) and those that lack it ({}) say of each other that they "
                           "miss names on the way to it; {}",
                           gfid.text(), volume_.names(holders), volume_.names(deniers), remedy));
}

Task<bool> Denial::is_of_something_removed(const Call& call, Gfid gfid, Copies holders, Copies deniers) {
  const Call own = as_root(call);
  const Copy holder = volume_.choose(gfid, holders);
  const Result<std::vector<Way>> ways = co_await ways_to(volume_.subvolume(holder), own, gfid);
  if (!ways && is_away(ways.error())) co_return ways.error();
  if (!ways) co_return !are_few(deniers) || is_missing(ways.error());
  for (const Way& way : *ways | std::views::take(most_ways)) {
    const bool is_gone = co_await tried(is_gone_from(way, own, gfid, holder, holders, deniers));
    if (!is_gone) co_return false;
  }
  co_return true;
}

Task<bool> Denial::is_gone_from(const Way& way, const Call& own, Gfid gfid, Copy holder, Copies holders,
                                Copies deniers) {
  const bool few_deny = are_few(deniers);
  // What a heal keeps aside has no name.
  if (way.front().starts_with(anonymous_prefix)) co_return true;
  bool are_behind = false, was_behind = false, is_accused = false;
  fop::Lookup step{.gfid = root_gfid, .parent = {}, .name = {}, .xdata = {}};
  volume_.keys.ask_in(step.xdata);
  for (const std::string& name : way) {
    const AnswersOf<fop::Lookup> answers = co_await tried(asking_.at_each(own, step, deniers | Copies::only(holder)));
    if (!answers[holder] && is_away(answers[holder].error())) co_return answers[holder].error();
    is_accused = is_accused || is_blamed(answers, deniers, holders);
    // Where each is behind with the names there, as each has gone on alone, they are merged.
    const bool is_right_anywhere = !weigh(volume_, answers, volume_.all()).readable.data.empty();
    const bool are_merged = !volume_.quorum.is_required() && !is_right_anywhere;
    if (is_accused && !few_deny) co_return !are_merged;
    // It has been moved meanwhile, or the way was read wrong.
    if (!answers[holder]) co_return !few_deny;
    const Gfid directory = answers[holder]->iatt.gfid;
    Copies known;
    for (const Copy denier : deniers.list()) {
      if (answers[denier] && answers[denier]->iatt.gfid == directory) known.add(denier);
    }
    if (known.empty() && !few_deny) co_return false;
    if (known.empty()) break;
    are_behind = std::ranges::all_of(
        known.list(), [&](Copy denier) { return is_blamed(answers, Copies::only(holder), Copies::only(denier)); });
    was_behind = was_behind || are_behind;
    step.gfid = {};
    step.parent = directory;
    step.name = name;
  }
  if (few_deny && is_accused && was_behind) {
    co_return nobody_knows(gfid, holders, deniers);
  }
  // Who is not behind with the names there has seen it go, or not come yet.
  if (few_deny ? was_behind : are_behind) co_return false;
  // A heal may have brought it since, and then it has taken the blame back.
  const fop::Lookup object{.gfid = gfid, .parent = {}, .name = {}, .xdata = {}};
  const AnswersOf<fop::Lookup> now = co_await tried(asking_.at_each(own, object, deniers));
  if (!succeeded(now).empty()) co_return false;
  for (const Copy denier : deniers.list()) {
    if (!is_missing(now[denier].error())) co_return now[denier].error();
  }
  co_return true;
}

}  // namespace mortar::replicate
