#include "resolve/passed_over.hpp"

#include "resolve/kernels.hpp"
#include "resolve/search.hpp"

#include <algorithm>
#include <utility>

namespace cudasetup::resolve {

namespace {

void add(std::string& text, std::string_view what)
{
  text += text.empty() ? "" : ", ";
  text += what;
}

std::string_view way_of(Method method)
{
  switch (method) {
  case Method::local:
    return "by the local installer";
  case Method::runfile:
    return "by the runfile";
  case Method::network:
  case Method::automatic:
    break;
  }
  return "from NVIDIA's network archive";
}

/// What would be another than in the selection that was taken, but for the release that is spoken of.
std::string changes_of(const Resolution& other, const Resolution& taken, std::string_view about)
{
  std::string text;
  if (about != "cuda" && other.cuda && (!taken.cuda || other.cuda->release != taken.cuda->release)) {
    add(text, "with CUDA " + other.cuda->release->version.text());
  }
  if (other.cuda && (!taken.cuda || other.cuda->method != taken.cuda->method)) {
    add(text, way_of(other.cuda->method));
  }
  if (other.torch && (!taken.torch || other.torch->text() != taken.torch->text())) {
    add(text, "with torch " + other.torch->text());
  }
  const DriverSelection& driver = other.driver;
  if (driver.version && (driver.version != taken.driver.version || driver.action != taken.driver.action)) {
    add(text,
        (driver.action == DriverAction::install ? "installing driver " : "keeping driver ") + driver.version->text());
  }
  return text;
}

/// Why it is not known whether some GPU runs the code of the torch build.
std::string doubt_of(const Resolution& resolution, const Target& target)
{
  if (!resolution.torch || resolution.torch->build->is_cpu()) {
    return {};
  }
  const manifest::TorchBuild& build = *resolution.torch->build;
  const bool unknown = std::any_of(target.gpus.begin(), target.gpus.end(), [&](const TargetGpu& gpu) {
    return gpu.capability && kernels_for(build, *gpu.capability, resolution.arch) == Kernels::unknown;
  });
  return unknown ? "the list of GPUs that torch " + resolution.torch->text() + " has code for is not published"
                 : std::string();
}

/// One thing asked for, the rest as it was.
void settle_one(const Question& question, const Resolution& taken, const Request& request, PassedOver& one)
{
  const Question other = ask(request, question.manifest, question.target);
  if (const auto resolution = find_selection(other)) {
    one.text = changes_of(*resolution, taken, one.about);
    one.doubt = doubt_of(*resolution, other.target);
  } else {
    one.constraints = explain_refusal(other);
  }
}

/// The last release of every minor that is newer than @p taken, newest first. Releases are sorted, oldest first.
template<typename Release>
std::vector<const Release*> newer(const std::vector<Release>& releases, const base::Version& taken)
{
  std::vector<const Release*> found;
  for (auto release = releases.rbegin(); release != releases.rend() && release->version > taken; ++release) {
    if (found.empty() || found.back()->version.prefix(2) != release->version.prefix(2)) {
      found.push_back(&*release);
    }
  }
  return found;
}

} // namespace

std::string PassedOver::name() const
{
  return (about == "cuda" ? "CUDA" : about) + " " + version;
}

std::vector<PassedOver> passed_over(const Question& question, const Resolution& taken)
{
  std::vector<PassedOver> all;
  const auto settle_next = [&](std::string about, std::string version, const Request& request) {
    all.push_back({std::move(about), std::move(version), {}, {}});
    settle_one(question, taken, request, all.back());
  };
  Request request = question.request;
  if (taken.cuda && request.cuda.choice == Choice::automatic) {
    for (const manifest::CudaRelease* release : newer(question.manifest.cuda, taken.cuda->release->version)) {
      request.cuda = {Choice::exact, release->version};
      settle_next("cuda", release->version.text(), request);
    }
    request.cuda = question.request.cuda;
  }
  if (taken.torch && request.torch.choice == Choice::automatic) {
    for (const manifest::TorchRelease* release : newer(question.manifest.torch, taken.torch->release->version)) {
      request.torch = {Choice::exact, release->version, std::nullopt};
      settle_next("torch", release->version.text(), request);
    }
    request.torch = question.request.torch;
  }
  if (taken.driver.version && request.driver.choice == DriverChoice::automatic) {
    const auto& branches = question.manifest.drivers;
    for (auto branch = branches.rbegin();
         branch != branches.rend() && branch->branch > taken.driver.version->major_part();
         ++branch) {
      const std::string text = std::to_string(branch->branch);
      request.driver = {DriverChoice::exact, base::Version::parse(text)};
      settle_next("driver", text, request);
    }
  }
  return all;
}

} // namespace cudasetup::resolve
