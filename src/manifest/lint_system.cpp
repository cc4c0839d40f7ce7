#include "base/text.hpp"
#include "manifest/lint_rules.hpp"

#include <algorithm>

namespace cudasetup::manifest {

namespace {

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words)
{
  return std::find(words.begin(), words.end(), word) != words.end();
}

void lint_archive(const Subject& subject, const std::string& pointer, const Archive& archive, const std::string& os)
{
  subject.want_sources(pointer, archive.sources);
  subject.want(archive.os == os, pointer + "/os", "expected " + os + " as in the record, found \"" + archive.os + "\"");
  const std::string directory = "/" + archive.os + "/" + std::string(base::nvidia_directory(archive.arch)) + "/";
  const std::string& url = archive.url.text();
  if (!archive.url.path().ends_with(directory)) {
    subject.report(pointer + "/url", "expected an address that ends with " + directory + ", found \"" + url + "\"");
    return;
  }
  subject.want(archive.pin_url.text().starts_with(url), pointer + "/pin_url", "expected an address below " + url);
  if (archive.keyring) {
    subject.want_sources(pointer + "/keyring", *archive.keyring);
    subject.want(
        archive.keyring->url.text().starts_with(url), pointer + "/keyring/url", "expected an address below " + url);
  }
}

} // namespace

void lint_record(const Subject& subject, const UbuntuRelease& release)
{
  subject.want_sources("", release.sources);
  for (std::size_t i = 0; i < release.archives.size(); ++i) {
    lint_archive(subject, json::element_pointer("/archives", i), release.archives[i], release.os);
  }
}

void lint_record(const Subject& subject, const SigningKey& key)
{
  subject.want_sources("", key.sources);
  const std::string file = base::lower(key.id) + ".pub";
  subject.want(base::lower(key.file) == file, "/file", "expected " + file + ", named after the id");
}

/// Source: NVIDIA's open-gpu-kernel-modules drive GPUs from Turing on, and Blackwell and later have no other driver.
void lint_record(const Subject& subject, const Gpu& gpu)
{
  subject.want_sources("", gpu.sources);
  const bool before_turing =
      is_one_of(gpu.architecture, {"pre-Fermi", "Fermi", "Kepler", "Maxwell", "Pascal", "Volta"});
  subject.want(!before_turing || gpu.module == KernelModule::proprietary_only,
               "/module",
               "only the proprietary module drives GPUs before Turing");
  const bool from_blackwell = is_one_of(gpu.architecture, {"Blackwell", "Rubin"});
  subject.want(!from_blackwell || gpu.module == KernelModule::open_only,
               "/module",
               "only the open module drives Blackwell and later");
}

void lint_record(const Subject& subject, const DriverBranch& branch)
{
  subject.want_sources("", branch.sources);
  const std::string driver = "nvidia-driver-" + std::to_string(branch.branch);
  for (const auto& [release, packages] : branch.ubuntu_packages) {
    const std::string list = json::member_pointer("/ubuntu_packages", release);
    const auto version = base::Version::parse(release);
    subject.want(version && subject.manifest.find_ubuntu(*version) != nullptr, list, "there is no Ubuntu " + release);
    for (std::size_t i = 0; i < packages.size(); ++i) {
      const std::string& name = packages[i].name;
      const std::string pointer = json::element_pointer(list, i);
      const bool ours =
          name == driver || name == driver + "-server" || name == driver + "-open" || name == driver + "-server-open";
      subject.want(ours, pointer, "expected " + driver + " or its -server or -open form");
      const std::string module = name.ends_with("-open") ? "open" : "proprietary";
      const bool has = std::find(branch.modules.begin(), branch.modules.end(), module) != branch.modules.end();
      subject.want(packages[i].becomes || has, pointer, "this branch has no " + module + " module");
      const bool component = packages[i].component == "restricted" || packages[i].component == "multiverse";
      subject.want(component, pointer + "/component", "expected restricted or multiverse");
      subject.want(!packages[i].becomes || !packages[i].prebuilt,
                   pointer + "/prebuilt",
                   "a transitional package has no modules of its own");
    }
  }
}

} // namespace cudasetup::manifest
