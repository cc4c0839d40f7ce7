#include "plan/undo.hpp"
#include "plan/uninstall.hpp"

#include "base/hash.hpp"
#include "base/octal.hpp"
#include "host/json.hpp"
#include "plan/parts.hpp"

#include <optional>

namespace cudasetup::plan {

namespace {

using json::Array;
using json::Object;
using json::Value;

Value text_or_null(const std::optional<base::Version>& version)
{
  return version ? Value(version->text()) : Value();
}

Value or_null(const std::optional<std::string>& text)
{
  return text ? Value(*text) : Value();
}

Value or_null(const std::optional<std::uint64_t>& number)
{
  return number ? Value(*number) : Value();
}

Value hex_or_null(const std::optional<base::Digest>& digest, base::DigestKind kind)
{
  return digest && digest->kind() == kind ? Value(digest->hex()) : Value();
}

std::string_view name_of(resolve::Choice choice)
{
  switch (choice) {
  case resolve::Choice::automatic:
    return "auto";
  case resolve::Choice::latest:
    return "latest";
  case resolve::Choice::none:
    return "none";
  case resolve::Choice::exact:
    return "exact";
  }
  return "";
}

/// As typed on the command line.
Value asked(std::string_view word, const std::optional<base::Version>& version)
{
  return version ? Value(version->text()) : Value(word);
}

std::string_view name_of(resolve::DriverChoice choice)
{
  switch (choice) {
  case resolve::DriverChoice::automatic:
    return "auto";
  case resolve::DriverChoice::none:
    return "none";
  case resolve::DriverChoice::keep:
    return "keep";
  case resolve::DriverChoice::exact:
    return "exact";
  }
  return "";
}

std::string_view name_of(resolve::ModuleChoice choice)
{
  switch (choice) {
  case resolve::ModuleChoice::automatic:
    return "auto";
  case resolve::ModuleChoice::open:
    return "open";
  case resolve::ModuleChoice::proprietary:
    return "proprietary";
  }
  return "";
}

std::string_view name_of(resolve::DriverPackages packages)
{
  switch (packages) {
  case resolve::DriverPackages::automatic:
    return "auto";
  case resolve::DriverPackages::desktop:
    return "desktop";
  case resolve::DriverPackages::headless:
    return "headless";
  case resolve::DriverPackages::server:
    return "server";
  }
  return "";
}

std::string_view name_of(resolve::DriverAction action)
{
  switch (action) {
  case resolve::DriverAction::install:
    return "install";
  case resolve::DriverAction::keep:
    return "keep";
  case resolve::DriverAction::none:
    return "none";
  }
  return "";
}

Value request_json(const resolve::Request& request)
{
  std::string torch(name_of(request.torch.choice));
  if (request.torch.version) {
    torch = request.torch.version->text() + (request.torch.platform ? "+" + *request.torch.platform : "");
  }
  return Object{{"cuda", asked(name_of(request.cuda.choice), request.cuda.version)},
                {"torch", torch},
                {"abi", manifest::name_of(request.abi)},
                {"driver", asked(name_of(request.driver.choice), request.driver.version)},
                {"module", name_of(request.module)},
                {"flavour", name_of(request.flavour)},
                {"profile", manifest::name_of(request.profile)},
                {"method", resolve::name_of(request.method)},
                {"python", or_null(request.python)},
                {"libtorch_dir", or_null(request.libtorch_dir)},
                {"require_digests", request.require_digests}};
}

Value packages_json(const std::vector<manifest::AptPackage>& packages)
{
  Array array;
  for (const manifest::AptPackage& package : packages) {
    array.push_back(
        Object{{"name", package.name}, {"version", package.version.empty() ? Value() : Value(package.version)}});
  }
  return array;
}

Value cuda_json(const std::optional<resolve::ToolkitChoice>& cuda)
{
  if (!cuda) {
    return {};
  }
  return Object{{"version", cuda->release->version.text()},
                {"method", resolve::name_of(cuda->method)},
                {"profile", manifest::name_of(cuda->profile)},
                {"packages", packages_json(cuda->packages)},
                {"host_gcc", cuda->host_gcc ? Value(*cuda->host_gcc) : Value()}};
}

Value driver_json(const resolve::DriverSelection& driver)
{
  return Object{{"action", name_of(driver.action)},
                {"branch", driver.version ? Value(driver.version->prefix(1)) : Value()},
                {"version", text_or_null(driver.version)},
                {"module", driver.module ? Value(host::name_of(*driver.module)) : Value()},
                {"origin", driver.action == resolve::DriverAction::install ? Value(name_of(driver.origin)) : Value()},
                {"packages", packages_json(driver.packages)}};
}

Value torch_json(const std::optional<resolve::TorchChoice>& torch)
{
  if (!torch) {
    return {};
  }
  if (torch->zip == nullptr) {
    return Object{{"version", torch->release->version.text()},
                  {"platform", torch->build->platform},
                  {"abi", Value()},
                  {"url", Value()},
                  {"sha256", Value()},
                  {"prefix", Value()},
                  {"packages", packages_json(torch->packages)}};
  }
  const manifest::RemoteFile& file = torch->zip->file;
  return Object{{"version", torch->release->version.text()},
                {"platform", torch->build->platform},
                {"abi", manifest::name_of(torch->zip->abi)},
                {"url", file.url.text()},
                {"sha256", file.sha256 ? Value(file.sha256->hex()) : Value()},
                {"prefix", torch->prefix},
                {"packages", packages_json(torch->packages)}};
}

Value python_json(const resolve::Resolution& resolution)
{
  if (!resolution.python || !resolution.torch) {
    return {};
  }
  Array requirements;
  for (std::string& requirement : python_requirements(*resolution.torch)) {
    requirements.emplace_back(std::move(requirement));
  }
  return Object{{"directory", resolution.python->directory}, {"requirements", std::move(requirements)}};
}

Value reasons_json(const std::vector<resolve::Reason>& reasons)
{
  Array array;
  for (const resolve::Reason& reason : reasons) {
    array.push_back(Object{{"about", reason.about}, {"text", reason.text}});
  }
  return array;
}

Value argv_json(const base::Command& command)
{
  Array argv;
  // `env` keeps an argv whole where the command brings variables.
  if (!command.environment.empty()) {
    argv.emplace_back("env");
    for (const auto& [name, value] : command.environment) {
      argv.emplace_back(name + "=" + value);
    }
  }
  argv.insert(argv.end(), command.argv.begin(), command.argv.end());
  return argv;
}

Value download_json(const Download& download)
{
  return Object{{"url", download.url.text()},
                {"to", download.to},
                {"sha256", hex_or_null(download.digest, base::DigestKind::sha256)},
                {"md5", hex_or_null(download.digest, base::DigestKind::md5)},
                {"md5_list", download.md5_list ? Value(download.md5_list->url.text()) : Value()},
                {"bytes", or_null(download.bytes)}};
}

Value write_json(const WriteFile& file)
{
  return Object{{"path", file.path},
                {"mode", base::octal(file.mode)},
                {"sha256", base::digest_of(base::DigestKind::sha256, file.content).hex()}};
}

Value step_json(const Step& step, const std::string& root)
{
  Array commands;
  Array writes;
  Array downloads;
  for (const Action& action : step.actions) {
    for (const base::Command& command : commands_for(action, root)) {
      commands.push_back(argv_json(command));
    }
    if (const auto* file = std::get_if<WriteFile>(&action)) {
      writes.push_back(write_json(*file));
    }
    if (const auto* download = std::get_if<Download>(&action)) {
      downloads.push_back(download_json(*download));
    }
  }
  return Object{{"id", step.id},
                {"title", step.title},
                {"because", step.because},
                {"root", true},
                {"commands", std::move(commands)},
                {"writes", std::move(writes)},
                {"downloads", std::move(downloads)},
                {"undo", step.undo},
                {"interruptible", step.interruptible == Interruptible::yes}};
}

Value steps_json(const std::vector<Step>& steps, const std::string& root)
{
  Array array;
  for (const Step& step : steps) {
    array.push_back(step_json(step, root));
  }
  return array;
}

} // namespace

json::Value to_json(const UndoPlan& plan, const std::string& root)
{
  return Object{{"schema", "cudasetup.undo/1"},
                {"transaction", plan.transaction.empty() ? Value() : Value(plan.transaction)},
                {"left", reasons_json(plan.left)},
                {"lost", reasons_json(plan.lost)},
                {"stays", reasons_json(plan.stays)},
                {"steps", steps_json(plan.steps, root)},
                {"reboot", plan.reboot}};
}

json::Value to_json(const UninstallPlan& plan, const std::string& root, const std::string& transaction)
{
  return Object{{"schema", "cudasetup.uninstall/1"},
                {"transaction", transaction.empty() ? Value() : Value(transaction)},
                {"gone", reasons_json(plan.gone)},
                {"left", reasons_json(plan.left)},
                {"lost", reasons_json(plan.lost)},
                {"steps", steps_json(plan.steps, root)},
                {"reboot", plan.reboot}};
}

json::Value to_json(const Plan& plan, const host::HostFacts& facts, const std::string& root)
{
  const resolve::Resolution& resolution = plan.resolution;
  Value host = host::to_json(facts, host::Measures::left_out);
  const base::Digest facts_digest = base::digest_of(base::DigestKind::sha256, json::write(host, json::Layout::compact));
  return Object{
      {"schema", "cudasetup.plan/1"},
      {"request", plan.purpose == Purpose::install ? request_json(plan.request) : Value(Object{{"repair", "repo"}})},
      {"host", std::move(host)},
      {"choice",
       Object{{"cuda", cuda_json(resolution.cuda)},
              {"driver", driver_json(resolution.driver)},
              {"torch", torch_json(resolution.torch)},
              {"python", python_json(resolution)}}},
      {"reasons", reasons_json(resolution.reasons)},
      {"cautions", reasons_json(resolution.cautions)},
      {"already", reasons_json(plan.already)},
      {"steps", steps_json(plan.steps, root)},
      {"totals",
       Object{{"download_bytes", or_null(plan.totals.download_bytes)},
              {"disk_bytes", or_null(plan.totals.disk_bytes)},
              {"removes",
               plan.totals.removes ? Value(Array(plan.totals.removes->begin(), plan.totals.removes->end())) : Value()},
              {"reboot", plan.totals.reboot}}},
      {"digests", Object{{"manifest", plan.manifest_digest}, {"facts", "sha256:" + facts_digest.hex()}}}};
}

} // namespace cudasetup::plan
