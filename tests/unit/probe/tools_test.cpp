#include "probe/tools.hpp"

#include "support/fake_files.hpp"
#include "support/fake_processes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace cudasetup::probe {
namespace {

using test::Changes;
using test::FakeFiles;
using test::FakeProcesses;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class ProbeTools : public testing::Test {
protected:
  host::HostFacts look()
  {
    host::HostFacts facts;
    facts.packages = packages;
    probe_tools(files, processes, options, facts);
    return facts;
  }

  FakeFiles files{Changes::forbidden};
  FakeProcesses processes;
  ProbeOptions options;
  std::map<std::string, host::InstalledPackage> packages;
};

TEST_F(ProbeTools, MissingProgramsAreUnknownAndNotRun)
{
  packages["cmake"] = {"3.25.1-1", true};
  EXPECT_FALSE(look().cmake);
  EXPECT_THAT(processes.calls(), IsEmpty());
}

TEST_F(ProbeTools, ProgramOfAPackageIsNotRun)
{
  files.put("/usr/bin/cmake", "elf");
  packages["cmake"] = {"3.25.1-1", true};
  EXPECT_EQ(look().cmake->text(), "3.25.1");
  EXPECT_THAT(processes.calls(), IsEmpty());
}

TEST_F(ProbeTools, ProgramBuiltByHandComesFirstAndIsAsked)
{
  files.put("/usr/bin/cmake", "elf").put("/usr/local/bin/cmake", "elf");
  packages["cmake"] = {"3.25.1-1", true};
  processes.answer({"cmake", "--version"}, "cmake version 3.31.0\n");
  EXPECT_EQ(look().cmake->text(), "3.31.0");
}

TEST_F(ProbeTools, LinkedCompilerIsTheOneThatCounts)
{
  files.put("/usr/bin/gcc-9", "elf").put_link("/etc/alternatives/gcc", "/usr/bin/gcc-9");
  files.put_link("/usr/bin/gcc", "/etc/alternatives/gcc");
  packages["gcc-9"] = {"9.5.0-1ubuntu1~22.04", true};
  packages["gcc-11"] = {"11.4.0-1ubuntu1~22.04", true};
  EXPECT_EQ(look().gcc->text(), "9.5.0");
}

TEST_F(ProbeTools, ProgramThatFailsIsUnknown)
{
  files.put("/opt/gcc/bin/gcc", "elf").put_link("/usr/local/bin/gcc", "/opt/gcc/bin/gcc");
  processes.answer({"gcc", "-dumpfullversion", "-dumpversion"}, "13.2.0\n", 127);
  EXPECT_FALSE(look().gcc);
}

TEST_F(ProbeTools, ProgramThatCannotBeStartedIsUnknown)
{
  files.put("/usr/local/bin/python3", "elf");
  processes.answer_with({"python3", "--version"},
                        [](const base::Command&) { return base::fail(base::ErrorKind::refused, "Exec format error"); });
  EXPECT_FALSE(look().python);
}

TEST_F(ProbeTools, OnlyAllowedCommandsAreEverRun)
{
  EXPECT_THAT(allowed_commands(),
              ElementsAre(base::Command{{"gcc", "-dumpfullversion", "-dumpversion"}},
                          base::Command{{"cmake", "--version"}},
                          base::Command{{"python3", "--version"}}));
  for (const char* name : {"gcc", "cmake", "python3"}) {
    files.put(std::string("/usr/local/bin/") + name, "elf");
  }
  processes.answer_where([](const auto&) { return true; },
                         [](const base::Command&) { return effects::ProcessResult{}; });
  look();
  ASSERT_THAT(processes.calls(), SizeIs(3));
  for (const base::Command& call : processes.calls()) {
    EXPECT_EQ(std::count(allowed_commands().begin(), allowed_commands().end(), call), 1);
  }
}

} // namespace
} // namespace cudasetup::probe
