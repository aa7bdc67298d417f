// Where a command's words go. Lines end with a newline that the console adds.
#pragma once

#include <string_view>

namespace mortar::command {

class Console {
 public:
  virtual ~Console() = default;
  virtual void out(std::string_view line) = 0;
  virtual void error(std::string_view line) = 0;
  // Without a newline behind it.
  virtual void out_part(std::string_view text) = 0;
  // Prints "QUESTION (y/n) " and reads until it is answered; the end of the input is a no.
  virtual bool confirmed(std::string_view question) = 0;
};

}  // namespace mortar::command
