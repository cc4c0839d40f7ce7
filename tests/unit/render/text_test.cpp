#include "render/text.hpp"

#include "support/sample_scenarios.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cudasetup::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string text_of(const Sample& sample)
{
  return render::to_text(sample.plan(), sample.facts);
}

TEST(PlanText, ShowsChoiceStepsAndCost)
{
  const std::string text = text_of(*seed_sample());
  EXPECT_THAT(text, HasSubstr("  GPU     10de:1eb8 at 0000:01:00.0\n"));
  EXPECT_THAT(text, HasSubstr("  CUDA      11.1.1, profile full, method local\n"));
  EXPECT_THAT(text, HasSubstr("  driver    install 455.32.00 (cuda-drivers-455)\n"));
  EXPECT_THAT(text, HasSubstr("  LibTorch  1.7.1+cu110, ABI cxx11, in /opt/libtorch/1.7.1+cu110\n"));
  EXPECT_THAT(text, HasSubstr("  1  Read Ubuntu's package lists\n"));
  EXPECT_THAT(text, HasSubstr(" 17  Remove the downloads\n"));
  EXPECT_THAT(text, HasSubstr("\nCost\n  download  not known beforehand: "));
}

TEST(PlanText, ShowsCautions)
{
  EXPECT_THAT(text_of(*runfile_sample()), HasSubstr("\nBe careful\n  - cuda: the default gcc is too new"));
}

TEST(PlanText, SaysWhyThereIsNothingToDo)
{
  const std::string text = text_of(*complete_sample());
  EXPECT_THAT(text, HasSubstr("\nNothing to do\n  - cuda: CUDA 12.4.1 is at /usr/local/cuda-12.4"));
  EXPECT_THAT(text, Not(HasSubstr("Steps")));
}

TEST(PlanText, SaysThatAContainerHasNoGpuToLookFor)
{
  const std::string text = text_of(*container_sample());
  EXPECT_THAT(text, HasSubstr("  inside  a container\n"));
  EXPECT_THAT(text, HasSubstr("  GPU     none\n"));
  EXPECT_THAT(text, HasSubstr("  Python    /opt/venv\n"));
}

TEST(PlanText, SaysThatARebootIsNeeded)
{
  const SamplePtr sample = seed_sample();
  sample->facts.gpus.front().bound_driver = "nouveau";
  EXPECT_THAT(text_of(*sample), HasSubstr("  reboot    needed, before the driver is in use\n"));
}

} // namespace
} // namespace cudasetup::test
