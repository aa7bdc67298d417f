#include "translators/distribute/layout_crawl.h"

#include "base/log.h"
#include "translators/distribute/commands.h"
#include "translators/distribute/merge.h"

namespace mortar {

namespace {

constexpr std::uint32_t listing_size = 131072;
constexpr std::uint32_t directory_entry = 4;  // DT_DIR

}  // namespace

LayoutCrawl::LayoutCrawl(Translator& top) : top_(top) { call_.pid = internal_pid::rebalance; }

Task<> LayoutCrawl::run() {
  way_.clear();
  co_await tried(enter({}, {}));
  while (!way_.empty() && !stopped_) {
    Level& level = way_.back();
    if (!level.names.empty()) {
      std::string name = std::move(level.names.back());
      level.names.pop_back();
      co_await tried(enter(level.gfid, std::move(name)));
    } else if (!level.all_read) {
      co_await tried(read_on(level));
    } else {
      co_await tried(leave());
    }
  }
  co_return done;
}

// The lookup makes the copies that subvolumes lack.
Task<> LayoutCrawl::enter(Gfid parent, std::string name) {
  const fop::Lookup lookup{.gfid = parent.is_null() ? root_gfid : Gfid{}, .parent = parent, .name = name};
  const Result<fop::Lookup::Reply> found = co_await top_.perform(call_, lookup);
  if (!found) co_return pass_over("lookup", parent, name, found.error());
  if (!found->iatt.is_directory()) co_return done;
  const fop::Opendir opendir{.gfid = found->iatt.gfid};
  const Result<fop::Opened> opened = co_await top_.perform(call_, opendir);
  if (!opened) co_return pass_over("opendir", parent, name, opened.error());
  way_.push_back({.parent = parent, .name = std::move(name), .gfid = found->iatt.gfid, .fd = opened->fd});
  co_return done;
}

Task<> LayoutCrawl::read_on(Level& level) {
  const fop::Readdirp readdir{.gfid = level.gfid, .fd = level.fd, .offset = level.offset, .size = listing_size};
  Result<fop::Readdirp::Reply> reply = co_await top_.perform(call_, readdir);
  if (!reply) {
    level.all_read = true;
    co_return pass_over("readdir", level.parent, level.name, reply.error());
  }
  std::vector<EntryPlus>& entries = reply->entries.elements;
  level.all_read = entries.empty();
  for (EntryPlus& entry : entries) {
    level.offset = entry.offset;
    if (entry.type != directory_entry || entry.name == "." || entry.name == "..") continue;
    level.names.push_back(std::move(entry.name));
  }
  co_return done;
}

Task<> LayoutCrawl::leave() {
  const Level level = std::move(way_.back());
  way_.pop_back();
  const fop::Releasedir release{.gfid = level.gfid, .fd = level.fd};
  co_await top_.perform(call_, release);
  fop::Setxattr fix{.gfid = level.gfid};
  fix.values.set_text(distribute::fix_layout_key, "yes");
  const Result<fop::Acknowledged> fixed = co_await top_.perform(call_, fix);
  if (!fixed) co_return pass_over("fix-layout", level.parent, level.name, fixed.error());
  ++directories_;
  co_return done;
}

Result<Done> LayoutCrawl::pass_over(std::string_view doing, const Gfid& parent, std::string_view name,
                                    const Error& error) {
  if (error.number() == ENOTCONN) return std::unexpected(error);
  if (is_missing(error)) return done;
  log::error("rebalance", "{} of {} in {}: {}", doing, name, parent.text(), error.sentence());
  ++failures_;
  return done;
}

}  // namespace mortar
