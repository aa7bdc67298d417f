// Making the content of files alike, block by block: what is equal by its checksum is not sent, and holes stay holes.
// Users go on: of a large file only the block that is being copied is locked.
#pragma once

#include "translators/replicate/heal_metadata.h"

namespace mortar::replicate {

class ContentHealer {
 public:
  // Both outlive this.
  ContentHealer(Healing& healing, MetadataHealer& metadata)
      : healing_(healing), volume_(healing.volume()), metadata_(metadata) {}

  Task<HealReport> heal(Gfid gfid);

 private:
  struct Job {
    Gfid gfid;
    Testimony testimony;
    Direction direction;
    std::uint64_t size = 0;
    Copies sinks;        // that content is copied to; less as they fail
    Copies empty_sinks;  // of those: had nothing before, so there is nothing to compare
    std::vector<Fd> fds;
    HealReport report;
  };

  Task<HealReport> heal_alone(Gfid gfid, const Locked& mine);
  // Nothing where the report is all there is to say.
  Task<std::unique_ptr<Job>> begin(Gfid gfid, const Locked& locked, HealReport& report);
  Task<> open(Job& job);
  Task<> close(Job& job);
  Task<> cut(Job& job, const Locked& locked);
  // `locked`: as a whole; null: each block is locked in its turn.
  Task<> copy_all(Job& job, const Locked* locked);
  // EAGAIN where the source is none any more.
  Task<> check_source(Job& job, const Locked& locked);
  Task<> copy_locked(Job& job, LockedThing block, std::uint32_t size);
  Task<> begin_copying(Job& job, bool is_small, const Locked& locked);
  Task<> end_unless_changed(Job& job, const Locked& locked);
  Task<> copy_block(Job& job, std::uint64_t offset, std::uint32_t size, const Locked& locked);
  Task<Copies> that_differ(Job& job, std::uint64_t offset, std::uint32_t size);
  // Where the next byte is that is not in a hole.
  Task<std::uint64_t> next_data(Job& job, std::uint64_t offset);
  Task<> end(Job& job, const Locked& locked);
  // Copies that are away while it is decided what counts of changes that came to no end: one may have done these, or
  // not, and whoever reads it meanwhile sees what was decided.
  Copies away_from_decision(const Job& job) const;
  void give_up(Job& job, Copy sink, const Error& error);

  Healing& healing_;
  Volume& volume_;
  MetadataHealer& metadata_;
};

}  // namespace mortar::replicate
