#include "render/summary.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <string_view>

namespace cudasetup::render {

namespace {

using GpuNames = std::map<std::string, std::string>;

std::string gpu_text(const host::GpuDevice& gpu, const GpuNames& names)
{
  std::string text = gpu.id ? gpu.id->text() : (gpu.capability ? gpu.capability->sm() : "of unknown kind");
  if (const auto name = names.find(text); name != names.end()) {
    text = name->second + " (" + text + ")";
  }
  if (!gpu.address.empty()) {
    text += " at " + gpu.address;
  }
  return gpu.bound_driver.empty() ? text : text + " (" + gpu.bound_driver + ")";
}

std::string gpus_text(const host::HostFacts& facts, const GpuNames& names)
{
  std::vector<std::string> texts;
  for (const host::GpuDevice& gpu : facts.gpus) {
    texts.push_back(gpu_text(gpu, names));
  }
  if (!texts.empty()) {
    return base::join(texts, ", ");
  }
  return facts.pci_readable ? "none" : "not known";
}

std::string surroundings(const host::HostFacts& facts)
{
  if (facts.wsl) {
    return "WSL";
  }
  return facts.container == host::Container::none ? "" : "a container";
}

std::string toolkit_text(const resolve::ToolkitChoice& choice)
{
  return choice.release->version.text() + ", profile " + std::string(manifest::name_of(choice.profile)) + ", method " +
         std::string(resolve::name_of(choice.method)) +
         (choice.host_gcc ? ", with g++-" + std::to_string(*choice.host_gcc) : "");
}

std::string driver_text(const resolve::DriverSelection& driver)
{
  const std::string version = driver.version ? driver.version->text() : "";
  switch (driver.action) {
  case resolve::DriverAction::install: {
    std::vector<std::string> names;
    for (const manifest::AptPackage& package : driver.packages) {
      names.push_back(package.name);
    }
    return "install " + (version.empty() ? "" : version + " ") + "(" + base::join(names, ", ") + ")";
  }
  case resolve::DriverAction::keep:
    return "keep" + (version.empty() ? "" : " " + version);
  case resolve::DriverAction::none:
    return "none";
  }
  return "";
}

std::string torch_text(const resolve::TorchChoice& torch)
{
  if (torch.zip == nullptr) {
    return torch.text() + ", as wheels alone";
  }
  return torch.text() + ", ABI " + std::string(manifest::name_of(torch.zip->abi)) + ", in " + torch.prefix;
}

std::string packages_text(const std::vector<manifest::AptPackage>& packages)
{
  std::vector<std::string> texts;
  for (const manifest::AptPackage& package : packages) {
    texts.push_back(package.name + (package.version.empty() ? "" : " " + package.version));
  }
  return base::join(texts, ", ");
}

using Bytes = std::optional<std::uint64_t>;

/// The sum of what is known, and what is not.
std::string sum_text(const plan::Totals& totals, Bytes plan::Totals::*whole, Bytes plan::Cost::*part)
{
  if (totals.*whole) {
    return base::human_bytes(*(totals.*whole));
  }
  std::uint64_t known = 0;
  std::vector<std::string> unknown;
  for (const plan::Cost& cost : totals.parts) {
    known += (cost.*part).value_or(0);
    if (!(cost.*part)) {
      unknown.push_back(cost.what);
    }
  }
  return (known == 0 ? "" : base::human_bytes(known) + "; ") + "not known beforehand" +
         (unknown.empty() ? "" : ": " + base::join(unknown, ", "));
}

std::string reboot_text(const plan::Plan& plan)
{
  const bool enrols = std::any_of(
      plan.steps.begin(), plan.steps.end(), [](const plan::Step& step) { return step.id == plan::k_enrol_step; });
  if (!plan.totals.reboot) {
    return "not needed";
  }
  return enrols ? "needed, with somebody at the console, before the driver is in use"
                : "needed, before the driver is in use";
}

} // namespace

std::vector<Row> found_rows(const host::HostFacts& facts, const GpuNames& gpu_names)
{
  const std::string unknown = "not known";
  std::vector<Row> rows;
  const std::string os = facts.os.name.empty() ? facts.os.id + " " + facts.os.version_id : facts.os.name;
  rows.push_back({"system", os + (facts.arch ? ", " + std::string(base::name_of(*facts.arch)) : "")});
  if (const std::string place = surroundings(facts); !place.empty()) {
    rows.push_back({"inside", place});
  }
  rows.push_back({"GPU", gpus_text(facts, gpu_names)});
  rows.push_back({"driver", facts.driver ? facts.driver->version.text() + ", loaded" : "none loaded"});
  std::vector<std::string> toolkits;
  for (const host::Toolkit& toolkit : facts.toolkits) {
    toolkits.push_back((toolkit.version ? toolkit.version->text() + " in " : "") + toolkit.directory);
  }
  rows.push_back({"CUDA", toolkits.empty() ? "none" : base::join(toolkits, ", ")});
  return rows;
}

std::vector<Row> chosen_rows(const plan::Plan& plan)
{
  const resolve::Resolution& resolution = plan.resolution;
  std::vector<Row> rows;
  rows.push_back({"CUDA", resolution.cuda ? toolkit_text(*resolution.cuda) : "none"});
  rows.push_back({"driver", driver_text(resolution.driver)});
  rows.push_back({"LibTorch", resolution.torch ? torch_text(*resolution.torch) : "none"});
  if (resolution.torch && !resolution.torch->packages.empty()) {
    rows.push_back({"with", packages_text(resolution.torch->packages)});
  }
  if (resolution.python) {
    rows.push_back({"Python", resolution.python->directory});
  }
  return rows;
}

std::vector<Row> cost_rows(const plan::Plan& plan)
{
  std::vector<Row> rows = {
      {"download", sum_text(plan.totals, &plan::Totals::download_bytes, &plan::Cost::download_bytes)},
      {"disk", sum_text(plan.totals, &plan::Totals::disk_bytes, &plan::Cost::disk_bytes)},
      {"reboot", reboot_text(plan)}};
  if (plan.totals.removes && !plan.totals.removes->empty()) {
    rows.push_back({"removes", base::join(*plan.totals.removes, ", ")});
  }
  return rows;
}

std::vector<std::string> aligned(const std::vector<Row>& rows)
{
  std::size_t width = 0;
  for (const Row& row : rows) {
    width = std::max(width, row.name.size());
  }
  std::vector<std::string> lines;
  for (const Row& row : rows) {
    lines.push_back("  " + row.name + std::string(width - row.name.size() + 2, ' ') + row.text);
  }
  return lines;
}

std::vector<std::string> wrapped(const std::string& text, std::size_t width)
{
  std::vector<std::string> lines;
  std::string line;
  for (const std::string_view word : base::words(text)) {
    if (!line.empty() && line.size() + 1 + word.size() > width) {
      lines.push_back(line);
      line.clear();
    }
    line += (line.empty() ? "" : " ") + std::string(word);
  }
  if (!line.empty()) {
    lines.push_back(line);
  }
  return lines;
}

} // namespace cudasetup::render
