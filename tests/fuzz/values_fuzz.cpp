// What a brick reads from its own disk, where stock, an administrator, a crash or an intruder may have left anything:
// values of extended attributes, texts of handles, names. And what users of a mount write into extended attributes that
// are requests. The first byte chooses the parser.
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/gfid.h"
#include "base/glob.h"
#include "base/name.h"
#include "translators/access_control/access_list.h"
#include "translators/gfid_access/entry_requests.h"
#include "translators/posix/acl_text.h"
#include "translators/posix/gfid2path.h"
#include "translators/posix/glob.h"
#include "translators/posix/handle_store.h"
#include "translators/posix/mdata.h"

namespace mortar {
namespace {

void times(std::string_view value) {
  const std::optional<Times> once = posix::decode_mdata(as_bytes(value));
  if (!once) return;
  const auto bytes = posix::encode_mdata(*once);
  check(posix::decode_mdata(bytes) == once, "times are stable");
}

void directory_handle(std::string_view text) {
  const std::optional<posix::DirectoryName> where = posix::parse_directory_handle(text);
  if (!where) return;
  check(posix::directory_handle_text(*where) == text, "a directory's handle has one form");
  check(Name::make(where->name).has_value(), "a handle names one entry");
}

void recorded_name(std::string_view value) {
  const std::optional<posix::RecordedName> record = posix::parse_name_record(value);
  if (record) check(posix::name_record(record->parent, record->name).value == value, "a record has one form");
}

void access_list(std::string_view value) {
  std::optional<access::AccessList> list = access::AccessList::parse(as_bytes(value));
  if (!list) return;
  const std::optional<access::AccessList> again = access::AccessList::parse(as_bytes(list->bytes()));
  check(again && again->entries() == list->entries(), "a list that was written reads as the same");
  const access::Object object{.uid = 1, .gid = 2, .mode = 0640, .list = &*list};
  for (std::uint32_t uid = 0; uid < 4; ++uid) static_cast<void>(access::permits({.uid = uid, .gid = uid}, object, 7));
  static_cast<void>(list->inherit(0777));
}

void list_as_text(std::string_view value) {
  const std::optional<std::string> text = posix::acl_text(as_bytes(value));
  // A list without entries has no text.
  if (text && !text->empty())
    check(posix::acl_binary(*text).has_value(), "a list that was written as text can be read");
}

void list_from_text(std::string_view text) {
  const std::optional<std::string> binary = posix::acl_binary(text);
  if (binary) check(posix::acl_text(as_bytes(*binary)).has_value(), "a list that was read from text can be written");
}

void patterns(std::string_view both) {
  const std::size_t middle = both.size() / 2;
  static_cast<void>(posix::is_pattern(both));
  static_cast<void>(posix::matches(both.substr(0, middle), both.substr(middle)));
}

void names(std::string_view text) {
  const Result<Name> name = Name::make(text);
  const bool bad = text.empty() || text == "." || text == ".." || text.size() > 255 ||
                   text.find_first_of(std::string_view("/\0", 2)) != std::string_view::npos;
  check(name.has_value() != bad, "exactly the names of one entry are names");
  const std::optional<Gfid> gfid = Gfid::parse(text);
  if (gfid) check(Gfid::parse(gfid->text()) == gfid, "a gfid has a text");
}

void entry_requests(std::string_view value) {
  const Result<gfid_access::NewEntry> entry = gfid_access::read_new_entry(as_bytes(value));
  if (entry) check(Name::make(entry->name).has_value() && !entry->gfid.is_null(), "an entry that can be made");
  const Result<gfid_access::HealRequest> heal = gfid_access::read_heal_request(as_bytes(value));
  if (heal) check(Name::make(heal->name).has_value() && !heal->gfid.is_null(), "an entry that can be healed");
}

}  // namespace
}  // namespace mortar

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mortar;
  constexpr void (*parsers[])(std::string_view) = {times,         directory_handle, recorded_name, access_list,
                                                   list_as_text,  list_from_text,   patterns,      names,
                                                   entry_requests};
  if (size == 0) return 0;
  parsers[data[0] % std::size(parsers)]({reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}
