#include "diagnose/tool_errors.hpp"

#include "base/text.hpp"
#include "diagnose/symptoms.hpp"

#include <algorithm>
#include <array>

namespace cudasetup::diagnose {

namespace {

using base::Command;
using base::Hint;

/// How apt, dpkg and pip begin the lines that tell of work going well. What stands in them is no symptom: a package may
/// be named after one.
constexpr std::array<std::string_view, 22> k_going_well = {"Get:",         "Hit:",
                                                           "Ign:",         "Fetched ",
                                                           "Reading ",     "(Reading ",
                                                           "Building ",    "Selecting ",
                                                           "Preparing ",   "Unpacking ",
                                                           "Setting up ",  "Processing ",
                                                           "Inst ",        "Conf ",
                                                           "Remv ",        "Removing ",
                                                           "N: ",          "Notice: ",
                                                           "Collecting ",  "Downloading ",
                                                           "Requirement ", "update-alternatives: using"};

bool tells_of_success(std::string_view line)
{
  return std::any_of(
      k_going_well.begin(), k_going_well.end(), [&](std::string_view start) { return line.starts_with(start); });
}

bool is_warning(std::string_view line)
{
  return line.starts_with("W: ") || line.starts_with("Warning: ") || line.starts_with("WARNING: ");
}

/// Which lines may show a symptom.
enum class Lines { errors, with_warnings };

/// The first line that shows a symptom; empty: none does.
std::string_view line_that_shows(const Symptom& symptom, const std::vector<std::string_view>& output, Lines lines)
{
  const auto shown = std::find_if(output.begin(), output.end(), [&](std::string_view line) {
    return !tells_of_success(line) && (lines == Lines::with_warnings || !is_warning(line)) &&
           line.find(symptom.text) != std::string_view::npos &&
           (symptom.and_text.empty() || line.find(symptom.and_text) != std::string_view::npos);
  });
  return shown == output.end() ? std::string_view() : *shown;
}

const Symptom* find_symptom(const std::vector<std::string_view>& output, Rank rank, Lines lines)
{
  const auto symptoms = known_symptoms();
  const auto found = std::find_if(symptoms.begin(), symptoms.end(), [&](const Symptom& symptom) {
    return symptom.rank == rank && !line_that_shows(symptom, output, lines).empty();
  });
  return found == symptoms.end() ? nullptr : &*found;
}

Hint hint_of(const Symptom& symptom)
{
  Hint hint{std::string(symptom.hint), std::nullopt};
  if (!symptom.command.empty()) {
    Command command;
    for (const std::string_view word : base::words(symptom.command)) {
      command.argv.emplace_back(word);
    }
    hint.command = std::move(command);
  }
  return hint;
}

/// "process 1234 (apt-get)" of "… It is held by process 1234 (apt-get)"; empty where the line does not say.
std::string holder_in_apt(std::string_view line)
{
  constexpr std::string_view k_before = "held by ";
  const std::size_t by = line.find("held by process ");
  if (by == std::string_view::npos) {
    return "";
  }
  return std::string(base::trim(line.substr(by + k_before.size())));
}

/// "process 1234" of "… was locked by another process with pid 1234"; empty where the line does not say.
std::string holder_in_dpkg(std::string_view line)
{
  constexpr std::string_view k_before = "with pid ";
  const std::size_t pid = line.find(k_before);
  if (pid == std::string_view::npos) {
    return "";
  }
  return "process " + std::string(base::trim(line.substr(pid + k_before.size())));
}

std::vector<Hint> lock_hints(const std::string& holder)
{
  const std::vector<std::string_view> words = base::words(holder);
  Hint hint{"wait for it to end, then give the same command again", std::nullopt};
  if (words.size() >= 2 && base::parse_number(words[1])) {
    hint.text += "; see what it is";
    hint.command = Command{{"ps", "-fp", std::string(words[1])}};
  }
  return {std::move(hint)};
}

} // namespace

KnownFailure held_by(const std::string& holder)
{
  return KnownFailure{base::ErrorKind::busy, holder + " holds apt's lock", lock_hints(holder)};
}

std::optional<KnownFailure> recognise(std::string_view output)
{
  if (const auto holder = lock_holder(output)) {
    return held_by(*holder);
  }
  const std::vector<std::string_view> lines = base::lines(output);
  // A cause that only a warning names counts too, but may be that of another source: apt warns of a wrong signature and
  // then fails for want of a signed archive.
  for (const auto& [rank, which] : {std::pair{Rank::cause, Lines::errors},
                                    std::pair{Rank::cause, Lines::with_warnings},
                                    std::pair{Rank::consequence, Lines::with_warnings}}) {
    if (const Symptom* symptom = find_symptom(lines, rank, which)) {
      return KnownFailure{symptom->kind, std::string(symptom->cause), {hint_of(*symptom)}};
    }
  }
  return std::nullopt;
}

std::vector<Explained> explain(std::string_view output)
{
  std::vector<Explained> all;
  if (const auto holder = lock_holder(output)) {
    all.push_back({"", held_by(*holder)});
  }
  const std::vector<std::string_view> lines = base::lines(output);
  for (const Rank rank : {Rank::cause, Rank::consequence}) {
    for (const auto& symptoms : {known_symptoms(), program_symptoms()}) {
      for (const Symptom& symptom : symptoms) {
        const bool is_told = std::any_of(
            all.begin(), all.end(), [&](const Explained& told) { return told.failure.cause == symptom.cause; });
        const std::string_view line = symptom.rank == rank && !is_told
                                          ? line_that_shows(symptom, lines, Lines::with_warnings)
                                          : std::string_view();
        if (!line.empty()) {
          all.push_back(
              {std::string(base::trim(line)), {symptom.kind, std::string(symptom.cause), {hint_of(symptom)}}});
        }
      }
    }
    if (!all.empty()) {
      break;
    }
  }
  return all;
}

std::optional<std::string> lock_holder(std::string_view output)
{
  static constexpr std::string_view k_nobody = "another program";
  for (const std::string_view line : base::lines(output)) {
    // "Could not open lock file …" and "…, are you root?" are about rights; "Waiting for cache lock: Could not get lock
    // …" is said by an apt that may get it yet.
    const bool is_error = line.starts_with("E: ") || line.starts_with("Error: ");
    if (is_error && (line.find("Could not get lock ") != std::string_view::npos ||
                     line.find("is another process using it?") != std::string_view::npos)) {
      const std::string holder = holder_in_apt(line);
      return holder.empty() ? std::string(k_nobody) : holder;
    }
    // Before dpkg 1.19.1 "is locked by another process", without a pid.
    if (line.starts_with("dpkg: error: ") && line.find(" locked by another process") != std::string_view::npos) {
      const std::string holder = holder_in_dpkg(line);
      return holder.empty() ? std::string(k_nobody) : holder;
    }
  }
  return std::nullopt;
}

} // namespace cudasetup::diagnose
