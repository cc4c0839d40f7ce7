#pragma once

#include "matrix/axes.hpp"
#include "matrix/check.hpp"

#include "cli/options.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace cudasetup::matrix {

/// What was tried and what was found.
struct Tally {
  using Duration = std::chrono::steady_clock::duration;
  struct Rule {
    std::uint64_t count = 0;
    std::vector<std::string> examples; ///< the first few: what is broken, and the command line that shows it
  };

  std::uint64_t hosts = 0;
  std::uint64_t resolutions = 0;
  std::uint64_t refusals = 0;
  std::uint64_t alternatives = 0; ///< offered
  std::uint64_t settled = 0;      ///< different ones on one machine, each settled again
  Duration time_resolved{};       ///< processor time in resolve() of what was resolved
  Duration time_refused{};
  Duration time_settled{}; ///< in resolve() of alternatives
  std::map<std::string, Rule> broken;

  std::uint64_t cells() const { return resolutions + refusals; }
  void add(const Tally& other);
};

/// How an alternative's arguments read; the command line's own parser is asked once for each.
class Arguments {
public:
  /// Null where they are no command line.
  const cli::Options* read(const std::vector<std::string>& arguments);

private:
  std::unordered_map<std::string, std::optional<cli::Options>> m_known;
};

/// Settles requests on one machine and asks the oracle about each answer.
class Trial {
public:
  Trial(const Rows& rows, const HostCell& host, Arguments& arguments, Tally& tally);

  /// A request that names CUDA and torch alone.
  void run(const RequestCell& cell) { run(cell, m_possible); }
  /// Any other: @p possible is of this machine and the request.
  void run(const RequestCell& cell, const Possible& possible);
  const Machine& machine() const { return m_machine; }

private:
  void check_alternative(const resolve::Alternative& alternative, const RequestCell& cell);
  std::string find_fault(const cli::Options& options);
  std::size_t count_served_alone() const;
  void note(const std::vector<Breach>& breaches, const RequestCell& cell);

  const HostCell& m_host;
  Machine m_machine;
  Possible m_possible;
  bool m_anything;            ///< some toolkit or torch is possible
  std::size_t m_served_alone; ///< GPUs to be offered by themselves, where no driver serves all of them
  bool m_served;              ///< the Ubuntu release is; else everything is refused before it is settled
  Arguments& m_arguments;
  Tally& m_tally;
  std::unordered_map<std::string, std::string> m_faults; ///< of alternatives, by arguments; empty: none
};

} // namespace cudasetup::matrix
