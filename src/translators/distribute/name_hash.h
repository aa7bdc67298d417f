// Where a name belongs: a hash of 32 bits, which a directory's layout turns into a subvolume. Stock's clients and ours
// must agree on every bit of it, else they look for one file in two places.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.h"

namespace mortar {

// The hash of these bytes, whatever they are: Davies-Meyer over TEA.
std::uint32_t hash_bytes(std::string_view bytes);

// The hash of a name as the volume's options want it. Programs write to a temporary file and rename it; where the name
// of that file has the final one inside, only that part is hashed, so that the rename moves no data.
//
//   Result<NameHash> hash = NameHash::make(options.rsync_hash_regex, options.extra_hash_regex);
//   std::optional<std::size_t> subvolume = layout.place((*hash)("name"));
class NameHash {
 public:
  // POSIX extended expressions whose first group is what is hashed; "none" is none. The extra one comes first. Empty
  // text is what a volume has without the option: rsync's temporary names, and nothing extra. An expression that cannot
  // be compiled is an error with a sentence (stock warns and goes on as if it were "none").
  static Result<NameHash> make(std::string_view rsync_hash_regex, std::string_view extra_hash_regex);
  // Without options.
  NameHash() = default;

  std::uint32_t operator()(std::string_view name) const { return hash_bytes(hashed_part(name)); }
  std::string_view hashed_part(std::string_view name) const;

 private:
  class Expression;
  // rsync's names are found without an expression: most volumes know no others, and every create asks.
  bool knows_rsync_ = true;
  std::shared_ptr<const Expression> rsync_;
  std::shared_ptr<const Expression> extra_;
};

}  // namespace mortar
