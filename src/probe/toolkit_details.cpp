#include "base/text.hpp"
#include "host/details_text.hpp"
#include "host/paths.hpp"
#include "probe/detail_parts.hpp"

#include <algorithm>

namespace cudasetup::probe {

namespace {

constexpr std::size_t k_elf_header = 64;
/// Where `--python` puts a virtual environment when no place is named.
constexpr const char* k_usual_python = "/opt/torch-venv";

void probe_named(effects::Files& target, host::Details& details)
{
  std::vector<std::string> files = {"/etc/environment", "/etc/ld.so.conf"};
  for (const auto& [directory, ending] :
       {std::pair<std::string, std::string_view>{"/etc/profile.d/", ".sh"}, {"/etc/ld.so.conf.d/", ".conf"}}) {
    for (const std::string& name : target.list(directory)) {
      if (name.ends_with(ending)) {
        files.push_back(directory + name);
      }
    }
  }
  for (const std::string& file : files) {
    for (std::string& directory : host::named_directories(target.read(file).value_or(""))) {
      const bool is_there = target.resolve(directory).has_value();
      details.named.push_back({file, std::move(directory), is_there});
    }
  }
}

host::TorchTree torch_tree(effects::Files& target, const std::string& directory)
{
  host::TorchTree tree;
  tree.directory = directory;
  const auto config = target.read(directory + "/share/cmake/Torch/TorchConfig.cmake");
  tree.has_config = config.has_value();
  tree.is_pre_cxx11 = config && config->find("_GLIBCXX_USE_CXX11_ABI=0") != std::string::npos;
  for (const std::string& name : target.list(directory + "/lib")) {
    if (name.find(".so") == std::string::npos) {
      continue;
    }
    tree.libraries.insert(name);
    const std::string path = directory + "/lib/" + name;
    const auto status = target.status(path, effects::FollowLinks::yes);
    const auto bytes = target.read_range(path, 0, k_elf_header);
    const auto elf = bytes ? host::parse_elf_header(*bytes) : std::nullopt;
    if (name == "libc10.so" && elf) {
      tree.arch = elf->arch;
    }
    if (status && bytes && (status->bytes == 0 || (elf && status->bytes < elf->least_bytes))) {
      tree.cut_libraries.push_back(name);
    }
  }
  return tree;
}

/// "2.6.0+cu124" of torch-2.6.0+cu124.dist-info, which pip leaves beside what it installs.
std::string torch_of(effects::Files& target, const std::string& directory)
{
  constexpr std::string_view k_name = "torch-";
  constexpr std::string_view k_ending = ".dist-info";
  for (const std::string& python : target.list(directory + "/lib")) {
    for (const std::string& name : target.list(directory + "/lib/" + python + "/site-packages")) {
      if (name.starts_with(k_name) && name.ends_with(k_ending)) {
        return name.substr(k_name.size(), name.size() - k_name.size() - k_ending.size());
      }
    }
  }
  return "";
}

void probe_python(effects::Files& target, const DetailOptions& more, host::Details& details)
{
  std::vector<std::string> directories = more.python_directories;
  directories.emplace_back(k_usual_python);
  for (const std::string& directory : directories) {
    const bool is_known =
        std::any_of(details.python.begin(), details.python.end(), [&](const host::PythonEnvironment& known) {
          return known.directory == directory;
        });
    if (!is_known && exists(target, directory + "/pyvenv.cfg")) {
      const bool is_ours = exists(target, directory + "/" + std::string(host::k_python_record_name));
      details.python.push_back({directory, torch_of(target, directory), is_ours});
    }
  }
}

} // namespace

void probe_toolkit_details(effects::Files& target,
                           const DetailOptions& more,
                           const host::HostFacts& facts,
                           host::Details& details)
{
  const auto link = target.status("/usr/local/cuda", effects::FollowLinks::no);
  details.has_cuda_link = link.has_value();
  details.cuda_is_directory = link && link->type == effects::FileType::directory;
  if (target.link_target("/usr/local/cuda") == "/etc/alternatives/cuda") {
    // update-alternatives keeps the mode in the first line of its record.
    const std::string record = target.read("/var/lib/dpkg/alternatives/cuda").value_or("");
    details.cuda_alternative = std::string(base::trim(record.substr(0, record.find('\n'))));
  }
  details.has_current_libtorch_link = exists(target, std::string(host::k_current_libtorch));
  probe_named(target, details);
  for (const host::Toolkit& toolkit : facts.toolkits) {
    if (exists(target, toolkit.directory + "/bin/cuda-gdb")) {
      details.toolkits_with_gdb.insert(toolkit.directory);
    }
    // Also that of packages, whose `include` is a link.
    if (!target.resolve(toolkit.directory + "/include/cuda_runtime_api.h")) {
      details.toolkits_without_headers.insert(toolkit.directory);
    }
  }
  for (const host::LibTorchTree& tree : facts.libtorch) {
    details.torch.push_back(torch_tree(target, tree.directory));
  }
  probe_python(target, more, details);
}

} // namespace cudasetup::probe
