#pragma once

#include "plan/plan.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace cudasetup::test {

inline base::Version version(std::string_view text)
{
  return base::Version::parse(text).value();
}

inline base::Url url(std::string_view text)
{
  return base::Url::parse(text).value();
}

/// A settled choice with everything it points into, for a fresh Ubuntu unless changed. Records hold what is published
/// of the real ones.
struct Sample {
  manifest::UbuntuRelease ubuntu;
  manifest::CudaRelease cuda;
  manifest::TorchRelease torch;
  resolve::Request request;
  resolve::Resolution resolution;
  host::HostFacts facts;
  plan::Settings settings;

  Sample() = default;
  Sample(const Sample&) = delete;
  Sample& operator=(const Sample&) = delete;

  plan::Plan plan() const { return plan::make_plan(request, resolution, facts, settings); }
};
using SamplePtr = std::unique_ptr<Sample>;

/// 64 times the digit.
inline base::Digest sha256_of_digit(char digit)
{
  return base::Digest::sha256(std::string(64, digit)).value();
}

/// "ubuntu2204" with its archive: the pin's text is known where `pin` is not empty.
inline SamplePtr sample_ubuntu(const std::string& release, const std::string& apt, const std::string& pin = "")
{
  auto sample = std::make_unique<Sample>();
  const std::string os = "ubuntu" + release.substr(0, 2) + release.substr(3);
  const std::string archive = "https://developer.download.nvidia.com/compute/cuda/repos/" + os + "/x86_64/";
  sample->ubuntu.version = version(release);
  sample->ubuntu.os = os;
  manifest::RemoteFile keyring{url(archive + "cuda-keyring_1.1-1_all.deb"), sha256_of_digit('d'), {}, 4328};
  sample->ubuntu.archives.push_back(
      {os, base::Arch::amd64, url(archive), keyring, "3BF863CC", url(archive + "cuda-" + os + ".pin"), {}, {}, {}, {}});
  if (!pin.empty()) {
    sample->ubuntu.archives.back().pin_text = pin;
  }
  sample->resolution.ubuntu = &sample->ubuntu;
  sample->resolution.archive = &sample->ubuntu.archives.front();
  sample->facts.os = {"ubuntu", "debian", release, "Ubuntu " + release + " LTS", ""};
  sample->facts.arch = base::Arch::amd64;
  sample->facts.apt = version(apt);
  sample->facts.pci_readable = true;
  sample->settings.manifest_digest = std::string(64, 'a');
  return sample;
}

inline const std::string k_pin_1804 = "Package: *\nPin: release l=NVIDIA CUDA\nPin-Priority: 600\n";

/// CUDA by apt or runfile; records of a local installer and a runfile are made for the sample's Ubuntu.
inline void choose_cuda(Sample& sample, const std::string& release, const std::string& driver, resolve::Method method)
{
  manifest::CudaRelease& cuda = sample.cuda;
  cuda.version = version(release);
  const std::string minor = cuda.version.prefix(2);
  std::string dashed = minor;
  dashed.replace(dashed.find('.'), 1, "-");
  const std::string& os = sample.ubuntu.os;
  const std::string base = "https://developer.download.nvidia.com/compute/cuda/" + release;
  const std::string deb = "cuda-repo-" + os + "-" + dashed + "-local_" + release + "-" + driver + "-1_amd64.deb";
  cuda.local_installers.push_back({os, base::Arch::amd64, {url(base + "/local_installers/" + deb), {}, {}, {}}});
  const bool old_key = cuda.version < version("11.7");
  cuda.local_repository = manifest::LocalRepository{"/var/cuda-repo-{os}-" + dashed + "-local",
                                                    "/etc/apt/sources.list.d/cuda-{os}-" + dashed + "-local.list",
                                                    old_key ? "7fa2af80.pub" : "cuda-*-keyring.gpg"};
  cuda.runfiles.push_back(
      {base::Arch::amd64,
       {url(base + "/local_installers/cuda_" + release + "_" + driver + "_linux.run"), sha256_of_digit('e'), {}, {}}});
  cuda.md5_list = url(base + "/docs/sidebar/md5sum.txt");
  resolve::ToolkitChoice choice;
  choice.release = &cuda;
  choice.method = method;
  if (method == resolve::Method::runfile) {
    choice.runfile = &cuda.runfiles.front();
  } else {
    choice.packages = {{"cuda-toolkit-" + dashed, release + "-1"}};
  }
  if (method == resolve::Method::local) {
    choice.local_installer = &cuda.local_installers.front();
  }
  sample.request.cuda = {resolve::Choice::exact, version(minor)};
  sample.request.method = method;
  sample.resolution.cuda = choice;
  sample.resolution.reasons.push_back({"cuda", release + " is the newest release of " + minor});
}

inline void choose_torch(Sample& sample, const std::string& release, const std::string& platform)
{
  sample.torch.version = version(release);
  manifest::TorchBuild build;
  build.platform = platform;
  build.zips.push_back({manifest::Abi::cxx11,
                        {url("https://download.pytorch.org/libtorch/" + platform +
                             "/libtorch-cxx11-abi-shared-with-deps-" + release + "%2B" + platform + ".zip"),
                         sha256_of_digit('1'),
                         {},
                         {}}});
  sample.torch.builds = {build};
  resolve::TorchChoice choice;
  choice.release = &sample.torch;
  choice.build = &sample.torch.builds.front();
  choice.zip = &choice.build->zips.front();
  choice.prefix = "/opt/libtorch/" + choice.text();
  sample.resolution.torch = choice;
  sample.resolution.reasons.push_back({"torch", choice.text() + " is the pair of this CUDA"});
}

inline void choose_driver(Sample& sample, const std::string& driver)
{
  const base::Version chosen = version(driver);
  sample.resolution.driver.action = resolve::DriverAction::install;
  sample.resolution.driver.version = chosen;
  sample.resolution.driver.module = host::ModuleFlavour::proprietary;
  sample.resolution.driver.packages = {{"cuda-drivers-" + chosen.prefix(1), driver + "-1"}};
}

inline void add_gpu(Sample& sample, std::string_view id)
{
  sample.facts.gpus.push_back({"0000:01:00.0", base::PciId::parse(id), {}, ""});
}

/// Index of the step, or a test failure.
inline std::size_t index_of(const plan::Plan& plan, std::string_view id)
{
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    if (plan.steps[i].id == id) {
      return i;
    }
  }
  ADD_FAILURE() << "no step " << id;
  return plan.steps.size();
}

inline std::vector<std::string> step_ids(const plan::Plan& plan)
{
  std::vector<std::string> ids;
  for (const plan::Step& step : plan.steps) {
    ids.push_back(step.id);
  }
  return ids;
}

/// Every command of the step as shell lines, with the step of that id.
inline std::vector<std::string> shell_lines(const plan::Plan& plan, std::string_view id, const std::string& root = "")
{
  std::vector<std::string> lines;
  for (const plan::Step& step : plan.steps) {
    for (const plan::Action& action : step.actions) {
      if (step.id == id) {
        for (const base::Command& command : plan::commands_for(action, root)) {
          lines.push_back(base::to_shell(command));
        }
      }
    }
  }
  return lines;
}

} // namespace cudasetup::test
