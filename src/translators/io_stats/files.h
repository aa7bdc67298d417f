// What is written into files at each interval: all that was counted, as one JSON object for the whole time and one for
// the interval, and the samples, a line each. Keys and columns are stock's.
#pragma once

#include <deque>
#include <string>

#include "translators/io_stats/measures.h"
#include "translators/io_stats/samples.h"

namespace mortar::io_stats {

struct OpenFiles {
  std::uint64_t now = 0;
  std::uint64_t most = 0;
};

// `prefix`: of the keys, "gluster.brick.NAME" or "gluster.NAME".
std::string cumulative_json(const std::string& prefix, const Measures& measures, const OpenFiles& open, Moment now);
std::string interval_json(const std::string& prefix, const Measures& measures, Moment now);
// TIME,URGENCY,OPERATION,MICROSECONDS,NAME,N/A,UID,GID,ADDRESS,PORT
std::string samples_text(const std::string& name, const std::deque<Sample>& samples);

}  // namespace mortar::io_stats
