// An oracle is worth what it catches: a sound resolution is bent in one place at a time, and the rule must notice.

#include "matrix/samples.hpp"

#include <gtest/gtest.h>

namespace cudasetup::matrix {
namespace {

using resolve::Choice;
using resolve::Method;
using resolve::Request;
using resolve::Resolution;

/// A Tesla T4 on 22.04 gets 12.4.1, torch 2.6.0+cu124 and driver 550.54.15 from the network archive.
class Oracle : public testing::Test {
protected:
  Oracle() { request.cuda = {Choice::exact, v("12.4.1")}; }

  Resolution sound() const
  {
    const manifest::UbuntuRelease* ubuntu = known().find_ubuntu(v(facts.os.version_id));
    Resolution result;
    result.ubuntu = ubuntu;
    result.archive = &ubuntu->archives.front();
    result.cuda.emplace();
    result.cuda->release = cuda("12.4.1");
    result.cuda->packages = {{"cuda-toolkit-12-4", "12.4.1-1"}};
    result.driver = {resolve::DriverAction::install,
                     v("550.54.15"),
                     host::ModuleFlavour::proprietary,
                     {{"cuda-drivers-550", "550.54.15-1"}}};
    set_torch(result, "2.6.0", "cu124");
    return result;
  }

  static void set_torch(Resolution& resolution, std::string_view version, std::string_view platform)
  {
    resolution.torch.emplace();
    resolution.torch->release = known().find_torch(v(version));
    resolution.torch->build = build(version, platform);
    for (const manifest::LibTorchZip& zip : resolution.torch->build->zips) {
      if (zip.abi == manifest::Abi::cxx11) {
        resolution.torch->zip = &zip;
      }
    }
  }

  Rules broken(const Resolution& resolution) const
  {
    return rules_of(check(look_at(known(), facts), request, resolution));
  }

  host::HostFacts facts = facts_of("22.04", "10de:1eb8");
  Request request;
};

TEST_F(Oracle, has_nothing_against_a_sound_resolution)
{
  EXPECT_EQ(broken(sound()), Rules{});
}

TEST_F(Oracle, catches_a_machine_that_cannot_be_served)
{
  facts.jetson = true;
  EXPECT_EQ(broken(sound()), Rules{"machine"});
  facts = facts_of("16.04", "10de:1eb8");
  EXPECT_EQ(broken(sound()), Rules{"machine"});
  facts = facts_of("22.04", "10de:0000");
  EXPECT_EQ(broken(sound()), Rules{"machine"});
}

TEST_F(Oracle, catches_an_answer_for_another_machine)
{
  Resolution bent = sound();
  bent.ubuntu = known().find_ubuntu(v("24.04"));
  EXPECT_EQ(broken(bent), Rules{"machine"});
}

TEST_F(Oracle, catches_a_gpu_that_is_too_old_for_every_cuda)
{
  for (const char* gpu : {"10de:1080", "10de:0193", "sm_20"}) { // Fermi, before it, and Fermi by its capability
    facts = facts_of("22.04", gpu);
    EXPECT_EQ(broken(sound()), Rules{"machine"}) << gpu;
  }
}

TEST_F(Oracle, catches_silence_on_a_driver_that_perhaps_does_not_know_the_gpu)
{
  facts = facts_of("22.04", "10de:2684"); // RTX 4090: the lists of 515 and 525 were read, that of 520 was not
  request.cuda = {Choice::exact, v("11.8.0")};
  Resolution bent = sound();
  bent.cuda->release = cuda("11.8.0");
  bent.cuda->packages = {{"cuda-toolkit-11-8", "11.8.0-1"}};
  set_torch(bent, "2.5.1", "cu118");
  for (const char* driver : {"520.61.05", "515.105.01"}) {
    facts.driver = host::LoadedDriver{v(driver), std::nullopt};
    bent.driver = {resolve::DriverAction::keep, v(driver), std::nullopt, {}};
    EXPECT_EQ(broken(bent), driver[1] == '2' ? Rules{"unknown"} : (Rules{"driver", "unknown"}));
  }
}

TEST_F(Oracle, catches_a_branch_that_apt_is_not_held_to)
{
  Resolution bent = sound();
  bent.driver = {resolve::DriverAction::install,
                 v("610.43.02"),
                 host::ModuleFlavour::open,
                 {{"nvidia-driver-pinning-610", ""}, {"nvidia-open", "610.43.02-*"}}};
  EXPECT_EQ(broken(bent), Rules{});
  std::swap(bent.driver.packages.front(), bent.driver.packages.back());
  EXPECT_EQ(broken(bent), Rules{"driver"}) << "the pin goes first";
}

TEST_F(Oracle, catches_what_was_not_asked_for)
{
  request.cuda = {Choice::exact, v("12.5")};
  EXPECT_EQ(broken(sound()), Rules{"asked"});
  request.cuda = {Choice::none, std::nullopt};
  EXPECT_EQ(broken(sound()), Rules{"asked"});
  request = {};
  request.torch = {Choice::exact, v("2.5.1"), std::nullopt};
  EXPECT_EQ(broken(sound()), Rules{"asked"});
  request.torch = {Choice::exact, v("2.6.0"), "cu126"};
  EXPECT_EQ(broken(sound()), Rules{"asked"});
  request = {};
  request.method = Method::local;
  EXPECT_EQ(broken(sound()), Rules{"asked"});
  request = {};
  request.driver.choice = resolve::DriverChoice::keep;
  EXPECT_EQ(broken(sound()), Rules{"asked"});
  request.driver = {resolve::DriverChoice::exact, v("570")};
  EXPECT_EQ(broken(sound()), Rules{"asked"});
  request = {};
  request.module = resolve::ModuleChoice::open;
  EXPECT_EQ(broken(sound()), Rules{"asked"});
}

TEST_F(Oracle, catches_a_toolkit_and_a_build_without_code_for_the_gpu)
{
  facts = facts_of("22.04", "10de:2b85"); // RTX 5090, sm_120
  Resolution bent = sound();
  bent.driver = {resolve::DriverAction::none, std::nullopt, std::nullopt, {}};
  request.driver.choice = resolve::DriverChoice::none;
  EXPECT_EQ(broken(bent), (Rules{"capability", "kernels"}));
}

TEST_F(Oracle, catches_headers_that_do_not_compile_with_the_glibc)
{
  facts.glibc = v("2.43");
  EXPECT_EQ(broken(sound()), Rules{"headers"});
  request.profile = manifest::Profile::runtime;
  EXPECT_EQ(broken(sound()), Rules{}) << "which compiles nothing";
}

TEST_F(Oracle, catches_an_archive_that_does_not_have_the_release)
{
  facts = facts_of("24.04", "10de:1eb8");
  EXPECT_EQ(broken(sound()), (Rules{"method", "driver"})) << "24.04's archive begins at 12.5";
}

TEST_F(Oracle, catches_the_installer_of_another_machine)
{
  Resolution bent = sound();
  bent.cuda->method = Method::local;
  bent.cuda->local_installer = &bent.cuda->release->local_installers.front(); // ubuntu2004
  EXPECT_EQ(broken(bent), Rules{"method"});
}

TEST_F(Oracle, catches_the_runfile_of_another_machine)
{
  Resolution bent = sound();
  bent.cuda->method = Method::runfile;
  bent.cuda->packages.clear();
  bent.driver = {};
  bent.cautions.push_back({"driver", "get one"});
  EXPECT_EQ(broken(bent), Rules{"method"});
}

TEST_F(Oracle, catches_packages_that_bring_the_driver_or_are_of_another_release)
{
  for (const char* name : {"cuda-12-4", "cuda-runtime-12-4", "cuda-demo-suite-12-4"}) {
    Resolution bent = sound();
    bent.cuda->packages.push_back({name, "12.4.1-1"});
    EXPECT_EQ(broken(bent), Rules{"packages"}) << name;
  }
  Resolution bent = sound();
  bent.cuda->packages.front().version = "12.4.0-1";
  EXPECT_EQ(broken(bent), Rules{"packages"});
  bent.cuda->packages.front() = {"cuda-toolkit-12-5", "12.5.0-1"};
  EXPECT_EQ(broken(bent), Rules{"packages"});
  bent.cuda->packages.clear();
  EXPECT_EQ(broken(bent), Rules{"packages"});
}

TEST_F(Oracle, catches_a_compiler_out_of_range_or_not_to_be_had)
{
  facts.gcc = v("14.2.0");
  EXPECT_EQ(broken(sound()), Rules{"compiler"}) << "12.4 takes gcc 13 at most";
  Resolution bent = sound();
  bent.cuda->host_gcc = 12;
  EXPECT_EQ(broken(bent), Rules{});
  bent.cuda->host_gcc = 13;
  EXPECT_EQ(broken(bent), Rules{"compiler"}) << "22.04 has no g++-13";
  facts.gcc = v("11.4.0");
  bent.cuda->host_gcc = 12;
  EXPECT_EQ(broken(bent), Rules{"compiler"}) << "the usual one would do";
}

TEST_F(Oracle, knows_that_cuda_11_5_does_not_take_ubuntus_gcc_11)
{
  EXPECT_EQ(compilers_of(cuda("11.5.2"), nullptr) >> 11 & 1, 0U);
  EXPECT_EQ(compilers_of(cuda("11.5.2"), nullptr) >> 10 & 1, 1U);
  EXPECT_EQ(compilers_of(cuda("11.6.0"), nullptr) >> 11 & 1, 1U);
}

TEST_F(Oracle, catches_a_libtorch_that_needs_a_newer_glibc)
{
  facts = facts_of("18.04", "10de:1eb8");
  facts.gcc = v("12");
  EXPECT_TRUE(broken(sound()).contains("glibc"));
}

TEST_F(Oracle, catches_a_zip_of_the_wrong_abi_or_without_a_demanded_digest)
{
  Resolution bent = sound();
  bent.torch->zip = nullptr;
  EXPECT_EQ(broken(bent), Rules{"zip"});
  request.abi = manifest::Abi::pre_cxx11;
  EXPECT_EQ(broken(sound()), Rules{"zip"});
  request.abi = manifest::Abi::cxx11;
  request.require_digests = true;
  bent = sound();
  manifest::LibTorchZip zip = *bent.torch->zip;
  zip.file.sha256.reset();
  bent.torch->zip = &zip;
  EXPECT_EQ(broken(bent), Rules{"zip"});
}

TEST_F(Oracle, catches_a_zip_on_arm64)
{
  facts.arch = base::Arch::arm64;
  Resolution bent = sound();
  bent.arch = base::Arch::arm64;
  bent.archive = known().find_archive("ubuntu2204", base::Arch::arm64);
  EXPECT_EQ(broken(bent), (Rules{"zip", "wheel", "unknown"}));
  bent.torch->zip = nullptr;
  bent.python = resolve::PythonChoice{"/opt/torch-venv"};
  EXPECT_EQ(broken(bent), Rules{"unknown"}) << "what code this wheel has was not published";
  bent.cautions.push_back({"torch", "not checked"});
  EXPECT_EQ(broken(bent), Rules{});
  set_torch(bent, "2.1.2", "cu121");
  bent.torch->zip = nullptr;
  EXPECT_EQ(broken(bent), Rules{"wheel"}) << "the first wheels for arm64 are of 2.4.0";
  EXPECT_EQ(kernels_of(*build("2.4.1", "cu124"), {8, 0}, base::Arch::arm64), Kernels::none) << "sm_90 alone";
  EXPECT_EQ(kernels_of(*build("2.4.1", "cu124"), {9, 0}, base::Arch::arm64), Kernels::machine_code);
  facts.python = v("3.14");
  EXPECT_EQ(broken(bent), Rules{"wheel"});
  EXPECT_FALSE(python_serves(*known().find_torch(v("2.4.1")), look_at(known(), facts)));
}

TEST_F(Oracle, catches_a_platform_of_another_major_and_a_newer_one)
{
  Resolution bent = sound();
  set_torch(bent, "2.5.1", "cu118");
  EXPECT_EQ(broken(bent), Rules{"pairing"});
  set_torch(bent, "2.6.0", "cu126");
  EXPECT_EQ(broken(bent), Rules{"pairing"});
  set_torch(bent, "2.5.1", "cu121");
  EXPECT_EQ(broken(bent), Rules{});
}

TEST_F(Oracle, catches_nvtoolsext_that_the_toolkit_has_no_more)
{
  request.cuda.version = v("12.9.1");
  Resolution bent = sound();
  bent.cuda->release = cuda("12.9.1");
  bent.cuda->packages = {{"cuda-toolkit-12-9", "12.9.1-1"}};
  EXPECT_EQ(broken(bent), Rules{"pairing"});
  set_torch(bent, "2.8.0", "cu128");
  EXPECT_EQ(broken(bent), Rules{});
}

TEST_F(Oracle, catches_a_driver_that_is_too_old_or_of_the_wrong_branch_or_module)
{
  const auto with = [&](const char* version, host::ModuleFlavour module, const char* package) {
    Resolution bent = sound();
    bent.driver.version = v(version);
    bent.driver.module = module;
    const bool is_open = module == host::ModuleFlavour::open;
    bent.driver.packages = {{package, std::string(version) + (is_open ? "-*" : "-1")}};
    return broken(bent);
  };
  using host::ModuleFlavour;
  EXPECT_EQ(with("515.43.04", ModuleFlavour::proprietary, "cuda-drivers-515"), Rules{"driver"}) << "12.x needs 525";
  EXPECT_EQ(with("560.35.03", ModuleFlavour::open, "nvidia-open-560"), Rules{});
  EXPECT_EQ(with("560.35.03", ModuleFlavour::open, "cuda-drivers-560"), Rules{"driver"}) << "the other module's name";
  EXPECT_EQ(with("560.99.99", ModuleFlavour::open, "nvidia-open-560"), Rules{"driver"}) << "no such driver";
  EXPECT_EQ(with("590.48.01", ModuleFlavour::open, "nvidia-open"), Rules{"driver"}) << "not held to its branch";
  facts = facts_of("22.04", "10de:102d"); // K80: until 470, proprietary only
  EXPECT_TRUE(with("560.35.03", ModuleFlavour::proprietary, "cuda-drivers-560").contains("driver"));
  EXPECT_FALSE(branch_drives(v("560.35.03"), look_at(known(), facts).cards.front()));
  EXPECT_TRUE(branch_drives(v("470.256.02"), look_at(known(), facts).cards.front()));
}

TEST_F(Oracle, knows_which_module_drives_what)
{
  using host::ModuleFlavour;
  const Machine blackwell = look_at(known(), facts_of("22.04", "10de:2b85"));
  const Machine pascal = look_at(known(), facts_of("22.04", "10de:1b06"));
  EXPECT_TRUE(drives_all(v("580.126.20"), ModuleFlavour::open, blackwell));
  EXPECT_FALSE(drives_all(v("580.126.20"), ModuleFlavour::proprietary, blackwell));
  EXPECT_TRUE(drives_all(v("580.126.20"), ModuleFlavour::proprietary, pascal));
  EXPECT_FALSE(drives_all(v("580.126.20"), ModuleFlavour::open, pascal));
  EXPECT_FALSE(drives_all(v("590.48.01"), pascal)) << "580 is Pascal's last";
  EXPECT_FALSE(drives_all(v("550.54.15"), blackwell)) << "570 is Blackwell's first";
  EXPECT_FALSE(module_exists(known(), 615, ModuleFlavour::proprietary));
  EXPECT_FALSE(module_exists(known(), 510, ModuleFlavour::open));
}

TEST_F(Oracle, catches_a_driver_in_a_container_and_in_wsl)
{
  facts.container = host::Container::docker;
  EXPECT_EQ(broken(sound()), Rules{"driver"});
  facts.container = host::Container::none;
  facts.wsl = true;
  EXPECT_TRUE(broken(sound()).contains("driver"));
}

TEST_F(Oracle, catches_a_gpu_left_without_driver_and_one_kept_that_does_not_do)
{
  Resolution bent = sound();
  bent.driver = {};
  EXPECT_EQ(broken(bent), Rules{"driver"});
  bent.driver.action = resolve::DriverAction::keep;
  EXPECT_EQ(broken(bent), Rules{"driver"}) << "none is loaded";
  facts.driver = host::LoadedDriver{v("470.57.02"), std::nullopt};
  EXPECT_EQ(broken(bent), Rules{"driver"}) << "too old";
  facts.driver = host::LoadedDriver{v("535.54.03"), std::nullopt};
  EXPECT_EQ(broken(bent), Rules{});
  EXPECT_EQ(broken(sound()), Rules{"driver"}) << "to be kept";
}

TEST_F(Oracle, catches_silence_about_what_is_unknown)
{
  Resolution bent = sound();
  bent.cuda.reset();
  request.cuda = {Choice::none, std::nullopt};
  EXPECT_EQ(broken(bent), Rules{"unknown"}) << "CMake needs a toolkit";
  bent.cautions.push_back({"torch", "needs a toolkit"});
  EXPECT_EQ(broken(bent), Rules{});
}

TEST_F(Oracle, knows_jetsons_and_same_major_cubins)
{
  const manifest::TorchBuild& cu110 = *build("1.7.1", "cu110");
  EXPECT_EQ(kernels_of(cu110, {8, 6}, base::Arch::amd64), Kernels::machine_code) << "sm_80 runs on an RTX 3090";
  EXPECT_EQ(kernels_of(cu110, {8, 7}, base::Arch::amd64), Kernels::none) << "Orin";
  EXPECT_EQ(kernels_of(cu110, {9, 0}, base::Arch::amd64), Kernels::none);
  EXPECT_EQ(kernels_of(*build("1.8.0", "cu111"), {6, 1}, base::Arch::amd64), Kernels::none) << "no Pascal in 1.8.0";
  EXPECT_EQ(kernels_of(*build("1.4.0", "cu101"), {8, 6}, base::Arch::amd64), Kernels::compiled) << "PTX of 3.7";
}

TEST_F(Oracle, knows_which_toolkits_serve_a_capability)
{
  const auto serves = [](const char* release, base::ComputeCapability capability) {
    Card card;
    card.capability = capability;
    return toolkit_serves(*cuda(release), card);
  };
  EXPECT_TRUE(serves("11.0.3", {8, 6})) << "sm_80 code runs there";
  EXPECT_FALSE(serves("11.8.0", {12, 0}));
  EXPECT_FALSE(serves("12.0.0", {3, 7}));
  EXPECT_TRUE(serves("12.8.1", {12, 1}));
  EXPECT_FALSE(serves("12.8.1", {11, 0})) << "Thor was 10.1 until 13.0";
  EXPECT_TRUE(serves("13.0.0", {11, 0}));
}

TEST_F(Oracle, knows_where_an_archive_begins_and_ends)
{
  const manifest::Archive* jammy = known().find_archive("ubuntu2204", base::Arch::amd64);
  EXPECT_FALSE(archive_carries(jammy, v("11.6.2")));
  EXPECT_TRUE(archive_carries(jammy, v("11.7.0")));
  EXPECT_TRUE(archive_carries(jammy, v("13.3.1")));
  EXPECT_FALSE(archive_carries(jammy, v("13.4.1")));
  EXPECT_FALSE(archive_carries(known().find_archive("ubuntu2604", base::Arch::amd64), v("13.3.0")));
  EXPECT_FALSE(method_serves(*cuda("13.4.0"), Method::network, look_at(known(), facts_of("24.04", "")))) << "a preview";
}

TEST_F(Oracle, knows_what_a_digest_vouches_for)
{
  const Machine machine = look_at(known(), facts_of("22.04", ""));
  EXPECT_TRUE(has_digest(*cuda("12.4.1"), Method::network, machine));
  EXPECT_TRUE(has_digest(*cuda("12.4.1"), Method::local, machine)) << "NVIDIA's MD5 list";
  EXPECT_FALSE(has_digest(*cuda("12.4.1"), Method::network, look_at(known(), facts_of("18.04", ""))));
}

} // namespace
} // namespace cudasetup::matrix
