#include "programs/brick_options.h"

#include <fmt/format.h>

namespace mortar {
namespace {

constexpr const char* usage =
    "Usage: glusterfsd [OPTION...] --volfile-server=SERVER --volfile-id=KEY\n"
    "  or:  glusterfsd [OPTION...] --volfile=VOLFILE\n";

std::vector<OptionRow> rows_of(BrickOptions& options) {
  constexpr Takes value = Takes::a_value;
  std::vector<OptionRow> rows;
  add_volfile_options(rows, options.volfile);
  rows.insert(rows.end(), {{"brick-name", 0, value, "PATH", "What clients and glusterd call the brick",
                            text_into(options.brick_name)},
                           {"brick-port", 0, value, "PORT", "Port to listen on", number_into(options.brick_port)},
                           {"socket-file", 'S', value, "FILE", "Socket on which glusterd asks and tells",
                            text_into(options.control_socket)}});
  add_process_options(rows, options.process);
  return rows;
}

}  // namespace

Result<BrickOptions> parse_brick_options(int count, char** words) {
  BrickOptions options;
  Result<CommandLine> line = read_command_line(count, words, usage, rows_of(options));
  if (!line) return std::unexpected(line.error());
  options.answer = std::move(line->answer);
  if (!options.answer.empty()) return options;
  if (!line->rest.empty()) return failed(EINVAL, misuse(fmt::format("what is '{}'?", line->rest.front()), usage));
  const Result<Done> complete = check(options.volfile);
  if (!complete) return std::unexpected(complete.error());
  if (options.process.log_file.empty()) options.process.log_file = MORTAR_LOG_DIR "/glusterfsd.log";
  return options;
}

void apply_brick_options(const BrickOptions& options, Volfile& volfile) {
  for (VolumeSection& section : volfile.sections) {
    if (section.type == "protocol/server" && options.brick_port != 0) {
      section.set_option("listen-port", std::to_string(options.brick_port));
    }
  }
  set_translator_options(options.volfile, volfile);
}

}  // namespace mortar
