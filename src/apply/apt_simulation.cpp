#include "apply/apt_simulation.hpp"

#include "base/text.hpp"
#include "host/package_names.hpp"

#include <algorithm>
#include <optional>

namespace cudasetup::apply {

namespace {

/// "11.1.1-1" of "Inst name [old] (11.1.1-1 NVIDIA CUDA [amd64])".
std::string new_version(std::string_view line)
{
  const std::size_t open = line.find(" (");
  if (open == std::string_view::npos) {
    return "";
  }
  const std::string_view rest = line.substr(open + 2);
  return std::string(rest.substr(0, rest.find_first_of(" )")));
}

/// Bytes of "2023 kB", "12.3 MB", "512 B": apt's units are powers of 1000 (Debian/apt apt-pkg/contrib/strutl.cc,
/// SizeToStr).
std::optional<std::uint64_t> parse_size(std::string_view number, std::string_view unit)
{
  constexpr std::string_view k_units = "BkMGTPEZY";
  const std::size_t power = unit.empty() ? std::string_view::npos : k_units.find(unit.front());
  const std::size_t point = number.find('.');
  const auto whole = base::parse_number(number.substr(0, point));
  const auto tenth =
      point == std::string_view::npos ? std::optional<std::uint64_t>(0) : base::parse_number(number.substr(point + 1));
  if (power > 6 || !whole || *whole > 100'000 || !tenth || *tenth > 9) {
    return std::nullopt;
  }
  std::uint64_t scale = 1;
  for (std::size_t i = 0; i < power; ++i) {
    scale *= 1000;
  }
  return *whole * scale + *tenth * (scale / 10);
}

base::Error not_as_asked(const std::string& name, const std::string& what)
{
  return base::make_error(base::ErrorKind::packages, "apt would not install " + what + "; nothing was changed")
      .with_hint("see which versions it knows, and from where", base::Command{{"apt-cache", "policy", name}});
}

/// The word between quotes.
std::string_view unquoted(std::string_view word)
{
  return word.size() > 2 && word.starts_with('\'') && word.ends_with('\'') ? word.substr(1, word.size() - 2)
                                                                           : std::string_view();
}

std::optional<PackageFile> parse_line(std::string_view line)
{
  constexpr std::string_view k_sha256 = "SHA256:";
  const std::vector<std::string_view> words = base::words(line);
  if (words.size() < 4) {
    return std::nullopt;
  }
  // What is in the archive's own folder, apt names with a dot.
  const auto url = base::Url::parse(base::replace_all(std::string(unquoted(words[0])), "/./", "/"));
  const auto bytes = base::parse_number(words[2]);
  const auto hash =
      std::find_if(words.begin() + 3, words.end(), [&](std::string_view word) { return word.starts_with(k_sha256); });
  const auto digest = hash == words.end() ? std::nullopt : base::Digest::sha256(hash->substr(k_sha256.size()));
  const bool is_name = words[1].ends_with(".deb") && words[1].find('/') == std::string_view::npos;
  if (!url || !bytes || !digest || !is_name || !(url->is_https() || url->is_loopback())) {
    return std::nullopt;
  }
  return PackageFile{*url, std::string(words[1]), *bytes, *digest};
}

} // namespace

AptSimulation parse_simulation(std::string_view output)
{
  AptSimulation simulation;
  for (const std::string_view line : base::lines(output)) {
    const std::vector<std::string_view> words = base::words(line);
    if (words.size() < 2 || line.starts_with(' ')) {
      continue;
    }
    // "Remv name [1.0-1]"; "Purg" where apt is set to purge.
    if (words[0] == "Remv" || words[0] == "Purg") {
      simulation.removals.emplace_back(words[1]);
    } else if (words[0] == "Inst") {
      simulation.installs.emplace(words[1], new_version(line));
    }
  }
  return simulation;
}

base::Result<void> check_simulation(const AptSimulation& simulated)
{
  std::vector<std::string> strangers;
  for (const std::string& name : simulated.removals) {
    if (!host::is_nvidia_package(name)) {
      strangers.push_back(name);
    }
  }
  if (strangers.empty()) {
    return {};
  }
  return base::fail(
      base::make_error(base::ErrorKind::packages,
                       "apt would remove packages that are not NVIDIA's: " + base::join(strangers, " ") +
                           "; nothing was changed")
          .with_hint("see why apt wants that", base::Command{{"apt-cache", "policy", strangers.front()}}));
}

base::Result<void> check_asked(const std::vector<std::string>& asked,
                               const AptSimulation& simulated,
                               const std::map<std::string, host::InstalledPackage>& installed)
{
  for (const std::string& package : asked) {
    if (package.ends_with('-')) {
      continue; // that it goes is among the removals
    }
    const std::size_t equals = package.find('=');
    const manifest::AptPackage wanted{package.substr(0, equals),
                                      equals == std::string::npos ? "" : package.substr(equals + 1)};
    if (const auto found = simulated.installs.find(wanted.name); found != simulated.installs.end()) {
      if (!wanted.has_version(found->second)) {
        return base::fail(not_as_asked(wanted.name, wanted.name + " " + wanted.version + " but " + found->second));
      }
      continue;
    }
    const auto there = installed.find(wanted.name);
    if (there == installed.end() || !wanted.has_version(there->second.version)) {
      return base::fail(not_as_asked(wanted.name, package));
    }
  }
  return {};
}

AptCost parse_cost(std::string_view output)
{
  AptCost cost;
  for (const std::string_view line : base::lines(output)) {
    const std::vector<std::string_view> words = base::words(line);
    if (line.starts_with('\'') && words.size() >= 3 && words[0].size() > 2 && words[0].ends_with('\'')) {
      cost.addresses.emplace_back(words[0].substr(1, words[0].size() - 2));
      const bool is_here = cost.addresses.back().starts_with("file:") || cost.addresses.back().starts_with("copy:");
      cost.download_bytes += is_here ? 0 : base::parse_number(words[2]).value_or(0);
    } else if (line.starts_with("After this operation, ") && words.size() >= 5) {
      cost.disk_bytes = line.find(" freed") == std::string_view::npos ? parse_size(words[3], words[4])
                                                                      : std::optional<std::uint64_t>(0);
    }
  }
  return cost;
}

std::vector<PackageFile> parse_package_files(std::string_view output)
{
  std::vector<PackageFile> files;
  for (const std::string_view line : base::lines(output)) {
    if (auto file = parse_line(line)) {
      files.push_back(*std::move(file));
    }
  }
  return files;
}

} // namespace cudasetup::apply
