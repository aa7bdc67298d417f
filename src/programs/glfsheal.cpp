// glfsheal: what waits to be healed in a volume; run by `gluster volume heal` (command/heal_call.h).
#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <vector>

#include "base/log.h"
#include "command/heal_call.h"
#include "programs/heal_info.h"
#include "programs/network_volfile.h"
#include "programs/translator_types.h"
#include "runtime/real_world.h"
#include "translators/fuse/mounted_graph.h"

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
  std::string what;
  std::string socket;
  bool xml = false;
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
    } else if (parsed.what.empty()) {
      parsed.what = word;
    }
  }
  return parsed;
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

Task<> answer(World& world, Words words, std::string& told) {
  std::vector<Address> daemons;
  if (words.socket.empty()) {
    daemons.push_back(Address::tcp("localhost", management_port));
  } else {
    daemons.push_back(Address::unix_socket(words.socket));
  }
  NetworkVolfile management(world, VolfileQuestion{daemons, words.volume, "", false, 1});
  const Result<std::string> text = co_await with_deadline(world, fetch_limit, management.fetch());
  if (!text) co_return failed(text.error().number(), words.volume + ": Not able to fetch volfile from glusterd");
  const Volfile volfile = co_await tried(parse_volfile(*text));
  const TranslatorTypes types = all_translator_types();
  std::unique_ptr<Graph> built = co_await tried(Graph::build(world, volfile, types));
  fuse::MountedGraph graph(std::move(built));
  co_await tried(graph.graph().start());
  // Without a quorum too it is told what is known.
  const Result<Done> decided = co_await with_deadline(world, patience, graph.decided());
  static_cast<void>(decided);
  const std::vector<BrickToHeal> bricks = co_await tried(look_what_waits(graph.graph()));
  if (words.what == heal_call::granular_entry_heal) {
    co_await tried(all_well(bricks));
    co_return done;
  }
  HealInfo info = HealInfo::entries;
  if (words.what == heal_call::info_summary) info = HealInfo::summary;
  if (words.what == heal_call::split_brain_info) info = HealInfo::split_brain;
  told = words.xml ? heal_xml(bricks, info) : heal_text(bricks, info);
  co_return done;
}

int run(int count, char** arguments) {
  const Words words = parse(count, arguments);
  const bool resolves = words.what == heal_call::bigger_file || words.what == heal_call::latest_mtime ||
                        words.what == heal_call::source_brick;
  if (words.volume.empty() || resolves) {
    std::puts(resolves ? "This release does not resolve split brains by command yet; nothing was changed."
                       : "usage: glfsheal VOLUME [info-summary|split-brain-info|granular-entry-heal-op] [xml]");
    return usage_error;
  }
  log::set_level(log::Level::critical);
  Result<std::unique_ptr<RealWorld>> world = RealWorld::make({});
  std::string told;
  Result<Done> answered = done;
  if (world) answered = (*world)->run(answer(**world, words, told));
  if (!world) answered = std::unexpected(world.error());
  if (answered) {
    std::fputs(told.c_str(), stdout);
    return 0;
  }
  std::puts(answered.error().sentence().c_str());
  return 256 - answered.error().number();
}

}  // namespace
}  // namespace mortar

int main(int count, char** words) { return mortar::run(count, words); }
