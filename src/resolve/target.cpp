#include "resolve/target.hpp"

#include <fmt/format.h>

namespace cudasetup::resolve {

namespace {

constexpr std::string_view k_wsl_directory = "wsl-ubuntu";

bool is_ubuntu(const host::OsRelease& os)
{
  return os.id == "ubuntu";
}

std::string shown_name(const host::OsRelease& os)
{
  if (!os.name.empty()) {
    return os.name;
  }
  return os.id.empty() ? std::string("this system") : os.id + " " + os.version_id;
}

void check_system(const manifest::Manifest& manifest, const host::HostFacts& facts, Target& target)
{
  const host::OsRelease& os = facts.os;
  if (facts.jetson) {
    target.findings.refuse(
        "os",
        "this is a Jetson: its driver and CUDA come with JetPack, and packages for servers break them; "
        "use JetPack",
        "NVIDIA/nvidia-container-toolkit issue 883");
  }
  target.ubuntu = find_release(manifest, os);
  if (target.ubuntu != nullptr) {
    return;
  }
  const manifest::UbuntuRelease* nearest = nearest_release(manifest, os);
  const std::string offer =
      nearest != nullptr
          ? fmt::format("; the nearest is Ubuntu {0}, planned for with --os ubuntu{0}", nearest->version.text())
          : std::string();
  std::string text;
  if (os.id.empty()) {
    text = "which system this is could not be found out; name it with --os";
  } else if (is_ubuntu(os)) {
    text = fmt::format("NVIDIA has no CUDA packages for Ubuntu {} that are known here{}", os.version_id, offer);
  } else {
    text = fmt::format(
        "{} is not an Ubuntu LTS release, and NVIDIA's packages are made for those{}", shown_name(os), offer);
  }
  target.findings.refuse("os", text, "manifest, ubuntu");
}

Place find_place(const host::HostFacts& facts)
{
  if (facts.wsl) {
    return Place::wsl;
  }
  return facts.container != host::Container::none ? Place::container : Place::machine;
}

} // namespace

const manifest::UbuntuRelease* find_release(const manifest::Manifest& manifest, const host::OsRelease& os)
{
  if (!is_ubuntu(os)) {
    return nullptr;
  }
  const auto version = base::Version::parse(os.version_id);
  const manifest::UbuntuRelease* release = version ? manifest.find_ubuntu(*version) : nullptr;
  return release != nullptr && release->os != k_wsl_directory ? release : nullptr;
}

const manifest::UbuntuRelease* nearest_release(const manifest::Manifest& manifest, const host::OsRelease& os)
{
  const manifest::UbuntuRelease* nearest = nullptr;
  const auto version = is_ubuntu(os) ? base::Version::parse(os.version_id) : std::nullopt;
  for (const manifest::UbuntuRelease& release : manifest.ubuntu) {
    if (release.os == k_wsl_directory) {
      continue;
    }
    if (!is_ubuntu(os) && release.codename == os.ubuntu_codename) {
      return &release;
    }
    // Oldest first: the newest that is not newer than the asked one, or the oldest at all.
    if (nearest == nullptr || !version || release.version <= *version) {
      nearest = &release;
    }
  }
  return nearest;
}

Target find_target(const manifest::Manifest& manifest, const host::HostFacts& facts)
{
  Target target;
  target.facts = &facts;
  check_system(manifest, facts, target);
  target.arch = facts.arch;
  if (!facts.arch) {
    target.findings.refuse(
        "architecture",
        "the architecture of this machine could not be found out, or is neither amd64 nor arm64; name "
        "it with --arch",
        "manifest, ubuntu");
  }
  target.place = find_place(facts);
  if (target.ubuntu != nullptr) {
    target.os = target.place == Place::wsl ? std::string(k_wsl_directory) : target.ubuntu->os;
    target.archive = facts.arch ? manifest.find_archive(target.os, *facts.arch) : nullptr;
    target.drivers = drivers_in(manifest, target.archive);
    target.ubuntu_drivers = ubuntu_drivers(manifest, *target.ubuntu, facts);
  }
  target.gpus = find_gpus(manifest, facts, target.findings);
  target.driver_waits = !facts.driver && facts.waiting_driver;
  target.driver = facts.driver ? &*facts.driver : target.driver_waits ? &*facts.waiting_driver : nullptr;
  target.glibc = facts.glibc;
  if (!target.glibc && target.ubuntu != nullptr) {
    target.glibc = target.ubuntu->glibc;
  }
  if (facts.gcc) {
    target.gcc = facts.gcc->major_part();
  } else if (target.ubuntu != nullptr && target.ubuntu->gcc) {
    target.gcc = target.ubuntu->gcc->major_part();
  }
  target.python = facts.python;
  if (!target.python && target.ubuntu != nullptr) {
    target.python = target.ubuntu->python;
  }
  return target;
}

} // namespace cudasetup::resolve
