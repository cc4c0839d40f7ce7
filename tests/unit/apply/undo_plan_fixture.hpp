#pragma once

#include "apply/undo_plan.hpp"

#include "support/fake_files.hpp"

#include <gtest/gtest.h>

namespace cudasetup::apply {

using journal::Extent;
using journal::Mark;
using journal::Original;
using journal::PackageState;
using journal::PathState;

inline const PackageState k_there{"ii", "1", Mark::manual};
inline const PackageState k_pulled{"ii", "1", Mark::automatic};

inline PathState file(const std::string& digest, unsigned mode = 0644)
{
  return {true, {effects::FileType::regular, 0, mode, 0, 0}, "", digest};
}

inline PathState link_to(const std::string& target)
{
  return {true, {effects::FileType::link, 0, 0777, 0, 0}, target, ""};
}

inline PathState directory(const std::string& digest = "")
{
  return {true, {effects::FileType::directory, 0, 0755, 0, 0}, "", digest};
}

class UndoPlanTest : public testing::Test {
protected:
  UndoPlanTest() { m_input.transaction.id = "0001"; }

  /// A package before the transaction, after it, and now; nullopt: dpkg does not know it.
  void package(const std::string& name,
               std::optional<PackageState> before,
               std::optional<PackageState> after,
               std::optional<PackageState> now)
  {
    m_input.transaction.changed.packages[name] = after;
    if (before) {
      m_input.transaction.before.packages[name] = *before;
    }
    if (now) {
      m_input.now.packages[name] = *now;
    }
  }
  void path(const Original& original, const PathState& result, const PathState& now)
  {
    m_input.transaction.originals.push_back(original);
    m_input.transaction.results[original.path] = result;
    m_input.paths_now[original.path] = now;
    if (!original.saved.empty()) {
      m_input.available.insert(original.saved);
    }
  }
  /// The commands of the plan but for the last ldconfig.
  std::vector<std::string> commands()
  {
    m_plan = plan_undo(m_input);
    std::vector<std::string> lines;
    for (const plan::Step& step : m_plan.steps) {
      for (const plan::Action& action : step.actions) {
        lines.push_back(base::to_shell(std::get<plan::Run>(action).command));
      }
    }
    if (!lines.empty()) {
      EXPECT_EQ(lines.back(), "ldconfig");
      lines.pop_back();
    }
    return lines;
  }
  using Lines = std::vector<std::string>;

  UndoInput m_input;
  plan::UndoPlan m_plan;
};

} // namespace cudasetup::apply
