// What translators keep at a shared object: each has a place of its own, found by its address.
#pragma once

#include <memory>
#include <utility>
#include <vector>

namespace mortar {

class ContextMap {
 public:
  // Null where this owner has put nothing.
  template <class T>
  std::shared_ptr<T> get(const void* owner) const {
    for (const auto& [who, what] : places_) {
      if (who == owner) return std::static_pointer_cast<T>(what);
    }
    return nullptr;
  }
  void put(const void* owner, std::shared_ptr<void> context) {
    for (auto& [who, what] : places_) {
      if (who == owner) {
        what = std::move(context);
        return;
      }
    }
    places_.emplace_back(owner, std::move(context));
  }
  void erase(const void* owner) {
    std::erase_if(places_, [owner](const auto& place) { return place.first == owner; });
  }

 private:
  std::vector<std::pair<const void*, std::shared_ptr<void>>> places_;
};

}  // namespace mortar
