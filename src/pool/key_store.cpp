#include "pool/key_store.h"

namespace mortar {

Result<std::string> KeyStore::public_key() {
  const Result<std::string> kept = world_.files().read_file(key_file());
  if (kept) return public_key_of(*kept);
  if (kept.error().number() != ENOENT) return std::unexpected(kept.error());
  if (Result<Done> made = world_.files().make_directories(folder_, 0700); !made) return std::unexpected(made.error());
  KeySeed seed;
  world_.random(seed);
  const Result<std::string> key = make_private_key(seed);
  if (!key) return key;
  if (Result<Done> written = world_.files().write_file(key_file(), *key); !written) {
    return std::unexpected(written.error());
  }
  return public_key_of(*key);
}

Result<Done> KeyStore::keep_certificate(std::string_view certificate, std::string_view authority) {
  revoked_.reset();
  if (Result<Done> made = world_.files().make_directories(folder_, 0700); !made) return made;
  if (Result<Done> written = world_.files().write_file(authority_file(), authority); !written) return written;
  return world_.files().write_file(certificate_file(), certificate);
}

Result<Done> KeyStore::keep_revoked(const Trust& trust) {
  if (revoked_ == trust.revoked) return done;
  const Result<std::string> list = revocation_list(trust.authority, trust.revoked);
  if (!list) return std::unexpected(list.error());
  const Result<std::string> kept = world_.files().read_file(revoked_file());
  const bool is_kept = kept && *kept == *list;
  Result<Done> written = is_kept ? done : world_.files().write_file(revoked_file(), *list);
  if (written) revoked_ = trust.revoked;
  return written;
}

Result<Done> KeyStore::remove() {
  revoked_.reset();
  return world_.files().remove_tree(folder_);
}

}  // namespace mortar
