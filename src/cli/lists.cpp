#include "cli/lists.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace cudasetup::cli {

namespace {

json::Value text_or_null(const std::optional<base::Version>& version)
{
  return version ? json::Value(version->text()) : json::Value();
}

std::string text_or_dash(const std::optional<base::Version>& version)
{
  return version ? version->text() : "-";
}

json::Array strings(const std::vector<std::string>& texts)
{
  json::Array array;
  for (const std::string& text : texts) {
    array.emplace_back(text);
  }
  return array;
}

/// Systems whose network archive carries the release.
std::vector<std::string> network_systems(const manifest::Manifest& manifest, const manifest::CudaRelease& release)
{
  const base::Version minor = *base::Version::parse(release.minor());
  std::vector<std::string> systems;
  for (const manifest::UbuntuRelease& ubuntu : manifest.ubuntu) {
    for (const manifest::Archive& archive : ubuntu.archives) {
      if (archive.arch == base::Arch::amd64 && archive.oldest_cuda && archive.newest_cuda &&
          *archive.oldest_cuda <= minor && minor <= *archive.newest_cuda) {
        systems.push_back(archive.os);
      }
    }
  }
  return systems;
}

std::vector<std::string> local_systems(const manifest::CudaRelease& release)
{
  std::vector<std::string> systems;
  for (const manifest::LocalInstaller& installer : release.local_installers) {
    if (std::find(systems.begin(), systems.end(), installer.os) == systems.end()) {
      systems.push_back(installer.os);
    }
  }
  return systems;
}

bool contains(const std::vector<std::string>& words, const std::string& word)
{
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// By system: which of NVIDIA's packaged ways bring the release there.
json::Object methods_of(const manifest::Manifest& manifest,
                        const std::vector<std::string>& network,
                        const std::vector<std::string>& local)
{
  json::Object methods;
  for (const manifest::UbuntuRelease& ubuntu : manifest.ubuntu) {
    json::Array ways;
    if (contains(network, ubuntu.os)) {
      ways.emplace_back("network");
    }
    if (contains(local, ubuntu.os)) {
      ways.emplace_back("local");
    }
    if (!ways.empty()) {
      methods.emplace_back(ubuntu.os, std::move(ways));
    }
  }
  return methods;
}

std::vector<std::string> kernels_of(const manifest::TorchBuild& build)
{
  std::vector<std::string> kernels;
  for (const base::ComputeCapability& sm : build.sm) {
    kernels.push_back(sm.sm());
  }
  for (const base::ComputeCapability& ptx : build.ptx) {
    kernels.push_back(base::replace_all(ptx.sm(), "sm_", "compute_"));
  }
  return kernels;
}

json::Value item_of(const manifest::TorchRelease& release, const manifest::TorchBuild& build)
{
  json::Array abis;
  json::Object urls;
  json::Object digests;
  for (const manifest::LibTorchZip& zip : build.zips) {
    abis.emplace_back(manifest::name_of(zip.abi));
    urls.emplace_back(manifest::name_of(zip.abi), zip.file.url.text());
    digests.emplace_back(manifest::name_of(zip.abi),
                         zip.file.sha256 ? json::Value(zip.file.sha256->hex()) : json::Value());
  }
  return json::Object{{"version", release.version.text()},
                      {"platform", build.platform},
                      {"torchvision", release.torchvision ? json::Value(*release.torchvision) : json::Value()},
                      {"torchaudio", release.torchaudio ? json::Value(*release.torchaudio) : json::Value()},
                      {"sm", strings(kernels_of(build))},
                      {"minimum_driver", text_or_null(build.minimum_driver)},
                      {"abi", std::move(abis)},
                      {"urls", std::move(urls)},
                      {"sha256", std::move(digests)}};
}

Wish wish_for_cuda(const base::Version& cuda)
{
  Wish wish;
  wish.request.cuda = {resolve::Choice::exact, cuda};
  wish.request.torch.choice = resolve::Choice::none;
  wish.arguments = {"--cuda", cuda.text(), "--torch", "none"};
  return wish;
}

Wish wish_for_torch(const base::Version& torch, const std::string& platform)
{
  Wish wish;
  wish.request.torch = {resolve::Choice::exact, torch, platform};
  wish.arguments = {"--torch", torch.text() + "+" + platform};
  return wish;
}

Wish wish_for_driver(std::uint32_t branch)
{
  const std::string text = std::to_string(branch);
  Wish wish;
  wish.request.cuda.choice = resolve::Choice::none;
  wish.request.torch.choice = resolve::Choice::none;
  wish.request.driver = {resolve::DriverChoice::exact, base::Version::parse(text)};
  wish.arguments = {"--driver", text, "--cuda", "none", "--torch", "none"};
  return wish;
}

/// Some toolkit must serve the GPU; LibTorch is asked about in its own list.
Wish wish_for_gpu(base::PciId gpu)
{
  Wish wish;
  wish.request.torch.choice = resolve::Choice::none;
  wish.gpu = gpu;
  wish.arguments = {"--gpu", gpu.text(), "--torch", "none"};
  return wish;
}

Wish wish_for_pair(const manifest::Pair& pair)
{
  Wish wish = wish_for_torch(pair.torch, pair.platform);
  wish.request.cuda = {resolve::Choice::exact, pair.cuda};
  wish.arguments.insert(wish.arguments.begin(), {"--cuda", pair.cuda.text()});
  return wish;
}

} // namespace

List list_cuda(const manifest::Manifest& manifest)
{
  List list;
  list.header = {"CUDA", "driver", "network archive", "local installer", "runfile"};
  for (const manifest::CudaRelease& release : manifest.cuda) {
    const std::vector<std::string> network = network_systems(manifest, release);
    const std::vector<std::string> local = local_systems(release);
    const bool runfile = !release.runfiles.empty();
    list.items.emplace_back(json::Object{{"version", release.version.text()},
                                         {"driver", text_or_null(release.bundled_driver)},
                                         {"methods", methods_of(manifest, network, local)},
                                         {"runfile", runfile}});
    list.rows.push_back({release.version.text(),
                         text_or_dash(release.bundled_driver),
                         base::join(network, " "),
                         base::join(local, " "),
                         runfile ? "yes" : "no"});
    list.wishes.push_back(wish_for_cuda(release.version));
  }
  return list;
}

List list_torch(const manifest::Manifest& manifest)
{
  List list;
  list.header = {"torch", "driver", "kernels", "torchvision", "torchaudio"};
  for (const manifest::TorchRelease& release : manifest.torch) {
    for (const manifest::TorchBuild& build : release.builds) {
      list.items.push_back(item_of(release, build));
      list.rows.push_back({release.version.text() + "+" + build.platform,
                           text_or_dash(build.minimum_driver),
                           base::join(kernels_of(build), " "),
                           release.torchvision.value_or("-"),
                           release.torchaudio.value_or("-")});
      list.wishes.push_back(wish_for_torch(release.version, build.platform));
    }
  }
  return list;
}

List list_drivers(const manifest::Manifest& manifest)
{
  List list;
  list.header = {"branch", "type", "CUDA", "modules", "newest", "end of life"};
  for (const manifest::DriverBranch& branch : manifest.drivers) {
    json::Object packages;
    for (const auto& [release, ubuntus] : branch.ubuntu_packages) {
      std::vector<std::string> names;
      for (const manifest::UbuntuPackage& package : ubuntus) {
        if (!package.becomes) {
          names.push_back(package.name);
        }
      }
      if (!names.empty()) {
        packages.emplace_back("ubuntu" + release, strings(names));
      }
    }
    list.items.emplace_back(
        json::Object{{"branch", std::uint64_t{branch.branch}},
                     {"type", branch.type},
                     {"cuda", text_or_null(branch.cuda)},
                     {"modules", strings(branch.modules)},
                     {"latest", text_or_null(branch.latest)},
                     {"end_of_life", branch.end_of_life ? json::Value(*branch.end_of_life) : json::Value()},
                     {"packages", std::move(packages)}});
    list.rows.push_back({std::to_string(branch.branch),
                         branch.type,
                         text_or_dash(branch.cuda),
                         base::join(branch.modules, " "),
                         text_or_dash(branch.latest),
                         branch.end_of_life.value_or("-")});
    list.wishes.push_back(wish_for_driver(branch.branch));
  }
  return list;
}

List list_gpus(const manifest::Manifest& manifest)
{
  List list;
  list.header = {"id", "name", "architecture", "capability", "module", "last branch"};
  for (const manifest::Gpu& gpu : manifest.gpus) {
    list.items.emplace_back(json::Object{
        {"id", gpu.id.text()},
        {"name", gpu.name},
        {"architecture", gpu.architecture},
        {"compute_capability", gpu.compute_capability ? json::Value(gpu.compute_capability->text()) : json::Value()},
        {"module", manifest::name_of(gpu.module)},
        {"last_branch", gpu.last_branch ? json::Value(std::uint64_t{*gpu.last_branch}) : json::Value()}});
    list.rows.push_back({gpu.id.text(),
                         gpu.name,
                         gpu.architecture,
                         gpu.compute_capability ? gpu.compute_capability->text() : "-",
                         std::string(manifest::name_of(gpu.module)),
                         gpu.last_branch ? std::to_string(*gpu.last_branch) : "-"});
    list.wishes.push_back(wish_for_gpu(gpu.id));
  }
  return list;
}

List list_pairs(const manifest::Manifest& manifest)
{
  List list;
  list.header = {"CUDA", "driver", "torch"};
  for (const manifest::CudaRelease& release : manifest.cuda) {
    const auto pairs = manifest.pairs.find(release.version.text());
    if (pairs == manifest.pairs.end()) {
      continue;
    }
    for (const manifest::Pair& pair : pairs->second) {
      const std::string torch = pair.torch.text() + "+" + pair.platform;
      list.items.emplace_back(
          json::Object{{"cuda", pair.cuda.text()}, {"driver", text_or_null(pair.driver)}, {"torch", torch}});
      list.rows.push_back({pair.cuda.text(), text_or_dash(pair.driver), torch});
      list.wishes.push_back(wish_for_pair(pair));
    }
  }
  return list;
}

} // namespace cudasetup::cli
