#include "cli/host_overrides.hpp"

#include "base/text.hpp"
#include "host/os_support.hpp"

namespace cudasetup::cli {

namespace {

/// The release an `--os` names: ubuntu22.04, ubuntu2204 or 22.04.
const manifest::UbuntuRelease* find_release(const manifest::Manifest& manifest, const std::string& text)
{
  for (const manifest::UbuntuRelease& release : manifest.ubuntu) {
    const std::string& version = release.version.text();
    if (host::is_served(release.version) && (text == release.os || text == "ubuntu" + version || text == version)) {
      return &release;
    }
  }
  return nullptr;
}

/// The number of an Ubuntu release that an `--os` names and that is not known or served: ubuntu28.04, ubuntu1604.
/// nullopt for what is no such name.
std::optional<std::string> release_number(std::string_view text)
{
  if (text.starts_with("ubuntu")) {
    text.remove_prefix(6);
  }
  std::string number(text);
  if (number.size() == 4) {
    number.insert(2, ".");
  }
  const auto version = base::Version::parse(number);
  const bool is_release = version && number.size() == 5 && number[2] == '.' && version->parts().size() == 2 &&
                          1 <= version->minor_part() && version->minor_part() <= 12;
  return is_release ? std::optional(number) : std::nullopt;
}

base::Error unknown_release(const manifest::Manifest& manifest, const std::string& text)
{
  std::vector<std::string> names;
  std::optional<std::string> meant;
  base::Version newest;
  for (const manifest::UbuntuRelease& release : manifest.ubuntu) {
    if (host::is_served(release.version)) {
      names.push_back("ubuntu" + release.version.text());
      newest = release.version;
      if (text == release.codename) {
        meant = names.back();
      }
    }
  }
  base::Error error = base::make_error(base::ErrorKind::usage,
                                       "--os " + base::quote(text) + ": expected one of " + base::join(names, ", "));
  const auto version = base::Version::parse(text.starts_with("ubuntu") ? text.substr(6) : text);
  if (version && !names.empty() && *version > newest) {
    return std::move(error).with_hint("the newest that is known is " + names.back(),
                                      base::Command{{"cudasetup", "plan", "--os", names.back()}});
  }
  if (const auto near = meant ? meant : base::nearest(text, names)) {
    error.hints.push_back(base::Hint{"did you mean " + *near + "?", std::nullopt});
  }
  if (error.hints.empty() && !names.empty()) {
    error.hints.push_back(
        base::Hint{"plan for one of these", base::Command{{"cudasetup", "plan", "--os", names.back()}}});
  }
  return error;
}

/// A fresh installation of a release: nothing of ours, of NVIDIA's or of compilers is there.
host::HostFacts fresh_facts(const manifest::UbuntuRelease& release, std::optional<base::Arch> arch)
{
  host::HostFacts facts;
  facts.os.id = "ubuntu";
  facts.os.version_id = release.version.text();
  facts.os.name = "Ubuntu " + release.version.text();
  facts.os.ubuntu_codename = release.codename;
  facts.arch = arch;
  facts.glibc = release.glibc;
  facts.gcc = release.gcc;
  facts.apt = release.apt;
  facts.pci_readable = true;
  return facts;
}

void override_gpus(const HostOptions& options, host::HostFacts& facts)
{
  if (options.gpus.empty()) {
    return;
  }
  facts.gpus.clear();
  facts.pci_readable = true;
  for (const std::string& text : options.gpus) {
    host::GpuDevice device;
    device.id = base::PciId::parse(text);
    device.capability = base::ComputeCapability::parse_sm(text);
    if (device.id || device.capability) {
      facts.gpus.push_back(std::move(device));
    }
  }
}

} // namespace

bool names_another_machine(const HostOptions& options, const host::HostFacts& probed)
{
  const bool other_os = options.os && *options.os != "ubuntu" + probed.os.version_id &&
                        *options.os != probed.os.version_id &&
                        *options.os != "ubuntu" + base::replace_all(probed.os.version_id, ".", "");
  const bool ubuntu = probed.os.id == "ubuntu";
  return (options.os && (other_os || !ubuntu)) || (options.arch && probed.arch && *options.arch != *probed.arch);
}

base::Result<void>
override_facts(const HostOptions& options, const manifest::Manifest& manifest, host::HostFacts& facts)
{
  if (names_another_machine(options, facts)) {
    const std::string os = options.os.value_or(facts.os.version_id);
    const manifest::UbuntuRelease* release = find_release(manifest, os);
    const auto number = release_number(os);
    if (release == nullptr && !number) {
      return base::fail(unknown_release(manifest, os));
    }
    manifest::UbuntuRelease unknown; // a release by its number alone: what it needs is said where it is refused
    if (release == nullptr) {
      unknown.version = base::Version::parse(*number).value_or(base::Version{});
    }
    facts = fresh_facts(release != nullptr ? *release : unknown, options.arch ? options.arch : facts.arch);
  }
  if (!facts.arch) {
    facts.arch = options.arch;
  }
  override_gpus(options, facts);
  if (options.driver_present) {
    const auto version = base::Version::parse(*options.driver_present);
    facts.driver = version ? std::optional(host::LoadedDriver{*version, std::nullopt}) : std::nullopt;
    facts.waiting_driver.reset();
  }
  if (options.container == Switch::on && facts.container == host::Container::none) {
    facts.container = host::Container::other;
  }
  if (options.wsl == Switch::on) {
    facts.wsl = true;
  }
  return {};
}

} // namespace cudasetup::cli
