// Tells whoever wants to know what happens on this server: writes it down in events.log, and hands it over for delivery
// to each webhook of the pool.
#pragma once

#include "management/events/delivery.h"
#include "management/peers/membership.h"
#include "management/places.h"
#include "wire/events.h"

namespace mortar {

class Announcer {
 public:
  Announcer(World& world, const Places& places, Membership& membership)
      : world_(world), places_(places), membership_(membership) {}

  // From now on; it outlives this. Before that events are only written down.
  void deliver_by(Delivery& delivery) { delivery_ = &delivery; }
  void raise(Occurrence event);
  // Sends nothing to see whether it is taken. ENOTSUP where nobody delivers.
  Task<> try_out(Webhook webhook);

 private:
  void write_down(std::string_view text);

  World& world_;
  const Places& places_;
  Membership& membership_;
  Delivery* delivery_ = nullptr;
};

}  // namespace mortar
