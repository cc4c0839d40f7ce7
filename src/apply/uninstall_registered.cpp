#include "apply/uninstall_parts.hpp"

#include "base/text.hpp"
#include "host/package_names.hpp"
#include "host/paths.hpp"
#include "plan/environment_file.hpp"
#include "plan/holds.hpp"

#include <algorithm>

namespace cudasetup::apply {

namespace {

using effects::FileType;
using journal::Extent;
using journal::Original;
using journal::PathState;
using plan::Action;
using Actions = std::vector<Action>;

/// Files and links on their way: what becomes of each, and which stay because somebody changed them.
class Registered {
public:
  Registered(const UninstallInput& input, const Going& going, plan::UninstallPlan& plan)
      : m_input(input), m_going(going), m_plan(plan)
  {
  }

  /// Whether it is as we left it. What is not is named.
  bool is_as_we_left_it(const std::string& path)
  {
    const PathState& now = m_input.paths_now.at(path);
    const auto result = m_going.ours.results.find(path);
    if (result == m_going.ours.results.end() || result->second == now || now.status.type == FileType::directory) {
      return true;
    }
    m_plan.left.push_back({path, "was changed since, and stays as it is; `sudo rm " + path + "` removes it"});
    return false;
  }

  /// The path becomes what it was.
  void go_back(const Original& original)
  {
    const PathState& now = m_input.paths_now.at(original.path);
    if (now == original.before || !is_as_we_left_it(original.path)) {
      return;
    }
    const FileType type = original.before.status.type;
    if (!original.before.exists) {
      take_away(original.path, now);
    } else if (type == FileType::link) {
      m_actions.emplace_back(plan::Link{original.path, original.before.link_target});
    } else if (type == FileType::directory && original.extent == Extent::single) {
      m_actions.emplace_back(plan::MakeDirectory{original.path, original.before.status.mode});
    } else if (const auto text = m_input.texts.find(original.saved);
               type == FileType::regular && text != m_input.texts.end()) {
      m_actions.emplace_back(plan::WriteFile{original.path, text->second, original.before.status.mode});
    } else {
      m_plan.left.push_back({original.path, "what was there before could not be kept"});
    }
  }

  void take_away(const std::string& path, const PathState& now)
  {
    if (now.status.type == FileType::directory) {
      m_actions.emplace_back(plan::RemoveEmpty{{path}});
    } else if (now.exists) {
      m_actions.emplace_back(plan::Remove{{path}, m_input.trace});
    }
  }

  void write(const std::string& path, const std::string& text)
  {
    if (text.empty()) {
      m_actions.emplace_back(plan::Remove{{path}, m_input.trace});
    } else {
      m_actions.emplace_back(plan::WriteFile{path, text});
    }
  }

  void write_link(const std::string& path, const std::string& target)
  {
    if (target.empty()) {
      m_actions.emplace_back(plan::Remove{{path}, m_input.trace});
    } else {
      m_actions.emplace_back(plan::Link{path, target});
    }
  }

  const Actions& actions() const { return m_actions; }

private:
  const UninstallInput& m_input;
  const Going& m_going;
  plan::UninstallPlan& m_plan;
  Actions m_actions;
};

/// The earlier texts of a path, newest first.
std::vector<std::string> earlier_texts(const UninstallInput& input, std::string_view path)
{
  std::vector<std::string> texts;
  for (auto each = input.standing.rbegin(); each != input.standing.rend(); ++each) {
    for (const Original& original : each->originals) {
      const auto text = original.path == path ? input.texts.find(original.saved) : input.texts.end();
      if (text != input.texts.end()) {
        texts.push_back(text->second);
      }
    }
  }
  return texts;
}

/// Whether a toolkit stays at that place.
bool toolkit_stays(const UninstallInput& input, const Going& going, const std::string& directory)
{
  const std::string minor = directory.substr(directory.rfind('-') + 1);
  const bool goes = std::find(going.minors.begin(), going.minors.end(), minor) != going.minors.end();
  return !goes && std::any_of(input.facts.toolkits.begin(), input.facts.toolkits.end(), [&](const auto& toolkit) {
    return toolkit.directory == directory;
  });
}

/// Whether the LibTorch that is the current one goes.
bool current_libtorch_goes(const UninstallInput& input, const Going& going)
{
  return input.facts.current_libtorch && going.trees.contains(*input.facts.current_libtorch);
}

/// The LibTorch that was the current one before and stays; what was registered of each of its paths then.
struct EarlierLibtorch {
  bool found = false;
  std::map<std::string, const Original*> registered;
};

bool is_registration_of_libtorch(const std::string& path)
{
  return path == host::k_current_libtorch || path == host::k_libtorch_loader_file || path == host::k_pkg_config_file;
}

EarlierLibtorch earlier_libtorch(const UninstallInput& input, const Going& going)
{
  EarlierLibtorch earlier;
  const auto stays = [&](const Original& original) {
    const std::string& target = original.before.link_target;
    const std::string path = target.starts_with('/') ? target : "/opt/libtorch/" + target;
    return original.before.status.type == FileType::link && !going.trees.contains(path) &&
           std::any_of(input.facts.libtorch.begin(), input.facts.libtorch.end(), [&](const auto& tree) {
             return tree.directory == path;
           });
  };
  for (auto each = input.standing.rbegin(); each != input.standing.rend() && !earlier.found; ++each) {
    for (const Original& original : each->originals) {
      if (is_registration_of_libtorch(original.path)) {
        earlier.registered[original.path] = &original;
        earlier.found = earlier.found || (original.path == host::k_current_libtorch && stays(original));
      }
    }
  }
  return earlier;
}

/// Names another LibTorch, or none.
void register_libtorch(const UninstallInput& input, const Going& going, Registered& registered)
{
  const EarlierLibtorch earlier = earlier_libtorch(input, going);
  for (const Original& original : going.ours.originals) {
    if (!is_registration_of_libtorch(original.path)) {
      continue;
    }
    const auto before = earlier.registered.find(original.path);
    if (!earlier.found) {
      registered.go_back(original);
    } else if (before != earlier.registered.end()) {
      registered.go_back(*before->second);
    }
  }
}

/// Leaves out of the environment file what goes, for what was there before and stays.
void write_environment(const UninstallInput& input, const Going& going, Registered& registered)
{
  const std::string path(host::k_environment_file);
  const auto now = input.facts.files.find(path);
  if (now == input.facts.files.end() || !input.paths_now.contains(path)) {
    return;
  }
  plan::EnvironmentFile file = plan::read_environment(now->second);
  if (!file.cuda_home().empty() && !toolkit_stays(input, going, file.cuda_home())) {
    file.cuda.clear();
    for (const std::string& text : earlier_texts(input, path)) {
      const plan::EnvironmentFile earlier = plan::read_environment(text);
      if (!earlier.cuda_home().empty() && toolkit_stays(input, going, earlier.cuda_home())) {
        file.cuda = earlier.cuda;
        break;
      }
    }
  }
  if (current_libtorch_goes(input, going) && !earlier_libtorch(input, going).found) {
    file.torch.clear();
  }
  const std::string text = plan::write_environment(file);
  if (text != now->second && registered.is_as_we_left_it(path)) {
    registered.write(path, text);
  }
}

/// Leaves out of what apt is kept from moving what goes.
void write_holds(const UninstallInput& input, const Going& going, Registered& registered)
{
  const std::string path(host::k_holds_file);
  const auto now = input.facts.files.find(path);
  if (now == input.facts.files.end() || !input.paths_now.contains(path) || !going.nvidia_stays) {
    return;
  }
  std::vector<plan::Held> held = plan::read_holds(now->second);
  std::erase_if(held, [&](const plan::Held& each) {
    const bool by_minor = std::any_of(going.minors.begin(), going.minors.end(), [&](const std::string& minor) {
      return each.pattern == plan::pattern_of_toolkit(dashed(minor));
    });
    // What it holds of the kernel stays installed.
    const bool by_name = std::all_of(each.names.begin(), each.names.end(), [&](const auto& name) {
      return going.packages.contains(name) || host::is_kernel_package(name);
    });
    return by_minor || by_name;
  });
  const std::string text = plan::write_holds(held);
  if (text != now->second && registered.is_as_we_left_it(path)) {
    registered.write(path, text);
  }
}

/// /usr/local/cuda, where it is the runfile's link to a toolkit that goes: to the newest that stays, or away.
void point_at_another_toolkit(const UninstallInput& input, const Going& going, Registered& registered)
{
  const std::string path = "/usr/local/cuda";
  const auto now = input.paths_now.find(path);
  if (now == input.paths_now.end() || now->second.status.type != FileType::link ||
      !going.trees.contains(now->second.link_target)) {
    return;
  }
  const host::Toolkit* newest = nullptr;
  for (const host::Toolkit& toolkit : input.facts.toolkits) {
    const bool stays = toolkit.version && toolkit_stays(input, going, toolkit.directory);
    if (stays && (newest == nullptr || *newest->version < *toolkit.version)) {
      newest = &toolkit;
    }
  }
  registered.write_link(path, newest == nullptr ? "" : newest->directory);
}

/// Whether the path belongs to a toolkit that goes, to the driver where it goes, or to NVIDIA's archive, which nothing
/// needs any more.
bool belongs_to_what_goes(const Going& going, const std::string& path)
{
  if (path == host::k_driver_pin_file || path == host::k_component_file || path == host::k_block_list_file ||
      path == host::k_nouveau_file) {
    return std::any_of(going.packages.begin(), going.packages.end(), host::is_driver_package);
  }
  const bool of_toolkit = std::any_of(going.minors.begin(), going.minors.end(), [&](const std::string& minor) {
    return path == std::string(host::k_cuda_loader_prefix) + minor + ".conf" ||
           path == std::string(host::k_runfile_loader_prefix) + dashed(minor) + ".conf";
  });
  const bool of_archive = path.starts_with("/etc/apt/") || path.starts_with(std::string(host::k_keyrings_directory));
  return of_toolkit || (of_archive && !going.nvidia_stays);
}

bool is_directory(const UninstallInput& input, const Original& original)
{
  return input.paths_now.at(original.path).status.type == FileType::directory ||
         (original.before.exists && original.before.status.type == FileType::directory);
}

bool is_module_key(const std::string& path)
{
  return path == host::k_module_key || path == host::k_module_key_secret;
}

/// Whether it goes or stays with a tree of ours around it.
bool lies_in_tree(const Going& going, const std::string& path)
{
  return std::any_of(going.ours.originals.begin(), going.ours.originals.end(), [&](const Original& tree) {
    return tree.extent == Extent::tree && path.starts_with(tree.path + "/");
  });
}

} // namespace

void plan_registered(const UninstallInput& input, const Going& going, plan::UninstallPlan& plan)
{
  Registered registered(input, going, plan);
  const bool all = input.request.means_all();
  if (!all) {
    write_environment(input, going, registered);
    point_at_another_toolkit(input, going, registered);
    write_holds(input, going, registered);
    if (current_libtorch_goes(input, going)) {
      register_libtorch(input, going, registered);
    }
  }
  // What was made last goes first: a directory after what is in it.
  const auto& originals = going.ours.originals;
  for (auto original = originals.rbegin(); original != originals.rend(); ++original) {
    if (is_module_key(original->path)) {
      if (all && input.paths_now.at(original->path).exists) {
        plan.left.push_back({original->path, "modules may be signed with this key, and the firmware may know it"});
      }
      continue;
    }
    const bool is_file = original->extent == Extent::single || !is_directory(input, *original);
    if (!lies_in_tree(going, original->path) && ((all && is_file) || belongs_to_what_goes(going, original->path))) {
      registered.go_back(*original);
    }
  }
  if (!registered.actions().empty()) {
    plan.steps.push_back(
        uninstall_step("uninstall-files",
                       all ? "Put back files, links and directories" : "Let nothing name what has gone",
                       all ? "they become what they were before cudasetup first changed them"
                           : "the loader, CMake, pkg-config and new shells find what stays, or nothing",
                       registered.actions()));
  }
  const bool lets_nouveau =
      std::any_of(registered.actions().begin(), registered.actions().end(), [](const plan::Action& action) {
        const auto* remove = std::get_if<plan::Remove>(&action);
        return remove != nullptr && remove->paths == std::vector<std::string>{std::string(host::k_nouveau_file)};
      });
  if (lets_nouveau) {
    plan::Run renew{base::Command{{"update-initramfs", "-u"}}, plan::OnFailure::go_on};
    plan.steps.push_back(uninstall_step(
        "uninstall-initramfs", "Renew the initial RAM disk", "it carries what keeps nouveau off", {std::move(renew)}));
  }
}

} // namespace cudasetup::apply
