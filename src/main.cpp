#include "cli/outside.hpp"
#include "report/console.hpp"
#include "system/real_effects.hpp"
#include "system/terminal.hpp"

#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace {

/// The environment, with the directory we are in as PWD: the variable itself may be missing (sudo) or old.
std::optional<std::string> environment(const std::string& name)
{
  if (name != "PWD") {
    return cudasetup::system::environment(name);
  }
  std::error_code failed;
  const auto current = std::filesystem::current_path(failed);
  return failed ? std::nullopt : std::optional(current.string());
}

} // namespace

int main(int argc, char** argv)
{
  using namespace cudasetup;
  constexpr int k_bug = 70;
  report::Console console;
  try {
    std::unique_ptr<system::RealEffects> machine;
    const auto effects_for = [&](const std::string& root) {
      machine.reset();
      machine = std::make_unique<system::RealEffects>(console, root, "cudasetup/" CUDASETUP_VERSION);
      return machine->effects();
    };
    cli::Outside outside{effects_for,
                         console,
                         system::print,
                         system::ask,
                         environment,
                         system::is_terminal(system::Standard::input) ? cli::Terminal::yes : cli::Terminal::no,
                         system::is_terminal(system::Standard::error) ? cli::Terminal::yes : cli::Terminal::no,
                         system::is_root(),
                         system::read_input,
                         system::ask_hidden,
                         system::read_line};
    return cli::run(std::vector<std::string>(argv + 1, argv + argc), outside);
  } catch (const std::exception& exception) {
    console.insist(std::string("error: a fault of cudasetup itself: ") + exception.what());
    return k_bug;
  }
}
