#include "manifest/read.hpp"

namespace cudasetup::manifest {

Gpu read_gpu(json::Reader& reader)
{
  Gpu gpu;
  gpu.id = reader.parsed<base::PciId>("id", "a PCI id such as 10de:1eb8", base::PciId::parse);
  gpu.name = read_text(reader, "name", k_line);
  gpu.chip = read_text(reader, "chip", k_word);
  gpu.architecture = read_text(reader, "architecture", k_line);
  gpu.compute_capability = read_optional_capability(reader, "compute_capability");
  gpu.module = reader.choice<KernelModule>("module",
                                           {{name_of(KernelModule::proprietary_only), KernelModule::proprietary_only},
                                            {name_of(KernelModule::either), KernelModule::either},
                                            {name_of(KernelModule::open_only), KernelModule::open_only}});
  gpu.first_branch = read_optional_number(reader, "first_branch");
  gpu.last_branch = read_optional_number(reader, "last_branch");
  if (gpu.first_branch && gpu.last_branch && *gpu.last_branch < *gpu.first_branch) {
    reader.unexpected("last_branch", "at least the first_branch " + std::to_string(*gpu.first_branch));
  }
  gpu.sources = read_sources(reader);
  return gpu;
}

namespace {

UbuntuPackage read_ubuntu_package(json::Reader& reader)
{
  UbuntuPackage package;
  package.name = read_text(reader, "name", k_package_name);
  package.version = read_text(reader, "version", k_package_version);
  package.component = read_text(reader, "component", k_word);
  package.becomes = read_optional_text(reader, "becomes", k_package_name);
  package.prebuilt = reader.boolean("prebuilt");
  return package;
}

} // namespace

DriverBranch read_driver(json::Reader& reader)
{
  DriverBranch driver;
  constexpr std::int64_t k_most_branch = 9999;
  driver.branch = static_cast<std::uint32_t>(reader.integer("branch", 1, k_most_branch));
  driver.type = read_text(reader, "type", k_word);
  driver.cuda = read_optional_version(reader, "cuda");
  reader.each("modules", [&](json::Reader& element) {
    const std::string module = element.as_string();
    if (element.value().string() != nullptr && module != "open" && module != "proprietary") {
      element.unexpected("", "\"open\" or \"proprietary\"");
    }
    driver.modules.push_back(module);
  });
  driver.latest = read_optional_version(reader, "latest");
  if (reader.is_sound() && driver.latest && driver.latest->major_part() != driver.branch) {
    reader.unexpected("latest", "a version of branch " + std::to_string(driver.branch));
  }
  driver.end_of_life = read_optional_text(reader, "end_of_life", k_date);
  driver.open_package = read_optional_text(reader, "open_package", k_package_name);
  driver.proprietary_package = read_optional_text(reader, "proprietary_package", k_package_name);
  driver.pin = read_optional_text(reader, "pin", k_package_name);
  driver.device_list = read_optional_version(reader, "device_list");
  if (reader.is_sound() && driver.device_list && driver.device_list->major_part() != driver.branch) {
    reader.unexpected("device_list", "a version of branch " + std::to_string(driver.branch));
  }
  reader.object("ubuntu_packages", [&](json::Reader& inner) {
    for (const auto& [release, unread] : *inner.value().object()) {
      if (!base::Version::parse(release)) {
        inner.problem(release, "expected an Ubuntu version such as 22.04 as the member's name");
      }
      inner.each(release, [&, &packages = driver.ubuntu_packages[release]](json::Reader& element) {
        packages.push_back(read_ubuntu_package(element));
      });
    }
  });
  driver.sources = read_sources(reader);
  return driver;
}

} // namespace cudasetup::manifest
