// ONC RPC (RFC 5531) as GlusterFS speaks it: what stands in front of the arguments of a call and the result of a reply.
//
// A record on the stream is one or more fragments, each behind a word that holds its length and, in the top bit,
// "last". Inside is a call (header, credential, empty verifier, arguments) or a reply.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "wire/identity.h"
#include "wire/programs.h"
#include "wire/xdr.h"

namespace mortar {

// Which layout a credential has. An unknown flavour is taken as `none`.
namespace credential {
inline constexpr std::uint32_t none = 0;
inline constexpr std::uint32_t unix_ids = 1;  // read only
inline constexpr std::uint32_t glusterfs_1 = 5;
inline constexpr std::uint32_t glusterfs_2 = 390039;
inline constexpr std::uint32_t glusterfs_3 = 390040;  // with the caller's clock; for file operations
inline constexpr std::size_t largest = 400;           // bytes of its body
}  // namespace credential

enum class AcceptStatus : std::uint32_t {
  success = 0,
  program_unavailable = 1,
  program_mismatch = 2,
  procedure_unavailable = 3,
  garbage_arguments = 4,
  system_error = 5,
};
std::string_view text_of(AcceptStatus status);

// Why a call was refused before its procedure was looked at.
enum class Refusal : std::uint32_t { rpc_version = 0, authentication = 1 };

struct CallHeader {
  std::uint32_t xid = 0;
  Program program;
  std::uint32_t procedure = 0;
  std::uint32_t flavour = credential::none;
  Identity identity;
  friend bool operator==(const CallHeader&, const CallHeader&) = default;
};

struct ReplyHeader {
  std::uint32_t xid = 0;
  bool denied = false;
  AcceptStatus status = AcceptStatus::success;
  Refusal refusal = Refusal::rpc_version;
  std::uint32_t reason = 0;  // of a denial: the lowest version or the authentication error
  friend bool operator==(const ReplyHeader&, const ReplyHeader&) = default;
};

// The word in front of a fragment.
inline constexpr std::size_t record_mark_size = 4;
inline constexpr std::uint32_t last_fragment = 0x80000000;

// What a decoded record begins with; the arguments or the result are what the decoder has left.
enum class RecordKind {
  call,
  reply,
  bad_version,     // a call of another RPC version; only the xid is known: to be denied
  bad_credential,  // a call with a credential that breaks its limits: to be denied
  malformed,       // not RPC at all
};
RecordKind decode_header(Decoder& in, CallHeader& call, ReplyHeader& reply);

// A call whose identity has no lock owner gets stock's: the four bytes of the pid, little-endian.
void encode_call(Encoder& out, const CallHeader& call);
void encode_call(Encoder& out, std::uint32_t xid, Program program, std::uint32_t procedure, std::uint32_t flavour,
                 const Identity& identity);
void encode_reply(Encoder& out, const ReplyHeader& reply);

// The body of a credential. Groups that do not fit are left out (the owner stays whole).
void encode_credential(Encoder& out, std::uint32_t flavour, const Identity& identity);
// False where the body does not hold exactly a credential of this flavour.
bool decode_credential(std::uint32_t flavour, Slice body, Identity& identity);

}  // namespace mortar
