#include "cli/agreement.hpp"

#include "base/text.hpp"

namespace cudasetup::cli {

using base::ErrorKind;

base::Command again(const Options& options, const Outside& outside, const std::vector<std::string>& more)
{
  std::vector<std::string> words = {"cudasetup"};
  if (!outside.is_root || outside.environment("SUDO_USER")) {
    words.insert(words.begin(), "sudo");
  }
  words.insert(words.end(), options.arguments.begin(), options.arguments.end());
  words.insert(words.end(), more.begin(), more.end());
  return base::Command{std::move(words)};
}

std::vector<resolve::Reason> for_root(std::vector<resolve::Reason> reasons, const Options& options)
{
  const std::string& root = options.host.root;
  if (base::is_running_system(root)) {
    return reasons;
  }
  for (resolve::Reason& reason : reasons) {
    reason.text = base::replace_all(std::move(reason.text), "`sudo ", "`sudo chroot " + base::quote(root) + " ");
  }
  return reasons;
}

base::Result<void> check_can_agree(const Options& options, const Outside& outside)
{
  if (options.how.yes == Switch::on || outside.input_terminal == Terminal::yes) {
    return {};
  }
  return base::fail(base::make_error(ErrorKind::usage, "nobody can be asked here: standard input is no terminal")
                        .with_hint("see what would be done", again(options, outside, {"--dry-run"}))
                        .with_hint("agree beforehand", again(options, outside, {"--yes"})));
}

base::Result<void>
agree(const Options& options, Outside& outside, effects::Interrupts& interrupts, const std::string& question)
{
  CUDASETUP_TRY(check_can_agree(options, outside));
  if (options.how.yes == Switch::off && !outside.ask(question)) {
    const ErrorKind kind = interrupts.count() > 0 ? ErrorKind::interrupted : ErrorKind::refused;
    return base::fail(base::make_error(kind, "not agreed to; nothing was changed")
                          .with_hint("see what would be done", again(options, outside, {"--dry-run"})));
  }
  return {};
}

} // namespace cudasetup::cli
