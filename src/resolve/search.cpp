#include "resolve/search.hpp"

#include "resolve/cuda.hpp"
#include "resolve/driver_need.hpp"
#include "resolve/explain.hpp"
#include "resolve/torch_check.hpp"
#include "resolve/wishes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace cudasetup::resolve {

namespace {

/// What was tried before something worked: the most wanted, with what stood against it, and how many after it.
struct Passed {
  std::size_t count = 0;
  std::string first;

  void add(const std::string& name, const Findings& findings)
  {
    if (count++ == 0) {
      const std::string& text = findings.constraints.front().text;
      const bool named = text.substr(0, name.size() + 1) == name + " ";
      first = name + " was passed over: " + (named ? "it" + text.substr(name.size()) : text);
    }
  }

  void say(const std::string& about, Findings& findings) const
  {
    if (count > 0) {
      findings.reason(about, first + (count > 1 ? fmt::format("; {} more were, too", count - 1) : std::string()));
    }
  }
};

std::string name_of(const manifest::CudaRelease* release)
{
  return release != nullptr ? "CUDA " + release->version.text() : std::string("no toolkit");
}

/// False only where no driver could do, whatever is installed with it.
bool driver_may_do(const Question& question)
{
  const Target& target = question.target;
  if (question.request.driver.choice == DriverChoice::none || drives_all(target)) {
    return true;
  }
  if (target.place != Place::machine) {
    return target.driver == nullptr;
  }
  return question.request.driver.choice != DriverChoice::keep &&
         !common_obstacle(target.gpus, question.request.module).stands();
}

/// Whether the driver that must do, as no other can come, is new enough for the release.
bool fixed_driver_does(const Question& question, const manifest::CudaRelease& release)
{
  const DriverChoice choice = question.request.driver.choice;
  const bool fixed =
      choice == DriverChoice::keep || (question.target.place != Place::machine && choice != DriverChoice::none);
  const base::Version* least = fixed && question.target.driver != nullptr ? least_driver(release) : nullptr;
  return least == nullptr || *least <= question.target.driver->version;
}

/// Whether the release serves the machine and some build of an asked torch goes with it there.
bool may_work(const Question& question, const manifest::CudaRelease* release)
{
  if (release != nullptr &&
      (!serves(*release, question.target, question.request.profile) || !fixed_driver_does(question, *release))) {
    return false;
  }
  const TorchRequest& request = question.request.torch;
  if (request.choice != Choice::exact || !request.version) {
    return true;
  }
  const manifest::TorchRelease* torch = question.manifest.find_torch(*request.version);
  return torch != nullptr &&
         std::any_of(torch->builds.begin(), torch->builds.end(), [&](const manifest::TorchBuild& build) {
           const TorchCandidate candidate{torch, &build};
           return (request.platform ? build.platform == *request.platform : !build.is_cpu()) &&
                  goes_with(question.manifest, candidate, release) &&
                  may_run(candidate, question.target, question.request);
         });
}

bool is_about_driver(const Constraint& constraint)
{
  return constraint.constraint == "driver";
}

/// The first driver that was missing among attempts with one method: another method may bring one, or leave it to the
/// user.
class MissingDriver {
public:
  void look_at(const Findings& findings)
  {
    const auto about = std::find_if(findings.constraints.begin(), findings.constraints.end(), is_about_driver);
    if (m_why.empty() && about != findings.constraints.end()) {
      m_why = about->text;
    }
  }
  /// What was missing; empty: nothing.
  const std::string& why() const { return m_why; }

private:
  std::string m_why;
};

/// The first build that works with the toolkit; otherwise the last attempt.
Attempt try_builds(const Question& question, const Toolkit& toolkit, MissingDriver& missing)
{
  Passed passed;
  std::optional<Attempt> attempt;
  for (const TorchStage stage : {TorchStage::first, TorchStage::fallback}) {
    for (const TorchCandidate& torch : wanted_torch(question, toolkit.release(), stage)) {
      if (passed.count > 0 && !may_run(torch, question.target, question.request)) {
        ++passed.count;
        continue;
      }
      attempt = settle(question, toolkit, torch, Depth::first_constraint);
      if (attempt->works()) {
        passed.say("torch", attempt->findings);
        return std::move(*attempt);
      }
      missing.look_at(attempt->findings);
      if (!attempt->mendable) {
        return std::move(*attempt);
      }
      passed.add("torch " + torch.text(), attempt->findings);
    }
  }
  if (!attempt) {
    attempt = settle(question, toolkit, std::nullopt, Depth::first_constraint);
    refuse_no_torch(question, toolkit.release(), attempt->findings);
  }
  return std::move(*attempt);
}

Attempt try_toolkit(const Question& question, const Toolkit& toolkit, MissingDriver& missing)
{
  if (!toolkit.findings.allow()) {
    Attempt attempt;
    attempt.findings = toolkit.findings;
    return attempt;
  }
  if (question.request.torch.choice != Choice::none) {
    return try_builds(question, toolkit, missing);
  }
  Attempt attempt = settle(question, toolkit, std::nullopt, Depth::first_constraint);
  missing.look_at(attempt.findings);
  return attempt;
}

/// Whether the driver that is to be there depends on the method.
bool method_brings_driver(const Question& question)
{
  const DriverChoice choice = question.request.driver.choice;
  return question.request.method == Method::automatic && question.target.place == Place::machine &&
         (choice == DriverChoice::automatic || choice == DriverChoice::exact);
}

/// The first method with which something works; otherwise what the first came to.
Attempt try_release(const Question& question, const manifest::CudaRelease* release)
{
  Toolkit toolkit = settle_toolkit(question, release);
  MissingDriver missing;
  Attempt first = try_toolkit(question, toolkit, missing);
  std::vector<PassedMethod> passed;
  while (!first.works() && !missing.why().empty() && toolkit.choice && method_brings_driver(question)) {
    passed.push_back({toolkit.choice->method, missing.why()});
    toolkit = settle_toolkit(question, release, passed);
    missing = {};
    Attempt next = try_toolkit(question, toolkit, missing);
    if (next.works()) {
      return next;
    }
  }
  return first;
}

/// Leaves the releases that the asked torch goes with, where there are any.
void keep_what_goes(const Question& question, std::vector<const manifest::CudaRelease*>& releases)
{
  const auto apart = std::stable_partition(releases.begin(), releases.end(), [&](const manifest::CudaRelease* release) {
    const auto builds = wanted_torch(question, release, TorchStage::first);
    return std::any_of(builds.begin(), builds.end(), [&](const TorchCandidate& torch) {
      return goes_with(question.manifest, torch, release);
    });
  });
  if (apart != releases.begin()) {
    releases.erase(apart, releases.end());
  }
}

/// The nearest miss with one release. Another build is looked at only where it might change something.
Attempt nearest_miss(const Question& question, const manifest::CudaRelease* release)
{
  const Toolkit toolkit = settle_toolkit(question, release);
  std::optional<Attempt> best;
  if (question.request.torch.choice != Choice::none) {
    std::vector<TorchCandidate> wishes = nearest_torch_wishes(question, release);
    // What stands against the build itself is beside the point where another has nothing against it.
    std::stable_partition(wishes.begin(), wishes.end(), [&](const TorchCandidate& torch) {
      return may_run(torch, question.target, question.request);
    });
    for (const TorchCandidate& torch : wishes) {
      Attempt attempt = settle(question, toolkit, torch, Depth::all_constraints);
      const bool mendable = attempt.mendable;
      if (!best || attempt.findings.constraints.size() < best->findings.constraints.size()) {
        best = std::move(attempt);
      }
      if (!mendable || best->findings.constraints.size() == 1) {
        break;
      }
    }
  }
  if (!best) {
    best = settle(question, toolkit, std::nullopt, Depth::all_constraints);
    if (question.request.torch.choice != Choice::none) {
      refuse_no_torch(question, release, best->findings);
    }
  }
  return std::move(*best);
}

} // namespace

std::optional<Resolution> find_selection(const Question& question)
{
  if (!question.basis.allow()) {
    return std::nullopt;
  }
  Passed passed;
  for (const manifest::CudaRelease* release : wanted_cuda(question)) {
    if (passed.count > 0 && !may_work(question, release)) {
      ++passed.count;
      continue;
    }
    Attempt attempt = try_release(question, release);
    if (attempt.works()) {
      passed.say("cuda", attempt.findings);
      return explain(question, std::move(attempt));
    }
    passed.add(name_of(release), attempt.findings);
  }
  return std::nullopt;
}

bool may_resolve(const Question& question)
{
  if (!question.basis.allow() || !driver_may_do(question)) {
    return false;
  }
  const auto wanted = wanted_cuda(question);
  return std::any_of(
      wanted.begin(), wanted.end(), [&](const manifest::CudaRelease* release) { return may_work(question, release); });
}

std::vector<Constraint> explain_refusal(const Question& question)
{
  auto wanted = wanted_cuda(question);
  if (wanted.empty()) {
    // The asked release does not exist: say so, with all else that can be said without one.
    Findings findings = question.basis;
    refuse_no_cuda(question, findings);
    if (nearest_torch_wishes(question, nullptr).empty()) {
      refuse_no_torch(question, nullptr, findings);
    }
    return findings.constraints;
  }
  if (!question.basis.allow() && question.request.cuda.choice != Choice::exact &&
      question.request.torch.choice != Choice::exact) {
    return question.basis.constraints; // What is wrong with one release or another is beside the point.
  }
  if (question.basis.allow() && question.request.cuda.choice == Choice::automatic &&
      question.request.torch.choice == Choice::exact) {
    // The toolkit is not what was asked for: what stands against the torch itself is what counts.
    Attempt alone = nearest_miss(question, nullptr);
    if (!std::all_of(alone.findings.constraints.begin(), alone.findings.constraints.end(), is_about_driver)) {
      return std::move(alone.findings.constraints);
    }
    keep_what_goes(question, wanted);
  }
  std::optional<Attempt> best;
  for (const manifest::CudaRelease* release : wanted) {
    Attempt attempt = nearest_miss(question, release);
    if (!best || attempt.findings.constraints.size() < best->findings.constraints.size()) {
      best = std::move(attempt);
    }
    if (!question.basis.allow() || best->findings.constraints.size() == 1) {
      break; // No other release mends the machine or the request; and fewer than one there cannot be.
    }
  }
  return best->findings.constraints;
}

} // namespace cudasetup::resolve
