#include "support/sample_scenarios.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cudasetup::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::string k_deb = "/var/cache/cudasetup/cuda-repo-ubuntu1804-11-1-local_11.1.1-455.32.00-1_amd64.deb";

TEST(LocalSource, IsPinnedBeforeTheUpdateAndNamesThePinsAddress)
{
  const plan::Plan plan = seed_sample()->plan();
  const std::size_t pin = index_of(plan, "nvidia-pin");
  EXPECT_LT(pin, index_of(plan, "apt-update"));
  EXPECT_THAT(
      plan.steps[pin].because,
      HasSubstr("https://developer.download.nvidia.com/compute/cuda/repos/ubuntu1804/x86_64/cuda-ubuntu1804.pin"));
  EXPECT_THAT(shell_lines(plan, "nvidia-pin"),
              ElementsAre("mkdir -p /etc/apt/preferences.d",
                          "rm -f /etc/apt/preferences.d/cuda-repository-pin-600",
                          "dd of=/etc/apt/preferences.d/cuda-repository-pin-600 status=none <<'EOF'\n"
                          "Package: *\nPin: release l=NVIDIA CUDA\nPin-Priority: 600\nEOF",
                          "chmod 0644 /etc/apt/preferences.d/cuda-repository-pin-600"));
}

TEST(LocalSource, IsCheckedAgainstNvidiasListWhereItHasNoDigest)
{
  EXPECT_THAT(
      shell_lines(seed_sample()->plan(), "fetch-local-installer"),
      ElementsAre(
          "/usr/lib/apt/apt-helper download-file "
          "https://developer.download.nvidia.com/compute/cuda/11.1.1/local_installers/"
          "cuda-repo-ubuntu1804-11-1-local_11.1.1-455.32.00-1_amd64.deb " +
              k_deb,
          "/usr/lib/apt/apt-helper download-file "
          "https://developer.download.nvidia.com/compute/cuda/11.1.1/docs/sidebar/md5sum.txt "
          "/var/cache/cudasetup/md5sum-11.1.1.txt",
          "env -C /var/cache/cudasetup md5sum --check --ignore-missing /var/cache/cudasetup/md5sum-11.1.1.txt"));
}

TEST(LocalSource, IsCheckedAgainstItsOwnDigestWhereThatIsKnown)
{
  const SamplePtr sample = seed_sample();
  sample->cuda.local_installers.front().file.sha256 = sha256_of_digit('7');
  const auto lines = shell_lines(sample->plan(), "fetch-local-installer");
  EXPECT_THAT(lines, ElementsAre(HasSubstr(" SHA256:" + std::string(64, '7'))));
}

TEST(LocalSource, HasItsArmoredKeyNamedInItsSourceWithoutAptKey)
{
  const plan::Plan plan = seed_sample()->plan();
  EXPECT_THAT(shell_lines(plan, "local-installer"), ElementsAre("dpkg -i --force-confnew,confmiss " + k_deb));
  EXPECT_THAT(shell_lines(plan, "local-key"),
              ElementsAre("install -D -m 0644 /var/cuda-repo-ubuntu1804-11-1-local/7fa2af80.pub "
                          "/usr/share/keyrings/cuda-ubuntu1804-11-1-local.asc",
                          "mkdir -p /etc/apt/sources.list.d",
                          "rm -f /etc/apt/sources.list.d/cuda-ubuntu1804-11-1-local.list",
                          "dd of=/etc/apt/sources.list.d/cuda-ubuntu1804-11-1-local.list status=none <<'EOF'\n"
                          "deb [signed-by=/usr/share/keyrings/cuda-ubuntu1804-11-1-local.asc] "
                          "file:///var/cuda-repo-ubuntu1804-11-1-local /\nEOF",
                          "chmod 0644 /etc/apt/sources.list.d/cuda-ubuntu1804-11-1-local.list"));
}

TEST(LocalSource, HasItsKeyringCopiedFrom11_7On)
{
  EXPECT_THAT(shell_lines(local_from_11_7_sample()->plan(), "local-key"),
              ElementsAre("find /var/cuda-repo-ubuntu2204-12-4-local -maxdepth 1 -name 'cuda-*-keyring.gpg' "
                          "-exec install -D -m 0644 -t /usr/share/keyrings/ '{}' +"));
}

TEST(LocalSource, HasItsPinFetchedWhereTheTextIsNotKnown)
{
  const SamplePtr sample = local_from_11_7_sample();
  EXPECT_THAT(
      shell_lines(sample->plan(), "nvidia-pin"),
      ElementsAre("/usr/lib/apt/apt-helper download-file "
                  "https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64/cuda-ubuntu2204.pin "
                  "/etc/apt/preferences.d/cuda-repository-pin-600"));
  sample->request.require_digests = true;
  EXPECT_THAT(shell_lines(sample->plan(), "nvidia-pin"), Contains(HasSubstr("Pin: release l=NVIDIA CUDA\n")));
}

TEST(LocalSource, IsNotFetchedAgainWhenItIsUnpacked)
{
  const SamplePtr sample = seed_sample();
  sample->facts.packages["cuda-repo-ubuntu1804-11-1-local"] = {"11.1.1-455.32.00-1", true};
  plan::Plan plan = sample->plan();
  EXPECT_THAT(step_ids(plan),
              AllOf(Not(Contains("fetch-local-installer")), Contains("local-key"), Contains("apt-update")));
  EXPECT_EQ(plan.simulation->key_package, "");
  EXPECT_EQ(plan.simulation->source_line, "deb [signed-by={keyring}] file:/var/cuda-repo-ubuntu1804-11-1-local /");

  const std::string key = "/usr/share/keyrings/cuda-ubuntu1804-11-1-local.asc";
  sample->facts.nvidia_keyrings = {key};
  sample->facts.nvidia_sources.push_back({"x.list", "", "file:///var/cuda-repo-ubuntu1804-11-1-local", key});
  plan = sample->plan();
  EXPECT_THAT(step_ids(plan), AllOf(Not(Contains("local-key")), Contains("apt-update")));
  EXPECT_EQ(plan.simulation->source_line, "");
}

TEST(LocalSource, TellsTheSimulationWhereEverythingIs)
{
  const plan::Simulation simulation = seed_sample()->plan().simulation.value();
  EXPECT_EQ(simulation.source_line, "deb [signed-by={keyring}] file:{unpacked}/var/cuda-repo-ubuntu1804-11-1-local /");
  EXPECT_EQ(simulation.local_installer, k_deb);
  EXPECT_EQ(simulation.key_package, k_deb);
  EXPECT_EQ(simulation.key_directory, "/var/cuda-repo-ubuntu1804-11-1-local");
  EXPECT_EQ(simulation.key_pattern, "7fa2af80.pub");
  EXPECT_EQ(simulation.pin, k_pin_1804);
  EXPECT_THAT(simulation.packages, Contains("cuda-toolkit-11-1=11.1.1-1"));
  EXPECT_THAT(simulation.packages, Contains("cuda-drivers-455=455.32.00-1"));
}

TEST(NetworkSource, ComesWithNvidiasKeyringPackage)
{
  const plan::Plan plan = network_sample("22.04", "2.4.11", "12.4.1")->plan();
  EXPECT_THAT(shell_lines(plan, "fetch-nvidia-keyring"),
              ElementsAre("/usr/lib/apt/apt-helper download-file "
                          "https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64/"
                          "cuda-keyring_1.1-1_all.deb /var/cache/cudasetup/cuda-keyring_1.1-1_all.deb SHA256:" +
                          std::string(64, 'd')));
  EXPECT_THAT(shell_lines(plan, "nvidia-keyring"),
              ElementsAre("dpkg -i --force-confnew,confmiss /var/cache/cudasetup/cuda-keyring_1.1-1_all.deb"));
  EXPECT_THAT(step_ids(plan), Not(Contains("nvidia-pin")));
  EXPECT_THAT(shell_lines(plan, "apt-update"), ElementsAre("apt-get update -o APT::Update::Error-Mode=any"));
}

TEST(NetworkSource, WritesAKnownPinBeforeTheUpdate)
{
  const SamplePtr sample = sample_ubuntu("20.04", "2.0.10", k_pin_1804);
  choose_cuda(*sample, "11.8.0", "520.61.05", resolve::Method::network);
  const plan::Plan plan = sample->plan();
  EXPECT_LT(index_of(plan, "nvidia-keyring"), index_of(plan, "nvidia-pin"));
  EXPECT_LT(index_of(plan, "nvidia-pin"), index_of(plan, "apt-update"));
}

TEST(NetworkSource, OfAMirrorHasTheKeyAndThePinTakenOutOfThePackage)
{
  const plan::Plan plan = mirror_sample()->plan();
  const std::string folder = "/var/cache/cudasetup/cuda-keyring";
  EXPECT_THAT(
      shell_lines(plan, "nvidia-keyring"),
      ElementsAre("dpkg-deb -x /var/cache/cudasetup/cuda-keyring_1.1-1_all.deb " + folder,
                  "install -D -m 0644 " + folder +
                      "/usr/share/keyrings/cuda-archive-keyring.gpg /usr/share/keyrings/cuda-archive-keyring.gpg",
                  "mkdir -p /etc/apt/sources.list.d",
                  "rm -f /etc/apt/sources.list.d/cuda-ubuntu2404-x86_64.list",
                  "dd of=/etc/apt/sources.list.d/cuda-ubuntu2404-x86_64.list status=none <<'EOF'\n"
                  "deb [signed-by=/usr/share/keyrings/cuda-archive-keyring.gpg] "
                  "http://127.0.0.1:8080/nvidia/compute/cuda/repos/ubuntu2404/x86_64/ /\nEOF",
                  "chmod 0644 /etc/apt/sources.list.d/cuda-ubuntu2404-x86_64.list"));
  EXPECT_THAT(shell_lines(plan, "nvidia-pin"),
              ElementsAre("install -D -m 0644 " + folder +
                          "/etc/apt/preferences.d/cuda-repository-pin-600 "
                          "/etc/apt/preferences.d/cuda-repository-pin-600"));
  EXPECT_EQ(plan.simulation->source_line,
            "deb [signed-by={keyring}] http://127.0.0.1:8080/nvidia/compute/cuda/repos/ubuntu2404/x86_64/ /");
  for (const plan::Step& step : plan.steps) {
    for (const std::string& line : shell_lines(plan, step.id)) {
      EXPECT_THAT(line, Not(HasSubstr("nvidia.com"))) << step.id;
    }
  }
}

TEST(NetworkSource, WithoutItsPinGetsThePinAlone)
{
  const SamplePtr sample = mirror_sample();
  const std::string key = "/usr/share/keyrings/cuda-archive-keyring.gpg";
  sample->facts.nvidia_keyrings = {key};
  sample->facts.nvidia_sources.push_back(
      {"x.list", "", "http://127.0.0.1:8080/nvidia/compute/cuda/repos/ubuntu2404/x86_64", key});
  const plan::Plan plan = sample->plan();
  EXPECT_THAT(step_ids(plan), AllOf(Not(Contains("nvidia-keyring")), Contains("fetch-nvidia-keyring")));
  EXPECT_LT(index_of(plan, "nvidia-pin"), index_of(plan, "apt-update"));
  EXPECT_THAT(shell_lines(plan, "nvidia-pin"),
              ElementsAre(StartsWith("dpkg-deb -x /var/cache/cudasetup/cuda-keyring_1.1-1_all.deb "),
                          EndsWith(" /etc/apt/preferences.d/cuda-repository-pin-600")));
  sample->facts.files["/etc/apt/preferences.d/cuda-repository-pin-600"] = "";
  EXPECT_THAT(step_ids(sample->plan()), AllOf(Not(Contains("fetch-nvidia-keyring")), Not(Contains("nvidia-pin"))));
}

TEST(NetworkSource, IsLeftAsItIsWhereTheMachineHasIt)
{
  const SamplePtr sample = network_sample("22.04", "2.4.11", "12.4.1");
  const std::string key = "/usr/share/keyrings/cuda-archive-keyring.gpg";
  sample->facts.nvidia_keyrings = {key};
  // Without the slash at its end it is the same archive.
  sample->facts.nvidia_sources.push_back(
      {"x.list", "", "https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64", key});
  const plan::Plan plan = sample->plan();
  EXPECT_THAT(step_ids(plan), AllOf(Not(Contains("nvidia-keyring")), Contains("apt-update")));
  EXPECT_EQ(plan.simulation->source_line, "");

  sample->facts.nvidia_keyrings.clear();
  EXPECT_THAT(step_ids(sample->plan()), Contains("nvidia-keyring"));
}

} // namespace
} // namespace cudasetup::test
