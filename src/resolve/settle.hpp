#pragma once

#include "resolve/findings.hpp"
#include "resolve/method.hpp"
#include "resolve/resolution.hpp"
#include "resolve/target.hpp"
#include "resolve/torch.hpp"

#include <optional>
#include <vector>

namespace cudasetup::resolve {

/// What every step of settling looks at.
struct Question {
  const Request& request;
  const manifest::Manifest& manifest;
  const Target& target;
  /// What is wrong or unsure whatever is chosen: the machine's findings and the request's.
  Findings basis;
};

/// The question with its basis. The arguments must outlive it.
Question ask(const Request& request, const manifest::Manifest& manifest, const Target& target);

/// One release with the way it comes, and what was found on the way. Without a release: no toolkit.
struct Toolkit {
  std::optional<ToolkitChoice> choice;
  Findings findings;
  const manifest::CudaRelease* release() const { return choice ? choice->release : nullptr; }
};

/// Whether to go on after the first constraint.
enum class Depth { first_constraint, all_constraints };

/// One whole selection. It works where the findings have no constraint; then the resolution is complete but for its
/// reasons and cautions, which are still in the findings.
struct Attempt {
  Resolution resolution;
  Findings findings;
  std::optional<TorchCandidate> torch;
  /// Whether another torch build might work where this one does not.
  bool mendable = true;
  bool works() const { return findings.allow(); }
};

/// Checks the release (null: none) against the machine and chooses the method, but none of those in @p passed.
Toolkit settle_toolkit(const Question& question,
                       const manifest::CudaRelease* release,
                       const std::vector<PassedMethod>& passed = {});

/// Puts a toolkit, a torch build (or none), compiler, driver and Python together.
Attempt
settle(const Question& question, const Toolkit& toolkit, const std::optional<TorchCandidate>& torch, Depth depth);

} // namespace cudasetup::resolve
