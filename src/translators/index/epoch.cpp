#include "translators/index/epoch.h"

#include <fmt/format.h>

#include <optional>

#include "runtime/damage.h"

namespace mortar::index {

namespace {

constexpr std::size_t text_length = 36;  // of a gfid
constexpr std::size_t longest = 128;

struct Said {
  Gfid epoch;
  Gfid boot;  // null: it is not being served
};

std::optional<Said> parse(std::string_view text) {
  if (text.size() != 2 * text_length + 2 || text[text_length] != ' ' || text.back() != '\n') return std::nullopt;
  const std::optional<Gfid> epoch = Gfid::parse(text.substr(0, text_length));
  const std::optional<Gfid> boot = Gfid::parse(text.substr(text_length + 1, text_length));
  if (!epoch || !boot) return std::nullopt;
  return Said{.epoch = *epoch, .boot = *boot};
}

Result<Done> write(FileSystem& files, const std::string& path, const Said& said) {
  const Result<Done> written = files.write_file(path, fmt::format("{} {}\n", said.epoch.text(), said.boot.text()));
  return written ? written : unusable(written.error(), path, "written");
}

}  // namespace

Result<Gfid> enter_epoch(FileSystem& files, const std::string& path, const Gfid& boot, const Gfid& fresh) {
  const Result<std::string> text = files.read_file(path, longest);
  const bool is_there = text || text.error().number() == EFBIG;
  if (!is_there && text.error().number() != ENOENT) return unusable(text.error(), path);
  const std::optional<Said> said = text ? parse(*text) : std::nullopt;
  const bool has_lost_nothing = said && (said->boot.is_null() || said->boot == boot);
  const Gfid epoch = has_lost_nothing ? said->epoch : fresh;
  if (said && said->epoch == epoch && said->boot == boot) return epoch;
  const Result<Done> written = write(files, path, {.epoch = epoch, .boot = boot});
  if (!written) return std::unexpected(written.error());
  return epoch;
}

Result<Done> leave_epoch(FileSystem& files, const std::string& path, const Gfid& epoch) {
  return write(files, path, {.epoch = epoch, .boot = null_gfid});
}

}  // namespace mortar::index
