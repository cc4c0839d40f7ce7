#include "apply/uninstall_plan.hpp"

#include "host/paths.hpp"
#include "plan/holds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cudasetup::apply {

namespace {

using journal::Mark;
using journal::PathState;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// A driver that a transaction brought, beside a toolkit, and what that wrote for it.
class UninstallDriverTest : public testing::Test {
protected:
  UninstallDriverTest()
  {
    m_input.standing.emplace_back();
    m_input.standing.back().id = "0001";
    m_input.standing.back().outcome = journal::Outcome::done;
    becomes("nvidia-driver-615-open", "ii");
    becomes("cuda-nvcc-12-4", "ii");
    makes("/etc/apt/preferences.d/cudasetup-driver");
    makes("/etc/apt/sources.list.d/cudasetup-ubuntu.list");
    makes("/etc/apt/apt.conf.d/52cudasetup-unattended-upgrades");
  }
  void becomes(const std::string& name, const std::string& state)
  {
    m_input.standing.back().changed.packages[name] = journal::PackageState{state, "1", Mark::manual};
    m_input.now.packages[name] = {state, "1", Mark::manual};
  }
  void makes(const std::string& path)
  {
    const PathState made = {true, {effects::FileType::regular, 0, 0644, 0, 0}, "", "f"};
    m_input.standing.back().originals.push_back({path, journal::Extent::single, {}, ""});
    m_input.standing.back().results[path] = made;
    m_input.paths_now[path] = made;
  }
  std::vector<std::string> commands() const
  {
    std::vector<std::string> lines;
    for (const plan::Step& step : plan_uninstall(m_input).steps) {
      for (const plan::Action& action : step.actions) {
        for (const base::Command& command : plan::commands_for(action, "")) {
          lines.push_back(base::to_shell(command));
        }
      }
    }
    return lines;
  }

  UninstallInput m_input;
};

TEST_F(UninstallDriverTest, what_keeps_it_from_one_origin_and_where_it_is_goes_with_it_and_stays_with_it)
{
  m_input.request = {base::Version::parse("12.4"), {}, {}};
  EXPECT_THAT(commands(), ElementsAre("apt-get purge --yes -o DPkg::Lock::Timeout=0 cuda-nvcc-12-4", "ldconfig"));
  m_input.request = {std::nullopt, std::nullopt, plan::DriverGoes::yes};
  EXPECT_THAT(commands(),
              ElementsAre("apt-get purge --yes -o DPkg::Lock::Timeout=0 nvidia-driver-615-open",
                          "rm -rf -- /etc/apt/apt.conf.d/52cudasetup-unattended-upgrades",
                          "rm -rf -- /etc/apt/sources.list.d/cudasetup-ubuntu.list",
                          "rm -rf -- /etc/apt/preferences.d/cudasetup-driver",
                          "ldconfig"));
}

TEST_F(UninstallDriverTest, nouveau_may_have_the_gpu_again)
{
  makes("/etc/modprobe.d/cudasetup-nouveau.conf");
  m_input.request = {base::Version::parse("12.4"), {}, {}};
  EXPECT_THAT(commands(), Not(Contains("update-initramfs -u")));
  m_input.request = {std::nullopt, std::nullopt, plan::DriverGoes::yes};
  EXPECT_THAT(commands(),
              testing::IsSupersetOf({"rm -rf -- /etc/modprobe.d/cudasetup-nouveau.conf", "update-initramfs -u"}));
}

TEST_F(UninstallDriverTest, lets_go_what_was_held_of_the_kernel_for_it)
{
  becomes("linux-image-generic", "hi");
  m_input.now.packages["linux-headers-generic"] = {"hi", "1", Mark::manual}; // by somebody else
  const std::string path(host::k_holds_file);
  makes(path);
  const plan::Held toolkit{plan::pattern_of_toolkit("12-4"), {"cuda-nvcc-12-4"}};
  const plan::Held driver{"nvidia-driver*", {"nvidia-driver-615-open", "linux-image-generic"}};
  m_input.facts.files[path] = plan::write_holds({toolkit, driver});
  m_input.request = {base::Version::parse("12.4"), {}, {}};
  EXPECT_THAT(commands(), Not(Contains(HasSubstr("unhold"))));
  m_input.request = {std::nullopt, std::nullopt, plan::DriverGoes::yes};
  EXPECT_EQ(commands().front(), "apt-mark unhold linux-image-generic");
  EXPECT_THAT(commands(),
              Contains(testing::AllOf(HasSubstr("dd of=" + path), HasSubstr("*-12-4"), Not(HasSubstr("nvidia")))));
}

} // namespace

} // namespace cudasetup::apply
