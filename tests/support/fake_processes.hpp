#pragma once

#include "effects/processes.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace cudasetup::test {

/// Answers the commands it was told of, records every call, and fails the test at any other. The latest answer to the
/// same argv counts. Safe to use from several threads.
class FakeProcesses : public effects::Processes {
public:
  using Argv = std::vector<std::string>;
  using Answer = std::function<base::Result<effects::ProcessResult>(const base::Command&)>;

  /// Every run of exactly @p argv ends with @p status and prints @p out and @p err.
  FakeProcesses& answer(Argv argv, std::string out = {}, int status = 0, std::string err = {})
  {
    effects::ProcessResult result;
    result.status = status;
    result.out = std::move(out);
    result.err = std::move(err);
    return answer_with(std::move(argv), [result](const base::Command&) { return result; });
  }
  /// Every run of exactly @p argv does and returns what @p act does.
  FakeProcesses& answer_with(Argv argv, Answer act)
  {
    m_answers.emplace_back([argv = std::move(argv)](const Argv& asked) { return asked == argv; }, std::move(act));
    return *this;
  }
  /// The same for every argv that @p matches.
  FakeProcesses& answer_where(std::function<bool(const Argv&)> matches, Answer act)
  {
    m_answers.emplace_back(std::move(matches), std::move(act));
    return *this;
  }

  /// Every call, in order.
  const std::vector<base::Command>& calls() const { return m_calls; }

  using effects::Processes::run;
  base::Result<effects::ProcessResult> run(const base::Command& command,
                                           const effects::ProcessOptions& options) override
  {
    Answer act;
    {
      const std::lock_guard guard(m_mutex);
      m_calls.push_back(command);
      for (const auto& [matches, answer] : m_answers) {
        if (matches(command.argv)) {
          act = answer;
        }
      }
    }
    if (!act) {
      ADD_FAILURE() << "unexpected process: " << testing::PrintToString(command.argv);
      return base::fail(base::ErrorKind::bug, "unexpected process");
    }
    auto result = act(command);
    if (result && options.on_output) {
      if (!result->out.empty()) {
        options.on_output(effects::Stream::out, result->out);
      }
      if (!result->err.empty()) {
        options.on_output(effects::Stream::err, result->err);
      }
    }
    return result;
  }

private:
  std::mutex m_mutex;
  std::vector<std::pair<std::function<bool(const Argv&)>, Answer>> m_answers;
  std::vector<base::Command> m_calls;
};

} // namespace cudasetup::test
