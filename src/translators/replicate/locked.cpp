#include "translators/replicate/locked.h"

#include <fmt/format.h>

namespace mortar::replicate {

Locked::Locked(const Volume& volume, Copies copies) : volume_(&volume), copies_(copies) {
  for (const Copy copy : copies.list()) losses_[copy] = volume.losses(copy);
}

void Locked::add(const Locked& others) {
  for (const Copy copy : others.copies_.list()) {
    copies_.add(copy);
    losses_[copy] = others.losses_[copy];
  }
}

Copies Locked::standing() const {
  Copies standing;
  for (const Copy copy : copies_.list()) {
    if (volume_->losses(copy) == losses_[copy]) standing.add(copy);
  }
  return standing;
}

Result<Done> Locked::check() const {
  const Copies lost = copies_ - standing();
  if (lost.empty()) return done;
  return failed(ENOTCONN, fmt::format("its lock went with the connection to {}", volume_->names(lost)));
}

}  // namespace mortar::replicate
