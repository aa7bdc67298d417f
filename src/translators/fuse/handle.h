// An open file or directory of the mount: what the kernel calls a file handle.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/event.h"
#include "translators/fuse/inode_table.h"
#include "translators/fuse/listing_habit.h"
#include "translators/fuse/mounted_graph.h"
#include "translators/fuse/news.h"

namespace mortar::fuse {

// Entries that were fetched but did not fit into the kernel's buffer. Those with attributes are good only while nothing
// was changed through this mount since: the kernel would believe their old attributes.
struct FetchedEntries {
  std::vector<EntryPlus> entries;  // the next one first
  std::size_t next = 0;
  std::uint64_t offset = 0;  // the position `next` continues from
  bool with_attributes = false;
  std::uint64_t changes = 0;  // Front's count when they were asked for
  Asked asked;
  bool is_last = false;  // nothing follows
  bool empty() const { return next == entries.size(); }
};

// The entries that a reader who goes on will ask for next: fetched while it is busy with those before.
struct EntriesAhead {
  bool with_attributes = false;
  Event settled;
  std::optional<Result<FetchedEntries>> entries;
};

struct Handle {
  std::uint64_t number = 0;
  InodePointer inode;
  std::uint32_t flags = 0;  // open_flag bits
  bool directory = false;
  bool past_the_cache = false;  // the graph wants to be asked for each read and write
  // Where it is open. After a switch of graphs it is opened again on the new one before its next use.
  std::shared_ptr<MountedGraph> graph;
  Fd fd;
  FetchedEntries fetched;
  std::shared_ptr<EntriesAhead> ahead;   // may be null
  ListingHabit::ProbePointer probe;      // of the listing under way; may be null
};

using HandlePointer = std::shared_ptr<Handle>;

}  // namespace mortar::fuse
