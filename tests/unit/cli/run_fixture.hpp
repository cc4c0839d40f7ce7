#pragma once

#include "cli/outside.hpp"
#include "support/fake_machine.hpp"
#include "json/value.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace cudasetup::cli::test {

inline std::optional<std::string> no_environment(const std::string&)
{
  return std::nullopt;
}

/// The command line on a machine in memory: a fresh Ubuntu 22.04 unless a test says otherwise.
class RunTest : public testing::Test {
protected:
  RunTest()
  {
    ubuntu("22.04", "jammy");
    m_machine.target.put("/var/lib/dpkg/status",
                         "Package: dpkg\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.21.1ubuntu2\n");
  }
  void ubuntu(const std::string& version, const std::string& codename)
  {
    m_machine.target.put("/etc/os-release",
                         "ID=ubuntu\nVERSION_ID=\"" + version + "\"\nPRETTY_NAME=\"Ubuntu " + version +
                             " LTS\"\nUBUNTU_CODENAME=" + codename + "\n");
  }
  int run(const std::vector<std::string>& arguments)
  {
    Outside outside{[this](const std::string&) { return m_machine.effects; },
                    m_console,
                    [this](std::string_view text) { m_out += text; },
                    [this](const std::string&) {
                      m_machine.interrupts.set(m_interrupts);
                      return m_agrees;
                    },
                    m_environment,
                    m_input,
                    Terminal::no,
                    m_is_root,
                    [this](const std::string& path, std::size_t most) {
                      m_read = path;
                      return m_input_text.substr(0, most);
                    },
                    [this](const std::string& question) {
                      m_hidden_questions.push_back(question);
                      m_machine.interrupts.set(m_interrupts);
                      const std::size_t number = m_hidden_questions.size() - 1;
                      return number < m_hidden_answers.size() ? std::optional(m_hidden_answers[number]) : std::nullopt;
                    },
                    [this](int descriptor, std::size_t most) -> std::optional<std::string> {
                      return descriptor == m_open_descriptor ? std::optional(m_input_text.substr(0, most))
                                                             : std::nullopt;
                    }};
    testing::internal::CaptureStderr();
    const int status = cli::run(arguments, outside);
    m_err = testing::internal::GetCapturedStderr();
    return status;
  }
  /// The same, of which nothing but the status and standard output counts.
  std::string out_of(const std::vector<std::string>& arguments, int expected = 0)
  {
    m_out.clear();
    EXPECT_EQ(run(arguments), expected) << m_err;
    return m_out;
  }
  json::Value document_of(const std::vector<std::string>& arguments, int expected = 0)
  {
    out_of(arguments, expected);
    return document();
  }
  json::Value document()
  {
    std::vector<json::Problem> problems;
    json::Value value = json::parse(m_out, "stdout", problems);
    EXPECT_TRUE(problems.empty()) << m_out;
    return value;
  }
  std::string text_at(const json::Value& value, std::string_view name)
  {
    const json::Value* member = value.find(name);
    return member != nullptr && member->string() != nullptr ? *member->string() : "";
  }
  void expect_untouched(const std::map<std::string, cudasetup::test::Node>& before)
  {
    EXPECT_EQ(m_machine.target.nodes(), before);
    EXPECT_TRUE(m_machine.processes.calls().empty());
    EXPECT_TRUE(m_machine.network.requests().empty());
  }

  cudasetup::test::FakeMachine m_machine;
  report::Console m_console;
  Environment m_environment = no_environment;
  Terminal m_input = Terminal::no;
  bool m_agrees = false;
  int m_interrupts = 0; ///< how often ^C answers a question
  bool m_is_root = false;
  std::string m_input_text;
  std::vector<std::string> m_hidden_questions;
  std::vector<std::string> m_hidden_answers; ///< after the last one, the input ends
  int m_open_descriptor = -1;                ///< has m_input_text as its line
  std::string m_read;                        ///< what was read as a stream; empty: standard input
  std::string m_out;
  std::string m_err;
};

} // namespace cudasetup::cli::test
