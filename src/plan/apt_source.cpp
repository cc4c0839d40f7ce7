#include "plan/parts.hpp"

#include "host/paths.hpp"

#include <algorithm>
#include <stdexcept>

namespace cudasetup::plan {

const manifest::Archive* find_archive(const Input& input)
{
  if (input.resolution.archive != nullptr || input.resolution.ubuntu == nullptr) {
    return input.resolution.archive;
  }
  const auto& archives = input.resolution.ubuntu->archives;
  const auto found = std::find_if(archives.begin(), archives.end(), [&](const manifest::Archive& archive) {
    return archive.arch == input.resolution.arch;
  });
  return found == archives.end() ? nullptr : &*found;
}

namespace {

/// The pin that NVIDIA published for every Ubuntu of its time (NVIDIA/ansible-role-nvidia-driver@98333a57
/// files/cuda-ubuntu.pin).
constexpr std::string_view k_common_pin = "Package: *\nPin: release l=NVIDIA CUDA\nPin-Priority: 600\n";

/// Where NVIDIA's keyring package is unpacked when it is not installed.
std::string keyring_folder()
{
  return in_cache("cuda-keyring");
}

const manifest::Archive& network_archive(const Input& input)
{
  const manifest::Archive* archive = input.resolution.archive;
  if (archive == nullptr || !archive->keyring) {
    throw std::logic_error("the network method was chosen without an archive and its keyring");
  }
  return *archive;
}

std::string without_slash(std::string text)
{
  while (text.ends_with('/')) {
    text.pop_back();
  }
  return text;
}

/// Any source of this archive whose key is where it says. One without a key of its own counts too: a second one with
/// a key would make apt refuse both.
Presence archive_presence(const Input& input, const base::Url& url)
{
  const host::HostFacts& facts = input.facts;
  const auto& sources = facts.nvidia_sources;
  const bool found = std::any_of(sources.begin(), sources.end(), [&](const host::AptSource& source) {
    const bool key = source.signed_by.empty() || presence_of_keyring(facts, source.signed_by) == Presence::present;
    return without_slash(source.uri) == without_slash(url.text()) && key;
  });
  return found ? Presence::present : Presence::absent;
}

/// "cuda-ubuntu2204-x86_64.list", as NVIDIA's own package names it.
std::string list_file(const manifest::Archive& archive)
{
  return std::string(host::k_sources_directory) + "/cuda-" + archive.os + "-" +
         std::string(base::nvidia_directory(archive.arch)) + ".list";
}

std::string source_line(const base::Url& url, std::string_view keyring)
{
  return "deb [signed-by=" + std::string(keyring) + "] " + without_slash(url.text()) + "/ /";
}

/// Every Ubuntu's keyring package has the same file name and another content.
Download keyring_download(const Input& input, const manifest::Archive& archive)
{
  return download_of(*archive.keyring, nvidia_address(input, archive.keyring->url), std::nullopt);
}

Step keyring_fetch(const Download& download)
{
  Step step;
  step.id = "fetch-nvidia-keyring";
  step.title = "Fetch NVIDIA's keyring package";
  step.because = "it holds the key that signs the archive; " + check_of(download);
  step.actions = {download};
  step.undo = "rm " + download.to;
  return step;
}

/// NVIDIA's package brings key, source and pin by itself.
Step keyring_install(const manifest::Archive& archive, const Download& download)
{
  Step step;
  step.id = "nvidia-keyring";
  step.title = "Install NVIDIA's key, source and pin";
  step.because = "apt then knows NVIDIA's archive and trusts it for its own packages alone; files that are in the way "
                 "or missing become the package's";
  Run install = run({"dpkg", "-i", "--force-confnew,confmiss", download.to});
  // Files of these names may have been put there by hand.
  install.makes = {std::string(host::k_archive_keyring), list_file(archive), std::string(host::k_pin_file)};
  step.actions = {install};
  step.undo = "apt-get purge cuda-keyring";
  step.interruptible = Interruptible::no;
  return step;
}

/// The package's own source names NVIDIA's host, which a mirror stands for: the key is taken out of it.
Step mirror_source(const Input& input, const manifest::Archive& archive, const Download& download)
{
  const base::Url url = nvidia_address(input, archive.url);
  Step step;
  step.id = "nvidia-keyring";
  step.title = "Put NVIDIA's key in place and add the mirror of its archive";
  step.because = "the keyring package would add NVIDIA's own address, so only the key is taken out of it";
  step.actions = {run({"dpkg-deb", "-x", download.to, keyring_folder()}),
                  CopyMatch{keyring_folder() + std::string(host::k_keyrings_directory),
                            "cuda-archive-keyring.gpg",
                            std::string(host::k_archive_keyring)},
                  WriteFile{list_file(archive), source_line(url, host::k_archive_keyring) + "\n"}};
  step.undo = "rm " + list_file(archive) + " " + std::string(host::k_archive_keyring);
  return step;
}

bool has_pin(const Input& input)
{
  const host::HostFacts& facts = input.facts;
  return facts.files.contains(std::string(host::k_pin_file)) ||
         std::any_of(
             facts.pins.begin(), facts.pins.end(), [](const host::Pin& pin) { return pin.file == host::k_pin_file; });
}

Step pin_step(std::string because, Action action)
{
  Step step;
  step.id = "nvidia-pin";
  step.title = "Put NVIDIA's packages before Ubuntu's of the same name";
  step.because = std::move(because);
  step.actions = {std::move(action)};
  step.undo = "rm " + std::string(host::k_pin_file);
  return step;
}

constexpr std::string_view k_why_pin = "driver and toolkit packages must come from one archive, and the pin must be "
                                       "there before the first update";

/// The pin file's text where it is known and not there.
std::string known_pin(const Input& input, SourceKind kind)
{
  const manifest::Archive* archive = kind == SourceKind::none ? nullptr : find_archive(input);
  if (archive == nullptr) {
    return "";
  }
  std::string text = archive->pin_text.value_or("");
  // A fetched pin has no digest, so that where digests are required the text that is known is taken.
  if (text.empty() && kind == SourceKind::local && input.request.require_digests) {
    text = k_common_pin;
  }
  return presence_of_file(input.facts, host::k_pin_file, text) == Presence::present ? "" : text;
}

/// The pin that is not known beforehand, out of NVIDIA's keyring package. Where that gets installed, it brings the pin
/// by itself; where the source is there without a pin, a former run may have been cut off between the two.
std::vector<Step> pin_of_keyring(const Input& input, const manifest::Archive& archive)
{
  const bool has_source = archive_presence(input, nvidia_address(input, archive.url)) == Presence::present;
  if (!archive.keyring || (!has_source && !input.settings.nvidia_mirror)) {
    return {};
  }
  Step pin = pin_step(
      std::string(k_why_pin) + ". Its text is taken out of the keyring package",
      CopyMatch{keyring_folder() + "/etc/apt/preferences.d", "cuda-repository-pin-600", std::string(host::k_pin_file)});
  if (!has_source) {
    return {std::move(pin)};
  }
  const Download download = keyring_download(input, archive);
  pin.actions.insert(pin.actions.begin(), run({"dpkg-deb", "-x", download.to, keyring_folder()}));
  Step fetch = keyring_fetch(download);
  fetch.because = "it holds the pin that goes with the archive; " + check_of(download);
  return {std::move(fetch), std::move(pin)};
}

/// The pin where it is to be written or fetched. A keyring package that gets installed brings one by itself.
std::vector<Step> pin_steps(const Input& input, SourceKind kind)
{
  const manifest::Archive* archive = find_archive(input);
  if (archive == nullptr) {
    return {};
  }
  const base::Url address = nvidia_address(input, archive->pin_url);
  const std::string text = known_pin(input, kind);
  if (!text.empty()) {
    return {pin_step(std::string(k_why_pin) + ". It is what " + address.text() + " holds",
                     WriteFile{std::string(host::k_pin_file), text})};
  }
  if (has_pin(input)) {
    return {};
  }
  if (kind == SourceKind::local) {
    const Download download{address, std::string(host::k_pin_file), std::nullopt, std::nullopt, std::nullopt};
    return {pin_step(std::string(k_why_pin) + ". Its text is not known beforehand; " + check_of(download), download)};
  }
  return pin_of_keyring(input, *archive);
}

std::vector<Step> network_steps(const Input& input)
{
  const manifest::Archive& archive = network_archive(input);
  std::vector<Step> steps;
  if (archive_presence(input, nvidia_address(input, archive.url)) == Presence::absent) {
    const Download download = keyring_download(input, archive);
    steps.push_back(keyring_fetch(download));
    steps.push_back(input.settings.nvidia_mirror ? mirror_source(input, archive, download)
                                                 : keyring_install(archive, download));
  }
  return steps;
}

} // namespace

std::string pin_text(const Input& input)
{
  return known_pin(input, source_kind(input));
}

SourceKind source_kind(const Input& input)
{
  const auto& cuda = input.resolution.cuda;
  const bool toolkit = cuda && cuda->method != resolve::Method::runfile && toolkit_state(input) == ToolkitState::absent;
  if (!toolkit && driver_origin(input) != DriverOrigin::nvidia && libtorch_packages(input).empty()) {
    return SourceKind::none;
  }
  return cuda && cuda->method == resolve::Method::local ? SourceKind::local : SourceKind::network;
}

Step update_step(SourceKind kind)
{
  Step step;
  step.id = "apt-update";
  step.title = "Read the package lists";
  step.because = std::string(kind == SourceKind::local ? "the local installer's" : "NVIDIA's") +
                 " list is new or may be old, and its packages need Ubuntu's";
  step.actions = {apt_update()};
  step.undo = "nothing: lists are read again by every update";
  return step;
}

std::vector<Step> network_source_steps(const Input& input)
{
  std::vector<Step> steps = network_steps(input);
  // NVIDIA's keyring package brings a pin, which the text that is known replaces.
  const std::vector<Step> pin = pin_steps(input, SourceKind::network);
  steps.insert(steps.end(), pin.begin(), pin.end());
  return steps;
}

std::vector<Step> source_steps(const Input& input)
{
  const SourceKind kind = source_kind(input);
  if (kind == SourceKind::none) {
    return {};
  }
  std::vector<Step> steps;
  if (kind == SourceKind::local) {
    // A local installer brings no pin.
    steps = pin_steps(input, kind);
    const std::vector<Step> rest = local_source_steps(input);
    steps.insert(steps.end(), rest.begin(), rest.end());
  } else {
    steps = network_source_steps(input);
  }
  steps.push_back(update_step(kind));
  return steps;
}

namespace {

/// What is known of the key that a record names by its id or its file.
void describe_key(const Input& input, const std::string& name, Simulation& simulation)
{
  for (const manifest::SigningKey& key : input.settings.keys) {
    simulation.known_fingerprints.push_back(key.fingerprint);
    if (key.id == name || key.file == name) {
      simulation.key_fingerprints.push_back(key.fingerprint);
    }
  }
}

} // namespace

void describe_source(const Input& input, Simulation& simulation)
{
  const SourceKind kind = source_kind(input);
  simulation.pin = pin_text(input);
  if (kind == SourceKind::network) {
    const manifest::Archive& archive = network_archive(input);
    const base::Url url = nvidia_address(input, archive.url);
    if (archive_presence(input, url) == Presence::absent) {
      simulation.source_line = source_line(url, "{keyring}");
      simulation.key_package = in_cache(nvidia_address(input, archive.keyring->url).file_name());
      simulation.key_directory = host::k_keyrings_directory;
      simulation.key_pattern = "cuda-archive-keyring.gpg";
      describe_key(input, archive.key, simulation);
    }
  }
  if (kind == SourceKind::local && !local_source_steps(input).empty()) {
    const LocalSource source = local_source(input);
    const bool unpacked = presence_of(input.facts, source.deb) == Presence::present;
    const std::string folder = (unpacked ? "" : "{unpacked}") + source.directory;
    if (unpacked) {
      // The simulation names the same archive with its own copy of the key.
      simulation.switched_off.push_back({source.list, source.list + ".disabled"});
    }
    simulation.source_line = "deb [signed-by={keyring}] file:" + folder + " /";
    simulation.key_package = unpacked ? "" : source.file;
    simulation.key_directory = source.directory;
    simulation.key_pattern = source.key;
    describe_key(input, source.key, simulation);
    simulation.local_installer = simulation.key_package;
    simulation.local_directory = source.directory;
  }
}

} // namespace cudasetup::plan
