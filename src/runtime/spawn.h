// Starts a program: the one place that forks for others.
#pragma once

#include "base/result.h"
#include "runtime/processes.h"

namespace mortar {

// Answers the pid of the program, once its exec has succeeded; ENOENT and the like where it has not. The program
// inherits no descriptor but the standard streams, no blocked signal and no handler. Its input is /dev/null; `output`
// becomes its standard output and error, where it is not -1.
Result<int> spawn(const Command& command, int output);

}  // namespace mortar
