// What a brick does again and again without being asked. Each runs until it is cancelled.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "translators/posix/core.h"

namespace mortar::posix {

// Asks the file system whether the reserve is reached.
Task<> look_at_reserve(std::shared_ptr<Core> core);
Task<> watch_reserve(std::shared_ptr<Core> core);

// Purges the trees that were moved to the landfill.
Task<> empty_landfill(std::shared_ptr<Core> core);

// Writes and reads back a small file. A disk that fails it, or takes too long, fails the brick: clients are told, and
// after a while the process ends.
Task<> watch_health(std::shared_ptr<Core> core, std::string name, std::function<void(const Error& problem)> on_failure);

}  // namespace mortar::posix
