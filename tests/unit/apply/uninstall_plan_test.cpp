#include "apply/uninstall_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cudasetup::apply {

namespace {

using journal::Extent;
using journal::Mark;
using journal::PathState;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Lines = std::vector<std::string>;

PathState file(const std::string& digest)
{
  return {true, {effects::FileType::regular, 0, 0644, 0, 0}, "", digest};
}

PathState link_to(const std::string& target)
{
  return {true, {effects::FileType::link, 0, 0777, 0, 0}, target, ""};
}

PathState directory(const std::string& digest = "")
{
  return {true, {effects::FileType::directory, 0, 0755, 0, 0}, "", digest};
}

std::string environment(const std::string& minor, const std::string& torch = "")
{
  return "# Written by cudasetup, which replaces it when it installs another version.\n# CUDA toolkit\n"
         "export CUDA_HOME=/usr/local/cuda-" +
         minor + "\n" + torch;
}

class UninstallPlanTest : public testing::Test {
protected:
  journal::Transaction& transaction()
  {
    journal::Transaction made;
    made.id = "000" + std::to_string(m_input.standing.size() + 1);
    made.outcome = journal::Outcome::done;
    m_input.standing.push_back(made);
    return m_input.standing.back();
  }
  /// A package that the newest transaction brought.
  void brings(const std::string& name, Mark mark = Mark::automatic)
  {
    m_input.standing.back().changed.packages[name] = journal::PackageState{"ii", "1", mark};
    there(name, mark);
  }
  void there(const std::string& name, Mark mark = Mark::automatic, const std::string& version = "1")
  {
    m_input.now.packages[name] = {"ii", version, mark};
  }
  void needs(const std::string& name, const std::string& other) { m_input.relations[name].depends.push_back({other}); }
  /// A path that the newest transaction changed.
  void makes(const std::string& path,
             const PathState& result,
             Extent extent = Extent::single,
             const PathState& before = {},
             const std::string& saved = "")
  {
    m_input.standing.back().originals.push_back({path, extent, before, saved});
    m_input.standing.back().results[path] = result;
    m_input.paths_now[path] = result;
  }
  void toolkit(const std::string& minor)
  {
    m_input.facts.toolkits.push_back({"/usr/local/cuda-" + minor, base::Version::parse(minor + ".1"), true});
  }
  Lines commands()
  {
    m_plan = plan_uninstall(m_input);
    Lines lines;
    for (const plan::Step& step : m_plan.steps) {
      for (const plan::Action& action : step.actions) {
        for (const base::Command& command : plan::commands_for(action, "")) {
          lines.push_back(base::to_shell(command));
        }
      }
    }
    return lines;
  }
  static plan::UninstallRequest cuda(const std::string& version) { return {base::Version::parse(version), {}, {}}; }

  UninstallInput m_input;
  plan::UninstallPlan m_plan;
};

TEST_F(UninstallPlanTest, where_nothing_of_ours_is_there_is_nothing_to_do)
{
  there("g++", Mark::manual);
  EXPECT_THAT(commands(), IsEmpty());
  m_input.request = cuda("12.4");
  EXPECT_THAT(commands(), IsEmpty());
  m_input.request = {std::nullopt, "1.7.1", plan::DriverGoes::no};
  EXPECT_THAT(commands(), IsEmpty());
  EXPECT_TRUE(m_plan.left.empty());
}

TEST_F(UninstallPlanTest, all_of_ours_goes_but_what_others_need_or_asked_for)
{
  transaction();
  brings("cuda-toolkit-12-4", Mark::manual);
  brings("cuda-nvcc-12-4");
  brings("libshared");
  brings("wanted-since");
  there("wanted-since", Mark::manual);
  there("of-the-user", Mark::manual);
  needs("of-the-user", "libshared");
  makes("/opt/libtorch", directory());
  makes("/opt/libtorch/1.7.1", directory("t"), Extent::tree);
  makes("/etc/profile.d/cudasetup.sh", file("e"));
  makes("/etc/apt/sources.list", file("new"), Extent::single, file("old"), "/s/0001");
  m_input.texts["/s/0001"] = "deb old\n";
  EXPECT_THAT(commands(),
              ElementsAre("apt-get purge --yes -o DPkg::Lock::Timeout=0 cuda-nvcc-12-4 cuda-toolkit-12-4",
                          "rm -rf -- /opt/libtorch/1.7.1",
                          "mkdir -p /etc/apt",
                          "rm -f /etc/apt/sources.list",
                          HasSubstr("dd of=/etc/apt/sources.list"),
                          "chmod 0644 /etc/apt/sources.list",
                          "rm -rf -- /etc/profile.d/cudasetup.sh",
                          "rmdir --ignore-fail-on-non-empty -- /opt/libtorch",
                          "ldconfig"));
  ASSERT_EQ(m_plan.left.size(), 2U);
  EXPECT_EQ(m_plan.left[0].about, "libshared");
  EXPECT_THAT(m_plan.left[0].text, HasSubstr("`apt-cache rdepends --installed libshared` names them"));
  EXPECT_EQ(m_plan.left[1].about, "wanted-since");
}

TEST_F(UninstallPlanTest, goes_on_with_what_was_to_go_though_apt_took_its_marks)
{
  transaction();
  brings("cuda-toolkit-12-4", Mark::manual);
  brings("cuda-nvcc-12-4");
  brings("cuda-keyring");
  there("cuda-nvcc-12-4", Mark::manual);
  m_input.intended = {"cuda-toolkit-12-4", "cuda-nvcc-12-4", "cuda-keyring"};
  EXPECT_THAT(commands(),
              ElementsAre("apt-get purge --yes -o DPkg::Lock::Timeout=0 cuda-keyring cuda-nvcc-12-4 cuda-toolkit-12-4",
                          "ldconfig"));
  EXPECT_THAT(m_plan.left, IsEmpty());
}

TEST_F(UninstallPlanTest, what_was_cut_off_after_the_last_package_runs_the_triggers_that_are_left)
{
  transaction();
  brings("cuda-nvcc-12-4");
  m_input.now.packages.clear();
  m_input.now.packages["libc-bin"] = {"it", "2.31", Mark::manual};
  EXPECT_THAT(commands(), IsEmpty()) << "they are of somebody else";
  m_input.intended = {"cuda-nvcc-12-4"};
  EXPECT_THAT(commands(), ElementsAre("dpkg --triggers-only --pending", "ldconfig"));
}

TEST_F(UninstallPlanTest, what_somebody_changed_since_stays_and_is_named)
{
  transaction();
  makes("/etc/profile.d/cudasetup.sh", file("e"));
  makes("/opt/venv", directory("v"), Extent::tree);
  m_input.paths_now["/etc/profile.d/cudasetup.sh"] = file("edited");
  m_input.paths_now["/opt/venv"] = directory("with more of the user's");
  EXPECT_THAT(commands(), IsEmpty());
  ASSERT_EQ(m_plan.left.size(), 2U);
  EXPECT_THAT(m_plan.left[0].text, HasSubstr("`sudo rm -r /opt/venv` removes it"));
  EXPECT_THAT(m_plan.left[1].text, HasSubstr("`sudo rm /etc/profile.d/cudasetup.sh` removes it"));
}

TEST_F(UninstallPlanTest, one_toolkit_goes_with_what_it_alone_pulled_in)
{
  m_input.request = cuda("12.4");
  for (const char* name : {"cuda-toolkit-12-4", "cuda-nvcc-12-4", "openjdk", "cuda-toolkit-11-1", "libboth"}) {
    there(name);
  }
  there("cuda", Mark::manual, "12.4.1-1");
  there("cuda-drivers");
  there("vim", Mark::manual);
  needs("cuda", "cuda-toolkit-12-4");
  needs("cuda", "cuda-drivers");
  needs("cuda-toolkit-12-4", "cuda-nvcc-12-4");
  needs("cuda-nvcc-12-4", "openjdk");
  needs("cuda-nvcc-12-4", "libboth");
  needs("cuda-toolkit-11-1", "libboth");
  needs("cuda-toolkit-12-4", "vim");
  EXPECT_EQ(commands().front(),
            "apt-get purge --yes -o DPkg::Lock::Timeout=0 cuda cuda-nvcc-12-4 cuda-toolkit-12-4 openjdk")
      << "neither the driver, nor what the other toolkit needs, nor what somebody asked for";
}

TEST_F(UninstallPlanTest, versions_are_taken_by_their_beginning)
{
  toolkit("12.4");
  toolkit("11.1");
  there("cuda-nvcc-12-4");
  there("cuda-nvcc-11-1");
  for (const auto& [version, goes] : std::map<std::string, std::string>{
           {"12", "cuda-nvcc-12-4"}, {"12.4", "cuda-nvcc-12-4"}, {"12.4.1", "cuda-nvcc-12-4"}}) {
    m_input.request = cuda(version);
    EXPECT_THAT(commands(), Contains(HasSubstr("=0 " + goes))) << version;
  }
  for (const char* version : {"12.4.0", "12.40", "1", "10.2"}) {
    m_input.request = cuda(version);
    EXPECT_THAT(commands(), IsEmpty()) << version;
  }
}

TEST_F(UninstallPlanTest, what_others_hold_is_not_ours_and_what_we_hold_is_let_go)
{
  transaction();
  brings("cuda-nvcc-12-4");
  m_input.now.packages["cuda-nvcc-12-4"].state = "hi";
  EXPECT_THAT(commands(), IsEmpty());
  ASSERT_EQ(m_plan.left.size(), 1U);
  m_input.standing.back().changed.packages["cuda-nvcc-12-4"]->state = "hi";
  EXPECT_THAT(commands(), Contains("apt-mark unhold cuda-nvcc-12-4"));
}

TEST_F(UninstallPlanTest, a_toolkit_that_no_package_owns_goes_by_its_own_uninstaller)
{
  m_input.request = cuda("12.4");
  toolkit("12.4");
  m_input.choices = {{"cuda", {"/usr/local/cuda-12.4", "/usr/local/cuda-11.1"}}};
  EXPECT_THAT(commands(),
              ElementsAre("update-alternatives --remove cuda /usr/local/cuda-12.4",
                          "rm -rf -- /usr/local/cuda-12.4",
                          "ldconfig"));
  m_input.present = {"/usr/local/cuda-12.4/bin/cuda-uninstaller"};
  EXPECT_THAT(commands(),
              ElementsAre("update-alternatives --remove cuda /usr/local/cuda-12.4",
                          "/usr/local/cuda-12.4/bin/cuda-uninstaller --silent",
                          "rm -rf -- /usr/local/cuda-12.4",
                          "ldconfig"));
  const auto* run = std::get_if<plan::Run>(&m_plan.steps[0].actions[1]);
  ASSERT_NE(run, nullptr);
  EXPECT_THAT(run->makes, Contains("/usr/local/cuda-12.4")) << "undo needs a copy";
  m_input.trace = plan::Trace::noted;
  commands();
  EXPECT_THAT(std::get<plan::Run>(m_plan.steps[0].actions[1]).makes, IsEmpty());
}

TEST_F(UninstallPlanTest, a_toolkit_that_somebody_put_back_after_it_was_uninstalled_goes_when_it_is_named)
{
  const std::string tree = "/usr/local/cuda-12.4";
  transaction();
  makes(tree, directory("ours"), Extent::tree);
  transaction().verb = journal::Verb::uninstall;
  makes(tree, {}, Extent::tree, directory("ours"));
  m_input.paths_now[tree] = directory("of the user");
  toolkit("12.4");
  EXPECT_THAT(commands(), IsEmpty());
  EXPECT_EQ(m_plan.left.size(), 1U);
  m_input.request = cuda("12.4");
  EXPECT_THAT(commands(), Contains("rm -rf -- " + tree));
}

TEST_F(UninstallPlanTest, new_shells_and_the_link_find_the_toolkit_that_stays)
{
  m_input.request = cuda("12.4");
  toolkit("11.1");
  toolkit("12.4");
  const std::string path = "/etc/profile.d/cudasetup.sh";
  transaction();
  makes(path, file("11.1"));
  makes("/usr/local/cuda", link_to("/usr/local/cuda-11.1"), Extent::tree);
  transaction();
  makes(path, file("12.4"), Extent::single, file("11.1"), "/s/0001");
  makes("/usr/local/cuda", link_to("/usr/local/cuda-12.4"), Extent::tree, link_to("/usr/local/cuda-11.1"));
  makes("/usr/local/cuda-12.4", directory("t"), Extent::tree);
  m_input.texts["/s/0001"] = environment("11.1");
  m_input.facts.files[path] = environment("12.4");
  EXPECT_THAT(commands(), Contains("ln -sfT /usr/local/cuda-11.1 /usr/local/cuda"));
  ASSERT_GE(m_plan.steps.size(), 2U);
  const auto* written = std::get_if<plan::WriteFile>(&m_plan.steps[1].actions[0]);
  ASSERT_NE(written, nullptr);
  EXPECT_EQ(written->content, environment("11.1"));
  // Without another one there is nothing to name.
  m_input.facts.toolkits.erase(m_input.facts.toolkits.begin());
  EXPECT_THAT(commands(), Contains("rm -rf -- " + path));
  EXPECT_THAT(commands(), Contains("rm -rf -- /usr/local/cuda"));
}

TEST_F(UninstallPlanTest, a_libtorch_that_goes_leaves_the_place_to_the_one_before)
{
  m_input.request = {std::nullopt, "2.4.0", plan::DriverGoes::no};
  const std::string link = "/opt/libtorch/current";
  const std::string loader = "/etc/ld.so.conf.d/zz-cudasetup-libtorch.conf";
  transaction();
  makes("/opt/libtorch/1.7.1+cu110", directory("a"), Extent::tree);
  makes(link, link_to("1.7.1+cu110"));
  makes(loader, file("a"));
  transaction();
  makes("/opt/libtorch/2.4.0+cu124", directory("b"), Extent::tree);
  makes(link, link_to("2.4.0+cu124"), Extent::single, link_to("1.7.1+cu110"));
  makes(loader, file("b"), Extent::single, file("a"), "/s/0001");
  m_input.texts = {{"/s/0001", "/a\n"},
                   {"/opt/libtorch/1.7.1+cu110/build-version", "1.7.1+cu110\n"},
                   {"/opt/libtorch/2.4.0+cu124/build-version", "2.4.0+cu124\n"}};
  m_input.facts.libtorch = {{"/opt/libtorch/1.7.1+cu110", "1.7.1+cu110"}, {"/opt/libtorch/2.4.0+cu124", "2.4.0+cu124"}};
  m_input.facts.current_libtorch = "/opt/libtorch/2.4.0+cu124";
  const Lines lines = commands();
  EXPECT_THAT(lines, Contains("rm -rf -- /opt/libtorch/2.4.0+cu124"));
  EXPECT_THAT(lines, Contains("ln -sfT 1.7.1+cu110 " + link));
  EXPECT_THAT(lines, Contains(HasSubstr("dd of=" + loader)));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("rm -rf -- /opt/libtorch/1.7.1"))));
  // The other one, which is not the current one, goes alone.
  m_input.request.torch = "1.7.1+cu110";
  EXPECT_THAT(commands(), ElementsAre("rm -rf -- /opt/libtorch/1.7.1+cu110", "ldconfig"));
}

TEST_F(UninstallPlanTest, the_archive_goes_with_the_last_package_that_came_from_it)
{
  m_input.request = cuda("12.4");
  transaction();
  brings("cuda-nvcc-12-4", Mark::manual);
  brings("cuda-keyring", Mark::manual);
  makes("/etc/apt/preferences.d/cuda-repository-pin-600", file("p"));
  there("libcudnn9-cuda-12", Mark::manual);
  EXPECT_EQ(commands().front(), "apt-get purge --yes -o DPkg::Lock::Timeout=0 cuda-nvcc-12-4");
  EXPECT_THAT(commands(), Not(Contains(HasSubstr("pin-600"))));
  m_input.now.packages.erase("libcudnn9-cuda-12");
  EXPECT_EQ(commands().front(), "apt-get purge --yes -o DPkg::Lock::Timeout=0 cuda-keyring cuda-nvcc-12-4");
  EXPECT_THAT(commands(), Contains("rm -rf -- /etc/apt/preferences.d/cuda-repository-pin-600"));
}

TEST_F(UninstallPlanTest, a_driver_goes_where_it_is_ours)
{
  m_input.request = {std::nullopt, std::nullopt, plan::DriverGoes::yes};
  there("nvidia-driver-550", Mark::manual);
  EXPECT_THAT(commands(), IsEmpty());
  ASSERT_EQ(m_plan.left.size(), 1U);
  EXPECT_THAT(m_plan.left[0].text, HasSubstr("did not come by cudasetup"));
  transaction();
  brings("nvidia-driver-550", Mark::manual);
  EXPECT_EQ(commands().front(), "apt-get purge --yes -o DPkg::Lock::Timeout=0 nvidia-driver-550");
  EXPECT_TRUE(m_plan.reboot);
  there("linux-image-6.8.0-1-generic");
  needs("nvidia-driver-550", "linux-image-6.8.0-1-generic");
  EXPECT_EQ(commands().front(), "apt-get purge --yes -o DPkg::Lock::Timeout=0 nvidia-driver-550") << "and no kernel";
}

TEST_F(UninstallPlanTest, one_that_was_cut_off_goes_on_with_what_it_meant)
{
  m_input.request = cuda("12.4");
  there("openjdk");
  m_input.now.packages["cuda-toolkit-12-4"] = {"pc", "1", Mark::manual};
  m_input.intended = {"openjdk", "cuda-toolkit-12-4", "gone-already"};
  m_input.dpkg_was_cut_off = true;
  EXPECT_THAT(commands(),
              ElementsAre(HasSubstr("dpkg --set-selections"),
                          "apt-get purge --yes -o DPkg::Lock::Timeout=0 cuda-toolkit-12-4 openjdk",
                          "ldconfig"));
}

TEST_F(UninstallPlanTest, libraries_that_libtorch_needs_stay_with_it)
{
  m_input.request = cuda("11.4");
  transaction();
  std::vector<json::Problem> problems;
  m_input.standing.back().plan = json::parse(R"({"steps": [{"id": "apt-install-libtorch-libraries",
      "commands": [["apt-get", "install", "--yes", "libcudnn8=8.1", "cuda-libraries-11-4=11.4"]]}]})",
                                             "plan",
                                             problems);
  brings("cuda-libraries-11-4", Mark::manual);
  brings("libcudnn8", Mark::manual);
  brings("cuda-nvcc-11-4");
  makes("/opt/libtorch/2.0", directory("t"), Extent::tree);
  m_input.texts["/opt/libtorch/2.0/build-version"] = "2.0.0+cu118\n";
  EXPECT_EQ(commands().front(), "apt-get purge --yes -o DPkg::Lock::Timeout=0 cuda-nvcc-11-4");
  m_input.request = {std::nullopt, "2.0.0", plan::DriverGoes::no};
  EXPECT_EQ(commands().front(), "apt-get purge --yes -o DPkg::Lock::Timeout=0 cuda-libraries-11-4 libcudnn8");
}

} // namespace

} // namespace cudasetup::apply
