#pragma once

#include "support/fake_machine.hpp"
#include "verify/checks.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <tuple>
#include <vector>

namespace cudasetup::test {

/// A machine to verify, and what is asked of it.
class VerifiedMachine : public testing::Test {
protected:
  VerifiedMachine()
  {
    m_request.work_directory = "/w";
    m_facts.pci_readable = true;
    m_request.manifest = std::make_shared<manifest::Manifest>(records());
  }

  void add_gpu(const std::string& address = "0000:01:00.0", const std::string& bound_driver = "")
  {
    m_facts.gpus.push_back({address, base::PciId::parse("10de:1eb8"), std::nullopt, bound_driver});
  }
  verify::Context context() { return {m_machine.effects, m_facts, m_request}; }
  verify::Verification run() { return verify::verify(m_machine.effects, m_facts, m_request); }

  /// A Tesla T4, CUDA 12.4.1, and LibTorch 1.7.1 and 2.6.0.
  static manifest::Manifest records()
  {
    manifest::Manifest manifest;
    manifest.gpus.emplace_back();
    manifest.gpus.back().id = base::PciId::parse("10de:1eb8").value();
    manifest.gpus.back().name = "Tesla T4";
    manifest.gpus.back().first_branch = 418;
    manifest.cuda.emplace_back();
    manifest.cuda.back().version = base::Version::parse("12.4.1").value();
    manifest.cuda.back().compatible_driver = base::Version::parse("525.60.13");
    manifest.cuda.back().gcc = manifest::CudaRelease::GccRange{6, 13};
    for (const auto& [version, platform, driver] :
         {std::tuple{"1.7.1", "cu110", "450.36.06"}, std::tuple{"2.6.0", "cu124", "525.60.13"}}) {
      manifest.torch.emplace_back();
      manifest.torch.back().version = base::Version::parse(version).value();
      manifest.torch.back().builds.resize(2);
      manifest.torch.back().builds[0].platform = "cpu";
      manifest.torch.back().builds[1].platform = platform;
      manifest.torch.back().builds[1].minimum_driver = base::Version::parse(driver);
    }
    return manifest;
  }

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
