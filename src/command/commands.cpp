#include "command/commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "command/handlers.h"
#include "command/xml.h"

namespace mortar::command {

namespace {

constexpr std::string_view create_pattern =
    "<NEW-VOLNAME> [[replica <COUNT> [arbiter <COUNT>]]|[replica 2 thin-arbiter 1]] [disperse [<COUNT>]] "
    "[disperse-data "
    "<COUNT>] [redundancy <COUNT>] [transport <tcp|rdma|tcp,rdma>] <NEW-BRICK> <TA-BRICK>... [force]";

constexpr std::string_view heal_pattern =
    "<VOLNAME> [enable | disable | full |statistics [heal-count [replica <HOSTNAME:BRICKNAME>]] |info [summary | "
    "split-brain] |split-brain {bigger-file <FILE> | latest-mtime <FILE> |source-brick <HOSTNAME:BRICKNAME> [<FILE>]} "
    "|granular-entry-heal {enable | disable}]";

constexpr std::string_view status_pattern =
    "[all | <VOLNAME> [nfs|shd|<BRICK>|quotad]] [detail|clients|mem|inode|fd|callpool|tasks|client-list]";

constexpr std::string_view statedump_pattern =
    "<VOLNAME> [[nfs|quotad] [all|mem|iobuf|callpool|priv|fd|inode|history]... | [client <hostname:process-id>]]";

constexpr std::string_view top_pattern =
    "<VOLNAME> {open|read|write|opendir|readdir|clear} [nfs|brick <brick>] [list-cnt <value>] | "
    "{read-perf|write-perf} [bs <size> count <count>] [brick <brick>] [list-cnt <value>]";

// In no help: what shells ask, and of stock's commands those that are not there yet, which are told from typing errors.
void add_hidden(std::vector<Command>& commands) {
  for (std::string_view word : {"nfs-ganesha", "snapshot"}) {
    commands.push_back({{word}, "", "", Group::hidden, unavailable});
  }
  commands.push_back({{"system::", "complete"}, "[<WORD>]... <BEGINNING>", "", Group::hidden, system_complete});
  for (std::string_view word : {"copy", "execute", "mount", "umount"}) {
    commands.push_back({{"system::", word}, "", "", Group::hidden, unavailable});
  }
  for (std::string_view word : {"barrier", "bitrot", "geo-replication", "inode-quota", "quota"}) {
    commands.push_back({{"volume", word}, "", "", Group::hidden, unavailable});
  }
}

std::vector<Command> make_commands() {
  std::vector<Command> commands{
      {{"get-state"},
       "[<daemon>] [[odir </path/to/output/dir/>] [file <filename>]] [detail|volumeoptions]",
       "Get local state representation of mentioned daemon",
       Group::global,
       get_state},
      {{"global", "help"}, "", "list global commands", Group::global, show_group_help},
      {{"help"}, "[all]", "display help", Group::hidden, show_help},
      {{"peer", "detach"},
       "{ <HOSTNAME> | <IP-address> } [force]",
       "detach peer specified by <HOSTNAME>",
       Group::peer,
       peer_detach},
      {{"peer", "help"}, "", "display help for peer commands", Group::peer, show_group_help},
      {{"peer", "probe"},
       "{ <HOSTNAME> | <IP-address> }",
       "probe peer specified by <HOSTNAME>",
       Group::peer,
       peer_probe},
      {{"peer", "status"}, "", "list status of peers", Group::peer, peer_status},
      {{"pool", "list"}, "", "list all the nodes in the pool (including localhost)", Group::peer, pool_list},
      {{"pool", "recover"},
       "",
       "rebuild the pool from what this server knows, after most of those that kept its configuration are gone for "
       "good",
       Group::hidden,
       pool_recover},
      {{"pool", "status"},
       "",
       "show who keeps the configuration, and who knows which version",
       Group::hidden,
       pool_status},
      {{"snapshot", "help"}, "", "display help for snapshot commands", Group::snapshot, show_group_help},
      {{"system::", "fsm", "log"}, "[<peer-name>]", "display fsm transitions", Group::system, system_friend_log},
      {{"system::", "getspec"},
       "<VOLNAME>",
       "fetch the volume file for the volume <VOLNAME>",
       Group::system,
       system_getspec},
      {{"system::", "getwd"}, "", "query glusterd work directory", Group::system, system_getwd},
      {{"system::", "help"}, "", "display help for system commands", Group::system, show_system_help},
      {{"system::", "portmap", "brick2port"},
       "<BRICK>",
       "query which port <BRICK> listens on",
       Group::system,
       system_brick_port},
      {{"system::", "uuid", "get"}, "", "get uuid of glusterd", Group::system, system_uuid_get},
      {{"system::", "uuid", "reset"}, "", "reset the uuid of glusterd", Group::system, system_uuid_reset},
      {{"volume", "bitrot", "help"}, "", "display help for volume bitrot commands", Group::bitrot, show_group_help},
      {{"volume", "add-brick"},
       "<VOLNAME> [<replica> <COUNT> [arbiter <COUNT>]] <NEW-BRICK> ... [force]",
       "add brick to volume <VOLNAME>",
       Group::volume,
       volume_add_brick},
      {{"volume", "clear-locks"},
       "<VOLNAME> <path> kind {blocked|granted|all}{inode [range]|entry [basename]|posix [range]}",
       "Clear locks held on path",
       Group::volume,
       volume_clear_locks},
      {{"volume", "create"},
       create_pattern,
       "create a new volume of specified type with mentioned bricks",
       Group::volume,
       volume_create},
      {{"volume", "delete"}, "<VOLNAME>", "delete volume specified by <VOLNAME>", Group::volume, volume_delete},
      {{"volume", "get"},
       "<VOLNAME|all> <key|all>",
       "Get the value of the all options or given option for volume <VOLNAME> or all option. gluster volume get all "
       "all is to get all global options",
       Group::volume,
       volume_get},
      {{"volume", "heal"},
       heal_pattern,
       "self-heal commands on volume specified by <VOLNAME>",
       Group::volume,
       volume_heal},
      {{"volume", "help"}, "", "display help for volume commands", Group::volume, show_group_help},
      {{"volume", "info"}, "[all|<VOLNAME>]", "list information of all volumes", Group::volume, volume_info},
      {{"volume", "list"}, "", "list all volumes in cluster", Group::volume, volume_list},
      {{"volume", "log"},
       "<VOLNAME> rotate [BRICK]",
       "rotate the log file for corresponding volume/brick",
       Group::volume,
       volume_log},
      {{"volume", "profile"},
       "<VOLNAME> {start|info [peek|incremental [peek]|cumulative|clear]|stop} [nfs]",
       "volume profile operations",
       Group::volume,
       volume_profile},
      {{"volume", "quota", "help"}, "", "display help for volume quota commands", Group::quota, show_group_help},
      {{"volume", "rebalance"},
       "<VOLNAME> {{fix-layout start} | {start [force]|stop|status}}",
       "rebalance operations",
       Group::volume,
       volume_rebalance},
      {{"volume", "remove-brick"},
       "<VOLNAME> [replica <COUNT>] <BRICK> ... <start|stop|status|commit|force>",
       "remove brick from volume <VOLNAME>",
       Group::volume,
       volume_remove_brick},
      {{"volume", "replace-brick"},
       "<VOLNAME> <SOURCE-BRICK> <NEW-BRICK> {commit force}",
       "replace-brick operations",
       Group::volume,
       volume_replace_brick},
      {{"volume", "reset"},
       "<VOLNAME> [option] [force]",
       "reset all the reconfigured options",
       Group::volume,
       volume_reset},
      {{"volume", "reset-brick"},
       "<VOLNAME> <SOURCE-BRICK> {{start} | {<NEW-BRICK> commit}}",
       "reset-brick operations",
       Group::volume,
       volume_reset_brick},
      {{"volume", "set"}, "<VOLNAME> <KEY> <VALUE>", "set options for volume <VOLNAME>", Group::volume, volume_set},
      {{"volume", "set"},
       "<VOLNAME> group <GROUP>",
       "This option can be used for setting multiple pre-defined volume options where group_name is a file under "
       "/var/lib/glusterd/groups containing one key value pair per line",
       Group::volume,
       volume_set},
      {{"volume", "start"}, "<VOLNAME> [force]", "start volume specified by <VOLNAME>", Group::volume, volume_start},
      {{"volume", "statedump"}, statedump_pattern, "perform statedump on bricks", Group::volume, volume_statedump},
      {{"volume", "status"},
       status_pattern,
       "display status of all or specified volume(s)/brick",
       Group::volume,
       volume_status},
      {{"volume", "stop"}, "<VOLNAME> [force]", "stop volume specified by <VOLNAME>", Group::volume, volume_stop},
      {{"volume", "sync"},
       "<HOSTNAME> [all|<VOLNAME>]",
       "sync the volume information from a peer",
       Group::volume,
       volume_sync},
      {{"volume", "top"}, top_pattern, "volume top operations", Group::volume, volume_top},
  };
  add_hidden(commands);
  return commands;
}

}  // namespace

const std::vector<Command>& all_commands() {
  static const std::vector<Command> commands = make_commands();
  return commands;
}

std::string Command::usage() const {
  std::string text = fmt::format("{}", fmt::join(name, " "));
  if (!pattern.empty()) text += fmt::format(" {}", pattern);
  return text;
}

int Invocation::usage() const {
  console.error(fmt::format("\nUsage:\n{}\n", command.usage()));
  return 1;
}

std::string Invocation::text() const { return fmt::format("{}", fmt::join(words, " ")); }

bool Invocation::agreed(std::string_view question) const { return !settings.asks() || console.confirmed(question); }

Dictionary Invocation::request(std::string_view volume) const {
  Dictionary values;
  if (!volume.empty()) values.set_text("volname", volume);
  values.set_text("cmd-str", text());
  return values;
}

Task<Answer> Invocation::call(std::uint32_t procedure, Dictionary request) const {
  Result<Answer> answer = co_await session.call(procedure, std::move(request));
  if (answer) {
    const std::optional<std::string_view> silent = answer->values.text("silent-servers");
    if (silent && !settings.xml) console.error(fmt::format("note: no answer from {}", *silent));
    co_return std::move(*answer);
  }
  if (answer.error().number() == ETIMEDOUT) {
    console.error("Error : Request timed out");
  } else {
    console.out("Connection failed. Please check if gluster daemon is operational.");
  }
  co_return answer.error();
}

Result<Found> find_command(const std::vector<std::string>& words) {
  std::vector<const Command*> candidates;
  for (const Command& command : all_commands()) candidates.push_back(&command);
  std::vector<std::string> written_out = words;
  for (std::size_t place = 0; place < words.size(); ++place) {
    auto has_word = [&](auto&& matches) {
      std::vector<const Command*> left;
      for (const Command* one : candidates) {
        if (one->name.size() > place && matches(one->name[place])) left.push_back(one);
      }
      return left;
    };
    std::vector<const Command*> left = has_word([&](std::string_view word) { return word == words[place]; });
    // Once a command is fully named, the rest are its arguments, unless they name another one ("volume quota help").
    auto named = std::ranges::find_if(candidates, [place](const Command* one) { return one->name.size() == place; });
    if (named != candidates.end() && left.empty()) return Found{*named, std::move(written_out)};
    if (left.empty()) left = has_word([&](std::string_view word) { return word.starts_with(words[place]); });
    const bool ambiguous =
        std::ranges::any_of(left, [&](const Command* one) { return one->name[place] != left.front()->name[place]; });
    if (left.empty() || ambiguous) {
      return failed(EINVAL, fmt::format("{} word: {} (position {})", left.empty() ? "unrecognized" : "ambiguous",
                                        words[place], place));
    }
    written_out[place] = left.front()->name[place];
    candidates = std::move(left);
  }
  auto named = std::ranges::find_if(candidates, [&](const Command* one) { return one->name.size() == words.size(); });
  if (named == candidates.end()) return failed(EINVAL, "unrecognized command");
  return Found{*named, std::move(written_out)};
}

namespace {

std::string_view title_of(Group group) {
  switch (group) {
    case Group::peer: return "peer";
    case Group::volume: return "volume";
    case Group::bitrot: return "bitrot";
    case Group::quota: return "quota";
    case Group::snapshot: return "snapshot";
    case Group::global: return "global";
    case Group::system: return "system";
    case Group::hidden: break;
  }
  return "";
}

// A line a command.
std::string help_lines(Group group) {
  std::string text;
  for (const Command& command : all_commands()) {
    if (command.group == group) text += fmt::format("{} - {}\n", command.usage(), command.description);
  }
  return text;
}

}  // namespace

std::string group_help(Group group) {
  const std::string title = fmt::format("gluster {} commands", title_of(group));
  // As stock draws them.
  const std::size_t line = title.size() + (group == Group::snapshot ? 0 : 1);
  return fmt::format("\n{}\n{}\n\n{}\n", title, std::string(line, '='), help_lines(group));
}

Task<int> show_help(const Invocation& run) {
  if (run.words.size() == 1) {
    run.console.out(help_text() + "\n");
    co_return 0;
  }
  for (Group group : {Group::peer, Group::volume, Group::bitrot, Group::quota, Group::snapshot, Group::global}) {
    run.console.out(group_help(group));
  }
  run.console.out("\n");
  co_return 0;
}

Task<int> show_group_help(const Invocation& run) {
  run.console.out(group_help(run.command.group));
  co_return 0;
}

Task<int> show_system_help(const Invocation& run) {
  run.console.out_part(help_lines(run.command.group));
  co_return 0;
}

Task<int> unavailable(const Invocation& run) {
  const std::string sentence =
      fmt::format("this release does not have `{}` yet; nothing was changed", run.command.usage());
  if (run.settings.xml) {
    run.console.out_part(xml_message(nullptr, "", -1, ENOTSUP, sentence));
  } else {
    run.console.error(sentence);
  }
  co_return 1;
}

Task<int> run_command(World& world, const Settings& settings, Console& console, Session& session,
                      std::vector<std::string> words) {
  Result<Found> found = find_command(words);
  if (!found) {
    console.out(found.error().sentence());
    console.out(usage_text());
    co_return 1;
  }
  const Invocation invocation{world, settings, console, session, *found->command, found->words};
  Result<int> status = co_await found->command->run(invocation);
  co_return status.value_or(1);  // the error has been told where it happened
}

}  // namespace mortar::command
