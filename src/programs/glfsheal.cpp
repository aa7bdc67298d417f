// glfsheal: what waits to be healed in a volume, and which copy is right where all are blamed; run by `gluster volume
// heal` (command/heal_call.h).
#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <vector>

#include "base/log.h"
#include "command/heal_call.h"
#include "programs/heal_info.h"
#include "programs/network_volfile.h"
#include "programs/split_brain_command.h"
#include "programs/translator_types.h"
#include "runtime/real_world.h"
#include "translators/replicate/replicate.h"

namespace mortar {
namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t management_port = 24007;
constexpr int usage_error = 1;
// Until it is known of each brick whether it is there.
constexpr Duration patience = 10s;
constexpr Duration fetch_limit = 10s;

struct Words {
  std::string volume;
  std::vector<std::string> what;
  std::string socket;
  bool xml = false;
};

struct Answer {
  std::string told;
  int status = 0;
};

Words parse(int count, char** words) {
  Words parsed;
  for (int at = 1; at < count; ++at) {
    const std::string word = words[at];
    if (at == 1) {
      parsed.volume = word;
    } else if (word == heal_call::daemon_socket && at + 1 < count) {
      parsed.socket = words[++at];
    } else if (word == heal_call::xml) {
      parsed.xml = true;
    } else {
      parsed.what.push_back(word);
    }
  }
  return parsed;
}

bool is(const Words& words, std::string_view what, std::size_t others) {
  return words.what.size() == 1 + others && words.what.front() == what;
}

// Nothing where it is no question about a split brain.
std::optional<SplitBrainWords> split_brain_words(const Words& words) {
  if (is(words, heal_call::bigger_file, 1) || is(words, heal_call::latest_mtime, 1)) {
    return SplitBrainWords{.how = words.what[0], .brick = {}, .file = words.what[1]};
  }
  if (is(words, heal_call::source_brick, 1)) return SplitBrainWords{words.what[0], words.what[1], {}};
  if (is(words, heal_call::source_brick, 2)) return SplitBrainWords{words.what[0], words.what[1], words.what[2]};
  return std::nullopt;
}

// Nothing where the words make no sense, or ask something else.
std::optional<HealInfo> info_asked(const Words& words) {
  if (words.what.empty()) return HealInfo::entries;
  if (is(words, heal_call::info_summary, 0)) return HealInfo::summary;
  if (is(words, heal_call::split_brain_info, 0)) return HealInfo::split_brain;
  return std::nullopt;
}

// What granular entry heal is switched by: nothing may wait, and nobody may be missing who could say so.
Result<Done> all_well(const std::vector<BrickToHeal>& bricks) {
  for (const BrickToHeal& brick : bricks) {
    if (!brick.is_connected) return failed(ENOTCONN, fmt::format("Brick {} is not connected.", brick.name));
    if (!brick.trouble.empty()) return failed(EIO, fmt::format("Brick {}: {}.", brick.name, brick.trouble));
    if (brick.entries.empty()) continue;
    return failed(EBUSY, "One or more entries need heal. Please execute the command again after there are no entries "
                         "to be healed");
  }
  return done;
}

Task<Volfile> fetch(World& world, const Words& words) {
  std::vector<Address> daemons;
  if (words.socket.empty()) {
    daemons.push_back(Address::tcp("localhost", management_port));
  } else {
    daemons.push_back(Address::unix_socket(words.socket));
  }
  NetworkVolfile management(world, VolfileQuestion{daemons, words.volume, "", false, 1});
  const Result<std::string> text = co_await with_deadline(world, fetch_limit, management.fetch());
  if (!text && text.error().number() == ENOENT) {
    co_return failed(ENOENT, fmt::format("Volume {} does not exist", words.volume));
  }
  if (!text) co_return failed(text.error().number(), words.volume + ": Not able to fetch volfile from glusterd");
  Volfile volfile = co_await tried(parse_volfile(*text));
  // It asks all copies, however far.
  for (VolumeSection& section : volfile.sections) {
    if (section.type == "cluster/replicate") section.set_option("halo-enabled", "off");
  }
  co_return std::move(volfile);
}

Result<Done> check_copies(const Graph& graph, const Words& words) {
  for (const std::unique_ptr<Translator>& translator : graph.translators()) {
    if (dynamic_cast<const Replicate*>(translator.get()) != nullptr) return done;
  }
  // Only what waits may be asked of dispersed volumes, too.
  const bool asks_what_waits = info_asked(words) && *info_asked(words) != HealInfo::split_brain;
  const char* kind = asks_what_waits ? "replicate/disperse" : "replicate";
  return failed(EINVAL,
                fmt::format("This command is supported for only volumes of {} type. Volume {} is not of type {}", kind,
                            words.volume, kind));
}

bool any_is_up(const Graph& graph) {
  for (const std::unique_ptr<Translator>& translator : graph.translators()) {
    auto* set = dynamic_cast<Replicate*>(translator.get());
    if (set != nullptr && !set->volume().up().empty()) return true;
  }
  return false;
}

Task<> ask(World& world, Words words, Answer& answer) {
  const Volfile volfile = co_await tried(fetch(world, words));
  const TranslatorTypes types = all_translator_types();
  std::unique_ptr<Graph> built = co_await tried(Graph::build(world, volfile, types));
  fuse::MountedGraph graph(std::move(built));
  co_await tried(check_copies(graph.graph(), words));
  co_await tried(graph.graph().start());
  // Without a quorum too it is told what is known.
  const Result<Done> decided = co_await with_deadline(world, patience, graph.decided());
  if (!decided && !any_is_up(graph.graph())) {
    co_return failed(ENOTCONN,
                     fmt::format("Volume {} is not started (Or) All the bricks are not running.", words.volume));
  }
  if (std::optional<SplitBrainWords> split_brain = split_brain_words(words)) {
    answer.status = co_await tried(resolve_split_brain(graph, std::move(*split_brain), answer.told));
    co_return done;
  }
  const std::vector<BrickToHeal> bricks = co_await tried(look_what_waits(graph.graph()));
  const std::optional<HealInfo> info = info_asked(words);
  if (!info) {
    co_await tried(all_well(bricks));
    co_return done;
  }
  answer.told = words.xml ? heal_xml(bricks, *info) : heal_text(bricks, *info);
  co_return done;
}

int run(int count, char** arguments) {
  const Words words = parse(count, arguments);
  const bool makes_sense =
      split_brain_words(words) || info_asked(words) || is(words, heal_call::granular_entry_heal, 0);
  if (words.volume.empty() || !makes_sense) {
    std::puts(
        "usage: glfsheal VOLUME [bigger-file FILE | latest-mtime FILE | source-brick HOST:BRICK [FILE] | "
        "split-brain-info | info-summary | granular-entry-heal-op] [glusterd-sock FILE] [xml]");
    return usage_error;
  }
  log::set_level(log::Level::critical);
  Result<std::unique_ptr<RealWorld>> world = RealWorld::make({});
  Answer answer;
  Result<Done> answered = done;
  if (world) answered = (*world)->run(ask(**world, words, answer));
  if (!world) answered = std::unexpected(world.error());
  if (answered) {
    std::fputs(answer.told.c_str(), stdout);
    return answer.status;
  }
  const std::optional<HealInfo> info = info_asked(words);
  if (words.xml && info) {
    std::fputs(heal_xml(std::unexpected(answered.error()), *info).c_str(), stdout);
  } else {
    std::puts(answered.error().sentence().c_str());
  }
  return 256 - answered.error().number();
}

}  // namespace
}  // namespace mortar

int main(int count, char** words) { return mortar::run(count, words); }
