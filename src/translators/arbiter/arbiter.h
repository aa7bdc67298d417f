// features/arbiter: the brick that says of two copies which one is right, and keeps none itself. It has all names,
// attributes and counters; its files are empty. What changes data is answered as if it had been done, so that the
// counters around it mean the same as on the other copies; what reads data is refused, as nobody may take emptiness for
// the file's content.
#pragma once

#include <memory>

#include "runtime/world.h"
#include "translator/graph.h"

namespace mortar {

class Arbiter : public PassOn {
 public:
  using PassOn::PassOn;
  using PassOn::perform;
  static Result<std::unique_ptr<Translator>> make(World& world, const VolumeSection& section);

  Task<fop::Write::Reply> perform(const Call& call, const fop::Write& write) override;
  Task<fop::Truncate::Reply> perform(const Call& call, const fop::Truncate& truncate) override;
  Task<fop::Ftruncate::Reply> perform(const Call& call, const fop::Ftruncate& truncate) override;
  Task<fop::Fallocate::Reply> perform(const Call& call, const fop::Fallocate& allocate) override;
  Task<fop::Discard::Reply> perform(const Call& call, const fop::Discard& discard) override;
  Task<fop::Zerofill::Reply> perform(const Call& call, const fop::Zerofill& fill) override;

  Task<fop::Read::Reply> perform(const Call& call, const fop::Read& read) override;
  Task<fop::Seek::Reply> perform(const Call& call, const fop::Seek& seek) override;
};

}  // namespace mortar
