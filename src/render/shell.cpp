#include "render/shell.hpp"

#include "base/text.hpp"
#include "render/summary.hpp"

#include <string_view>

namespace cudasetup::render {

namespace {

constexpr std::size_t k_width = 100;

/// The environment that children of ours get, so that the script does the same.
constexpr std::string_view k_settings = "set -eu\n"
                                        "umask 022\n"
                                        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
                                        "DEBIAN_FRONTEND=noninteractive\n"
                                        "LC_ALL=C.UTF-8\n"
                                        "NEEDRESTART_MODE=a\n"
                                        "export PATH DEBIAN_FRONTEND LC_ALL NEEDRESTART_MODE\n";

constexpr std::string_view k_root_check = "if [ \"$(id -u)\" -ne 0 ]; then\n"
                                          "  echo 'This script installs software: run it as root.' >&2\n"
                                          "  exit 5\n"
                                          "fi\n";

/// After a command whose failure shows only in what comes next.
constexpr std::string_view k_not_read =
    " ||\n  echo 'That was not all read; what comes next fails if it needs it.' >&2";
constexpr std::string_view k_not_done =
    " ||\n  echo 'That was not all done; what comes next fails if it needs it.' >&2";

std::string_view after_failure(plan::OnFailure on_failure)
{
  switch (on_failure) {
  case plan::OnFailure::go_on_unread:
    return k_not_read;
  case plan::OnFailure::go_on:
    return k_not_done;
  case plan::OnFailure::stop:
    break;
  }
  return "";
}

/// A line of comment. What comes from outside may hold anything: a line break in it would begin a command.
void comment(std::string& script, std::string_view text)
{
  const std::string line = base::replace_all(base::printable(text), "\n", " ");
  script += line.empty() ? "#\n" : "# " + line + "\n";
}

void paragraph(std::string& script, const std::string& text)
{
  for (const std::string& line : wrapped(text, k_width)) {
    comment(script, line);
  }
}

/// A list whose further lines stand under the first word.
void item(std::string& script, const std::string& text)
{
  std::string_view lead = "  - ";
  for (const std::string& line : wrapped(text, k_width)) {
    comment(script, std::string(lead) + line);
    lead = "    ";
  }
}

void rows(std::string& script, std::string_view title, const std::vector<Row>& all)
{
  comment(script, "");
  comment(script, title);
  for (const std::string& line : aligned(all)) {
    comment(script, line);
  }
}

void reasons(std::string& script, std::string_view title, const std::vector<resolve::Reason>& all)
{
  if (all.empty()) {
    return;
  }
  comment(script, "");
  comment(script, title);
  for (const resolve::Reason& reason : all) {
    item(script, reason.about + ": " + reason.text);
  }
}

void step(std::string& script, const plan::Step& step, std::size_t number, std::size_t count, const std::string& root)
{
  script += '\n';
  paragraph(script, "[" + std::to_string(number) + "/" + std::to_string(count) + "] " + step.title);
  paragraph(script, "Why: " + step.because + ".");
  for (const plan::Action& action : step.actions) {
    const auto* run = std::get_if<plan::Run>(&action);
    const std::string_view after = run == nullptr ? "" : after_failure(run->on_failure);
    for (const base::Command& command : plan::commands_for(action, root)) {
      script += base::to_shell(command) + std::string(after) + "\n";
    }
  }
}

/// The commands; where there are none, @p nothing is what says so.
void add_steps(std::string& script,
               const std::vector<plan::Step>& steps,
               const std::string& root,
               const std::string& nothing)
{
  if (steps.empty()) {
    script += nothing;
    return;
  }
  script += k_settings;
  script += k_root_check;
  std::size_t number = 0;
  for (const plan::Step& each : steps) {
    step(script, each, ++number, steps.size(), root);
  }
}

void say_root(std::string& script, const std::string& root)
{
  if (!base::is_running_system(root)) {
    comment(script, "It changes the system in " + root + ".");
  }
}

std::string head(const plan::Plan& plan, const host::HostFacts& facts, const std::string& root)
{
  std::string script = "#!/bin/sh\n";
  comment(script, "Made by cudasetup. It can be read, kept and run: it needs nothing of cudasetup's.");
  say_root(script, root);
  if (plan.purpose == plan::Purpose::install) {
    rows(script, "Found:", found_rows(facts, plan.resolution.gpu_names));
    rows(script, "Chosen:", chosen_rows(plan));
    reasons(script, "Why:", plan.resolution.reasons);
  } else {
    comment(script, "It mends apt's sources and keys of NVIDIA's on this machine as it is now.");
    reasons(script, "Wrong:", plan.resolution.reasons);
  }
  reasons(script, "Be careful:", plan.resolution.cautions);
  reasons(script, "Already so, and hence not done:", plan.already);
  if (!plan.steps.empty()) {
    rows(script, "Cost:", cost_rows(plan));
  }
  script += '\n';
  return script;
}

std::string nothing_to_do(const plan::Plan& plan)
{
  std::string script;
  script += "echo 'Nothing to do:'\n";
  for (const resolve::Reason& reason : plan.already) {
    script += "echo " + base::quote("  " + base::printable(reason.about + ": " + reason.text)) + "\n";
  }
  if (plan.already.empty()) {
    script += "echo '  nothing was asked for that this machine lacks'\n";
  }
  return script;
}

} // namespace

std::string to_sh(const plan::Plan& plan, const host::HostFacts& facts, const std::string& root)
{
  std::string script = head(plan, facts, root);
  add_steps(script, plan.steps, root, nothing_to_do(plan));
  return script;
}

std::string to_sh(const plan::UninstallPlan& plan, const std::string& root)
{
  std::string script = "#!/bin/sh\n";
  comment(script, "Made by cudasetup. It uninstalls on this machine as it is now, and keeps nothing for an undo.");
  say_root(script, root);
  reasons(script, "What goes:", plan.gone);
  reasons(script, "What stays:", plan.left);
  script += '\n';
  add_steps(script, plan.steps, root, "echo 'Nothing to do: nothing of it is there.'\n");
  return script;
}

std::string to_sh(const plan::UndoPlan& plan, const std::string& root)
{
  std::string script = "#!/bin/sh\n";
  comment(script,
          "Made by cudasetup. It takes back transaction " + plan.transaction + " on this machine as it is now.");
  say_root(script, root);
  reasons(script, "Changed since, and left as it is:", plan.left);
  reasons(script, "Cannot be brought back:", plan.lost);
  reasons(script, "What stays:", plan.stays);
  script += '\n';
  add_steps(script, plan.steps, root, "echo 'Nothing to do: all of it is as it was before.'\n");
  return script;
}

} // namespace cudasetup::render
