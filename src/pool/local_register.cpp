#include "pool/local_register.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/event.h"
#include "base/log.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace mortar {

namespace {

constexpr std::string_view magic = "mortar-register-1";

std::string sealed(const Document& document) {
  return fmt::format("{} {} {} {:016x}\n{}", magic, document.version, document.text.size(),
                     XXH64(document.text.data(), document.text.size(), document.version), document.text);
}

template <class Number>
bool take_number(std::string_view& line, Number& value, int base) {
  if (line.empty() || line.front() != ' ') return false;
  line.remove_prefix(1);
  auto [end, problem] = std::from_chars(line.data(), line.data() + line.size(), value, base);
  line.remove_prefix(static_cast<std::size_t>(end - line.data()));
  return problem == std::errc();
}

// Nothing unless the file is whole.
std::optional<Document> unsealed(std::string_view content) {
  const std::size_t end = content.find('\n');
  if (end == std::string_view::npos || !content.starts_with(magic)) return std::nullopt;
  std::string_view line = content.substr(magic.size(), end - magic.size());
  Document document;
  std::uint64_t size = 0;
  std::uint64_t checksum = 0;
  if (!take_number(line, document.version, 10) || !take_number(line, size, 10) || !take_number(line, checksum, 16)) {
    return std::nullopt;
  }
  std::string_view text = content.substr(end + 1);
  if (!line.empty() || text.size() != size || XXH64(text.data(), text.size(), document.version) != checksum) {
    return std::nullopt;
  }
  document.text = text;
  return document;
}

}  // namespace

LocalRegister::LocalRegister(World& world, std::string folder, Document document)
    : world_(world), folder_(std::move(folder)), document_(std::move(document)) {}

std::string LocalRegister::slot_in(std::string_view folder, std::uint64_t version) {
  return fmt::format("{}/document.{}", folder, version % 2);
}

bool LocalRegister::exists(World& world, std::string_view folder) {
  return std::ranges::any_of(std::array<std::uint64_t, 2>{0, 1}, [&](std::uint64_t which) {
    Result<FileStatus> status = world.files().status(FileSystem::no_directory, slot_in(folder, which));
    return status || status.error().number() != ENOENT;
  });
}

Result<std::unique_ptr<LocalRegister>> LocalRegister::open(World& world, std::string folder) {
  if (Result<Done> made = world.files().make_directories(folder, 0700); !made) return std::unexpected(made.error());
  std::unique_ptr<LocalRegister> opened(new LocalRegister(world, std::move(folder), {}));
  std::string& damage = opened->damage_;
  for (std::uint64_t which : {0, 1}) {
    const std::string path = opened->slot(which);
    Result<std::string> content = world.files().read_file(path);
    if (!content && content.error().number() == ENOENT) continue;
    std::optional<Document> document;
    if (content) document = unsealed(*content);
    if (!document) {
      damage += fmt::format("{}{} is damaged ({})", damage.empty() ? "" : ", ", path,
                            content ? "its checksum is wrong" : content.error().sentence());
    } else if (document->version > opened->document_.version) {
      opened->document_ = std::move(*document);
    }
  }
  if (damage.empty()) return opened;
  if (opened->document_.version == 0) {
    return failed(EIO, fmt::format("no whole copy of the pool's configuration in {}: {}; put one back from a backup",
                                   opened->folder_, damage));
  }
  damage += fmt::format(
      ": version {} of the configuration counts, a change made after it is lost; the next change "
      "writes the file anew",
      opened->document_.version);
  log::error("pool", "{}", damage);
  return opened;
}

Task<Document> LocalRegister::read() { co_return document_; }

Task<std::uint64_t> LocalRegister::swap(std::uint64_t expected, std::string text) {
  if (expected != document_.version) co_return failed(EAGAIN, "the configuration was changed meanwhile");
  co_await tried(keep(Document{expected + 1, std::move(text)}));
  co_return document_.version;
}

Result<Done> LocalRegister::keep(Document document) {
  if (document.version <= document_.version) return done;
  // The slot of the version before the last: the last one stays whole if this write is torn.
  const Result<Done> written = world_.files().write_file(slot(document.version), sealed(document));
  if (!written) return written;
  // It is the other one that is damaged.
  if (slot(document.version) != slot(document_.version)) damage_.clear();
  document_ = std::move(document);
  waiting_.move_to(ready_queue());
  return done;
}

Task<Document> LocalRegister::watch(std::uint64_t after) {
  while (document_.version <= after) {
    co_await Queued(waiting_);
  }
  co_return document_;
}

}  // namespace mortar
