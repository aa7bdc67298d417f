// The conversation with a glusterd: program 1238463, one request and one answer a command or more.
#pragma once

#include <cstdint>
#include <string>

#include "base/dictionary.h"
#include "base/task.h"
#include "command/settings.h"

namespace mortar::command {

// What every procedure answers.
struct Answer {
  int op_ret = 0;
  int op_errno = 0;
  std::string op_errstr;
  Dictionary values;
};

class Session {
 public:
  virtual ~Session() = default;
  // ENOTCONN where no daemon answers, ETIMEDOUT.
  virtual Task<Answer> call(std::uint32_t procedure, Dictionary request) = 0;
};

}  // namespace mortar::command
