#include "command/top_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/moment_text.h"
#include "command/answer_index.h"
#include "command/procedures.h"

namespace mortar::command {

namespace {

constexpr std::size_t speed_width = 4, name_width = 47, cut_name_width = 44, time_width = 26;

// One brick's table; its keys begin with the brick's place.
class Table {
 public:
  Table(const AnswerIndex& values, std::int64_t brick) : values_(values), brick_(brick) {}

  bool has(std::string_view key) const { return values_.has(at(key)); }
  std::int64_t number(std::string_view key) const { return values_.number(at(key)); }
  double fraction(std::string_view key) const { return values_.fraction(at(key)); }
  std::string text(std::string_view key) const { return values_.text(at(key)); }
  std::int64_t members() const { return number("members"); }
  bool is_cleared() const { return number("stats-cleared") != 0; }

  bool has_file(std::int64_t place) const { return has(fmt::format("filename-{}", place)); }
  std::string file(std::int64_t place) const { return text(fmt::format("filename-{}", place)); }
  std::int64_t value(std::int64_t place) const { return number(fmt::format("value-{}", place)); }
  std::int64_t seconds(std::int64_t place) const { return number(fmt::format("time-sec-{}", place)); }
  std::int64_t microseconds(std::int64_t place) const { return number(fmt::format("time-usec-{}", place)); }

 private:
  std::string at(std::string_view key) const { return fmt::format("{}-{}", brick_, key); }

  const AnswerIndex& values_;
  const std::int64_t brick_;
};

bool shows_speeds(std::int64_t table) { return table == top_table::read_speed || table == top_table::write_speed; }

// The times of operations, with the microseconds behind the zone as stock has them.
std::string time_text(const Table& table, std::int64_t place) {
  return fmt::format("{}.{}", text_of(Moment{table.seconds(place), 0}), table.microseconds(place));
}

void print_speeds(Console& console, const Table& table) {
  auto row = [&console](const auto& speed, std::string_view name, std::string_view time) {
    console.out(fmt::format("{:>{}} {:<{}} {:<{}}", speed, speed_width, name, name_width, time, time_width));
  };
  row("MBps", "Filename", "Time");
  row("====", "========", "====");
  for (std::int64_t place = 1; place <= table.members() && table.has_file(place); ++place) {
    std::string name = table.file(place);
    if (name.size() >= name_width) name = "..." + name.substr(name.size() - cut_name_width);
    row(table.value(place), name, time_text(table, place));
  }
}

void print_counts(Console& console, const Table& table) {
  console.out("Count\t\tfilename\n=======================");
  for (std::int64_t place = 1; place <= table.members() && table.has_file(place); ++place) {
    console.out(fmt::format("{}\t\t{}", table.value(place), table.file(place)));
  }
}

void print_table(Console& console, const Table& table, std::int64_t what) {
  if (what == top_table::open && table.has("current-open")) {
    console.out(fmt::format("Current open fds: {}, Max open fds: {}, Max openfd time: {}", table.number("current-open"),
                            table.number("max-open"), table.text("max-openfd-time")));
  }
  if (shows_speeds(what) && table.has("throughput") && table.has("time")) {
    console.out(fmt::format("Throughput {:.2f} MBps time {:.4f} secs", table.fraction("throughput"),
                            table.fraction("time") / 1e6));
  }
  if (table.members() == 0) return;
  if (shows_speeds(what)) {
    print_speeds(console, table);
  } else {
    print_counts(console, table);
  }
}

void write_table(Xml& xml, const Table& table, std::int64_t what) {
  xml.element("members", table.members());
  if (what == top_table::open) {
    xml.element("currentOpen", table.number("current-open"));
    xml.element("maxOpen", table.number("max-open"));
    xml.element("maxOpenTime", table.text("max-openfd-time"));
  }
  if (shows_speeds(what) && table.has("throughput") && table.has("time")) {
    xml.element("throughput", fmt::format("{:f}", table.fraction("throughput")));
    xml.element("timeTaken", fmt::format("{:f}", table.fraction("time")));
  }
  for (std::int64_t place = 1; place <= table.members() && table.has_file(place); ++place) {
    xml.open("file");
    xml.element("filename", table.file(place));
    xml.element("count", table.value(place));
    if (shows_speeds(what)) {
      const auto nanoseconds =
          static_cast<std::uint32_t>(std::clamp<std::int64_t>(table.microseconds(place), 0, 999999)) * 1000;
      xml.element("time", fine_text_of(Moment{table.seconds(place), nanoseconds}));
    }
    xml.close();
  }
}

}  // namespace

void print_top(Console& console, const Dictionary& answer) {
  const AnswerIndex values(answer);
  const std::int64_t what = values.number("1-top-op");
  const bool nfs = values.has("nfs");
  for (std::int64_t brick = 1; brick <= values.number("count"); ++brick) {
    const Table table(values, brick);
    if (!table.has("brick")) return;
    if (values.has("clear-stats")) {
      console.out(fmt::format("{} {} {}", table.is_cleared() ? "Cleared stats for" : "Failed to clear stats for",
                              nfs ? "NFS server on" : "brick", table.text("brick")));
      continue;
    }
    console.out(fmt::format("{}{}", nfs ? "NFS Server : " : "Brick: ", table.text("brick")));
    print_table(console, table, what);
  }
}

void write_top(Xml& xml, const Dictionary& answer) {
  const AnswerIndex values(answer);
  const std::int64_t what = values.number("1-top-op");
  xml.element("brickCount", values.number("count"));
  xml.element("topOp", what);
  for (std::int64_t brick = 1; brick <= values.number("count"); ++brick) {
    const Table table(values, brick);
    if (!table.has("brick")) return;
    xml.open("brick");
    xml.element("name", table.text("brick"));
    if (values.has("clear-stats")) {
      xml.element("clearStats", table.is_cleared() ? "Cleared stats." : "Failed to clear stats.");
    } else {
      write_table(xml, table, what);
    }
    xml.close();
  }
}

}  // namespace mortar::command
