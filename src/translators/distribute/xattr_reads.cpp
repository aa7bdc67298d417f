#include "translators/distribute/xattr_reads.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <tuple>

#include "translators/distribute/merge.h"

namespace mortar::distribute {

namespace {

constexpr std::string_view real_name_prefix = "glusterfs.get_real_filename:";
constexpr std::string_view hashed_prefix = "dht.file.hashed-subvol.";
constexpr std::string_view status_prefix = "dht.subvol.status";

bool is_path_information(std::string_view key) {
  return key == "trusted.glusterfs.pathinfo" || key == "glusterfs.pathinfo";
}
bool is_node(std::string_view key) { return key == "trusted.glusterfs.node-uuid"; }
// Each subvolume of a directory tells its own.
bool is_gathered(std::string_view key) {
  return is_path_information(key) || is_node(key) || key == "trusted.glusterfs.list-node-uuids";
}

std::string_view asked_name(std::uint32_t name_given, const std::string& name) {
  return name_given == 0 ? std::string_view() : std::string_view(name);
}

fop::Values one_value(std::string_view key, Value value) {
  fop::Values reply;
  reply.values.set(key, std::move(value));
  return reply;
}

}  // namespace

// ---- Files.

Task<fop::Values> XattrReads::on_file(const Call& call, const fop::Getxattr& get, Place place) {
  const std::string_view key = asked_name(get.name_given, get.name);
  if (const std::optional<Result<fop::Values>> own = own_answer(key, nullptr)) co_return *own;
  fop::Values reply = co_await tried(files_.on_file(call, get, place));
  hide_own_xattrs(call, key, reply.values);
  const std::optional<std::string_view> path = reply.values.text(key);
  if (is_path_information(key) && path) {
    co_return one_value(key, Text{fmt::format("(<DISTRIBUTE:{}> {})", volume_.name(), *path)});
  }
  co_return std::move(reply);
}

Task<fop::Values> XattrReads::on_file(const Call& call, const fop::Fgetxattr& get, Place place) {
  fop::Values reply = co_await tried(files_.on_file(call, get, place));
  hide_own_xattrs(call, asked_name(get.name_given, get.name), reply.values);
  co_return std::move(reply);
}

// ---- Directories.

Task<fop::Values> XattrReads::on_directory(const Call& call, const fop::Getxattr& get, DirectoryPointer directory) {
  const std::string_view key = asked_name(get.name_given, get.name);
  if (std::optional<Result<fop::Values>> own = own_answer(key, directory.get())) {
    return ready<fop::Values>(std::move(*own));
  }
  if (key.starts_with(real_name_prefix)) return real_name(call, get);
  if (is_gathered(key)) return gather_texts(call, get, std::move(directory));
  return read_xattrs(call, get, std::move(directory));
}

Task<fop::Values> XattrReads::on_directory(const Call& call, const fop::Fgetxattr& get, DirectoryPointer directory) {
  return read_xattrs(call, get, std::move(directory));
}

template <class Operation>
Task<fop::Values> XattrReads::read_xattrs(const Call& call, const Operation& get, DirectoryPointer directory) {
  const Place speaks = volume_.speaker(*directory);
  Result<fop::Values> reply = co_await descriptors_.at_place(call, get, speaks);
  const bool has_none = !reply && (is_away(reply.error()) || is_missing(reply.error()));
  if (has_none) {
    AnswersOf<Operation> answers = co_await tried(descriptors_.at_each(call, get, volume_.all_places_but(speaks)));
    answers.insert(answers.begin(), std::move(reply));
    const auto found = std::ranges::find_if(answers, &Result<fop::Values>::has_value);
    reply = found != answers.end() ? std::move(*found) : std::unexpected(error_of(answers));
  }
  if (!reply) co_return reply.error();
  hide_own_xattrs(call, asked_name(get.name_given, get.name), reply->values);
  co_return std::move(*reply);
}

void XattrReads::hide_own_xattrs(const Call& call, std::string_view asked, Dictionary& values) const {
  std::vector<std::string> hidden;
  for (const auto& [key, value] : values) {
    const bool of_bricks = key.starts_with("trusted.glusterfs.quota") || key.starts_with("trusted.pgfid");
    const bool own = volume_.keys.has(key) && !(key == volume_.keys.link && key == asked);
    if (own || (of_bricks && !call.is_internal())) hidden.push_back(key);
  }
  for (const std::string& key : hidden) values.erase(key);
}

// ---- Names that are questions to distribute.

std::optional<Result<fop::Values>> XattrReads::own_answer(std::string_view key, const Directory* directory) const {
  if (key.starts_with(status_prefix)) return one_value(key, std::int64_t{volume_.all_up()});
  if (key == volume_.keys.layout || key == volume_.keys.leader) return failed(EOPNOTSUPP);
  if (directory == nullptr || !key.starts_with(hashed_prefix)) return std::nullopt;
  const std::string_view entry = key.substr(hashed_prefix.size());
  if (entry.empty()) return failed(EINVAL);
  const std::optional<Place> place = volume_.hashed_place(*directory, entry);
  if (!place) return failed(ENODATA);
  return one_value(key, Text{volume_.subvolume(*place).name()});
}

// What every subvolume says, in one text; of a directory's path also how its names are spread.
Task<fop::Values> XattrReads::gather_texts(const Call& call, const fop::Getxattr& get, DirectoryPointer directory) {
  const AnswersOf<fop::Getxattr> answers = co_await tried(on_each(volume_.children(), call, get));
  std::vector<std::string_view> texts;
  for (const Result<fop::Values>& answer : answers) {
    if (!answer && !is_away(answer.error()) && !is_missing(answer.error())) {
      co_return answer.error();
    }
    if (!answer) continue;
    const std::optional<std::string_view> text = answer->values.text(get.name);
    if (text) texts.push_back(*text);
  }
  if (texts.empty()) co_return error_of(answers);
  const std::string all = fmt::format("{}", fmt::join(texts, " "));
  if (!is_path_information(get.name)) co_return one_value(get.name, Text{all});
  co_return one_value(get.name, Text{fmt::format("((<DISTRIBUTE:{}> {}) ({}-layout {}))", volume_.name(), all,
                                                 volume_.name(), layout_text(directory->layout))});
}

// In the order of the ranges, those without one first.
std::string XattrReads::layout_text(const Layout& layout) const {
  std::vector<Place> places = volume_.all_places();
  std::ranges::sort(places, {},
                    [&](Place place) { return std::tuple(layout[place].start, layout[place].stop, place); });
  std::string text;
  for (const Place place : places) {
    if (!text.empty()) text.push_back(' ');
    text += fmt::format("({} {} {})", volume_.subvolume(place).name(), layout[place].start, layout[place].stop);
  }
  return text;
}

// The name of an entry whatever its case: any subvolume may have it. One that is away is left out, as a name that is
// not found is for the caller to make; only bricks that do not know the question spoil the answer of the others.
Task<fop::Values> XattrReads::real_name(const Call& call, const fop::Getxattr& get) {
  AnswersOf<fop::Getxattr> answers = co_await tried(on_each(volume_.children(), call, get));
  std::optional<fop::Values> found;
  for (Result<fop::Values>& answer : answers) {
    if (!answer && answer.error().number() == EOPNOTSUPP) co_return answer.error();
    if (answer && !found) found = std::move(*answer);
  }
  if (!found) co_return failed(ENODATA);
  co_return std::move(*found);
}

}  // namespace mortar::distribute
