// Where a client or a brick takes its volume from, and what the command line changes in it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "programs/command_line.h"
#include "runtime/network.h"
#include "translator/volfile.h"

namespace mortar {

struct VolfileOptions {
  // Servers, or a file in their place.
  std::vector<std::string> servers;
  std::uint16_t server_port = 24007;
  std::string transport = "socket";
  std::string id;
  std::string file;
  unsigned fetch_attempts = 1;                  // rounds over the servers
  std::vector<std::string> translator_options;  // NAME.KEY=VALUE; the name may be a pattern

  std::vector<Address> addresses() const;
};

void add_volfile_options(std::vector<OptionRow>& rows, VolfileOptions& options);
// An error where nothing says which volume it is.
Result<Done> check(const VolfileOptions& options);
void set_translator_options(const VolfileOptions& options, Volfile& volfile);

}  // namespace mortar
