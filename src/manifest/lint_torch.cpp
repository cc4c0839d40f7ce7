#include "manifest/lint_rules.hpp"

#include <algorithm>

namespace cudasetup::manifest {

namespace {

/// The one file name means different ABIs: libtorch-shared-with-deps is pre-cxx11 until 2.6 and cxx11 from 2.8 on (2.7
/// has no such file). Source: pytorch/test-infra 20802cb6.
void lint_zip(const Subject& subject, const std::string& pointer, const LibTorchZip& zip, const TorchRelease& release)
{
  const std::string name = zip.file.url.file_name();
  subject.want_sources(pointer, zip.file);
  subject.want_part(pointer, zip.file, release.version.text(), "release");
  const bool until_2_6 =
      release.version.major_part() < 2 || (release.version.major_part() == 2 && release.version.minor_part() < 7);
  std::optional<Abi> said;
  if (name.find("libtorch-cxx11-abi-") != std::string::npos) {
    said = Abi::cxx11;
  } else if (name.find("libtorch-shared-with-deps-") != std::string::npos) {
    said = until_2_6 ? Abi::pre_cxx11 : Abi::cxx11;
  }
  if (said && *said != zip.abi) {
    subject.report(pointer + "/abi",
                   "expected \"" + std::string(name_of(*said)) + "\" for \"" + name + "\" of torch " +
                       release.version.text());
  }
}

void lint_build(const Subject& subject,
                const std::string& pointer,
                const TorchBuild& build,
                const TorchRelease& release)
{
  subject.want_sources(pointer, build.sources);
  if (build.is_cpu()) {
    subject.want(build.sm.empty() && build.ptx.empty() && !build.minimum_driver,
                 pointer,
                 "sm, ptx and minimum_driver are for CUDA builds");
  } else {
    const std::uint32_t built = build.cuda ? build.cuda->major_part() * 10 + build.cuda->minor_part() : 0;
    subject.want(built == platform_number(build.platform),
                 pointer + "/cuda",
                 build.platform + " is not built with " + (build.cuda ? build.cuda->text() : "an unknown CUDA"));
  }
  for (const auto& [name, list] : {std::pair("/sm", &build.sm), std::pair("/ptx", &build.ptx)}) {
    subject.want(std::is_sorted(list->begin(), list->end()), pointer + name, "expected ascending capabilities");
  }
  for (std::size_t i = 0; build.lacks && i < build.lacks->size(); ++i) {
    subject.want_sources(json::element_pointer(pointer + "/lacks", i), (*build.lacks)[i].sources);
  }
  if (build.arm64_wheel) {
    subject.want_sources(pointer + "/arm64_wheel", build.arm64_wheel->sources);
  }
  for (std::size_t i = 0; i < build.zips.size(); ++i) {
    const std::string zip = json::element_pointer(pointer + "/zips", i);
    lint_zip(subject, zip, build.zips[i], release);
    subject.want(build.zips[i].file.url.path().find("/" + build.platform + "/") != std::string::npos,
                 zip + "/url",
                 "expected an address in a directory " + build.platform);
  }
}

} // namespace

void lint_record(const Subject& subject, const TorchRelease& release)
{
  subject.want_sources("", release.sources);
  bool unmarked_is_there = !release.unmarked_platform;
  for (std::size_t i = 0; i < release.builds.size(); ++i) {
    const TorchBuild& build = release.builds[i];
    const std::string pointer = json::element_pointer("/builds", i);
    lint_build(subject, pointer, build, release);
    subject.want(i == 0 || platform_number(build.platform) < platform_number(release.builds[i - 1].platform),
                 pointer,
                 "expected builds from the newest CUDA to the oldest, then cpu");
    unmarked_is_there = unmarked_is_there || build.platform == *release.unmarked_platform;
  }
  subject.want(unmarked_is_there, "/unmarked_platform", "there is no build for this platform");
}

} // namespace cudasetup::manifest
