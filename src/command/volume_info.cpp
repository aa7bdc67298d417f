// volume info: of one volume, or of all, one after the other as the daemon names them.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "command/handlers.h"
#include "command/procedures.h"
#include "command/xml.h"
#include "wire/messages/commands.h"

namespace mortar::command {

namespace {

constexpr std::array<std::string_view, 3> status_names{"Created", "Started", "Stopped"};
constexpr std::array<std::string_view, 10> type_names{"Distribute",
                                                      "Stripe",
                                                      "Replicate",
                                                      "Striped-Replicate",
                                                      "Disperse",
                                                      "Tier",
                                                      "Distributed-Stripe",
                                                      "Distributed-Replicate",
                                                      "Distributed-Striped-Replicate",
                                                      "Distributed-Disperse"};
constexpr std::array<std::string_view, 3> transport_names{"tcp", "rdma", "tcp,rdma"};

template <std::size_t size>
std::string_view named(const std::array<std::string_view, size>& names, std::int64_t number) {
  return number >= 0 && number < static_cast<std::int64_t>(size) ? names[static_cast<std::size_t>(number)] : "Unknown";
}

// One volume of an answer: its values stand under "volumeN.".
class Volume {
 public:
  Volume(const Dictionary& values, std::int64_t index) : values_(values), prefix_(fmt::format("volume{}.", index)) {}

  std::int64_t number(std::string_view key) const { return values_.number(prefix_ + std::string(key)).value_or(0); }
  std::string text(std::string_view key) const {
    return std::string(values_.text(prefix_ + std::string(key)).value_or(""));
  }
  bool has(std::string_view key) const { return values_.has(prefix_ + std::string(key)); }

  // A volume of several sets is shown as distributed: the kinds of sets come three (or five) numbers later.
  std::int64_t type() const {
    const std::int64_t type = number("type");
    const std::int64_t sets = number("dist_count");
    const bool distributed =
        (type == volume_type::replicate || type == volume_type::disperse) && sets > 0 && number("brick_count") > sets;
    return distributed ? type + 5 : type;
  }

  // "2 x 3 = 6", "1 x (2 + 1) = 3", or the number alone.
  std::string brick_formula() const {
    const std::int64_t bricks = number("brick_count");
    const std::int64_t set = number("dist_count");
    if (number("type") == volume_type::distribute || set == 0) return std::to_string(bricks);
    const std::int64_t odd =
        number("type") == volume_type::disperse ? number("redundancy_count") : number("arbiter_count");
    if (odd == 0) return fmt::format("{} x {} = {}", bricks / set, set, bricks);
    return fmt::format("{} x ({} + {}) = {}", bricks / set, set - odd, odd, bricks);
  }

  // The newest first: the daemon sends them the other way round.
  std::vector<std::pair<std::string, std::string>> options() const {
    const std::string start = prefix_ + "option.";
    std::vector<std::pair<std::string, std::string>> found;
    for (const auto& [key, value] : values_) {
      if (key.starts_with(start)) {
        found.emplace_back(key.substr(start.size()), std::string(text_of(value).value_or("")));
      }
    }
    std::ranges::reverse(found);
    return found;
  }

 private:
  const Dictionary& values_;
  std::string prefix_;
};

void print(Console& console, const Volume& volume) {
  console.out(" ");
  console.out("Volume Name: " + volume.text("name"));
  console.out(fmt::format("Type: {}", named(type_names, volume.type())));
  console.out("Volume ID: " + volume.text("volume_id"));
  console.out(fmt::format("Status: {}", named(status_names, volume.number("status"))));
  console.out(fmt::format("Snapshot Count: {}", volume.number("snap_count")));
  console.out("Number of Bricks: " + volume.brick_formula());
  console.out(fmt::format("Transport-type: {}", named(transport_names, volume.number("transport"))));
  console.out("Bricks:");
  for (std::int64_t index = 1; index <= volume.number("brick_count"); ++index) {
    const bool arbiter = volume.has(fmt::format("brick{}.isArbiter", index));
    console.out(
        fmt::format("Brick{}: {}{}", index, volume.text(fmt::format("brick{}", index)), arbiter ? " (arbiter)" : ""));
  }
  if (volume.number("thin_arbiter_count") != 0) {
    console.out("Thin-arbiter-path: " + volume.text("thin_arbiter_brick"));
  }
  if (volume.number("opt_count") == 0) return;
  console.out("Options Reconfigured:");
  for (const auto& [key, value] : volume.options()) console.out(fmt::format("{}: {}", key, value));
}

void write_bricks(Xml& xml, const Volume& volume) {
  xml.open("bricks");
  for (std::int64_t index = 1; index <= volume.number("brick_count"); ++index) {
    const std::string name = volume.text(fmt::format("brick{}", index));
    const std::string host = volume.text(fmt::format("brick{}.uuid", index));
    xml.open("brick");
    xml.attribute("uuid", host);
    xml.text(name);
    xml.element("name", name);
    xml.element("hostUuid", host);
    xml.element("isArbiter", static_cast<long long>(volume.has(fmt::format("brick{}.isArbiter", index))));
    xml.close();
  }
  xml.close();
}

void write(Xml& xml, const Volume& volume) {
  const std::int64_t set = volume.number("dist_count");
  xml.open("volume");
  xml.element("name", volume.text("name"));
  xml.element("id", volume.text("volume_id"));
  xml.element("status", volume.number("status"));
  xml.element("statusStr", named(status_names, volume.number("status")));
  xml.element("snapshotCount", volume.number("snap_count"));
  xml.element("brickCount", volume.number("brick_count"));
  xml.element("distCount", set == 0 ? 0 : volume.number("brick_count") / set);
  xml.element("replicaCount", volume.number("replica_count"));
  xml.element("arbiterCount", volume.number("arbiter_count"));
  xml.element("disperseCount", volume.number("disperse_count"));
  xml.element("redundancyCount", volume.number("redundancy_count"));
  xml.element("type", volume.type());
  xml.element("typeStr", named(type_names, volume.type()));
  xml.element("transport", volume.number("transport"));
  write_bricks(xml, volume);
  xml.element("optCount", volume.number("opt_count"));
  xml.open("options");
  for (const auto& [key, value] : volume.options()) {
    xml.open("option");
    xml.element("name", key);
    xml.element("value", value);
    xml.close();
  }
  xml.close();
  xml.close();
}

// Every volume: each answer carries one and the next is asked for by its name.
Task<std::vector<Answer>> every_volume(const Invocation& run) {
  std::vector<Answer> answers;
  std::string previous;
  while (true) {
    Dictionary request = run.request(previous);
    request.set("flags", std::int64_t{get_next_volume});
    Answer answer = co_await tried(run.call(cli::GetVolume::number, std::move(request)));
    if (answer.op_ret != 0 || answer.values.number("count").value_or(0) == 0) break;
    previous = Volume(answer.values, 0).text("name");
    answers.push_back(std::move(answer));
  }
  co_return answers;
}

Task<int> every_info(const Invocation& run) {
  std::vector<Answer> answers = co_await tried(every_volume(run));
  if (run.settings.xml) {
    Xml xml(0, 0, "");
    xml.open("volInfo");
    xml.open("volumes");
    for (const Answer& answer : answers) write(xml, Volume(answer.values, 0));
    xml.element("count", static_cast<long long>(answers.size()));
    run.console.out_part(xml.finish());
    co_return 0;
  }
  if (answers.empty()) run.console.error("No volumes present");
  for (const Answer& answer : answers) print(run.console, Volume(answer.values, 0));
  co_return 0;
}

Task<int> one_info(const Invocation& run, std::string name) {
  Dictionary request = run.request(name);
  request.set("flags", std::int64_t{get_this_volume});
  Answer answer = co_await tried(run.call(cli::GetVolume::number, std::move(request)));
  const std::int64_t count = answer.values.number("count").value_or(0);
  if (run.settings.xml) {
    Xml xml(answer.op_ret, answer.op_errno, answer.op_errstr);
    xml.open("volInfo");
    xml.open("volumes");
    if (count != 0) write(xml, Volume(answer.values, 0));
    xml.element("count", count);
    run.console.out_part(xml.finish());
    co_return 0;
  }
  if (answer.op_ret != 0 || count == 0) {
    run.console.error(fmt::format("Volume {} does not exist", name));
    co_return 1;
  }
  print(run.console, Volume(answer.values, 0));
  co_return 0;
}

}  // namespace

Task<int> volume_info(const Invocation& run) {
  if (run.words.size() > 3) co_return run.usage();
  const bool every = run.words.size() == 2 || run.words[2] == "all";
  Task<int> shown = every ? every_info(run) : one_info(run, run.words[2]);
  int status = co_await tried(std::move(shown));
  co_return status;
}

}  // namespace mortar::command
