#include "base/text.hpp"
#include "diagnose/rules.hpp"
#include "host/package_names.hpp"
#include "host/tool_version.hpp"

#include <algorithm>
#include <array>

namespace cudasetup::diagnose {

namespace {

Signs interrupted(const Case& at)
{
  const auto& audit = at.facts.dpkg_audit;
  return std::find(audit.begin(), audit.end(), host::k_dpkg_interrupted) == audit.end()
             ? Signs{}
             : sign(std::string(host::k_dpkg_interrupted), "let dpkg finish", {"sudo", "dpkg", "--configure", "-a"});
}

/// Dpkg refuses to configure what was unpacked in part, and apt alone does no more than that. Local installers of
/// NVIDIA's are in no archive.
std::vector<base::Hint> mend_cut_off(const std::vector<host::CutOffPackage>& packages)
{
  base::Command again{{"sudo", "apt-get", "install", "--reinstall"}};
  base::Command away{{"sudo", "dpkg", "--force-remove-reinstreq", "--purge"}};
  for (const host::CutOffPackage& package : packages) {
    (host::is_local_installer(package.name) ? away : again).argv.push_back(package.name);
  }
  std::vector<base::Hint> remedies;
  if (again.argv.size() > 4) {
    remedies.push_back({"install again what was unpacked in part", std::move(again)});
  }
  if (away.argv.size() > 4) {
    remedies.push_back({"remove what no archive has; the next installation brings it again", std::move(away)});
  }
  return remedies;
}

Signs unfinished(const Case& at)
{
  std::vector<std::string> packages = at.facts.dpkg_audit;
  std::erase(packages, host::k_dpkg_interrupted);
  if (packages.empty()) {
    return {};
  }
  if (!at.facts.cut_off_packages.empty()) {
    return {{base::join(packages, ", "), mend_cut_off(at.facts.cut_off_packages), ""}};
  }
  Signs signs = sign(base::join(packages, ", "), "let dpkg finish", {"sudo", "dpkg", "--configure", "-a"});
  signs.front().remedies.push_back(
      hint("where that does not help, let apt mend them", {"sudo", "apt-get", "--fix-broken", "install"}));
  return signs;
}

/// Less than this is taken for full: apt and dpkg write lists of 50 MB and more before they begin.
constexpr std::uint64_t k_full = 100'000'000;

Signs full(const Case& at)
{
  Signs signs;
  std::vector<std::uint64_t> told;
  for (const host::FileSystem& system : at.facts.file_systems) {
    const bool is_told = std::find(told.begin(), told.end(), system.device) != told.end();
    if (system.free_bytes < k_full && !is_told && system.path != "/boot") {
      told.push_back(system.device);
      signs.push_back({"the file system of " + system.path + " has " + base::human_bytes(system.free_bytes) + " left",
                       {hint("see what is on it", {"sudo", "du", "-xh", "--max-depth=2", system.path}),
                        hint("apt's own downloads can go", {"sudo", "apt-get", "clean"})}});
    }
  }
  return signs;
}

/// "580" of libnvidia-compute-580-server and nvidia-dkms-580-open; empty for names without a branch.
std::string branch_of(std::string_view name)
{
  constexpr std::size_t k_digits = 3;
  for (const std::string_view part : base::split(name.substr(0, name.find(':')), '-')) {
    if (part.size() == k_digits && base::parse_number(part)) {
      return std::string(part);
    }
  }
  return "";
}

/// Two packages of one branch that are not @p same.
template<typename Same> Signs differing(const Case& at, Same same)
{
  const auto parts = driver_parts(at);
  for (const auto& [name, version] : parts) {
    for (const auto& [other, other_version] : parts) {
      if (name < other && branch_of(name) == branch_of(other) && !same(version, other_version)) {
        return sign(name + " is " + version + ", " + other + " is " + other_version,
                    "have apt bring all of the driver to one version",
                    {"sudo", "apt-get", "install", name, other});
      }
    }
  }
  return {};
}

bool has_same_upstream(const std::string& a, const std::string& b)
{
  return host::upstream_version(a) == host::upstream_version(b);
}

bool is_held(const Case& at, const std::string& name)
{
  return std::find(at.facts.holds.begin(), at.facts.holds.end(), name) != at.facts.holds.end();
}

bool has_held_part(const Case& at)
{
  const auto parts = driver_parts(at);
  return std::any_of(parts.begin(), parts.end(), [&](const auto& part) { return is_held(at, part.first); });
}

Signs mixed_versions(const Case& at)
{
  return has_held_part(at) ? Signs{} : differing(at, has_same_upstream);
}

Signs held_apart(const Case& at)
{
  Signs signs = has_held_part(at) ? differing(at, has_same_upstream) : Signs{};
  for (Sign& each : signs) {
    std::vector<std::string> held;
    for (const auto& [name, version] : driver_parts(at)) {
      if (is_held(at, name)) {
        held.push_back(name);
      }
    }
    each.evidence += "; on hold: " + base::join(held, ", ");
    base::Command unhold{{"sudo", "apt-mark", "unhold"}};
    unhold.argv.insert(unhold.argv.end(), held.begin(), held.end());
    each.remedies.insert(each.remedies.begin(), base::Hint{"let them change, or hold all of the driver", unhold});
  }
  return signs;
}

/// Ubuntu's builds are 580.95.05-0ubuntu0.24.04.2, NVIDIA's 580.95.05-0ubuntu1 or -1ubuntu1.
Signs two_origins(const Case& at)
{
  return differing(at, [](const std::string& a, const std::string& b) {
    const auto is_ubuntus = [](const std::string& version) { return version.find("ubuntu0.") != std::string::npos; };
    return !has_same_upstream(a, b) || is_ubuntus(a) == is_ubuntus(b);
  });
}

Signs refusing_pin(const Case& at)
{
  Signs signs;
  for (const host::Pin& pin : at.facts.pins) {
    const bool is_installed = std::any_of(at.facts.packages.begin(), at.facts.packages.end(), [&](const auto& package) {
      return package.first == pin.package;
    });
    // One of an origin leaves the others, as NVIDIA's own pin against Ubuntu's packages does.
    const bool is_of_all = pin.pin == "release *" || pin.pin == "version *" || pin.pin == "origin *";
    if (pin.priority < 0 && is_of_all && pin.package.find_first_of("*?") == std::string::npos && is_installed) {
      signs.push_back(
          {pin.file + ": " + pin.package + " has priority " + std::to_string(pin.priority) + ", and is installed",
           {hint("see what apt would take", {"apt-cache", "policy", pin.package})}});
    }
  }
  return signs;
}

/// cuda-10-1 has its cuBLAS in a package without a number in its name.
Signs other_cublas(const Case& at)
{
  const auto cublas = at.facts.packages.find("libcublas10");
  const bool has_toolkit = !package_with(at, "cuda-toolkit-10-1").empty();
  if (cublas == at.facts.packages.end() || !has_toolkit || !cublas->second.version.starts_with("10.2.2")) {
    return {};
  }
  return sign("libcublas10 is " + cublas->second.version + " beside the toolkit 10.1",
              "take cuBLAS back to that of 10.1",
              {"sudo", "apt-get", "install", "--allow-downgrades", "libcublas10=10.2.1.243-1"});
}

Signs others_log(const Case& at)
{
  const auto& owner = at.details.installer_log_owner;
  return !owner || *owner == 0 ? Signs{}
                               : sign("/tmp/cuda-installer.log belongs to user " + std::to_string(*owner),
                                      "remove it",
                                      {"sudo", "rm", "/tmp/cuda-installer.log"});
}

Signs ubuntus_toolkit(const Case& at)
{
  const auto package = at.facts.packages.find("nvidia-cuda-toolkit");
  const bool is_only = at.facts.toolkits.empty();
  if (package == at.facts.packages.end() || is_only || at.facts.wsl) {
    return {};
  }
  return sign("nvidia-cuda-toolkit " + package->second.version + " has /usr/bin/nvcc, beside " +
                  at.facts.toolkits.front().directory,
              "remove it where nothing of yours needs it",
              {"sudo", "apt-get", "remove", "nvidia-cuda-toolkit"});
}

constexpr std::array k_rules = {
    Rule{"dpkg-interrupted",
         Blocks::packages,
         "dpkg was cut off, and apt does nothing until it has finished",
         "dpkg(1), --configure",
         interrupted},
    Rule{"dpkg-unfinished",
         Blocks::packages,
         "packages are not wholly installed, and apt tries to finish them first",
         "mailrocketsystems/CudaSetupUbuntu20#1",
         unfinished},
    Rule{"file-system-full", Blocks::packages, "a file system is full", "Jimver/cuda-toolkit#213, #392", full},
    Rule{"pin-refuses-installed",
         Blocks::packages,
         "apt is told never to take a package that is installed, so that what needs it cannot be changed",
         "apt_preferences(5)",
         refusing_pin},
    Rule{"driver-mixed-versions",
         Blocks::gpu,
         "packages of one driver are of different versions",
         "NVIDIA/ansible-role-nvidia-driver#11",
         mixed_versions},
    Rule{"driver-held-apart",
         Blocks::gpu,
         "a part of the driver is on hold while another was upgraded",
         "NVIDIA/ansible-role-nvidia-driver#11",
         held_apart},
    Rule{"driver-two-origins",
         Blocks::later,
         "the driver comes partly from Ubuntu and partly from NVIDIA: the next upgrade may tear it apart",
         "tensorflow/tensorflow#44302, pop-os/pop#2234",
         two_origins},
    Rule{"cublas-of-10.2",
         Blocks::toolkit,
         "CUDA 10.1 has the cuBLAS of 10.2, whose package has no release in its name",
         "tensorflow/tensorflow#40278",
         other_cublas},
    Rule{"installer-log-of-another",
         Blocks::packages,
         "NVIDIA's runfile crashes where its log belongs to somebody else",
         "spack/spack-packages, packages/cuda/package.py",
         others_log},
    Rule{"ubuntu-toolkit-beside",
         Blocks::toolkit,
         "Ubuntu's own CUDA toolkit, of another release, is installed too",
         "microsoft/WSL#11888",
         ubuntus_toolkit},
};

} // namespace

std::span<const Rule> package_rules()
{
  return k_rules;
}

} // namespace cudasetup::diagnose
