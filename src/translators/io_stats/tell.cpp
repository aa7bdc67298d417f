// What glusterd asks of a brick's statistics, and the keys of the answers: those of stock, which both command lines
// read.
#include <fmt/format.h>

#include <algorithm>

#include "base/moment_text.h"
#include "translators/io_stats/io_stats.h"

namespace mortar {

using io_stats::FileCounts;
using io_stats::Measures;
using io_stats::Top;
using io_stats::TopEntry;

namespace {

enum class Wanted : std::int64_t { all = 1, interval = 2, cumulative = 3, clear = 4 };

constexpr std::int64_t of_all_time = -1;
// Where no name leads to a file, posix shows its handle.
constexpr std::string_view handle_path = "/.glusterfs/";

void set(Dictionary& answer, std::string_view key, std::uint64_t number) {
  answer.set_text(key, fmt::to_string(number));
}
void set(Dictionary& answer, std::string_view key, double number) { answer.set_text(key, fmt::format("{:f}", number)); }

bool is_set(const Dictionary& asked, std::string_view key) {
  const std::string_view text = asked.text(key).value_or("0");
  return text != "0" && text != "off" && text != "no" && text != "false";
}

void describe_sizes(Dictionary& answer, std::int64_t interval, const char* what, const io_stats::Sizes& sizes) {
  for (std::size_t place = 0; place < sizes.counts.size(); ++place) {
    if (sizes.counts[place] == 0) continue;
    set(answer, fmt::format("{}-{}-{}", interval, what, std::uint64_t{1} << place), sizes.counts[place]);
  }
}

void describe(Dictionary& answer, const Measures& measures, std::int64_t interval, Moment now) {
  answer.set_text(interval == of_all_time ? "cumulative" : "interval", fmt::to_string(interval));
  auto key = [interval](std::string_view what) { return fmt::format("{}-{}", interval, what); };
  const std::int64_t seconds = std::max<std::int64_t>(now.seconds - measures.since.seconds, 0);
  set(answer, key("duration"), static_cast<std::uint64_t>(seconds));
  set(answer, key("total-read"), measures.reads.bytes);
  set(answer, key("total-write"), measures.writes.bytes);
  describe_sizes(answer, interval, "read", measures.reads);
  describe_sizes(answer, interval, "write", measures.writes);
  for (std::size_t number = 0; number < measures.operations.size(); ++number) {
    const io_stats::OperationMeasure& one = measures.operations[number];
    if (one.hits == 0) continue;
    set(answer, key(fmt::format("{}-hits", number)), one.hits);
    if (one.timed == 0) continue;
    set(answer, key(fmt::format("{}-avglatency", number)), one.average());
    set(answer, key(fmt::format("{}-minlatency", number)), static_cast<double>(one.least));
    set(answer, key(fmt::format("{}-maxlatency", number)), static_cast<double>(one.most));
  }
  for (std::size_t what = 0; what < measures.notices.size(); ++what) {
    if (measures.notices[what] != 0) set(answer, key(fmt::format("{}-upcall-hits", what)), measures.notices[what]);
  }
}

}  // namespace

Task<Dictionary> IoStats::tell(Dictionary asked) {
  if (is_set(asked, "clear-stats")) co_return forget_files();
  if (const std::optional<std::int64_t> table = asked.number("top-op")) {
    if (*table < static_cast<std::int64_t>(Top::open) || *table > static_cast<std::int64_t>(Top::write_speed)) {
      co_return failed(EINVAL, fmt::format("there is no table {} of files", *table));
    }
    Dictionary answer = co_await tried(tell_table(std::move(asked), static_cast<Top>(*table)));
    co_return answer;
  }
  co_return tell_measures(asked);
}

Dictionary IoStats::forget_files() {
  files_.clear();
  Dictionary answer;
  answer.set_text("top-op", "0");
  answer.set_text("stats-cleared", "1");
  return answer;
}

Task<Dictionary> IoStats::tell_table(Dictionary asked, Top what) {
  const bool of_speeds = what == Top::read_speed || what == Top::write_speed;
  const std::int64_t length = asked.number("list-cnt").value_or(0);
  const std::vector<TopEntry> table =
      files_.table(what, static_cast<std::size_t>(std::clamp<std::int64_t>(length, 0, FileCounts::longest_table)));
  Dictionary answer;
  answer.set_text("top-op", fmt::to_string(static_cast<int>(what)));
  if (what == Top::open) {
    set(answer, "current-open", open_files_);
    set(answer, "max-open", most_open_files_);
    answer.set_text("max-openfd-time", most_open_files_ == 0 ? "N/A" : fine_text_of(most_open_at_));
  }
  answer.set_text("members", fmt::to_string(table.size()));
  for (std::size_t place = 0; place < table.size(); ++place) {
    const TopEntry& entry = table[place];
    std::string path = co_await tried(path_of(entry.gfid));
    answer.set_text(fmt::format("filename-{}", place + 1), path);
    set(answer, fmt::format("value-{}", place + 1), entry.value);
    if (!of_speeds) continue;
    answer.set_text(fmt::format("time-sec-{}", place + 1), fmt::to_string(entry.when.seconds));
    answer.set_text(fmt::format("time-usec-{}", place + 1), fmt::to_string(entry.when.nanoseconds / 1000));
  }
  // Of a test that the brick's process made before.
  if (of_speeds && asked.has("throughput")) {
    for (const char* key : {"throughput", "time"}) answer.set_text(key, asked.text(key).value_or("0"));
  }
  co_return answer;
}

Task<std::string> IoStats::path_of(Gfid gfid) {
  if (gfid.is_root()) co_return "/";
  Call internal;
  internal.pid = internal_pid::geo_replication;
  const fop::Getxattr question{.gfid = gfid, .name_given = 1, .name = "glusterfs.pathinfo"};
  const Result<fop::Values> answer = co_await next().perform(internal, question);
  // "<POSIX(BRICK):HOST:BRICK/PATH>"; a brick's directory may hold a colon, too.
  std::string_view text = answer ? answer->values.text(question.name).value_or("") : "";
  const std::size_t begin = text.find(fmt::format(":{}/", options_.unique_id));
  if (begin != std::string_view::npos && text.ends_with('>')) {
    std::string_view path = text.substr(begin + 1 + options_.unique_id.size());
    path.remove_suffix(1);
    if (!path.starts_with(handle_path)) co_return std::string(path);
  }
  co_return fmt::format("<gfid:{}>", gfid.text());
}

Dictionary IoStats::tell_measures(const Dictionary& asked) {
  auto wanted = static_cast<Wanted>(asked.number("info-op").value_or(0));
  if (wanted < Wanted::all || wanted > Wanted::clear) wanted = Wanted::all;
  Dictionary answer;
  answer.set_text("info-op", fmt::to_string(static_cast<std::int64_t>(wanted)));
  if (wanted == Wanted::clear) {
    begin_again();
    answer.set_text("stats-cleared", "1");
    return answer;
  }
  const Moment now = world_.wall_clock();
  if (wanted != Wanted::interval) describe(answer, cumulative_, of_all_time, now);
  if (wanted != Wanted::cumulative) {
    describe(answer, interval_, static_cast<std::int64_t>(intervals_), now);
    if (!is_set(asked, "peek")) take_interval();
  }
  return answer;
}

}  // namespace mortar
