#pragma once

#include "manifest/types.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A small manifest made in code: the real versions, ranges and GPUs, addresses on example.com.
namespace cudasetup::test::knowledge {

inline base::Version version(std::string_view text)
{
  return base::Version::parse(text).value();
}

inline base::ComputeCapability capability(std::string_view text)
{
  return base::ComputeCapability::parse(text).value();
}

inline base::PciId pci_id(std::string_view text)
{
  return base::PciId::parse(text).value();
}

/// A file with a sha256 of one repeated digit, or, with `0`, without any digest.
inline manifest::RemoteFile remote_file(const std::string& name, char digit = 'a')
{
  manifest::RemoteFile file{base::Url::parse("https://example.com/" + name).value(), {}, {}, {}, {}, {}};
  if (digit != '0') {
    file.sha256 = base::Digest::sha256(std::string(64, digit));
  }
  file.evidence = manifest::Evidence::seen;
  file.sources = {"sample"};
  return file;
}

/// A release with packages of every profile, a runfile per architecture, no local installer and no digest list.
struct SampleCuda {
  manifest::CudaRelease release;

  SampleCuda(std::string_view text, std::string_view driver, std::string_view compatible)
  {
    release.version = version(text);
    if (!driver.empty()) {
      release.bundled_driver = version(driver);
      release.minimum_driver = version(driver);
    }
    release.compatible_driver = version(compatible);
    const std::string minor = release.version.prefix(1) + "-" + std::to_string(release.version.minor_part());
    const std::string debian = release.version.text() + "-1";
    release.packages = {{manifest::Profile::full, {{"cuda-toolkit-" + minor, debian}}},
                        {manifest::Profile::build, {{"cuda-minimal-build-" + minor, debian}}},
                        {manifest::Profile::runtime, {{"cuda-libraries-" + minor, debian}}}};
    release.packages_evidence = manifest::Evidence::seen;
    release.local_repository = manifest::LocalRepository{"/var/cuda-repo-{os}-" + minor + "-local",
                                                         "/etc/apt/sources.list.d/cuda-{os}-" + minor + "-local.list",
                                                         "cuda-*-keyring.gpg"};
    release.runfiles = {{base::Arch::amd64, remote_file("cuda_" + release.version.text() + "_linux.run")},
                        {base::Arch::arm64, remote_file("cuda_" + release.version.text() + "_linux_sbsa.run")}};
    release.sources = {"sample"};
  }

  SampleCuda& gpus(std::string_view least, std::string_view most)
  {
    release.least_capability = capability(least);
    release.most_capability = capability(most);
    return *this;
  }
  SampleCuda& gcc(std::uint32_t least, std::uint32_t most)
  {
    release.gcc = {least, most};
    return *this;
  }
  SampleCuda& glibc_below(std::string_view text)
  {
    release.glibc_below = version(text);
    return *this;
  }
  SampleCuda& local(const std::string& os, char digit = 'a')
  {
    release.local_installers.push_back(
        {os, base::Arch::amd64, remote_file("cuda-repo-" + os + "-" + release.version.text() + "_amd64.deb", digit)});
    return *this;
  }
};

inline manifest::UbuntuRelease sample_ubuntu(std::string_view text,
                                             const std::string& codename,
                                             const std::string& os,
                                             std::string_view glibc,
                                             std::string_view gcc,
                                             std::pair<std::string_view, std::string_view> cuda)
{
  manifest::UbuntuRelease release;
  release.version = version(text);
  release.codename = codename;
  release.os = os;
  if (!glibc.empty()) {
    release.glibc = version(glibc);
    release.gcc = version(gcc);
  }
  for (const base::Arch arch : {base::Arch::amd64, base::Arch::arm64}) {
    const std::string directory = os + "/" + std::string(base::nvidia_directory(arch)) + "/";
    release.archives.push_back({os,
                                arch,
                                base::Url::parse("https://example.com/" + directory).value(),
                                remote_file(directory + "cuda-keyring_1.1-1_all.deb"),
                                "3BF863CC",
                                base::Url::parse("https://example.com/" + directory + "cuda-" + os + ".pin").value(),
                                "Package: *\nPin: release l=NVIDIA CUDA\nPin-Priority: 600\n",
                                version(cuda.first),
                                version(cuda.second),
                                {"sample"}});
  }
  release.sources = {"sample"};
  return release;
}

inline manifest::Gpu sample_gpu(std::string_view id,
                                const std::string& name,
                                std::string_view sm,
                                manifest::KernelModule module,
                                std::uint32_t first,
                                std::optional<std::uint32_t> last = std::nullopt)
{
  return {pci_id(id), name, "chip", "architecture", capability(sm), module, first, last, {"sample"}};
}

/// A build with one zip per ABI; capabilities as "5.0 6.0", PTX likewise.
inline manifest::TorchBuild sample_build(const std::string& torch,
                                         const std::string& platform,
                                         std::string_view sm,
                                         std::string_view ptx,
                                         std::string_view driver,
                                         char digit = 'b')
{
  const auto list = [](std::string_view text) {
    std::vector<base::ComputeCapability> capabilities;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find(' '), text.size());
      capabilities.push_back(capability(text.substr(0, end)));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return capabilities;
  };
  manifest::TorchBuild build;
  build.platform = platform;
  build.sm = list(sm);
  build.ptx = list(ptx);
  if (!driver.empty()) {
    build.minimum_driver = version(driver);
  }
  const std::string name = torch + "%2B" + platform + ".zip";
  build.zips = {{manifest::Abi::cxx11, remote_file("libtorch-cxx11-" + name, digit)},
                {manifest::Abi::pre_cxx11, remote_file("libtorch-" + name, digit)}};
  build.lacks.emplace();
  build.sources = {"sample"};
  return build;
}

inline manifest::TorchRelease sample_torch(std::string_view text,
                                           std::vector<manifest::TorchBuild> builds,
                                           std::string_view least_python,
                                           std::string_view most_python,
                                           std::string_view glibc = "")
{
  manifest::TorchRelease release;
  release.version = version(text);
  release.least_python = version(least_python);
  release.most_python = version(most_python);
  if (!glibc.empty()) {
    release.glibc = version(glibc);
  }
  release.builds = std::move(builds);
  release.sources = {"sample"};
  return release;
}

inline void add_sample_cuda(manifest::Manifest& sample)
{
  const auto add = [&](SampleCuda& cuda) { sample.cuda.push_back(cuda.release); };
  add(SampleCuda("10.2.89", "440.33.01", "440.33").gpus("3.0", "7.5").gcc(0, 8));
  add(SampleCuda("11.1.0", "455.23.05", "450.80.02")
          .gpus("3.5", "8.6")
          .gcc(5, 10)
          .glibc_below("2.42")
          .local("ubuntu2004"));
  add(SampleCuda("11.1.1", "455.32.00", "450.80.02")
          .gpus("3.5", "8.6")
          .gcc(5, 10)
          .glibc_below("2.42")
          .local("ubuntu1804")
          .local("ubuntu2004", '0'));
  add(SampleCuda("11.8.0", "520.61.05", "450.80.02")
          .gpus("3.5", "9.0")
          .gcc(6, 11)
          .glibc_below("2.42")
          .local("ubuntu2204"));
  add(SampleCuda("12.0.1", "525.85.12", "525.60.13").gpus("5.0", "9.0").gcc(6, 12).glibc_below("2.42"));
  add(SampleCuda("12.4.1", "550.54.15", "525.60.13").gpus("5.0", "9.0").gcc(6, 13).glibc_below("2.42"));
  add(SampleCuda("12.8.1", "570.124.06", "525.60.13").gpus("5.0", "12.0").gcc(6, 14).glibc_below("2.42"));
  add(SampleCuda("12.9.1", "575.57.08", "525.60.13").gpus("5.0", "12.1").gcc(6, 14).glibc_below("2.42"));
  add(SampleCuda("13.0.2", "580.95.05", "580.65.06").gpus("7.5", "12.1").gcc(6, 15).glibc_below("2.42"));
  add(SampleCuda("13.2.1", "595.58.03", "580.65.06").gpus("7.5", "12.1").gcc(6, 15));
}

inline void add_sample_torch(manifest::Manifest& sample)
{
  sample.torch = {
      sample_torch("1.7.1",
                   {sample_build("1.7.1", "cu110", "3.7 5.0 6.0 7.0 7.5 8.0", "", "450.36.06"),
                    sample_build("1.7.1", "cu102", "3.7 5.0 6.0 7.0 7.5", "", "440.33"),
                    sample_build("1.7.1", "cpu", "", "", "")},
                   "3.6",
                   "3.9"),
      sample_torch("1.8.0", {sample_build("1.8.0", "cu111", "5.0 7.0 8.0 8.6", "", "450.80.02")}, "3.6", "3.9"),
      sample_torch("2.6.0",
                   {sample_build("2.6.0", "cu124", "5.0 6.0 7.0 7.5 8.0 8.6 9.0", "", "525.60.13"),
                    sample_build("2.6.0", "cu118", "3.7 5.0 6.0 7.0 7.5 8.0 8.6 9.0", "", "450.80.02", '0')},
                   "3.9",
                   "3.13"),
      sample_torch("2.7.1",
                   {sample_build("2.7.1", "cu128", "7.5 8.0 8.6 9.0 10.0 12.0", "12.0", "525.60.13"),
                    sample_build("2.7.1", "cu118", "", "", "450.80.02")},
                   "3.9",
                   "3.13",
                   "2.28"),
      sample_torch("2.9.1",
                   {sample_build("2.9.1", "cu130", "7.5 8.0 8.6 9.0 10.0 12.0", "12.0", "580.65.06"),
                    sample_build("2.9.1", "cu128", "7.0 7.5 8.0 8.6 9.0 10.0 12.0", "", "525.60.13")},
                   "3.10",
                   "3.14",
                   "2.28"),
  };
  for (manifest::TorchBuild& build : sample.torch.back().builds) {
    build.zips.pop_back(); // pre-cxx11 ended with 2.6
  }
  const auto pair = [&](std::string_view cuda, std::string_view torch, const std::string& platform) {
    sample.pairs[std::string(cuda)].push_back({version(cuda), std::nullopt, version(torch), platform, {"sample"}});
  };
  pair("10.2.89", "1.7.1", "cu102");
  pair("11.1.1", "1.7.1", "cu110");
  pair("11.1.1", "1.8.0", "cu111");
  pair("11.8.0", "2.6.0", "cu118");
  pair("12.0.1", "2.6.0", "cu124");
  pair("12.4.1", "2.6.0", "cu124");
  pair("12.8.1", "2.7.1", "cu128");
  pair("12.8.1", "2.6.0", "cu124");
  pair("12.9.1", "2.9.1", "cu128");
  pair("13.0.2", "2.9.1", "cu130");
}

inline void add_sample_hardware(manifest::Manifest& sample)
{
  using manifest::KernelModule;
  sample.gpus = {
      sample_gpu("10de:102d", "Tesla K80", "3.7", KernelModule::proprietary_only, 390, 470),
      sample_gpu("10de:1b06", "GeForce GTX 1080 Ti", "6.1", KernelModule::proprietary_only, 390, 580),
      sample_gpu("10de:1db1", "Tesla V100", "7.0", KernelModule::proprietary_only, 390, 580),
      sample_gpu("10de:1eb8", "Tesla T4", "7.5", KernelModule::either, 418),
      sample_gpu("10de:20b0", "A100", "8.0", KernelModule::either, 450),
      sample_gpu("10de:2204", "GeForce RTX 3090", "8.6", KernelModule::either, 470),
      sample_gpu("10de:2335", "H200", "9.0", KernelModule::either, 550),
      sample_gpu("10de:2684", "GeForce RTX 4090", "8.9", KernelModule::either, 525),
      sample_gpu("10de:2b85", "GeForce RTX 5090", "12.0", KernelModule::open_only, 570),
      sample_gpu("10de:2f06", "GeForce RTX 5060", "12.0", KernelModule::open_only, 595),
  };
  const auto branch = [&](std::uint32_t number, std::vector<std::string> modules, std::string_view latest) {
    manifest::DriverBranch record;
    record.branch = number;
    record.type = "production";
    record.modules = std::move(modules);
    if (!latest.empty()) {
      record.latest = version(latest);
    }
    // As NVIDIA names them: the open module from 560 on, without the branch from 590 on, no proprietary one from 615.
    const std::string end = number <= 580 ? "-" + std::to_string(number) : std::string();
    if (number >= 560) {
      record.open_package = "nvidia-open" + end;
    }
    if (number < 615) {
      record.proprietary_package = "cuda-drivers" + end;
    }
    if (number >= 590 && number < 615) {
      record.pin = "nvidia-driver-pinning-" + std::to_string(number);
    }
    if (number != 455 && number != 520) { // whose lists nobody read
      record.device_list = version(std::to_string(number) + ".99");
    }
    record.sources = {"sample"};
    sample.drivers.push_back(std::move(record));
  };
  for (const std::uint32_t number : {440U, 455U}) {
    branch(number, {"proprietary"}, "");
  }
  branch(470, {"proprietary"}, "470.256.02");
  for (const std::uint32_t number : {520U, 525U}) {
    branch(number, {"proprietary", "open"}, "");
  }
  branch(535, {"proprietary", "open"}, "535.309.01");
  for (const std::uint32_t number : {550U, 570U, 575U}) {
    branch(number, {"proprietary", "open"}, "");
  }
  branch(580, {"proprietary", "open"}, "580.178.04");
  branch(595, {"proprietary", "open"}, "");
  branch(615, {"open"}, "615.71.09");
}

inline manifest::Manifest sample_manifest()
{
  manifest::Manifest sample;
  add_sample_cuda(sample);
  add_sample_torch(sample);
  add_sample_hardware(sample);
  sample.ubuntu = {
      sample_ubuntu("0", "", "wsl-ubuntu", "", "", {"11.1", "13.0"}),
      sample_ubuntu("18.04", "bionic", "ubuntu1804", "2.27", "7.4.0", {"10.0", "12.1"}),
      sample_ubuntu("20.04", "focal", "ubuntu2004", "2.31", "9.4.0", {"11.0", "12.9"}),
      sample_ubuntu("22.04", "jammy", "ubuntu2204", "2.35", "11.4.0", {"11.7", "13.2"}),
      sample_ubuntu("24.04", "noble", "ubuntu2404", "2.39", "13.2.0", {"12.5", "13.2"}),
      sample_ubuntu("26.04", "resolute", "ubuntu2604", "2.43", "15.2.0", {"13.2", "13.2"}),
  };
  const auto has = [&](std::string_view ubuntu, std::string_view python, std::uint32_t least, std::uint32_t most) {
    for (manifest::UbuntuRelease& release : sample.ubuntu) {
      if (release.version == version(ubuntu)) {
        release.python = version(python);
        release.gcc_packages = {least, most};
      }
    }
  };
  has("18.04", "3.6", 5, 8);
  has("20.04", "3.8", 7, 10);
  has("22.04", "3.10", 9, 12);
  has("24.04", "3.12", 9, 14);
  has("26.04", "3.14", 11, 15);
  sample.digest = std::string(64, 'd');
  return sample;
}

} // namespace cudasetup::test::knowledge
