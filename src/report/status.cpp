#include "report/status.hpp"

#include "base/text.hpp"
#include "host/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace cudasetup::report {

namespace {

using diagnose::Code;
using diagnose::Status;

/// Lines below a word in the first column.
class Screen {
public:
  void line(std::string_view word, const std::string& text)
  {
    m_text += fmt::format("{:<10} {}\n", word == m_word ? "" : word, text);
    m_word = word;
  }
  std::string text() const { return m_text; }

private:
  std::string m_text;
  std::string m_word;
};

std::string or_unknown(const std::optional<base::Version>& version)
{
  return version ? version->text() : "of an unknown version";
}

void add_system(const Status& status, Screen& screen)
{
  std::string text = status.system.empty() ? "not known" : status.system;
  text += status.arch.empty() ? "" : ", " + status.arch;
  text += status.kernel.empty() ? "" : ", kernel " + status.kernel;
  screen.line("System", text + (status.place.empty() ? "" : ", " + status.place));
}

void add_gpus(const Status& status, Screen& screen)
{
  for (const diagnose::GpuStatus& gpu : status.gpus) {
    std::vector<std::string> known;
    if (!gpu.id.empty()) {
      known.push_back(gpu.id);
    }
    if (gpu.capability) {
      known.push_back(gpu.capability->sm());
    }
    const std::string driver = gpu.address.empty()        ? ""
                               : gpu.bound_driver.empty() ? "; no driver has it"
                                                          : "; " + gpu.bound_driver + " drives it";
    screen.line("GPU",
                (gpu.name.empty() ? "an NVIDIA GPU" : gpu.name) + " (" + base::join(known, ", ") + ")" +
                    (gpu.address.empty() ? "" : " at " + gpu.address) + driver);
  }
  if (status.gpus.empty()) {
    screen.line("GPU",
                status.place == "WSL" ? "Windows' own, by /dev/dxg: which one cannot be seen from here"
                : status.gpus_known   ? "no NVIDIA GPU is on the PCI bus"
                                      : "not known: the PCI bus cannot be read here");
  }
  if (status.other_displays > 0 && !status.gpus.empty()) {
    screen.line("GPU", "and a display device of another maker");
  }
}

void add_driver(const Status& status, Screen& screen)
{
  const diagnose::DriverStatus& driver = status.driver;
  if (driver.loaded) {
    const std::string module = driver.module ? " (" + std::string(host::name_of(*driver.module)) + " module)" : "";
    screen.line("Driver", driver.loaded->text() + " is loaded" + module);
  } else if (status.place == "WSL") {
    screen.line("Driver", "Windows' own serves WSL");
  } else {
    screen.line("Driver", status.modules_known ? "no NVIDIA driver is loaded" : "not known whether one is loaded");
  }
  if (driver.installed || !driver.package.empty()) {
    screen.line("Driver",
                (driver.installed ? driver.installed->text() : "one") + " is installed" +
                    (driver.package.empty() ? "" : ", by " + driver.package));
  }
  if (driver.ceiling) {
    screen.line("Driver",
                "runs CUDA up to " + driver.ceiling->text() +
                    ": nvidia-smi calls that \"CUDA Version\", whatever toolkit is installed");
  }
}

void add_module_key(const Status& status, Screen& screen)
{
  const std::string_view key = status.driver.module_key;
  if (!key.empty()) {
    screen.line("Driver",
                "Secure Boot is on; the key of modules that are built here " +
                    std::string(key == "enrolled"  ? "is enrolled"
                                : key == "pending" ? "waits for the next boot's console"
                                                   : "is not enrolled"));
  }
}

void add_toolkits(const Status& status, Screen& screen)
{
  if (status.toolkits.empty()) {
    screen.line("Toolkits", "none below /usr/local");
  }
  for (const diagnose::ToolkitStatus& toolkit : status.toolkits) {
    screen.line("Toolkits",
                "CUDA " + or_unknown(toolkit.version) + " in " + toolkit.directory +
                    (toolkit.has_nvcc ? "" : ", without nvcc") +
                    (toolkit.is_active ? "; in use: " + status.active_because : ""));
  }
  const bool has_active = std::any_of(
      status.toolkits.begin(), status.toolkits.end(), [](const auto& toolkit) { return toolkit.is_active; });
  if (!status.toolkits.empty() && !has_active) {
    screen.line("Toolkits", "none is in use: " + status.active_because);
  }
  if (status.nvcc_in_path && !status.toolkits.empty()) {
    screen.line("Toolkits",
                status.nvcc_in_path->empty() ? "PATH has no nvcc" : "nvcc of your PATH: " + *status.nvcc_in_path);
  }
}

std::string words_for(Code code)
{
  switch (code) {
  case Code::machine_code:
    return "has code for ";
  case Code::compiled:
    return "has PTX alone, compiled at first use, for ";
  case Code::missing:
    return "has NO code for ";
  case Code::cpu:
    return "computes on the CPU alone, beside ";
  case Code::unknown:
    break;
  }
  return "nobody published whether it has code for ";
}

void add_torches(const std::vector<diagnose::TorchStatus>& all, std::string_view word, Screen& screen)
{
  for (const diagnose::TorchStatus& torch : all) {
    std::string text = (torch.text.empty() ? "of an unknown version" : torch.text) + " in " + torch.directory;
    text += torch.is_current ? "; in use" : "";
    for (const auto& [sm, code] : torch.code) {
      text += "; " + words_for(code) + sm;
    }
    screen.line(word, text);
  }
  if (all.empty()) {
    screen.line(word, word == "LibTorch" ? "none below /opt/libtorch" : "no environment of ours");
  }
}

void add_apt(const Status& status, Screen& screen)
{
  screen.line("On hold", status.holds.empty() ? "nothing of NVIDIA's" : base::join(status.holds, ", "));
  constexpr std::size_t k_most_named = 3; // a driver has some twenty
  for (auto pin = status.pins.begin(); pin != status.pins.end();) {
    const auto end = std::find_if(pin, status.pins.end(), [&](const host::Pin& other) {
      return other.file != pin->file || other.pin != pin->pin || other.priority != pin->priority;
    });
    std::vector<std::string> names;
    std::transform(pin, end, std::back_inserter(names), [](const host::Pin& each) { return each.package; });
    const std::size_t more = names.size() > k_most_named + 1 ? names.size() - k_most_named : 0;
    names.resize(names.size() - more);
    screen.line("Pinned",
                base::join(names, ", ") + (more > 0 ? " and " + std::to_string(more) + " more" : "") + " to " +
                    pin->pin + " at " + std::to_string(pin->priority) + ", by " + pin->file);
    pin = end;
  }
}

void add_past(const Status& status, Screen& screen)
{
  if (status.last) {
    const diagnose::LastTransaction& last = *status.last;
    screen.line("Last done", last.id + " of " + last.started + ": " + last.words + ": " + last.outcome);
    if (!last.reboot.empty()) {
      screen.line("Last done", last.reboot);
    }
  }
  for (const std::string& reason : status.reboot_because) {
    screen.line("Reboot", "needed: " + reason);
  }
  if (status.reboot_because.empty()) {
    screen.line("Reboot", "not needed");
  }
}

json::Value or_null(const std::string& text)
{
  return text.empty() ? json::Value() : json::Value(text);
}

json::Value or_null(const std::optional<base::Version>& version)
{
  return version ? json::Value(version->text()) : json::Value();
}

json::Array gpus_json(const Status& status)
{
  json::Array gpus;
  for (const diagnose::GpuStatus& gpu : status.gpus) {
    gpus.emplace_back(json::Object{{"address", or_null(gpu.address)},
                                   {"id", or_null(gpu.id)},
                                   {"name", or_null(gpu.name)},
                                   {"capability", gpu.capability ? json::Value(gpu.capability->text()) : json::Value()},
                                   {"driver", or_null(gpu.bound_driver)}});
  }
  return gpus;
}

json::Value driver_json(const diagnose::DriverStatus& driver)
{
  json::Value value =
      json::Object{{"loaded", or_null(driver.loaded)},
                   {"module", driver.module ? json::Value(host::name_of(*driver.module)) : json::Value()},
                   {"installed", or_null(driver.installed)},
                   {"package", or_null(driver.package)},
                   {"cuda_ceiling", or_null(driver.ceiling)}};
  if (!driver.module_key.empty()) {
    value.set("module_key", driver.module_key);
  }
  return value;
}

json::Array toolkits_json(const Status& status)
{
  json::Array toolkits;
  for (const diagnose::ToolkitStatus& toolkit : status.toolkits) {
    toolkits.emplace_back(json::Object{{"directory", toolkit.directory},
                                       {"version", or_null(toolkit.version)},
                                       {"active", toolkit.is_active},
                                       {"nvcc", toolkit.has_nvcc}});
  }
  return toolkits;
}

json::Array torches_json(const std::vector<diagnose::TorchStatus>& all)
{
  json::Array torches;
  for (const diagnose::TorchStatus& torch : all) {
    json::Object code;
    for (const auto& [sm, each] : torch.code) {
      code.emplace_back(sm, diagnose::name_of(each));
    }
    torches.emplace_back(json::Object{{"directory", torch.directory},
                                      {"version", or_null(torch.text)},
                                      {"current", torch.is_current},
                                      {"code", std::move(code)}});
  }
  return torches;
}

json::Value last_json(const Status& status)
{
  if (!status.last) {
    return {};
  }
  const diagnose::LastTransaction& last = *status.last;
  return json::Object{{"id", last.id},
                      {"started", last.started},
                      {"what", last.words},
                      {"outcome", last.outcome},
                      {"reboot", or_null(last.reboot)}};
}

} // namespace

std::string text_of(const Status& status, const std::vector<std::string>& unknown, const base::Command& doctor)
{
  Screen screen;
  add_system(status, screen);
  add_gpus(status, screen);
  add_driver(status, screen);
  add_module_key(status, screen);
  add_toolkits(status, screen);
  add_torches(status.libtorch, "LibTorch", screen);
  add_torches(status.python, "Python", screen);
  add_apt(status, screen);
  add_past(status, screen);
  for (const std::string& each : unknown) {
    screen.line("Not seen", each);
  }
  screen.line("Faults",
              status.faults == 0 ? "none that is known"
                                 : std::to_string(status.faults) + ": see " + base::to_shell(doctor));
  return base::printable(screen.text());
}

json::Value to_json(const Status& status, const std::vector<std::string>& unknown)
{
  const diagnose::DriverStatus& driver = status.driver;
  json::Array pins;
  for (const host::Pin& pin : status.pins) {
    pins.emplace_back(json::Object{
        {"file", pin.file}, {"package", pin.package}, {"pin", pin.pin}, {"priority", std::int64_t{pin.priority}}});
  }
  return json::Object{
      {"schema", "cudasetup.status/1"},
      {"system",
       json::Object{{"name", or_null(status.system)},
                    {"arch", or_null(status.arch)},
                    {"kernel", or_null(status.kernel)},
                    {"place", or_null(status.place)}}},
      {"gpus", status.gpus_known || !status.gpus.empty() ? json::Value(gpus_json(status)) : json::Value()},
      {"driver", driver_json(driver)},
      {"toolkits", toolkits_json(status)},
      {"active_because", status.active_because},
      {"nvcc_in_path", status.nvcc_in_path ? or_null(*status.nvcc_in_path) : json::Value()},
      {"libtorch", torches_json(status.libtorch)},
      {"python", torches_json(status.python)},
      {"holds", json::Array(status.holds.begin(), status.holds.end())},
      {"pins", std::move(pins)},
      {"last", last_json(status)},
      {"reboot_because", json::Array(status.reboot_because.begin(), status.reboot_because.end())},
      {"faults", std::uint64_t{status.faults}},
      {"unknown", json::Array(unknown.begin(), unknown.end())}};
}

} // namespace cudasetup::report
