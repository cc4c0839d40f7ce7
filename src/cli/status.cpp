#include "diagnose/status.hpp"
#include "cli/diagnosis.hpp"
#include "cli/past.hpp"
#include "cli/typed.hpp"
#include "cli/verbs.hpp"
#include "report/status.hpp"

namespace cudasetup::cli {

namespace {

/// The newest transaction of all, undos among them.
std::optional<diagnose::LastTransaction> last_of(const effects::Effects& effects)
{
  const std::vector<std::string> ids = journal::transaction_ids(effects.target);
  auto last = ids.empty() ? base::Result<journal::Transaction>(base::fail(base::ErrorKind::refused, "none"))
                          : journal::load_transaction(effects.target, ids.back());
  if (!last) {
    return std::nullopt; // why is among what is not known
  }
  return diagnose::LastTransaction{
      last->id, last->started, words_of(*last), std::string(outcome_of(last->outcome)), reboot_of(*last)};
}

} // namespace

base::Result<int> run_status(const Options& options, Outside& outside)
{
  const effects::Effects effects = outside.effects_for(options.host.root);
  CUDASETUP_TRY_ASSIGN(const Diagnosis diagnosis, diagnose_machine(options, outside, effects));
  const host::AptFaults apt;
  const diagnose::Status status =
      diagnose::status_of({diagnosis.facts, diagnosis.details, *diagnosis.manifest, apt, diagnosis.past},
                          diagnosis.findings,
                          diagnosis.is_other_machine ? std::nullopt : last_of(effects));
  if (options.json == Switch::on) {
    outside.print(json::write(report::to_json(status, diagnosis.unknown), json::Layout::indented));
  } else {
    outside.print(
        report::text_of(status, diagnosis.unknown, with_typed(base::Command{{"cudasetup", "doctor"}}, options)));
  }
  return 0;
}

} // namespace cudasetup::cli
