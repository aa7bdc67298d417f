// features/selinux: keeps the security context that clients see as "security.selinux" under a name of the volume's own,
// so that the brick's machine does not apply it to the file on the disk.
#pragma once

#include <memory>

#include "translator/graph.h"
#include "translator/translator.h"

namespace mortar {

class Selinux final : public PassOn {
 public:
  static Result<std::unique_ptr<Translator>> make(World& world, const VolumeSection& section);
  Selinux(std::string name, bool on) : PassOn(std::move(name)), on_(on) {}

  Result<Done> reconfigure(const VolumeSection& section) override;

  using PassOn::perform;
  Task<fop::Values> perform(const Call& call, const fop::Getxattr& request) override;
  Task<fop::Values> perform(const Call& call, const fop::Fgetxattr& request) override;
  Task<fop::Acknowledged> perform(const Call& call, const fop::Setxattr& request) override;
  Task<fop::Acknowledged> perform(const Call& call, const fop::Fsetxattr& request) override;

 private:
  template <class Operation>
  Task<fop::Values> read(Call call, Operation request);
  template <class Operation>
  Task<fop::Acknowledged> write(Call call, Operation request);

  bool on_;
};

}  // namespace mortar
