#include "translators/replicate/finder.h"

#include <fmt/format.h>

#include "base/log.h"

namespace mortar::replicate {

Task<fop::Lookup::Reply> Finder::look_up(const Call& call, const fop::Lookup& lookup) {
  return lookup.name.empty() ? discover(call, lookup) : look_up_name(call, lookup);
}

Task<Finder::Heard> Finder::ask(const Call& call, const fop::Lookup& lookup) {
  fop::Lookup with_marks = lookup;
  volume_.keys.ask_in(with_marks.xdata);
  Heard heard{.answers = {}, .news = volume_.news()};
  heard.answers = co_await tried(asking_.at_each(call, with_marks, volume_.up()));
  co_return std::move(heard);
}

Task<fop::Lookup::Reply> Finder::discover(const Call& call, const fop::Lookup& lookup) {
  Heard heard = co_await tried(ask(call, lookup));
  co_return unite(std::move(heard), volume_.all());
}

Task<Readable> Finder::readable(const Call& call, Gfid gfid) {
  for (;;) {
    const std::optional<Readable> known = volume_.readable(gfid);
    if (known) co_return Readable{known->data & volume_.up(), known->metadata & volume_.up()};
    const std::uint64_t before = volume_.news();
    const fop::Lookup lookup{.gfid = gfid, .parent = {}, .name = {}, .xdata = {}};
    co_await tried(discover(call, lookup));
    if (!volume_.readable(gfid) && volume_.news() == before) {
      co_return failed(ENOTCONN, "too few copies answer to know which of them is right");
    }
  }
}

// ---- Names

bool Finder::agree(const AnswersOf<fop::Lookup>& answers, Copies counting) const {
  const Copies present = succeeded(answers) & counting;
  if (!contradiction(volume_, answers, counting).empty()) return false;
  if (present.empty()) return true;
  const std::vector<Copy> others = (counting - present).list();
  return std::ranges::none_of(others, [&](Copy copy) { return is_missing(answers[copy].error()); });
}

Task<fop::Lookup::Reply> Finder::look_up_name(const Call& call, const fop::Lookup& lookup) {
  Heard heard = co_await tried(ask(call, lookup));
  if (agree(heard.answers, volume_.all())) co_return unite(std::move(heard), volume_.all());
  // A copy of the directory that has missed something does not count.
  const Readable parent = co_await tried(readable(call, lookup.parent));
  if (!parent.data.empty() && agree(heard.answers, parent.data)) co_return unite(std::move(heard), parent.data);
  fop::Lookup::Reply reply = co_await tried(look_again(call, lookup, parent.data));
  co_return std::move(reply);
}

Task<fop::Lookup::Reply> Finder::look_again(const Call& call, const fop::Lookup& lookup, Copies counting) {
  Part part{.gfid = lookup.parent, .kind = LockKind::entries, .claim = {}, .slot = std::nullopt};
  part.claim.names.push_back(lookup.name);
  const Hold::Use use = co_await tried(holds_.take(call, std::move(part)));
  Heard heard = co_await tried(ask(call, lookup));
  if (counting.empty()) counting = volume_.all();
  const std::string contradicts = contradiction(volume_, heard.answers, counting);
  if (!contradicts.empty()) {
    log::error(volume_.name(), "the copies of {} in {} differ: {}. Nothing is served of it until that is resolved",
               lookup.name, lookup.parent.text(), contradicts);
    co_return failed(EIO, fmt::format("the copies of {} differ: {}", lookup.name, contradicts));
  }
  const bool is_heard = volume_.quorum.is_required() ? volume_.quorum.is_met(counting & volume_.up())
                                                     : volume_.up() == volume_.all();
  if (!agree(heard.answers, counting) && is_heard) {
    const Result<Done> completed = co_await healer_.complete_name(lookup.parent, lookup.name, counting & volume_.up());
    if (completed) {
      heard = co_await tried(ask(call, lookup));
    } else {
      log::warning(volume_.name(), "{} in {} is not on all copies: {}", lookup.name, lookup.parent.text(),
                   completed.error().sentence());
    }
  }
  co_return unite(std::move(heard), counting);
}

Result<fop::Lookup::Reply> Finder::unite(Heard heard, Copies counting) {
  const AnswersOf<fop::Lookup>& answers = heard.answers;
  const Evidence evidence = weigh(volume_, answers, counting);
  if (evidence.present.empty()) {
    // That it is nowhere is only known where enough of those have been heard that may know it.
    Copies denied;
    for (const Copy copy : counting.list()) {
      if (is_missing(answers[copy].error())) denied.add(copy);
    }
    if (!denied.empty() && !volume_.quorum.is_met(denied)) {
      return failed(ENOTCONN, "too few copies answer to know that it does not exist");
    }
    return std::unexpected(error_of(answers));
  }
  const std::string contradicts = contradiction(volume_, answers, counting);
  if (!contradicts.empty()) return failed(EIO, fmt::format("the copies differ: {}", contradicts));
  const Gfid gfid = answers[evidence.present.front()]->iatt.gfid;
  // Who was not heard may be the one that knows of a change that others lack.
  if (volume_.quorum.is_met(succeeded(answers)) && heard.news == volume_.news()) {
    volume_.remember(gfid, evidence.readable);
  }
  const Copies told = evidence.readable.metadata.empty() ? evidence.present : evidence.readable.metadata;
  fop::Lookup::Reply reply = *answers[volume_.choose(gfid, told)];
  // How much there is says who has it.
  if (reply.iatt.is_regular() && !evidence.readable.data.empty()) {
    const Iatt& content = answers[volume_.choose(gfid, evidence.readable.data)]->iatt;
    reply.iatt.size = content.size;
    reply.iatt.blocks = content.blocks;
  }
  volume_.keys.hide(reply.xdata);
  return reply;
}

}  // namespace mortar::replicate
