// Between the form in which an operation travels over the wire and the form it has inside a graph: numbers of open
// files become descriptors, names are checked, and a client that mounted a subdirectory sees it as its root. Written
// once for all operations, over the descriptions of their members.
//
// A subdirectory is not a prison: like stock, the brick serves any gfid that the client knows from elsewhere.
#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include "base/name.h"
#include "translators/server/descriptor_table.h"
#include "wire/file_operations.h"

namespace mortar::wire_form {

// The root of the volume stands for the client's root in a request.
template <class Operation>
void enter_subdirectory(Operation& operation, const Gfid& subdirectory) {
  for_each_field(operation, [&](auto field) {
    if constexpr (std::is_same_v<decltype(field.value), Gfid&>) {
      if (field.value.is_root()) field.value = subdirectory;
    }
  });
}

inline void show_root(Iatt& iatt, const Gfid& subdirectory) {
  if (iatt.gfid != subdirectory) return;
  iatt.gfid = root_gfid;
  iatt.inode = root_gfid.inode_number();
}

// And the client's root shows as the root of a volume in a reply.
template <class Reply>
void leave_subdirectory(Reply& reply, const Gfid& subdirectory) {
  for_each_field(reply, [&](auto field) {
    using Value = std::remove_cvref_t<decltype(field.value)>;
    if constexpr (std::is_same_v<Value, Iatt>) {
      show_root(field.value, subdirectory);
    } else if constexpr (std::is_same_v<Value, Chain<EntryPlus>>) {
      for (EntryPlus& entry : field.value.elements) show_root(entry.iatt, subdirectory);
    }
  });
}

namespace detail {

inline Result<Done> find_descriptor(const DescriptorTable& table, Fd& fd, Gfid& gfid) {
  if (fd.remote == Fd::anonymous) return done;
  fd.open = table.find(fd.remote);
  if (!fd.open) return failed(EBADF);
  gfid = fd.open->gfid;  // what is open says which object is meant
  return done;
}

inline Result<Done> check_name(const std::string& text) {
  const Result<Name> name = Name::make(text);
  return name ? Result<Done>(done) : std::unexpected(name.error());
}

}  // namespace detail

template <class Operation>
Result<Done> find_descriptors(const DescriptorTable& table, Operation& operation) {
  if constexpr (requires { operation.fd; }) {
    return detail::find_descriptor(table, operation.fd, operation.gfid);
  } else if constexpr (requires { operation.fd_in; }) {
    const Result<Done> source = detail::find_descriptor(table, operation.fd_in, operation.in_gfid);
    return source ? detail::find_descriptor(table, operation.fd_out, operation.out_gfid) : source;
  } else {
    return done;
  }
}

// Stock's library looks a directory up as "." in itself.
template <class Operation>
void take_self_by_gfid(Operation& operation) {
  if constexpr (std::is_same_v<Operation, fop::Lookup>) {
    if (operation.name != ".") return;
    if (!operation.parent.is_null()) operation.gfid = std::exchange(operation.parent, Gfid{});
    operation.name.clear();
  }
}

// Names of entries, so that nothing below sees a path.
template <class Operation>
Result<Done> check_names(const Operation& operation) {
  if constexpr (std::is_same_v<Operation, fop::Lookup>) {
    return operation.name.empty() ? Result<Done>(done) : detail::check_name(operation.name);
  } else if constexpr (requires { operation.parent, operation.name; }) {
    return detail::check_name(operation.name);
  } else if constexpr (requires { operation.old_name, operation.new_name; }) {
    const Result<Done> old_name = detail::check_name(operation.old_name);
    return old_name ? detail::check_name(operation.new_name) : old_name;
  } else if constexpr (requires { operation.new_name; }) {
    return detail::check_name(operation.new_name);
  } else {
    return done;
  }
}

// EINVAL for an object that is not named at all.
template <class Operation>
Result<Done> check_gfids(const Operation& operation) {
  bool missing = false;
  if constexpr (std::is_same_v<Operation, fop::Lookup>) {
    missing = operation.name.empty() ? operation.gfid.is_null() : operation.parent.is_null();
  } else if constexpr (!std::is_same_v<Operation, fop::Release> && !std::is_same_v<Operation, fop::Releasedir>) {
    for_each_field(operation, [&](auto field) {
      if constexpr (std::is_same_v<decltype(field.value), const Gfid&>) missing = missing || field.value.is_null();
    });
  }
  return missing ? failed(EINVAL) : Result<Done>(done);
}

template <class Reply>
Reply failure(const Error& error) {
  Reply reply;
  reply.op_ret = -1;
  reply.op_errno = error.number();
  if (error.extra() != nullptr) reply.xdata = *error.extra();
  // As stock fills what it does not mean.
  if constexpr (requires { reply.fd; }) reply.fd.remote = 0;
  if constexpr (requires { reply.values; }) reply.values.set_present();
  return reply;
}

}  // namespace mortar::wire_form
