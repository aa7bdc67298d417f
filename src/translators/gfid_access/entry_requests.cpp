#include "translators/gfid_access/entry_requests.h"

#include <optional>
#include <string_view>

#include "base/name.h"

namespace mortar::gfid_access {
namespace {

constexpr std::uint32_t type_bits = 0170000;
constexpr std::uint32_t permission_bits = 07777;
constexpr std::size_t gfid_text_size = 36;
constexpr std::size_t least_new_entry = 53;
constexpr std::size_t least_heal_request = 39;

// Takes from the front; once something is missing, all that follows is missing too.
class Reader {
 public:
  explicit Reader(Bytes bytes) : rest_(reinterpret_cast<const char*>(bytes.data()), bytes.size()) {}

  std::uint32_t number() {
    std::uint32_t number = 0;
    for (const char letter : take(4)) number = number << 8 | static_cast<unsigned char>(letter);
    return number;
  }
  // Up to a NUL, which is taken too.
  std::string_view text() {
    const std::size_t end = rest_.find('\0');
    if (end == std::string_view::npos) {
      fail();
      return {};
    }
    return take(end + 1).substr(0, end);
  }
  // Nothing where it is no gfid.
  std::optional<Gfid> gfid() {
    const std::string_view field = take(gfid_text_size + 1);
    if (field.empty() || field.back() != '\0') return std::nullopt;
    return Gfid::parse(field.substr(0, gfid_text_size));
  }
  bool ended_well() const { return whole_ && rest_.empty(); }

 private:
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) {
      fail();
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  void fail() {
    whole_ = false;
    rest_ = {};
  }

  std::string_view rest_;
  bool whole_ = true;
};

auto malformed() { return failed(ENOMEM, "the request is not of the form it should have"); }

Result<Done> check_entry(const Gfid& gfid, std::string_view name) {
  const Result<Name> checked = Name::make(name);
  if (!checked) return std::unexpected(checked.error());
  if (gfid.is_null() || gfid.is_root() || gfid == directory_gfid) {
    return failed(EINVAL, "no entry can have the identity " + gfid.text());
  }
  return done;
}

}  // namespace

Result<NewEntry> read_new_entry(Bytes bytes) {
  if (bytes.size() < least_new_entry) return malformed();
  Reader reader(bytes);
  NewEntry entry;
  entry.uid = reader.number();
  entry.gid = reader.number();
  const std::optional<Gfid> gfid = reader.gfid();
  entry.type = reader.number() & type_bits;
  entry.name = reader.text();
  if (entry.is_symlink()) {
    entry.target = reader.text();
  } else {
    entry.mode = reader.number() & permission_bits;
    if (!entry.is_directory()) entry.device = reader.number();
    entry.umask = reader.number() & permission_bits;
  }
  if (!gfid || !reader.ended_well()) return malformed();
  const Result<Done> possible = check_entry(*gfid, entry.name);
  if (!possible) return std::unexpected(possible.error());
  entry.gfid = *gfid;
  return entry;
}

Result<HealRequest> read_heal_request(Bytes bytes) {
  if (bytes.size() < least_heal_request) return malformed();
  Reader reader(bytes);
  HealRequest request;
  const std::optional<Gfid> gfid = reader.gfid();
  request.name = reader.text();
  if (!gfid || !reader.ended_well()) return malformed();
  const Result<Done> possible = check_entry(*gfid, request.name);
  if (!possible) return std::unexpected(possible.error());
  request.gfid = *gfid;
  return request;
}

}  // namespace mortar::gfid_access
