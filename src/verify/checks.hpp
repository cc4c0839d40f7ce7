#pragma once

#include "verify/verify.hpp"

#include <chrono>
#include <vector>

/// The checks of each level; each returns what it saw and changes nothing outside the work directory.
namespace cudasetup::verify {

/// What the checks work with.
struct Context {
  const effects::Effects& effects;
  const host::HostFacts& facts;
  const VerifyRequest& request;

  /// Runs a program on the target, with a limit.
  base::Result<effects::ProcessResult> run(const base::Command& command, std::chrono::seconds limit) const;
  /// Writes one of the programs that are built into cudasetup to the work directory; gives its path.
  base::Result<std::string> write_program(std::string_view name) const;
};

std::vector<Check> check_driver(const Context& context);
std::vector<Check> check_toolkit(const Context& context);
std::vector<Check> check_torch(const Context& context);
std::vector<Check> check_python(const Context& context);

/// A check that the findings with these ids fail, each with its cause and what shows it, and their remedies for hints.
/// Where none is there it passes with @p seen; with nothing seen it is skipped, because of @p unknown. A finding that
/// blocks nothing only skips it.
struct Aspect {
  Level level = Level::driver;
  std::string_view name;
  std::vector<std::string_view> ids;
  std::string seen;
  std::string unknown;
};
Check judge_aspect(const Context& context, Aspect aspect);

/// Asks nvidia-smi, and so the driver itself, with a limit: it hangs where a GPU or the module does.
Check check_smi(const Context& context);

/// Whether the loaded driver is as new as the toolkit, the LibTorch needs that is verified: the one that was asked for,
/// or the one in use; others are no matter of this installation's. Skipped where the records do not tell.
Check check_toolkit_need(const Context& context);
Check check_torch_need(const Context& context);

/// What the records tell of a toolkit's release (of a minor alone its last one); null: nothing.
const manifest::CudaRelease* known_release(const Context& context, const base::Version& version);

/// What a LibTorch tree calls itself ("1.7.1+cu110"; empty: nothing), and what the records tell of that, null: nothing.
struct KnownTorch {
  std::string text;
  const manifest::TorchRelease* release = nullptr;
  const manifest::TorchBuild* build = nullptr;
};
KnownTorch known_torch(const Context& context, const std::string& directory);

/// Whether the compiler that nvcc is given is one that it takes, and CMake and the compiler are new enough for that
/// LibTorch: told before anything is built. nullopt where the records or the tools do not tell.
std::optional<Check> check_host_compiler(const Context& context, const base::Version& release);
std::optional<Check> check_build_tools(const Context& context, const std::string& torch);

/// A tool that did its work all the same is no fault.
void forgive(Check& tools);

/// Why the records leave it open whether the loaded driver and its module serve these GPUs; empty: they do not.
std::string doubt_about_gpus(const Context& context);

/// Whether that is known to be wrong here.
const diagnose::Finding* find_fault(const Context& context, std::string_view id);

/// Whether a GPU is there to be expected: on the bus (not one that was only named), as a device file, or WSL's.
bool is_gpu_present(const Context& context);

/// Whether what computes is to do so on a GPU: by request, or since one is there.
bool is_gpu_to_be_used(const Context& context);

/// A check of that level and name with its outcome.
Check make_check(Level level, std::string name, CheckResult result, std::string because);

/// A failed check that keeps the end of what a tool printed.
Check tool_failed(Level level, std::string name, const std::string& what, const effects::ProcessResult& result);

} // namespace cudasetup::verify
