#include "exact_checker.h"

#include <algorithm>

namespace mortar::sim {

namespace {

// More than this are not told apart any more: the scenario lets faults end before.
constexpr std::size_t most_worlds = 4096;

}  // namespace

bool ExactChecker::is_outage(const Error& error) {
  const int number = error.number();
  return number == ENOTCONN || number == EBADFD || number == ETIMEDOUT;
}

void ExactChecker::fail(std::string sentence) {
  if (failure_.empty()) failure_ = std::move(sentence);
}

void ExactChecker::add(std::vector<World>& worlds, World world) const {
  if (std::ranges::find(worlds, world) == worlds.end()) worlds.push_back(std::move(world));
}

std::string ExactChecker::contradiction(const Snapshot& snapshot) {
  if (!snapshot.contradictions.empty()) return snapshot.contradictions.front();
  for (const Snapshot::Stray& stray : snapshot.strays) {
    if (!interrupted_.contains({stray.parent, stray.name})) return stray.sentence;
    is_over_ = true;
  }
  return "";
}

void ExactChecker::branch() {
  if (std::ranges::all_of(worlds_, [](const World& world) { return world.pending.empty(); })) return;
  std::vector<World> all;
  for (World& world : worlds_) add(all, std::move(world));
  // Grows while it is walked.
  for (std::size_t at = 0; at < all.size(); ++at) {
    for (std::size_t which = 0; which < all[at].pending.size(); ++which) {
      World happened = all[at];
      happened.pending.erase(happened.pending.begin() + static_cast<std::ptrdiff_t>(which));
      all[at].pending[which]->apply(happened.tree);
      add(all, std::move(happened));
    }
  }
  worlds_ = std::move(all);
  if (worlds_.size() > most_worlds) fail("too much is undecided to go on");
}

void ExactChecker::rule_out(const std::function<std::string(World&)>& why, const std::string& what) {
  std::vector<World> left;
  std::string reason;
  for (World& world : worlds_) {
    std::string wrong = why(world);
    if (wrong.empty()) {
      add(left, std::move(world));
    } else if (reason.empty()) {
      reason = std::move(wrong);
    }
  }
  if (left.empty()) {
    fail(fmt::format("{}: {}{}", what, reason, worlds_.size() > 1 ? " (and no other possibility explains it)" : ""));
    return;
  }
  worlds_ = std::move(left);
}

void ExactChecker::saw_listing(const Gfid& directory, const std::set<std::string>& names) {
  // What may happen while a directory is listed may be seen or not.
  if (!failure_.empty() || undecided() > 0) return;
  // Of several bricks, what those that are away have is not listed.
  const bool is_whole = one_disk_ || !has_fault_;
  rule_out(
      [&](World& world) {
        const Node* node = world.tree.find(directory);
        if (node == nullptr || node->links == 0) return std::string();
        for (const auto& [name, gfid] : node->entries) {
          if (is_whole && !names.contains(name)) return fmt::format("{} is missing in {}", name, directory.text());
        }
        for (const std::string& name : names) {
          if (!node->entries.contains(name)) return fmt::format("{} is listed in {}", name, directory.text());
        }
        return std::string();
      },
      "listing");
}

void ExactChecker::saw_everything(const Snapshot& snapshot) {
  if (!failure_.empty()) return;
  if (const std::string sentence = contradiction(snapshot); !sentence.empty()) return fail(sentence);
  if (is_over_) return;
  branch();
  const auto why = [&](World& world) {
    const Explanation explanation{
        .trees = {&world.tree}, .times = exactness_.times, .whole_directories = exactness_.whole_directories};
    return unexplained(snapshot, explanation);
  };
  rule_out(why, "walk");
}

void ExactChecker::fault_ends(const Snapshot& snapshot) {
  if (is_lossy_) {
    adopt(snapshot);
  } else {
    saw_everything(snapshot);
  }
  for (World& world : worlds_) world.pending.clear();
  std::vector<World> left;
  for (World& world : worlds_) add(left, std::move(world));
  worlds_ = std::move(left);
  locks_.clear();
  has_fault_ = is_lossy_ = false;
}

std::size_t ExactChecker::undecided() const {
  std::size_t most = 0;
  for (const World& world : worlds_) {
    const auto count =
        std::ranges::count_if(world.pending, [](const auto& pending) { return !pending->is_of_times; });
    most = std::max(most, static_cast<std::size_t>(count));
  }
  return most;
}

bool ExactChecker::is_alive(const Gfid& gfid) const {
  return std::ranges::all_of(worlds_, [&gfid](const World& world) { return world.tree.is_alive(gfid); });
}

// ---- crashes

void ExactChecker::remember_step(const Gfid& changed) {
  Step step;
  for (const World& world : worlds_) {
    step.trees.push_back(world.tree);
    const Node* node = world.tree.find(changed);
    if (node == nullptr || !node->is_regular()) continue;
    auto& versions = contents_[changed];
    if (versions.empty() && !steps_.empty()) {
      for (const Tree& before : steps_.back().trees) {
        if (const Node* old = before.find(changed)) versions.push_back(old->content);
      }
    }
    if (versions.empty() || versions.back() != node->content) versions.push_back(node->content);
  }
  steps_.push_back(std::move(step));
}

void ExactChecker::synced(const Gfid& gfid, bool with_names) {
  auto versions = contents_.find(gfid);
  if (versions != contents_.end()) {
    versions->second.clear();
    for (const World& world : worlds_) {
      if (const Node* node = world.tree.find(gfid)) versions->second.push_back(node->content);
    }
  }
  if (!with_names) return;
  steps_.clear();
  remember_step(null_gfid);
}

void ExactChecker::write_back() {
  contents_.clear();
  steps_.clear();
  remember_step(null_gfid);
}

std::string ExactChecker::unexplained_after_crash(const Snapshot& snapshot) const {
  Explanation explanation{.contents = contents_, .is_after_crash = true};
  std::string first;
  for (std::size_t at = 0; at < steps_.size(); ++at) {
    // The power may have gone in the middle of a step.
    explanation.trees.clear();
    for (std::size_t which = at; which < std::min(at + 2, steps_.size()); ++which) {
      for (const Tree& tree : steps_[which].trees) explanation.trees.push_back(&tree);
    }
    std::string wrong = unexplained(snapshot, explanation);
    if (wrong.empty()) return "";
    first += fmt::format("\n  step {}: {}", at, wrong);
  }
  return first;
}

void ExactChecker::adopt(const Snapshot& snapshot) {
  if (!failure_.empty()) return;
  if (const std::string sentence = contradiction(snapshot); !sentence.empty()) return fail(sentence);
  if (is_over_) return;
  branch();
  remember_step(null_gfid);
  const std::string wrong = unexplained_after_crash(snapshot);
  if (!wrong.empty()) return fail("after a power cut:" + wrong);
  worlds_ = {World{snapshot.tree, {}}};
  write_back();
}

void ExactChecker::forget_removed(const std::set<Gfid>& open) {
  for (World& world : worlds_) world.tree.forget_removed(open);
}

}  // namespace mortar::sim
