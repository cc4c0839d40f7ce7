#pragma once

#include "effects/files.hpp"
#include "host/facts.hpp"
#include "probe/probe.hpp"

namespace cudasetup::probe {

/// Toolkits under /usr/local and LibTorch trees under /opt/libtorch, with the ones in use and the one of `options`.
/// Wants facts.packages.
void probe_installs(effects::Files& target, const ProbeOptions& options, host::HostFacts& facts);

/// Contents of the small files that plans compare with: NVIDIA's pin and sources, our ldconfig and environment files,
/// and our record in the virtual environment of `options`.
void probe_files(effects::Files& target, const ProbeOptions& options, host::HostFacts& facts);

/// Free space where things go.
void probe_space(effects::Files& target, host::HostFacts& facts);

} // namespace cudasetup::probe
