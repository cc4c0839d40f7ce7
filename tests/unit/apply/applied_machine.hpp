#pragma once

#include "apply/apply.hpp"
#include "journal/journal.hpp"
#include "support/fake_machine.hpp"
#include "support/tool_text.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace cudasetup::test {

inline const std::string k_record = "/var/lib/cudasetup/transactions/0001.jsonl";
inline const std::vector<std::string> k_install = {"apt-get", "install", "--yes", "cuda"};

inline plan::Step step(const std::string& id, std::vector<plan::Action> actions)
{
  plan::Step made;
  made.id = id;
  made.title = "Do " + id;
  made.actions = std::move(actions);
  return made;
}

/// A machine and a plan of two steps for it: a file that is replaced, and an installation.
class AppliedMachine : public testing::Test {
protected:
  AppliedMachine()
  {
    m_facts.is_root = true;
    m_machine.target.put("/etc/pin", "before", 0600);
    m_plan.steps = {step("pin", {plan::WriteFile{"/etc/pin", "after", 0644}}),
                    step("install", {plan::Run{base::Command{k_install}}})};
    m_plan.steps.back().interruptible = plan::Interruptible::no;
    m_machine.processes.answer(k_install, "Setting up cuda\n");
  }
  base::Result<apply::Applied> run(const std::string& root = "")
  {
    const auto agree = [this](const plan::Plan& costed) -> base::Result<void> {
      m_asked_about = costed.totals;
      m_commands_before_asking = m_machine.processes.calls().size();
      return m_refusal ? base::fail(*m_refusal) : base::Result<void>{};
    };
    return apply::apply(m_machine.effects, m_plan, m_facts, {root, 0, m_arguments}, agree);
  }
  /// The transaction as its journal tells it.
  journal::Transaction record()
  {
    const auto read = journal::read_transaction(m_machine.target.read(k_record).value_or(""), k_record);
    EXPECT_TRUE(read) << read.error().message;
    return read.value_or(journal::Transaction{});
  }
  void expect_untouched(const std::map<std::string, Node>& before)
  {
    EXPECT_EQ(m_machine.target.nodes(), before);
    EXPECT_TRUE(m_machine.processes.calls().empty());
    EXPECT_TRUE(m_machine.network.requests().empty());
  }
  /// With this answer of apt-get to `--simulate … install`, and these bytes to fetch and to keep.
  void simulates(const std::string& out)
  {
    plan::Simulation simulation;
    simulation.packages = {"cuda-tools-11-1"};
    m_plan.simulation = simulation;
    m_plan.totals.parts = {{std::string(plan::k_apt_cost), "", std::nullopt, std::nullopt}};
    m_machine.processes.answer_where(
        [](const std::vector<std::string>& argv) { return argv[0] == "apt-get" && argv[1] == "-c"; },
        [out](const base::Command& command) {
          effects::ProcessResult result;
          const bool asks_cost =
              std::find(command.argv.begin(), command.argv.end(), "--print-uris") != command.argv.end();
          result.out = command.argv.back() == "update" ? ""
                       : asks_cost ? "After this operation, 5000 kB of additional disk space will be used.\n"
                                     "'https://developer.download.nvidia.com/x/cuda.deb' cuda.deb 3000000 SHA256:0\n"
                                   : out;
          return base::Result<effects::ProcessResult>(result);
        });
  }

  FakeMachine m_machine;
  plan::Plan m_plan;
  host::HostFacts m_facts;
  std::optional<plan::Totals> m_asked_about;
  std::size_t m_commands_before_asking = 0;
  std::optional<base::Error> m_refusal;
  std::vector<std::string> m_arguments;
};

} // namespace cudasetup::test
