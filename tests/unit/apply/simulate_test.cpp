#include "apply/simulate.hpp"

#include "support/fake_machine.hpp"
#include "support/sample_key.hpp"
#include "support/tool_text.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace cudasetup::apply {

namespace {

using base::Command;
using base::ErrorKind;
using test::tool_text;
using Argv = std::vector<std::string>;

const std::string k_state = "/var/cache/cudasetup/simulation";

bool contains(const Argv& argv, const std::string& word)
{
  return std::find(argv.begin(), argv.end(), word) != argv.end();
}

class SimulateTest : public testing::Test {
protected:
  SimulateTest()
  {
    m_simulation.packages = {"cuda-toolkit-11-0=11.0.3-1"};
    m_machine.target.put("/etc/apt/sources.list", "deb http://archive.ubuntu.com/ubuntu jammy main\n")
        .put("/etc/apt/sources.list.d/ppa.list", "deb http://ppa.example/ubuntu jammy main\n")
        .put("/etc/apt/preferences.d/mine", "Package: *\n")
        .put("/var/lib/apt/lists/archive_Packages", "Package: hello\n")
        .put("/var/lib/dpkg/status",
             "Package: cuda-toolkit-11-0\nStatus: install ok installed\nVersion: 11.0.3-1\nArchitecture: amd64\n");
    m_before = m_machine.target.nodes();
  }

  /// What apt-get says to the update and to the installation.
  void
  apt_says(const std::string& install, int install_status = 0, const std::string& update = "", int update_status = 0)
  {
    const auto says = [&](const std::string& verb, const std::string& text, int status) {
      m_machine.processes.answer_where(
          [verb](const Argv& argv) { return argv[0] == "apt-get" && contains(argv, verb); },
          [this, text, status, verb](const Command&) {
            m_state_at[verb] = m_machine.target.nodes();
            effects::ProcessResult result;
            result.status = status;
            result.out = text;
            return base::Result<effects::ProcessResult>(result);
          });
    };
    says("update", update, update_status);
    says("--simulate", install, install_status);
    says("--print-uris", m_cost, 0);
  }
  /// dpkg-deb puts these files there.
  void unpacking_brings(const std::string& deb, std::map<std::string, std::string> files)
  {
    m_machine.processes.answer_with({"dpkg-deb", "--extract", deb, k_state + "/unpacked"},
                                    [this, files](const Command&) {
                                      for (const auto& [path, text] : files) {
                                        m_machine.target.put(k_state + "/unpacked" + path, text);
                                      }
                                      return base::Result<effects::ProcessResult>(effects::ProcessResult{});
                                    });
  }
  base::Result<AptCost> run()
  {
    Tools tools(m_machine.effects, "", 0);
    return simulate(m_machine.effects, tools, m_simulation);
  }
  std::string at_update(const std::string& path)
  {
    const auto& nodes = m_state_at["update"];
    const auto found = nodes.find(k_state + path);
    return found == nodes.end() ? "(absent)" : found->second.bytes;
  }
  /// Nothing but the log and the folders around the state is other than before.
  void expect_nothing_changed()
  {
    for (const auto& [path, node] : m_machine.target.nodes()) {
      const bool is_ours = path.starts_with("/var/log") || path == "/var/cache" || path == "/var/cache/cudasetup";
      EXPECT_TRUE(is_ours || (m_before.contains(path) && m_before.at(path) == node)) << path;
    }
  }

  test::FakeMachine m_machine;
  plan::Simulation m_simulation;
  /// apt-get's answer to --print-uris.
  std::string m_cost = "After this operation, 20 kB of additional disk space will be used.\n"
                       "'http://archive.ubuntu.com/ubuntu/pool/hello.deb' hello.deb 1000 SHA256:00\n";
  std::map<std::string, test::Node> m_before;
  std::map<std::string, std::map<std::string, test::Node>> m_state_at;
};

TEST_F(SimulateTest, asks_apt_with_every_writable_place_private)
{
  apt_says("");
  const auto cost = run();
  ASSERT_TRUE(cost) << cost.error().message;
  EXPECT_EQ(cost->download_bytes, 1000U);
  EXPECT_EQ(cost->disk_bytes, 20'000U);
  ASSERT_EQ(m_machine.processes.calls().size(), 3U);
  for (const Command& command : m_machine.processes.calls()) {
    EXPECT_EQ(Argv(command.argv.begin(), command.argv.begin() + 3), (Argv{"apt-get", "-c", k_state + "/apt.conf"}));
    EXPECT_TRUE(contains(command.argv, "Dir::State::lists=" + k_state + "/lists"));
    EXPECT_TRUE(contains(command.argv, "Dir::Cache=" + k_state + "/cache"));
    EXPECT_TRUE(contains(command.argv, "Dir::Log=" + k_state + "/log"));
    EXPECT_TRUE(contains(command.argv, "Dir::Etc::sourcelist=" + k_state + "/sources.list"));
    EXPECT_TRUE(contains(command.argv, "Dir::Etc::sourceparts=" + k_state + "/sources.list.d"));
    EXPECT_TRUE(contains(command.argv, "Dir::Etc::preferencesparts=" + k_state + "/preferences.d"));
  }
  for (const Command& command : {m_machine.processes.calls()[1], m_machine.processes.calls()[2]}) {
    EXPECT_TRUE(contains(command.argv, "--yes")) << "apt then refuses what the run itself would";
    EXPECT_TRUE(contains(command.argv, "APT::Cmd::Pattern-Only=true")) << "g++-10 is a name, not a pattern";
    EXPECT_EQ(command.argv.back(), "cuda-toolkit-11-0=11.0.3-1");
  }
}

TEST_F(SimulateTest, lets_apt_run_none_of_the_systems_own_hooks)
{
  apt_says("");
  ASSERT_TRUE(run());
  for (const std::string list : {"APT::Update::Pre-Invoke", "APT::Update::Post-Invoke", "DPkg::Pre-Install-Pkgs"}) {
    EXPECT_NE(at_update("/apt.conf").find("#clear " + list + ";\n"), std::string::npos) << list;
  }
}

TEST_F(SimulateTest, does_not_see_what_the_plan_switches_off)
{
  m_machine.target.put("/etc/apt/sources.list", "deb http://archive.ubuntu.com/ubuntu jammy main\ndeb http://x /\n");
  m_before = m_machine.target.nodes();
  m_simulation.switched_off = {{"/etc/apt/sources.list.d/ppa.list", "/etc/apt/sources.list.d/ppa.list.disabled"},
                               {"/etc/apt/sources.list", "", {{2, {"deb http://x /"}}}},
                               {"/etc/apt/trusted.gpg.d/cuda.gpg", "/etc/apt/trusted.gpg.d/cuda.gpg.disabled"}};
  apt_says("");
  ASSERT_TRUE(run());
  EXPECT_EQ(at_update("/sources.list.d/ppa.list"), "(absent)");
  EXPECT_EQ(at_update("/sources.list"),
            "deb http://archive.ubuntu.com/ubuntu jammy main\n# switched off by cudasetup: deb http://x /\n");
  expect_nothing_changed();
}

TEST_F(SimulateTest, names_a_hold_deep_in_the_closure_with_the_command_that_ends_it)
{
  m_machine.target.put("/var/lib/dpkg/status",
                       "Package: libcublas-11-0\nStatus: hold ok installed\nVersion: 1\nArchitecture: amd64\n\n"
                       "Package: cuda-nvcc-11-0\nStatus: hold ok installed\nVersion: 1\nArchitecture: amd64\n");
  m_before = m_machine.target.nodes();
  apt_says(tool_text("unmet-broken"), 100);
  m_machine.processes.answer_where(
      [](const Argv& argv) { return contains(argv, "--allow-change-held-packages"); },
      [](const Command&) {
        effects::ProcessResult result;
        result.out = "Inst libcublas-11-0 [1] (2 NVIDIA CUDA [amd64])\nInst cuda-toolkit-11-0 (11.0.3-1 N [amd64])\n";
        return base::Result<effects::ProcessResult>(result);
      });
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::packages);
  EXPECT_EQ(result.error().message, "packages are on hold that would have to change: libcublas-11-0");
  EXPECT_EQ(base::to_shell(result.error().hints.at(0).command.value()), "apt-mark unhold libcublas-11-0");
  expect_nothing_changed();
}

TEST_F(SimulateTest, names_the_file_of_a_pin_that_is_in_the_way)
{
  m_machine.target.put("/etc/apt/preferences.d/lambda", "Package: libcublas*\nPin: release *\nPin-Priority: -1\n")
      .put("/etc/apt/preferences.d/other", "Package: firefox\nPin: release *\nPin-Priority: 1001\n");
  m_before = m_machine.target.nodes();
  apt_says(tool_text("unmet-broken"), 100);
  m_machine.processes.answer_where(
      [this](const Argv& argv) {
        return contains(argv, "--simulate") && m_machine.target.node(k_state + "/preferences.d/lambda") == nullptr;
      },
      [](const Command&) { return base::Result<effects::ProcessResult>(effects::ProcessResult{}); });
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "pins of apt keep packages from being installed: /etc/apt/preferences.d/lambda");
  EXPECT_EQ(base::to_shell(result.error().hints.at(1).command.value()),
            "mv /etc/apt/preferences.d/lambda /etc/apt/preferences.d/lambda.disabled");
  expect_nothing_changed();
}

TEST_F(SimulateTest, what_neither_holds_nor_pins_keep_from_being_stays_as_apt_says_it)
{
  m_machine.target.put("/etc/apt/preferences.d/lambda", "Package: libcublas*\nPin: release *\nPin-Priority: -1\n");
  apt_says(tool_text("unmet-broken"), 100);
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message.find("pins of apt"), std::string::npos);
}

TEST_F(SimulateTest, goes_on_without_a_list_that_nobody_needs_and_names_its_file)
{
  m_machine.target.put("/etc/apt/sources.list.d/mine.list", "deb http://127.0.0.1:8/repo /\n");
  apt_says("", 0, tool_text("connection-refused"), 100);
  ASSERT_TRUE(run());
  EXPECT_EQ(
      m_machine.events.all<effects::Notice>().at(0).text,
      "careful: apt cannot read http://127.0.0.1:8/repo (/etc/apt/sources.list.d/mine.list). Nothing is needed of "
      "it; it goes on");
}

TEST_F(SimulateTest, an_old_apt_that_only_warns_is_heard_too)
{
  apt_says("", 0, "W: Failed to fetch http://127.0.0.1:8/repo/InRelease  Could not connect\n");
  ASSERT_TRUE(run());
  EXPECT_EQ(m_machine.events.all<effects::Notice>().size(), 1U);
}

TEST_F(SimulateTest, a_list_that_packages_would_come_from_stops_it)
{
  m_cost = "'http://127.0.0.1:8/repo/hello.deb' hello.deb 1000 SHA256:00\n";
  apt_says("", 0, tool_text("connection-refused"), 100);
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::network);
  EXPECT_EQ(result.error().details.back(), "packages would come from http://127.0.0.1:8/repo");
  EXPECT_FALSE(m_machine.target.exists(k_state));
}

TEST_F(SimulateTest, another_version_than_asked_for_is_refused)
{
  apt_says("Inst cuda-toolkit-11-0 (11.0.2-1 NVIDIA CUDA [amd64])\n");
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::packages);
  EXPECT_EQ(result.error().message,
            "apt would not install cuda-toolkit-11-0 11.0.3-1 but 11.0.2-1; nothing was changed");
}

TEST_F(SimulateTest, begins_with_the_systems_own_sources_pins_and_lists)
{
  apt_says("");
  ASSERT_TRUE(run());
  EXPECT_EQ(at_update("/sources.list"), "deb http://archive.ubuntu.com/ubuntu jammy main\n");
  EXPECT_EQ(at_update("/sources.list.d/ppa.list"), "deb http://ppa.example/ubuntu jammy main\n");
  EXPECT_EQ(at_update("/preferences.d/mine"), "Package: *\n");
  EXPECT_EQ(at_update("/lists/archive_Packages"), "Package: hello\n");
  EXPECT_EQ(at_update("/sources.list.d/cudasetup.list"), "(absent)");
  EXPECT_EQ(m_state_at["update"].at(k_state).mode, 0700U);
}

TEST_F(SimulateTest, leaves_nothing_behind)
{
  apt_says(tool_text("simulate-install"));
  ASSERT_TRUE(run());
  EXPECT_FALSE(m_machine.target.exists(k_state));
  expect_nothing_changed();
}

TEST_F(SimulateTest, replaces_what_a_killed_run_left)
{
  m_machine.target.put(k_state + "/sources.list.d/old.list", "deb http://gone.example/ x y\n");
  apt_says("");
  ASSERT_TRUE(run());
  EXPECT_EQ(at_update("/sources.list.d/old.list"), "(absent)");
}

TEST_F(SimulateTest, takes_key_and_pin_of_the_archive_out_of_its_keyring_package)
{
  m_simulation.source_line = "deb [signed-by={keyring}] https://developer.download.nvidia.com/x/ /";
  m_simulation.key_package = "/var/cache/cudasetup/cuda-keyring.deb";
  m_simulation.key_directory = "/usr/share/keyrings";
  m_simulation.key_pattern = "cuda-archive-keyring.gpg";
  unpacking_brings(m_simulation.key_package,
                   {{"/usr/share/keyrings/cuda-archive-keyring.gpg", "KEY"},
                    {"/etc/apt/preferences.d/cuda-repository-pin-600", "Pin-Priority: 600\n"}});
  apt_says("");
  ASSERT_TRUE(run());
  EXPECT_EQ(at_update("/sources.list.d/cudasetup.list"),
            "deb [signed-by=" + k_state + "/key.gpg] https://developer.download.nvidia.com/x/ /\n");
  EXPECT_EQ(at_update("/key.gpg"), "KEY");
  EXPECT_EQ(at_update("/preferences.d/cuda-repository-pin-600"), "Pin-Priority: 600\n");
}

TEST_F(SimulateTest, the_plans_own_pin_goes_before_the_packages)
{
  m_simulation.source_line = "deb [signed-by={keyring}] https://developer.download.nvidia.com/x/ /";
  m_simulation.key_package = "/var/cache/cudasetup/cuda-keyring.deb";
  m_simulation.key_directory = "/usr/share/keyrings";
  m_simulation.key_pattern = "cuda-archive-keyring.gpg";
  m_simulation.pin = "Pin-Priority: 601\n";
  unpacking_brings(m_simulation.key_package,
                   {{"/usr/share/keyrings/cuda-archive-keyring.gpg", "KEY"},
                    {"/etc/apt/preferences.d/cuda-repository-pin-600", "Pin-Priority: 600\n"}});
  apt_says("");
  ASSERT_TRUE(run());
  EXPECT_EQ(at_update("/preferences.d/cuda-repository-pin-600"), "Pin-Priority: 601\n");
}

TEST_F(SimulateTest, points_the_source_at_the_unpacked_local_installer_and_its_armored_key)
{
  m_simulation.source_line = "deb [signed-by={keyring}] file:{unpacked}/var/cuda-repo-ubuntu1804-11-1-local /";
  m_simulation.key_package = "/var/cache/cudasetup/cuda-repo.deb";
  m_simulation.local_installer = m_simulation.key_package;
  m_simulation.key_directory = "/var/cuda-repo-ubuntu1804-11-1-local";
  m_simulation.key_pattern = "*.pub";
  unpacking_brings(m_simulation.key_package, {{"/var/cuda-repo-ubuntu1804-11-1-local/7fa2af80.pub", "ARMORED"}});
  apt_says("");
  ASSERT_TRUE(run());
  EXPECT_EQ(at_update("/sources.list.d/cudasetup.list"),
            "deb [signed-by=" + k_state + "/key.asc] file:" + k_state +
                "/unpacked/var/cuda-repo-ubuntu1804-11-1-local /\n");
  EXPECT_EQ(at_update("/key.asc"), "ARMORED");
}

TEST_F(SimulateTest, takes_the_key_from_the_system_where_the_installer_was_unpacked_before)
{
  m_simulation.source_line = "deb [signed-by={keyring}] file:/var/cuda-repo /";
  m_simulation.key_directory = "/var/cuda-repo";
  m_simulation.key_pattern = "cuda-*-keyring.gpg";
  m_machine.target.put("/var/cuda-repo/cuda-1234-keyring.gpg", "KEY");
  m_before = m_machine.target.nodes();
  apt_says("");
  ASSERT_TRUE(run());
  EXPECT_EQ(at_update("/key.gpg"), "KEY");
  expect_nothing_changed();
}

TEST_F(SimulateTest, trusts_the_key_that_is_named_and_no_other)
{
  m_simulation.source_line = "deb [signed-by={keyring}] file:/var/cuda-repo /";
  m_simulation.key_directory = "/var/cuda-repo";
  m_simulation.key_pattern = "7fa2af80.pub";
  m_simulation.key_fingerprints = {test::k_fingerprint};
  m_simulation.known_fingerprints = {test::k_fingerprint};
  m_machine.target.put("/var/cuda-repo/7fa2af80.pub", test::k_armored_key);
  apt_says("");
  EXPECT_TRUE(run());
  // Of several records for one key file any will do: the file's name is older than some of NVIDIA's keys.
  m_simulation.key_fingerprints = {"0000000000000000000000000000000000000000", test::k_fingerprint};
  EXPECT_TRUE(run());
  m_simulation.key_fingerprints = {"AE09FE4BBD223A84B2CCFCE3F60F4B3D7FA2AF80"};
  m_before = m_machine.target.nodes();
  const auto other = run();
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind, ErrorKind::untrusted);
  EXPECT_EQ(other.error().message,
            "the key in /var/cuda-repo/7fa2af80.pub is not the one that signs NVIDIA's archive: not trusted");
  EXPECT_EQ(other.error().details,
            (std::vector<std::string>{"expected " + m_simulation.key_fingerprints.front(),
                                      "found    " + test::k_fingerprint}));
  EXPECT_FALSE(other.error().hints.empty());
  expect_nothing_changed();
  m_simulation.key_fingerprints = {test::k_fingerprint};
  m_simulation.known_fingerprints.clear();
  EXPECT_FALSE(run()) << "one that nobody knows";
}

TEST_F(SimulateTest, a_key_that_is_not_there_is_no_trust)
{
  m_simulation.source_line = "deb [signed-by={keyring}] file:/var/cuda-repo /";
  m_simulation.key_directory = "/var/cuda-repo";
  m_simulation.key_pattern = "7fa2af80.pub";
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::untrusted);
  EXPECT_FALSE(result.error().hints.empty());
  expect_nothing_changed();
}

TEST_F(SimulateTest, a_failed_update_changes_nothing_and_says_why)
{
  apt_says(tool_text("version-not-found"), 100, tool_text("expired"), 100);
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::untrusted);
  EXPECT_EQ(result.error().message, "an archive's index has expired");
  EXPECT_EQ(result.error().context.back(), "asking apt what would happen, before any change");
  EXPECT_EQ(m_machine.processes.calls().size(), 2U);
  EXPECT_FALSE(m_machine.target.exists(k_state));
  expect_nothing_changed();
}

TEST_F(SimulateTest, refuses_the_removal_of_a_foreign_package_and_leaves_nothing_behind)
{
  apt_says(tool_text("simulate-foreign-removal"));
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::packages);
  EXPECT_NE(result.error().message.find("xorg"), std::string::npos);
  EXPECT_FALSE(m_machine.target.exists(k_state));
}

TEST_F(SimulateTest, allows_an_old_cuda_to_go)
{
  apt_says(tool_text("simulate-own-removal"));
  EXPECT_TRUE(run());
}

} // namespace

} // namespace cudasetup::apply
