// Who may use a brick: the two authorities of stock, "login" and "addr", read from the options of the server's section.
//
// Each votes; a rejection by any decides, and at least one has to accept. A client that shows the volume's user name
// and password is trusted.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/task.h"
#include "runtime/world.h"
#include "translator/volfile.h"

namespace mortar {

enum class Vote { accept, reject, no_opinion };

// What a client says of itself when it signs in, as far as it matters here.
struct Applicant {
  std::string brick;  // the subvolume that it wants
  std::string subdirectory = "/";
  std::optional<std::string> user;
  std::optional<std::string> password;
  Address address;
};

struct Admission {
  bool accepted = false;
  bool trusted = false;
};

class Authentication {
 public:
  explicit Authentication(VolumeSection section) : section_(std::move(section)) {}

  Task<Admission> admit(World& world, Applicant applicant) const;

 private:
  Vote login(const Applicant& applicant) const;
  Task<Vote> address(World& world, const Applicant& applicant) const;
  bool is_on(std::string_view key, bool otherwise) const;

  VolumeSection section_;
};

// One list of addresses, host names, globs and networks ("10.0.0.0/8") applied to a client; `!` in front of an entry
// turns it round. Entries may name subdirectories: "/a(10.0.0.1|10.0.0.2),/b(*)".
Task<bool> address_list_matches(World& world, std::string list, std::string subdirectory, std::string peer);

}  // namespace mortar
