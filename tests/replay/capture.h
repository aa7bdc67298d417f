// Reads the RPC records out of a packet capture: classic pcap, Ethernet, IPv4, TCP. Each direction of each connection
// is put together by sequence number and cut into records as a connection would.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace mortar {

struct CapturedRecord {
  std::string from;  // address:port
  std::string to;
  Slice bytes;
};

struct Capture {
  std::vector<CapturedRecord> records;  // in the order in which their last bytes were seen
  std::size_t incomplete = 0;           // directions that end inside a record or miss bytes
};

// EINVAL, with a sentence, for what is not such a file.
Result<Capture> read_capture(const std::string& path);

}  // namespace mortar
