#pragma once

#include "diagnose/diagnose.hpp"
#include "resolve/target.hpp"

#include <initializer_list>
#include <span>

/// What the rules share. Only src/diagnose/ includes this.
namespace cudasetup::diagnose {

/// A machine as rules see it.
struct Case {
  const Known& known;
  const host::HostFacts& facts;
  const host::Details& details;
  const manifest::Manifest& manifest;
  resolve::Target target;
};

/// That a fault is there.
struct Sign {
  std::string evidence;
  std::vector<base::Hint> remedies;
  std::string source = {}; ///< empty: the rule's
};
using Signs = std::vector<Sign>;

/// When a rule is asked.
enum class Order {
  first,
  last ///< only where nothing else was found that blocks the same: what follows from many causes
};

struct Rule {
  std::string_view id;
  Blocks blocks = Blocks::nothing;
  std::string_view cause;
  std::string_view source;
  Signs (*look)(const Case&) = nullptr;
  Fix fix = Fix::by_hand;
  Order order = Order::first;
};

std::span<const Rule> apt_rules();
std::span<const Rule> package_rules();
std::span<const Rule> place_rules();
std::span<const Rule> gpu_rules();
std::span<const Rule> module_rules();
std::span<const Rule> driver_rules();
std::span<const Rule> toolkit_rules();
std::span<const Rule> path_rules();
std::span<const Rule> torch_rules();
std::span<const Rule> later_rules();

/// One sign, with one remedy.
Signs sign(std::string evidence, std::string remedy, std::initializer_list<std::string> command = {});
base::Hint hint(std::string text, std::initializer_list<std::string> command = {});
/// The command is `sudo cudasetup install` with these options.
base::Hint install_hint(std::string text, std::initializer_list<std::string> options);

/// Whether this system has a kernel of its own: not in a container or WSL.
bool owns_kernel(const Case& at);
/// Whether an NVIDIA GPU that is not handed to a virtual machine is on the bus.
bool has_gpu(const Case& at);
/// Its address and what it is called: "0000:01:00.0 (Tesla T4)".
std::string gpu_label(const Case& at, const host::GpuDevice& gpu);

bool has_package(const Case& at, std::string_view name);
/// A package whose name begins so; empty: none.
std::string package_with(const Case& at, std::string_view prefix);
/// A package of the driver's kernel module or of all the driver; empty: none.
std::string driver_package(const Case& at);
/// "linux-modules-nvidia-580-server-open" of a package of such modules for some kernel.
std::string modules_stem(const std::string& package);
/// Whether anything of the driver is on hold.
bool holds_driver(const Case& at);
/// The packages that hold the driver's own files, all of one build: name → version.
std::vector<std::pair<std::string, std::string>> driver_parts(const Case& at);
/// The driver whose files are there, by its library or its packages. nullopt: none, or several.
std::optional<base::Version> installed_driver(const Case& at);
/// Whether any driver is installed on this system.
bool has_driver(const Case& at);

/// The kernel that runs, that boots next; null where it is not known.
const host::Kernel* running_kernel(const Case& at);
const host::Kernel* next_kernel(const Case& at);

/// The toolkit that /usr/local/cuda leads to, or the only one; null: none.
const host::Toolkit* active_toolkit(const Case& at);
/// What the manifest knows of a toolkit; where its patch is not known, of the last of its minor.
const manifest::CudaRelease* release_of(const Case& at, const host::Toolkit& toolkit);

/// A torch by its version with platform.
struct Torch {
  std::string where; ///< a directory
  std::string text;  ///< "1.7.1+cu110"
  const manifest::TorchRelease* release = nullptr;
  const manifest::TorchBuild* build = nullptr;
};
/// LibTorch trees, the current one first, and the torch of virtual environments, as far as the manifest knows them.
std::vector<Torch> torches(const Case& at);
/// The LibTorch that /opt/libtorch/current leads to, or the only one.
const host::LibTorchTree* current_libtorch(const Case& at);
std::optional<Torch> find_torch(const Case& at, const std::string& where, const std::string& text);

} // namespace cudasetup::diagnose
