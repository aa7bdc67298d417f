#include "wire/describe.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace mortar::describing {

namespace {

constexpr std::size_t longest_text = 120;
constexpr std::size_t longest_hex = 32;
constexpr std::size_t most_pairs = 64;

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

void put_moment(std::string& line, const Moment& moment) {
  fmt::format_to(std::back_inserter(line), "{}.{:09}", moment.seconds, moment.nanoseconds);
}

// Text in quotes where it is text (a NUL at its end is left out), else hexadecimal.
void put_bytes(std::string& line, Bytes bytes) {
  std::string_view text = as_text(bytes);
  if (text.ends_with('\0')) text.remove_suffix(1);
  if (!is_printable(text)) return put_hex(line, bytes);
  line += '"';
  line += text.substr(0, longest_text);
  line += text.size() > longest_text ? "\"..." : "\"";
}

struct PutValue {
  std::string& line;
  void operator()(const Untyped& value) const { put_bytes(line, value.value.bytes()); }
  void operator()(double value) const { fmt::format_to(std::back_inserter(line), "{}", value); }
  void operator()(const Text& text) const { put_bytes(line, as_bytes(text.value)); }
  void operator()(const Times& times) const {
    line += '{';
    put_moment(line, times.accessed);
    line += ' ';
    put_moment(line, times.modified);
    line += ' ';
    put_moment(line, times.changed);
    line += '}';
  }
  void operator()(const auto& value) const { put(line, value); }
};

}  // namespace

void put(std::string& line, std::int64_t value) { line += std::to_string(value); }
void put(std::string& line, std::uint64_t value) { line += std::to_string(value); }
void put(std::string& line, const std::string& text) { put_bytes(line, as_bytes(text)); }
void put(std::string& line, const Slice& bytes) { put_bytes(line, bytes.bytes()); }
void put(std::string& line, const Payload& payload) {
  fmt::format_to(std::back_inserter(line), "<{} bytes>", payload.bytes.size());
}
void put(std::string& line, const Gfid& gfid) { line += gfid.text(); }
void put(std::string& line, const Fd& fd) { put(line, fd.remote); }

void put_hex(std::string& line, Bytes bytes) {
  line += "0x";
  for (std::byte byte : bytes.first(std::min(bytes.size(), longest_hex))) {
    fmt::format_to(std::back_inserter(line), "{:02x}", std::to_integer<unsigned>(byte));
  }
  if (bytes.size() > longest_hex) fmt::format_to(std::back_inserter(line), "...({} bytes)", bytes.size());
}

void put(std::string& line, const Iatt& iatt) {
  if (iatt == Iatt{}) {
    line += "{}";
    return;
  }
  fmt::format_to(std::back_inserter(line),
                 "{{{} mode={:o} links={} uid={} gid={} size={} blocks={} mtime=", iatt.gfid.text(), iatt.mode,
                 iatt.links, iatt.uid, iatt.gid, iatt.size, iatt.blocks);
  put_moment(line, iatt.modified);
  line += '}';
}

void put(std::string& line, const Dictionary& dictionary) {
  if (!dictionary.present()) {
    line += "none";
    return;
  }
  line += '{';
  std::size_t shown = 0;
  for (const auto& [key, value] : dictionary) {
    if (shown != 0) line += ", ";
    if (++shown > most_pairs) {
      line += "...";
      break;
    }
    line += key;
    line += '=';
    std::visit(PutValue{line}, value);
  }
  line += '}';
}

void put(std::string& line, const LegacyDictionary& dictionary) { put(line, dictionary.dictionary); }

}  // namespace mortar::describing
