#include "cli/network_limits.hpp"

#include "base/text.hpp"

#include <cctype>

namespace cudasetup::cli {

using base::ErrorKind;

namespace {

/// More is no gain for anybody, and a nuisance to servers.
constexpr std::uint64_t k_most_jobs = 64;
constexpr std::uint64_t k_least_rate = 1024;
constexpr std::uint64_t k_most_number = 1'000'000'000'000;

std::optional<std::uint64_t> parse_rate(std::string_view text)
{
  constexpr std::string_view k_units = "kmg";
  std::uint64_t scale = 1;
  if (!text.empty()) {
    const std::size_t unit = k_units.find(static_cast<char>(std::tolower(static_cast<unsigned char>(text.back()))));
    for (std::size_t i = 0; unit != std::string_view::npos && i <= unit; ++i) {
      scale *= 1024;
    }
    text.remove_suffix(scale > 1 ? 1 : 0);
  }
  const auto number = base::parse_number(text);
  if (!number || *number > k_most_number || *number * scale < k_least_rate) {
    return std::nullopt;
  }
  return *number * scale;
}

} // namespace

base::Result<effects::NetworkLimits> parse_network_limits(const std::string& jobs, const std::string& rate)
{
  effects::NetworkLimits limits;
  const auto number = jobs.empty() ? limits.connections : base::parse_number(jobs);
  if (!number || *number == 0 || *number > k_most_jobs) {
    return base::fail(
        base::make_error(ErrorKind::usage,
                         "--jobs " + base::quote(jobs) + ": expected a number from 1 to " + std::to_string(k_most_jobs))
            .with_hint("leave it out for 16, of which only as many are used as bring more"));
  }
  limits.connections = static_cast<unsigned>(*number);
  if (!rate.empty()) {
    limits.bytes_per_second = parse_rate(rate);
    if (!limits.bytes_per_second) {
      return base::fail(base::make_error(ErrorKind::usage,
                                         "--limit-rate " + base::quote(rate) +
                                             ": expected bytes a second, such as 500K, 20M or 1G, at least 1K")
                            .with_hint("leave it out for no limit"));
    }
  }
  return limits;
}

} // namespace cudasetup::cli
