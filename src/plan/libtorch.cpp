#include "plan/parts.hpp"

#include "base/text.hpp"
#include "host/paths.hpp"

#include <algorithm>

namespace cudasetup::plan {

namespace {

std::string parent_of(const std::string& path)
{
  const std::size_t slash = path.find_last_of('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

/// A neighbour is named relatively, so that the link holds wherever the tree is looked at from.
std::string link_target(const std::string& prefix)
{
  const std::string folder = parent_of(std::string(host::k_current_libtorch));
  return parent_of(prefix) == folder ? prefix.substr(folder.size() + 1) : prefix;
}

std::string loader_text(const resolve::TorchChoice& torch)
{
  std::string text = std::string(host::k_current_libtorch) + "/lib\n";
  for (const std::string& directory : torch.directories) {
    text += directory + "\n";
  }
  return text;
}

std::string pkg_config_text(const resolve::TorchChoice& torch)
{
  const std::string abi = torch.zip->abi == manifest::Abi::cxx11 ? "1" : "0";
  // The program calls into the CUDA library only through registered kernels: without --no-as-needed the linker drops
  // it and no GPU is found.
  const std::string cuda = torch.build->is_cpu() ? "" : " -ltorch_cuda -lc10_cuda";
  return "prefix=" + std::string(host::k_current_libtorch) +
         "\n"
         "libdir=${prefix}/lib\n"
         "includedir=${prefix}/include\n"
         "\n"
         "Name: LibTorch\n"
         "Description: The C++ library of PyTorch\n"
         "Version: " +
         torch.release->version.text() +
         "\n"
         "Cflags: -D_GLIBCXX_USE_CXX11_ABI=" +
         abi +
         " -I${includedir} -I${includedir}/torch/csrc/api/include\n"
         "Libs: -L${libdir} -Wl,-rpath,${libdir} -Wl,--no-as-needed -ltorch -ltorch_cpu" +
         cuda + " -lc10 -Wl,--as-needed\n";
}

Step fetch_step(const Download& download, const resolve::TorchChoice& torch)
{
  Step step;
  step.id = "fetch-libtorch";
  step.title = "Fetch LibTorch " + torch.text();
  step.because = check_of(download);
  step.actions = {download};
  step.undo = "rm " + download.to;
  return step;
}

/// Another version's tree where the chosen one is to be put.
Former former_tree(const Input& input)
{
  const auto& trees = input.facts.libtorch;
  const bool found = std::any_of(trees.begin(), trees.end(), [&](const host::LibTorchTree& tree) {
    return tree.directory == input.resolution.torch->prefix && !tree.build_version.empty();
  });
  return found ? Former::tree : Former::none;
}

Step unpack_step(const Download& download, const resolve::TorchChoice& torch, Former former)
{
  Step step;
  step.id = "unpack-libtorch";
  step.title = "Unpack LibTorch into " + torch.prefix;
  step.because = "it is unpacked beside its place and renamed, so that no half of it is ever found there" +
                 std::string(former == Former::tree ? ". The other version that is there is replaced" : "");
  step.actions = {MakeDirectory{parent_of(torch.prefix)}, Unpack{download.to, "libtorch", torch.prefix, former}};
  step.undo = "rm -r " + torch.prefix;
  return step;
}

/// What in the system names LibTorch, as far as it does not yet.
std::vector<Action> registering_actions(const Input& input, Presence tree)
{
  const host::HostFacts& facts = input.facts;
  const resolve::TorchChoice& torch = *input.resolution.torch;
  std::vector<Action> actions;
  if (!facts.current_libtorch || *facts.current_libtorch != torch.prefix) {
    const std::string folder = parent_of(std::string(host::k_current_libtorch));
    if (parent_of(torch.prefix) != folder) {
      actions.emplace_back(MakeDirectory{folder});
    }
    actions.emplace_back(Link{std::string(host::k_current_libtorch), link_target(torch.prefix)});
  }
  if (presence_of_file(facts, host::k_libtorch_loader_file, loader_text(torch)) == Presence::absent) {
    actions.emplace_back(WriteFile{std::string(host::k_libtorch_loader_file), loader_text(torch)});
  }
  if (!actions.empty() || tree == Presence::absent || !libtorch_packages(input).empty()) {
    actions.emplace_back(run({"ldconfig"}));
  }
  if (presence_of_file(facts, host::k_pkg_config_file, pkg_config_text(torch)) == Presence::absent) {
    actions.emplace_back(WriteFile{std::string(host::k_pkg_config_file), pkg_config_text(torch)});
  }
  return actions;
}

Step packages_step(const Input& input, const std::vector<manifest::AptPackage>& packages)
{
  Step step;
  step.id = "apt-install-libtorch-libraries";
  step.title = "Install NVIDIA's libraries that the LibTorch zip lacks";
  step.because = "LibTorch " + input.resolution.torch->text() +
                 " asks for them without bringing them, and fails to load, or at the first use, without them";
  step.actions = {apt_install(input, apt_texts(packages), Recommends::leave_out)};
  std::vector<std::string> names;
  for (const manifest::AptPackage& package : packages) {
    names.push_back(package.name);
  }
  step.undo = "apt-get purge --autoremove " + base::join(names, " ");
  step.interruptible = Interruptible::no;
  return step;
}

Step register_step(std::vector<Action> actions)
{
  Step step;
  step.id = "register-libtorch";
  step.title = "Let the loader, CMake and pkg-config find LibTorch";
  step.because = "they all look under " + std::string(host::k_current_libtorch) +
                 ", which another version can take over. The loader's entry comes after the system's own, whose "
                 "libraries keep going first";
  step.actions = std::move(actions);
  step.undo = "rm " + std::string(host::k_current_libtorch) + " " + std::string(host::k_libtorch_loader_file) + " " +
              std::string(host::k_pkg_config_file) + " and ldconfig";
  return step;
}

} // namespace

Presence libtorch_presence(const Input& input)
{
  if (!input.resolution.has_libtorch()) {
    return Presence::absent;
  }
  const resolve::TorchChoice& torch = *input.resolution.torch;
  const auto& trees = input.facts.libtorch;
  const bool found = std::any_of(trees.begin(), trees.end(), [&](const host::LibTorchTree& tree) {
    const std::string_view version = base::trim(tree.build_version);
    // The builds for what was PyPI's default CUDA then carry no platform.
    return tree.directory == torch.prefix && (version == torch.text() || version == torch.release->version.text());
  });
  return found ? Presence::present : Presence::absent;
}

std::vector<manifest::AptPackage> libtorch_packages(const Input& input)
{
  std::vector<manifest::AptPackage> packages;
  if (!input.resolution.has_libtorch()) {
    return packages;
  }
  for (const manifest::AptPackage& package : input.resolution.torch->packages) {
    if (presence_of(input.facts, package) == Presence::absent) {
      packages.push_back(package);
    }
  }
  return packages;
}

std::vector<Step> libtorch_steps(const Input& input)
{
  if (!input.resolution.has_libtorch()) {
    return {};
  }
  const resolve::TorchChoice& torch = *input.resolution.torch;
  std::vector<Step> steps;
  if (const auto packages = libtorch_packages(input); !packages.empty()) {
    steps.push_back(packages_step(input, packages));
  }
  const Presence tree = libtorch_presence(input);
  if (tree == Presence::absent) {
    const Download download = download_of(torch.zip->file, pytorch_address(input, torch.zip->file.url), std::nullopt);
    steps.push_back(fetch_step(download, torch));
    steps.push_back(unpack_step(download, torch, former_tree(input)));
  }
  if (auto actions = registering_actions(input, tree); !actions.empty()) {
    steps.push_back(register_step(std::move(actions)));
  }
  return steps;
}

} // namespace cudasetup::plan
