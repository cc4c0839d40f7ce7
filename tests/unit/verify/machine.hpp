#pragma once

#include "support/fake_machine.hpp"
#include "verify/checks.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cudasetup::test {

/// A machine to verify, and what is asked of it.
class VerifiedMachine : public testing::Test {
protected:
  VerifiedMachine()
  {
    m_request.work_directory = "/w";
    m_facts.pci_readable = true;
  }

  void add_gpu(const std::string& address = "0000:01:00.0", const std::string& bound_driver = "")
  {
    m_facts.gpus.push_back({address, base::PciId::parse("10de:1eb8"), std::nullopt, bound_driver});
  }
  verify::Context context() { return {m_machine.effects, m_facts, m_request}; }
  verify::Verification run() { return verify::verify(m_machine.effects, m_facts, m_request); }

  /// The check of that name, or a failure of the test.
  static verify::Check named(const std::vector<verify::Check>& checks, const std::string& name)
  {
    for (const verify::Check& check : checks) {
      if (check.name == name) {
        return check;
      }
    }
    ADD_FAILURE() << "no check " << name;
    return {};
  }
  static std::string results(const std::vector<verify::Check>& checks)
  {
    std::string text;
    for (const verify::Check& check : checks) {
      text += check.name + " " + std::string(verify::name_of(check.result)) + "\n";
    }
    return text;
  }

  FakeMachine m_machine;
  host::HostFacts m_facts;
  verify::VerifyRequest m_request;
};

} // namespace cudasetup::test
