// What a server can be asked about its own part of: by other servers, and by itself.
#pragma once

#include <string>

#include "base/dictionary.h"

#include "base/task.h"

namespace mortar {

class Management;

// EOPNOTSUPP where it does not know of the subject.
Task<Dictionary> answer_about(Management& management, std::string subject, Dictionary question);

}  // namespace mortar
