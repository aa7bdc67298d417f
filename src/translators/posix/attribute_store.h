// Where the attributes of an object are kept that a file system's own status has no room for: the first of the two
// narrow interfaces behind which a file system without extended attributes could be served by a sidecar.
//
// All calls block and may be made from any thread.
#pragma once

#include <cerrno>
#include <string>
#include <vector>

#include "runtime/file_system.h"

namespace mortar::posix {

// How a job reaches an object: through an open file, or by its name in an open directory (never through a link).
struct Place {
  int file = -1;
  int directory = -1;
  std::string name;

  static Place open(int file) { return {file, -1, {}}; }
  static Place named(int directory, std::string name) { return {-1, directory, std::move(name)}; }
};

// Of an attribute: that there is none, or that there can be none. All else says that it cannot be read.
inline bool says_absent(const Error& error) { return error.number() == ENODATA || error.number() == EOPNOTSUPP; }

class AttributeStore {
 public:
  virtual ~AttributeStore() = default;
  // ENODATA where there is none.
  virtual Result<std::string> get(const Place& place, const char* key) const = 0;
  // Flags are those of setxattr(2).
  virtual Result<Done> set(const Place& place, const char* key, Bytes value, int flags) const = 0;
  virtual Result<Done> remove(const Place& place, const char* key) const = 0;
  virtual Result<std::vector<std::string>> list(const Place& place) const = 0;
};

// The stock way: extended attributes of the object itself.
class XattrStore : public AttributeStore {
 public:
  explicit XattrStore(FileSystem& files) : files_(files) {}
  Result<std::string> get(const Place& place, const char* key) const override;
  Result<Done> set(const Place& place, const char* key, Bytes value, int flags) const override;
  Result<Done> remove(const Place& place, const char* key) const override;
  Result<std::vector<std::string>> list(const Place& place) const override;

 private:
  FileSystem& files_;
};

}  // namespace mortar::posix
