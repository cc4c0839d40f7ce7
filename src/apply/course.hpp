#pragma once

#include "apply/actions.hpp"
#include "apply/apt_simulation.hpp"
#include "journal/journal.hpp"

#include <functional>
#include <string>
#include <vector>

namespace cudasetup::apply {

/// "stopped before the first change, as asked": what a run that was told to stop ends with.
base::Error interrupted(const std::string& where);

/// Carries out the steps of one transaction in order, and records what each did to files, packages and alternatives.
class Course {
public:
  /// @p state: packages and alternatives as they are now.
  Course(Workbench& bench, journal::Journal& journal, journal::SystemState state);

  /// Keeps what is at every path that the steps change, as far as they can tell already.
  base::Result<void> keep_originals(const std::vector<plan::Step>& steps);
  /// Runs the steps; before the one of number @p pause (from 0, if there is one), does what @p then says. The end of
  /// the transaction is recorded, however it ends.
  base::Result<void>
  run(const std::vector<plan::Step>& steps, std::size_t pause, const std::function<base::Result<void>()>& then);

private:
  base::Result<void>
  run_steps(const std::vector<plan::Step>& steps, std::size_t pause, const std::function<base::Result<void>()>& then);
  base::Result<void> run_step(const plan::Step& step, std::size_t number, std::size_t count);
  base::Result<void> perform_all(const plan::Step& step, std::vector<std::string>& touched);
  /// Keeps what is at a path, before it is changed.
  base::Result<void> keep(const ChangedPath& changed);
  base::Result<void> record(const plan::Step& step, const std::vector<std::string>& touched);

  Workbench& m_bench;
  journal::Journal& m_journal;
  journal::SystemState m_state;
};

} // namespace cudasetup::apply
