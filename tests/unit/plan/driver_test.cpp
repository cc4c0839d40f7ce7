#include "support/pretend.hpp"
#include "support/sample_scenarios.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace cudasetup::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// Ubuntu's driver with modules that it has built.
void take_ubuntus(Sample& sample, std::vector<manifest::AptPackage> packages)
{
  choose_driver(sample, "580.178.04");
  sample.resolution.driver.origin = resolve::DriverOrigin::ubuntu_prebuilt;
  sample.resolution.driver.packages = std::move(packages);
}

TEST(DriverSteps, HoldsAptToTheBranchBeforeItInstallsTheDriver)
{
  const SamplePtr sample = network_sample("22.04", "2.4.11", "12.4.1");
  choose_driver(*sample, "595.58.03");
  sample->resolution.driver.packages = {{"nvidia-driver-pinning-595", ""}, {"nvidia-open", "595.58.03-*"}};
  const plan::Plan plan = sample->plan();
  EXPECT_LT(index_of(plan, "apt-update"), index_of(plan, "apt-install-driver-pin"));
  EXPECT_LT(index_of(plan, "apt-install-driver-pin"), index_of(plan, "apt-install-driver"));
  EXPECT_THAT(shell_lines(plan, "apt-install-driver-pin").front(), testing::EndsWith(" nvidia-driver-pinning-595"));
  EXPECT_THAT(shell_lines(plan, "apt-install-driver").front(), testing::Not(HasSubstr("pinning")));
}

TEST(DriverSteps, TakesUbuntusDriverBeforeNvidiasArchiveIsThere)
{
  const SamplePtr sample = network_sample("22.04", "2.4.11", "12.4.1");
  choose_driver(*sample, "550.54.15");
  take_ubuntus(*sample, {{"nvidia-driver-550", ""}, {"linux-modules-nvidia-550-generic", ""}});
  const plan::Plan plan = sample->plan();
  EXPECT_LT(index_of(plan, "apt-update-system"), index_of(plan, "apt-install-driver"));
  EXPECT_LT(index_of(plan, "apt-install-driver"), index_of(plan, "nvidia-keyring"));
  EXPECT_THAT(shell_lines(plan, "apt-install-driver").front(),
              HasSubstr("nvidia-driver-550 linux-modules-nvidia-550-generic"));
}

TEST(DriverSteps, KeepsNouveauOffTheNextBootBeforeTheDriverComes)
{
  const SamplePtr sample = network_sample("22.04", "2.4.11", "12.4.1");
  choose_driver(*sample, "550.54.15");
  EXPECT_THAT(step_ids(sample->plan()), Not(Contains("keep-nouveau-off"))) << "nothing holds the GPU";
  sample->facts.ground.modules = std::set<std::string>{"nouveau"};
  const plan::Plan plan = sample->plan();
  EXPECT_EQ(index_of(plan, "keep-nouveau-off") + 1, index_of(plan, "apt-install-driver"))
      << "cut off between the two, the driver is still asked for";
  EXPECT_THAT(shell_lines(plan, "keep-nouveau-off").back(), HasSubstr("update-initramfs -u"));
  const plan::Step& step = plan.steps.at(index_of(plan, "keep-nouveau-off"));
  const auto& file = std::get<plan::WriteFile>(step.actions.front());
  EXPECT_EQ(file.path, "/etc/modprobe.d/cudasetup-nouveau.conf");
  EXPECT_THAT(file.content, AllOf(HasSubstr("\nblacklist nouveau\n"), HasSubstr("\nblacklist nova_core\n")));
  sample->facts.files[file.path] = file.content;
  EXPECT_THAT(step_ids(sample->plan()), Not(Contains("keep-nouveau-off"))) << "it is kept off already";
}

TEST(DriverSteps, LeavesNouveauToUbuntusPackagesButNotNova)
{
  const SamplePtr sample = network_sample("24.04", "2.4.11", "12.4.1");
  choose_driver(*sample, "580.178.04");
  take_ubuntus(*sample, {{"nvidia-driver-580-open", ""}, {"linux-modules-nvidia-580-open-generic", ""}});
  sample->facts.gpus.at(0).bound_driver = "nouveau";
  EXPECT_THAT(step_ids(sample->plan()), Not(Contains("keep-nouveau-off"))) << "its packages do so";
  sample->facts.gpus.at(0).bound_driver = "NovaCore";
  const plan::Plan plan = sample->plan();
  EXPECT_EQ(plan.steps.at(index_of(plan, "keep-nouveau-off")).title, "Keep nova_core from the GPU");
}

/// A driver that comes to a running machine with a GPU that nothing has.
SamplePtr free_sample()
{
  SamplePtr sample = network_sample("22.04", "2.4.11", "12.4.1");
  choose_driver(*sample, "550.54.15");
  sample->settings.program = "/usr/bin/cudasetup";
  sample->facts.ground.modules.emplace();
  host::GpuDevice gpu;
  gpu.address = "0000:01:00.0";
  sample->facts.gpus = {gpu};
  return sample;
}

TEST(DriverSteps, LoadsTheModuleWhereNothingHasTheGpu)
{
  const plan::Plan plan = free_sample()->plan();
  EXPECT_LT(index_of(plan, "apt-install-driver"), index_of(plan, "load-driver"));
  EXPECT_THAT(shell_lines(plan, "load-driver").front(), testing::StartsWith("modprobe -a nvidia nvidia_uvm"));
  EXPECT_FALSE(plan.totals.reboot);
  EXPECT_THAT(step_ids(plan), Not(Contains("after-boot")));
}

TEST(DriverSteps, LoadsWhatACutOffRunInstalled)
{
  const SamplePtr sample = free_sample();
  sample->resolution.driver = {};
  sample->resolution.driver.action = resolve::DriverAction::keep;
  EXPECT_THAT(step_ids(sample->plan()), Not(Contains("load-driver")));
  sample->facts.waiting_driver = host::LoadedDriver{};
  EXPECT_THAT(step_ids(sample->plan()), Contains("load-driver"));
  sample->facts.driver = host::LoadedDriver{};
  EXPECT_THAT(step_ids(sample->plan()), Not(Contains("load-driver"))) << "it is loaded";
}

TEST(DriverSteps, LeavesTheModuleToTheNextBootWhereItCannotBeLoadedNow)
{
  const auto needs_reboot = [](auto change) {
    const SamplePtr sample = free_sample();
    change(*sample);
    const plan::Plan plan = sample->plan();
    EXPECT_THAT(step_ids(plan), Not(Contains("load-driver")));
    return plan.totals.reboot;
  };
  EXPECT_TRUE(needs_reboot([](Sample& sample) { sample.facts.ground.modules->insert("nouveau"); }));
  EXPECT_TRUE(needs_reboot([](Sample& sample) { sample.facts.ground.modules->insert("nvidia"); }));
  EXPECT_TRUE(needs_reboot([](Sample& sample) { sample.facts.ground.modules.reset(); })) << "not known";
  EXPECT_TRUE(needs_reboot([](Sample& sample) { sample.facts.gpus.front().bound_driver = "vfio-pci"; }));
  EXPECT_TRUE(needs_reboot([](Sample& sample) { sample.facts.gpus.clear(); })) << "there is none to load it for";
  EXPECT_TRUE(needs_reboot([](Sample& sample) { sample.settings.program = ""; })) << "another system than this";
  EXPECT_TRUE(needs_reboot([](Sample& sample) { sample.facts.ground.secure_boot = host::SecureBoot::on; }));
}

TEST(DriverSteps, WhatDkmsBuiltMakesRoomForUbuntusOwnModule)
{
  const SamplePtr sample = network_sample("22.04", "2.4.11", "12.4.1");
  sample->facts.packages["nvidia-dkms-580-open"] = {"580.178.04-0ubuntu0.22.04.1", true};
  take_ubuntus(*sample, {{"nvidia-driver-580-open", ""}, {"linux-modules-nvidia-580-open-6.8.0-41-generic", ""}});
  sample->facts.kernel = "6.8.0-41-generic";
  const auto command = [&] { return shell_lines(sample->plan(), "apt-install-driver").front(); };
  EXPECT_THAT(command(), Not(HasSubstr("dkms"))) << "nothing would stand for it";
  sample->resolution.driver.packages.push_back({"linux-modules-nvidia-580-open-generic", ""});
  EXPECT_THAT(command(), testing::EndsWith(" linux-modules-nvidia-580-open-generic nvidia-dkms-580-open-"));
  EXPECT_THAT(sample->plan().simulation->packages, Contains("nvidia-dkms-580-open-"));
  for (const manifest::AptPackage& package : sample->resolution.driver.packages) {
    sample->facts.packages[package.name] = {"580.178.04-0ubuntu0.22.04.1", true};
  }
  EXPECT_THAT(command(), HasSubstr(" nvidia-dkms-580-open-"))
      << "all else is there, and the wrong module is found first";
  sample->facts.packages.erase("nvidia-dkms-580-open");
  EXPECT_THAT(step_ids(sample->plan()), Not(Contains("apt-install-driver")));
}

TEST(DriverSteps, NeedsNoArchiveOfNvidiasForUbuntusDriverAlone)
{
  const SamplePtr sample = sample_ubuntu("22.04", "2.4.11");
  choose_driver(*sample, "550.54.15");
  take_ubuntus(*sample, {{"nvidia-driver-550", ""}});
  const plan::Plan plan = sample->plan();
  EXPECT_THAT(step_ids(plan), ElementsAre("apt-update-system", "driver-origin", "apt-install-driver"));
  EXPECT_EQ(plan.simulation->source_line, "");
}

TEST(DriverSteps, InstallsTheHeadersOfTheRunningKernelForNvidiasModule)
{
  const SamplePtr sample = seed_sample();
  sample->facts.kernel = "5.4.0-150-generic";
  EXPECT_THAT(shell_lines(sample->plan(), "apt-install-prerequisites").front(),
              HasSubstr(" linux-headers-5.4.0-150-generic"));
  sample->facts.kernel = "5.4.0";
  EXPECT_THAT(shell_lines(sample->plan(), "apt-install-prerequisites").front(), Not(HasSubstr("linux-headers")));
}

/// The content of the file that a step writes.
std::string written(const plan::Plan& plan, std::string_view id)
{
  return std::get<plan::WriteFile>(plan.steps.at(static_cast<std::size_t>(index_of(plan, id))).actions.front()).content;
}

TEST(DriverSteps, KeepTheOtherArchivesDriverOut)
{
  const SamplePtr sample = network_sample("24.04", "2.7.14", "12.8.0");
  choose_driver(*sample, "570.211.01");
  const plan::Plan nvidias = sample->plan();
  EXPECT_LT(index_of(nvidias, "driver-origin"), index_of(nvidias, "apt-install-driver"));
  const std::string theirs = written(nvidias, "driver-origin");
  EXPECT_THAT(theirs,
              AllOf(HasSubstr(" nvidia-driver* "),
                    HasSubstr("linux-modules-nvidia-*"),
                    HasSubstr("o=Ubuntu\nPin-Priority: -1\n")));
  EXPECT_EQ(nvidias.simulation->files.at("/etc/apt/preferences.d/cudasetup-driver"), theirs);
  EXPECT_EQ(nvidias.steps.at(static_cast<std::size_t>(index_of(nvidias, "driver-origin"))).undo,
            "rm /etc/apt/preferences.d/cudasetup-driver");
  take_ubuntus(*sample, {{"nvidia-driver-580-open", ""}});
  const std::string ours = written(sample->plan(), "driver-origin");
  EXPECT_THAT(ours, AllOf(HasSubstr("l=NVIDIA CUDA\nPin-Priority: -1\n"), Not(HasSubstr("linux-modules"))));
  EXPECT_THAT(ours, Not(HasSubstr("libnvidia-container"))) << "which is no driver's";
  sample->facts.files["/etc/apt/preferences.d/cudasetup-driver"] = ours;
  EXPECT_THAT(step_ids(sample->plan()), Not(Contains("driver-origin"))) << "it is there";
  sample->facts.pins = {{"/etc/apt/preferences.d/cudasetup-driver", "nvidia-driver*", "release l=NVIDIA CUDA", -1}};
  EXPECT_TRUE(sample->plan().resolution.cautions.empty()) << "nobody else's pin";
}

TEST(DriverSteps, NoneWhereTheDriverIsThere)
{
  const SamplePtr sample = network_sample("24.04", "2.7.14", "12.8.0");
  take_ubuntus(*sample, {{"nvidia-driver-580-open", ""}});
  sample->facts.packages["nvidia-driver-580-open"] = {"580.178.04-0ubuntu0.24.04.1"};
  EXPECT_THAT(step_ids(sample->plan()), Not(testing::AnyOf(Contains("driver-origin"), Contains("apt-install-driver"))));
}

TEST(DriverSteps, AComponentIsAddedBesideTheSourcesThatAreThere)
{
  const SamplePtr sample = sample_ubuntu("24.04", "2.7.14");
  take_ubuntus(*sample, {{"nvidia-driver-615-open", ""}});
  sample->resolution.driver.component = "multiverse";
  sample->facts.ubuntu_archive.sources = {{"http://a.example/ubuntu", "noble", {"main"}, "/usr/share/keyrings/u.gpg"},
                                          {"http://a.example/ubuntu", "noble-updates", {"main"}, ""}};
  const plan::Plan plan = sample->plan();
  EXPECT_THAT(step_ids(plan),
              ElementsAre("ubuntu-component", "apt-update-system", "driver-origin", "apt-install-driver"));
  const std::string lines = "deb [signed-by=/usr/share/keyrings/u.gpg] http://a.example/ubuntu noble multiverse\n"
                            "deb http://a.example/ubuntu noble-updates multiverse\n";
  EXPECT_EQ(written(plan, "ubuntu-component"), lines);
  EXPECT_EQ(plan.simulation->files.at("/etc/apt/sources.list.d/cudasetup-ubuntu.list"), lines);
  // What an earlier run added stays.
  sample->facts.files["/etc/apt/sources.list.d/cudasetup-ubuntu.list"] =
      "deb http://a.example/ubuntu noble restricted\n";
  EXPECT_EQ(written(sample->plan(), "ubuntu-component"), "deb http://a.example/ubuntu noble restricted\n" + lines);
}

TEST(DriverSteps, DkmsHasWhatItBuildsWith)
{
  const SamplePtr sample = sample_ubuntu("22.04", "2.4.11");
  take_ubuntus(*sample, {{"nvidia-driver-580-open", ""}});
  sample->resolution.driver.origin = resolve::DriverOrigin::ubuntu_dkms;
  sample->facts.kernel = "6.8.0-149-generic";
  sample->facts.ground.kernels = {{"6.8.0-149-generic", true, {}}, {"6.8.0-150-generic", false, {}}};
  sample->facts.packages["linux-image-generic-hwe-22.04"] = {"6.8.0-150.150~22.04.1"};
  sample->facts.ground.kernel_gcc = 12;
  sample->facts.gcc = version("11.4.0");
  EXPECT_THAT(shell_lines(sample->plan(), "apt-install-prerequisites").front(),
              testing::EndsWith(" gcc-12 linux-headers-6.8.0-150-generic linux-headers-generic-hwe-22.04"));
  sample->facts.kernel = "6.18.44-custom";
  EXPECT_THAT(shell_lines(sample->plan(), "apt-install-prerequisites").front(), Not(HasSubstr("gcc-12")))
      << "whether Ubuntu has the compiler of another's kernel is not known";
  sample->resolution.driver.origin = resolve::DriverOrigin::ubuntu_prebuilt;
  EXPECT_THAT(step_ids(sample->plan()), Not(Contains("apt-install-prerequisites")));
}

} // namespace
} // namespace cudasetup::test
