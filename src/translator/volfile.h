// A volfile: the text form of a graph, as glusterd writes it and every process reads it.
//
//   volume NAME
//       type CLASS/KIND
//       option KEY VALUE
//       subvolumes NAME...
//   end-volume
//
// A name is defined before it is used; the last volume is the top. Values may stand in double quotes; back-quoted ones
// (a command's output in stock) are refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace mortar {

class VolumeSection {
 public:
  std::string name;
  std::string type;
  std::vector<std::pair<std::string, std::string>> options;  // in the order of the text, keys unique
  std::vector<std::string> subvolumes;

  std::optional<std::string_view> option(std::string_view key) const;
  void set_option(std::string_view key, std::string_view value);
  friend bool operator==(const VolumeSection&, const VolumeSection&) = default;
};

class Volfile {
 public:
  std::vector<VolumeSection> sections;

  const VolumeSection* find(std::string_view name) const;
  const VolumeSection& top() const { return sections.back(); }
  friend bool operator==(const Volfile&, const Volfile&) = default;
};

// At most 16 MiB of text and 65536 sections; the sentence of an error names the line.
Result<Volfile> parse_volfile(std::string_view text);
// In stock's layout: options indented by four blanks, an empty line behind each section.
std::string format_volfile(const Volfile& volfile);

}  // namespace mortar
