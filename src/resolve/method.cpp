#include "resolve/method.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace cudasetup::resolve {

namespace {

using manifest::CudaRelease;

constexpr std::array<Method, 3> k_order = {Method::network, Method::local, Method::runfile};

/// What a method would give, or why it cannot.
struct Offer {
  std::string obstacle; ///< empty: it can
  std::string kind = "method";
  const manifest::LocalInstaller* local_installer = nullptr;
  const manifest::Runfile* runfile = nullptr;
  const manifest::RemoteFile* file = nullptr; ///< what must be fetched and checked before apt or the runfile takes over
};

bool has_packages(const CudaRelease& release, manifest::Profile profile)
{
  const auto packages = release.packages.find(profile);
  return packages != release.packages.end() && !packages->second.empty();
}

std::string place_of(const Target& target)
{
  return fmt::format("{} on {}", target.os, base::name_of(*target.arch));
}

/// Whether a published digest vouches for the file. NVIDIA's MD5 list of a release covers its installers and runfiles.
bool vouched(const manifest::RemoteFile& file, const std::optional<base::Url>& md5_list)
{
  return file.digest().has_value() || md5_list.has_value();
}

void demand_digest(Offer& offer, const std::optional<base::Url>& md5_list, const Request& request)
{
  if (request.require_digests && offer.obstacle.empty() && !vouched(*offer.file, md5_list)) {
    offer.kind = "digest";
    offer.obstacle = fmt::format("nobody has published a digest for {}, and --require-digests was given",
                                 offer.file->url.file_name());
  }
}

Offer network_offer(const CudaRelease& release, const Target& target, const Request& request)
{
  Offer offer;
  const manifest::Archive* archive = target.archive;
  if (archive == nullptr) {
    offer.obstacle = fmt::format("NVIDIA has no network archive for {}", place_of(target));
    return offer;
  }
  const std::optional<bool> listed = carries(*archive, release.version);
  if (listed.has_value() ? !*listed : request.method != Method::network) {
    offer.obstacle =
        listed ? fmt::format("NVIDIA's network archive for {} has CUDA {} to {}",
                             place_of(target),
                             archive->oldest_cuda->text(),
                             archive->newest_cuda->text())
               : fmt::format("which releases NVIDIA's network archive for {} has is not known", place_of(target));
  } else if (!has_packages(release, request.profile)) {
    offer.obstacle = fmt::format("the packages of CUDA {} for the profile {} are not known",
                                 release.version.text(),
                                 manifest::name_of(request.profile));
  } else if (!archive->keyring) {
    offer.obstacle = fmt::format("the key package of NVIDIA's network archive for {} is not known", place_of(target));
  } else {
    offer.file = &*archive->keyring;
    demand_digest(offer, std::nullopt, request);
  }
  return offer;
}

Offer local_offer(const CudaRelease& release, const Target& target, const Request& request)
{
  Offer offer;
  const auto installer = std::find_if(
      release.local_installers.begin(), release.local_installers.end(), [&](const manifest::LocalInstaller& known) {
        return known.os == target.os && known.arch == *target.arch;
      });
  if (installer == release.local_installers.end()) {
    offer.obstacle =
        fmt::format("no local installer of CUDA {} for {} is known", release.version.text(), place_of(target));
  } else if (!has_packages(release, request.profile) || !release.local_repository) {
    offer.obstacle = fmt::format("what the local installer of CUDA {} brings is not known", release.version.text());
  } else {
    offer.local_installer = &*installer;
    offer.file = &installer->file;
    demand_digest(offer, release.md5_list, request);
  }
  return offer;
}

Offer runfile_offer(const CudaRelease& release, const Target& target, const Request& request)
{
  Offer offer;
  const auto runfile = std::find_if(release.runfiles.begin(),
                                    release.runfiles.end(),
                                    [&](const manifest::Runfile& known) { return known.arch == *target.arch; });
  if (runfile == release.runfiles.end()) {
    offer.obstacle =
        fmt::format("no runfile of CUDA {} for {} is known", release.version.text(), base::name_of(*target.arch));
  } else {
    offer.runfile = &*runfile;
    offer.file = &runfile->file;
    demand_digest(offer, release.md5_list, request);
  }
  return offer;
}

Offer offer_of(Method method, const CudaRelease& release, const Target& target, const Request& request)
{
  if (method == Method::network) {
    return network_offer(release, target, request);
  }
  return method == Method::local ? local_offer(release, target, request) : runfile_offer(release, target, request);
}

/// A release that is known by name alone, on no system and for no architecture.
bool has_nothing(const CudaRelease& release)
{
  return release.local_installers.empty() && release.runfiles.empty() &&
         std::all_of(release.packages.begin(), release.packages.end(), [](const auto& profile) {
           return profile.second.empty();
         });
}

void refuse_method(const CudaRelease& release,
                   const Target& target,
                   const Request& request,
                   const std::vector<Offer>& passed,
                   Findings& findings)
{
  std::string others;
  if (request.method != Method::automatic) {
    std::vector<std::string_view> able;
    for (const Method method : k_order) {
      if (method != request.method && offer_of(method, release, target, request).obstacle.empty()) {
        able.push_back(name_of(method));
      }
    }
    others = able.empty()
                 ? "; no other method can either"
                 : fmt::format("; CUDA {} can come by --method {}", release.version.text(), fmt::join(able, " or "));
  }
  const std::string source = record_source("cuda " + release.version.text(), release.sources);
  if (has_nothing(release)) {
    findings.refuse("method",
                    release.notes.empty()
                        ? fmt::format("neither packages nor an installer of CUDA {} are known", release.version.text())
                        : fmt::format("CUDA {} cannot be had: {}", release.version.text(), release.notes.front()),
                    source);
    return;
  }
  for (const Offer& offer : passed) {
    findings.refuse(offer.kind, offer.obstacle + others, source);
  }
}

void say_what_is_unsure(const Offer& offer, const ToolkitChoice& choice, Findings& findings)
{
  const manifest::CudaRelease& release = *choice.release;
  const bool listed = choice.method != Method::network && release.md5_list.has_value();
  const std::string name = offer.file->url.file_name();
  if (!offer.file->digest() && !listed) {
    findings.caution(
        "method",
        fmt::format("nobody has published a digest for {}: it is accepted over https; cudasetup records its "
                    "digest when it fetches it, and later runs compare",
                    name));
  }
  if (offer.file->evidence == manifest::Evidence::derived && choice.method != Method::network) {
    findings.caution("method",
                     fmt::format("the address of {} follows from NVIDIA's naming rule; it was not seen", name));
  }
  if (choice.method == Method::network && choice.release->packages_evidence == manifest::Evidence::derived) {
    findings.caution("cuda",
                     fmt::format("the package versions of CUDA {} follow from NVIDIA's naming rule; they were not seen",
                                 release.version.text()));
  }
  if (choice.method == Method::runfile && choice.profile != manifest::Profile::full) {
    findings.caution("method", "the runfile has no smaller profile: the whole toolkit is installed");
  }
}

} // namespace

bool comes_by_apt(const CudaRelease& release, const Target& target)
{
  if (target.archive != nullptr && carries(*target.archive, release.version).value_or(false)) {
    return true;
  }
  return std::any_of(
      release.local_installers.begin(), release.local_installers.end(), [&](const manifest::LocalInstaller& known) {
        return known.os == target.os && known.arch == target.arch;
      });
}

ToolkitChoice choose_method(const CudaRelease& release,
                            const Target& target,
                            const Request& request,
                            const std::vector<PassedMethod>& passed_before,
                            Findings& findings)
{
  ToolkitChoice choice;
  choice.release = &release;
  choice.profile = request.profile;
  choice.method = request.method;
  if (target.ubuntu == nullptr || !target.arch) {
    return choice; // Already refused: for no known system there is no method.
  }
  std::vector<Offer> passed;
  for (const Method method : k_order) {
    if (request.method != Method::automatic && request.method != method) {
      continue;
    }
    Offer offer = offer_of(method, release, target, request);
    const auto before = std::find_if(
        passed_before.begin(), passed_before.end(), [&](const PassedMethod& one) { return one.method == method; });
    if (before != passed_before.end()) {
      offer.obstacle = before->why;
    }
    if (!offer.obstacle.empty()) {
      passed.push_back(std::move(offer));
      continue;
    }
    choice.method = method;
    choice.local_installer = offer.local_installer;
    choice.runfile = offer.runfile;
    if (method != Method::runfile) {
      choice.packages = release.packages.at(request.profile);
    }
    for (std::size_t index = 0; index < passed.size(); ++index) {
      findings.reason("method", fmt::format("{} was passed over: {}", name_of(k_order[index]), passed[index].obstacle));
    }
    say_what_is_unsure(offer, choice, findings);
    return choice;
  }
  refuse_method(release, target, request, passed, findings);
  return choice;
}

} // namespace cudasetup::resolve
