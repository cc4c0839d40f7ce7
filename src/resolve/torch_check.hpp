#pragma once

#include "manifest/types.hpp"
#include "resolve/findings.hpp"
#include "resolve/resolution.hpp"
#include "resolve/target.hpp"
#include "resolve/torch.hpp"

namespace cudasetup::resolve {

/// Whether the build runs and compiles on the target with the toolkit (null: none is installed): kernels for every GPU,
/// pairing, glibc, architecture, a zip of the asked ABI with the digest that is demanded. The driver is asked about
/// elsewhere. The choice is complete only where the findings allow it.
TorchChoice check_torch(const TorchCandidate& torch,
                        const manifest::Manifest& manifest,
                        const ToolkitChoice* toolkit,
                        const Target& target,
                        const Request& request,
                        Findings& findings);

/// False only where check_torch would refuse for the zip, its kernels or its glibc: a yes or no that costs no words.
bool may_run(const TorchCandidate& torch, const Target& target, const Request& request);

/// Whether the wheels are made for the target's Python, as far as is known.
bool serves_python(const manifest::TorchRelease& release, const Target& target);

/// Whether the interpreter is one the wheels are made for.
void check_python(const manifest::TorchRelease& release, const Target& target, Findings& findings);

} // namespace cudasetup::resolve
