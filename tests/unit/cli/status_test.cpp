#include "unit/cli/run_fixture.hpp"

namespace cudasetup::cli::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using StatusTest = RunTest;

TEST_F(StatusTest, AFreshMachineFitsOnOneScreen)
{
  m_machine.files.put_directory("/sys/bus/pci/devices").put_directory("/sys/module/ext4");
  const auto before = m_machine.target.nodes();
  const std::string text = out_of({"status"});
  EXPECT_THAT(text, HasSubstr("System     Ubuntu 22.04 LTS, amd64\n"));
  EXPECT_THAT(text, HasSubstr("GPU        no NVIDIA GPU is on the PCI bus\n"));
  EXPECT_THAT(text, HasSubstr("Driver     no NVIDIA driver is loaded\n"));
  EXPECT_THAT(text, HasSubstr("Toolkits   none below /usr/local\n"));
  EXPECT_THAT(text, HasSubstr("Faults     none that is known\n"));
  expect_untouched(before);
}

TEST_F(StatusTest, TheDocumentSaysTheSame)
{
  const json::Value document = document_of({"status", "--json"});
  EXPECT_EQ(text_at(document, "schema"), "cudasetup.status/1");
  EXPECT_TRUE(document.find("gpus")->is_null());
  EXPECT_TRUE(document.find("last")->is_null());
  EXPECT_EQ(text_at(*document.find("system"), "name"), "Ubuntu 22.04 LTS");
}

TEST_F(StatusTest, TheCeilingOfADriverIsNoToolkit)
{
  EXPECT_THAT(
      out_of({"status", "--driver-present", "550.54.15"}),
      HasSubstr("runs CUDA up to 12.4: nvidia-smi calls that \"CUDA Version\", whatever toolkit is installed\n"));
}

TEST_F(StatusTest, FaultsAreCountedAndDoctorIsNamed)
{
  m_machine.files.put_directory("/mnt");
  m_machine.target.put("/var/lib/dpkg/updates/0001", "");
  EXPECT_THAT(out_of({"status", "--root", "/mnt"}), HasSubstr("Faults     1: see cudasetup doctor --root /mnt\n"));
}

TEST_F(StatusTest, TheLastTransactionIsTold)
{
  m_is_root = true;
  const std::string source = "/etc/apt/sources.list.d/local.list";
  m_machine.target.put(source, "deb file:/var/cuda-repo-x /\n");
  m_machine.processes.answer_with({"mv", "-T", source, source + ".cudasetup.disabled"}, [&](const base::Command&) {
    EXPECT_TRUE(m_machine.target.rename(source, source + ".cudasetup.disabled"));
    return base::Result<effects::ProcessResult>(effects::ProcessResult{});
  });
  m_machine.processes.answer({"apt-get", "update", "-o", "APT::Update::Error-Mode=any"}, "");
  out_of({"repair", "repo", "--yes"});
  EXPECT_THAT(out_of({"status"}), testing::ContainsRegex("Last done  0001 of .*: repair repo: done\n"));
}

TEST_F(StatusTest, AUserIsToldThatTheJournalIsRoots)
{
  m_machine.target.put_directory("/var/lib/cudasetup", 0700);
  EXPECT_THAT(out_of({"status"}), HasSubstr("Not seen   the journal of what cudasetup did: it is root's"));
  m_is_root = true;
  EXPECT_THAT(out_of({"status"}), Not(HasSubstr("the journal")));
}

TEST_F(StatusTest, OfAnotherMachineNothingOfThisOneIsTold)
{
  m_machine.target.put("/usr/local/cuda-12.4/version.json", R"({"cuda":{"name":"CUDA SDK","version":"12.4.1"}})");
  EXPECT_THAT(out_of({"status"}), HasSubstr("CUDA 12.4.1 in /usr/local/cuda-12.4, without nvcc\n"));
  const std::string text = out_of({"status", "--os", "ubuntu24.04", "--gpu", "10de:1eb8"});
  EXPECT_THAT(text, HasSubstr("Tesla T4 (10de:1eb8, sm_75)\n"));
  EXPECT_THAT(text, HasSubstr("Toolkits   none below /usr/local\n"));
}

} // namespace
} // namespace cudasetup::cli::test
