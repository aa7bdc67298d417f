// The register of a pool of one server: two files in a folder of their own, written in turn, so that the last document
// and the one before are both whole whatever moment the machine stops. Each carries its version and a checksum.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/schedule.h"
#include "pool/register.h"
#include "runtime/world.h"

namespace mortar {

class LocalRegister final : public Register {
 public:
  // The folder is made where it is missing. EIO where files are there but none of them is whole: starting empty would
  // lose a pool.
  static Result<std::unique_ptr<LocalRegister>> open(World& world, std::string folder);
  // Whether a document was ever kept in the folder; nothing is made.
  static bool exists(World& world, std::string_view folder);

  Task<Document> read() override;
  Task<std::uint64_t> swap(std::uint64_t expected, std::string text) override;
  Task<Document> watch(std::uint64_t after) override;
  // Which of the two files is not whole, until it is written again; empty: none.
  const std::string& damage() const { return damage_; }
  // Puts a document with the version it has elsewhere; nothing where it is not newer.
  Result<Done> keep(Document document);

 private:
  LocalRegister(World& world, std::string folder, Document document);
  std::string slot(std::uint64_t version) const { return slot_in(folder_, version); }
  static std::string slot_in(std::string_view folder, std::uint64_t version);

  World& world_;
  std::string folder_;
  Document document_;
  std::string damage_;
  WaitList waiting_;
};

}  // namespace mortar
