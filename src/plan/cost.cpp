#include "plan/parts.hpp"

#include <algorithm>

namespace cudasetup::plan {

namespace {

bool installs_with_apt(const Step& step)
{
  return std::any_of(step.actions.begin(), step.actions.end(), [](const Action& action) {
    const auto* command = std::get_if<Run>(&action);
    return command != nullptr && command->command.argv.size() > 1 && command->command.argv[0] == "apt-get" &&
           command->command.argv[1] == "install";
  });
}

/// "LibTorch 1.7.1+cu110" of "Fetch LibTorch 1.7.1+cu110".
std::string name_of(const Step& step, const Download& download)
{
  constexpr std::string_view k_fetch = "Fetch ";
  return step.title.starts_with(k_fetch) ? step.title.substr(k_fetch.size()) : download.url.file_name();
}

/// Whether much more, or other, lies on the disk in the end than what was fetched.
bool is_unpacked(const Step& step)
{
  return step.id == "fetch-libtorch" || step.id == "fetch-local-installer" || step.id == "fetch-runfile";
}

std::optional<std::uint64_t> sum_of(const std::vector<Cost>& costs, std::optional<std::uint64_t> Cost::*member)
{
  std::uint64_t sum = 0;
  for (const Cost& cost : costs) {
    if (!(cost.*member)) {
      return std::nullopt;
    }
    sum += *(cost.*member);
  }
  return sum;
}

} // namespace

std::vector<Cost> costs_of(const std::vector<Step>& steps)
{
  std::vector<Cost> costs;
  bool apt = false;
  for (const Step& step : steps) {
    for (const Action& action : step.actions) {
      if (const auto* download = std::get_if<Download>(&action)) {
        costs.push_back({name_of(step, *download),
                         download->to,
                         download->bytes,
                         is_unpacked(step) ? std::nullopt : download->bytes});
      }
    }
    if (step.id == "python") {
      costs.push_back({"the wheels for Python", "", std::nullopt, std::nullopt});
    }
    apt = apt || installs_with_apt(step);
  }
  if (apt) {
    costs.push_back({std::string(k_apt_cost), "", std::nullopt, std::nullopt});
  }
  return costs;
}

Totals totals_of(std::vector<Cost> costs, bool reboot)
{
  const auto download = sum_of(costs, &Cost::download_bytes);
  const auto disk = sum_of(costs, &Cost::disk_bytes);
  return Totals{download, disk, reboot, std::move(costs)};
}

} // namespace cudasetup::plan
