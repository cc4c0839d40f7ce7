#include "base/text.hpp"
#include "manifest/lint_rules.hpp"

#include <algorithm>
#include <set>

namespace cudasetup::manifest {

namespace {

/// NVIDIA ends the names of a release's packages with its minor version: cuda-libraries-11-1.
void lint_package(const Subject& subject,
                  const std::string& pointer,
                  const AptPackage& package,
                  const CudaRelease& release)
{
  const bool of_driver = package.name.starts_with("nvidia-") || package.name.starts_with("libnvidia-");
  subject.want(!of_driver, pointer + "/name", "expected a package of the toolkit, found \"" + package.name + "\"");
  const std::vector<std::string_view> parts = base::split(package.name, '-');
  if (parts.size() < 3 || !base::parse_number(parts.back()) || !base::parse_number(parts[parts.size() - 2])) {
    return;
  }
  const std::string found = std::string(parts[parts.size() - 2]) + "." + std::string(parts.back());
  subject.want(found == release.minor(),
               pointer + "/name",
               "expected a package of CUDA " + release.minor() + ", found \"" + package.name + "\"");
}

void lint_packages(const Subject& subject, const CudaRelease& release)
{
  for (const auto& [profile, packages] : release.packages) {
    const std::string list = json::member_pointer("/packages", name_of(profile));
    std::set<std::string> names;
    for (std::size_t i = 0; i < packages.size(); ++i) {
      const std::string pointer = json::element_pointer(list, i);
      lint_package(subject, pointer, packages[i], release);
      subject.want(names.insert(packages[i].name).second, pointer, "this package is named a second time");
    }
  }
}

void lint_local_installers(const Subject& subject, const CudaRelease& release)
{
  for (std::size_t i = 0; i < release.local_installers.size(); ++i) {
    const LocalInstaller& installer = release.local_installers[i];
    const std::string pointer = json::element_pointer("/local_installers", i);
    subject.want_sources(pointer, installer.file);
    subject.want_part(pointer, installer.file, installer.os, "system");
    subject.want_part(pointer, installer.file, base::name_of(installer.arch), "architecture");
    subject.want_part(pointer, installer.file, release.version.text(), "release");
    const auto& systems = subject.manifest.ubuntu;
    const bool known = std::any_of(
        systems.begin(), systems.end(), [&](const UbuntuRelease& system) { return system.os == installer.os; });
    subject.want(known, pointer + "/os", "there is no Ubuntu record of " + installer.os);
  }
  subject.want(release.local_installers.empty() || release.local_repository,
               "/local_repository",
               "there are local installers, but what they unpack is not said");
}

} // namespace

void lint_record(const Subject& subject, const CudaRelease& release)
{
  subject.want_sources("", release.sources);
  lint_packages(subject, release);
  lint_local_installers(subject, release);
  for (std::size_t i = 0; i < release.runfiles.size(); ++i) {
    const std::string pointer = json::element_pointer("/runfiles", i);
    subject.want_sources(pointer, release.runfiles[i].file);
    subject.want_part(pointer, release.runfiles[i].file, release.version.text(), "release");
  }
}

/// Sources: pytorch issues 133293 and 152756: the configuration of LibTorch up to 2.7 asks for libnvToolsExt, which
/// toolkits have until 12.8.
void lint_record(const Subject& subject, const Pair& pair)
{
  subject.want_sources("", pair.sources);
  const bool old_torch = pair.torch.major_part() < 2 || (pair.torch.major_part() == 2 && pair.torch.minor_part() <= 7);
  const bool without_nvtoolsext =
      pair.cuda.major_part() > 12 || (pair.cuda.major_part() == 12 && pair.cuda.minor_part() >= 9);
  subject.want(!old_torch || !without_nvtoolsext || pair.platform == "cpu",
               "/torch",
               "torch " + pair.torch.text() + " needs libnvToolsExt, which CUDA " + pair.cuda.text() + " lacks");
  subject.want(pair.platform != "cpu", "/platform", "a pair of a CUDA release needs a CUDA build");
  const CudaRelease* release = subject.manifest.find_cuda(pair.cuda);
  const TorchRelease* torch = subject.manifest.find_torch(pair.torch);
  if (release == nullptr || torch == nullptr) {
    return; // load has said so
  }
  const auto build = std::find_if(
      torch->builds.begin(), torch->builds.end(), [&](const TorchBuild& one) { return one.platform == pair.platform; });
  if (build == torch->builds.end()) {
    return;
  }
  if (build->cuda && build->cuda->major_part() != pair.cuda.major_part()) {
    subject.report("/platform",
                   pair.platform + " is built with CUDA " + build->cuda->text() + ", another major version than " +
                       pair.cuda.text());
  }
  const auto& floor = release->compatible_driver ? release->compatible_driver : release->minimum_driver;
  for (const auto& [needed, by] :
       {std::pair(floor, "CUDA " + release->version.text()),
        std::pair(build->minimum_driver, "torch " + torch->version.text() + "+" + pair.platform)}) {
    if (pair.driver && needed && *pair.driver < *needed) {
      subject.report("/driver",
                     "driver " + pair.driver->text() + " is older than " + needed->text() + ", which " + by + " needs");
    }
  }
}

} // namespace cudasetup::manifest
