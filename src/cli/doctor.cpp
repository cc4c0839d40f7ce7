#include "cli/diagnosis.hpp"
#include "cli/typed.hpp"
#include "cli/verbs.hpp"
#include "report/diagnosis.hpp"

#include <algorithm>

namespace cudasetup::cli {

namespace {

constexpr int k_findings = 2;

bool is_mendable(const diagnose::Finding& finding)
{
  return finding.fix == diagnose::Fix::by_repair;
}

/// What `--fix` did.
struct Mended {
  json::Array ids;
  std::string transaction; ///< empty: nothing was mended
};

json::Value to_json(const Diagnosis& diagnosis, const Mended& mended)
{
  json::Value document{json::Object{{"schema", "cudasetup.doctor/1"},
                                    {"findings", report::findings_json(diagnosis.findings)},
                                    {"unknown", json::Array(diagnosis.unknown.begin(), diagnosis.unknown.end())}}};
  document.set("mended",
               mended.transaction.empty()
                   ? json::Value()
                   : json::Value(json::Object{{"transaction", mended.transaction}, {"findings", mended.ids}}));
  return document;
}

void show(const Options& options, Outside& outside, const Diagnosis& diagnosis, const Mended& mended)
{
  if (options.json == Switch::on) {
    outside.print(json::write(to_json(diagnosis, mended), json::Layout::indented));
    return;
  }
  std::string text = report::text_of(diagnosis.findings, diagnosis.unknown);
  if (std::any_of(diagnosis.findings.begin(), diagnosis.findings.end(), is_mendable)) {
    text += "\nWhat is wrong with apt's sources and keys can be mended and taken back: " +
            base::to_shell(with_typed(base::Command{{"sudo", "cudasetup", "doctor", "--fix"}}, options)) + "\n";
  }
  outside.print(text);
}

int status_of(const Diagnosis& diagnosis)
{
  return diagnosis.findings.empty() ? 0 : k_findings;
}

/// The options of `repair repo`, which mends in the place of `doctor --fix`.
Options as_repair(const Options& options)
{
  Options repair = options;
  repair.verb = "repair";
  repair.subject = "repo";
  return repair;
}

/// Mends by `repair repo`; the number of its transaction.
base::Result<std::string> mend(const Options& options, Outside& outside)
{
  std::string document;
  Outside inner = outside;
  inner.print = [&](std::string_view text) { document += text; };
  Options repair = as_repair(options);
  repair.json = Switch::on;
  CUDASETUP_TRY(run_repair(repair, inner));
  std::vector<json::Problem> problems;
  const json::Value value = json::parse(document, "repair", problems);
  const json::Value* transaction = value.find("transaction");
  return transaction != nullptr && transaction->string() != nullptr ? *transaction->string() : "";
}

base::Result<void> check_machine(const Options& options)
{
  if (can_be_installed(options.host)) {
    return {};
  }
  return base::fail(base::make_error(base::ErrorKind::usage, "--fix mends this machine, not another one")
                        .with_hint("leave --os, --arch, --wsl and --driver-present out"));
}

base::Result<int> fix(const Options& options, Outside& outside, Diagnosis before)
{
  Mended mended;
  for (const diagnose::Finding& finding : before.findings) {
    if (is_mendable(finding)) {
      mended.ids.emplace_back(finding.id);
    }
  }
  if (mended.ids.empty()) {
    outside.console.say("Nothing here is what --fix mends: apt's sources and keys of NVIDIA's are in order.\n");
    show(options, outside, before, {});
    return status_of(before);
  }
  if (options.dry_run == Switch::on) {
    return run_repair(as_repair(options), outside);
  }
  CUDASETUP_TRY_ASSIGN(mended.transaction, mend(options, outside));
  outside.console.say("Mended. To take it back: " +
                      base::to_shell(at_place({"sudo", "cudasetup", "undo", mended.transaction}, options)) + "\n");
  // The effects of before are no longer valid.
  CUDASETUP_TRY_ASSIGN(const Diagnosis after,
                       diagnose_machine(options, outside, outside.effects_for(options.host.root)));
  show(options, outside, after, mended);
  return status_of(after);
}

} // namespace

base::Result<int> run_doctor(const Options& options, Outside& outside)
{
  const effects::Effects effects = outside.effects_for(options.host.root);
  if (options.fix == Switch::on) {
    CUDASETUP_TRY(check_machine(options));
  }
  CUDASETUP_TRY_ASSIGN(Diagnosis diagnosis, diagnose_machine(options, outside, effects));
  if (options.fix == Switch::on) {
    return fix(options, outside, std::move(diagnosis));
  }
  show(options, outside, diagnosis, {});
  return status_of(diagnosis);
}

} // namespace cudasetup::cli
