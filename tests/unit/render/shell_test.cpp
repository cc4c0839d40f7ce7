#include "render/shell.hpp"

#include "support/sample_scenarios.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cudasetup::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string script(const Sample& sample, const std::string& root = "")
{
  return render::to_sh(sample.plan(), sample.facts, root);
}

TEST(Script, StopsAtTheFirstFailureAndAsksNothing)
{
  const std::string text = script(*seed_sample());
  EXPECT_THAT(text, StartsWith("#!/bin/sh\n"));
  EXPECT_THAT(text, HasSubstr("\nset -eu\numask 022\n"));
  EXPECT_THAT(text, HasSubstr("\nDEBIAN_FRONTEND=noninteractive\n"));
}

TEST(Script, HoldsTheSeedsRoadInOrder)
{
  const std::string text = script(*seed_sample());
  std::size_t last = 0;
  for (const char* part :
       {"repos/ubuntu1804/x86_64/cuda-ubuntu1804.pin",
        "/etc/apt/preferences.d/cuda-repository-pin-600 status=none <<",
        "download-file https://developer.download.nvidia.com/compute/cuda/11.1.1/local_installers/cuda-repo-ubuntu1804",
        "\ndpkg -i ",
        "7fa2af80.pub /usr/share/keyrings/",
        "\napt-get update ",
        "cuda-drivers-455=455.32.00-1",
        "cuda-toolkit-11-1=11.1.1-1",
        "libtorch-cxx11-abi-shared-with-deps-1.7.1%2Bcu110.zip "}) {
    const std::size_t found = text.find(part, last);
    ASSERT_NE(found, std::string::npos) << part;
    last = found;
  }
}

TEST(Script, NamesNoTemporaryFile)
{
  for (const Scenario& scenario : scenarios()) {
    // NVIDIA's own log is the one name there.
    std::string text = script(*scenario.make());
    const std::string log = "/tmp/cuda-installer.log";
    for (std::size_t at = text.find(log); at != std::string::npos; at = text.find(log)) {
      text.erase(at, log.size());
    }
    EXPECT_THAT(text, Not(HasSubstr("/tmp/"))) << scenario.name;
    EXPECT_THAT(text, Not(HasSubstr("apt-key "))) << scenario.name;
  }
}

TEST(Script, SaysWhatItCostsAndWhatIsUnknown)
{
  const SamplePtr sample = seed_sample();
  EXPECT_THAT(script(*sample), HasSubstr("#   download  not known beforehand: "));
  sample->torch.builds.front().zips.front().file.bytes = 1500000000;
  EXPECT_THAT(script(*sample), HasSubstr("#   download  1.5 GB; not known beforehand: "));
  EXPECT_THAT(script(*sample), HasSubstr("#   reboot    needed, before the driver is in use\n"));
}

TEST(Script, KeepsTextFromOutsideInsideItsComment)
{
  const SamplePtr sample = seed_sample();
  sample->facts.os.name = "Ubuntu\nrm -rf /\x1b[31m";
  sample->resolution.cautions.push_back({"host", "one\nreboot"});
  const std::string text = script(*sample);
  EXPECT_THAT(text, Not(HasSubstr("\nrm -rf /\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\nrm -rf / ")));
  EXPECT_THAT(text, Not(HasSubstr("\nreboot")));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(Script, ThatHasNothingToDoSaysWhyAndRunsNothingElse)
{
  const std::string text = script(*complete_sample());
  EXPECT_THAT(text, HasSubstr("\necho 'Nothing to do:'\necho '  cuda: CUDA 12.4.1 is at /usr/local/cuda-12.4, "));
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = text.find('\n', begin);
    const std::string line = text.substr(begin, end - begin);
    EXPECT_TRUE(line.empty() || line.starts_with("#") || line.starts_with("echo '")) << line;
    begin = end + 1;
  }
}

TEST(Script, WorksInsideARoot)
{
  const std::string text = script(*seed_sample(), "/srv/root");
  EXPECT_THAT(text, HasSubstr("# It changes the system in /srv/root.\n"));
  EXPECT_THAT(text, HasSubstr("\nchroot /srv/root apt-get update "));
  EXPECT_THAT(text, Not(HasSubstr("\napt-get ")));
}

} // namespace
} // namespace cudasetup::test
