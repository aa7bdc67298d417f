// A table in a frame of lines, as GlusterFS's programs of Python print it.
#pragma once

#include <string>
#include <vector>

namespace mortar::command {

enum class Alignment : bool { center, right };

struct Column {
  std::string name;
  Alignment alignment = Alignment::center;
};

// Each row has a word for each column.
std::string framed_table(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows);

}  // namespace mortar::command
