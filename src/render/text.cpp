#include "render/text.hpp"

#include "base/text.hpp"
#include "render/summary.hpp"

#include <string_view>

namespace cudasetup::render {

namespace {

constexpr std::size_t k_width = 96;

void rows(std::string& text, const std::vector<Row>& all)
{
  for (const std::string& line : aligned(all)) {
    text += base::printable(line) + "\n";
  }
}

void reasons(std::string& text, std::string_view title, const std::vector<resolve::Reason>& all)
{
  if (all.empty()) {
    return;
  }
  text += "\n" + std::string(title) + "\n";
  for (const resolve::Reason& reason : all) {
    std::string_view lead = "  - ";
    for (const std::string& line : wrapped(reason.about + ": " + reason.text, k_width)) {
      text += std::string(lead) + base::printable(line) + "\n";
      lead = "    ";
    }
  }
}

void add_steps(std::string& text, const std::vector<plan::Step>& steps)
{
  if (steps.empty()) {
    text += "\nNothing to do\n";
    return;
  }
  text += "\nSteps\n";
  std::size_t number = 0;
  for (const plan::Step& step : steps) {
    const std::string lead = std::to_string(++number);
    text += std::string(lead.size() < 3 ? 3 - lead.size() : 0, ' ') + lead + "  " + base::printable(step.title) + "\n";
  }
}

std::string repair_text(const plan::Plan& plan)
{
  std::string text = "Apt's sources and keys of NVIDIA's\n";
  reasons(text, "Wrong", plan.resolution.reasons);
  reasons(text, "Be careful", plan.resolution.cautions);
  add_steps(text, plan.steps);
  return text;
}

} // namespace

std::string to_text(const plan::UndoPlan& plan)
{
  std::string text = "Taking back transaction " + plan.transaction + "\n";
  reasons(text, "Changed since, and left as it is", plan.left);
  reasons(text, "Cannot be brought back", plan.lost);
  reasons(text, "What stays", plan.stays);
  add_steps(text, plan.steps);
  return text;
}

std::string to_text(const plan::UninstallPlan& plan)
{
  std::string text = "Uninstalling\n";
  reasons(text, "What goes", plan.gone);
  reasons(text, "What stays", plan.left);
  reasons(text, "What undo cannot bring back", plan.lost);
  add_steps(text, plan.steps);
  return text;
}

std::string to_text(const plan::Plan& plan, const host::HostFacts& facts)
{
  if (plan.purpose == plan::Purpose::repair_sources) {
    return repair_text(plan);
  }
  std::string text = "Found\n";
  rows(text, found_rows(facts, plan.resolution.gpu_names));
  text += "\nChosen\n";
  rows(text, chosen_rows(plan));
  reasons(text, "Be careful", plan.resolution.cautions);
  if (plan.steps.empty()) {
    reasons(text, "Nothing to do", plan.already);
    return plan.already.empty() ? text + "\nNothing to do\n" : text;
  }
  reasons(text, "Already so", plan.already);
  add_steps(text, plan.steps);
  return text + cost_text(plan);
}

std::string cost_text(const plan::Plan& plan)
{
  std::string text = "\nCost\n";
  rows(text, cost_rows(plan));
  return text;
}

} // namespace cudasetup::render
