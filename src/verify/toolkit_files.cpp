#include "verify/toolkit_files.hpp"

#include "base/text.hpp"
#include "host/paths.hpp"
#include "host/toolkit_version.hpp"
#include "verify/elf_needs.hpp"

#include <algorithm>

namespace cudasetup::verify {

namespace {

/// The definition of its version stands in the first few kilobytes of the header.
constexpr std::size_t k_header_bytes = 64 * 1024;
constexpr std::string_view k_runtime = "libcudart.so.";
constexpr const char* k_link = "/usr/local/cuda";

Check file_check(std::string name, CheckResult result, std::string because)
{
  return make_check(Level::toolkit, std::move(name), result, std::move(because));
}

base::Hint install_again(const base::Version& release)
{
  return {"install that toolkit again",
          base::Command{{"cudasetup", "install", "--cuda", release.text(), "--driver", "keep", "--torch", "none"}}};
}

/// "libcudart.so.11.1.74" for 11.1; nullopt where there is none of that form. NVIDIA has it in lib64, its wheels in
/// lib, the packages of Ubuntu and Debian themselves, whose toolkit is /usr, with the system's libraries.
std::optional<base::Version> runtime_library(effects::Files& target, const std::string& directory)
{
  constexpr std::size_t k_parts = 3;
  for (const char* place : {"/lib64", "/lib", "/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu"}) {
    for (const std::string& name : target.list(directory + place)) {
      const std::string_view number =
          name.starts_with(k_runtime) ? std::string_view(name).substr(k_runtime.size()) : "";
      if (base::split(number, '.').size() == k_parts) {
        return base::Version::parse(number);
      }
    }
  }
  return std::nullopt;
}

Check check_parts(const Context& context, const std::string& directory, const base::Version& release)
{
  effects::Files& target = context.effects.target;
  const auto header = target.read_range(directory + "/include/cuda_runtime_api.h", 0, k_header_bytes);
  if (!header || header->empty()) {
    Check check = file_check("parts",
                             CheckResult::failed,
                             (header ? "nothing is in " : "there is no ") + directory + "/include/cuda_runtime_api.h");
    check.hints.push_back(install_again(release));
    return check;
  }
  const auto told = target.read(directory + "/version.json");
  const std::vector<std::pair<std::string, std::optional<base::Version>>> parts = {
      {"its headers are", host::parse_runtime_header(*header)},
      {"its libcudart is", runtime_library(target, directory)},
      {"its version.json is", told ? host::parse_version_json(*told) : std::nullopt}};
  for (const auto& [what, version] : parts) {
    if (version && version->prefix(2) != release.prefix(2)) {
      Check check = file_check("parts",
                               CheckResult::failed,
                               "nvcc is of CUDA " + release.text() + ", " + what + " of " + version->prefix(2) +
                                   ": two toolkits are mixed in " + directory);
      check.hints.push_back(install_again(release));
      return check;
    }
  }
  if (!parts[0].second) {
    return file_check(
        "parts", CheckResult::skipped, directory + "/include/cuda_runtime_api.h does not tell its release");
  }
  return file_check("parts",
                    CheckResult::passed,
                    parts[1].second ? "headers, libraries and nvcc are of one release"
                                    : "headers and nvcc are of one release; libcudart.so is not installed");
}

/// The file of that toolkit in the loader's cache; empty: none of its is there.
std::string cached_runtime(const Context& context, const std::string& directory)
{
  effects::Files& target = context.effects.target;
  const std::string inside = target.resolve(directory).value_or(directory) + "/";
  for (const auto& [name, file] : read_loader_cache(target.read("/etc/ld.so.cache").value_or(""))) {
    if (name.starts_with(k_runtime) && target.resolve(file).value_or("").starts_with(inside)) {
      return file;
    }
  }
  return "";
}

Check check_loader(const Context& context, const std::string& directory)
{
  effects::Files& target = context.effects.target;
  if (!runtime_library(target, directory)) {
    return file_check("loader", CheckResult::skipped, "there is no libcudart.so that the loader could find");
  }
  const std::string cached = cached_runtime(context, directory);
  if (!cached.empty()) {
    return file_check("loader", CheckResult::passed, "the loader finds " + cached);
  }
  const auto real = target.resolve(directory);
  for (const host::NamedDirectory& named : context.request.details.named) {
    if (named.file.starts_with("/etc/ld.so") && target.resolve(named.directory) == real) {
      Check check = file_check("loader",
                               CheckResult::failed,
                               named.file + " names " + named.directory + ", and the loader's cache has it not");
      check.hints.push_back({"make the cache anew", base::Command{{"ldconfig"}}});
      return check;
    }
  }
  return file_check("loader",
                    CheckResult::skipped,
                    "the loader is not told of " + directory + ": programs need an RPATH, or LD_LIBRARY_PATH");
}

/// What a shell is told is its user's matter, and said; what /usr/local/cuda leads to is everybody's.
Check check_paths(const Context& context, const std::string& directory)
{
  const auto& active = context.facts.active_toolkit;
  const auto real = context.effects.target.resolve(directory);
  const bool is_active = active && (real == *active || directory == *active);
  std::string seen = !active     ? ""
                     : is_active ? std::string(k_link) + " leads to it"
                                 : std::string(k_link) + " leads to " + *active;
  Check check = judge_aspect(
      context, {Level::toolkit, "paths", {"cuda-link-dangling"}, std::move(seen), "there is no /usr/local/cuda"});
  for (const char* id : {"path-other-toolkit", "library-path-other-toolkit", "cuda-home-other-toolkit"}) {
    const diagnose::Finding* finding = find_fault(context, id);
    if (finding != nullptr && check.result == CheckResult::passed && is_active) {
      check.result = CheckResult::skipped;
      check.because = std::string(finding->cause) + ": " + finding->evidence;
      check.hints = finding->remedies;
    }
  }
  return check;
}

} // namespace

std::optional<std::uint32_t> named_host_gcc(const host::HostFacts& facts)
{
  constexpr std::string_view k_before = "-ccbin /usr/bin/g++-";
  const auto file = facts.files.find(std::string(host::k_environment_file));
  const std::size_t at = file == facts.files.end() ? std::string::npos : file->second.find(k_before);
  if (at == std::string::npos) {
    return std::nullopt;
  }
  const std::string_view rest = std::string_view(file->second).substr(at + k_before.size());
  const auto major = base::parse_number(rest.substr(0, rest.find_first_not_of("0123456789")));
  return major ? std::optional(static_cast<std::uint32_t>(*major)) : std::nullopt;
}

std::vector<Check>
check_toolkit_files(const Context& context, const std::string& directory, const base::Version& release)
{
  return {check_parts(context, directory, release), check_loader(context, directory), check_paths(context, directory)};
}

} // namespace cudasetup::verify
