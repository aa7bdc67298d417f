#include "programs/brick_options.h"

#include <fmt/format.h>
#include <getopt.h>

#include <charconv>
#include <functional>

#include "base/glob.h"

namespace mortar {

namespace {

constexpr std::uint16_t management_port = 24007;

// What is gathered while the words are read: the port may stand behind the servers it is for.
struct Reading {
  BrickOptions options;
  std::vector<std::string> hosts;
  std::uint16_t server_port = management_port;
  std::string transport;
};

bool read_port(const std::string& text, std::uint16_t& port) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  return error == std::errc() && stop == end;
}

struct Row {
  const char* name;
  char letter;                                                // 0: none
  int argument;                                               // no_argument, required_argument, optional_argument
  bool (*apply)(Reading& reading, const std::string& value);  // null: taken, without effect
};

const std::vector<Row>& rows() {
  static const std::vector<Row> table{
      {"volfile-server", 's', required_argument,
       [](Reading& r, const std::string& v) { return r.hosts.push_back(v), true; }},
      {"volfile-server-port", 0, required_argument,
       [](Reading& r, const std::string& v) { return read_port(v, r.server_port); }},
      {"volfile-server-transport", 0, required_argument,
       [](Reading& r, const std::string& v) { return r.transport = v, true; }},
      {"volfile", 'f', required_argument, [](Reading& r, const std::string& v) { return r.options.volfile = v, true; }},
      {"volfile-id", 0, required_argument,
       [](Reading& r, const std::string& v) { return r.options.volfile_id = v, true; }},
      {"pid-file", 'p', required_argument,
       [](Reading& r, const std::string& v) { return r.options.pid_file = v, true; }},
      {"socket-file", 'S', required_argument,
       [](Reading& r, const std::string& v) { return r.options.control_socket = v, true; }},
      {"brick-name", 0, required_argument,
       [](Reading& r, const std::string& v) { return r.options.brick_name = v, true; }},
      {"brick-port", 0, required_argument,
       [](Reading& r, const std::string& v) { return read_port(v, r.options.brick_port); }},
      {"log-file", 'l', required_argument,
       [](Reading& r, const std::string& v) { return r.options.log_file = v, true; }},
      {"log-level", 'L', required_argument,
       [](Reading& r, const std::string& v) { return log::parse_level(v, r.options.log_level); }},
      {"xlator-option", 0, required_argument,
       [](Reading& r, const std::string& v) { return r.options.translator_options.push_back(v), true; }},
      {"no-daemon", 'N', no_argument, [](Reading& r, const std::string&) { return r.options.foreground = true; }},
      {"debug", 0, no_argument,
       [](Reading& r, const std::string&) {
         r.options.log_level = log::Level::debug;
         return r.options.foreground = r.options.log_to_console = true;
       }},
      {"version", 'V', no_argument,
       [](Reading& r, const std::string&) { return r.options.answer = "glusterfs " MORTAR_VERSION "\n", true; }},
      {"process-name", 0, required_argument, nullptr},
      {"volfile-max-fetch-attempts", 0, required_argument, nullptr},
      {"client-pid", 0, required_argument, nullptr},
      {"run-id", 'r', required_argument, nullptr},
      {"log-format", 0, required_argument, nullptr},
      {"logger", 0, required_argument, nullptr},
      {"log-buf-size", 0, required_argument, nullptr},
      {"log-flush-timeout", 0, required_argument, nullptr},
      {"snap-name", 0, required_argument, nullptr},
      {"oom-score-adj", 0, required_argument, nullptr},
      {"brick-mux", 0, no_argument, nullptr},
      {"mem-accounting", 0, no_argument, nullptr},
      {"localtime-logging", 0, no_argument, nullptr},
      {"global-threading", 0, no_argument, nullptr},
      {"secure-mgmt", 0, no_argument, nullptr},
  };
  return table;
}

Result<BrickOptions> finish(Reading reading) {
  BrickOptions& options = reading.options;
  if (!options.answer.empty()) return std::move(options);
  for (const std::string& host : reading.hosts) {
    const bool unix_socket = reading.transport == "unix" || host.starts_with('/');
    options.servers.push_back(unix_socket ? Address::unix_socket(host) : Address::tcp(host, reading.server_port));
  }
  if (options.volfile.empty() && options.servers.empty()) {
    return failed(EINVAL, "a volfile (-f FILE) or a management server (-s HOST) is needed");
  }
  if (options.volfile.empty() && options.volfile_id.empty()) {
    return failed(EINVAL, "--volfile-id is needed with a management server");
  }
  return std::move(options);
}

}  // namespace

Result<BrickOptions> parse_brick_options(int count, char** words) {
  constexpr int first_long = 256;
  std::vector<option> long_options;
  std::string letters = ":";
  for (std::size_t row = 0; row < rows().size(); ++row) {
    const Row& known = rows()[row];
    long_options.push_back({known.name, known.argument, nullptr, first_long + static_cast<int>(row)});
    if (known.letter != 0) letters += fmt::format("{}{}", known.letter, known.argument == no_argument ? "" : ":");
  }
  long_options.push_back({nullptr, 0, nullptr, 0});

  Reading reading;
  opterr = 0;
  optind = 1;
  for (int found = 0; (found = getopt_long(count, words, letters.c_str(), long_options.data(), nullptr)) != -1;) {
    if (found == ':') return failed(EINVAL, fmt::format("option {} needs a value", words[optind - 1]));
    for (std::size_t row = 0; row < rows().size(); ++row) {
      const Row& known = rows()[row];
      if (found != first_long + static_cast<int>(row) && (known.letter == 0 || found != known.letter)) continue;
      const std::string value = optarg != nullptr ? optarg : "";
      if (known.apply != nullptr && !known.apply(reading, value)) {
        return failed(EINVAL, fmt::format("option --{} cannot be \"{}\"", known.name, value));
      }
    }
  }
  return finish(std::move(reading));
}

void apply_brick_options(const BrickOptions& options, Volfile& volfile) {
  for (VolumeSection& section : volfile.sections) {
    if (section.type == "protocol/server" && options.brick_port != 0) {
      section.set_option("listen-port", std::to_string(options.brick_port));
    }
  }
  for (const std::string& setting : options.translator_options) {
    const std::size_t equals = setting.find('=');
    const std::size_t dot = setting.find('.');
    if (dot == std::string::npos || equals == std::string::npos || dot > equals) continue;
    for (VolumeSection& section : volfile.sections) {
      if (!glob_matches(std::string_view(setting).substr(0, dot), section.name)) continue;
      section.set_option(setting.substr(dot + 1, equals - dot - 1), setting.substr(equals + 1));
    }
  }
}

}  // namespace mortar
