#include "unit/cli/run_fixture.hpp"

namespace cudasetup::cli {
namespace {

using test::RunTest;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string k_bad_pair = R"({"schema": "cudasetup.manifest/1", "pairs": [
{"cuda": "11.1.1", "driver": "455.32.00", "torch": "1.7.1", "platform": "cu110", "sources": ["a"]},
{"cuda": "13.4.0", "driver": null, "torch": "2.14.0", "platform": "cu132", "sources": ["a"]}]})";

const std::string k_my_gpu = R"({"schema": "cudasetup.manifest/1", "gpus": [
{"id": "10de:1eb8", "name": "Mine", "chip": "X1", "architecture": "Turing", "compute_capability": null,
 "module": "either", "first_branch": null, "last_branch": 580, "sources": ["me"]}]})";

TEST_F(RunTest, manifest_show_gives_a_record_with_every_member_and_its_sources)
{
  EXPECT_THAT(out_of({"manifest", "show", "gpus", "10de:1eb8"}),
              AllOf(StartsWith("gpus 10de:1eb8 (built in)\n"),
                    HasSubstr("\n  name: Tesla T4\n"),
                    HasSubstr("\n  last_branch: not known\n"),
                    HasSubstr("\n  sources:\n    - ")));
  EXPECT_THAT(out_of({"manifest", "show", "cuda", "11.1.1", "11.8.0"}),
              AllOf(HasSubstr("  packages_evidence: seen\n"), HasSubstr("were seen"), HasSubstr("\ncuda 11.8.0 (")));
  EXPECT_THAT(out_of({"manifest", "show", "pairs", "11.1.1"}), HasSubstr("  platform: cu110\n"));
  EXPECT_THAT(out_of({"manifest", "show", "ubuntu", "ubuntu2204"}), HasSubstr("  codename: jammy\n"));
  EXPECT_THAT(out_of({"manifest", "show", "drivers", "580"}), HasSubstr("  branch: 580\n"));
  EXPECT_THAT(out_of({"manifest", "show", "keys", "3BF863CC"}), HasSubstr("  fingerprint: "));
  const json::Value document = document_of({"manifest", "show", "torch", "1.7.1", "--json"});
  EXPECT_EQ(text_at(document, "schema"), "cudasetup.records/1");
  const json::Value& record = document.find("records")->array()->front();
  EXPECT_TRUE(record.find("file")->is_null());
  EXPECT_EQ(text_at(*record.find("record"), "version"), "1.7.1");
}

TEST_F(RunTest, manifest_show_sees_the_records_that_were_added)
{
  m_machine.files.put("/m/mine.json", k_my_gpu);
  EXPECT_THAT(out_of({"manifest", "show", "gpus", "10de:1eb8", "--manifest", "/m"}),
              AllOf(StartsWith("gpus 10de:1eb8 (/m/mine.json:2)"), HasSubstr("name: Mine"), Not(HasSubstr("Tesla"))));
  EXPECT_THAT(out_of({"manifest", "show", "/m/mine.json"}), HasSubstr("name: Mine"));
}

TEST_F(RunTest, manifest_show_of_what_is_not_there_names_what_is_near)
{
  const std::map<std::vector<std::string>, std::string> table = {
      {{"cuda", "11.1"}, "did you mean 11.1.0 or 11.1.1? cudasetup manifest show cuda 11.1.1"},
      {{"cuda", "99"}, "see what there is: cudasetup list cuda"},
      {{"torch", "1.7.1+cu110"}, "did you mean 1.7.1? cudasetup manifest show torch 1.7.1"},
      {{"gpus", "10de:ffff"}, "hint: "},
      {{"gpu", "10de:1eb8"}, "did you mean gpus? cudasetup manifest show gpus 10de:1eb8"},
      {{"wheels", "1"}, "expected files, or an id after one of cuda, torch"},
      {{"cuda"}, "of which one?"},
  };
  for (const auto& [words, text] : table) {
    std::vector<std::string> arguments = {"manifest", "show"};
    arguments.insert(arguments.end(), words.begin(), words.end());
    EXPECT_EQ(out_of(arguments, 3), "");
    EXPECT_THAT(m_err, HasSubstr(text));
  }
}

TEST_F(RunTest, manifest_lint_refuses_a_pair_that_resolves_nowhere)
{
  m_machine.files.put("/m/pairs.json", k_bad_pair);
  EXPECT_EQ(run({"manifest", "lint", "/m"}), 4);
  EXPECT_THAT(m_err,
              AllOf(HasSubstr("/m/pairs.json:3: /pairs/1: CUDA 13.4.0 with torch 2.14.0+cu132 resolves on no Ubuntu"),
                    Not(HasSubstr("11.1.1")),
                    HasSubstr("check again: cudasetup manifest lint /m\n")));
}

TEST_F(RunTest, manifest_lint_counts_what_it_found_good)
{
  m_machine.files.put("/m/mine.json", k_my_gpu);
  EXPECT_EQ(out_of({"manifest", "lint", "/m/mine.json"}),
            "no problem found in 1 file(s): 1 gpus; of files and package lists 0 seen, 0 derived\n");
  const json::Value document = document_of({"manifest", "lint", "/m", "--json"});
  EXPECT_EQ(text_at(document, "schema"), "cudasetup.lint/1");
  EXPECT_EQ(*document.find("records")->find("gpus")->integer(), 1);
  EXPECT_EQ(run({"manifest", "lint", "x.json", "--manifest", "/m"}), 3);
  EXPECT_EQ(run({"manifest", "lnt", "/m"}), 3);
  EXPECT_THAT(m_err, HasSubstr("did you mean lint?"));
}

} // namespace
} // namespace cudasetup::cli
