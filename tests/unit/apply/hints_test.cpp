#include "apply/actions.hpp"
#include "apply/apply.hpp"
#include "diagnose/symptoms.hpp"
#include "support/fake_machine.hpp"
#include "support/tool_text.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace cudasetup::apply {

namespace {

using base::Command;
using base::Error;
using base::ErrorKind;

/// One plan of one step, and what it fails with.
class Failure {
public:
  explicit Failure(plan::Action action)
  {
    facts.is_root = true;
    plan.steps.resize(1);
    plan.steps[0].title = "Do it";
    plan.steps[0].actions = {std::move(action)};
  }
  explicit Failure(const std::string& text) : Failure(plan::Run{Command{{"apt-get", "update"}}})
  {
    machine.processes.answer({"apt-get", "update"}, "", 100, test::tool_text(text));
  }
  Error error()
  {
    auto applied = apply(machine.effects, plan, facts, {"", 0}, [](const plan::Plan&) { return base::Result<void>{}; });
    EXPECT_FALSE(applied);
    return applied ? Error{} : std::move(applied).error();
  }

  test::FakeMachine machine;
  plan::Plan plan;
  host::HostFacts facts;
};

plan::Download download()
{
  return {base::Url::parse("https://developer.download.nvidia.com/cuda.deb").value(),
          "/var/cache/cudasetup/cuda.deb",
          base::Digest::sha256(std::string(64, '0')),
          std::nullopt,
          std::nullopt};
}

std::vector<Error> known_errors()
{
  std::vector<Error> errors;
  for (const char* text : {"unknown", "lock-apt", "secure-boot", "nouveau", "bind-mounts", "no-space-apt", "expired"}) {
    errors.push_back(Failure(std::string(text)).error());
  }
  Failure link(plan::Link{"/opt/current", "1"});
  link.machine.target.put("/opt/current", "file");
  errors.push_back(link.error());
  Failure missing(download());
  missing.machine.network.answer(test::FakeNetwork::status(404));
  errors.push_back(missing.error());
  Failure wrong(download());
  wrong.machine.network.answer(test::FakeNetwork::file("x")).answer(test::FakeNetwork::file("x"));
  errors.push_back(wrong.error());
  Failure user(plan::Remove{{"/x"}});
  user.facts.is_root = false;
  errors.push_back(user.error());
  Failure damaged(plan::Remove{{"/x"}});
  damaged.machine.target.put("/var/lib/cudasetup/digests.json", "{");
  errors.push_back(damaged.error());
  Failure interrupted(plan::Remove{{"/x"}});
  interrupted.machine.interrupts.set(1);
  errors.push_back(interrupted.error());
  return errors;
}

TEST(Hints, every_kind_of_failure_that_a_person_can_mend_says_what_to_do_next)
{
  std::set<ErrorKind> seen;
  for (const Error& error : known_errors()) {
    seen.insert(error.kind);
    EXPECT_FALSE(error.hints.empty()) << base::name_of(error.kind) << ": " << error.message;
  }
  // The first two are made from the command line and from a verification; the last is nothing a person can mend.
  const std::set<ErrorKind> elsewhere = {ErrorKind::usage, ErrorKind::unverified, ErrorKind::bug};
  for (const ErrorKind kind : base::all_error_kinds()) {
    EXPECT_NE(seen.contains(kind), elsewhere.contains(kind)) << base::name_of(kind);
  }
}

TEST(Hints, every_symptom_has_one_and_a_cause)
{
  for (const diagnose::Symptom& symptom : diagnose::known_symptoms()) {
    EXPECT_FALSE(symptom.hint.empty()) << symptom.text;
    EXPECT_FALSE(symptom.cause.empty()) << symptom.text;
    EXPECT_FALSE(symptom.text.empty());
    EXPECT_NE(symptom.kind, ErrorKind::bug) << symptom.text;
  }
}

} // namespace

} // namespace cudasetup::apply
