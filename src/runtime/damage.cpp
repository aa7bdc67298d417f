#include "runtime/damage.h"

#include <fmt/format.h>

namespace mortar {

std::string advice_on(const Error& error) {
  switch (error.number()) {
    case EBADMSG:  // a checksum of the file system is wrong
    case EUCLEAN:
    case EIO:
      return " (the file system or its disk is damaged: see the kernel's log; end the brick, check its file system "
             "with fsck or xfs_repair, and start it again; or replace it: it is healed from the other copies)";
    case EROFS:
      return " (the file system is read-only, as it is made where it is found damaged: see the kernel's log, check it, "
             "and mount it again)";
    default:
      return {};
  }
}

std::unexpected<Error> unusable(const Error& error, std::string_view what, std::string_view treated) {
  return failed(error.number(),
                fmt::format("{} cannot be {}: {}{}", what, treated, error.sentence(), advice_on(error)));
}

}  // namespace mortar
