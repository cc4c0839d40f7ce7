#include "base/text.hpp"
#include "diagnose/rules.hpp"
#include "host/details_text.hpp"
#include "host/paths.hpp"

#include <algorithm>
#include <array>

namespace cudasetup::diagnose {

namespace {

std::string variable(const Case& at, const std::string& name)
{
  const auto found = at.details.variables.find(name);
  return found == at.details.variables.end() ? "" : found->second;
}

base::Hint profile_hint()
{
  return hint("see which file sets it",
              {"grep", "-rn", "cuda", "/etc/environment", "/etc/profile.d", "/etc/bash.bashrc"});
}

/// The directory of the toolkit that a path lies in; empty: in none that is there.
std::string toolkit_of(const Case& at, const std::string& path)
{
  for (const host::Toolkit& toolkit : at.facts.toolkits) {
    if (path == toolkit.directory || path.starts_with(toolkit.directory + "/")) {
      return toolkit.directory;
    }
  }
  return "";
}

Signs other_nvcc(const Case& at)
{
  const host::Toolkit* active = active_toolkit(at);
  const std::string nvcc = at.details.nvcc_in_path.value_or("");
  if (active == nullptr || !active->has_nvcc || nvcc.empty() || toolkit_of(at, nvcc) == active->directory) {
    return {};
  }
  Signs signs = sign("the first nvcc of PATH is " + nvcc + ", /usr/local/cuda leads to " + active->directory, "");
  signs.front().remedies = {profile_hint()};
  return signs;
}

Signs no_nvcc(const Case& at)
{
  const host::Toolkit* active = active_toolkit(at);
  const bool is_set_up =
      std::any_of(at.details.named.begin(), at.details.named.end(), [](const host::NamedDirectory& named) {
        return named.file.starts_with("/etc/profile.d/") || named.file == "/etc/environment";
      });
  if (active == nullptr || !active->has_nvcc || variable(at, "PATH").empty() || at.details.nvcc_in_path || is_set_up) {
    return {};
  }
  return sign("PATH has no " + active->directory + "/bin, nor does a file for all users put it there",
              "put it there: for this shell",
              {"export", "PATH=" + active->directory + "/bin:$PATH"});
}

Signs other_libraries(const Case& at)
{
  const host::Toolkit* active = active_toolkit(at);
  for (const std::string& directory :
       host::named_directories(base::replace_all(variable(at, "LD_LIBRARY_PATH"), ":", "\n"))) {
    const std::string toolkit = toolkit_of(at, directory);
    if (directory.starts_with("/usr/local/cuda-") && active != nullptr && toolkit != active->directory) {
      return sign("LD_LIBRARY_PATH has " + directory + (toolkit.empty() ? ", which is not there" : "") +
                      ", /usr/local/cuda leads to " + active->directory,
                  "take it out; the loader finds installed toolkits by itself",
                  {"unset", "LD_LIBRARY_PATH"});
    }
  }
  return {};
}

Signs stubs(const Case& at)
{
  return variable(at, "LD_LIBRARY_PATH").find("/stubs") == std::string::npos
             ? Signs{}
             : sign("LD_LIBRARY_PATH is " + variable(at, "LD_LIBRARY_PATH"),
                    "take the stubs out: they are for linking alone",
                    {"unset", "LD_LIBRARY_PATH"});
}

Signs other_home(const Case& at)
{
  const host::Toolkit* active = active_toolkit(at);
  for (const char* name : {"CUDA_HOME", "CUDA_PATH"}) {
    const std::string value = variable(at, name);
    const bool is_active = active == nullptr || value == "/usr/local/cuda" || value == "/usr/local/cuda/" ||
                           toolkit_of(at, value) == active->directory;
    if (!value.empty() && value.starts_with("/usr/local/cuda") && !is_active) {
      Signs signs = sign(std::string(name) + " is " + value + ", /usr/local/cuda leads to " + active->directory, "");
      signs.front().remedies = {profile_hint()};
      return signs;
    }
  }
  return {};
}

Signs stale(const Case& at, bool of_loader)
{
  Signs signs;
  for (const host::NamedDirectory& named : at.details.named) {
    // A link that leads nowhere is told by itself.
    const bool is_link = named.directory == host::k_current_libtorch && at.details.has_current_libtorch_link;
    if (!named.exists && !is_link && named.file.starts_with("/etc/ld.so") == of_loader) {
      signs.push_back({named.file + " names " + named.directory + ", which is not there",
                       {hint("see what else it does, and whose it is", {"cat", named.file})}});
    }
  }
  return signs;
}

Signs stale_loader(const Case& at)
{
  return stale(at, true);
}

Signs stale_profile(const Case& at)
{
  return stale(at, false);
}

constexpr std::string_view k_two = "NVIDIA/libnvidia-container#117, phohenecker/switch-cuda";

constexpr std::array k_rules = {
    Rule{"path-other-toolkit",
         Blocks::toolkit,
         "PATH finds another nvcc than that of the active toolkit",
         k_two,
         other_nvcc},
    Rule{"path-without-nvcc",
         Blocks::toolkit,
         "nvcc is installed, and no shell finds it",
         "NVIDIA's installation guide for Linux, post-installation actions",
         no_nvcc},
    Rule{"library-path-other-toolkit",
         Blocks::toolkit,
         "LD_LIBRARY_PATH puts the libraries of another toolkit first",
         k_two,
         other_libraries},
    Rule{"library-path-stubs",
         Blocks::gpu,
         "programs load a stand-in of the driver's library, which knows no GPU",
         "NVIDIA's installation guide for Linux",
         stubs},
    Rule{"cuda-home-other-toolkit",
         Blocks::toolkit,
         "build systems are told another toolkit than the active one",
         k_two,
         other_home},
    Rule{"profile-names-missing",
         Blocks::nothing,
         "a file for shells names what is not there any more",
         k_two,
         stale_profile},
    Rule{"loader-names-missing",
         Blocks::nothing,
         "the loader is told of what is not there any more",
         k_two,
         stale_loader},
};

} // namespace

std::span<const Rule> path_rules()
{
  return k_rules;
}

} // namespace cudasetup::diagnose
