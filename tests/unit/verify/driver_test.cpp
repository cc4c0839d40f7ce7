#include "unit/verify/machine.hpp"

namespace cudasetup::verify {

namespace {

class DriverCheck : public test::VerifiedMachine {
protected:
  Check only()
  {
    const auto checks = check_driver(context());
    EXPECT_EQ(checks.size(), 1U);
    return named(checks, "loaded");
  }
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
