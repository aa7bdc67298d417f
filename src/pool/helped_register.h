// The register of a voter. Its own part of what is kept may be out of order, on a full disk for instance, while the
// others have a majority without it: what it cannot be asked is asked of them. Of a swap only one that was not done.
#pragma once

#include "pool/register.h"

namespace mortar {

class HelpedRegister final : public Register {
 public:
  HelpedRegister(Register& own, Register& others) : own_(own), others_(others) {}

  Task<Document> read() override;
  Task<std::uint64_t> swap(std::uint64_t expected, std::string text) override;
  Task<Document> watch(std::uint64_t after) override;

 private:
  Register& own_;
  Register& others_;
};

}  // namespace mortar
