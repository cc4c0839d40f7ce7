#pragma once

#include "base/error.hpp"
#include "diagnose/diagnose.hpp"
#include "effects/effects.hpp"
#include "host/details.hpp"
#include "host/facts.hpp"
#include "manifest/types.hpp"
#include "json/value.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

/// Proves an installation by computing with it.
namespace cudasetup::verify {

enum class Level { driver, toolkit, torch, python };
std::string_view name_of(Level level);

enum class CheckResult { passed, skipped, failed };
std::string_view name_of(CheckResult result);

/// One thing that was looked at. `because` says what was seen, in a sentence.
struct Check {
  Level level = Level::driver;
  std::string name;
  CheckResult result = CheckResult::skipped;
  std::string because;
  json::Object facts = {};
  std::vector<base::Hint> hints = {};
  std::string output_tail = {};
};

enum class Verdict {
  passed,   ///< a GPU computed and every comparison held
  cpu_only, ///< nothing failed, and no GPU computed
  failed,
};
std::string_view name_of(Verdict verdict);

enum class ExpectGpu { automatic, yes, no };

/// What to make of a machine on which every check was skipped: there was nothing to verify.
enum class Idle { fails, is_fine };

struct VerifyRequest {
  std::vector<Level> levels = {Level::driver, Level::toolkit, Level::torch};
  /// Toolkit to check; nullopt: the active one, if there is one.
  std::optional<std::string> cuda_dir;
  /// LibTorch to check; nullopt: /opt/libtorch/current, if there is one.
  std::optional<std::string> torch_dir;
  /// Virtual environment to check; nullopt: none.
  std::optional<std::string> python_dir;
  /// What was asked for; nullopt: whatever is there.
  std::optional<base::Version> cuda_version;
  std::optional<std::string> torch_version; ///< 1.7.1+cu110
  /// gcc major for nvcc, where the default one is out of its range.
  std::optional<std::uint32_t> host_gcc;
  ExpectGpu expect_gpu = ExpectGpu::automatic;
  Idle idle = Idle::fails;
  /// What a closer look at the machine gave, and what is known to be wrong with it: what only shows itself in files is
  /// judged by the rules of `doctor`, once.
  host::Details details = {};
  std::vector<diagnose::Finding> findings = {};
  /// The records that say what is proven; without them nothing of a driver's is.
  std::shared_ptr<const manifest::Manifest> manifest = nullptr;
  /// Those of the GPUs that are known, each once: nvcc is asked for their machine code.
  std::vector<base::ComputeCapability> capabilities = {};
  /// Where the hardware of a tree's machine is described (--sys-path).
  std::optional<std::string> sys_path = {};
  /// Directory of the target for the probes' builds; made 0700, removed afterwards.
  std::string work_directory;
  /// The target's tree; "" or "/": the running system.
  std::string root;
};

struct Verification {
  Verdict verdict = Verdict::failed;
  std::vector<Check> checks;
};

/// Checks level by level, each shown as a step. Builds small programs with the target's own compilers and runs them;
/// changes nothing outside the work directory. Where the verdict is failed, at least one check is. A loaded driver
/// alone is something to verify only where nothing else was asked for.
Verification verify(const effects::Effects& effects, const host::HostFacts& facts, const VerifyRequest& request);

/// The verdict of some checks: failed where one failed, or where a GPU is expected and none computed. Automatic: it is
/// expected where one is present and something other than the driver was checked.
Verdict judge(const std::vector<Check>& checks, ExpectGpu expect, bool gpu_present);

/// cudasetup.verify/1.
json::Value to_json(const Verification& verification);

} // namespace cudasetup::verify
