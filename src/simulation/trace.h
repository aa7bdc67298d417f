// What happened in a run, as a running hash: two runs of one seed must have the same. Where the hashes differ, the
// lines of both, kept on demand, show the first event that did.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace mortar {

class Trace {
 public:
  void note(std::string_view what, std::initializer_list<std::uint64_t> numbers = {}, std::string_view text = {});
  std::uint64_t hash() const { return hash_; }
  std::uint64_t events() const { return events_; }

  void keep_lines() { keeps_lines_ = true; }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  void mix(std::string_view bytes);

  std::uint64_t hash_ = 0xcbf29ce484222325;
  std::uint64_t events_ = 0;
  bool keeps_lines_ = false;
  std::vector<std::string> lines_;
};

}  // namespace mortar
