#include "cli/option_texts.hpp"

#include "base/text.hpp"
#include "cli/enrolment.hpp"
#include "cli/flavours.hpp"
#include "cli/gpu_words.hpp"
#include "cli/network_limits.hpp"
#include "cli/places.hpp"
#include "cli/selection.hpp"
#include "cli/typed.hpp"

#include <array>
#include <utility>

namespace cudasetup::cli {

namespace {

using base::ErrorKind;

/// A day.
constexpr std::uint64_t k_longest_lock_timeout = 86400;

/// The value of a word among the choices of an option.
template<typename T, std::size_t N>
base::Result<T>
choose(const std::string& option, const std::string& word, const std::array<std::pair<std::string_view, T>, N>& choices)
{
  std::vector<std::string> names;
  for (const auto& [name, value] : choices) {
    if (word == name) {
      return value;
    }
    names.emplace_back(name);
  }
  return base::fail(wrong_word(option, word, "one of " + base::join(names, ", "), names));
}

base::Error contradiction(std::string message)
{
  return base::make_error(ErrorKind::usage, std::move(message)).with_hint("leave one of them out");
}

Switch switch_of(bool value)
{
  return value ? Switch::on : Switch::off;
}

std::optional<std::string> optional_text(const std::string& text)
{
  return text.empty() ? std::nullopt : std::optional(text);
}

base::Result<void> read_directories(const OptionTexts& texts, resolve::Request& request)
{
  if (!texts.python.empty()) {
    CUDASETUP_TRY_ASSIGN(request.python, parse_own_directory("--python", texts.python));
  }
  if (!texts.libtorch_dir.empty()) {
    CUDASETUP_TRY_ASSIGN(request.libtorch_dir, parse_own_directory("--libtorch-dir", texts.libtorch_dir));
  }
  return {};
}

/// Wishes that exclude each other, or none at all.
base::Result<void> check_request(const resolve::Request& request)
{
  using resolve::Choice;
  if (request.torch.choice == Choice::none && request.libtorch_dir) {
    return base::fail(contradiction("--libtorch-dir contradicts --torch none"));
  }
  if (request.cuda.choice == Choice::none && request.torch.choice == Choice::none &&
      request.driver.choice == resolve::DriverChoice::none) {
    return base::fail(
        base::make_error(ErrorKind::usage, "nothing is asked for: without CUDA, LibTorch and driver nothing is left")
            .with_hint("leave one of --cuda none, --torch none, --driver none and --toolkit-only out"));
  }
  return {};
}

base::Result<resolve::Request> request_of(const OptionTexts& texts)
{
  using resolve::Method;
  using resolve::ModuleChoice;
  resolve::Request request;
  CUDASETUP_TRY_ASSIGN(request.cuda, parse_cuda(texts.cuda));
  CUDASETUP_TRY_ASSIGN(request.torch, parse_torch(texts.torch));
  CUDASETUP_TRY_ASSIGN(request.driver, parse_driver(texts.driver));
  CUDASETUP_TRY_ASSIGN(request.abi,
                       choose("--abi",
                              texts.abi,
                              std::array{std::pair{std::string_view("cxx11"), manifest::Abi::cxx11},
                                         std::pair{std::string_view("pre-cxx11"), manifest::Abi::pre_cxx11}}));
  CUDASETUP_TRY_ASSIGN(request.module,
                       choose("--module",
                              texts.module,
                              std::array{std::pair{std::string_view("auto"), ModuleChoice::automatic},
                                         std::pair{std::string_view("open"), ModuleChoice::open},
                                         std::pair{std::string_view("proprietary"), ModuleChoice::proprietary}}));
  CUDASETUP_TRY_ASSIGN(request.flavour, choose("--flavour", texts.flavour, k_flavours));
  CUDASETUP_TRY_ASSIGN(request.profile,
                       choose("--profile",
                              texts.profile,
                              std::array{std::pair{std::string_view("full"), manifest::Profile::full},
                                         std::pair{std::string_view("build"), manifest::Profile::build},
                                         std::pair{std::string_view("runtime"), manifest::Profile::runtime}}));
  CUDASETUP_TRY_ASSIGN(request.method,
                       choose("--method",
                              texts.method,
                              std::array{std::pair{std::string_view("auto"), Method::automatic},
                                         std::pair{std::string_view("network"), Method::network},
                                         std::pair{std::string_view("local"), Method::local},
                                         std::pair{std::string_view("runfile"), Method::runfile}}));
  CUDASETUP_TRY(read_directories(texts, request));
  request.require_digests = texts.require_digests;
  if (texts.toolkit_only) {
    if (texts.driver != "auto" || texts.torch != "auto") {
      return base::fail(contradiction("--toolkit-only contradicts --driver and --torch"));
    }
    request.driver.choice = resolve::DriverChoice::none;
    request.torch.choice = resolve::Choice::none;
  }
  CUDASETUP_TRY(check_request(request));
  return request;
}

/// The path an option names, absolute; nullopt where it was not given.
base::Result<std::optional<std::string>>
optional_path(const std::string& option, const std::string& text, Environment environment)
{
  if (text.empty()) {
    return std::nullopt;
  }
  CUDASETUP_TRY_ASSIGN(std::string path, absolute_path(option, text, environment));
  return path;
}

base::Result<HostOptions> host_of(const OptionTexts& texts, Environment environment)
{
  HostOptions host;
  host.os = optional_text(texts.os);
  if (!texts.arch.empty()) {
    host.arch = base::parse_arch(texts.arch);
    if (!host.arch) {
      return base::fail(wrong_word("--arch", texts.arch, "amd64 or arm64", {"amd64", "arm64"}));
    }
  }
  CUDASETUP_TRY(check_gpus(texts.gpus));
  host.gpus = texts.gpus;
  host.driver_present = optional_text(texts.driver_present);
  if (host.driver_present && *host.driver_present != "none" && !base::Version::parse(*host.driver_present)) {
    return base::fail(ErrorKind::usage,
                      "--driver-present " + base::quote(texts.driver_present) + ": expected a version or none");
  }
  host.container = switch_of(texts.container);
  host.wsl = switch_of(texts.wsl);
  if (texts.container && texts.wsl) {
    return base::fail(contradiction("--container contradicts --wsl"));
  }
  if (!texts.root.empty() && texts.root != "/") {
    CUDASETUP_TRY_ASSIGN(const std::string root, absolute_path("--root", texts.root, environment));
    CUDASETUP_TRY_ASSIGN(host.root, parse_directory("--root", root));
  }
  CUDASETUP_TRY_ASSIGN(host.os_release_file, optional_path("--os-release", texts.os_release_file, environment));
  CUDASETUP_TRY_ASSIGN(host.sys_path, optional_path("--sys-path", texts.sys_path, environment));
  return host;
}

base::Result<HowOptions> how_of(const OptionTexts& texts, Environment environment)
{
  HowOptions how;
  std::vector<std::string> mirrors;
  for (const auto& [name, variable] :
       {std::pair{"nvidia", "CUDASETUP_MIRROR_NVIDIA"}, std::pair{"pytorch", "CUDASETUP_MIRROR_PYTORCH"}}) {
    if (const auto value = environment(variable); value && !value->empty()) {
      mirrors.push_back(std::string(name) + "=" + *value);
    }
  }
  // Flags come last and so win over the environment.
  mirrors.insert(mirrors.end(), texts.mirrors.begin(), texts.mirrors.end());
  for (const std::string& mirror : mirrors) {
    const std::size_t equals = mirror.find('=');
    const std::string name = mirror.substr(0, equals);
    if (equals == std::string::npos || (name != "nvidia" && name != "pytorch")) {
      return base::fail(wrong_word("--mirror", mirror, "nvidia=ADDRESS or pytorch=ADDRESS", {}));
    }
    CUDASETUP_TRY_ASSIGN((name == "nvidia" ? how.nvidia_mirror : how.pytorch_mirror),
                         parse_mirror(mirror.substr(equals + 1)));
  }
  const std::string manifest = texts.manifest.empty() ? environment("CUDASETUP_MANIFEST").value_or("") : texts.manifest;
  CUDASETUP_TRY_ASSIGN(how.manifest_directory, optional_path("--manifest", manifest, environment));
  how.keep_downloads = switch_of(texts.keep_downloads);
  if (texts.hold && texts.no_hold) {
    return base::fail(contradiction("--hold contradicts --no-hold"));
  }
  how.holds = texts.hold ? plan::Holds::all : texts.no_hold ? plan::Holds::none : plan::Holds::automatic;
  const auto timeout = base::parse_number(texts.lock_timeout);
  if (!timeout || *timeout > k_longest_lock_timeout) {
    return base::fail(base::make_error(ErrorKind::usage,
                                       "--lock-timeout " + base::quote(texts.lock_timeout) +
                                           ": expected a number of seconds, at most " +
                                           std::to_string(k_longest_lock_timeout))
                          .with_hint("leave it out to wait " + OptionTexts().lock_timeout + " s"));
  }
  how.lock_timeout_seconds = static_cast<unsigned>(*timeout);
  CUDASETUP_TRY_ASSIGN(how.network, parse_network_limits(texts.jobs, texts.limit_rate));
  how.yes = switch_of(texts.yes);
  CUDASETUP_TRY_ASSIGN(how.enrolment, parse_enrolment(switch_of(texts.no_mok), texts.mok_password_fd));
  CUDASETUP_TRY_ASSIGN(how.reboot,
                       choose("--reboot",
                              texts.reboot,
                              std::array{std::pair{std::string_view("ask"), Reboot::ask},
                                         std::pair{std::string_view("yes"), Reboot::yes},
                                         std::pair{std::string_view("no"), Reboot::no}}));
  return how;
}

base::Result<report::ConsoleStyle> style_of(const OptionTexts& texts, Environment environment, Terminal terminal)
{
  using report::ProgressStyle;
  report::ConsoleStyle style;
  if (texts.quiet && texts.verbose) {
    return base::fail(contradiction("--quiet contradicts --verbose"));
  }
  style.verbosity = texts.quiet     ? report::Verbosity::quiet
                    : texts.verbose ? report::Verbosity::verbose
                                    : report::Verbosity::normal;
  const bool dumb = environment("TERM").value_or("") == "dumb";
  const bool plain = dumb || !environment("NO_COLOR").value_or("").empty();
  CUDASETUP_TRY_ASSIGN(const int color,
                       choose("--color",
                              texts.color,
                              std::array{std::pair{std::string_view("auto"), 0},
                                         std::pair{std::string_view("always"), 1},
                                         std::pair{std::string_view("never"), 2}}));
  style.color = color == 1 || (color == 0 && terminal == Terminal::yes && !plain);
  const ProgressStyle automatic = terminal == Terminal::yes && !dumb ? ProgressStyle::tty : ProgressStyle::plain;
  CUDASETUP_TRY_ASSIGN(style.progress,
                       choose("--progress",
                              texts.progress,
                              std::array{std::pair{std::string_view("auto"), automatic},
                                         std::pair{std::string_view("tty"), ProgressStyle::tty},
                                         std::pair{std::string_view("plain"), ProgressStyle::plain},
                                         std::pair{std::string_view("json"), ProgressStyle::json},
                                         std::pair{std::string_view("none"), ProgressStyle::none}}));
  return style;
}

base::Result<verify::VerifyRequest> verification_of(const OptionTexts& texts)
{
  using verify::ExpectGpu;
  using verify::Level;
  verify::VerifyRequest request;
  if (!texts.levels.empty()) {
    request.levels.clear();
  }
  for (const std::string& word : texts.levels) {
    CUDASETUP_TRY_ASSIGN(const Level level,
                         choose("--level",
                                word,
                                std::array{std::pair{std::string_view("driver"), Level::driver},
                                           std::pair{std::string_view("toolkit"), Level::toolkit},
                                           std::pair{std::string_view("torch"), Level::torch},
                                           std::pair{std::string_view("python"), Level::python}}));
    request.levels.push_back(level);
  }
  CUDASETUP_TRY_ASSIGN(request.expect_gpu,
                       choose("--expect-gpu",
                              texts.expect_gpu,
                              std::array{std::pair{std::string_view("auto"), ExpectGpu::automatic},
                                         std::pair{std::string_view("yes"), ExpectGpu::yes},
                                         std::pair{std::string_view("no"), ExpectGpu::no}}));
  for (const auto& [option, text, field] : {std::tuple{"--torch-dir", &texts.torch_dir, &request.torch_dir},
                                            std::tuple{"--cuda-dir", &texts.cuda_dir, &request.cuda_dir},
                                            std::tuple{"--python-dir", &texts.python_dir, &request.python_dir}}) {
    if (!text->empty()) {
      CUDASETUP_TRY_ASSIGN(*field, parse_directory(option, *text));
    }
  }
  if (request.python_dir && texts.levels.empty()) {
    request.levels.push_back(Level::python);
  }
  return request;
}

} // namespace

base::Result<Options> options_of(const OptionTexts& texts, Environment environment, Terminal error_terminal)
{
  Options options;
  options.verb = texts.verb;
  if (texts.has_selection) {
    CUDASETUP_TRY_ASSIGN(options.request, request_of(texts));
  }
  CUDASETUP_TRY_ASSIGN(options.host, host_of(texts, environment));
  CUDASETUP_TRY_ASSIGN(options.how, how_of(texts, environment));
  CUDASETUP_TRY_ASSIGN(options.style, style_of(texts, environment, error_terminal));
  CUDASETUP_TRY_ASSIGN(options.verification, verification_of(texts));
  CUDASETUP_TRY_ASSIGN(options.format,
                       choose("--format",
                              texts.format.empty() ? (texts.json ? "json" : "sh") : texts.format,
                              std::array{std::pair{std::string_view("sh"), PlanFormat::sh},
                                         std::pair{std::string_view("text"), PlanFormat::text},
                                         std::pair{std::string_view("json"), PlanFormat::json}}));
  if (texts.json && options.format != PlanFormat::json) {
    return base::fail(contradiction("--json contradicts --format " + texts.format));
  }
  options.dry_run = switch_of(texts.dry_run);
  options.after_boot = switch_of(texts.after_boot);
  // A plan asked for as JSON is refused as JSON.
  options.json = switch_of(texts.json || texts.format == "json");
  CUDASETUP_TRY_ASSIGN(options.output_file, optional_path("--output", texts.output_file, environment));
  options.detailed_exitcode = switch_of(texts.detailed_exitcode);
  options.allow_inexact_undo = switch_of(texts.allow_inexact_undo);
  CUDASETUP_TRY_ASSIGN(options.uninstall,
                       parse_uninstall(texts.gone_cuda,
                                       texts.gone_torch,
                                       texts.gone_driver ? plan::DriverGoes::yes : plan::DriverGoes::no));
  options.no_undo = switch_of(texts.no_undo);
  options.fix = switch_of(texts.fix);
  if (texts.verb == "doctor" && !texts.fix && (texts.dry_run || texts.yes)) {
    return base::fail(
        base::make_error(ErrorKind::usage, "--dry-run and --yes are about --fix: without it, doctor changes nothing")
            .with_hint("see what would be mended", base::Command{{"cudasetup", "doctor", "--fix", "--dry-run"}}));
  }
  options.subject = texts.subject;
  options.here = switch_of(texts.here);
  options.words = texts.words;
  for (const std::string& word : texts.words) {
    if (texts.subject == "lint" || (texts.verb == "explain" && word != "-") || word.ends_with(".json") ||
        word.find('/') != std::string::npos) {
      CUDASETUP_TRY_ASSIGN(options.files.emplace_back(), absolute_path("FILE", word, environment));
    }
  }
  options.typed = typed_of(texts, environment);
  return options;
}

} // namespace cudasetup::cli
