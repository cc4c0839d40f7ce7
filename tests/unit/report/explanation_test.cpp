#include "report/explanation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cudasetup::report {
namespace {

const manifest::CudaRelease& release()
{
  static const manifest::CudaRelease release = [] {
    manifest::CudaRelease one;
    one.version = *base::Version::parse("12.9.1");
    return one;
  }();
  return release;
}

resolve::Resolution toolkit_alone()
{
  resolve::Resolution resolution;
  resolution.cuda = resolve::ToolkitChoice{};
  resolution.cuda->release = &release();
  resolution.reasons = {{"cuda", "12.9.1 is the newest"}};
  resolution.cautions = {{"host", "no GPU was found"}};
  return resolution;
}

const NextCommands k_next{{"cudasetup", "plan"},
                          {"--os", "ubuntu22.04"},
                          {},
                          {},
                          {"cudasetup", "why-not", "--torch", "none"},
                          {"--os", "ubuntu22.04"}};

std::vector<resolve::PassedOver> some_passed_over()
{
  return {{"cuda", "13.4.2", {{"gpu", "it makes no code for sm_61", "the manual"}, {"driver", "nor a driver", ""}}, ""},
          {"cuda", "13.3.1", {{"gpu", "it makes no code for sm_60", "the manual"}}, ""},
          {"cuda", "13.1.2", {{"gpu", "nobody knows", "the manual"}}, ""},
          {"cuda", "13.0.3", {{"method", "it is not to be had", ""}}, ""},
          {"driver", "580", {}, "installing driver 580.126.20"},
          {"driver", "578", {}, ""},
          {"torch", "2.7.1", {}, "", "its list is not published"}};
}

TEST(ExplanationText, says_what_works_and_why_and_what_newer_was_not_taken)
{
  const resolve::Resolution resolution = toolkit_alone();
  EXPECT_EQ(text_of({resolution, {"--cuda", "12.9.1", "--torch", "none"}, some_passed_over()}, k_next),
            "works:   CUDA 12.9.1 without LibTorch\n"
            "         cudasetup plan --cuda 12.9.1 --torch none --os ubuntu22.04\n"
            "why:     cuda: 12.9.1 is the newest\n"
            "careful: host: no GPU was found\n"
            "not:     CUDA 13.4.2: it makes no code for sm_61\n"
            "         (gpu; source: the manual)\n"
            "         the same holds for 13.3.1\n"
            "         cudasetup why-not --torch none --cuda 13.4.2 --os ubuntu22.04\n"
            "not:     CUDA 13.1.2: nobody knows\n"
            "         (gpu; source: the manual)\n"
            "         cudasetup why-not --torch none --cuda 13.1.2 --os ubuntu22.04\n"
            "not:     CUDA 13.0.3: it is not to be had\n"
            "         (method)\n"
            "         cudasetup why-not --torch none --cuda 13.0.3 --os ubuntu22.04\n"
            "newer:   driver 580 works as well, installing driver 580.126.20\n"
            "         so do 578\n"
            "         cudasetup why-not --torch none --driver 580 --os ubuntu22.04\n"
            "newer:   torch 2.7.1 may work: its list is not published\n"
            "         cudasetup why-not --torch none --torch 2.7.1 --os ubuntu22.04\n");
}

TEST(ExplanationDocument, holds_every_constraint_of_everything_passed_over)
{
  const resolve::Resolution resolution = toolkit_alone();
  const json::Value document =
      to_json({resolution, {"--cuda", "12.9.1"}, some_passed_over()}, json::Object{{"cuda", nullptr}}, k_next);
  EXPECT_EQ(*document.find("schema")->string(), "cudasetup.resolution/1");
  EXPECT_EQ(*document.find("command")->string(), "cudasetup plan --cuda 12.9.1 --os ubuntu22.04");
  const json::Array& passed_over = *document.find("passed_over")->array();
  ASSERT_EQ(passed_over.size(), 7u);
  EXPECT_EQ(passed_over[0].find("reasons")->array()->size(), 2u);
  EXPECT_FALSE(*passed_over[0].find("works")->boolean());
  EXPECT_TRUE(*passed_over[4].find("works")->boolean());
}

} // namespace
} // namespace cudasetup::report
