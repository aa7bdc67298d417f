// The console of who typed a command.
#pragma once

#include "command/console.h"

namespace mortar::command {

class Terminal : public Console {
 public:
  void out(std::string_view line) override;
  void error(std::string_view line) override;
  void out_part(std::string_view text) override;
  bool confirmed(std::string_view question) override;
};

}  // namespace mortar::command
