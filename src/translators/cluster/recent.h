// What a cluster translator remembers of objects and names: the most recently used ones, up to a number. Whoever finds
// nothing here asks the bricks, so forgetting costs a round trip and nothing else.
#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/gfid.h"

namespace mortar {

template <class Key, class T, class Hash = std::hash<Key>>
class Recent {
 public:
  explicit Recent(std::size_t most) : most_(most) {}

  // Null where nothing is remembered. The pointer holds until the next put or erase.
  T* find(const Key& key) {
    auto found = by_key_.find(key);
    if (found == by_key_.end()) return nullptr;
    by_use_.splice(by_use_.begin(), by_use_, found->second);
    return &found->second->second;
  }

  void put(const Key& key, T value) {
    if (T* known = find(key)) {
      *known = std::move(value);
      return;
    }
    if (by_use_.size() >= most_) {
      by_key_.erase(by_use_.back().first);
      by_use_.pop_back();
    }
    by_use_.emplace_front(key, std::move(value));
    by_key_.emplace(key, by_use_.begin());
  }

  void erase(const Key& key) {
    auto found = by_key_.find(key);
    if (found == by_key_.end()) return;
    by_use_.erase(found->second);
    by_key_.erase(found);
  }

  void clear() {
    by_key_.clear();
    by_use_.clear();
  }
  std::size_t size() const { return by_use_.size(); }

 private:
  using Uses = std::list<std::pair<Key, T>>;

  const std::size_t most_;
  Uses by_use_;  // the latest first
  std::unordered_map<Key, typename Uses::iterator, Hash> by_key_;
};

template <class T>
using RecentObjects = Recent<Gfid, T>;

// A name in a directory.
struct NameIn {
  Gfid directory;
  std::string name;
  friend bool operator==(const NameIn&, const NameIn&) = default;

  struct Hash {
    std::size_t operator()(const NameIn& key) const {
      return std::hash<Gfid>()(key.directory) * 31 + std::hash<std::string>()(key.name);
    }
  };
};
template <class T>
using RecentNames = Recent<NameIn, T, NameIn::Hash>;

}  // namespace mortar
