#include "built_in/built_in.hpp"
#include "host/json.hpp"
#include "plan/plan.hpp"
#include "probe/probe.hpp"
#include "resolve/resolution.hpp"
#include "support/fake_processes.hpp"
#include "support/golden.hpp"
#include "support/machine_files.hpp"

#include "base/text.hpp"

#include <gtest/gtest.h>

#include <algorithm>

/// What is chosen for every machine of tests/data/machines/, from its files to the plan: a table to be read.
namespace cudasetup::cli {
namespace {

bool enrols_key(const plan::Plan& plan)
{
  return std::any_of(
      plan.steps.begin(), plan.steps.end(), [](const plan::Step& step) { return step.id == plan::k_enrol_step; });
}

std::vector<std::string> machines()
{
  constexpr std::string_view k_begin = "machine ";
  const std::string all = test::read_data("machines.txt");
  std::vector<std::string> names;
  for (const std::string_view line : base::lines(all)) {
    if (line.starts_with(k_begin)) {
      names.emplace_back(line.substr(k_begin.size()));
    }
  }
  return names;
}

host::HostFacts look(const std::string& name)
{
  test::FakeFiles files;
  test::put_machine_files(files, name);
  test::FakeProcesses processes;
  return probe::probe(files, files, processes, {});
}

std::string packages_of(const resolve::DriverSelection& driver)
{
  std::vector<std::string> names;
  for (const manifest::AptPackage& package : driver.packages) {
    names.push_back(package.name + (package.version.empty() ? "" : "=" + package.version));
  }
  return base::join(names, " ");
}

std::string driver_text(const resolve::DriverSelection& driver)
{
  switch (driver.action) {
  case resolve::DriverAction::none:
    return "no driver";
  case resolve::DriverAction::keep:
    return "keeps " + driver.version->text();
  case resolve::DriverAction::install:
    break;
  }
  return driver.version->text() + ", " + std::string(host::name_of(*driver.module)) + ", " +
         std::string(resolve::name_of(driver.origin)) + ": " + packages_of(driver);
}

std::string lines_of(const resolve::Resolution& resolution, const plan::Plan& plan)
{
  const std::string cuda = resolution.cuda ? resolution.cuda->release->version.text() + " by " +
                                                 std::string(resolve::name_of(resolution.cuda->method))
                                           : "none";
  std::string text = "CUDA " + cuda + "; " + driver_text(resolution.driver) + (plan.totals.reboot ? "; reboot" : "") +
                     (enrols_key(plan) ? ", with a key to enrol at the console" : "") + "\n";
  for (const resolve::Reason& caution : resolution.cautions) {
    if (caution.about == "driver" || caution.about == "host") {
      text += "    careful: " + caution.text + "\n";
    }
  }
  return text;
}

std::string answer(const resolve::Request& request, const manifest::Manifest& manifest, const host::HostFacts& facts)
{
  const resolve::Outcome outcome = resolve::resolve(request, manifest, facts);
  if (const auto* refusal = std::get_if<resolve::Refusal>(&outcome)) {
    std::string text = "refused\n";
    for (const resolve::Constraint& constraint : refusal->reasons) {
      text += "    [" + constraint.constraint + "] " + constraint.text + "\n";
    }
    return text;
  }
  const auto& resolution = std::get<resolve::Resolution>(outcome);
  return lines_of(resolution, plan::make_plan(request, resolution, facts, {}));
}

TEST(EveryMachine, HasItsDriverOrTheReasonWhyNot)
{
  const manifest::Manifest manifest = built_in::manifest();
  std::string table;
  std::size_t count = 0;
  for (const std::string& name : machines()) {
    const host::HostFacts facts = look(name);
    table += "== " + name + " (Ubuntu " + facts.os.version_id + ", kernel " + facts.kernel + ")\n";
    for (const char* cuda : {"", "11.1", "12.4", "13.0"}) {
      resolve::Request request;
      if (*cuda != '\0') {
        request.cuda = {resolve::Choice::exact, base::Version::parse(cuda).value()};
      }
      table += "  " + (*cuda != '\0' ? "--cuda " + std::string(cuda) : std::string("nothing asked")) + ": " +
               answer(request, manifest, facts);
    }
    ++count;
  }
  EXPECT_GE(count, 50U);
  test::expect_golden("machines.txt", table);
}

} // namespace
} // namespace cudasetup::cli
