// glusterfsd: the process of one brick.
#include <iostream>

#include "programs/brick_daemon.h"
#include "programs/file_volfile.h"
#include "programs/statistics_folders.h"
#include "programs/translator_types.h"

namespace mortar {
namespace {

Result<Done> serve(ServiceProcess& process, const BrickOptions& options) {
  const TranslatorTypes types = all_translator_types(statistics_folders());
  const VolfileOptions& volfile = options.volfile;
  FileVolfile file(process.world(), volfile.file);
  NetworkVolfile management(process.world(), VolfileQuestion{volfile.addresses(), volfile.id, options.brick_name, false,
                                                             volfile.fetch_attempts});
  const bool from_file = !volfile.file.empty();
  return process.world().run(run_brick(BrickProcess{
      .world = process.world(),
      .options = options,
      .types = types,
      .source = from_file ? static_cast<VolfileSource&>(file) : management,
      .management = from_file ? nullptr : &management,
      .report_ready = [&process] { return process.report_ready(); },
      .reopen_log = [&process] { process.reopen_log(); },
      .state_dump_directory = MORTAR_RUN_DIR "/gluster",
  }));
}

int fail(int status, const Error& error) {
  std::cerr << "glusterfsd: " << error.sentence() << '\n';
  return status;
}

int main_of_brick(int count, char** words) {
  const Result<BrickOptions> options = parse_brick_options(count, words);
  if (!options) return fail(usage_error, options.error());
  if (!options->answer.empty()) {
    std::cout << options->answer;
    return 0;
  }
  const Result<Done> ended = ServiceProcess::run(
      "glusterfsd", options->process, [&options](ServiceProcess& process) { return serve(process, *options); });
  if (ended) return 0;
  return fail(ended.error().number() == EADDRINUSE ? EADDRINUSE : 1, ended.error());
}

}  // namespace
}  // namespace mortar

int main(int count, char** words) { return mortar::main_of_brick(count, words); }
