#include "manifest/read.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace cudasetup::manifest {

namespace {

/// Stands for a CUDA minor in names of packages and paths.
constexpr std::string_view k_minor = "{minor}";

LibTorchZip read_zip(json::Reader& reader)
{
  LibTorchZip zip;
  zip.abi = reader.choice<Abi>("abi", {{name_of(Abi::cxx11), Abi::cxx11}, {name_of(Abi::pre_cxx11), Abi::pre_cxx11}});
  zip.file = read_file(reader);
  return zip;
}

/// Names and paths in which `{minor}` may stand.
bool is_package_pattern(std::string_view text)
{
  return k_package_name.fits(base::replace_all(std::string(text), k_minor, "13-0"));
}

bool is_path_pattern(std::string_view text)
{
  return k_path.fits(base::replace_all(std::string(text), k_minor, "13.0"));
}

constexpr TextKind k_package_pattern = {"a package name such as libcufft-{minor}", is_package_pattern};
constexpr TextKind k_path_pattern = {"an absolute path such as /usr/local/cuda-{minor}/lib64", is_path_pattern};

AptPackage read_library_package(json::Reader& reader)
{
  AptPackage package;
  package.name = read_text(reader, "name", k_package_pattern);
  package.version = read_optional_text(reader, "version", k_package_version).value_or("");
  if (reaches_driver(base::replace_all(package.name, k_minor, "13-0"))) {
    reader.problem("name", "expected a package that does not bring the driver, found \"" + package.name + "\"");
  }
  return package;
}

MissingLibraries read_missing(json::Reader& reader)
{
  MissingLibraries missing;
  missing.names = read_text(reader, "names", k_line);
  missing.brought_by = reader.choice<Bringer>("brought_by",
                                              {{name_of(Bringer::toolkit), Bringer::toolkit},
                                               {name_of(Bringer::full_toolkit), Bringer::full_toolkit},
                                               {name_of(Bringer::same_minor), Bringer::same_minor},
                                               {name_of(Bringer::nobody), Bringer::nobody}});
  reader.each("packages", [&](json::Reader& element) { missing.packages.push_back(read_library_package(element)); });
  missing.directory = read_optional_text(reader, "directory", k_path_pattern);
  missing.evidence = read_evidence(reader, "evidence");
  missing.sources = read_sources(reader);
  return missing;
}

void read_arm64_wheel(json::Reader& reader, TorchBuild& build)
{
  if (reader.is_null("arm64_wheel")) {
    return;
  }
  reader.object("arm64_wheel", [&](json::Reader& inner) {
    Arm64Wheel& wheel = build.arm64_wheel.emplace();
    wheel.exists = inner.choice<Arm64Wheel::Existence>(
        "exists", {{"yes", Arm64Wheel::Existence::yes}, {"no", Arm64Wheel::Existence::no}});
    wheel.sm = read_capabilities(inner, "sm");
    wheel.ptx = read_capabilities(inner, "ptx");
    wheel.evidence = read_evidence(inner, "evidence");
    wheel.sources = read_sources(inner);
  });
}

TorchBuild read_build(json::Reader& reader)
{
  TorchBuild build;
  build.platform = read_text(reader, "platform", k_platform);
  build.cuda = read_optional_version(reader, "cuda");
  if (build.is_cpu() && build.cuda) {
    reader.unexpected("cuda", "null for the platform cpu");
  }
  build.sm = read_capabilities(reader, "sm");
  build.ptx = read_capabilities(reader, "ptx");
  build.minimum_driver = read_optional_version(reader, "minimum_driver");
  build.cudnn = read_optional_text(reader, "cudnn", k_release_number);
  if (!reader.is_null("lacks")) {
    auto& lacks = build.lacks.emplace();
    reader.each("lacks", [&](json::Reader& element) { lacks.push_back(read_missing(element)); });
  }
  read_arm64_wheel(reader, build);
  reader.each("zips", [&](json::Reader& element) {
    LibTorchZip zip = read_zip(element);
    const auto same = [&](const LibTorchZip& other) { return other.abi == zip.abi; };
    if (std::any_of(build.zips.begin(), build.zips.end(), same)) {
      element.problem("abi", "a second zip with the ABI \"" + std::string(name_of(zip.abi)) + "\"");
    }
    build.zips.push_back(std::move(zip));
  });
  build.sources = read_sources(reader);
  return build;
}

} // namespace

TorchRelease read_torch(json::Reader& reader)
{
  TorchRelease release;
  release.version = read_version(reader, "version");
  release.torchvision = read_optional_text(reader, "torchvision", k_release_number);
  release.torchaudio = read_optional_text(reader, "torchaudio", k_release_number);
  release.least_python = read_optional_version(reader, "least_python");
  release.most_python = read_optional_version(reader, "most_python");
  if (release.least_python && release.most_python && *release.most_python < *release.least_python) {
    reader.unexpected("most_python", "at least the least_python " + release.least_python->text());
  }
  release.pip = reader.choice<PipForm>("pip",
                                       {{name_of(PipForm::index), PipForm::index},
                                        {name_of(PipForm::find_links), PipForm::find_links},
                                        {name_of(PipForm::find_links_per_platform), PipForm::find_links_per_platform},
                                        {name_of(PipForm::extra_index), PipForm::extra_index},
                                        {name_of(PipForm::long_term_support), PipForm::long_term_support}});
  release.audio_has_platform = reader.boolean("audio_has_platform");
  release.unmarked_platform = read_optional_text(reader, "unmarked_platform", k_platform);
  constexpr std::int64_t k_oldest_standard = 11;
  constexpr std::int64_t k_newest_standard = 29;
  release.cxx_standard =
      static_cast<std::uint32_t>(reader.integer("cxx_standard", k_oldest_standard, k_newest_standard));
  release.glibc = read_optional_version(reader, "glibc");
  release.gcc = read_optional_number(reader, "gcc");
  reader.each("builds", [&](json::Reader& element) {
    TorchBuild build = read_build(element);
    const auto same = [&](const TorchBuild& other) { return other.platform == build.platform; };
    if (!build.platform.empty() && std::any_of(release.builds.begin(), release.builds.end(), same)) {
      element.problem("platform", "a second build for \"" + build.platform + "\"");
    }
    release.builds.push_back(std::move(build));
  });
  release.sources = read_sources(reader);
  return release;
}

} // namespace cudasetup::manifest
