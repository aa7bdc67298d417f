#include "translator/volfile.h"

#include <fmt/format.h>

#include <algorithm>

namespace mortar {

namespace {

constexpr std::size_t largest_text = 16 << 20;
constexpr std::size_t most_sections = 65536;

// Words of the text with their lines.
class Words {
 public:
  explicit Words(std::string_view text) : text_(text) {}

  std::size_t line() const { return line_; }

  // Nothing at the end of the text; an error for an open quote or a back-quote.
  Result<std::optional<std::string>> next() {
    skip_blanks();
    if (at_ == text_.size()) return std::optional<std::string>();
    if (text_[at_] == '"') return quoted();
    if (text_[at_] == '`') return error("the output of a command is not a value here");
    const std::size_t end = std::min(text_.find_first_of(" \t\r\n", at_), text_.size());
    std::string word(text_.substr(at_, end - at_));
    at_ = end;
    return std::optional(std::move(word));
  }

  // Whether another word stands on this line.
  bool more_on_line() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r')) ++at_;
    return at_ < text_.size() && text_[at_] != '\n' && text_[at_] != '#';
  }

  bool is_quoted_next() {
    skip_blanks();
    return at_ < text_.size() && text_[at_] == '"';
  }

  std::unexpected<Error> error(std::string_view what) const {
    return failed(EINVAL, fmt::format("volfile line {}: {}", line_, what));
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size()) {
      const char letter = text_[at_];
      if (letter == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (letter == '\n') {
        ++line_;
        ++at_;
      } else if (letter == ' ' || letter == '\t' || letter == '\r') {
        ++at_;
      } else {
        return;
      }
    }
  }

  Result<std::optional<std::string>> quoted() {
    std::string value;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      if (text_[at_] == '\n') ++line_;
      value += text_[at_];
    }
    if (at_ == text_.size()) return error("a quoted value does not end");
    ++at_;
    return std::optional(std::move(value));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

Result<std::string> value(Words& words, std::string_view what) {
  Result<std::optional<std::string>> next = words.next();
  if (!next) return std::unexpected(next.error());
  if (!*next) return words.error(fmt::format("{} is missing", what));
  return **next;
}

// Only values stand in quotes.
Result<std::string> word(Words& words, std::string_view what) {
  if (words.is_quoted_next()) return words.error(fmt::format("{} stands in quotes", what));
  return value(words, what);
}

Result<Done> parse_line(Words& words, const std::string& keyword, VolumeSection& section, const Volfile& volfile) {
  if (keyword == "type") {
    Result<std::string> type = word(words, "the type");
    if (!type) return std::unexpected(type.error());
    section.type = *type;
  } else if (keyword == "option") {
    Result<std::string> key = word(words, "the option's name");
    if (!key) return std::unexpected(key.error());
    Result<std::string> set = words.more_on_line() ? value(words, "the value") : Result<std::string>("");
    if (!set) return std::unexpected(set.error());
    section.set_option(*key, *set);
  } else if (keyword == "subvolumes") {
    while (words.more_on_line()) {
      Result<std::string> name = word(words, "a subvolume");
      if (!name) return std::unexpected(name.error());
      if (volfile.find(*name) == nullptr) return words.error(fmt::format("volume {} is not defined before", *name));
      section.subvolumes.push_back(*name);
    }
  } else {
    return words.error(fmt::format("unknown word {}", keyword));
  }
  return done;
}

Result<VolumeSection> parse_section(Words& words, const Volfile& volfile) {
  Result<std::string> name = word(words, "the volume's name");
  if (!name) return std::unexpected(name.error());
  if (volfile.find(*name) != nullptr) return words.error(fmt::format("volume {} is defined twice", *name));
  VolumeSection section;
  section.name = *name;
  while (true) {
    Result<std::string> keyword = word(words, "end-volume");
    if (!keyword) return std::unexpected(keyword.error());
    if (*keyword == "end-volume") break;
    Result<Done> line = parse_line(words, *keyword, section, volfile);
    if (!line) return std::unexpected(line.error());
  }
  if (section.type.empty()) return words.error(fmt::format("volume {} has no type", section.name));
  return section;
}

bool needs_quotes(std::string_view value) {
  return value.empty() || value.find_first_of(" \t\r\n\"#`") != std::string_view::npos;
}

}  // namespace

std::optional<std::string_view> VolumeSection::option(std::string_view key) const {
  auto place = std::ranges::find(options, key, &std::pair<std::string, std::string>::first);
  if (place == options.end()) return std::nullopt;
  return place->second;
}

void VolumeSection::set_option(std::string_view key, std::string_view value) {
  auto place = std::ranges::find(options, key, &std::pair<std::string, std::string>::first);
  if (place != options.end()) {
    place->second = value;
  } else {
    options.emplace_back(key, value);
  }
}

const VolumeSection* Volfile::find(std::string_view name) const {
  auto place = std::ranges::find(sections, name, &VolumeSection::name);
  return place == sections.end() ? nullptr : &*place;
}

Result<Volfile> parse_volfile(std::string_view text) {
  if (text.size() > largest_text) return failed(E2BIG, "the volfile is larger than 16 MiB");
  Words words(text);
  Volfile volfile;
  while (true) {
    if (words.is_quoted_next()) return words.error("\"volume\" is expected, not a quoted value");
    Result<std::optional<std::string>> keyword = words.next();
    if (!keyword) return std::unexpected(keyword.error());
    if (!*keyword) break;
    if (**keyword != "volume") return words.error(fmt::format("\"volume\" is expected, not {}", **keyword));
    if (volfile.sections.size() == most_sections) return words.error("too many volumes");
    Result<VolumeSection> section = parse_section(words, volfile);
    if (!section) return std::unexpected(section.error());
    volfile.sections.push_back(std::move(*section));
  }
  if (volfile.sections.empty()) return failed(EINVAL, "the volfile defines no volume");
  return volfile;
}

std::string format_volfile(const Volfile& volfile) {
  std::string text;
  for (const VolumeSection& section : volfile.sections) {
    text += fmt::format("volume {}\n    type {}\n", section.name, section.type);
    for (const auto& [key, value] : section.options) {
      if (needs_quotes(value)) {
        std::string escaped;
        for (char letter : value) {
          if (letter == '"' || letter == '\\') escaped += '\\';
          escaped += letter;
        }
        text += fmt::format("    option {} \"{}\"\n", key, escaped);
      } else {
        text += fmt::format("    option {} {}\n", key, value);
      }
    }
    if (!section.subvolumes.empty()) text += fmt::format("    subvolumes {}\n", fmt::join(section.subvolumes, " "));
    text += "end-volume\n\n";
  }
  if (!text.empty()) text.pop_back();
  return text;
}

}  // namespace mortar
