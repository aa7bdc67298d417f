// What is wrong with this server, in words for who has to mend it: what `pool status` shows of each server.
#pragma once

#include <string>
#include <vector>

#include "base/task.h"
#include "pool/pool.h"

namespace mortar {

class Management;

// Empty: nothing. Looks at the working directory's disk, off the loop.
Task<std::vector<std::string>> troubles_of(Management& management);
// Why a brick of this server does not run though it should; empty where it does.
std::string brick_trouble(Management& management, const Volume& volume, const Brick& brick);

}  // namespace mortar
