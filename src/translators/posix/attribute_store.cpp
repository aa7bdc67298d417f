#include "translators/posix/attribute_store.h"

namespace mortar::posix {

Result<std::string> XattrStore::get(const Place& place, const char* key) const {
  return place.file >= 0 ? files_.get_xattr(place.file, key) : files_.get_xattr(place.directory, place.name, key);
}

Result<Done> XattrStore::set(const Place& place, const char* key, Bytes value, int flags) const {
  return place.file >= 0 ? files_.set_xattr(place.file, key, value, flags)
                         : files_.set_xattr(place.directory, place.name, key, value, flags);
}

Result<Done> XattrStore::remove(const Place& place, const char* key) const {
  return place.file >= 0 ? files_.remove_xattr(place.file, key) : files_.remove_xattr(place.directory, place.name, key);
}

Result<std::vector<std::string>> XattrStore::list(const Place& place) const {
  return place.file >= 0 ? files_.list_xattrs(place.file) : files_.list_xattrs(place.directory, place.name);
}

}  // namespace mortar::posix
