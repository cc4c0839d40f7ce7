#include "resolve/supplies.hpp"

#include "base/text.hpp"
#include "resolve/driver_offer.hpp"
#include "resolve/torch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace cudasetup::resolve {

namespace {

using manifest::Bringer;
using manifest::MissingLibraries;

/// A CUDA minor, as it stands in names.
struct Minor {
  std::uint32_t major_part = 0;
  std::uint32_t minor_part = 0;

  std::string dotted() const { return fmt::format("{}.{}", major_part, minor_part); }
  std::string dashed() const { return fmt::format("{}-{}", major_part, minor_part); }
};

std::string at_minor(const std::string& text, const std::string& minor)
{
  return base::replace_all(text, "{minor}", minor);
}

/// What add_supplies looks at.
struct Question {
  const ToolkitChoice* toolkit;
  const Target& target;
  Minor platform;

  bool has_minor_of_platform() const
  {
    return toolkit != nullptr && toolkit->release->version.major_part() == platform.major_part &&
           toolkit->release->version.minor_part() == platform.minor_part;
  }
  /// The minor that `{minor}` stands for.
  Minor minor_of(const MissingLibraries& missing) const
  {
    if (toolkit == nullptr || missing.brought_by == Bringer::same_minor) {
      return platform;
    }
    return {toolkit->release->version.major_part(), toolkit->release->version.minor_part()};
  }
};

bool is_brought(const Question& question, const MissingLibraries& missing)
{
  switch (missing.brought_by) {
  case Bringer::toolkit:
    return question.toolkit != nullptr;
  case Bringer::full_toolkit:
    return question.toolkit != nullptr &&
           (question.toolkit->profile == manifest::Profile::full || question.toolkit->method == Method::runfile);
  case Bringer::same_minor:
    return question.has_minor_of_platform();
  case Bringer::nobody:
    break;
  }
  return false;
}

bool is_between(const manifest::Archive& archive, std::uint32_t cuda_major)
{
  return !archive.oldest_cuda || !archive.newest_cuda ||
         (archive.oldest_cuda->major_part() <= cuda_major && cuda_major <= archive.newest_cuda->major_part());
}

/// Why the network archive cannot bring it; empty: it can, as far as is known.
std::string obstacle_of(const Question& question, const MissingLibraries& missing)
{
  const Target& target = question.target;
  if (question.toolkit != nullptr && question.toolkit->method == Method::local) {
    return "a local installer does not hold it, and NVIDIA's network archive must not stand beside one";
  }
  if (target.archive == nullptr || !target.archive->keyring) {
    return "NVIDIA has no network archive for " + target.os;
  }
  const manifest::Archive& archive = *target.archive;
  if (missing.brought_by == Bringer::nobody) {
    if (target.place == Place::wsl) {
      return "whether NVIDIA's archive for WSL has it is not known";
    }
    return is_between(archive, question.platform.major_part)
               ? std::string()
               : fmt::format("NVIDIA's archive for {} has no CUDA {}", archive.os, question.platform.major_part);
  }
  const Minor minor = question.minor_of(missing);
  const auto version = base::Version::parse(minor.dotted());
  return version && carries(archive, *version).value_or(false)
             ? std::string()
             : fmt::format("NVIDIA's archive for {} has no CUDA {}", archive.os, minor.dotted());
}

std::vector<manifest::AptPackage> packages_of(const Question& question, const MissingLibraries& missing)
{
  std::vector<manifest::AptPackage> packages = missing.packages;
  for (manifest::AptPackage& package : packages) {
    package.name = at_minor(package.name, question.minor_of(missing).dashed());
  }
  return packages;
}

std::string text_of(const std::vector<manifest::AptPackage>& packages)
{
  std::vector<std::string> texts;
  for (const manifest::AptPackage& package : packages) {
    texts.push_back(package.version.empty() ? package.name : package.name + "=" + package.version);
  }
  return fmt::format("{}", fmt::join(texts, " "));
}

void add_packages(const Question& question,
                  const MissingLibraries& missing,
                  TorchChoice& choice,
                  std::vector<std::string>& planned,
                  Findings& findings)
{
  const std::vector<manifest::AptPackage> packages = packages_of(question, missing);
  const std::string obstacle = obstacle_of(question, missing);
  if (!obstacle.empty()) {
    findings.caution(
        "torch",
        fmt::format("the zip of torch {} lacks {}, and no package is planned for that: {}. What needs it fails until "
                    "it is there ({})",
                    choice.text(),
                    missing.names,
                    obstacle,
                    text_of(packages)));
    return;
  }
  planned.push_back(missing.names + " (" + text_of(packages) + ")");
  choice.packages.insert(choice.packages.end(), packages.begin(), packages.end());
}

/// What rests on a rule, and which packages have no version to be held to.
void say_what_is_unsure(const TorchChoice& choice, const std::vector<std::string>& derived, Findings& findings)
{
  if (!derived.empty()) {
    findings.caution("torch",
                     fmt::format("that the zip of torch {} lacks {} follows from how its neighbours are made; it was "
                                 "not seen",
                                 choice.text(),
                                 fmt::join(derived, " and ")));
  }
  std::vector<std::string> open;
  for (const manifest::AptPackage& package : choice.packages) {
    if (package.version.empty()) {
      open.push_back(package.name);
    }
  }
  if (!open.empty()) {
    findings.caution(
        "torch",
        fmt::format("for {} no version is known: the one that NVIDIA's archive has is taken", fmt::join(open, ", ")));
  }
}

} // namespace

void add_supplies(const ToolkitChoice* toolkit, const Target& target, TorchChoice& choice, Findings& findings)
{
  if (choice.build->is_cpu()) {
    return;
  }
  const auto platform = cuda_of_platform(choice.build->platform);
  if (!choice.build->lacks || !platform) {
    findings.caution("torch",
                     fmt::format("which of NVIDIA's libraries the zip of torch {} lacks is not known", choice.text()));
    return;
  }
  const Question question{toolkit, target, {platform->first, platform->second}};
  std::vector<std::string> brought;
  std::vector<std::string> planned;
  std::vector<std::string> derived;
  for (const MissingLibraries& missing : *choice.build->lacks) {
    const bool by_toolkit = is_brought(question, missing);
    if (by_toolkit) {
      brought.push_back(missing.names);
    } else {
      add_packages(question, missing, choice, planned, findings);
      if (missing.evidence == manifest::Evidence::derived) {
        derived.push_back(missing.names);
      }
    }
    // Beside the toolkit's own minor the toolkit's own directory serves.
    if (missing.directory && !(by_toolkit && missing.brought_by == Bringer::same_minor)) {
      choice.directories.push_back(at_minor(*missing.directory, question.minor_of(missing).dotted()));
    }
  }
  if (!brought.empty()) {
    findings.reason("torch", fmt::format("its zip lacks {}, which the toolkit brings", fmt::join(brought, ", ")));
  }
  if (!planned.empty()) {
    findings.reason(
        "torch",
        fmt::format("its zip lacks {}: they are installed from NVIDIA's network archive", fmt::join(planned, ", ")));
  }
  say_what_is_unsure(choice, derived, findings);
}

} // namespace cudasetup::resolve
