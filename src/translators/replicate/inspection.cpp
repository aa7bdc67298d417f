#include "translators/replicate/inspection.h"

#include <fmt/format.h>

#include <charconv>

namespace mortar::replicate {

namespace {

constexpr const char* status_key = "replica.split-brain-status";
constexpr const char* choice_key = "replica.split-brain-choice";
constexpr const char* timeout_key = "replica.split-brain-choice-timeout";
constexpr const char* finalize_key = "replica.split-brain-heal-finalize";
constexpr std::uint32_t most_minutes = 24 * 60;

// setfattr gives texts without a zero at the end, other programs with one.
std::string text_of(const Dictionary& values, const char* key) {
  std::string text(as_text(values.bytes(key).value_or(Bytes{})));
  while (text.ends_with('\0')) text.pop_back();
  return text;
}

}  // namespace

bool Inspection::is_meant(const fop::Getxattr& get) { return get.name == status_key; }

bool Inspection::is_meant(const fop::Setxattr& set) {
  return set.values.has(choice_key) || set.values.has(timeout_key) || set.values.has(finalize_key);
}

Task<fop::Values> Inspection::get(Gfid gfid) {
  const Split split = co_await tried(healer_.split_of(gfid));
  std::string status = "The file is not under data or metadata split-brain";
  if (split.any()) {
    std::vector<std::string> names;
    for (const Copy copy : volume_.all().list()) names.push_back(volume_.subvolume(copy).name());
    status = fmt::format("data-split-brain:{}    metadata-split-brain:{}    Choices:{}", split.content ? "yes" : "no",
                         split.attributes ? "yes" : "no", fmt::join(names, ","));
  }
  fop::Values reply;
  reply.values.set_text(status_key, status);
  co_return reply;
}

Task<fop::Acknowledged> Inspection::set(fop::Setxattr set) {
  if (set.values.has(choice_key)) {
    co_await tried(choose(set.gfid, text_of(set.values, choice_key)));
  } else if (set.values.has(finalize_key)) {
    co_await tried(finalize(set.gfid, text_of(set.values, finalize_key)));
  } else {
    const std::string text = text_of(set.values, timeout_key);
    std::uint32_t minutes = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), minutes);
    const bool is_number = read.ec == std::errc() && read.ptr == text.data() + text.size();
    if (!is_number || minutes > most_minutes) co_return failed(EINVAL);
    timeout_ = std::chrono::minutes(minutes);
  }
  co_return fop::Acknowledged{};
}

std::optional<Copy> Inspection::copy_named(std::string_view name) const {
  for (const Copy copy : volume_.all().list()) {
    if (volume_.subvolume(copy).name() == name) return copy;
  }
  return std::nullopt;
}

std::optional<Copy> Inspection::chosen(const Gfid& gfid) {
  const Choice* choice = choices_.find(gfid);
  const bool holds = choice != nullptr && volume_.world.now() < choice->until && volume_.up().has(choice->copy);
  return holds ? std::optional(choice->copy) : std::nullopt;
}

Task<> Inspection::choose(Gfid gfid, std::string name) {
  const std::optional<Copy> copy = copy_named(name);
  if (!copy && name != "none") co_return failed(EINVAL);
  const Split split = co_await tried(healer_.split_of(gfid));
  if (!split.any()) co_return failed(EINVAL, not_in_split_brain);
  if (copy) {
    const Instant until = volume_.world.now() + timeout_;
    choices_.put(gfid, {*copy, until});
    ending_.start(end_choice(gfid, until));
  } else {
    choices_.erase(gfid);
  }
  forget_(gfid);
  co_return done;
}

// The kernel would go on with what it has read.
Task<> Inspection::end_choice(Gfid gfid, Instant until) {
  co_await tried(volume_.world.sleep(until - volume_.world.now()));
  const Choice* choice = choices_.find(gfid);
  if (choice == nullptr || choice->until > until) co_return done;
  choices_.erase(gfid);
  forget_(gfid);
  co_return done;
}

// Whatever comes of it, nobody is to go on reading what was only looked at.
Task<> Inspection::finalize(Gfid gfid, std::string name) {
  const std::optional<Copy> copy = copy_named(name);
  if (!copy) co_return failed(EINVAL);
  choices_.erase(gfid);
  const Result<Done> resolved = co_await healer_.resolve(gfid, Ruling::from(*copy));
  forget_(gfid);
  if (!resolved && resolved.error().sentence() == not_in_split_brain) co_return failed(EINVAL);
  co_return resolved;
}

}  // namespace mortar::replicate
