#pragma once

#include "resolve/settle.hpp"

#include <vector>

namespace cudasetup::resolve {

/// The releases that the request allows, most wanted first; one null for "no toolkit". Empty: there is no such release.
///
/// Newest first. Automatic, in this order of weight: what the asked torch goes with; what the loaded driver runs;
/// what has targets for the GPUs; what the asked torch is a pair of; what apt brings; what it is the first pair of;
/// what has pairs at all.
std::vector<const manifest::CudaRelease*> wanted_cuda(const Question& question);

/// Fallback builds are tried only where none of the first works.
enum class TorchStage { first, fallback };

/// The torch builds to try with a release (null: without a toolkit), most wanted first: the asked ones; or its pairs,
/// those whose GPUs nobody published after the others, and then the newest; or the newest.
std::vector<TorchCandidate>
wanted_torch(const Question& question, const manifest::CudaRelease* release, TorchStage stage);

/// The builds to name in a refusal: the asked ones, the pairs, or the newest one.
std::vector<TorchCandidate> nearest_torch_wishes(const Question& question, const manifest::CudaRelease* release);

/// Says that the asked CUDA release, or torch build, does not exist and what is near.
void refuse_no_cuda(const Question& question, Findings& findings);
void refuse_no_torch(const Question& question, const manifest::CudaRelease* release, Findings& findings);

} // namespace cudasetup::resolve
