#include "unit/cli/run_fixture.hpp"

#include "base/text.hpp"

namespace cudasetup::cli {
namespace {

using test::RunTest;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// The words of a command line that holds no quotes, without the program's name.
std::vector<std::string> words_of(const std::string& command)
{
  std::vector<std::string> words;
  for (const std::string_view word : base::words(command)) {
    words.emplace_back(word);
  }
  words.erase(words.begin());
  return words;
}

TEST_F(RunTest, why_not_tells_every_constraint_with_its_source_and_status_1)
{
  const auto before = m_machine.target.nodes();
  EXPECT_THAT(out_of({"why-not", "--cuda", "11.1", "--os", "ubuntu26.04", "--gpu", "10de:1eb8"}, 1),
              AllOf(StartsWith("refused: "),
                    HasSubstr("the headers of CUDA 11.1.1 compile only with glibc below"),
                    HasSubstr("\nand:     CUDA 11.1.1 compiles with gcc"),
                    HasSubstr("(glibc; source: manifest, cuda 11.1.1: ")));
  EXPECT_EQ(m_err, "");
  expect_untouched(before);
}

TEST_F(RunTest, why_not_offers_commands_that_work)
{
  const json::Value refusal = document_of({"why-not", "--cuda", "11.8", "--gpu", "10de:2b85", "--json"}, 1);
  EXPECT_EQ(text_at(refusal, "schema"), "cudasetup.refusal/1");
  const json::Array& alternatives = *refusal.find("alternatives")->array();
  ASSERT_FALSE(alternatives.empty());
  for (const json::Value& alternative : alternatives) {
    const std::string command = text_at(alternative, "command");
    EXPECT_THAT(command, AllOf(StartsWith("cudasetup install --cuda "), HasSubstr(" --gpu 10de:2b85")));
    std::vector<std::string> words = words_of(command);
    words.push_back("--dry-run");
    EXPECT_THAT(out_of(words), StartsWith("#!/bin/sh\n")) << command;
  }
}

TEST_F(RunTest, why_not_offers_plans_for_machines_that_can_only_be_planned_for)
{
  for (const std::vector<std::string>& host : std::vector<std::vector<std::string>>{
           {"--os", "ubuntu24.04"}, {"--driver-present", "470.57.02"}, {"--wsl"}, {"--arch", "amd64"}}) {
    std::vector<std::string> arguments = {"why-not", "--cuda", "11.8", "--gpu", "10de:2b85"};
    arguments.insert(arguments.end(), host.begin(), host.end());
    EXPECT_THAT(out_of(arguments, 1), AllOf(HasSubstr("cudasetup plan --cuda "), HasSubstr(host.front()))) << m_out;
    EXPECT_THAT(m_out, Not(HasSubstr("cudasetup install")));
  }
}

TEST_F(RunTest, why_not_of_what_works_says_why_each_thing_was_chosen)
{
  EXPECT_THAT(out_of({"why-not", "--cuda", "12.4", "--gpu", "10de:1eb8"}),
              AllOf(StartsWith("works:   CUDA 12.4.1 with torch "),
                    HasSubstr("         cudasetup install --cuda 12.4.1 --gpu 10de:1eb8\n"),
                    HasSubstr("why:     cuda: 12.4.1 is the newest 12.4"),
                    HasSubstr("why:     method: "),
                    HasSubstr("why:     driver: "),
                    HasSubstr("why:     torch: ")));
  EXPECT_THAT(m_out, Not(HasSubstr("not:     CUDA"))) << "CUDA was named, so none was passed over";
}

TEST_F(RunTest, why_not_with_nothing_asked_explains_what_the_automatic_choice_passed_over)
{
  const std::string text = out_of({"why-not", "--gpu", "10de:1b06"});
  EXPECT_THAT(text,
              AllOf(StartsWith("works:   CUDA 12."),
                    HasSubstr("not:     CUDA 13."),
                    HasSubstr("         cudasetup why-not --cuda 13."),
                    HasSubstr("not:     driver ")));
  const json::Value document = document_of({"why-not", "--gpu", "10de:1b06", "--json"});
  EXPECT_EQ(text_at(document, "schema"), "cudasetup.resolution/1");
  for (const std::string_view name : {"selection", "command", "choice", "reasons", "cautions", "passed_over"}) {
    EXPECT_NE(document.find(name), nullptr) << name;
  }
  // Each command asks about the same thing and gets the same answer.
  for (const json::Value& one : *document.find("passed_over")->array()) {
    const std::string command = text_at(one, "command");
    EXPECT_THAT(command, StartsWith("cudasetup why-not --"));
    const bool works = *one.find("works")->boolean();
    EXPECT_EQ(run(words_of(command)), works ? 0 : 1) << command;
    EXPECT_EQ(one.find("reasons")->array()->empty(), works) << command;
  }
}

TEST_F(RunTest, why_not_of_a_release_that_never_was_names_those_near_it)
{
  EXPECT_THAT(out_of({"why-not", "--cuda", "11.15", "--gpu", "sm_75"}, 1),
              AllOf(StartsWith("refused: there is no CUDA 11.15; near it are 11.8.0"), HasSubstr("instead: CUDA 11.")));
}

} // namespace
} // namespace cudasetup::cli
