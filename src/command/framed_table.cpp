#include "command/framed_table.h"

#include <algorithm>

namespace mortar::command {

namespace {

// A space that cannot be halved goes behind words of odd length and before those of even length.
std::string in_cell(const std::string& word, std::size_t width, Alignment alignment) {
  const std::size_t spare = width - word.size();
  const std::size_t before = alignment == Alignment::right ? spare : (spare + 1 - word.size() % 2) / 2;
  return " " + std::string(before, ' ') + word + std::string(spare - before, ' ') + " |";
}

}  // namespace

std::string framed_table(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  std::string frame = "+";
  for (std::size_t place = 0; place < columns.size(); ++place) {
    std::size_t width = columns[place].name.size();
    for (const std::vector<std::string>& row : rows) width = std::max(width, row[place].size());
    widths.push_back(width);
    frame += std::string(width + 2, '-') + "+";
  }
  frame += "\n";
  std::string text = frame + "|";
  for (std::size_t place = 0; place < columns.size(); ++place) {
    text += in_cell(columns[place].name, widths[place], columns[place].alignment);
  }
  text += "\n" + frame;
  for (const std::vector<std::string>& row : rows) {
    text += "|";
    for (std::size_t place = 0; place < columns.size(); ++place) {
      text += in_cell(row[place], widths[place], columns[place].alignment);
    }
    text += "\n";
  }
  return text + frame;
}

}  // namespace mortar::command
