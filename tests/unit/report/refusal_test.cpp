#include "report/refusal.hpp"

#include <gtest/gtest.h>

namespace cudasetup::report {

namespace {

resolve::Refusal sample()
{
  resolve::Refusal refusal;
  refusal.reasons = {{"gpu", "CUDA 11.1 makes no code for sm_120", "NVIDIA CUDA 11.1 release notes"},
                     {"method", "there is no such archive", ""}};
  refusal.alternatives = {{"CUDA 12.8.1 with torch 2.7.1+cu128", "the oldest that can", {"--cuda", "12.8.1"}},
                          {"CUDA 13.0.2", "", {"--cuda", "13.0.2", "--python", "my venv"}}};
  return refusal;
}

TEST(RefusalText, gives_every_reason_with_its_source_and_what_works_instead)
{
  EXPECT_EQ(text_of(sample()),
            "refused: CUDA 11.1 makes no code for sm_120\n"
            "         (gpu; source: NVIDIA CUDA 11.1 release notes)\n"
            "and:     there is no such archive\n"
            "instead: CUDA 12.8.1 with torch 2.7.1+cu128 - the oldest that can\n"
            "         cudasetup install --cuda 12.8.1\n"
            "instead: CUDA 13.0.2\n"
            "         cudasetup install --cuda 13.0.2 --python 'my venv'\n");
}

TEST(RefusalText, keeps_the_words_around_the_selection)
{
  const NextCommands next{{"cudasetup", "plan"}, {"--os", "ubuntu18.04"}, {"--manifest", "/m"}, {}};
  EXPECT_NE(text_of(sample(), next).find("cudasetup plan --cuda 12.8.1 --os ubuntu18.04\n"), std::string::npos);
  EXPECT_NE(json::write(to_json(sample(), next), json::Layout::compact)
                .find(R"("command":"cudasetup plan --cuda 12.8.1 --os ubuntu18.04")"),
            std::string::npos);
  resolve::Refusal none = sample();
  none.alternatives.clear();
  EXPECT_NE(text_of(none, next).find("cudasetup list gpus --manifest /m\n"), std::string::npos);
}

TEST(RefusalText, an_alternative_carries_its_doubts)
{
  resolve::Refusal refusal = sample();
  refusal.alternatives[0].doubts = {{"torch", "whether it has a wheel is not known"}};
  EXPECT_NE(
      text_of(refusal).find("\n         careful: torch: whether it has a wheel is not known\n         cudasetup "),
      std::string::npos);
  EXPECT_NE(json::write(to_json(refusal), json::Layout::compact)
                .find(R"("doubts":[{"about":"torch","text":"whether it has a wheel is not known"}])"),
            std::string::npos);
}

TEST(RefusalText, an_alternative_that_names_a_release_goes_before_the_typed_one)
{
  resolve::Refusal refusal = sample();
  refusal.alternatives = {{"CUDA 13.0.2 on Ubuntu 26.04", "", {"--cuda", "13.0.2", "--os", "ubuntu26.04"}}};
  const NextCommands next{{"cudasetup", "plan"}, {"--os", "ubuntu28.04", "--gpu", "10de:1eb8"}, {}, {}};
  EXPECT_NE(text_of(refusal, next).find("cudasetup plan --cuda 13.0.2 --os ubuntu26.04 --gpu 10de:1eb8\n"),
            std::string::npos);
}

TEST(RefusalText, without_an_alternative_still_says_what_to_do_next)
{
  resolve::Refusal refusal = sample();
  refusal.alternatives.clear();
  EXPECT_NE(text_of(refusal).find("hint: see what there is: cudasetup list gpus\n"), std::string::npos);
}

TEST(RefusalJson, has_the_members_of_its_schema_and_no_others)
{
  EXPECT_EQ(
      json::write(to_json(sample()), json::Layout::compact),
      R"({"schema":"cudasetup.refusal/1","reasons":[{"constraint":"gpu",)"
      R"("text":"CUDA 11.1 makes no code for sm_120","source":"NVIDIA CUDA 11.1 release notes"},)"
      R"({"constraint":"method","text":"there is no such archive","source":""}],)"
      R"("alternatives":[{"selection":"CUDA 12.8.1 with torch 2.7.1+cu128","text":"the oldest that can",)"
      R"("doubts":[],"command":"cudasetup install --cuda 12.8.1"},{"selection":"CUDA 13.0.2","text":"CUDA 13.0.2",)"
      R"("doubts":[],"command":"cudasetup install --cuda 13.0.2 --python 'my venv'"}]})");
}

} // namespace

} // namespace cudasetup::report
