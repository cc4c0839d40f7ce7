#include "cli/agreement.hpp"

#include "base/text.hpp"

namespace cudasetup::cli {

using base::ErrorKind;

base::Command again(const Options& options, const std::vector<std::string>& more)
{
  std::vector<std::string> words = {"sudo", "cudasetup"};
  words.insert(words.end(), options.arguments.begin(), options.arguments.end());
  words.insert(words.end(), more.begin(), more.end());
  return base::Command{std::move(words)};
}

std::vector<resolve::Reason> for_root(std::vector<resolve::Reason> reasons, const Options& options)
{
  const std::string& root = options.host.root;
  if (root.empty() || root == "/") {
    return reasons;
  }
  for (resolve::Reason& reason : reasons) {
    reason.text = base::replace_all(std::move(reason.text), "`sudo ", "`sudo chroot " + base::quote(root) + " ");
  }
  return reasons;
}

base::Result<void> agree(const Options& options, Outside& outside, const std::string& question)
{
  if (options.how.yes == Switch::on) {
    return {};
  }
  if (outside.input_terminal == Terminal::no) {
    return base::fail(base::make_error(ErrorKind::usage, "nobody can be asked here: standard input is no terminal")
                          .with_hint("see what would be done", again(options, {"--dry-run"}))
                          .with_hint("agree beforehand", again(options, {"--yes"})));
  }
  if (!outside.ask(question)) {
    return base::fail(base::make_error(ErrorKind::refused, "not agreed to; nothing was changed")
                          .with_hint("see what would be done", again(options, {"--dry-run"})));
  }
  return {};
}

} // namespace cudasetup::cli
