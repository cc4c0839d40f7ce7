#include "unit/verify/machine.hpp"

#include <algorithm>

namespace cudasetup::verify {

namespace {

class DriverCheck : public test::VerifiedMachine {
protected:
  std::vector<Check> checks() { return check_driver(context()); }
  Check only() { return named(checks(), "loaded"); }
  void load(const std::string& version)
  {
    m_facts.driver = host::LoadedDriver{base::Version::parse(version).value(), host::ModuleFlavour::open};
  }
  void find(std::string_view id, diagnose::Blocks blocks = diagnose::Blocks::gpu)
  {
    m_request.findings.push_back(
        {id, blocks, "the cause", "the evidence", "", {{"mend it", base::Command{{"sudo", "mend"}}}}});
  }
  /// nvidia-smi is there, and says that.
  void smi_says(const std::string& out, int status = 0)
  {
    m_request.details.has_nvidia_smi = true;
    m_machine.processes.answer(k_smi, out, status);
  }
  const std::vector<std::string> k_smi = {"nvidia-smi", "--query-gpu=driver_version,name", "--format=csv,noheader"};
};

TEST_F(DriverCheck, passes_with_a_loaded_module_and_tells_its_version)
{
  m_facts.driver = host::LoadedDriver{base::Version::parse("455.32.00").value(), std::nullopt};
  EXPECT_EQ(only().result, CheckResult::passed);
  EXPECT_EQ(only().because, "the NVIDIA module 455.32.00 is loaded");
  EXPECT_EQ(*only().facts.at(0).second.string(), "455.32.00");
}

TEST_F(DriverCheck, fails_where_a_gpu_has_no_module_and_names_who_holds_it)
{
  add_gpu("0000:01:00.0", "nouveau");
  EXPECT_EQ(only().result, CheckResult::failed);
  EXPECT_EQ(only().because, "a GPU is there, but no NVIDIA module is loaded; nouveau holds 0000:01:00.0");
  EXPECT_EQ(only().hints.size(), 2U);
}

TEST_F(DriverCheck, is_skipped_where_none_is_expected_before_a_reboot)
{
  add_gpu();
  m_request.expect_gpu = ExpectGpu::no;
  EXPECT_EQ(only().result, CheckResult::skipped);
}

TEST_F(DriverCheck, is_skipped_without_a_gpu_and_where_the_bus_cannot_be_read)
{
  EXPECT_EQ(only().because, "no NVIDIA GPU is on the PCI bus");
  m_facts.pci_readable = false;
  EXPECT_EQ(only().because, "the PCI bus cannot be read here");
  EXPECT_EQ(only().result, CheckResult::skipped);
}

TEST_F(DriverCheck, does_not_count_a_gpu_that_was_only_named)
{
  add_gpu("");
  EXPECT_EQ(only().result, CheckResult::skipped);
  EXPECT_FALSE(is_gpu_present(context()));
}

TEST_F(DriverCheck, is_skipped_in_images_containers_and_wsl)
{
  add_gpu();
  m_facts.container = host::Container::docker;
  EXPECT_EQ(only().because, "in a container the driver is the host's");
  m_facts.wsl = true;
  EXPECT_EQ(only().because, "under WSL the driver is Windows' own");
  m_request.root = "/srv/image";
  EXPECT_EQ(only().because, "a tree under --root has no running kernel to look at");
  EXPECT_EQ(only().result, CheckResult::skipped);
}

TEST_F(DriverCheck, passes_a_sound_machine_and_says_what_it_saw)
{
  add_gpu("0000:01:00.0", "nvidia");
  load("580.95.05");
  smi_says("580.95.05, NVIDIA H200\n580.95.05, NVIDIA H200\n");
  host::Details& details = m_request.details;
  details.libraries = {{"/usr/lib/x86_64-linux-gnu/libcuda.so.580.95.05", base::Version::parse("580.95.05").value()}};
  details.secure_boot = host::SecureBoot::on;
  details.device_files = {{"/dev/nvidiactl", 0666}, {"/dev/nvidia0", 0666}};
  m_facts.kernel = "6.8.0-48-generic";
  const host::ModuleFile module{"/lib/modules/6.8.0-48-generic/updates/dkms/nvidia.ko", host::ModuleOrigin::dkms, true};
  details.kernels = {{"6.8.0-48-generic", true, {module}}};
  m_facts.toolkits = {{"/usr/local/cuda-12.4", base::Version::parse("12.4"), true}};
  EXPECT_EQ(results(checks()),
            "loaded passed\nlibrary passed\nnouveau passed\nmodule passed\nsecure-boot passed\ndevices passed\n"
            "for-toolkit passed\nfor-torch skipped\nnvidia-smi passed\nkernel passed\nnext-kernel passed\n");
  EXPECT_EQ(named(checks(), "nvidia-smi").because, "nvidia-smi answers, and sees 2 GPU(s)");
  EXPECT_EQ(named(checks(), "kernel").because,
            "6.8.0-48-generic has /lib/modules/6.8.0-48-generic/updates/dkms/nvidia.ko (built by DKMS)");
  EXPECT_EQ(named(checks(), "next-kernel").because, "the running kernel is the newest, and boots next");
  details.kernels.push_back({"6.8.0-50-generic", true, {}});
  EXPECT_EQ(named(checks(), "next-kernel").result, CheckResult::skipped) << "the rules know why that is none";
}

TEST_F(DriverCheck, what_is_known_to_be_wrong_fails_the_check_it_is_about)
{
  add_gpu("0000:01:00.0", "nvidia");
  load("580.95.05");
  for (const auto& [id, name] :
       std::vector<std::pair<std::string_view, std::string>>{{"driver-version-mismatch", "library"},
                                                             {"driver-library-missing", "library"},
                                                             {"nouveau-holds-gpu", "nouveau"},
                                                             {"nova-holds-gpu", "nouveau"},
                                                             {"module-must-be-open", "module"},
                                                             {"driver-too-new-for-gpu", "module"},
                                                             {"module-not-signed", "secure-boot"},
                                                             {"module-key-not-enrolled", "secure-boot"},
                                                             {"module-key-pending", "secure-boot"},
                                                             {"uvm-missing", "devices"},
                                                             {"dkms-build-failed", "kernel"},
                                                             {"kernel-headers-missing", "kernel"},
                                                             {"next-kernel-module-missing", "next-kernel"},
                                                             {"next-kernel-headers-missing", "next-kernel"}}) {
    m_request.findings.clear();
    find(id);
    const Check check = named(checks(), name);
    EXPECT_EQ(check.result, CheckResult::failed) << id;
    EXPECT_EQ(check.because, "the cause: the evidence");
    EXPECT_EQ(base::to_shell(check.hints.at(0).command.value()), "sudo mend");
    const auto all = checks();
    EXPECT_EQ(std::count_if(all.begin(), all.end(), [](const Check& c) { return c.result == CheckResult::failed; }), 1)
        << id;
  }
}

TEST_F(DriverCheck, only_the_toolkit_and_torch_that_are_verified_need_something_of_it)
{
  add_gpu("0000:01:00.0", "nvidia");
  load("470.57.02");
  m_machine.target.put("/opt/libtorch/1.7.1+cu110/build-version", "1.7.1+cu110\n")
      .put("/opt/libtorch/2.6.0+cu124/build-version", "2.6.0+cu124\n");
  m_facts.libtorch = {{"/opt/libtorch/1.7.1+cu110", "1.7.1+cu110"}, {"/opt/libtorch/2.6.0+cu124", "2.6.0+cu124"}};
  m_facts.current_libtorch = "/opt/libtorch/2.6.0+cu124";
  find("torch-newer-than-driver", diagnose::Blocks::torch);
  EXPECT_EQ(named(checks(), "for-torch").result, CheckResult::failed);
  EXPECT_EQ(
      named(checks(), "for-torch").because,
      "/opt/libtorch/2.6.0+cu124 is LibTorch 2.6.0+cu124 and needs driver 525.60.13 or later, loaded is 470.57.02");
  EXPECT_EQ(base::to_shell(named(checks(), "for-torch").hints.at(0).command.value()),
            "cudasetup install --cuda none --torch 2.6.0+cu124");
  m_request.torch_dir = "/opt/libtorch/1.7.1+cu110";
  EXPECT_EQ(named(checks(), "for-torch").result, CheckResult::passed) << "the newer one lies beside it";
  m_facts.toolkits = {{"/usr/local/cuda-12.4", base::Version::parse("12.4.1"), true}};
  EXPECT_EQ(named(checks(), "for-toolkit").because,
            "/usr/local/cuda-12.4 is CUDA 12.4.1 and needs driver 525.60.13 or later, loaded is 470.57.02");
}

TEST_F(DriverCheck, what_the_records_do_not_have_is_not_said_to_be_served)
{
  add_gpu("0000:01:00.0", "nvidia");
  load("580.95.05");
  m_facts.toolkits = {{"/usr/local/cuda-13.9", base::Version::parse("13.9.1"), true}};
  m_request.torch_dir = "/opt/libtorch/9.0.0+cu139";
  m_machine.target.put("/opt/libtorch/9.0.0+cu139/build-version", "9.0.0+cu139\n");
  EXPECT_EQ(named(checks(), "module").result, CheckResult::passed);
  EXPECT_EQ(named(checks(), "for-toolkit").result, CheckResult::skipped);
  EXPECT_EQ(named(checks(), "for-toolkit").because, "CUDA 13.9.1 is not in the records");
  EXPECT_EQ(named(checks(), "for-torch").result, CheckResult::skipped);
  EXPECT_EQ(named(checks(), "for-torch").because, "LibTorch 9.0.0+cu139 is not in the records");
  m_facts.gpus.push_back({"0000:02:00.0", base::PciId::parse("10de:9999"), std::nullopt, "nvidia"});
  EXPECT_EQ(named(checks(), "module").result, CheckResult::skipped);
  EXPECT_EQ(named(checks(), "module").because, "the GPU at 0000:02:00.0 is not in the records");
}

TEST_F(DriverCheck, what_blocks_nothing_fails_nothing)
{
  add_gpu();
  load("580.95.05");
  find("device-files-closed", diagnose::Blocks::nothing);
  EXPECT_EQ(named(checks(), "devices").result, CheckResult::skipped);
  EXPECT_EQ(named(checks(), "devices").because, "the cause: the evidence");
}

TEST_F(DriverCheck, every_fault_that_it_names_is_one_that_doctor_knows)
{
  const auto known = diagnose::rule_ids();
  add_gpu();
  load("580.95.05");
  m_request.details.nvswitches = 1;
  std::size_t named_here = 0;
  for (const std::string_view id : known) {
    m_request.findings.clear();
    find(id);
    const auto all = checks();
    named_here += std::any_of(all.begin(), all.end(), [](const Check& c) { return c.result == CheckResult::failed; });
  }
  EXPECT_EQ(named_here, 30U);
}

TEST_F(DriverCheck, an_nvidia_smi_that_hangs_is_a_failure_of_that_name)
{
  add_gpu();
  load("580.95.05");
  m_request.details.has_nvidia_smi = true;
  m_machine.processes.answer_with(k_smi, [](const base::Command&) {
    effects::ProcessResult result;
    result.timed_out = true;
    return base::Result<effects::ProcessResult>(result);
  });
  const Check check = named(checks(), "nvidia-smi");
  EXPECT_EQ(check.result, CheckResult::failed);
  EXPECT_EQ(check.because, "nvidia-smi did not answer within 60 s: the driver hangs, or a GPU has failed");
  EXPECT_EQ(base::to_shell(check.hints.at(0).command.value()), "dmesg");
}

TEST_F(DriverCheck, what_nvidia_smi_says_is_explained)
{
  add_gpu();
  load("580.95.05");
  smi_says("Failed to initialize NVML: Driver/library version mismatch\n", 18);
  EXPECT_EQ(named(checks(), "nvidia-smi").because,
            "nvidia-smi ended with status 18: the driver was upgraded, and its former module is still loaded");
  smi_says("No devices were found\n", 0);
  EXPECT_EQ(named(checks(), "nvidia-smi").because, "nvidia-smi sees no GPU: the module is loaded, and drives no GPU");
  smi_says("550.54.15, Tesla T4\n");
  EXPECT_EQ(named(checks(), "nvidia-smi").because, "nvidia-smi tells driver 550.54.15, loaded is 580.95.05");
  smi_says("rubbish\n");
  EXPECT_EQ(named(checks(), "nvidia-smi").result, CheckResult::failed);
}

TEST_F(DriverCheck, before_a_reboot_only_what_will_be_loaded_is_looked_at)
{
  add_gpu("0000:01:00.0", "nouveau");
  m_request.expect_gpu = ExpectGpu::no;
  find("nouveau-holds-gpu");
  EXPECT_EQ(results(checks()), "loaded skipped\nkernel skipped\nnext-kernel skipped\n");
  find("dkms-build-failed");
  EXPECT_EQ(named(checks(), "kernel").result, CheckResult::failed);
}

TEST_F(DriverCheck, why_no_module_is_loaded_is_said_where_it_is_known)
{
  add_gpu();
  find("driver-missing");
  EXPECT_EQ(only().because, "a GPU is there, but no NVIDIA module is loaded: the cause: the evidence");
  EXPECT_EQ(only().hints.size(), 1U);
}

TEST_F(DriverCheck, a_machine_that_is_described_is_looked_at_in_a_tree_too)
{
  add_gpu("0000:01:00.0", "nouveau");
  m_request.root = "/srv/image";
  m_request.sys_path = "/srv/sys";
  find("nouveau-holds-gpu");
  EXPECT_EQ(only().result, CheckResult::failed);
  EXPECT_EQ(named(checks(), "nouveau").result, CheckResult::failed);
  EXPECT_FALSE(is_gpu_present(context())) << "nothing can compute there";
}

TEST_F(DriverCheck, in_wsl_and_containers_what_belongs_to_others_is_left_alone)
{
  m_facts.wsl = true;
  find("module-missing");
  EXPECT_EQ(results(checks()), "loaded skipped\n");
  find("wsl-linux-driver");
  EXPECT_EQ(results(checks()), "loaded failed\n");
  m_request.details.has_wsl_library = true;
  m_request.details.has_nvidia_smi = true;
  m_machine.target.put("/usr/lib/wsl/lib/nvidia-smi", "", 0755);
  m_machine.processes.answer({"/usr/lib/wsl/lib/nvidia-smi", k_smi[1], k_smi[2]}, "581.80, RTX 4090\n");
  EXPECT_EQ(results(checks()), "loaded failed\nnvidia-smi passed\n");
  m_facts.wsl = false;
  m_facts.container = host::Container::docker;
  load("580.95.05");
  EXPECT_EQ(results(checks()), "loaded passed\nlibrary skipped\n");
  m_machine.target.put("/dev/nvidia0", "");
  smi_says("580.95.05, NVIDIA H200\n");
  EXPECT_EQ(results(checks()), "loaded passed\nlibrary skipped\nnvidia-smi passed\n");
}

class GpuPresence : public test::VerifiedMachine {};

TEST_F(GpuPresence, is_told_by_the_bus_the_device_files_or_wsl)
{
  EXPECT_FALSE(is_gpu_present(context()));
  m_machine.target.put("/dev/nvidia0", "");
  EXPECT_TRUE(is_gpu_present(context()));
  ASSERT_TRUE(m_machine.target.remove("/dev/nvidia0"));
  m_machine.target.put("/usr/lib/wsl/lib/libcuda.so.1", "");
  EXPECT_FALSE(is_gpu_present(context())) << "that is no WSL";
  m_facts.wsl = true;
  EXPECT_TRUE(is_gpu_present(context()));
  ASSERT_TRUE(m_machine.target.remove("/usr/lib/wsl/lib/libcuda.so.1"));
  EXPECT_FALSE(is_gpu_present(context()));
  add_gpu();
  EXPECT_TRUE(is_gpu_present(context()));
}

TEST_F(GpuPresence, is_no_matter_of_an_image)
{
  add_gpu();
  m_request.root = "/srv/image";
  EXPECT_FALSE(is_gpu_present(context()));
  m_request.root = "/";
  EXPECT_TRUE(is_gpu_present(context()));
}

} // namespace

} // namespace cudasetup::verify
