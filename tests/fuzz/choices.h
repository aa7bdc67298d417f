// An input read as choices: whoever asks takes the next bytes, and gets zeros once they are used up. With it an input
// makes operations that are well formed but for what they say: objects that exist or not, names that must never work,
// numbers at the ends of their types.
#pragma once

#include <array>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "wire/file_operations.h"

namespace mortar {

class Choices {
 public:
  Choices(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  bool done() const { return rest_.empty(); }
  std::uint8_t byte() { return static_cast<std::uint8_t>(bytes(1)[0]); }
  std::uint64_t below(std::uint64_t bound) { return byte() % bound; }
  std::string bytes(std::size_t size) {
    std::string taken(rest_.substr(0, size));
    rest_.remove_prefix(taken.size());
    taken.resize(size);
    return taken;
  }
  // Small ones more often than others.
  std::uint64_t number() {
    const std::uint8_t kind = byte();
    if (kind < 200) return kind % 32;
    if (kind < 230) return ~std::uint64_t{0} - kind % 4;
    std::uint64_t whole = 0;
    std::memcpy(&whole, bytes(sizeof whole).data(), sizeof whole);
    return whole >> (kind % 64);
  }

  template <Described Message>
  void fill(Message& message) {
    for_each_field(message, [this](auto field) { this->fill(field.value); });
  }
  void fill(std::uint32_t& value) { value = static_cast<std::uint32_t>(number()); }
  void fill(std::int32_t& value) { value = static_cast<std::int32_t>(number()); }
  void fill(std::uint64_t& value) { value = number(); }
  void fill(std::int64_t& value) { value = static_cast<std::int64_t>(number()); }
  void fill(Payload& value) { value.bytes = Slice::own(bytes(below(64))); }
  void fill(Slice& value) { value = Slice::own(bytes(below(24))); }
  void fill(Fd& value) { value.remote = static_cast<std::int64_t>(number()) - 2; }
  void fill(std::string& value) {
    const std::size_t which = below(names.size() + 2);
    if (which < names.size()) value = names[which];
    if (which == names.size()) value = bytes(below(32));
    if (which > names.size()) value.assign(200 + below(120), 'n');
  }
  void fill(Gfid& value) {
    const std::size_t which = below(known.size() + 1);
    if (which < known.size()) value = known[which];
    if (which == known.size()) std::memcpy(value.bytes.data(), bytes(16).data(), 16);
  }
  void fill(Iatt& value) {
    fill(value.gfid);
    for (std::uint64_t* field : {&value.flags, &value.size}) *field = number();
    for (std::uint32_t* field : {&value.uid, &value.gid, &value.mode}) *field = static_cast<std::uint32_t>(number());
    for (Moment* field : {&value.accessed, &value.modified}) *field = {static_cast<std::int64_t>(number()), 7};
  }
  void fill(Dictionary& value) {
    value.set_present();
    for (std::uint64_t pairs = below(4); pairs > 0; --pairs) {
      std::string key;
      const std::size_t which = below(keys.size() + 1);
      if (which < keys.size()) key = keys[which];
      if (which == keys.size()) fill(key);
      if (key.empty() || value.has(key)) continue;
      value.append(std::move(key), any_value());
    }
  }
  template <class T>
  void fill(Chain<T>& chain) {
    chain.elements.resize(below(4));
    for (T& element : chain.elements) fill(element);
  }
  template <std::size_t size>
  void fill(std::array<std::uint8_t, size>& value) {
    std::memcpy(value.data(), bytes(size).data(), size);
  }

  // What there is to be hit.
  std::vector<Gfid> known{root_gfid, Gfid{}};
  std::vector<std::string> names{"",           "file",    "folder",       "link",    ".",
                                 "..",         "a/b",     "../secret",    "/secret", "second",
                                 ".glusterfs", "planted", "\n",           "new",     std::string("n\0l", 3),
                                 "unlink",     "indices", "/folder/file", "user.x"};
  std::vector<std::string> keys{"gfid-req",
                                "trusted.gfid",
                                "trusted.gfid2path.0123456789abcdef",
                                "trusted.glusterfs.mdata",
                                "user.x",
                                "system.posix_acl_access",
                                "system.posix_acl_default",
                                "glusterfs.content",
                                "trusted.afr.dirty",
                                "trusted.afr.v-client-1",
                                "glusterfs.preop.parent.key",
                                "glusterfs.internal-fop",
                                "list-xattr",
                                "link-count",
                                "glusterfs.inodelk-count",
                                "glusterfs.entrylk-count",
                                "glusterfs.posixlk-count",
                                "trusted.glusterfs.volume-id",
                                "glusterfs.get_real_filename:file",
                                "glusterfs.lockinfo",
                                "trusted.glusterfs.lockinfo",
                                "xattrop-index-gfid",
                                "glusterfs.xattrop_index_gfid",
                                "security.capability",
                                "trusted.glusterfs.dht",
                                "unlink-xdata",
                                "glusterfs.gfidtopath",
                                "glusterfs.ancestry.path",
                                "trusted.glusterfs.pathinfo",
                                "trusted.io-stats-dump"};

 private:
  Value any_value() {
    switch (below(7)) {
      case 0: return Untyped{Slice::own(bytes(below(64)))};
      case 1: return static_cast<std::int64_t>(number());
      case 2: return number();
      case 3: return Text{bytes(below(24))};
      case 4: return Slice::own(bytes(below(64)));
      case 5: {
        Gfid gfid;
        fill(gfid);
        return gfid;
      }
      default: {
        std::string name;
        fill(name);
        return Text{std::move(name)};
      }
    }
  }

  std::string_view rest_;
};

}  // namespace mortar
