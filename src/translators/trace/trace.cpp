#include "translators/trace/trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <ranges>

#include "base/log.h"
#include "base/moment_text.h"

namespace mortar {

namespace {

// In any case of letters; nothing where there is none of that name.
std::optional<std::size_t> number_of(std::string_view name) {
  constexpr auto names = fop::counted_names();
  const auto same = [name](std::string_view other) {
    return std::ranges::equal(name, other, [](unsigned char one, unsigned char two) {
      return std::toupper(one) == std::toupper(two);
    });
  };
  const auto found = std::ranges::find_if(names, same);
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

}  // namespace

Result<std::unique_ptr<Translator>> Tracer::make(World& world, const VolumeSection& section) {
  if (section.subvolumes.size() != 1) {
    return failed(EINVAL, fmt::format("volume {}: {} stands on one subvolume", section.name, section.type));
  }
  Result<TraceOptions> options = read_options<TraceOptions>(section);
  if (!options) return std::unexpected(options.error());
  return std::make_unique<Tracer>(world, section.name, *options);
}

Tracer::Tracer(World& world, std::string name, const TraceOptions& options)
    : Intercept(std::move(name)), world_(world) {
  use(options);
}

Result<Done> Tracer::reconfigure(const VolumeSection& section) {
  const Result<TraceOptions> options = read_options<TraceOptions>(section);
  if (!options) return std::unexpected(options.error());
  use(*options);
  return done;
}

void Tracer::use(const TraceOptions& options) {
  options_ = options;
  traced_ = chosen(options);
  if (!options_.to_history) history_.clear();
  while (history_.size() > options_.history_size) history_.pop_front();
}

Tracer::Chosen Tracer::chosen(const TraceOptions& options) const {
  const auto named = [this](const std::string& list) {
    Chosen set;
    for (const auto part : std::views::split(list, ',')) {
      const std::string_view word(part.begin(), part.end());
      if (word.empty()) continue;
      const std::optional<std::size_t> number = number_of(word);
      if (number) {
        set.set(*number);
      } else {
        log::warning(name(), "{} is no operation", word);
      }
    }
    return set;
  };
  Chosen all;
  all.set();
  return (options.included.empty() ? all : named(options.included)) & ~named(options.excluded);
}

void Tracer::tell(std::string line) {
  if (options_.to_log) log::info(name(), "{}", line);
  if (!options_.to_history) return;
  history_.push_back({world_.wall_clock(), std::move(line)});
  while (history_.size() > options_.history_size) history_.pop_front();
}

void Tracer::dump_state(std::string& out) const {
  out += fmt::format("log_file={}\nlog_history={}\nhistory_size={}\noperations={}\n", options_.to_log ? 1 : 0,
                     options_.to_history ? 1 : 0, options_.history_size, traced_.count());
}

void Tracer::dump_history(std::string& out) const {
  for (const Line& line : history_) out += fmt::format("TIME={}\nFOP={}\n", fine_text_of(line.at), line.text);
}

}  // namespace mortar
