#include "resolve/arguments.hpp"

#include <string_view>

namespace cudasetup::resolve {

namespace {

void add(std::vector<std::string>& arguments, std::string_view option, std::string_view value)
{
  arguments.emplace_back(option);
  arguments.emplace_back(value);
}

void add_driver(std::vector<std::string>& arguments, const Request& request)
{
  switch (request.driver.choice) {
  case DriverChoice::automatic:
    break;
  case DriverChoice::none:
    add(arguments, "--driver", "none");
    break;
  case DriverChoice::keep:
    add(arguments, "--driver", "keep");
    break;
  case DriverChoice::exact:
    add(arguments, "--driver", request.driver.version ? request.driver.version->text() : "auto");
    break;
  }
  if (request.module != ModuleChoice::automatic) {
    add(arguments, "--module", request.module == ModuleChoice::open ? "open" : "proprietary");
  }
  if (request.flavour != DriverPackages::automatic) {
    const bool server = request.flavour == DriverPackages::server;
    add(arguments,
        "--flavour",
        server ? "server" : (request.flavour == DriverPackages::headless ? "headless" : "desktop"));
  }
}

void add_torch(std::vector<std::string>& arguments, const Request& request, const Resolution& resolution)
{
  if (!resolution.torch) {
    add(arguments, "--torch", "none");
  } else if (request.torch.choice != Choice::automatic) {
    add(arguments, "--torch", resolution.torch->text());
  }
  if (resolution.torch && request.abi == manifest::Abi::pre_cxx11) {
    add(arguments, "--abi", "pre-cxx11");
  }
}

} // namespace

std::vector<std::string> arguments_of(const Request& request, const Resolution& resolution)
{
  std::vector<std::string> arguments;
  add(arguments, "--cuda", resolution.cuda ? resolution.cuda->release->version.text() : "none");
  add_torch(arguments, request, resolution);
  add_driver(arguments, request);
  if (request.profile != manifest::Profile::full) {
    add(arguments, "--profile", manifest::name_of(request.profile));
  }
  if (request.method != Method::automatic) {
    add(arguments, "--method", name_of(request.method));
  }
  if (resolution.python) {
    add(arguments, "--python", resolution.python->directory);
  }
  if (resolution.torch && request.libtorch_dir) {
    add(arguments, "--libtorch-dir", *request.libtorch_dir);
  }
  if (request.require_digests) {
    arguments.emplace_back("--require-digests");
  }
  return arguments;
}

std::string selection_of(const Resolution& resolution)
{
  const std::string torch = resolution.torch ? "torch " + resolution.torch->text() : std::string();
  if (resolution.cuda) {
    return "CUDA " + resolution.cuda->release->version.text() +
           (torch.empty() ? " without LibTorch" : " with " + torch);
  }
  if (!torch.empty()) {
    return torch + " without a toolkit";
  }
  return resolution.driver.version ? "driver " + resolution.driver.version->text() + " alone" : "nothing";
}

} // namespace cudasetup::resolve
