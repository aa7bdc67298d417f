#include "translators/meta/process.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "base/moment_text.h"
#include "translator/state_dump.h"

namespace mortar::meta {

namespace {

// A command line may be no UTF-8.
std::string json_text(const nlohmann::ordered_json& json) {
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::optional<long> number_in(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  long number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Stock's numbers: 0 is no line at all, 1 what is ours 0.
std::string told_log_level() { return fmt::format("{}\n", static_cast<int>(log::level()) + 1); }

Result<Done> set_log_level(std::string_view text) {
  const std::optional<long> number = number_in(text);
  if (!number || *number < 0 || *number > static_cast<long>(log::Level::trace) + 1) return failed(EINVAL);
  log::set_level(static_cast<log::Level>(std::max(*number - 1, 0L)));
  return done;
}

Node logging_directory(const Facts& facts) {
  return directory([&facts] {
    return Entries{{"logfile", link([&facts] { return facts.log_file; })},
                   {"loglevel", file(told_log_level, set_log_level)}};
  });
}

Node options_directory(std::function<VolumeSection()> section) {
  return directory([section = std::move(section)] {
    Entries entries;
    for (const auto& [key, value] : section().options) {
      entries.emplace_back(key, file([value] { return value + "\n"; }));
    }
    return entries;
  });
}

Node subvolumes_directory(const std::vector<std::string>& names, const std::string& where) {
  return directory([names, where] {
    Entries entries;
    for (std::size_t place = 0; place < names.size(); ++place) {
      entries.emplace_back(fmt::to_string(place), link([target = where + names[place]] { return target; }));
    }
    return entries;
  });
}

// What both the mount and a translator of a graph show of what they are.
Entries described(const VolumeSection& section, std::function<VolumeSection()> now, const std::string& subvolumes) {
  return {{"type", file([type = section.type] { return type + "\n"; })},
          {"name", file([name = section.name] { return name + "\n"; })},
          {"subvolumes", subvolumes_directory(section.subvolumes, subvolumes)},
          {"options", options_directory(std::move(now))}};
}

// What a translator tells of itself, while its graph is there.
template <class Tell>
Node told_file(const std::shared_ptr<const KnownGraph>& known, const std::string& name, Tell tell) {
  return file([known, name, tell] {
    const std::shared_ptr<const Graph> graph = known->now();
    const Translator* translator = graph ? graph->find(name) : nullptr;
    return translator == nullptr ? std::string() : with_blanks(tell(*graph, *translator));
  });
}

Node translator_directory(const std::shared_ptr<const KnownGraph>& known, const VolumeSection& section) {
  return directory([known, section] {
    const auto now = [known, name = section.name] {
      const Volfile volfile = known->volfile();
      const VolumeSection* found = volfile.find(name);
      return found == nullptr ? VolumeSection{} : *found;
    };
    Entries entries = described(section, now, "../../");
    entries.emplace_back("private", told_file(known, section.name, private_section));
    entries.emplace_back("history", told_file(known, section.name, history_section));
    return entries;
  });
}

}  // namespace

Process::Process(World& world, Facts facts)
    : world_(world), facts_(std::move(facts)), tree_(world, directory_gfid, directory([this] { return entries(); })) {}

void Process::use(const std::shared_ptr<const Graph>& graph) {
  const Moment now = world_.wall_clock();
  graphs_.use(fmt::format("{}-{}-{:%Y%m%d-%H%M%S}.{:06}", world_.network().host_name(), world_.processes().own_pid(),
                          fmt::gmtime(static_cast<std::time_t>(now.seconds)), now.nanoseconds / 1000),
              graph);
  tree_.forget_missing();
}

Entries Process::entries() {
  return {{"graphs", directory([this] {
             Entries graphs;
             if (!graphs_.empty()) graphs.emplace_back("active", link([this] { return graphs_.active().name; }));
             for (const auto& graph : graphs_.known()) graphs.emplace_back(graph->name, graph_directory(graph));
             return graphs;
           })},
          {"frames", file([this] { return describe_calls(); })},
          {"logging", logging_directory(facts_)},
          {"process_uuid", file([this] { return facts_.uuid + "\n"; })},
          {"version", file([this] {
             return json_text({{"Package Version", facts_.version}});
           })},
          {"cmdline", file([this] {
             return json_text({{"Cmdlinestr", facts_.command_line}});
           })},
          {"mallinfo", file([this] { return with_blanks(facts_.memory_section()); })},
          {"root", mount_directory()},
          {"measure_latency", file([this] { return measures_ ? std::string("1\n") : std::string("0\n"); },
                                   [this](std::string_view text) { return set_measures(text); })}};
}

Node Process::graph_directory(std::shared_ptr<const KnownGraph> graph) {
  return directory([graph = std::move(graph)] {
    const Volfile volfile = graph->volfile();
    Entries entries{{"top", link([top = volfile.top().name] { return top; })},
                    {"volfile", file([graph] { return format_volfile(graph->volfile()); })}};
    for (const VolumeSection& section : volfile.sections) {
      entries.emplace_back(section.name, translator_directory(graph, section));
    }
    return entries;
  });
}

Node Process::mount_directory() {
  return directory([this] {
    VolumeSection mount = facts_.mount;
    if (!graphs_.empty()) mount.subvolumes = {graphs_.active().volfile().top().name};
    Entries entries = described(
        mount, [mount] { return mount; }, "../../graphs/active/");
    entries.emplace_back("private", file([this] { return with_blanks(facts_.mount_section()); }));
    entries.emplace_back("profile", file([this] { return tell_times(); }));
    return entries;
  });
}

std::string Process::describe_calls() const {
  nlohmann::ordered_json stacks = nlohmann::ordered_json::array();
  calls_.for_each([&stacks](const CallsUnderWay::Entry& entry) {
    std::string owner;
    for (const char byte : entry.call().lock_owner) owner += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    stacks.push_back({{"Number", stacks.size() + 1},
                      {"Unique", entry.number()},
                      {"Type", entry.operation()},
                      {"Creation_time", fine_text_of(entry.begun())},
                      {"UID", entry.call().uid},
                      {"GID", entry.call().gid},
                      {"PID", entry.call().pid},
                      {"LK_owner", owner}});
  });
  const std::size_t count = stacks.size();
  return json_text({{"Stack", std::move(stacks)}, {"Call_Count", count}});
}

std::string Process::calls_section() const {
  constexpr std::size_t most_told = 1024;
  std::string out;
  std::size_t count = 0;
  calls_.for_each([&](const CallsUnderWay::Entry& entry) {
    if (++count <= most_told) out += call_section(entry, count, facts_.mount.name);
  });
  return out;
}

std::string Process::tell_times() {
  std::string out = fmt::format("[{}.latency]\n", facts_.mount.name);
  constexpr auto names = fop::counted_names();
  for (std::size_t number = 0; number < names.size(); ++number) {
    const io_stats::OperationMeasure one = std::exchange(times_[number], {});
    if (one.timed == 0) continue;
    out += fmt::format("{}.latency.{} = AVG:{:f} CNT:{} TOTAL:{} MIN:{} MAX:{}\n", facts_.mount.name, names[number],
                       one.average(), one.timed, one.total, one.least, one.most);
  }
  return out;
}

Result<Done> Process::set_measures(std::string_view text) {
  const std::optional<long> number = number_in(text);
  if (!number) return failed(EINVAL);
  measures_ = *number != 0;
  return done;
}

}  // namespace mortar::meta
