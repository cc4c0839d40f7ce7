#include "cli/verification.hpp"

#include "cli/typed.hpp"
#include "cli/verbs.hpp"
#include "report/verification.hpp"
#include "resolve/target.hpp"

#include <algorithm>

namespace cudasetup::cli {

std::string work_directory(bool is_root, const std::string& home)
{
  return is_root ? "/var/cache/cudasetup/verify" : home + "/.cache/cudasetup/verify";
}

verify::VerifyRequest verification_after(const plan::Plan& plan, const host::HostFacts& facts, const std::string& root)
{
  using verify::Level;
  verify::VerifyRequest request;
  request.root = root;
  request.work_directory = work_directory(true, "");
  // What was asked for may have nothing that computes: the libraries alone, say.
  request.idle = verify::Idle::is_fine;
  const resolve::Resolution& resolution = plan.resolution;
  const bool driver_left_out = resolution.driver.action == resolve::DriverAction::none && !facts.driver;
  request.levels.clear();
  if (!driver_left_out) {
    request.levels.push_back(Level::driver);
  }
  if (resolution.cuda && resolution.cuda->profile != manifest::Profile::runtime) {
    request.levels.push_back(Level::toolkit);
    request.cuda_dir = "/usr/local/cuda-" + resolution.cuda->release->minor();
    request.cuda_version = resolution.cuda->release->version;
    request.host_gcc = resolution.cuda->host_gcc;
  }
  if (resolution.has_libtorch()) {
    request.levels.push_back(Level::torch);
    request.torch_dir = resolution.torch->prefix;
    request.torch_version = resolution.torch->text();
  }
  if (resolution.python) {
    request.levels.push_back(Level::python);
    request.python_dir = resolution.python->directory;
  }
  // No GPU can be asked of a driver that loads with the next boot, of none, of a tree, or of a container, whose bus is
  // the host's. One that computes all the same still counts.
  const bool container = facts.container != host::Container::none;
  if (plan.totals.reboot || driver_left_out || container || !root.empty()) {
    request.expect_gpu = verify::ExpectGpu::no;
  }
  return request;
}

void learn(verify::VerifyRequest& request, const Options& options, Diagnosis& diagnosis)
{
  request.sys_path = options.host.sys_path;
  for (const resolve::TargetGpu& gpu : resolve::find_target(*diagnosis.manifest, diagnosis.facts).gpus) {
    const auto& known = request.capabilities;
    if (gpu.capability && std::find(known.begin(), known.end(), *gpu.capability) == known.end()) {
      request.capabilities.push_back(*gpu.capability);
    }
  }
  request.manifest = std::move(diagnosis.manifest);
  request.details = std::move(diagnosis.details);
  request.findings = std::move(diagnosis.findings);
}

base::Result<int> run_verify(const Options& options, Outside& outside)
{
  const effects::Effects effects = outside.effects_for(options.host.root);
  const std::string home = outside.environment("HOME").value_or("");
  if (!outside.is_root && !home.starts_with('/')) {
    return base::fail(
        base::make_error(base::ErrorKind::usage, "HOME is not set: the programs that verify are built in ~/.cache")
            .with_hint("set HOME to your home directory, then verify again"));
  }
  verify::VerifyRequest request = options.verification;
  request.root = options.host.root;
  request.work_directory = work_directory(outside.is_root, home);
  CUDASETUP_TRY_ASSIGN(Diagnosis diagnosis, diagnose_machine(options, outside, effects));
  learn(request, options, diagnosis);
  const verify::Verification verification = with_typed(verify::verify(effects, diagnosis.facts, request), options);
  outside.print(options.json == Switch::on ? json::write(verify::to_json(verification), json::Layout::indented)
                                           : report::text_of(verification));
  return verification.verdict == verify::Verdict::failed ? base::exit_status(base::ErrorKind::unverified) : 0;
}

} // namespace cudasetup::cli
