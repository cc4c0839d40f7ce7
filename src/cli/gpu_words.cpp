#include "cli/gpu_words.hpp"

#include "base/hardware.hpp"
#include "base/text.hpp"
#include "built_in/built_in.hpp"

#include <algorithm>

namespace cudasetup::cli {

namespace {

using base::ErrorKind;

/// What was meant by an id or a capability that only lacks punctuation: 10de2684, 7.5, sm75, compute_75. A number alone
/// may be a model's.
std::optional<std::string> gpu_like(const std::string& text)
{
  const std::string word = base::lower(text);
  const std::size_t first_digit = std::min(word.find_first_of("0123456789"), word.size());
  const std::string lead = word.substr(0, first_digit);
  const std::string number = word.substr(first_digit);
  if (constexpr std::string_view k_vendor = "10de"; number.starts_with(k_vendor)) {
    const std::size_t device = number.find_first_not_of(":-_x ", k_vendor.size());
    const std::string id = "10de:" + (device < number.size() ? number.substr(device) : "");
    return base::PciId::parse(id) ? std::optional(id) : std::nullopt;
  }
  const bool dotted = lead.empty() && number.find('.') != std::string::npos;
  const std::string sm = "sm_" + base::replace_all(number, ".", "");
  return (dotted || lead == "sm" || lead == "sm_" || lead == "compute_") && base::ComputeCapability::parse_sm(sm)
             ? std::optional(sm)
             : std::nullopt;
}

/// The ids of GPUs whose name holds all words of @p text, or some of them.
std::vector<std::string> ids_named(const std::string& text)
{
  constexpr std::size_t k_most = 6;
  std::vector<std::string> ids;
  const std::string wanted = base::lower(text);
  for (const manifest::Gpu& gpu : built_in::manifest().gpus) {
    if (wanted.size() > 2 && base::lower(gpu.name).find(wanted) != std::string::npos && ids.size() < k_most) {
      ids.push_back(gpu.id.text() + " (" + gpu.name + ")");
    }
  }
  return ids;
}

} // namespace

base::Result<void> check_gpus(const std::vector<std::string>& gpus)
{
  const base::Command ids{{"lspci", "-nn", "-d", "10de:"}};
  for (const std::string& gpu : gpus) {
    const auto id = base::PciId::parse(gpu);
    if (gpu != "none" && !id && !base::ComputeCapability::parse_sm(gpu)) {
      base::Error error = base::make_error(
          ErrorKind::usage,
          "--gpu " + base::quote(gpu) + ": expected a PCI id such as 10de:1eb8, a capability such as sm_75, or none");
      if (const auto near = gpu_like(gpu)) {
        error.hints.push_back(base::Hint{"did you mean " + *near + "?", std::nullopt});
      } else if (const auto named = ids_named(gpu); !named.empty()) {
        error.hints.push_back(base::Hint{"of that name are " + base::join(named, ", "), std::nullopt});
      }
      return base::fail(std::move(error)
                            .with_hint("see the ids of this machine's GPUs", ids)
                            .with_hint("see those of all GPUs", base::Command{{"cudasetup", "list", "gpus"}}));
    }
    if (id && id->vendor != base::k_nvidia_vendor) {
      return base::fail(base::make_error(ErrorKind::usage, "--gpu " + gpu + ": not a device of NVIDIA's (10de:...)")
                            .with_hint("see the ids of this machine's GPUs", ids));
    }
    if (gpu == "none" && gpus.size() > 1) {
      return base::fail(base::make_error(ErrorKind::usage, "--gpu none contradicts the other --gpu")
                            .with_hint("leave one of them out"));
    }
  }
  return {};
}

} // namespace cudasetup::cli
