// Whether a copy is right, as other copies say that are asked beside it.
#include "translators/cluster/as_root.h"
#include "translators/replicate/finder.h"

namespace mortar::replicate {

Copies Finder::witnesses_of(const Gfid& gfid, Copies among, std::size_t count) const {
  Copies witnesses;
  for (; count > 0 && !among.empty(); --count) {
    const Copy witness = volume_.choose(gfid, among);
    among.remove(witness);
    witnesses.add(witness);
  }
  return witnesses;
}

Task<bool> Finder::is_right_everywhere(const Call& call, Gfid directory, Copy copy) {
  fop::Lookup question{.gfid = directory, .parent = {}, .name = {}, .xdata = {}};
  question.xdata.set_text("link-count", "glusterfs.xattrop_index_count");
  const Call own = as_root(call);
  const Copies witnesses = witnesses_of(directory, volume_.up() - Copies::only(copy), volume_.quorum.witnesses());
  const AnswersOf<fop::Lookup> answers = co_await tried(asking_.at_each(own, question, witnesses));
  for (const Copy witness : witnesses.list()) {
    if (!answers[witness] || answers[witness]->xdata.number("link-count") != 0) co_return false;
  }
  co_return true;
}

Task<bool> Finder::is_right(const Call& call, Gfid gfid, Copy copy, ReadParts parts, std::shared_ptr<OpenObject> open,
                            SeenByOthers* others) {
  // What is not remembered, of a file without a name, is not known by keeping its lock either.
  const bool is_kept = volume_.readable(gfid).has_value() && (!parts.names || holds_.keeps(gfid, LockKind::entries)) &&
                       (!parts.content || holds_.keeps(gfid, LockKind::content)) &&
                       (!parts.attributes || holds_.keeps(gfid, LockKind::attributes));
  if (is_kept || inspection_.chosen(gfid) == copy) co_return true;
  const bool right = co_await tried(is_blameless(call, gfid, copy, parts, std::move(open), others));
  co_return right;
}

Task<bool> Finder::is_blameless(const Call& call, Gfid gfid, Copy copy, ReadParts parts,
                                std::shared_ptr<OpenObject> open, SeenByOthers* others) {
  Copies left = volume_.up() - Copies::only(copy);
  std::size_t needed = volume_.quorum.witnesses();
  bool is_unknown = false;
  while (needed > 0 && !left.empty()) {
    const Copies asked = witnesses_of(gfid, left, needed);
    left = left - asked;
    std::vector<Task<std::optional<Seen>>> questions;
    for (const Copy witness : asked.list()) questions.push_back(missed_as_seen_by(call, gfid, copy, witness, open));
    const std::vector<Result<std::optional<Seen>>> answers = co_await tried(all(std::move(questions)));
    for (const Result<std::optional<Seen>>& answer : answers) {
      if (!answer) co_return false;
      if (!*answer) {
        is_unknown = true;
        continue;
      }
      const Counts& missed = (*answer)->missed;
      if (others != nullptr) {
        if ((*answer)->iatt) others->iatts.push_back(*(*answer)->iatt);
        others->is_nameless = others->is_nameless || (*answer)->is_nameless;
      }
      const bool lacks_content = missed[Slot::data] != 0 || missed[Slot::entries] != 0;
      const bool is_blamed =
          ((parts.names || parts.content) && lacks_content) || (parts.attributes && missed[Slot::metadata] != 0);
      // Who says so may be behind itself.
      if (is_blamed) {
        const bool is_right = co_await tried(is_right_to_most(call, gfid, copy, parts, std::move(open)));
        co_return is_right;
      }
      --needed;
    }
  }
  if (!is_unknown || needed == 0 || !volume_.quorum.is_required()) co_return true;
  // Who has no such object is behind, as a new copy is; or it has no name any more, and is open on too few.
  const Result<Copies> found = co_await refresh(call, gfid);
  if (found) co_return true;
  if (!is_missing(found.error())) co_return found.error();
  if (open == nullptr) co_return failed(ESTALE);
  co_return failed(EBADFD, "the file has no name any more, and is open on too few copies to know which is right");
}

Task<bool> Finder::is_right_to_most(const Call& call, Gfid gfid, Copy copy, ReadParts parts,
                                    std::shared_ptr<OpenObject> open) {
  const fop::Lookup lookup{.gfid = gfid, .parent = {}, .name = {}, .xdata = {}};
  Heard heard = co_await tried(ask(call, lookup));
  const bool has_name = volume_.quorum.is_met(succeeded(heard.answers));
  if (!has_name && open != nullptr) {
    heard.answers = co_await tried(ask_where_open(call, gfid, denied_by(heard.answers, volume_.up()), open));
  }
  if (volume_.quorum.is_required() && !volume_.quorum.is_met(succeeded(heard.answers))) co_return false;
  const Readable now = weigh(volume_, heard.answers, volume_.all()).readable;
  const bool has_content = now.data.has(copy) || !(parts.names || parts.content);
  co_return has_content && (now.metadata.has(copy) || !parts.attributes);
}

Task<AnswersOf<fop::Lookup>> Finder::ask_where_open(const Call& call, Gfid gfid, Copies copies,
                                                    std::shared_ptr<OpenObject> open) {
  const Call own = as_root(call);
  std::vector<Copy> places;
  std::vector<fop::Fgetxattr> questions;
  for (const Copy copy : copies.list()) {
    if (!open->fds[copy].open) continue;
    places.push_back(copy);
    questions.push_back({.gfid = gfid, .fd = open->fds[copy], .name_given = 0, .name = {}, .xdata = {}});
  }
  std::vector<Task<fop::Values>> tasks;
  for (std::size_t at = 0; at < places.size(); ++at) {
    tasks.push_back(volume_.subvolume(places[at]).perform(own, questions[at]));
  }
  std::vector<Result<fop::Values>> told = co_await tried(all(std::move(tasks)));
  AnswersOf<fop::Lookup> answers(volume_.size(), failed(ENOTCONN));
  for (std::size_t at = 0; at < places.size(); ++at) {
    if (!told[at]) continue;
    fop::Lookup::Reply reply{};
    reply.iatt.gfid = gfid;
    reply.xdata = std::move(told[at]->values);
    answers[places[at]] = std::move(reply);
  }
  co_return std::move(answers);
}

Task<std::optional<Finder::Seen>> Finder::missed_as_seen_by(const Call& call, Gfid gfid, Copy copy, Copy witness,
                                                            std::shared_ptr<OpenObject> open) {
  const std::string& key = volume_.keys.missed(copy);
  fop::Lookup question{.gfid = gfid, .parent = {}, .name = {}, .xdata = {}};
  question.xdata.set_bytes(key, Counts{}.stored());
  const Call own = as_root(call);
  const Result<fop::Lookup::Reply> answer = co_await asking_.at(own, question, witness);
  if (answer) {
    co_return std::optional(Seen{Counts::parse(answer->xdata.bytes(key).value_or(Bytes{})), answer->iatt});
  }
  if (!is_missing(answer.error())) co_return answer.error();
  // A file that is open may have no name any more.
  if (open == nullptr || !open->fds[witness].open) co_return std::optional<Seen>();
  const fop::Fgetxattr get{.gfid = gfid, .fd = open->fds[witness], .name_given = 1, .name = key, .xdata = {}};
  const Result<fop::Values> values = co_await volume_.subvolume(witness).perform(own, get);
  Seen seen{.missed = {}, .is_nameless = true};
  if (values) {
    seen.missed = Counts::parse(values->values.bytes(key).value_or(Bytes{}));
    co_return std::optional(seen);
  }
  if (values.error().number() == ENODATA) co_return std::optional(seen);
  if (is_missing(values.error()) || is_closed(values.error())) co_return std::optional<Seen>();
  co_return values.error();
}

}  // namespace mortar::replicate
