#include "capture.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>

#include "wire/record_reader.h"

namespace mortar {

namespace {

constexpr std::size_t largest_record = std::size_t{128} << 20;
constexpr std::uint8_t flag_syn = 2;
constexpr std::uint8_t protocol_tcp = 6;
constexpr std::uint32_t link_ethernet = 1;

struct Segment {
  std::string from;
  std::string to;
  std::uint32_t sequence = 0;
  bool opens = false;
  std::string_view data;
};

std::uint32_t little(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t index = 4; index-- > 0;) value = value << 8 | static_cast<std::uint8_t>(bytes.at(at + index));
  return value;
}

std::uint32_t big(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t index = 0; index < size; ++index)
    value = value << 8 | static_cast<std::uint8_t>(bytes.at(at + index));
  return value;
}

std::string address(std::string_view packet, std::size_t at, std::uint32_t port) {
  const auto part = [&](std::size_t index) { return big(packet, at + index, 1); };
  return fmt::format("{}.{}.{}.{}:{}", part(0), part(1), part(2), part(3), port);
}

std::optional<Segment> parse_packet(std::string_view frame) {
  constexpr std::size_t ethernet_header = 14;
  std::string_view packet = frame.substr(ethernet_header);
  if (big(packet, 0, 1) >> 4 != 4 || big(packet, 9, 1) != protocol_tcp) return std::nullopt;
  const std::size_t header = (big(packet, 0, 1) & 15) * 4;
  const std::size_t total = big(packet, 2, 2);
  std::string_view tcp = packet.substr(header, total - header);
  return Segment{.from = address(packet, 12, big(tcp, 0, 2)),
                 .to = address(packet, 16, big(tcp, 2, 2)),
                 .sequence = big(tcp, 4, 4),
                 .opens = (big(tcp, 13, 1) & flag_syn) != 0,
                 .data = tcp.substr((big(tcp, 12, 1) >> 4) * 4)};
}

// One direction of a connection.
class Flow {
 public:
  explicit Flow(std::uint32_t next) : next_(next) {}

  Result<std::vector<Slice>> add(std::uint32_t sequence, std::string_view data) {
    std::string& waiting = waiting_[sequence];
    if (data.size() > waiting.size()) waiting = data;
    std::vector<Slice> records;
    for (auto place = waiting_.begin(); place != waiting_.end();) {
      const auto ahead = static_cast<std::int32_t>(place->first - next_);
      if (ahead > 0) {
        ++place;
        continue;
      }
      std::string_view fresh = place->second;
      fresh.remove_prefix(std::min(fresh.size(), static_cast<std::size_t>(-std::int64_t{ahead})));
      next_ += static_cast<std::uint32_t>(fresh.size());
      Result<Done> fed = feed(fresh, records);
      if (!fed) return std::unexpected(fed.error());
      waiting_.erase(place);
      place = waiting_.begin();
    }
    return records;
  }

  bool complete() const { return waiting_.empty() && reader_->idle(); }

 private:
  Result<Done> feed(std::string_view bytes, std::vector<Slice>& records) {
    while (!bytes.empty()) {
      std::span<std::byte> space = reader_->space();
      const std::size_t size = std::min(space.size(), bytes.size());
      std::memcpy(space.data(), bytes.data(), size);
      bytes.remove_prefix(size);
      reader_->filled(size);
      for (;;) {
        Result<std::optional<Slice>> record = reader_->next();
        if (!record) return std::unexpected(record.error());
        if (!*record) break;
        records.push_back(std::move(**record));
      }
    }
    return done;
  }

  std::uint32_t next_;
  std::map<std::uint32_t, std::string> waiting_;
  std::unique_ptr<RecordReader> reader_ = std::make_unique<RecordReader>(largest_record);
};

class Reassembly {
 public:
  Result<Done> add(const Segment& segment) {
    const auto key = std::pair(segment.from, segment.to);
    if (segment.opens) {
      close(key);
      flows_.emplace(key, Flow(segment.sequence + 1));
      return done;
    }
    if (segment.data.empty()) return done;
    Flow& flow = flows_.try_emplace(key, segment.sequence).first->second;
    Result<std::vector<Slice>> records = flow.add(segment.sequence, segment.data);
    if (!records) return std::unexpected(records.error());
    for (Slice& record : *records) {
      capture_.records.push_back({segment.from, segment.to, std::move(record)});
    }
    return done;
  }

  Capture finish() {
    while (!flows_.empty()) close(flows_.begin()->first);
    return std::move(capture_);
  }

 private:
  void close(const std::pair<std::string, std::string>& key) {
    auto flow = flows_.find(key);
    if (flow == flows_.end()) return;
    if (!flow->second.complete()) ++capture_.incomplete;
    flows_.erase(flow);
  }

  Capture capture_;
  std::map<std::pair<std::string, std::string>, Flow> flows_;
};

}  // namespace

Result<Capture> read_capture(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  constexpr std::size_t file_header = 24;
  constexpr std::size_t packet_header = 16;
  constexpr std::uint32_t magic = 0xa1b2c3d4;
  if (bytes.size() < file_header || little(bytes, 0) != magic || (little(bytes, 20) & 0xffff) != link_ethernet) {
    return failed(EINVAL, path + " is not a packet capture of Ethernet");
  }
  Reassembly reassembly;
  std::size_t at = file_header;
  while (at + packet_header <= bytes.size()) {
    const std::size_t size = little(bytes, at + 8);
    at += packet_header;
    if (std::optional<Segment> segment = parse_packet(std::string_view(bytes).substr(at, size))) {
      Result<Done> added = reassembly.add(*segment);
      if (!added) return std::unexpected(added.error());
    }
    at += size;
  }
  return reassembly.finish();
}

}  // namespace mortar
