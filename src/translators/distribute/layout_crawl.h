// Walks all directories of a volume and has the names of each spread over all its subvolumes: what `rebalance
// fix-layout` does. Files stay where they are.
//
//   LayoutCrawl crawl(graph.top());
//   Result<Done> ended = co_await crawl.run();
//
// A directory comes after those that are in it: each of these is shown by the subvolume that its name hashes to, so it
// must be there by the time its name does. A crawl that was cut off leaves nothing half done, and the next one passes
// quickly over what is in order.
#pragma once

#include <vector>

#include "translator/translator.h"

namespace mortar {

class LayoutCrawl {
 public:
  // `top` outlives this: the top of a graph with distribute in it.
  explicit LayoutCrawl(Translator& top);

  // ENOTCONN where a subvolume is away, without which no layout can be made. What fails at one directory is counted and
  // told to the log, and the crawl goes on.
  Task<> run();

  // It ends at the next directory, as if it had been cut off there.
  void stop() { stopped_ = true; }

  std::uint64_t directories() const { return directories_; }  // in order so far
  std::uint64_t failures() const { return failures_; }

 private:
  // One that is being walked through, and of those below it that are still to come the ones that were read.
  struct Level {
    Gfid parent;  // null for the root
    std::string name;
    Gfid gfid;
    Fd fd;
    std::uint64_t offset = 0;
    bool all_read = false;
    std::vector<std::string> names;
  };

  Task<> enter(Gfid parent, std::string name);
  // Reads on, where there is anything left.
  Task<> read_on(Level& level);
  Task<> leave();
  // What an error means for the crawl: one of a directory that is gone nothing, others are counted.
  Result<Done> pass_over(std::string_view doing, const Gfid& parent, std::string_view name, const Error& error);

  Translator& top_;
  Call call_;
  std::vector<Level> way_;  // from the root down
  bool stopped_ = false;
  std::uint64_t directories_ = 0;
  std::uint64_t failures_ = 0;
};

}  // namespace mortar
