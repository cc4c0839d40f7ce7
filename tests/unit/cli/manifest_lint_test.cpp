#include "base/text.hpp"
#include "cli/outside.hpp"
#include "support/fake_machine.hpp"
#include "unit/manifest/broken_records.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cudasetup::cli {
namespace {

using manifest::test::Broken;
using testing::HasSubstr;
using testing::StartsWith;

/// What the program says, and its status.
struct Said {
  int status = 0;
  std::string out;
  std::string err;
};

/// Runs the command line on a machine in memory that may not be changed, with the manifests @p files on it.
Said run_with(const std::map<std::string, std::string>& files, const std::vector<std::string>& arguments)
{
  test::FakeMachine machine;
  for (const auto& [path, text] : files) {
    machine.files.put(path, text);
  }
  Said said;
  report::Console console;
  Outside outside{[&](const std::string&) { return machine.effects; },
                  console,
                  [&](std::string_view text) { said.out += text; },
                  [](const std::string&) { return false; },
                  [](const std::string&) { return std::optional<std::string>(); },
                  Terminal::no,
                  Terminal::no,
                  false};
  testing::internal::CaptureStderr();
  said.status = run(arguments, outside);
  said.err = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(machine.target.changes().empty());
  EXPECT_TRUE(machine.processes.calls().empty());
  EXPECT_TRUE(machine.network.requests().empty());
  return said;
}

class LintOfBrokenManifest : public testing::TestWithParam<Broken> {};

TEST_P(LintOfBrokenManifest, tells_file_place_and_what_was_expected_and_nothing_else_happens)
{
  const Said said = run_with({{"/m.json", text_of(GetParam())}}, {"manifest", "lint", "/m.json"});
  EXPECT_EQ(said.status, 4);
  EXPECT_EQ(said.out, "");
  EXPECT_THAT(said.err, StartsWith("error: "));
  EXPECT_THAT(said.err, HasSubstr("\nhint: mend what is named, then check again: cudasetup manifest lint /m.json\n"));
  for (const std::string_view line : base::lines(GetParam().expected)) {
    EXPECT_THAT(said.err, HasSubstr(" " + base::replace_all(std::string(line), "m.json", "/m.json") + "\n"));
  }
}

const auto k_name = [](const auto& test) { return test.param.name; };
INSTANTIATE_TEST_SUITE_P(Document, LintOfBrokenManifest, testing::ValuesIn(manifest::test::k_documents), k_name);
INSTANTIATE_TEST_SUITE_P(Cuda, LintOfBrokenManifest, testing::ValuesIn(manifest::test::k_cuda), k_name);
INSTANTIATE_TEST_SUITE_P(Record, LintOfBrokenManifest, testing::ValuesIn(manifest::test::k_others), k_name);
INSTANTIATE_TEST_SUITE_P(Reference, LintOfBrokenManifest, testing::ValuesIn(manifest::test::k_references), k_name);

TEST(ManifestLint, tells_the_faults_of_all_files_at_once)
{
  std::map<std::string, std::string> files;
  std::vector<std::string> arguments = {"manifest", "lint"};
  for (const Broken& broken : manifest::test::k_documents) {
    const std::string path = "/" + broken.name + ".json";
    files[path] = text_of(broken);
    arguments.push_back(path);
  }
  const Said said = run_with(files, arguments);
  EXPECT_EQ(said.status, 4);
  for (const Broken& broken : manifest::test::k_documents) {
    for (const std::string_view line : base::lines(broken.expected)) {
      EXPECT_THAT(said.err,
                  HasSubstr(" " + base::replace_all(std::string(line), "m.json", "/" + broken.name + ".json") + "\n"));
    }
  }
}

} // namespace
} // namespace cudasetup::cli
