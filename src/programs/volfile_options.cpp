#include "programs/volfile_options.h"

#include "base/glob.h"

namespace mortar {
namespace {

// Where the key and the value of "NAME.KEY=VALUE" begin; false: it is not of that form.
bool split(const std::string& setting, std::size_t& dot, std::size_t& equals) {
  dot = setting.find('.');
  equals = setting.find('=');
  return equals != std::string::npos && dot < equals;
}

}  // namespace

void add_volfile_options(std::vector<OptionRow>& rows, VolfileOptions& options) {
  constexpr Takes value = Takes::a_value;
  rows.push_back({"volfile", 'f', value, "FILE", "Take the volume from this file", text_into(options.file)});
  rows.push_back({"spec-file", 0, value, "FILE", "The same", text_into(options.file)});
  rows.push_back({"volfile-server", 's', value, "SERVER", "Fetch the volume from this server; repeated: tried in turn",
                  added_to(options.servers)});
  rows.push_back({"volfile-id", 0, value, "KEY", "Name of the volume at the server", text_into(options.id)});
  rows.push_back({"volfile-server-port", 0, value, "PORT", "Port of the server [default: 24007]",
                  number_into(options.server_port)});
  rows.push_back({"volfile-server-transport", 0, value, "TYPE", "unix: the servers are sockets; else TCP",
                  text_into(options.transport)});
  rows.push_back({"volfile-max-fetch-attempts", 0, value, "N", "Rounds over the servers before giving up [default: 1]",
                  number_into(options.fetch_attempts)});
  rows.push_back({"xlator-option", 0, value, "NAME.KEY=VALUE", "Set an option of the translators whose name matches",
                  [&options](const std::string& text) {
                    std::size_t dot = 0, equals = 0;
                    options.translator_options.push_back(text);
                    return split(text, dot, equals);
                  }});
}

Result<Done> check(const VolfileOptions& options) {
  if (options.file.empty() && options.servers.empty()) {
    return failed(EINVAL, "neither --volfile-server nor --volfile is given (--help lists the options)");
  }
  if (options.file.empty() && options.id.empty()) {
    return failed(EINVAL, "--volfile-id is missing: which volume of the server?");
  }
  return done;
}

std::vector<Address> VolfileOptions::addresses() const {
  std::vector<Address> addresses;
  for (const std::string& server : servers) {
    const bool unix_socket = transport == "unix" || server.starts_with('/');
    addresses.push_back(unix_socket ? Address::unix_socket(server) : Address::tcp(server, server_port));
  }
  return addresses;
}

void set_translator_options(const VolfileOptions& options, Volfile& volfile) {
  for (const std::string& setting : options.translator_options) {
    std::size_t dot = 0, equals = 0;
    if (!split(setting, dot, equals)) continue;
    for (VolumeSection& section : volfile.sections) {
      if (!glob_matches(setting.substr(0, dot), section.name)) continue;
      section.set_option(setting.substr(dot + 1, equals - dot - 1), setting.substr(equals + 1));
    }
  }
}

}  // namespace mortar
