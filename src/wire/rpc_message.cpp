#include "wire/rpc_message.h"

#include <algorithm>

namespace mortar {

namespace {

constexpr std::uint32_t message_call = 0;
constexpr std::uint32_t message_reply = 1;
constexpr std::uint32_t rpc_version = 2;
constexpr std::uint32_t reply_accepted = 0;
constexpr std::uint32_t reply_denied = 1;

// Of the 100 words a credential may have, what is left for groups and owner together (stock counts the owner's bytes as
// if they were words).
constexpr std::size_t room_in_v2 = 95;
constexpr std::size_t room_in_v3 = 91;
// The owner's own limit is the same for all flavours, so that whoever passes a call on can always do so.
constexpr std::size_t longest_owner = room_in_v3;
constexpr std::size_t most_groups_in_v1 = 16;

// Stock's owner of a caller that has none.
LockOwner owner_of_pid(std::int32_t pid) {
  LockOwner owner;
  for (int shift = 0; shift < 32; shift += 8)
    owner += static_cast<char>(static_cast<std::uint32_t>(pid) >> shift & 0xff);
  return owner;
}

void encode_groups_and_owner(Encoder& out, const Identity& identity, std::size_t room) {
  const LockOwner owner = identity.lock_owner.empty() ? owner_of_pid(identity.pid) : identity.lock_owner;
  check(owner.size() <= longest_owner, "a lock owner fits into a credential");
  const std::size_t groups = std::min(identity.groups.size(), room - owner.size());
  out.put_u32(static_cast<std::uint32_t>(groups));
  for (std::size_t index = 0; index < groups; ++index) out.put_u32(identity.groups[index]);
  encode(out, owner);
}

void decode_groups(Decoder& in, Identity& identity, std::size_t most) {
  const std::size_t groups = in.get_u32();
  if (groups > most) return in.fail();
  identity.groups.resize(groups);
  for (std::uint32_t& group : identity.groups) group = in.get_u32();
}

void decode_groups_and_owner(Decoder& in, Identity& identity, std::size_t room) {
  decode_groups(in, identity, credential::largest / 4);
  decode(in, identity.lock_owner);
  if (identity.lock_owner.size() > longest_owner) return in.fail();
  const std::size_t most = room - identity.lock_owner.size();
  if (identity.groups.size() > most) identity.groups.resize(most);
}

void decode_v1(Decoder& in, Identity& identity) {
  identity.lock_owner = in.get_raw(8).text();
  decode(in, identity.pid);
  identity.uid = in.get_u32();
  identity.gid = in.get_u32();
  const std::size_t groups = in.get_u32();
  if (groups > most_groups_in_v1) return in.fail();
  for (std::size_t index = 0; index < most_groups_in_v1; ++index) {
    const std::uint32_t group = in.get_u32();
    if (index < groups) identity.groups.push_back(group);
  }
}

void decode_v2(Decoder& in, Identity& identity) {
  decode(in, identity.pid);
  identity.uid = in.get_u32();
  identity.gid = in.get_u32();
  decode_groups_and_owner(in, identity, room_in_v2);
}

void decode_v3(Decoder& in, Identity& identity) {
  decode(in, identity.pid);
  identity.uid = in.get_u32();
  identity.gid = in.get_u32();
  identity.stamps = in.get_u32();
  identity.time.nanoseconds = in.get_u32();
  decode(in, identity.time.seconds);
  decode_groups_and_owner(in, identity, room_in_v3);
}

void decode_unix(Decoder& in, Identity& identity) {
  in.get_u32();        // a stamp of no meaning
  in.get_opaque(255);  // the machine's name
  identity.uid = in.get_u32();
  identity.gid = in.get_u32();
  decode_groups(in, identity, most_groups_in_v1);
}

// Behind xid and kind.
RecordKind decode_call(Decoder& in, CallHeader& call) {
  const std::uint32_t version = in.get_u32();
  if (in.failed()) return RecordKind::malformed;
  if (version != rpc_version) return RecordKind::bad_version;
  call.program.number = in.get_u32();
  call.program.version = in.get_u32();
  call.procedure = in.get_u32();
  call.flavour = in.get_u32();
  const std::uint32_t size = in.get_u32();
  if (in.failed()) return RecordKind::malformed;
  if (size > credential::largest) return RecordKind::bad_credential;
  Slice body = in.get_raw((size + 3) / 4 * 4);
  in.get_u32();  // the verifier's flavour
  in.get_opaque(credential::largest);
  if (in.failed()) return RecordKind::malformed;
  return decode_credential(call.flavour, body.part(0, size), call.identity) ? RecordKind::call
                                                                            : RecordKind::bad_credential;
}

RecordKind decode_accepted(Decoder& in, ReplyHeader& reply) {
  in.get_u32();  // the verifier's flavour
  in.get_opaque(credential::largest);
  const std::uint32_t status = in.get_u32();
  if (in.failed() || status > static_cast<std::uint32_t>(AcceptStatus::system_error)) return RecordKind::malformed;
  reply.status = static_cast<AcceptStatus>(status);
  return RecordKind::reply;
}

RecordKind decode_denied(Decoder& in, ReplyHeader& reply) {
  reply.denied = true;
  const std::uint32_t refusal = in.get_u32();
  reply.reason = in.get_u32();
  if (in.failed() || refusal > static_cast<std::uint32_t>(Refusal::authentication)) return RecordKind::malformed;
  reply.refusal = static_cast<Refusal>(refusal);
  return RecordKind::reply;
}

}  // namespace

std::string_view text_of(AcceptStatus status) {
  switch (status) {
    case AcceptStatus::success: return "success";
    case AcceptStatus::program_unavailable: return "it has no such program";
    case AcceptStatus::program_mismatch: return "it has another version of the program";
    case AcceptStatus::procedure_unavailable: return "it has no such procedure";
    case AcceptStatus::garbage_arguments: return "it cannot decode the arguments";
    case AcceptStatus::system_error: return "it has an error of its own";
  }
  return "unknown";
}

RecordKind decode_header(Decoder& in, CallHeader& call, ReplyHeader& reply) {
  const std::uint32_t xid = in.get_u32();
  const std::uint32_t kind = in.get_u32();
  if (in.failed()) return RecordKind::malformed;
  if (kind == message_call) {
    call.xid = xid;
    return decode_call(in, call);
  }
  reply.xid = xid;
  if (kind != message_reply) return RecordKind::malformed;
  const std::uint32_t accepted = in.get_u32();
  if (in.failed() || accepted > reply_denied) return RecordKind::malformed;
  return accepted == reply_accepted ? decode_accepted(in, reply) : decode_denied(in, reply);
}

void encode_call(Encoder& out, const CallHeader& call) {
  encode_call(out, call.xid, call.program, call.procedure, call.flavour, call.identity);
}

void encode_call(Encoder& out, std::uint32_t xid, Program program, std::uint32_t procedure, std::uint32_t flavour,
                 const Identity& identity) {
  for (std::uint32_t word : {xid, message_call, rpc_version, program.number, program.version, procedure, flavour}) {
    out.put_u32(word);
  }
  const std::size_t size_at = out.size();
  out.put_u32(0);
  encode_credential(out, flavour, identity);
  out.patch_u32(size_at, static_cast<std::uint32_t>(out.size() - size_at - 4));
  out.put_u32(credential::none);  // verifier
  out.put_u32(0);
}

void encode_reply(Encoder& out, const ReplyHeader& reply) {
  out.put_u32(reply.xid);
  out.put_u32(message_reply);
  if (reply.denied) {
    out.put_u32(reply_denied);
    out.put_u32(static_cast<std::uint32_t>(reply.refusal));
    out.put_u32(reply.reason);
    if (reply.refusal == Refusal::rpc_version) out.put_u32(rpc_version);  // the highest; reason is the lowest
    return;
  }
  out.put_u32(reply_accepted);
  out.put_u32(credential::none);  // verifier
  out.put_u32(0);
  out.put_u32(static_cast<std::uint32_t>(reply.status));
  if (reply.status == AcceptStatus::program_mismatch) {
    out.put_u32(0);  // stock does not say which versions it has
    out.put_u32(0);
  }
}

void encode_credential(Encoder& out, std::uint32_t flavour, const Identity& identity) {
  if (flavour == credential::none) return;
  check(flavour == credential::glusterfs_2 || flavour == credential::glusterfs_3,
        "only credentials of version 2 and 3 are sent");
  encode(out, identity.pid);
  out.put_u32(identity.uid);
  out.put_u32(identity.gid);
  if (flavour == credential::glusterfs_3) {
    out.put_u32(identity.stamps);
    out.put_u32(identity.time.nanoseconds);
    encode(out, identity.time.seconds);
  }
  encode_groups_and_owner(out, identity, flavour == credential::glusterfs_3 ? room_in_v3 : room_in_v2);
}

bool decode_credential(std::uint32_t flavour, Slice body, Identity& identity) {
  if (body.size() > credential::largest) return false;
  Decoder in(std::move(body));
  switch (flavour) {
    case credential::glusterfs_1: decode_v1(in, identity); break;
    case credential::glusterfs_2: decode_v2(in, identity); break;
    case credential::glusterfs_3: decode_v3(in, identity); break;
    case credential::unix_ids: decode_unix(in, identity); break;
    default: return true;
  }
  return in.finished();
}

}  // namespace mortar
