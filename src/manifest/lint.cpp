#include "manifest/lint.hpp"

#include "base/text.hpp"
#include "manifest/layer.hpp"

#include <algorithm>

namespace cudasetup::manifest {

namespace {

using Problems = std::vector<json::Problem>;

bool contains(std::string_view text, std::string_view part)
{
  return text.find(part) != std::string_view::npos;
}

bool ends_with(std::string_view text, std::string_view end)
{
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

base::Version version(std::string_view text)
{
  return base::Version::parse(text).value_or(base::Version{});
}

/// A record while it is looked at.
struct Subject {
  const Place& place;
  Problems& problems;

  void report(const std::string& pointer, std::string text) const
  {
    json::add_problem(problems, problem_at(place, pointer, std::move(text)));
  }
  void want_sources(const std::string& pointer, const std::vector<std::string>& sources) const
  {
    if (sources.empty()) {
      report(pointer + "/sources", "no source is named");
    }
  }
  void want_sources(const std::string& pointer, const RemoteFile& file) const
  {
    if (file.evidence == Evidence::seen && file.sources.empty()) {
      report(pointer + "/sources", "the file is said to be seen, but no source is named");
    }
  }
  /// The file's name must have @p part, which says its @p what.
  void want_part(const std::string& pointer, const RemoteFile& file, std::string_view part, std::string_view what) const
  {
    if (!contains(file.url.file_name(), part)) {
      report(pointer + "/url",
             "expected \"" + std::string(part) + "\", the " + std::string(what) + ", in the file's name, found \"" +
                 file.url.file_name() + "\"");
    }
  }
};

/// NVIDIA ends the names of a release's packages with its minor version: cuda-libraries-11-1.
void lint_package(const Subject& subject,
                  const std::string& pointer,
                  const AptPackage& package,
                  const CudaRelease& release)
{
  const std::vector<std::string_view> parts = base::split(package.name, '-');
  if (parts.size() < 3 || !base::parse_number(parts.back()) || !base::parse_number(parts[parts.size() - 2])) {
    return;
  }
  const std::string found = std::string(parts[parts.size() - 2]) + "." + std::string(parts.back());
  if (found != release.minor()) {
    subject.report(pointer + "/name",
                   "expected a package of CUDA " + release.minor() + ", found \"" + package.name + "\"");
  }
}

void lint_cuda(const Subject& subject, const CudaRelease& release)
{
  subject.want_sources("", release.sources);
  for (const auto& [profile, packages] : release.packages) {
    for (std::size_t i = 0; i < packages.size(); ++i) {
      const std::string list = json::member_pointer("/packages", name_of(profile));
      lint_package(subject, json::element_pointer(list, i), packages[i], release);
    }
  }
  for (std::size_t i = 0; i < release.local_installers.size(); ++i) {
    const LocalInstaller& installer = release.local_installers[i];
    const std::string pointer = json::element_pointer("/local_installers", i);
    subject.want_sources(pointer, installer.file);
    subject.want_part(pointer, installer.file, installer.os, "system");
    subject.want_part(pointer, installer.file, base::name_of(installer.arch), "architecture");
    subject.want_part(pointer, installer.file, release.version.text(), "release");
  }
  for (std::size_t i = 0; i < release.runfiles.size(); ++i) {
    const std::string pointer = json::element_pointer("/runfiles", i);
    subject.want_sources(pointer, release.runfiles[i].file);
    subject.want_part(pointer, release.runfiles[i].file, release.version.text(), "release");
  }
}

/// Sources: pytorch issues 133293 and 152756: the configuration of LibTorch up to 2.7 asks for libnvToolsExt, which
/// toolkits have until 12.8.
void lint_pair(const Subject& subject, const Pair& pair, const Manifest& manifest)
{
  subject.want_sources("", pair.sources);
  const bool old_torch = pair.torch.major_part() < 2 || (pair.torch.major_part() == 2 && pair.torch.minor_part() <= 7);
  if (old_torch && pair.platform != "cpu" && pair.cuda >= version("12.9")) {
    subject.report("/torch",
                   "torch " + pair.torch.text() + " needs libnvToolsExt, which CUDA " + pair.cuda.text() + " lacks");
  }
  const CudaRelease* release = manifest.find_cuda(pair.cuda);
  const TorchRelease* torch = manifest.find_torch(pair.torch);
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
  for (const auto& [needed, by] :
       {std::pair(release->compatible_driver, "CUDA " + release->version.text()),
        std::pair(build->minimum_driver, "torch " + torch->version.text() + "+" + pair.platform)}) {
    if (pair.driver && needed && *pair.driver < *needed) {
      subject.report("/driver",
                     "driver " + pair.driver->text() + " is older than " + needed->text() + ", which " + by + " needs");
    }
  }
}

void lint_ubuntu(const Subject& subject, const UbuntuRelease& release)
{
  subject.want_sources("", release.sources);
  for (std::size_t i = 0; i < release.archives.size(); ++i) {
    const Archive& archive = release.archives[i];
    const std::string pointer = json::element_pointer("/archives", i);
    subject.want_sources(pointer, archive.sources);
    if (archive.keyring) {
      subject.want_sources(pointer + "/keyring", *archive.keyring);
    }
    const std::string directory = "/" + archive.os + "/" + std::string(base::nvidia_directory(archive.arch)) + "/";
    if (!ends_with(archive.url.path(), directory)) {
      subject.report(pointer + "/url",
                     "expected an address that ends with " + directory + ", found \"" + archive.url.text() + "\"");
    }
  }
}

/// The one file name means different ABIs: libtorch-shared-with-deps is pre-cxx11 until 2.6 and cxx11 from 2.8 on (2.7
/// has no such file). Source: pytorch/test-infra 20802cb6.
void lint_zip(const Subject& subject, const std::string& pointer, const LibTorchZip& zip, const TorchRelease& release)
{
  const std::string name = zip.file.url.file_name();
  subject.want_sources(pointer, zip.file);
  subject.want_part(pointer, zip.file, release.version.text(), "release");
  std::optional<Abi> said;
  if (contains(name, "libtorch-cxx11-abi-")) {
    said = Abi::cxx11;
  } else if (contains(name, "libtorch-shared-with-deps-")) {
    said = release.version < version("2.7") ? Abi::pre_cxx11 : Abi::cxx11;
  }
  if (said && *said != zip.abi) {
    subject.report(pointer + "/abi",
                   "expected \"" + std::string(name_of(*said)) + "\" for \"" + name + "\" of torch " +
                       release.version.text());
  }
}

void lint_torch(const Subject& subject, const TorchRelease& release)
{
  subject.want_sources("", release.sources);
  for (std::size_t i = 0; i < release.builds.size(); ++i) {
    const TorchBuild& build = release.builds[i];
    const std::string pointer = json::element_pointer("/builds", i);
    subject.want_sources(pointer, build.sources);
    for (std::size_t j = 0; j < build.zips.size(); ++j) {
      const std::string zip = json::element_pointer(pointer + "/zips", j);
      lint_zip(subject, zip, build.zips[j], release);
      if (!contains(build.zips[j].file.url.path(), "/" + build.platform + "/")) {
        subject.report(zip + "/url", "expected an address in a directory " + build.platform);
      }
    }
  }
}

} // namespace

std::vector<json::Problem> lint(Manifest base, const std::vector<Source>& files)
{
  Problems problems;
  const Manifest manifest = load(std::move(base), files, problems);
  if (!problems.empty()) {
    return problems;
  }
  std::deque<json::Value> documents;
  const Layer layer = read_layer(files, documents, problems);
  for (const auto& [record, place, sound] : layer.cuda) {
    lint_cuda({place, problems}, record);
  }
  for (const auto& [record, place, sound] : layer.pairs) {
    lint_pair({place, problems}, record, manifest);
  }
  for (const auto& [record, place, sound] : layer.ubuntu) {
    lint_ubuntu({place, problems}, record);
  }
  for (const auto& [record, place, sound] : layer.keys) {
    Subject{place, problems}.want_sources("", record.sources);
  }
  for (const auto& [record, place, sound] : layer.gpus) {
    Subject{place, problems}.want_sources("", record.sources);
  }
  for (const auto& [record, place, sound] : layer.drivers) {
    Subject{place, problems}.want_sources("", record.sources);
  }
  for (const auto& [record, place, sound] : layer.torch) {
    lint_torch({place, problems}, record);
  }
  return problems;
}

} // namespace cudasetup::manifest
