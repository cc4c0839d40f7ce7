#include "host/ubuntu_archive.hpp"

#include "base/text.hpp"
#include "base/version.hpp"
#include "host/facts.hpp"
#include "host/stanzas.hpp"

#include <algorithm>
#include <array>

namespace cudasetup::host {

namespace {

constexpr std::string_view k_modules = "linux-modules-nvidia-";
constexpr std::array<std::string_view, 4> k_components = {"main", "restricted", "universe", "multiverse"};

/// Suites that a machine installs from: not what is proposed, nor backports.
bool is_suite(std::string_view suite, std::string_view codename)
{
  if (codename.empty() || !suite.starts_with(codename)) {
    return false;
  }
  suite.remove_prefix(codename.size());
  return suite.empty() || suite == "-updates" || suite == "-security";
}

/// Archives of other people have Ubuntu's suites and its word main too.
bool is_others(std::string_view uri)
{
  return uri.find("ppa.launchpad") != std::string_view::npos ||
         uri.find("developer.download.") != std::string_view::npos;
}

/// Whether it is Ubuntu's archive or a mirror of it: what others have there is called main alone.
bool is_ubuntus(std::string_view uri, const std::vector<std::string>& components)
{
  const bool has_more = std::any_of(
      components.begin(), components.end(), [](const std::string& component) { return component != k_components[0]; });
  return !is_others(uri) && (has_more || (!components.empty() && uri.find(".ubuntu.com") != std::string_view::npos));
}

std::vector<std::string> components_of(const std::vector<std::string_view>& words)
{
  std::vector<std::string> components;
  for (const std::string_view word : words) {
    if (std::find(k_components.begin(), k_components.end(), word) != k_components.end()) {
      components.emplace_back(word);
    }
  }
  return components;
}

/// The value of "signed-by=" between the brackets of a one-line source.
std::string signed_by(std::string_view options)
{
  constexpr std::string_view k_name = "signed-by=";
  for (const std::string_view option : base::words(options)) {
    if (option.starts_with(k_name)) {
      return std::string(option.substr(k_name.size()));
    }
  }
  return {};
}

std::optional<UbuntuSource> parse_line(std::string_view line, std::string_view codename)
{
  line = base::trim(line.substr(0, line.find('#')));
  if (!line.starts_with("deb ") && !line.starts_with("deb\t") && !line.starts_with("deb[")) {
    return std::nullopt;
  }
  UbuntuSource source;
  std::string_view rest = base::trim(line.substr(3));
  if (rest.starts_with('[')) {
    const std::size_t end = std::min(rest.find(']'), rest.size() - 1);
    source.signed_by = signed_by(rest.substr(1, end - 1));
    rest.remove_prefix(end + 1);
  }
  const std::vector<std::string_view> words = base::words(rest);
  if (words.size() < 3 || !is_suite(words[1], codename)) {
    return std::nullopt;
  }
  source.uri = words[0];
  source.suite = words[1];
  source.components = components_of({words.begin() + 2, words.end()});
  return is_ubuntus(source.uri, source.components) ? std::optional(std::move(source)) : std::nullopt;
}

bool is_off(const Stanza& stanza)
{
  const std::string word = base::lower(field(stanza, "enabled"));
  return word == "no" || word == "false" || word == "without" || word == "off" || word == "disable";
}

/// The value of a field of a stanza, up to the end of its line.
std::string_view line_of(std::string_view stanza, std::string_view name)
{
  const std::string begin = "\n" + std::string(name) + ": ";
  std::size_t at = stanza.find(begin);
  if (at == std::string_view::npos) {
    return {};
  }
  at += begin.size();
  return stanza.substr(at, stanza.find('\n', at) - at);
}

/// A relation's package name: before a version, an architecture or an alternative.
std::string_view name_in(std::string_view relation)
{
  relation = base::trim(relation);
  return relation.substr(0, relation.find_first_of(" (:|"));
}

/// What a package that depends on one driver package alone installs.
std::string becomes(std::string_view depends)
{
  const std::string_view name = name_in(depends);
  const bool is_one = depends.find_first_of(",|") == std::string_view::npos;
  return is_one && name.starts_with("nvidia-driver-") ? std::string(name) : std::string();
}

/// X of "nvidia-kernel-common-580 (<= X)".
std::string at_most(std::string_view depends)
{
  for (const std::string_view relation : base::split(depends, ',')) {
    const std::size_t sign = relation.find("(<= ");
    if (name_in(relation).starts_with("nvidia-kernel-common-") && sign != std::string_view::npos) {
      const std::string_view version = relation.substr(sign + 4);
      return std::string(version.substr(0, version.find(')')));
    }
  }
  return {};
}

/// The kernel that modules are for: what follows the driver in linux-modules-nvidia-580-server-open-<kernel>.
std::string_view kernel_of(std::string_view modules)
{
  std::string_view rest = modules.substr(std::min(modules.size(), k_modules.size()));
  rest.remove_prefix(std::min(rest.find_first_not_of("0123456789"), rest.size()));
  for (const std::string_view part : {"-server", "-open"}) {
    rest.remove_prefix(rest.starts_with(part) ? part.size() : 0);
  }
  rest.remove_prefix(rest.starts_with('-') ? 1 : 0);
  return rest;
}

/// 7.0.0-43-generic of "linux-modules-nvidia-580-7.0.0-43-generic (= X)".
std::string kernel_led_to(std::string_view depends)
{
  for (const std::string_view relation : base::split(depends, ',')) {
    if (name_in(relation).starts_with(k_modules)) {
      return std::string(kernel_of(name_in(relation)));
    }
  }
  return {};
}

bool is_wanted(std::string_view name, const std::vector<std::string>& kernels)
{
  for (const std::string_view prefix : {"nvidia-driver-", "nvidia-fabricmanager-"}) {
    if (name.starts_with(prefix) && name.size() > prefix.size()) {
      return '0' <= name[prefix.size()] && name[prefix.size()] <= '9';
    }
  }
  return name.starts_with(k_modules) && std::find(kernels.begin(), kernels.end(), kernel_of(name)) != kernels.end();
}

constexpr std::string_view k_image = "linux-image-";

bool is_flavour(std::string_view name)
{
  return !name.empty() && (name.front() < '0' || '9' < name.front()) && !name.starts_with("unsigned-") &&
         !name.starts_with("uc-") && !name.starts_with("extra-");
}

/// Modules for linux-image-virtual's kernel are those of the same kernel's usual flavour.
std::string flavour_of(std::string_view name)
{
  constexpr std::string_view k_virtual = "virtual";
  return name.starts_with(k_virtual) ? "generic" + std::string(name.substr(k_virtual.size())) : std::string(name);
}

} // namespace

std::optional<bool> UbuntuArchive::has_component(std::string_view component) const
{
  if (!is_known) {
    return std::nullopt;
  }
  return std::any_of(sources.begin(), sources.end(), [&](const UbuntuSource& source) {
    return std::find(source.components.begin(), source.components.end(), component) != source.components.end();
  });
}

std::vector<UbuntuSource> parse_ubuntu_lines(std::string_view text, std::string_view codename)
{
  std::vector<UbuntuSource> sources;
  for (const std::string_view line : base::lines(text)) {
    if (auto source = parse_line(line, codename)) {
      sources.push_back(*std::move(source));
    }
  }
  return sources;
}

std::vector<UbuntuSource> parse_ubuntu_stanzas(std::string_view text, std::string_view codename)
{
  std::vector<UbuntuSource> sources;
  for (const Stanza& stanza : parse_stanzas(text)) {
    const auto types = base::words(field(stanza, "types"));
    const std::vector<std::string> components = components_of(base::words(field(stanza, "components")));
    if (is_off(stanza) || components.empty() || std::find(types.begin(), types.end(), "deb") == types.end()) {
      continue;
    }
    const std::string_view key = field(stanza, "signed-by");
    const bool inside = key.find('\n') != std::string_view::npos || key.starts_with("-----BEGIN");
    for (const std::string_view uri : base::words(field(stanza, "uris"))) {
      for (const std::string_view suite : base::words(field(stanza, "suites"))) {
        if (is_ubuntus(uri, components) && is_suite(suite, codename)) {
          sources.push_back(
              {std::string(uri), std::string(suite), components, inside ? "(in the file)" : std::string(key)});
        }
      }
    }
  }
  return sources;
}

std::string listed_component(std::string_view file, std::string_view codename, base::Arch arch)
{
  constexpr std::string_view k_dists = "_dists_";
  const std::size_t at = file.find(k_dists);
  if (at == std::string_view::npos || is_others(file)) {
    return {};
  }
  const auto words = base::split(file.substr(at + k_dists.size()), '_');
  const bool is_list = words.size() == 4 && is_suite(words[0], codename) && words[3] == "Packages" &&
                       words[2] == "binary-" + std::string(base::name_of(arch));
  return is_list && (words[1] == "restricted" || words[1] == "multiverse") ? std::string(words[1]) : std::string();
}

void add_listed(std::string_view list,
                const std::string& component,
                const std::vector<std::string>& kernels,
                std::map<std::string, ListedPackage>& packages)
{
  constexpr std::string_view k_package = "Package: ";
  for (std::size_t at = 0; at < list.size();) {
    const std::size_t end = std::min(list.find("\n\n", at), list.size());
    const std::string_view stanza = list.substr(at, end - at);
    at = end + 2;
    const std::string_view name =
        stanza.starts_with(k_package) ? stanza.substr(k_package.size(), stanza.find('\n') - k_package.size()) : "";
    if (!is_wanted(name, kernels)) {
      continue;
    }
    const std::string_view depends = line_of(stanza, "Depends");
    ListedPackage package{std::string(line_of(stanza, "Version")), component, {}, {}, {}};
    if (name.starts_with("nvidia-driver-")) {
      package.becomes = becomes(depends);
    } else {
      package.at_most = at_most(depends);
      package.kernel = kernel_led_to(depends);
    }
    const auto [known, is_new] = packages.try_emplace(std::string(name), package);
    if (!is_new && base::compare_debian_versions(known->second.version, package.version) < 0) {
      known->second = std::move(package);
    }
  }
}

std::optional<std::string> kernel_flavour(const std::map<std::string, InstalledPackage>& packages,
                                          std::string_view kernel)
{
  // "6.8.0" of 6.8.0-151-generic; the meta package's version is 6.8.0-151.151 or 6.8.0.151.151.
  const std::string_view number = kernel.substr(0, kernel.find('-'));
  std::optional<std::string> flavour;
  std::string newest;
  bool found_own = false;
  for (auto at = packages.lower_bound(std::string(k_image)); at != packages.end() && at->first.starts_with(k_image);
       ++at) {
    const std::string_view name = std::string_view(at->first).substr(k_image.size());
    const std::string_view rest =
        std::string_view(at->second.version).substr(std::min(number.size(), at->second.version.size()));
    const bool is_own = !number.empty() && at->second.version.starts_with(number) && rest.find_first_of("-.") == 0;
    const bool is_newer = newest.empty() || base::compare_debian_versions(newest, at->second.version) < 0;
    if (is_flavour(name) && (is_own || (!found_own && is_newer))) {
      flavour = flavour_of(name);
      newest = at->second.version;
      found_own = found_own || is_own;
    }
  }
  return flavour;
}

std::vector<std::string> kernel_metas(const std::map<std::string, InstalledPackage>& packages)
{
  std::vector<std::string> names;
  for (const auto& [name, package] : packages) {
    for (const std::string_view prefix : {std::string_view("linux-headers-"), k_image}) {
      if (name.starts_with(prefix) && is_flavour(std::string_view(name).substr(prefix.size()))) {
        names.push_back(name);
      }
    }
  }
  return names;
}

} // namespace cudasetup::host
