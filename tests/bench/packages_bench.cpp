// packages_bench ROOT COMMAND...: an `apt-get install` in that root, as a plan's step is carried out.
#include "apply/actions.hpp"
#include "support/fake_events.hpp"
#include "system/real_effects.hpp"

#include <cstdio>
#include <string>
#include <vector>

int main(int argc, char** argv)
{
  using namespace cudasetup;
  if (argc < 3) {
    std::fputs("packages_bench ROOT COMMAND...\n", stderr);
    return 3;
  }
  test::FakeEvents events;
  system::RealEffects machine(events, argv[1], "cudasetup/bench");
  const effects::Effects effects = machine.effects();
  apply::Tools tools(effects, argv[1], 60);
  journal::KnownDigests digests;
  apply::Workbench bench{effects, tools, digests};
  const base::Command command{std::vector<std::string>(argv + 2, argv + argc)};
  const auto done = apply::perform(bench, plan::Run{command, plan::OnFailure::stop});
  if (!done) {
    std::fprintf(stderr, "%s\n%s", done.error().message.c_str(), events.notices().c_str());
  }
  return done ? 0 : 1;
}
