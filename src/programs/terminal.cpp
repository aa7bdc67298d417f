#include "terminal.h"

#include <cctype>
#include <iostream>
#include <string>

namespace mortar::command {

void Terminal::out(std::string_view line) { std::cout << line << '\n'; }

void Terminal::error(std::string_view line) {
  std::cout.flush();
  std::cerr << line << '\n';
}

void Terminal::out_part(std::string_view text) { std::cout << text; }

bool Terminal::confirmed(std::string_view question) {
  while (true) {
    std::cout << question << " (y/n) " << std::flush;
    std::string answer;
    if (!std::getline(std::cin, answer)) return false;
    for (char& letter : answer) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    if (answer == "y" || answer == "yes") return true;
    if (answer == "n" || answer == "no") return false;
  }
}

}  // namespace mortar::command
