// Every parser of the host room. The first byte of an input picks the parser.
#include "fuzz.hpp"

#include "host/apt_faults.hpp"
#include "host/apt_preferences.hpp"
#include "host/apt_sources.hpp"
#include "host/details_text.hpp"
#include "host/dpkg_status.hpp"
#include "host/json.hpp"
#include "host/meminfo.hpp"
#include "host/nvidia_driver.hpp"
#include "host/os_release.hpp"
#include "host/os_support.hpp"
#include "host/pci.hpp"
#include "host/surroundings.hpp"
#include "host/tool_version.hpp"
#include "host/toolkit_version.hpp"

namespace {

using namespace cudasetup;
using fuzz::expect;

void fuzz_os(std::string_view text)
{
  host::HostFacts facts;
  facts.os = host::parse_os_release(text);
  const auto supported = host::check_os(facts.os);
  expect(supported || !supported.error().hints.empty());
  expect(!json::write(host::to_json(facts), json::Layout::compact).empty());
}

void fuzz_packages(std::string_view text)
{
  const host::DpkgStatus status = host::parse_dpkg_status(text);
  for (const auto& [name, package] : status.packages) {
    expect(!name.empty());
    host::upstream_version(package.version);
  }
  expect(status.holds.size() <= text.size());
}

std::vector<host::FilePart> parts_of(const std::vector<host::AptSource>& sources)
{
  std::vector<host::FilePart> parts;
  for (const host::AptSource& source : sources) {
    parts.push_back(source.part);
  }
  return parts;
}

void fuzz_apt(std::string_view text)
{
  host::HostFacts facts;
  facts.nvidia_sources = host::parse_one_line_sources(text, "f");
  for (const host::AptSource& source : facts.nvidia_sources) {
    expect(host::is_nvidia_uri(source.uri) && source.line.starts_with("deb"));
  }
  // What is switched off is a source no more.
  expect(host::parse_one_line_sources(host::without_parts(text, parts_of(facts.nvidia_sources)), "f").empty());
  const auto stanzas = host::parse_deb822_sources(text, "f");
  for (const host::AptSource& source : stanzas) {
    expect(host::is_nvidia_uri(source.uri));
  }
  expect(host::parse_deb822_sources(host::without_parts(text, parts_of(stanzas)), "f").empty());
  facts.nvidia_sources.insert(facts.nvidia_sources.end(), stanzas.begin(), stanzas.end());
  const host::AptFaults faults = host::find_apt_faults(facts, {});
  expect(faults.sources.size() <= facts.nvidia_sources.size());
  for (const host::Pin& pin : host::parse_apt_preferences(text, "f")) {
    expect(!pin.package.empty() && !pin.pin.empty());
    host::touches_nvidia(pin);
  }
}

void fuzz_details(std::string_view text)
{
  for (const host::Blacklisted& each : host::parse_blacklists(text, "f")) {
    expect(each.module == "nvidia" || each.module == "nouveau");
  }
  for (const std::string& directory : host::named_directories(text)) {
    expect(directory.starts_with("/usr/local/cuda-") || directory.starts_with("/opt/libtorch/"));
    expect(directory.find('\n') == std::string::npos);
  }
  const host::FailedBuild build = host::parse_make_log(text);
  expect(build.kernel.find(' ') == std::string::npos);
  host::parse_kernel_gcc(text);
  for (const std::string& line : host::parse_driver_log(text, "6.8.0-48-generic")) {
    expect(line.starts_with("NVRM:"));
  }
  host::parse_driver_library(text);
  host::parse_elf_header(text);
  host::is_on(text);
}

void fuzz_small(std::string_view text)
{
  const std::string owned(text);
  fuzz_details(text);
  for (const base::PublicKey& key : base::public_keys(text)) {
    expect(key.fingerprint.size() == 40);
  }
  host::parse_proc_driver_version(text);
  host::parse_module_version(text);
  host::parse_memory(text);
  host::parse_pci_number(text);
  host::parse_pci_class(text);
  host::parse_tool_version(text);
  host::parse_glibc_file_name(text);
  host::package_of_program(text);
  host::parse_version_json(text);
  host::parse_version_txt(text);
  host::parse_runtime_header(text);
  host::parse_build_version(text);
  host::container_of({owned, owned, owned, false, false, owned});
  host::is_jetson({false, owned, host::parse_kernel_release(text)});
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  const fuzz::Input input(data, size);
  switch (input.pick % 4) {
  case 0:
    fuzz_os(input.text);
    break;
  case 1:
    fuzz_packages(input.text);
    break;
  case 2:
    fuzz_apt(input.text);
    break;
  default:
    fuzz_small(input.text);
  }
  return 0;
}
