#pragma once

#include "base/result.hpp"
#include "cli/options.hpp"
#include "cli/outside.hpp"

/// One function a verb. The result is the exit status of success (0, or 2 for changes with --detailed-exitcode), or
/// the Error that gives it.
namespace cudasetup::cli {

base::Result<int> run_install(const Options& options, Outside& outside);
base::Result<int> run_plan(const Options& options, Outside& outside);
base::Result<int> run_resume(const Options& options, Outside& outside);
base::Result<int> run_repair(const Options& options, Outside& outside);
base::Result<int> run_undo(const Options& options, Outside& outside);
base::Result<int> run_uninstall(const Options& options, Outside& outside);
base::Result<int> run_verify(const Options& options, Outside& outside);
base::Result<int> run_status(const Options& options, Outside& outside);
base::Result<int> run_doctor(const Options& options, Outside& outside);
base::Result<int> run_explain(const Options& options, Outside& outside);
base::Result<int> run_list(const Options& options, Outside& outside);
base::Result<int> run_why_not(const Options& options, Outside& outside);
base::Result<int> run_history(const Options& options, Outside& outside);
base::Result<int> run_manifest(const Options& options, Outside& outside);

} // namespace cudasetup::cli
