// The table of options against what stock 10.3 takes, refuses and knows of each.
#include "pool/option_table.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <vector>

#include "pool/set_options.h"

namespace mortar {
namespace {

// Lines of a table of tests/samples/options, without its comment, as fields.
std::vector<std::vector<std::string>> table_of(const std::string& name) {
  std::ifstream file(std::string(MORTAR_SOURCE_DIR) + "/tests/samples/options/" + name);
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    std::vector<std::string>& fields = rows.emplace_back();
    std::istringstream in(line);
    for (std::string field; std::getline(in, field, '\t');) fields.push_back(field);
  }
  return rows;
}

Pool pool_with_volume() {
  Pool pool;
  pool.servers.push_back(Server{.id = fixed_gfid(1)});
  Volume volume;
  volume.name = "v";
  volume.bricks.push_back(Brick{"host", "/b", fixed_gfid(1)});
  pool.volumes.push_back(volume);
  return pool;
}

// Where ours is stricter, or laxer, on purpose (docs/volumes.md). Hexadecimal numbers and leading zeros are read
// differently by different releases; beyond these bounds nothing could be meant.
bool is_strict_about(const OptionEntry& option, const std::string& value) {
  static const std::set<std::string> notations{"0x10", "0777"};
  if (notations.contains(value) || option.kind == OptionKind::octal) return true;
  if (option.kind == OptionKind::address_list) return value == "a b";
  if (option.key.starts_with("config.")) return true;  // numbers of threads
  return option.kind == OptionKind::integer && (value == "-1" || value.size() > 4);
}

TEST(OptionTable, TakesAndRefusesWhatStockDoes) {
  const Pool pool = pool_with_volume();
  std::vector<std::vector<std::string>> rows = table_of("values.tsv");
  ASSERT_GT(rows.size(), 300U);
  const std::vector<std::string> values = rows.front();
  rows.erase(rows.begin());
  // Stock's bound is the number of the machine's cores.
  std::erase_if(rows, [](const std::vector<std::string>& row) { return row[0] == "cluster.rebal-throttle"; });
  for (const std::vector<std::string>& row : rows) {
    ASSERT_EQ(row.size(), 3U) << row.front();
    const OptionEntry* option = find_option(row[0]);
    if (option == nullptr) {
      ADD_FAILURE() << row[0] << " is not known";
      continue;
    }
    // Stock checks values only by translators that a volume has: what it takes without looking does not count.
    const bool is_checked = row[2].contains('n');
    std::string differs;
    for (std::size_t place = 0; place < row[2].size(); ++place) {
      const std::string& value = values[place + 1];
      const bool taken = row[2][place] == 'y';
      const Result<Done> fits = SetOptions{row[1], {{row[0], value}}}.check(pool);
      if (fits.has_value() == taken) continue;
      const bool cannot_be_on = (option->flags & OptionEntry::not_here) != 0 && boolean_word(value).value_or(true);
      if (taken && (!is_checked || cannot_be_on || is_strict_about(*option, value))) continue;
      differs += fmt::format(" {} \"{}\"", taken ? "refuses" : "takes", value);
    }
    EXPECT_EQ(differs, "") << row[0];
  }
}

TEST(OptionTable, KnowsOfEachWhatStockDoes) {
  const std::vector<std::vector<std::string>> rows = table_of("facts.tsv");
  ASSERT_GT(rows.size(), 300U);
  for (const std::vector<std::string>& row : rows) {
    ASSERT_EQ(row.size(), 5U) << row.front();
    const OptionEntry* option = find_option(row[0]);
    if (std::stoul(row[1]) > newest_op_version) {
      EXPECT_EQ(option, nullptr) << row[0];
      continue;
    }
    if (option == nullptr) {
      ADD_FAILURE() << row[0] << " is not known";
      continue;
    }
    EXPECT_EQ(fmt::to_string(option->op_version), row[1]) << row[0];
    EXPECT_EQ(option->translator_type, row[2]) << row[0];
    EXPECT_EQ(option->name, row[3]) << row[0];
    static constexpr std::pair<std::uint8_t, const char*> meanings[] = {{OptionEntry::client, "client"},
                                                                        {OptionEntry::translator, "translator"},
                                                                        {OptionEntry::needs_force, "force"},
                                                                        {OptionEntry::never_reset, "never"}};
    for (const auto& [flag, word] : meanings) {
      EXPECT_EQ((option->flags & flag) != 0, ("," + row[4] + ",").contains(fmt::format(",{},", word)))
          << row[0] << " " << word;
    }
  }
}

}  // namespace
}  // namespace mortar
