#include "base/text.hpp"
#include "resolve/driver_need.hpp"
#include "resolve/gpu.hpp"
#include "verify/checks.hpp"

#include <algorithm>

namespace cudasetup::verify {

namespace {

constexpr std::string_view k_unknown = " is not in the records";

/// Something that needs a driver: a toolkit or a LibTorch.
struct User {
  std::string_view check; ///< "for-torch"
  std::string directory;
  std::string text; ///< "CUDA 12.4.1"
};

Check need_check(const User& user, CheckResult result, std::string because)
{
  return make_check(Level::driver, std::string(user.check), result, std::move(because));
}

Check compare(const Context& context, const User& user, const resolve::DriverNeed& need, base::Hint hint)
{
  if (!need.least) {
    return need_check(user, CheckResult::skipped, "which driver " + user.text + " needs" + std::string(k_unknown));
  }
  const auto& driver = context.facts.driver;
  if (!driver) {
    return need_check(user, CheckResult::skipped, "no driver is loaded to compare with");
  }
  if (resolve::meets(driver->version, need)) {
    return need_check(user, CheckResult::passed, "driver " + driver->version.text() + " is as new as it needs");
  }
  Check check = need_check(user,
                           CheckResult::failed,
                           user.directory + " is " + user.text + " and needs driver " + need.least->text() +
                               " or later, loaded is " + driver->version.text());
  check.hints.push_back(std::move(hint));
  return check;
}

/// The toolkit that was asked for, or the active one, or the only one; null: none of them.
const host::Toolkit* toolkit_in_use(const Context& context)
{
  const auto& toolkits = context.facts.toolkits;
  const auto& asked = context.request.cuda_dir ? context.request.cuda_dir : context.facts.active_toolkit;
  if (!asked) {
    return toolkits.size() == 1 ? &toolkits.front() : nullptr;
  }
  const std::string real = context.effects.target.resolve(*asked).value_or(*asked);
  const auto found = std::find_if(toolkits.begin(), toolkits.end(), [&](const host::Toolkit& toolkit) {
    return toolkit.directory == *asked || toolkit.directory == real;
  });
  return found == toolkits.end() ? nullptr : &*found;
}

/// The LibTorch that was asked for, or the current one, or the only one; empty: none of them.
std::string torch_in_use(const Context& context)
{
  const auto& trees = context.facts.libtorch;
  if (context.request.torch_dir) {
    return *context.request.torch_dir;
  }
  return context.facts.current_libtorch.value_or(trees.size() == 1 ? trees.front().directory : "");
}

} // namespace

const manifest::CudaRelease* known_release(const Context& context, const base::Version& version)
{
  const manifest::CudaRelease* last = nullptr;
  if (context.request.manifest != nullptr) {
    for (const manifest::CudaRelease& release : context.request.manifest->cuda) {
      last = release.version.begins_with(version) ? &release : last;
    }
  }
  return last;
}

KnownTorch known_torch(const Context& context, const std::string& directory)
{
  const std::string file = context.effects.target.read(directory + "/build-version").value_or("");
  KnownTorch torch{std::string(base::trim(file.substr(0, file.find('\n')))), nullptr, nullptr};
  const std::size_t plus = torch.text.find('+');
  const auto version = base::Version::parse(torch.text.substr(0, plus));
  const manifest::Manifest* manifest = context.request.manifest.get();
  torch.release = version && manifest != nullptr ? manifest->find_torch(*version) : nullptr;
  if (torch.release != nullptr) {
    const std::string platform =
        plus == std::string::npos ? torch.release->unmarked_platform.value_or("") : torch.text.substr(plus + 1);
    for (const manifest::TorchBuild& known : torch.release->builds) {
      torch.build = known.platform == platform ? &known : torch.build;
    }
  }
  return torch;
}

Check check_toolkit_need(const Context& context)
{
  const host::Toolkit* toolkit = toolkit_in_use(context);
  User user{"for-toolkit", toolkit == nullptr ? "" : toolkit->directory, ""};
  if (toolkit == nullptr || !toolkit->version) {
    return need_check(user, CheckResult::skipped, "no toolkit is in use whose release is known");
  }
  user.text = "CUDA " + toolkit->version->text();
  const manifest::CudaRelease* release = known_release(context, *toolkit->version);
  if (release == nullptr) {
    return need_check(user, CheckResult::skipped, user.text + std::string(k_unknown));
  }
  return compare(context,
                 user,
                 resolve::need_of(*release),
                 {"install a newer driver",
                  base::Command{{"cudasetup", "install", "--cuda", release->version.text(), "--torch", "none"}}});
}

Check check_torch_need(const Context& context)
{
  User user{"for-torch", torch_in_use(context), ""};
  if (user.directory.empty()) {
    return need_check(user, CheckResult::skipped, "no LibTorch is in use");
  }
  const KnownTorch torch = known_torch(context, user.directory);
  if (torch.text.empty()) {
    return need_check(user, CheckResult::skipped, user.directory + " does not tell its version");
  }
  user.text = "LibTorch " + torch.text;
  if (torch.build == nullptr) {
    return need_check(user, CheckResult::skipped, user.text + std::string(k_unknown));
  }
  if (torch.build->is_cpu()) {
    return need_check(user, CheckResult::skipped, user.text + " needs no driver");
  }
  const std::string name = torch.release->version.text() + "+" + torch.build->platform;
  return compare(
      context,
      user,
      resolve::need_of(nullptr, torch.release, torch.build),
      {"install a newer driver", base::Command{{"cudasetup", "install", "--cuda", "none", "--torch", name}}});
}

std::string doubt_about_gpus(const Context& context)
{
  const manifest::Manifest* manifest = context.request.manifest.get();
  for (const host::GpuDevice& gpu : context.facts.gpus) {
    const bool is_nvidia = !gpu.id || gpu.id->vendor == base::k_nvidia_vendor;
    if (!gpu.address.empty() && is_nvidia && gpu.bound_driver != "vfio-pci" &&
        (manifest == nullptr || !gpu.id || manifest->find_gpu(*gpu.id) == nullptr)) {
      return "the GPU at " + gpu.address + std::string(k_unknown);
    }
  }
  if (manifest != nullptr && context.facts.driver) {
    resolve::Findings unused;
    for (const resolve::TargetGpu& gpu : resolve::find_gpus(*manifest, context.facts, unused)) {
      if (std::string doubt = resolve::branch_doubt(context.facts.driver->version, gpu); !doubt.empty()) {
        return doubt;
      }
    }
  }
  return "";
}

} // namespace cudasetup::verify
