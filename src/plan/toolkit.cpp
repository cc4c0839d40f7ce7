#include "plan/parts.hpp"

#include "base/text.hpp"
#include "host/package_names.hpp"
#include "host/paths.hpp"

#include <algorithm>
#include <stdexcept>

namespace cudasetup::plan {

namespace {

/// "11-1", as package names have it.
std::string dashed_minor(const manifest::CudaRelease& release)
{
  return base::replace_all(release.minor(), ".", "-");
}

const host::Toolkit* find_tree(const Input& input)
{
  const manifest::CudaRelease& release = *input.resolution.cuda->release;
  const auto& trees = input.facts.toolkits;
  const auto found = std::find_if(trees.begin(), trees.end(), [&](const host::Toolkit& tree) {
    // Where the tree tells its minor alone (11.1), the patch cannot be held against it.
    const bool version =
        tree.version && (*tree.version == release.version ||
                         (tree.version->parts().size() == 2 && release.version.begins_with(*tree.version)));
    return version && tree.has_nvcc;
  });
  return found == trees.end() ? nullptr : &*found;
}

/// What dpkg knows of the packages of the chosen minor.
struct MinorPackages {
  bool any = false;
  bool all_configured = true;
};

MinorPackages packages_of_minor(const Input& input)
{
  const std::string minor = dashed_minor(*input.resolution.cuda->release);
  MinorPackages known;
  for (const auto& [name, package] : input.facts.packages) {
    // A local installer carries the minor in its name but holds no toolkit.
    if (host::is_of_minor(name, minor) && !name.starts_with("cuda-repo-")) {
      known.any = true;
      known.all_configured = known.all_configured && package.configured;
    }
  }
  return known;
}

/// Whether an earlier run of ours installed the toolkit, perhaps with a smaller profile.
bool is_ours(const Input& input)
{
  const auto environment = input.facts.files.find(std::string(host::k_environment_file));
  return environment != input.facts.files.end() &&
         environment->second.find("CUDA_HOME=" + toolkit_directory(*input.resolution.cuda) + "\n") != std::string::npos;
}

/// A tree that our packages do not account for, complete enough for the profile. nvcc alone proves little; NVIDIA's
/// images have these two meta packages instead of cuda-toolkit-X-Y.
bool is_complete_foreign_tree(const Input& input)
{
  const resolve::ToolkitChoice& choice = *input.resolution.cuda;
  if (choice.profile == manifest::Profile::runtime || find_tree(input) == nullptr || is_ours(input)) {
    return false;
  }
  const MinorPackages known = packages_of_minor(input);
  if (!known.any) {
    return true;
  }
  const std::string minor = dashed_minor(*choice.release);
  const bool libraries = presence_of(input.facts, "cuda-libraries-dev-" + minor) == Presence::present;
  const bool tools = presence_of(input.facts, "cuda-command-line-tools-" + minor) == Presence::present;
  return known.all_configured && libraries && (tools || choice.profile == manifest::Profile::build);
}

Step apt_step(const Input& input)
{
  const resolve::ToolkitChoice& choice = *input.resolution.cuda;
  const std::vector<std::string> packages = apt_texts(toolkit_packages(input));
  Step step;
  step.id = "apt-install-toolkit";
  step.title = "Install the CUDA toolkit " + choice.release->version.text();
  step.because = "exact versions, since an archive keeps many; none of these packages reaches the driver";
  step.actions = {apt_install(input, packages, Recommends::take)};
  std::vector<std::string> names;
  for (const manifest::AptPackage& package : toolkit_packages(input)) {
    names.push_back(package.name);
  }
  step.undo = "apt-get purge --autoremove " + base::join(names, " ");
  step.interruptible = Interruptible::no;
  return step;
}

std::vector<Step> runfile_steps(const Input& input)
{
  const resolve::ToolkitChoice& choice = *input.resolution.cuda;
  if (choice.runfile == nullptr) {
    throw std::logic_error("the runfile method was chosen without a runfile");
  }
  std::optional<Md5List> list;
  if (choice.release->md5_list) {
    list = Md5List{nvidia_address(input, *choice.release->md5_list),
                   in_cache("md5sum-" + choice.release->version.text() + ".txt")};
  }
  const base::Url url = nvidia_address(input, choice.runfile->file.url);
  const Download download = download_of(choice.runfile->file, url, list);

  Step fetch;
  fetch.id = "fetch-runfile";
  fetch.title = "Fetch the installer of CUDA " + choice.release->version.text();
  fetch.because = check_of(download);
  fetch.actions = {download};
  fetch.undo = "rm " + download.to;

  const std::string directory = toolkit_directory(choice);
  const std::string temporary = in_cache("runfile");
  Run install = run({"sh",
                     download.to,
                     "--silent",
                     "--toolkit",
                     "--toolkitpath=" + directory,
                     "--tmpdir=" + temporary,
                     "--override"});
  install.command.environment = {{"TMPDIR", temporary}};
  install.makes = {directory,
                   "/usr/local/cuda",
                   std::string(host::k_runfile_loader_prefix) + dashed_minor(*choice.release) + ".conf"};
  Step step;
  step.id = "runfile-install-toolkit";
  step.title = "Install the CUDA toolkit " + choice.release->version.text() + " into " + directory;
  step.because =
      "the toolkit only, never the driver in it. Its silent mode accepts NVIDIA's licence. It unpacks beside "
      "its own file, as /tmp is often too small, fails on another user's /tmp/cuda-installer.log, and "
      "would refuse a compiler that is told to nvcc otherwise";
  step.actions = {MakeDirectory{temporary, 0700}, Remove{{"/tmp/cuda-installer.log"}}, install, Remove{{temporary}}};
  step.undo = directory + "/bin/cuda-uninstaller";
  step.interruptible = Interruptible::no;
  return {fetch, step};
}

} // namespace

std::string toolkit_directory(const resolve::ToolkitChoice& choice)
{
  return "/usr/local/cuda-" + choice.release->minor();
}

ToolkitState toolkit_state(const Input& input)
{
  const auto& choice = input.resolution.cuda;
  if (!choice) {
    return ToolkitState::absent;
  }
  if (choice->method == resolve::Method::runfile) {
    return find_tree(input) != nullptr ? ToolkitState::present : ToolkitState::absent;
  }
  if (choice->packages.empty()) {
    throw std::logic_error("a toolkit of apt's was chosen without packages");
  }
  if (presence_of(input.facts, toolkit_packages(input)) == Presence::present) {
    return ToolkitState::present;
  }
  return is_complete_foreign_tree(input) ? ToolkitState::foreign : ToolkitState::absent;
}

std::vector<manifest::AptPackage> toolkit_packages(const Input& input)
{
  std::vector<manifest::AptPackage> packages;
  const resolve::ToolkitChoice& choice = *input.resolution.cuda;
  const std::string minor = dashed_minor(*choice.release);
  for (const manifest::AptPackage& package : choice.packages) {
    const auto there = input.facts.packages.find(package.name);
    // Packages without a minor in their name are shared: another toolkit may have brought a newer one, which serves
    // both, and apt would refuse to go back.
    const bool newer = there != input.facts.packages.end() && !host::is_of_minor(package.name, minor) &&
                       base::compare_debian_versions(there->second.version, package.version) > 0;
    if (!newer) {
      packages.push_back(package);
    }
  }
  return packages;
}

std::vector<Step> toolkit_steps(const Input& input)
{
  if (!input.resolution.cuda || toolkit_state(input) != ToolkitState::absent) {
    return {};
  }
  if (input.resolution.cuda->method == resolve::Method::runfile) {
    return runfile_steps(input);
  }
  return {apt_step(input)};
}

} // namespace cudasetup::plan
