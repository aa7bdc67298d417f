#include "translators/io_stats/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>

namespace mortar::io_stats {

namespace {

// The members of one JSON object, in the order in which they are added. Names are made of letters, so none is quoted.
class Members {
 public:
  explicit Members(std::string prefix) : prefix_(std::move(prefix)) {}

  void add(std::string_view key, std::uint64_t number) { add_text(key, fmt::to_string(number)); }
  void add(std::string_view key, double number, int digits = 2) {
    add_text(key, fmt::format("{:.{}f}", number, digits));
  }
  std::string text() const { return fmt::format("{{\n{}\n}}\n", members_); }

 private:
  void add_text(std::string_view key, const std::string& value) {
    fmt::format_to(std::back_inserter(members_), "{}\"{}.{}\": {}", members_.empty() ? "" : ",\n", prefix_, key, value);
  }
  std::string prefix_;
  std::string members_;
};

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char letter) { return std::tolower(letter); });
  return out;
}

// "64kb".
std::string size_name(std::size_t place) {
  constexpr const char* units[] = {"b", "kb", "mb", "gb"};
  return fmt::format("{}{}", 1U << place % 10, units[place / 10]);
}

double microseconds(std::uint64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1000; }

double seconds_since(const Measures& measures, Moment now) {
  const double seconds = static_cast<double>(now.seconds - measures.since.seconds) +
                         (static_cast<double>(now.nanoseconds) - static_cast<double>(measures.since.nanoseconds)) / 1e9;
  return std::max(seconds, 1e-6);
}

// `count` adds one number, as it is or by the second.
template <class Count>
void add_sizes(const Measures& measures, Count&& count) {
  for (std::size_t place = 0; place + 1 < Sizes::places; ++place) {
    count("read_" + size_name(place), measures.reads.counts[place]);
    count("write_" + size_name(place), measures.writes.counts[place]);
  }
}

template <class Count>
void add_operations(const Measures& measures, Members& members, Count&& count) {
  constexpr auto names = fop::counted_names();
  std::uint64_t hits = 0;
  double weighted = 0, averages = 0;
  for (std::size_t number = 0; number < names.size(); ++number) {
    const OperationMeasure& one = measures.operations[number];
    const std::string name = "fop." + lower(names[number]);
    const double average = one.average() / 1000;
    count(name, one.hits);
    members.add(name + ".latency_ave_usec", average);
    members.add(name + ".latency_min_usec", microseconds(one.least));
    members.add(name + ".latency_max_usec", microseconds(one.most));
    hits += one.hits;
    averages += average;
    weighted += static_cast<double>(one.hits) * average;
  }
  if (hits != 0) {
    weighted /= static_cast<double>(hits);
    members.add("fop.weighted_latency_ave_usec_nozerofill", weighted, 4);
  }
  members.add("fop.weighted_latency_ave_usec", weighted, 4);
  members.add("fop.weighted_fop_count", hits);
  members.add("fop.unweighted_latency_ave_usec", averages / static_cast<double>(names.size()), 4);
  for (std::size_t what = 0; what < measures.notices.size(); ++what) {
    count("fop." + lower(fop::told::names[what]), measures.notices[what]);
  }
}

}  // namespace

std::string cumulative_json(const std::string& prefix, const Measures& measures, const OpenFiles& open, Moment now) {
  Members members(prefix + ".aggr");
  add_sizes(measures, [&members](const std::string& key, std::uint64_t number) { members.add(key, number); });
  members.add("fds.open_count", open.now);
  members.add("fds.max_open_count", open.most);
  add_operations(measures, members,
                 [&members](const std::string& key, std::uint64_t number) { members.add(key + ".count", number); });
  members.add("uptime", static_cast<std::uint64_t>(seconds_since(measures, now)));
  members.add("bytes_read", measures.reads.bytes);
  members.add("bytes_written", measures.writes.bytes);
  return members.text();
}

std::string interval_json(const std::string& prefix, const Measures& measures, Moment now) {
  const double seconds = seconds_since(measures, now);
  Members members(prefix + ".inter");
  const auto by_the_second = [&members, seconds](const std::string& key, std::uint64_t number) {
    members.add(key, static_cast<double>(number) / seconds);
  };
  add_sizes(measures, [&](const std::string& key, std::uint64_t number) { by_the_second(key + "_per_sec", number); });
  add_operations(measures, members,
                 [&](const std::string& key, std::uint64_t number) { by_the_second(key + ".per_sec", number); });
  members.add("sample_interval_sec", seconds);
  by_the_second("bytes_read_per_sec", measures.reads.bytes);
  by_the_second("bytes_written_per_sec", measures.writes.bytes);
  return members.text();
}

std::string samples_text(const std::string& name, const std::deque<Sample>& samples) {
  std::string text;
  for (const Sample& sample : samples) {
    const std::size_t colon = sample.host.rfind(':');
    const bool is_known = colon != std::string::npos;
    fmt::format_to(std::back_inserter(text), "{}.{:06},{},{},{},{},N/A,{},{},{},{}\n", sample.at.seconds,
                   sample.at.nanoseconds / 1000, sample.urgency, sample.operation, sample.microseconds, name,
                   sample.uid, sample.gid, is_known ? sample.host.substr(0, colon) : "Unknown",
                   is_known ? sample.host.substr(colon + 1) : "Unknown");
  }
  return text;
}

}  // namespace mortar::io_stats
