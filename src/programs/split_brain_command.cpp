#include "programs/split_brain_command.h"

#include <fmt/format.h>

#include <set>
#include <vector>

#include "command/heal_call.h"
#include "translators/replicate/heal_index.h"
#include "translators/replicate/replicate.h"

namespace mortar {

namespace {

using replicate::Copy;
using replicate::HealList;
using replicate::Ruling;

constexpr std::string_view gfid_prefix = "gfid:";
constexpr int refused = 1;
// Whatever it was that a name could not be looked up for, and where its copies cannot be one object.
constexpr int no_such_name = EINVAL, no_one_object = ENOENT;

class SplitBrainCommand {
 public:
  SplitBrainCommand(fuse::MountedGraph& volume, SplitBrainWords words, std::string& told);
  Task<int> run();

 private:
  struct SourceBrick {
    Replicate* set = nullptr;
    Copy copy = 0;
  };
  struct Found {
    Gfid gfid;
    bool is_directory = false;
  };

  std::optional<SourceBrick> brick_named(const std::string& name) const;
  Task<int> resolve_all();
  Task<int> resolve(std::string file);
  Task<int> resolve_path(std::string path);
  Task<int> heal(std::string file, Found found);
  // Whether a set had different files of that name. EIO, with the reason, where that is not resolved.
  Task<bool> resolve_name(Gfid directory, std::string name);
  Task<Found> find(fop::Lookup lookup);
  Task<Gfid> find_directory(std::string path);
  template <class... Arguments>
  void say(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
    told_ += fmt::format(text, std::forward<Arguments>(arguments)...) + "\n";
  }
  // A source brick says nothing about the sets that it is not of.
  bool is_ruled(const Replicate& set) const { return words_.how != heal_call::source_brick || source_.set == &set; }

  fuse::MountedGraph& volume_;
  const SplitBrainWords words_;
  std::string& told_;
  Call call_;
  std::vector<Replicate*> sets_;
  SourceBrick source_;
  Ruling ruling_;
};

SplitBrainCommand::SplitBrainCommand(fuse::MountedGraph& volume, SplitBrainWords words, std::string& told)
    : volume_(volume), words_(std::move(words)), told_(told) {
  for (const std::unique_ptr<Translator>& translator : volume_.graph().translators()) {
    auto* set = dynamic_cast<Replicate*>(translator.get());
    if (set == nullptr) continue;
    sets_.push_back(set);
    call_ = set->healer().healing().call();
  }
}

std::optional<SplitBrainCommand::SourceBrick> SplitBrainCommand::brick_named(const std::string& name) const {
  for (Replicate* set : sets_) {
    for (const Copy copy : set->volume().all().list()) {
      const VolumeSection* section = volume_.graph().volfile().find(set->volume().subvolume(copy).name());
      if (section == nullptr) continue;
      const std::string brick = fmt::format("{}:{}", section->option("remote-host").value_or(""),
                                            section->option("remote-subvolume").value_or(""));
      if (brick == name) return SourceBrick{set, copy};
    }
  }
  return std::nullopt;
}

Task<int> SplitBrainCommand::run() {
  if (words_.how == heal_call::bigger_file) ruling_.by = Ruling::By::bigger_file;
  if (words_.how == heal_call::latest_mtime) ruling_.by = Ruling::By::latest_mtime;
  if (words_.how == heal_call::source_brick) {
    const std::optional<SourceBrick> brick = brick_named(words_.brick);
    if (!brick) {
      say("\"{}\"- No such brick available in the volume.", words_.brick);
      if (words_.file.empty()) say("Status: {}\nNumber of healed entries: -\n", Error(EPERM).sentence());
      co_return refused;
    }
    source_ = *brick;
    ruling_ = Ruling::from(source_.copy);
  }
  const int status = co_await tried(words_.file.empty() ? resolve_all() : resolve(words_.file));
  co_return status;
}

Task<int> SplitBrainCommand::resolve_all() {
  replicate::HealIndex index(source_.set->healer().healing());
  std::set<std::string> listed;
  for (const HealList list : {HealList::blamed, HealList::dirty}) {
    const Result<std::vector<std::string>> entries = co_await index.entries(source_.copy, list);
    if (!entries) {
      say("Status: {}\nNumber of healed entries: -\n", Error(entries.error().number()).sentence());
      co_return entries.error().number();
    }
    listed.insert(entries->begin(), entries->end());
  }
  std::size_t healed = 0;
  for (const std::string& entry : listed) {
    const int status = co_await tried(resolve(std::string(gfid_prefix) + entry));
    if (status == 0) ++healed;
  }
  say("Status: Connected\nNumber of healed entries: {}\n", healed);
  co_return 0;
}

Task<int> SplitBrainCommand::resolve(std::string file) {
  if (file.starts_with(gfid_prefix)) {
    const std::optional<Gfid> gfid = Gfid::parse(file.substr(gfid_prefix.size()));
    Result<Found> found = failed(EINVAL);
    if (gfid) {
      found = co_await find({.gfid = *gfid, .parent = {}, .name = {}, .xdata = {}});
    }
    if (!found) {
      say("Lookup failed on {}:{}.", file, Error(found.error().number()).sentence());
      co_return found.error().number();
    }
    const int status = co_await tried(heal(std::move(file), *found));
    co_return status;
  }
  if (!file.starts_with('/')) {
    say("<FILE> must be absolute path w.r.t. the volume, starting with '/'");
    co_return refused;
  }
  const int status = co_await tried(resolve_path(std::move(file)));
  co_return status;
}

Task<int> SplitBrainCommand::resolve_path(std::string path) {
  std::string plain = path;
  while (plain.size() > 1 && plain.ends_with('/')) plain.pop_back();
  const std::size_t slash = plain.rfind('/');
  const std::string directory = slash == 0 ? "/" : plain.substr(0, slash);
  const Result<Gfid> parent = co_await find_directory(directory);
  if (!parent) {
    say("Lookup failed on {}:{}", directory, Error(parent.error().number()).sentence());
    co_return refused;
  }
  if (plain == "/") {
    const int status = co_await tried(heal(std::move(path), {.gfid = root_gfid, .is_directory = true}));
    co_return status;
  }
  const std::string name = plain.substr(slash + 1);
  const Result<bool> resolved = co_await resolve_name(*parent, name);
  if (!resolved) {
    const std::string plain_text = Error(resolved.error().number()).sentence();
    say("Lookup failed on {}:{}.", path, plain_text);
    if (resolved.error().sentence() == plain_text) co_return no_one_object;
    say("{} for file {}", resolved.error().sentence(), path);
    co_return 0;
  }
  if (*resolved) {
    say("GFID split-brain resolved for file {}", path);
    co_return 0;
  }
  const Result<Found> found = co_await find({.gfid = {}, .parent = *parent, .name = name, .xdata = {}});
  if (!found) {
    say("Lookup failed on {}:{}.", path, Error(found.error().number()).sentence());
    co_return no_such_name;
  }
  const int status = co_await tried(heal(std::move(path), *found));
  co_return status;
}

Task<bool> SplitBrainCommand::resolve_name(Gfid directory, std::string name) {
  bool any = false;
  for (Replicate* set : sets_) {
    if (!is_ruled(*set)) continue;
    const Result<bool> resolved = co_await set->healer().resolve_name(directory, name, ruling_);
    any = any || (resolved && *resolved);
    // A set that is away, or that does not have the directory, is none that has it in split brain.
    if (!resolved && resolved.error().number() == EIO) co_return resolved.error();
  }
  co_return any;
}

Task<int> SplitBrainCommand::heal(std::string file, Found found) {
  if (found.is_directory && words_.how == heal_call::bigger_file) {
    say("'bigger-file' not a valid option for directories.");
    co_return refused;
  }
  if (found.is_directory && words_.how == heal_call::source_brick) {
    say("'source-brick' option used on a directory ({}). Performing conservative merge.", file);
  }
  Result<Done> healed = failed(EIO, replicate::not_in_split_brain);
  for (Replicate* set : sets_) {
    if (!is_ruled(*set)) continue;
    const Result<Done> here = co_await set->healer().resolve(found.gfid, ruling_);
    // A file is in one set only, and a directory need not be in split brain in all of them.
    const bool says_nothing =
        !here && (here.error().number() == ENOENT || here.error().sentence() == replicate::not_in_split_brain);
    if (says_nothing) continue;
    healed = here;
    if (!here) break;
  }
  if (healed) {
    say("Healed {}.", file);
    co_return 0;
  }
  const int number = healed.error().number();
  if (healed.error().sentence() == Error(number).sentence()) {
    say("Healing {} failed:{}.", file, healed.error().sentence());
    co_return number;
  }
  std::string reason = healed.error().sentence();
  while (reason.ends_with('.')) reason.pop_back();
  say("Healing {} failed: {}.", file, reason);
  co_return refused;
}

Task<SplitBrainCommand::Found> SplitBrainCommand::find(fop::Lookup lookup) {
  const fop::Lookup::Reply reply = co_await tried(volume_.perform(call_, lookup));
  co_return Found{.gfid = reply.iatt.gfid, .is_directory = reply.iatt.is_directory()};
}

Task<Gfid> SplitBrainCommand::find_directory(std::string path) {
  Gfid directory = root_gfid;
  std::size_t at = 1;
  while (at < path.size()) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string name = path.substr(at, end - at);
    at = end + 1;
    if (name.empty()) continue;
    const Found found = co_await tried(find({.gfid = {}, .parent = directory, .name = name, .xdata = {}}));
    if (!found.is_directory) co_return failed(ENOTDIR);
    directory = found.gfid;
  }
  co_return directory;
}

}  // namespace

Task<int> resolve_split_brain(fuse::MountedGraph& volume, SplitBrainWords words, std::string& told) {
  SplitBrainCommand command(volume, std::move(words), told);
  const int status = co_await tried(command.run());
  co_return status;
}

}  // namespace mortar
