#include "pool/keys.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "runtime/owned.h"

namespace mortar {

namespace {

// The ends of time as X.509 has them; a clock that is wrong locks nobody out.
constexpr const char* always = "20000101000000Z";
constexpr const char* never = "99991231235959Z";

using Key = Owned<EVP_PKEY, EVP_PKEY_free>;
using Certificate = Owned<X509, X509_free>;
using Memory = Owned<BIO, BIO_free>;

std::unexpected<Error> cannot(std::string_view what) {
  return failed(EINVAL, fmt::format("a key of the pool cannot be {}", what));
}

Memory reading(std::string_view text) { return Memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

// What a writer of PEM wrote.
template <class Write>
Result<std::string> as_pem(Write write) {
  const Memory memory(BIO_new(BIO_s_mem()));
  if (memory == nullptr || write(memory.get()) != 1) return cannot("written");
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

Key read_private(std::string_view pem) {
  return Key(PEM_read_bio_PrivateKey(reading(pem).get(), nullptr, nullptr, nullptr));
}

bool set_serial(ASN1_INTEGER* number, const Gfid& serial) {
  const Owned<BIGNUM, BN_free> value(BN_bin2bn(serial.bytes.data(), static_cast<int>(serial.bytes.size()), nullptr));
  return value != nullptr && BN_to_ASN1_INTEGER(value.get(), number) != nullptr;
}

bool set_name(X509_NAME* name, const Gfid& pool, const std::string& unit) {
  const auto add = [name](const char* field, const std::string& text) {
    return X509_NAME_add_entry_by_txt(name, field, MBSTRING_ASC, reinterpret_cast<const unsigned char*>(text.c_str()),
                                      -1, -1, 0) == 1;
  };
  return add("OU", unit) && add("CN", pool.text());
}

bool add_extension(X509* certificate, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION, X509_EXTENSION_free> extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool is_host_name(std::string_view text) {
  return !text.empty() && text.size() <= 253 && std::ranges::all_of(text, [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
           letter == '-' || letter == '.' || letter == '_';
  });
}

Owned<GENERAL_NAME, GENERAL_NAME_free> general_name(const std::string& host) {
  Owned<GENERAL_NAME, GENERAL_NAME_free> name(GENERAL_NAME_new());
  if (name == nullptr) return nullptr;
  if (ASN1_OCTET_STRING* address = a2i_IPADDRESS(host.c_str())) {
    GENERAL_NAME_set0_value(name.get(), GEN_IPADD, address);
    return name;
  }
  if (!is_host_name(host)) return nullptr;
  ASN1_IA5STRING* text = ASN1_IA5STRING_new();
  if (text == nullptr || ASN1_STRING_set(text, host.data(), static_cast<int>(host.size())) != 1) return nullptr;
  GENERAL_NAME_set0_value(name.get(), GEN_DNS, text);
  return name;
}

bool add_hosts(X509* certificate, const Holder& holder) {
  const Owned<GENERAL_NAMES, GENERAL_NAMES_free> names(GENERAL_NAMES_new());
  std::vector<std::string> hosts{holder.server.text()};
  hosts.insert(hosts.end(), holder.hosts.begin(), holder.hosts.end());
  for (const std::string& host : hosts) {
    auto name = general_name(host);
    if (name != nullptr && sk_GENERAL_NAME_push(names.get(), name.get()) > 0) static_cast<void>(name.release());
  }
  return X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, 0) == 1;
}

// What all certificates have.
Certificate blank(EVP_PKEY* holder, const Gfid& serial) {
  Certificate certificate(X509_new());
  const bool fine = certificate != nullptr && X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
                    set_serial(X509_get_serialNumber(certificate.get()), serial) &&
                    ASN1_TIME_set_string(X509_getm_notBefore(certificate.get()), always) == 1 &&
                    ASN1_TIME_set_string(X509_getm_notAfter(certificate.get()), never) == 1 &&
                    X509_set_pubkey(certificate.get(), holder) == 1;
  return fine ? std::move(certificate) : nullptr;
}

struct Issuer {
  Key key;
  Certificate certificate;
  explicit operator bool() const { return key != nullptr && certificate != nullptr; }
};

Issuer read_issuer(const Authority& authority) {
  return {read_private(authority.key),
          Certificate(PEM_read_bio_X509(reading(authority.certificate).get(), nullptr, nullptr, nullptr))};
}

Result<std::string> pem_of(X509* certificate) {
  return as_pem([certificate](BIO* memory) { return PEM_write_bio_X509(memory, certificate); });
}

}  // namespace

Result<std::string> make_private_key(const KeySeed& seed) {
  const Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
  if (key == nullptr) return cannot("made");
  return as_pem([&key](BIO* memory) {
    return PEM_write_bio_PrivateKey(memory, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}

Result<std::string> public_key_of(std::string_view private_key) {
  const Key key = read_private(private_key);
  if (key == nullptr) return cannot("read");
  return as_pem([&key](BIO* memory) { return PEM_write_bio_PUBKEY(memory, key.get()); });
}

Result<Authority> make_authority(const Gfid& pool, const KeySeed& seed) {
  Result<std::string> pem = make_private_key(seed);
  if (!pem) return std::unexpected(pem.error());
  const Key key = read_private(*pem);
  const Certificate certificate = blank(key.get(), pool);
  const bool fine = certificate != nullptr && set_name(X509_get_subject_name(certificate.get()), pool, "authority") &&
                    set_name(X509_get_issuer_name(certificate.get()), pool, "authority") &&
                    add_extension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
                    add_extension(certificate.get(), NID_key_usage, "critical,keyCertSign,cRLSign") &&
                    add_extension(certificate.get(), NID_subject_key_identifier, "hash") &&
                    X509_sign(certificate.get(), key.get(), nullptr) > 0;
  if (!fine) return cannot("signed");
  Result<std::string> text = pem_of(certificate.get());
  if (!text) return std::unexpected(text.error());
  return Authority{std::move(*pem), std::move(*text)};
}

Result<std::string> issue_certificate(const Authority& authority, const Holder& holder, std::string_view public_key,
                                      const Gfid& serial) {
  const Issuer issuer = read_issuer(authority);
  const Key key(PEM_read_bio_PUBKEY(reading(public_key).get(), nullptr, nullptr, nullptr));
  if (!issuer || key == nullptr) return cannot("read");
  const Certificate certificate = blank(key.get(), serial);
  const bool fine = certificate != nullptr &&
                    set_name(X509_get_subject_name(certificate.get()), holder.pool, holder.server.text()) &&
                    X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.certificate.get())) == 1 &&
                    add_extension(certificate.get(), NID_basic_constraints, "critical,CA:FALSE") &&
                    add_extension(certificate.get(), NID_key_usage, "critical,digitalSignature") &&
                    add_extension(certificate.get(), NID_ext_key_usage, "serverAuth,clientAuth") &&
                    add_hosts(certificate.get(), holder) && X509_sign(certificate.get(), issuer.key.get(), nullptr) > 0;
  if (!fine) return cannot("signed");
  return pem_of(certificate.get());
}

Result<std::string> revocation_list(const Authority& authority, const std::vector<Gfid>& serials) {
  const Issuer issuer = read_issuer(authority);
  if (!issuer) return cannot("read");
  const Owned<X509_CRL, X509_CRL_free> list(X509_CRL_new());
  const Owned<ASN1_TIME, ASN1_TIME_free> from(ASN1_TIME_new());
  const Owned<ASN1_TIME, ASN1_TIME_free> until(ASN1_TIME_new());
  bool fine =
      list != nullptr && from != nullptr && until != nullptr && ASN1_TIME_set_string(from.get(), always) == 1 &&
      ASN1_TIME_set_string(until.get(), never) == 1 && X509_CRL_set_version(list.get(), X509_CRL_VERSION_2) == 1 &&
      X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(issuer.certificate.get())) == 1 &&
      X509_CRL_set1_lastUpdate(list.get(), from.get()) == 1 && X509_CRL_set1_nextUpdate(list.get(), until.get()) == 1;
  for (const Gfid& serial : serials) {
    Owned<X509_REVOKED, X509_REVOKED_free> revoked(X509_REVOKED_new());
    const Owned<ASN1_INTEGER, ASN1_INTEGER_free> number(ASN1_INTEGER_new());
    fine = fine && revoked != nullptr && number != nullptr && set_serial(number.get(), serial) &&
           X509_REVOKED_set_serialNumber(revoked.get(), number.get()) == 1 &&
           X509_REVOKED_set_revocationDate(revoked.get(), from.get()) == 1 &&
           X509_CRL_add0_revoked(list.get(), revoked.get()) == 1;
    if (!fine) break;
    static_cast<void>(revoked.release());
  }
  if (!fine || X509_CRL_sign(list.get(), issuer.key.get(), nullptr) <= 0) return cannot("signed");
  return as_pem([&list](BIO* memory) { return PEM_write_bio_X509_CRL(memory, list.get()); });
}

}  // namespace mortar
