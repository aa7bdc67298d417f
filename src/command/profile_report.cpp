#include "command/profile_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "command/answer_index.h"
#include "command/procedures.h"
#include "wire/operation_numbers.h"

namespace mortar::command {

namespace {

constexpr std::int64_t of_all_time = -1;
constexpr std::size_t sizes = 32;
constexpr std::size_t sizes_in_a_row = 3;

struct OperationRow {
  std::size_t number = 0;
  const char* name;
  std::int64_t hits = 0;
  double average = 0, least = 0, most = 0;  // nanoseconds
  bool timed = false;
  double share = 0;  // of all the time that was measured, in percent
};

// The measures of one brick over one stretch of time. Their keys begin with its place and the number of the stretch.
class Stretch {
 public:
  Stretch(const AnswerIndex& values, std::int64_t brick, std::int64_t interval)
      : values_(values), interval_(interval), prefix_(fmt::format("{}-{}-", brick, interval)) {}

  std::int64_t interval() const { return interval_; }
  std::int64_t number(std::string_view key) const { return values_.number(prefix_ + std::string(key)); }
  std::int64_t reads(std::size_t place) const { return number(fmt::format("read-{}", std::uint64_t{1} << place)); }
  std::int64_t writes(std::size_t place) const { return number(fmt::format("write-{}", std::uint64_t{1} << place)); }

  // By their numbers; those that never happened are left out.
  std::vector<OperationRow> operations() const {
    constexpr auto names = fop::counted_names();
    std::vector<OperationRow> rows;
    double total = 0;
    for (std::size_t place = 0; place < names.size(); ++place) {
      const std::string key = fmt::format("{}{}-", prefix_, place);
      OperationRow row{.number = place, .name = names[place], .hits = values_.number(key + "hits")};
      if (row.hits == 0) continue;
      row.average = values_.fraction(key + "avglatency");
      row.least = values_.fraction(key + "minlatency");
      row.most = values_.fraction(key + "maxlatency");
      row.timed = values_.has(key + "avglatency") && values_.has(key + "minlatency") && values_.has(key + "maxlatency");
      total += static_cast<double>(row.hits) * row.average;
      rows.push_back(row);
    }
    for (OperationRow& row : rows) {
      if (total != 0) row.share = 100 * static_cast<double>(row.hits) * row.average / total;
    }
    return rows;
  }

  std::vector<OperationRow> notices() const {
    std::vector<OperationRow> rows;
    for (std::size_t place = 0; place < fop::told::names.size(); ++place) {
      OperationRow row{
          .number = place, .name = fop::told::names[place], .hits = number(fmt::format("{}-upcall-hits", place))};
      if (row.hits != 0) rows.push_back(row);
    }
    return rows;
  }

 private:
  const AnswerIndex& values_;
  const std::int64_t interval_;
  const std::string prefix_;
};

// ---- text

void print_sizes(Console& console, const Stretch& stretch) {
  std::string header, reads, writes;
  std::size_t in_row = 0;
  auto print_row = [&] {
    console.out(fmt::format("{:>14}{}", "Block Size:", header));
    console.out(fmt::format("{:>14}{}", "No. of Reads:", reads));
    console.out(fmt::format("{:>14}{}", "No. of Writes:", writes));
    header.clear();
    reads.clear();
    writes.clear();
    in_row = 0;
  };
  for (std::size_t place = 0; place < sizes; ++place) {
    if (stretch.reads(place) == 0 && stretch.writes(place) == 0) continue;
    header += fmt::format("{:>19}b+ ", std::uint64_t{1} << place);
    reads += fmt::format("{:>21} ", stretch.reads(place));
    writes += fmt::format("{:>21} ", stretch.writes(place));
    if (++in_row < sizes_in_a_row) continue;
    print_row();
    console.out(" ");
  }
  if (in_row != 0) print_row();
}

void print_operation(Console& console, const OperationRow& row, const char* unit) {
  console.out(fmt::format("{:>10.2f} {:>10.2f} {} {:>10.2f} {} {:>10.2f} {} {:>14} {:>11}", row.share, row.average,
                          unit, row.least, unit, row.most, unit, row.hits, row.name));
}

void print_stretch(Console& console, const Stretch& stretch) {
  console.out(stretch.interval() == of_all_time ? "Cumulative Stats:"
                                                : fmt::format("Interval {} Stats:", stretch.interval()));
  print_sizes(console, stretch);
  std::vector<OperationRow> rows = stretch.operations();
  std::ranges::sort(rows, {}, [](const OperationRow& row) { return std::pair(row.share, row.number); });
  if (!rows.empty()) {
    auto line = [&console](const auto&... columns) {
      console.out(fmt::format("{:>10} {:>13} {:>13} {:>13} {:>14} {:>11}", columns...));
    };
    line("%-latency", "Avg-latency", "Min-Latency", "Max-Latency", "No. of calls", "Fop");
    line("---------", "-----------", "-----------", "-----------", "------------", "----");
  }
  for (const OperationRow& row : rows) print_operation(console, row, "ns");
  for (const OperationRow& row : stretch.notices()) print_operation(console, row, "us");
  console.out(" ");
  console.out(fmt::format("{:>12}: {} seconds", "Duration", stretch.number("duration")));
  console.out(fmt::format("{:>12}: {} bytes", "Data Read", stretch.number("total-read")));
  console.out(fmt::format("{:>12}: {} bytes", "Data Written", stretch.number("total-write")));
  console.out(" ");
}

// ---- XML

void write_operation(Xml& xml, const OperationRow& row) {
  xml.open("fop");
  xml.element("name", row.name);
  xml.element("hits", row.hits);
  xml.element("avgLatency", fmt::format("{:f}", row.average));
  xml.element("minLatency", fmt::format("{:f}", row.least));
  xml.element("maxLatency", fmt::format("{:f}", row.most));
  xml.close();
}

void write_stretch(Xml& xml, const Stretch& stretch) {
  xml.open(stretch.interval() == of_all_time ? "cumulativeStats" : "intervalStats");
  xml.open("blockStats");
  for (std::size_t place = 0; place < sizes; ++place) {
    xml.open("block");
    xml.element("size", static_cast<long long>(std::uint64_t{1} << place));
    xml.element("reads", stretch.reads(place));
    xml.element("writes", stretch.writes(place));
    xml.close();
  }
  xml.close();
  xml.open("fopStats");
  for (const OperationRow& row : stretch.operations()) {
    if (row.timed) write_operation(xml, row);
  }
  for (const OperationRow& row : stretch.notices()) write_operation(xml, row);
  xml.close();
  xml.element("duration", stretch.number("duration"));
  xml.element("totalRead", stretch.number("total-read"));
  xml.element("totalWrite", stretch.number("total-write"));
  xml.close();
}

// visit(brick's place, its name)
template <class Visitor>
void for_each_brick(const AnswerIndex& values, Visitor&& visit) {
  for (std::int64_t brick = 1; brick <= values.number("count"); ++brick) {
    const std::string key = fmt::format("{}-brick", brick);
    if (!values.has(key)) return;
    visit(brick, values.text(key));
  }
}

template <class Visitor>
void for_each_stretch(const AnswerIndex& values, std::int64_t brick, Visitor&& visit) {
  for (const char* which : {"cumulative", "interval"}) {
    const std::string key = fmt::format("{}-{}", brick, which);
    if (values.has(key)) visit(Stretch(values, brick, values.number(key)));
  }
}

const char* outcome_of_clearing(const AnswerIndex& values, std::int64_t brick) {
  return values.number(fmt::format("{}-stats-cleared", brick)) != 0 ? "Cleared stats." : "Failed to clear stats.";
}

}  // namespace

void print_profile(Console& console, const Dictionary& answer) {
  const AnswerIndex values(answer);
  const bool clears = values.number("info-op") == profile_info::clear;
  for_each_brick(values, [&](std::int64_t brick, const std::string& name) {
    const std::string title = fmt::format("{}{}", values.has("nfs") ? "NFS Server : " : "Brick: ", name);
    console.out(title);
    console.out(std::string(title.size(), '-'));
    if (clears) return console.out(outcome_of_clearing(values, brick));
    for_each_stretch(values, brick, [&console](const Stretch& stretch) { print_stretch(console, stretch); });
  });
}

void write_profile(Xml& xml, const Dictionary& answer) {
  const AnswerIndex values(answer);
  const bool clears = values.number("info-op") == profile_info::clear;
  for_each_brick(values, [&](std::int64_t brick, const std::string& name) {
    xml.open("brick");
    xml.element("brickName", name);
    if (clears) xml.element("clearStats", outcome_of_clearing(values, brick));
    if (!clears) for_each_stretch(values, brick, [&xml](const Stretch& stretch) { write_stretch(xml, stretch); });
    xml.close();
  });
}

}  // namespace mortar::command
