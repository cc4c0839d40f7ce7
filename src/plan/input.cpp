#include "plan/input.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace cudasetup::plan {

namespace {

/// DPkg::Lock::Timeout came with apt 1.9.11 (Debian/apt commit 93e156579); an older apt-get does not wait.
const base::Version& first_apt_that_waits()
{
  static const base::Version version = base::Version::parse("1.9.11").value();
  return version;
}

} // namespace

std::string in_cache(std::string_view name)
{
  return std::string(k_cache) + "/" + std::string(name);
}

Presence presence_of(const host::HostFacts& facts, const manifest::AptPackage& package)
{
  const auto found = facts.packages.find(package.name);
  const bool there =
      found != facts.packages.end() && found->second.configured && package.has_version(found->second.version);
  return there ? Presence::present : Presence::absent;
}

Presence presence_of(const host::HostFacts& facts, std::string_view name)
{
  return presence_of(facts, manifest::AptPackage{std::string(name), ""});
}

Presence presence_of(const host::HostFacts& facts, const std::vector<manifest::AptPackage>& packages)
{
  const bool all = std::all_of(packages.begin(), packages.end(), [&](const manifest::AptPackage& package) {
    return presence_of(facts, package) == Presence::present;
  });
  return all ? Presence::present : Presence::absent;
}

Presence presence_of_file(const host::HostFacts& facts, std::string_view path, std::string_view content)
{
  const auto found = facts.files.find(std::string(path));
  return found != facts.files.end() && found->second == content ? Presence::present : Presence::absent;
}

Presence presence_of_keyring(const host::HostFacts& facts, std::string_view path)
{
  const auto& known = facts.nvidia_keyrings;
  const bool read = std::any_of(
      facts.keyrings.begin(), facts.keyrings.end(), [&](const host::Keyring& keyring) { return keyring.path == path; });
  return read || std::find(known.begin(), known.end(), path) != known.end() ? Presence::present : Presence::absent;
}

base::Url nvidia_address(const Input& input, const base::Url& url)
{
  return input.settings.nvidia_mirror ? url.at(*input.settings.nvidia_mirror) : url;
}

base::Url pytorch_address(const Input& input, const base::Url& url)
{
  return input.settings.pytorch_mirror ? url.at(*input.settings.pytorch_mirror) : url;
}

Download download_of(const manifest::RemoteFile& file, const base::Url& url, const std::optional<Md5List>& md5_list)
{
  Download download{url, in_cache(url.file_name()), file.digest(), std::nullopt, file.bytes};
  if (!download.digest) {
    download.md5_list = md5_list;
  }
  return download;
}

std::string check_of(const Download& download)
{
  if (download.digest) {
    return download.digest->kind() == base::DigestKind::sha256 ? "checked against its sha256"
                                                               : "checked against its MD5 sum";
  }
  if (download.md5_list) {
    return "checked against its line in NVIDIA's list of MD5 sums, as no digest of it is known beforehand";
  }
  return "no digest of it was published: it is accepted as it comes from its address. Where cudasetup itself "
         "installs it, it records its sha256, and later runs compare";
}

std::string apt_text(const manifest::AptPackage& package)
{
  return package.version.empty() ? package.name : package.name + "=" + package.version;
}

std::vector<std::string> apt_texts(const std::vector<manifest::AptPackage>& packages)
{
  std::vector<std::string> texts;
  texts.reserve(packages.size());
  for (const manifest::AptPackage& package : packages) {
    texts.push_back(apt_text(package));
  }
  return texts;
}

bool is_image(const Input& input)
{
  using host::Container;
  const Container container = input.facts.container;
  return container == Container::docker || container == Container::podman || container == Container::other;
}

Run apt_install(const Input& input, const std::vector<std::string>& packages, Recommends recommends)
{
  std::vector<std::string> argv = {
      "apt-get", "install", "--yes", "-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold"};
  if (is_image(input)) {
    argv.insert(argv.end(), {"-o", "Dpkg::Options::=--force-unsafe-io"});
  }
  argv.insert(argv.end(), {"-o", std::string(k_names_only)});
  if (input.facts.apt && *input.facts.apt >= first_apt_that_waits()) {
    argv.insert(argv.end(), {"-o", "DPkg::Lock::Timeout=" + std::to_string(input.settings.lock_timeout_seconds)});
  }
  if (recommends == Recommends::leave_out || is_image(input)) {
    argv.emplace_back("--no-install-recommends");
  }
  argv.insert(argv.end(), packages.begin(), packages.end());
  return run(std::move(argv));
}

Run apt_update()
{
  // All sources, as people know it: NVIDIA's packages need Ubuntu's lists too, and an update of one source alone drops
  // the others' lists unless told not to. With Error-Mode=any (apt 2.1.16; older ones ignore it) the status tells of
  // every list that could not be read. One that nobody needs (a source of the user's own that is gone) must not stop
  // the rest; one that is needed stops the installation that comes next, which names exact versions.
  return Run{base::Command{{"apt-get", "update", "-o", "APT::Update::Error-Mode=any"}}, OnFailure::go_on_unread};
}

Run run(std::vector<std::string> argv)
{
  return Run{base::Command{std::move(argv)}};
}

std::string enumerate(const std::vector<std::string>& words)
{
  if (words.size() < 2) {
    return words.empty() ? "" : words.front();
  }
  const std::vector<std::string> head(words.begin(), words.end() - 1);
  return base::join(head, ", ") + " and " + words.back();
}

} // namespace cudasetup::plan
