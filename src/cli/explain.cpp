#include "base/text.hpp"
#include "cli/verbs.hpp"
#include "diagnose/tool_errors.hpp"
#include "report/tool_text.hpp"

namespace cudasetup::cli {

namespace {

/// No log of a tool that anybody reads is longer.
constexpr std::size_t k_most = 64U << 20U;
constexpr int k_not_known = 1;

base::Result<std::string> read_text(const Options& options, Outside& outside)
{
  using base::ErrorKind;
  if (!options.files.empty()) {
    const effects::Effects effects = outside.effects_for("");
    // Of a longer one the end, where what failed last stands.
    const auto status = effects.files.status(options.files.front(), effects::FollowLinks::yes);
    // A pipe has no size, and is read once. Those that a shell makes have no name in any directory.
    const bool is_pipe =
        (status && status->type == effects::FileType::other) || options.files.front().starts_with("/dev/fd/");
    if (is_pipe && outside.read_input) {
      return outside.read_input(options.files.front(), k_most);
    }
    const std::uint64_t from = status && status->bytes > k_most ? status->bytes - k_most : 0;
    auto text = effects.files.read_range(options.files.front(), from, k_most);
    if (!text) {
      return base::fail(base::make_error(ErrorKind::usage, text.error().message)
                            .with_hint("see what is there", base::Command{{"ls", "-l", options.files.front()}}));
    }
    return text;
  }
  if (outside.input_terminal == Terminal::yes || !outside.read_input) {
    return base::fail(
        base::make_error(ErrorKind::usage, "explain: no FILE is named, and standard input is a terminal")
            .with_hint("name a file", base::Command{{"cudasetup", "explain", "/var/log/cuda-installer.log"}}));
  }
  return outside.read_input("", k_most);
}

/// As apt-get writes it to a file: without colours, and with the letters that apt 3 spells out on a terminal.
std::string plain(std::string_view text)
{
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.substr(at).starts_with("\x1b[")) {
      // CSI: parameters, then a letter (ECMA-48, 5.4).
      at = std::min(text.find_first_of("@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~", at + 2),
                    text.size());
    } else {
      plain += text[at];
    }
  }
  std::string lines;
  for (const std::string_view line : base::lines(plain)) {
    const bool spelled = line.starts_with("Error: ") || line.starts_with("Warning: ");
    lines += spelled ? std::string(1, line.front()) + std::string(line.substr(line.find(':'))) : std::string(line);
    lines += '\n';
  }
  return lines;
}

} // namespace

base::Result<int> run_explain(const Options& options, Outside& outside)
{
  CUDASETUP_TRY_ASSIGN(const std::string text, read_text(options, outside));
  const std::vector<diagnose::Explained> known = diagnose::explain(plain(text));
  outside.print(options.json == Switch::on ? json::write(report::to_json(known, text), json::Layout::indented)
                                           : report::text_of(known, text));
  return known.empty() ? k_not_known : 0;
}

} // namespace cudasetup::cli
