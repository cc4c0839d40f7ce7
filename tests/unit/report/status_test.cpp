#include "report/status.hpp"

#include "diagnose/status.hpp"
#include "report/diagnosis.hpp"
#include "support/golden.hpp"
#include "unit/diagnose/machine.hpp"
#include "json/value.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace cudasetup::report {
namespace {

using diagnose::test::Machine;
using diagnose::test::version;

const diagnose::LastTransaction k_last{"0001", "2026-11-20T10:00:00Z", "install --cuda 12.4", "done", ""};

/// A machine in the state that a name tells.
struct State {
  const char* name;
  void (*make)(Machine&);
  bool has_history = true;
};

void be_fresh(Machine& at)
{
  at.remove_driver();
  at.facts.gpus.front().bound_driver = "nouveau";
  at.facts.toolkits.clear();
  at.facts.active_toolkit.reset();
  at.facts.libtorch.clear();
  at.facts.current_libtorch.reset();
  at.facts.files.clear();
  at.details.torch.clear();
  at.details.named.clear();
  at.details.has_cuda_link = false;
  at.details.has_current_libtorch_link = false;
  at.details.nvcc_in_path.reset();
}

void be_upgraded(Machine& at)
{
  at.details.libraries = {{"/usr/lib/x86_64-linux-gnu/libcuda.so.580.126.09", version("580.126.09")}};
  for (auto& [name, package] : at.facts.packages) {
    if (name.find("nvidia") != std::string::npos) {
      package.version = "580.126.09-0ubuntu0.22.04.1";
    }
  }
}

void have_two_toolkits(Machine& at)
{
  at.facts.toolkits.insert(at.facts.toolkits.begin(), {"/usr/local/cuda-11.8", version("11.8.0"), true});
  at.details.cuda_alternative = "manual";
  at.details.nvcc_in_path = "/usr/local/cuda-11.8/bin/nvcc";
  at.facts.libtorch.push_back({"/opt/libtorch/1.7.1+cu102", "1.7.1+cu102"});
  at.facts.holds = {"cuda-toolkit-12-4"};
  at.facts.pins = {{"/etc/apt/preferences.d/cuda-repository-pin-600", "*", "release l=NVIDIA CUDA", 600}};
  for (const char* name : {"nvidia-driver*", "nvidia-firmware*", "nvidia-kernel-*", "nvidia-utils*", "libnvidia-gl*"}) {
    at.facts.pins.push_back({"/etc/apt/preferences.d/cudasetup-holds", name, "release a=now", 1001});
  }
  at.details.python = {{"/opt/torch-venv", "2.7.1+cu128", true}};
}

void be_hybrid_laptop(Machine& at)
{
  at.use_gpu("10de:2684");
  at.details.is_laptop = true;
  at.details.other_displays = {0x8086};
  at.details.prime_mode = "off";
  at.unload();
}

std::vector<State> states()
{
  return {{"sound", [](Machine&) {}},
          {"fresh", be_fresh, false},
          {"container", [](Machine& at) { at.be_given_gpu(); }},
          {"wsl", [](Machine& at) { at.be_wsl(); }},
          {"upgraded-not-rebooted", be_upgraded},
          {"two-toolkits", have_two_toolkits},
          {"hybrid-laptop", be_hybrid_laptop}};
}

void set_ceilings(manifest::Manifest& manifest)
{
  for (manifest::DriverBranch& branch : manifest.drivers) {
    if (branch.branch == 580) {
      branch.cuda = version("13.0");
    }
  }
}

/// Exact texts.
class StatusGolden : public testing::TestWithParam<State> {
protected:
  StatusGolden()
  {
    set_ceilings(m_machine.manifest);
    GetParam().make(m_machine);
    m_findings = m_machine.findings();
    m_status =
        diagnose::status_of({m_machine.facts, m_machine.details, m_machine.manifest, m_machine.apt, m_machine.past},
                            m_findings,
                            GetParam().has_history ? std::optional(k_last) : std::nullopt);
  }
  Machine m_machine;
  std::vector<diagnose::Finding> m_findings;
  diagnose::Status m_status;
};

TEST_P(StatusGolden, Text)
{
  const base::Command doctor{{"cudasetup", "doctor"}};
  cudasetup::test::expect_golden(std::string("status-") + GetParam().name + ".txt",
                                 text_of(m_status, {}, doctor) + "\n$ cudasetup doctor\n" + text_of(m_findings, {}));
}

TEST_P(StatusGolden, Document)
{
  cudasetup::test::expect_golden(std::string("status-") + GetParam().name + ".json",
                                 json::write(to_json(m_status, {}), json::Layout::indented));
}

TEST_P(StatusGolden, OneScreen)
{
  const std::string text = text_of(m_status, {}, base::Command{{"cudasetup", "doctor"}});
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 24);
}

INSTANTIATE_TEST_SUITE_P(States, StatusGolden, testing::ValuesIn(states()), [](const auto& state) {
  std::string name = state.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(Status, TellsWhatTheFirmwareKnowsOfTheKeyOfModulesThatAreBuiltHere)
{
  Machine at;
  const auto screen = [&] {
    const diagnose::Known known{at.facts, at.details, at.manifest, at.apt, at.past};
    return text_of(diagnose::status_of(known, {}, k_last), {}, base::Command{{"cudasetup", "doctor"}});
  };
  at.details.key_is_enrolled = false;
  EXPECT_THAT(screen(), testing::Not(testing::HasSubstr("Secure Boot"))) << "it does not matter";
  at.details.secure_boot = host::SecureBoot::on;
  EXPECT_THAT(screen(), testing::HasSubstr("the key of modules that are built here is not enrolled"));
  at.details.key_is_pending = true;
  EXPECT_THAT(screen(), testing::HasSubstr("waits for the next boot's console"));
  at.details.key_is_enrolled = true;
  EXPECT_THAT(screen(), testing::HasSubstr("the key of modules that are built here is enrolled"));
}

TEST(Status, WhatCannotBeKnownIsNotInvented)
{
  const host::HostFacts facts;
  const host::Details details;
  const manifest::Manifest manifest;
  const host::AptFaults apt;
  const diagnose::Status status = diagnose::status_of({facts, details, manifest, apt}, {}, std::nullopt);
  const std::string text = text_of(status, {"GPUs"}, base::Command{{"cudasetup", "doctor"}});
  EXPECT_THAT(text, testing::HasSubstr("System     not known\n"));
  EXPECT_THAT(text, testing::HasSubstr("GPU        not known: the PCI bus cannot be read here\n"));
  EXPECT_THAT(text, testing::HasSubstr("Not seen   GPUs\n"));
  const json::Value document = to_json(status, {});
  EXPECT_TRUE(document.find("gpus")->is_null());
  EXPECT_TRUE(document.find("driver")->find("loaded")->is_null());
}

} // namespace
} // namespace cudasetup::report
