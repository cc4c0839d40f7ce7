#include "unit/cli/run_fixture.hpp"

namespace cudasetup::cli::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class DoctorTest : public RunTest {
protected:
  /// A source of NVIDIA's whose directory is gone.
  void leave_a_dead_source() { m_machine.target.put(m_source, "deb file:/var/cuda-repo-x /\n"); }
  void put_bus() { m_machine.files.put_directory("/sys/bus/pci/devices").put_directory("/sys/module/ext4"); }
  /// A T4 that nouveau holds.
  void put_gpu(const std::string& sys)
  {
    const std::string device = sys + "/bus/pci/devices/0000:01:00.0";
    m_machine.files.put(device + "/vendor", "0x10de\n").put(device + "/device", "0x1eb8\n");
    m_machine.files.put(device + "/class", "0x030200\n");
    m_machine.files.put_link(device + "/driver", "../../../bus/pci/drivers/nouveau");
  }
  std::vector<std::string> ids_of(const json::Value& document)
  {
    std::vector<std::string> ids;
    for (const json::Value& finding : *document.find("findings")->array()) {
      ids.push_back(text_at(finding, "id"));
    }
    return ids;
  }
  const std::string m_source = "/etc/apt/sources.list.d/local.list";
};

TEST_F(DoctorTest, ASoundMachineHasNothingWrong)
{
  put_bus();
  EXPECT_EQ(out_of({"doctor"}), "Nothing is wrong, as far as it is known here.\n");
  const json::Value document = document_of({"doctor", "--json"});
  EXPECT_EQ(text_at(document, "schema"), "cudasetup.doctor/1");
  EXPECT_TRUE(document.find("findings")->array()->empty());
  EXPECT_TRUE(document.find("unknown")->array()->empty());
  EXPECT_TRUE(document.find("mended")->is_null());
}

TEST_F(DoctorTest, WhatCannotBeLookedAtIsSaid)
{
  EXPECT_THAT(out_of({"doctor"}), HasSubstr("Not looked at\n  GPUs: the PCI bus cannot be read here\n"));
}

TEST_F(DoctorTest, AFaultHasItsCauseItsSignAndWhatToDo)
{
  put_bus();
  leave_a_dead_source();
  const auto before = m_machine.target.nodes();
  const std::string text = out_of({"doctor"}, 2);
  EXPECT_THAT(text, HasSubstr("Nothing can be installed as it should be\n\n  an apt source names a local installer's"));
  EXPECT_THAT(text, HasSubstr("    here:   " + m_source + ": /var/cuda-repo-x is not there any more\n"));
  EXPECT_THAT(text, HasSubstr("              sudo cudasetup repair repo\n"));
  EXPECT_THAT(text, HasSubstr("[apt-source-gone]\n"));
  EXPECT_THAT(text, HasSubstr("can be mended and taken back: sudo cudasetup doctor --fix\n"));
  expect_untouched(before);
}

TEST_F(DoctorTest, GpusOfAnotherSysfs)
{
  put_bus();
  put_gpu("/tmp/sys");
  const json::Value document = document_of({"doctor", "--json", "--sys-path", "/tmp/sys"}, 2);
  EXPECT_THAT(ids_of(document), testing::ElementsAre("nouveau-holds-gpu"));
  EXPECT_THAT(m_out, HasSubstr("nouveau drives 0000:01:00.0 (Tesla T4)"));
  EXPECT_THAT(m_out, HasSubstr("sudo cudasetup install --sys-path /tmp/sys"));
}

TEST_F(DoctorTest, CommandsForATreeRunInsideIt)
{
  m_machine.files.put_directory("/mnt");
  m_machine.target.put("/var/lib/dpkg/updates/0001", "");
  const std::string text = out_of({"doctor", "--root", "/mnt"}, 2);
  EXPECT_THAT(text, HasSubstr("sudo chroot /mnt dpkg --configure -a\n"));
  EXPECT_THAT(text, HasSubstr("Not looked at\n  GPUs, firmware and loaded modules: a tree below --root has none\n"));
}

TEST_F(DoctorTest, NobodyIsToldToRebootFromWithinATree)
{
  m_machine.target.put("/run/reboot-required", "").put("/run/reboot-required.pkgs", "nvidia-dkms-580\n");
  m_machine.files.put_directory("/mnt");
  put_bus();
  EXPECT_THAT(out_of({"doctor"}, 2), HasSubstr("\n              sudo reboot\n"));
  EXPECT_THAT(out_of({"doctor", "--root", "/mnt"}, 2), Not(HasSubstr("chroot /mnt reboot")));
}

TEST_F(DoctorTest, WhatIsReadInPartIsNotCalledSound)
{
  put_bus();
  m_machine.target.put("/var/lib/dpkg/status", "\x01\x02").put_directory("/etc/apt/sources.list.d/nvidia.sources");
  const std::string text = out_of({"doctor"});
  EXPECT_THAT(text, HasSubstr("packages: /var/lib/dpkg/status cannot be read, or is none\n"));
  EXPECT_THAT(text, HasSubstr("/etc/apt/sources.list.d/nvidia.sources cannot be read\n"));
}

TEST_F(DoctorTest, WhatDpkgIsAtWorkOnIsNotCalledCutOff)
{
  put_bus();
  m_machine.target.put("/var/lib/dpkg/updates/0001", "");
  EXPECT_THAT(out_of({"doctor"}, 2), HasSubstr("[dpkg-interrupted]"));
  m_machine.target.own("/var/lib/dpkg/lock-frontend", 4711, 9);
  EXPECT_THAT(out_of({"doctor"}), HasSubstr("what dpkg has not finished: it is at work just now\n"));
}

TEST_F(DoctorTest, AnotherMachinesFaultsAreThoseThatItsOptionsTell)
{
  leave_a_dead_source();
  EXPECT_EQ(
      out_of({"doctor", "--os", "ubuntu24.04"}),
      "Nothing is wrong, as far as it is known here.\n\nNot looked at\n  this machine: the options speak of another "
      "one\n");
  EXPECT_THAT(out_of({"doctor", "--os", "ubuntu24.04", "--gpu", "10de:2b85", "--gpu", "10de:1b06"}, 2),
              HasSubstr("[gpus-without-common-driver]"));
}

TEST_F(DoctorTest, ASystemThatIsNotServedIsLookedAtAllTheSame)
{
  m_machine.target.put("/etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian 12\"\n");
  m_machine.target.put("/var/lib/dpkg/updates/0001", "");
  const json::Value document = document_of({"doctor", "--json"}, 2);
  EXPECT_THAT(ids_of(document), testing::ElementsAre("dpkg-interrupted", "system-not-served"));
}

TEST_F(DoctorTest, TheCallersShellIsLookedAt)
{
  put_bus();
  EXPECT_EQ(run({"doctor"}), 0);
  m_environment = [](const std::string& name) -> std::optional<std::string> {
    return name == "LD_LIBRARY_PATH" ? std::optional<std::string>("/usr/local/cuda/lib64/stubs") : std::nullopt;
  };
  EXPECT_THAT(out_of({"doctor"}, 2), HasSubstr("[library-path-stubs]"));
  m_environment = [](const std::string& name) -> std::optional<std::string> {
    return name == "SUDO_USER"         ? std::optional<std::string>("somebody")
           : name == "LD_LIBRARY_PATH" ? std::optional<std::string>("/usr/local/cuda/lib64/stubs")
                                       : std::nullopt;
  };
  EXPECT_THAT(out_of({"doctor"}, 0), HasSubstr("of your shell: sudo takes them away"));
}

TEST_F(DoctorTest, FixIsATransactionThatCanBeTakenBack)
{
  put_bus();
  leave_a_dead_source();
  m_machine.target.put("/var/lib/dpkg/info/x", "");
  m_is_root = true;
  m_machine.processes.answer_with({"mv", "-T", m_source, m_source + ".cudasetup.disabled"}, [&](const base::Command&) {
    EXPECT_TRUE(m_machine.target.rename(m_source, m_source + ".cudasetup.disabled"));
    return base::Result<effects::ProcessResult>(effects::ProcessResult{});
  });
  m_machine.processes.answer({"apt-get", "update", "-o", "APT::Update::Error-Mode=any"}, "");
  const json::Value document = document_of({"doctor", "--fix", "--yes", "--json"});
  EXPECT_TRUE(document.find("findings")->array()->empty());
  ASSERT_FALSE(document.find("mended")->is_null());
  EXPECT_EQ(text_at(*document.find("mended"), "transaction"), "0001");
  EXPECT_EQ(*document.find("mended")->find("findings")->array()->front().string(), "apt-source-gone");
  EXPECT_THAT(out_of({"history"}), HasSubstr("repair repo"));
  EXPECT_THAT(out_of({"undo", "-n"}), HasSubstr("mv -fT " + m_source + ".cudasetup-undo " + m_source));
}

TEST_F(DoctorTest, FixShowsItsScriptAndAsksForRoot)
{
  put_bus();
  leave_a_dead_source();
  const auto before = m_machine.target.nodes();
  EXPECT_THAT(out_of({"doctor", "--fix", "-n"}), HasSubstr("\nmv -T " + m_source + " "));
  EXPECT_EQ(run({"doctor", "--fix", "--yes"}), 5);
  EXPECT_THAT(m_err, HasSubstr("sudo cudasetup doctor --fix --yes"));
  expect_untouched(before);
}

TEST_F(DoctorTest, WhatFixDoesNotMendIsLeftAndSaid)
{
  put_bus();
  m_machine.target.put("/var/lib/dpkg/updates/0001", "");
  const auto before = m_machine.target.nodes();
  EXPECT_THAT(out_of({"doctor", "--fix", "--yes"}, 2), HasSubstr("[dpkg-interrupted]"));
  EXPECT_THAT(m_err, HasSubstr("Nothing here is what --fix mends"));
  expect_untouched(before);
}

TEST_F(DoctorTest, OptionsWithoutSense)
{
  EXPECT_EQ(run({"doctor", "-n"}), 3);
  EXPECT_THAT(m_err, HasSubstr("cudasetup doctor --fix --dry-run"));
  EXPECT_EQ(run({"doctor", "--fix", "--os", "ubuntu24.04"}), 3);
  EXPECT_THAT(m_err, HasSubstr("--fix mends this machine, not another one"));
}

TEST_F(DoctorTest, AnInstallationThatWasCutOff)
{
  put_bus();
  m_is_root = true;
  leave_a_dead_source();
  m_machine.processes.answer({"mv", "-T", m_source, m_source + ".cudasetup.disabled"}, "", 1);
  EXPECT_NE(run({"repair", "repo", "--yes"}), 0);
  m_machine.target.put(m_source, "");
  const std::string text = out_of({"doctor"}, 2);
  EXPECT_THAT(text, HasSubstr("transaction 0001 has no end in the journal"));
  EXPECT_THAT(text, HasSubstr("sudo cudasetup resume\n"));
  EXPECT_THAT(text, HasSubstr("sudo cudasetup undo 0001\n"));
}

} // namespace
} // namespace cudasetup::cli::test
