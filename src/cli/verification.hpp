#pragma once

#include "cli/diagnosis.hpp"
#include "plan/plan.hpp"
#include "verify/verify.hpp"

#include <string>

namespace cudasetup::cli {

/// What to verify after a plan was carried out: what it chose, at the places where it put it.
verify::VerifyRequest verification_after(const plan::Plan& plan, const host::HostFacts& facts, const std::string& root);

/// Has the request know more of the machine: what is known to be wrong with it, and which GPUs it has. Takes all but
/// the facts out of the diagnosis.
void learn(verify::VerifyRequest& request, const Options& options, Diagnosis& diagnosis);

/// Where probes are built: root's is under our cache, others' under their own.
std::string work_directory(bool is_root, const std::string& home);

} // namespace cudasetup::cli
