#include "unit/resolve/built_in_fixture.hpp"

#include <set>

/// Every GPU that is known, on three releases, against its record alone.
namespace cudasetup::resolve {
namespace {

using test::asking;
using test::sample_host;

/// The branches, by module, that either archive has for the release: whatever their versions.
struct Branches {
  std::set<std::uint32_t> open;
  std::set<std::uint32_t> proprietary;
};

Branches branches_of(const manifest::Manifest& manifest, const manifest::UbuntuRelease& release)
{
  Branches branches;
  std::uint32_t oldest = 9999;
  std::uint32_t newest = 0;
  for (const manifest::CudaRelease& cuda : manifest.cuda) {
    const auto& archive = release.archives.front();
    if (cuda.bundled_driver && *archive.oldest_cuda <= cuda.version &&
        base::Version::parse(cuda.version.prefix(2)).value() <= *archive.newest_cuda) {
      oldest = std::min(oldest, cuda.bundled_driver->major_part());
      newest = std::max(newest, cuda.bundled_driver->major_part());
    }
  }
  for (const manifest::DriverBranch& branch : manifest.drivers) {
    const bool nvidias = oldest <= branch.branch && branch.branch <= newest;
    if (nvidias && branch.open_package) {
      branches.open.insert(branch.branch);
    }
    if (nvidias && branch.proprietary_package) {
      branches.proprietary.insert(branch.branch);
    }
    const auto ubuntus = branch.ubuntu_packages.find(release.version.text());
    for (std::size_t i = 0; ubuntus != branch.ubuntu_packages.end() && i < ubuntus->second.size(); ++i) {
      if (!ubuntus->second[i].becomes) {
        (ubuntus->second[i].name.ends_with("-open") ? branches.open : branches.proprietary).insert(branch.branch);
      }
    }
  }
  return branches;
}

/// Whether a branch lists the GPU, or one after it does and none that was read between says no.
bool may_know(const manifest::Manifest& manifest, const manifest::Gpu& gpu, std::uint32_t branch)
{
  if (gpu.last_branch && *gpu.last_branch < branch) {
    return false;
  }
  return !gpu.first_branch || *gpu.first_branch <= branch ||
         std::none_of(manifest.drivers.begin(), manifest.drivers.end(), [&](const manifest::DriverBranch& read) {
           return read.device_list && branch <= read.branch && read.branch < *gpu.first_branch;
         });
}

class EveryGpu : public test::BuiltInTest, public testing::WithParamInterface<const char*> {};

TEST_P(EveryGpu, GetsADriverThatDrivesItOrTheReason)
{
  const manifest::UbuntuRelease& release = *known().find_ubuntu(test::version(GetParam()));
  const Branches branches = branches_of(known(), release);
  const Request request = asking({"--cuda", "none", "--torch", "none"});
  std::size_t served = 0;
  for (const manifest::Gpu& gpu : known().gpus) {
    const bool open_only = gpu.module == manifest::KernelModule::open_only;
    const bool proprietary_only = gpu.module == manifest::KernelModule::proprietary_only;
    const auto may = [&](std::uint32_t branch) { return may_know(known(), gpu, branch); };
    const bool possible = (!proprietary_only && std::any_of(branches.open.begin(), branches.open.end(), may)) ||
                          (!open_only && std::any_of(branches.proprietary.begin(), branches.proprietary.end(), may));
    const Outcome outcome = resolve(request, known(), sample_host(GetParam(), {gpu.id.text()}));
    const auto* resolution = std::get_if<Resolution>(&outcome);
    if (resolution == nullptr) {
      const auto& refusal = std::get<Refusal>(outcome);
      const bool too_old = gpu.last_branch && *gpu.last_branch < 410; // before the oldest CUDA that is known
      const bool jetson = gpu.compute_capability == base::ComputeCapability{8, 7};
      EXPECT_TRUE(!possible || too_old || jetson) << gpu.id.text() << ": " << test::lines_of(refusal);
      EXPECT_FALSE(refusal.reasons.empty() || refusal.reasons.front().text.empty()) << gpu.id.text();
      continue;
    }
    ++served;
    const DriverSelection& driver = resolution->driver;
    ASSERT_TRUE(driver.version && driver.module) << gpu.id.text();
    const std::uint32_t branch = driver.version->major_part();
    const bool open = *driver.module == host::ModuleFlavour::open;
    EXPECT_TRUE(may(branch)) << gpu.id.text() << " gets " << branch;
    EXPECT_TRUE(gpu.first_branch && *gpu.first_branch <= branch ? true : !resolution->doubts.empty())
        << gpu.id.text() << " is not known to be driven by " << branch << ", and nothing is said";
    EXPECT_FALSE((open_only && !open) || (proprietary_only && open)) << gpu.id.text();
    EXPECT_TRUE((open ? branches.open : branches.proprietary).contains(branch)) << gpu.id.text();
  }
  EXPECT_GT(served, 300U);
}

INSTANTIATE_TEST_SUITE_P(, EveryGpu, testing::Values("22.04", "24.04", "26.04"));

} // namespace
} // namespace cudasetup::resolve
