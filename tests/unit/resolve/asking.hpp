#pragma once

#include "resolve/resolution.hpp"
#include "support/sample_host.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cudasetup::resolve::test {

using cudasetup::test::knowledge::sample_host;
using cudasetup::test::knowledge::sample_manifest;
using cudasetup::test::knowledge::version;

inline void read_version(std::string_view value, Choice& choice, std::optional<base::Version>& out)
{
  if (value == "auto") {
    choice = Choice::automatic;
  } else if (value == "latest") {
    choice = Choice::latest;
  } else if (value == "none") {
    choice = Choice::none;
  } else {
    choice = Choice::exact;
    out = version(value);
  }
}

inline void read_torch(std::string_view value, TorchRequest& torch)
{
  const std::size_t plus = value.find('+');
  read_version(value.substr(0, plus), torch.choice, torch.version);
  if (plus != std::string_view::npos) {
    torch.platform = std::string(value.substr(plus + 1));
  }
}

inline void read_driver(std::string_view value, DriverRequest& driver)
{
  if (value == "none" || value == "keep") {
    driver.choice = value == "none" ? DriverChoice::none : DriverChoice::keep;
  } else {
    driver = {DriverChoice::exact, version(value)};
  }
}

inline Method method_named(std::string_view value)
{
  for (const Method method : {Method::network, Method::local, Method::runfile}) {
    if (name_of(method) == value) {
      return method;
    }
  }
  ADD_FAILURE() << "no method " << value;
  return Method::automatic;
}

inline void read_option(Request& request, std::string_view option, std::string_view value)
{
  if (option == "--cuda") {
    read_version(value, request.cuda.choice, request.cuda.version);
  } else if (option == "--torch") {
    read_torch(value, request.torch);
  } else if (option == "--driver") {
    read_driver(value, request.driver);
  } else if (option == "--method") {
    request.method = method_named(value);
  } else if (option == "--module") {
    request.module = value == "open" ? ModuleChoice::open : ModuleChoice::proprietary;
  } else if (option == "--flavour") {
    request.flavour = value == "server" ? DriverPackages::server
                                        : (value == "headless" ? DriverPackages::headless : DriverPackages::desktop);
  } else if (option == "--abi") {
    request.abi = value == "cxx11" ? manifest::Abi::cxx11 : manifest::Abi::pre_cxx11;
  } else if (option == "--profile") {
    request.profile = value == "runtime" ? manifest::Profile::runtime : manifest::Profile::build;
  } else if (option == "--python") {
    request.python = std::string(value);
  } else if (option == "--libtorch-dir") {
    request.libtorch_dir = std::string(value);
  } else {
    ADD_FAILURE() << "option " << option;
  }
}

/// The request that arguments of `cudasetup install` stand for.
template<typename Arguments> Request request_of(const Arguments& arguments)
{
  Request request;
  for (auto at = arguments.begin(); at != arguments.end(); ++at) {
    if (*at == std::string_view("--require-digests")) {
      request.require_digests = true;
      continue;
    }
    const std::string_view option = *at;
    const bool flag = option == "--container" || option == "--wsl";
    const bool host = flag || option == "--os" || option == "--gpu" || option == "--driver-present";
    at += flag ? 0 : 1;
    if (!host) {
      read_option(request, option, *at);
    }
  }
  return request;
}

/// The machine that the HOST options among arguments make of @p facts.
inline host::HostFacts host_of(const std::vector<std::string>& arguments, host::HostFacts facts)
{
  const auto all = [&](std::string_view option) {
    std::vector<std::string_view> values;
    for (auto at = arguments.begin(); at != arguments.end(); ++at) {
      if (*at == option) {
        values.emplace_back(*(at + 1));
      }
    }
    return values;
  };
  const auto has = [&](std::string_view option) {
    return std::find(arguments.begin(), arguments.end(), option) != arguments.end();
  };
  for (const std::string_view os : all("--os")) {
    facts = sample_host(std::string(os.substr(std::string_view("ubuntu").size())));
  }
  if (const auto gpus = all("--gpu"); !gpus.empty()) {
    facts.gpus.clear();
    for (const std::string_view name : gpus) {
      host::GpuDevice device;
      device.id = base::PciId::parse(name);
      device.capability = base::ComputeCapability::parse_sm(name);
      if (device.id || device.capability) {
        facts.gpus.push_back(device);
      }
    }
  }
  for (const std::string_view driver : all("--driver-present")) {
    facts.driver = driver == "none" ? std::nullopt : std::optional(host::LoadedDriver{version(driver), std::nullopt});
  }
  if (has("--container")) {
    facts.container = host::Container::other;
  }
  return facts;
}

inline Request asking(std::initializer_list<std::string_view> arguments)
{
  return request_of(arguments);
}

inline std::string lines_of(const Refusal& refusal)
{
  std::string text;
  for (const Constraint& constraint : refusal.reasons) {
    text += "[" + constraint.constraint + "] " + constraint.text + "\n";
  }
  return text;
}

/// The resolution of a request that must have one.
inline Resolution resolved(const Request& request, const manifest::Manifest& manifest, const host::HostFacts& facts)
{
  Outcome outcome = resolve(request, manifest, facts);
  if (const Refusal* refusal = std::get_if<Refusal>(&outcome)) {
    ADD_FAILURE() << "refused:\n" << lines_of(*refusal);
    return {};
  }
  return std::get<Resolution>(std::move(outcome));
}

/// The refusal of a request that must have one.
inline Refusal refused(const Request& request, const manifest::Manifest& manifest, const host::HostFacts& facts)
{
  Outcome outcome = resolve(request, manifest, facts);
  if (std::holds_alternative<Resolution>(outcome)) {
    ADD_FAILURE() << "resolved";
    return {};
  }
  return std::get<Refusal>(std::move(outcome));
}

inline std::string cuda_of(const Resolution& resolution)
{
  return resolution.cuda ? resolution.cuda->release->version.text() : "none";
}

inline std::string torch_of(const Resolution& resolution)
{
  return resolution.torch ? resolution.torch->text() : "none";
}

/// "install 455.32.00 cuda-drivers-455=455.32.00-1", "keep 535.104.05", "none"
inline std::string driver_of(const Resolution& resolution)
{
  const DriverSelection& driver = resolution.driver;
  if (driver.action == DriverAction::none) {
    return "none";
  }
  std::string text = driver.action == DriverAction::install ? "install " : "keep ";
  text += driver.version->text();
  for (const manifest::AptPackage& package : driver.packages) {
    text += " " + package.name + "=" + package.version;
  }
  return text;
}

/// The texts about @p about, one a line.
inline std::string about(const std::vector<Reason>& reasons, std::string_view about)
{
  std::string text;
  for (const Reason& reason : reasons) {
    if (reason.about == about) {
      text += reason.text + "\n";
    }
  }
  return text;
}

/// The constraints' words in order.
inline std::vector<std::string> kinds_of(const Refusal& refusal)
{
  std::vector<std::string> kinds;
  for (const Constraint& constraint : refusal.reasons) {
    kinds.push_back(constraint.constraint);
  }
  return kinds;
}

/// Three at most, and each a request that resolves on the same machine to what it says.
inline void
expect_alternatives_resolve(const Refusal& refusal, const manifest::Manifest& manifest, const host::HostFacts& facts)
{
  EXPECT_LE(refusal.alternatives.size(), 3U);
  for (const Alternative& alternative : refusal.alternatives) {
    const Outcome outcome = resolve(request_of(alternative.arguments), manifest, host_of(alternative.arguments, facts));
    const Resolution* resolution = std::get_if<Resolution>(&outcome);
    if (resolution == nullptr) {
      ADD_FAILURE() << alternative.selection << " is offered and refused:\n" << lines_of(std::get<Refusal>(outcome));
      continue;
    }
    if (resolution->cuda) {
      EXPECT_NE(alternative.selection.find(cuda_of(*resolution)), std::string::npos) << alternative.selection;
    }
    if (resolution->torch) {
      EXPECT_NE(alternative.selection.find(torch_of(*resolution)), std::string::npos) << alternative.selection;
    }
  }
}

} // namespace cudasetup::resolve::test
