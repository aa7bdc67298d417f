#include "translators/io_stats/io_stats.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "translators/io_stats/files.h"
#include "wire/messages/callbacks.h"

namespace mortar {

using io_stats::Measures;
using io_stats::Sizes;
using io_stats::Top;

TranslatorMaker IoStats::maker(IoStatsFolders folders) {
  return [folders](World& world, const VolumeSection& section) -> Result<std::unique_ptr<Translator>> {
    // A healer's stands above all sets of copies, and is asked nothing.
    if (section.subvolumes.empty()) {
      return failed(EINVAL, fmt::format("volume {}: {} needs a subvolume", section.name, section.type));
    }
    Result<IoStatsOptions> options = read_options<IoStatsOptions>(section);
    if (!options) return std::unexpected(options.error());
    return std::make_unique<IoStats>(world, section.name, std::move(*options), folders);
  };
}

IoStats::IoStats(World& world, std::string name, IoStatsOptions options, IoStatsFolders folders)
    : Intercept(std::move(name)), world_(world), options_(std::move(options)), folders_(std::move(folders)) {
  begin_again();
}

Task<> IoStats::start() {
  keep_writing();
  return ready<Done>(done);
}

Task<> IoStats::stop() {
  writing_.cancel();
  return writing_.finished();
}

Result<Done> IoStats::reconfigure(const VolumeSection& section) {
  Result<IoStatsOptions> options = read_options<IoStatsOptions>(section);
  if (!options) return std::unexpected(options.error());
  // What nobody counted is no part of the time that was measured.
  if (options->measures() && !options_.measures()) {
    const Moment now = world_.wall_clock();
    if (cumulative_.idle()) cumulative_.since = now;
    if (interval_.idle()) interval_.since = now;
  }
  options_ = std::move(*options);
  keep_writing();
  return done;
}

void IoStats::keep_writing() {
  samples_.choose(options_.sample_interval, options_.most_samples);
  writing_.cancel();
  if (options_.dump_interval.count() != 0 && !folders_.stats.empty()) writing_.start(write_files());
}

Task<> IoStats::write_files() {
  const bool on_brick = options_.on_brick();
  std::string id = on_brick ? options_.unique_id : name();
  std::ranges::replace(id, '/', '_');
  const std::string prefix = (on_brick ? "gluster.brick." : "gluster.") + id;
  const std::string file = (on_brick ? "glusterfsd_" : "glusterfs_") + id;
  std::string last_complaint;
  while (true) {
    co_await world_.sleep(options_.dump_interval);
    const Moment now = world_.wall_clock();
    std::string stats = io_stats::cumulative_json(prefix, cumulative_, {open_files_, most_open_files_}, now) +
                        io_stats::interval_json(prefix, take_interval(), now);
    std::string samples = io_stats::samples_text(id, samples_.take());
    Result<Done> written = co_await write_file(folders_.stats, file + ".dump", std::move(stats));
    if (written) {
      written = co_await write_file(folders_.samples, file + ".samp", std::move(samples));
    }
    const std::string complaint = written ? std::string() : written.error().sentence();
    if (!complaint.empty() && complaint != last_complaint) log::error(name(), "no statistics file: {}", complaint);
    last_complaint = complaint;
  }
}

Task<> IoStats::write_file(std::string folder, std::string file, std::string text) {
  const auto write = [&files = world_.files(), folder, path = folder + "/" + file, text = std::move(text)] {
    const Result<Done> made = files.make_directories(folder);
    return made ? files.write_file(path, text) : made;
  };
  const Result<Done> written = co_await tried(world_.off_loop(write));
  co_return written;
}

void IoStats::sample(const Call& call, const char* urgency, const char* operation, Duration took) {
  samples_.add({.at = world_.wall_clock(),
                .urgency = urgency,
                .operation = operation,
                .microseconds = std::chrono::duration_cast<std::chrono::microseconds>(took).count(),
                .uid = call.uid,
                .gid = call.gid,
                .host = call.client ? call.client->host : std::string()});
}

io_stats::Measures IoStats::take_interval() {
  ++intervals_;
  Measures taken = std::exchange(interval_, Measures{});
  interval_.since = world_.wall_clock();
  return taken;
}

void IoStats::begin_again() {
  cumulative_ = Measures{};
  interval_ = Measures{};
  intervals_ = 0;
  cumulative_.since = interval_.since = world_.wall_clock();
}

void IoStats::count(std::size_t operation, Took took) {
  for (Measures* measures : {&cumulative_, &interval_}) {
    io_stats::OperationMeasure& measure = measures->operations[operation];
    ++measure.hits;
    if (took) measure.took(*took);
  }
}

void IoStats::count_notice(std::size_t what) {
  ++cumulative_.notices[what];
  ++interval_.notices[what];
}

void IoStats::moved(Sizes Measures::* which, Top speed, const Gfid& gfid, std::size_t bytes, Took took) {
  if (!options_.measures()) return;
  (cumulative_.*which).add(bytes);
  (interval_.*which).add(bytes);
  if (!took || !options_.on_brick()) return;
  const auto nanoseconds = static_cast<std::uint64_t>(std::max<Duration::rep>(took->count(), 1));
  files_.speed(speed, gfid, bytes * 1000 / nanoseconds, world_.wall_clock());
}

void IoStats::file_opened() {
  if (++open_files_ <= most_open_files_) return;
  most_open_files_ = open_files_;
  most_open_at_ = world_.wall_clock();
}

void IoStats::file_closed() {
  if (open_files_ != 0) --open_files_;
}

void IoStats::notified(const Notice& notice, Translator&) {
  if (options_.counts_operations) {
    if (const auto* invalidation = std::get_if<notice::CacheInvalidation>(&notice)) {
      using namespace invalidate;
      struct Kind {
        std::uint32_t flags;
        std::size_t what;
      };
      constexpr std::uint32_t attribute_flags = links | mode | owner | size | times | access_time | permission;
      constexpr Kind kinds[]{{xattr_set | xattr_removed, fop::told::xattrs},
                             {attribute_flags, fop::told::attributes},
                             {invalidate::rename, fop::told::rename},
                             {invalidate::forget, fop::told::forget},
                             {invalidate::links, fop::told::links}};
      count_notice(fop::told::all);
      for (const Kind& kind : kinds) {
        if ((invalidation->flags & kind.flags) != 0) count_notice(kind.what);
      }
    } else if (std::holds_alternative<notice::RecallLease>(notice)) {
      count_notice(fop::told::all);
      count_notice(fop::told::lease);
    }
  }
  raise(notice);
}

void IoStats::dump_state(std::string& out) const {
  if (!options_.measures()) return;
  const auto part = [&out, this](const char* which, const Measures& measures) {
    out += fmt::format("{0}.data_read={1}\n{0}.data_written={2}\n", which, measures.reads.bytes, measures.writes.bytes);
    constexpr auto names = fop::counted_names();
    for (std::size_t number = 0; number < names.size(); ++number) {
      const io_stats::OperationMeasure& one = measures.operations[number];
      if (one.hits == 0) continue;
      out += fmt::format("{}.{}.{}={},{},{:.3f},{:.3f},{:.3f}\n", name(), which, names[number], one.hits, one.total,
                         static_cast<double>(one.least), static_cast<double>(one.most), one.average());
    }
  };
  part("cumulative", cumulative_);
  part("incremental", interval_);
}

}  // namespace mortar
