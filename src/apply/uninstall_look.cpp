#include "apply/standing.hpp"
#include "apply/system_state.hpp"
#include "apply/take_up.hpp"
#include "apply/uninstall_parts.hpp"
#include "base/text.hpp"
#include "host/package_names.hpp"
#include "host/paths.hpp"

#include <algorithm>

namespace cudasetup::apply {

namespace {

constexpr std::string_view k_dpkg = "/var/lib/dpkg/";

/// A file of a few hundred bytes, as ours are.
void read_text(effects::Files& target, const std::string& path, UninstallInput& input)
{
  constexpr std::uint64_t k_most_bytes = 1024 * 1024;
  const auto status = target.status(path, effects::FollowLinks::no);
  if (status && status->type == effects::FileType::regular && status->bytes <= k_most_bytes) {
    if (auto text = target.read(path)) {
      input.texts[path] = *std::move(text);
    }
  }
}

void note_presence(effects::Files& target, const std::string& path, UninstallInput& input)
{
  if (!path.empty() && target.status(path, effects::FollowLinks::no)) {
    input.present.insert(path);
  }
}

base::Result<void> look_at_paths(effects::Files& target, UninstallInput& input)
{
  for (const journal::Transaction& transaction : input.standing) {
    for (const journal::Original& original : transaction.originals) {
      CUDASETUP_TRY_ASSIGN(input.paths_now[original.path], journal::look_at(target, original.path, original.extent));
      note_presence(target, original.saved, input);
      read_text(target, original.saved, input);
      if (original.extent == journal::Extent::tree) {
        read_text(target, original.path + std::string(k_build_version), input);
        read_text(target, original.path + "/" + std::string(host::k_python_record_name), input);
      }
    }
  }
  for (const host::Toolkit& toolkit : input.facts.toolkits) {
    for (const std::string& name : target.list(toolkit.directory + "/bin")) {
      if (name.find("uninstall") != std::string::npos) {
        note_presence(target, toolkit.directory + "/bin/" + name, input);
      }
    }
  }
  return {};
}

void look_at_conffiles(effects::Files& target, UninstallInput& input)
{
  for (const auto& [name, state] : input.now.packages) {
    if (!state.is_installed() || !host::is_nvidia_package(name)) {
      continue;
    }
    const std::string list = target.read(std::string(k_dpkg) + "info/" + name + ".conffiles").value_or("");
    for (const std::string_view line : base::lines(list)) {
      const std::string path(base::trim(line));
      const auto status = path.starts_with('/') ? target.status(path, effects::FollowLinks::no) : std::nullopt;
      if (status && status->type == effects::FileType::regular) {
        input.conffiles[name].push_back(path);
      }
    }
  }
}

/// The choices of the groups (update-alternatives(1), "FILES"): after an empty line, of each its path and its priority,
/// then a line for each of its slaves.
void look_at_alternatives(effects::Files& target, UninstallInput& input)
{
  for (const auto& [name, state] : input.now.alternatives) {
    const std::string text = target.read(std::string(k_dpkg) + "alternatives/" + name).value_or("");
    const std::vector<std::string_view> lines = base::lines(text);
    for (std::size_t i = 1; i + 1 < lines.size(); ++i) {
      if (lines[i].starts_with('/') && base::parse_number(lines[i + 1])) {
        input.choices[name].emplace_back(lines[i]);
      }
    }
  }
}

/// Whether the package was automatic when the transaction began, and is asked for now.
bool has_lost_mark(const journal::Transaction& transaction, const journal::SystemState& now, const std::string& name)
{
  const auto was = journal::find_in(transaction.before.packages, name);
  const auto is = journal::find_in(now.packages, name);
  return was && is && was->mark == journal::Mark::automatic && is->mark == journal::Mark::manual;
}

/// Whether apt took the marks: it forgets those of all that it is about to remove before dpkg removes the first.
/// Somebody who asks for some of them leaves others marked.
bool apt_took_marks(const journal::Transaction& transaction, const journal::SystemState& now)
{
  return std::all_of(transaction.intended.begin(), transaction.intended.end(), [&](const std::string& name) {
    const auto is = journal::find_in(now.packages, name);
    return !is || is->mark == journal::Mark::manual;
  });
}

/// What the transaction meant to remove, but for what somebody asked for or held since it began.
std::set<std::string> still_intended(const journal::Transaction& transaction, const journal::SystemState& now)
{
  const bool marks_tell = !apt_took_marks(transaction, now);
  std::set<std::string> names = transaction.intended;
  std::erase_if(names, [&](const std::string& name) {
    const auto was = journal::find_in(transaction.before.packages, name);
    const auto is = journal::find_in(now.packages, name);
    const bool is_held_since = was && is && is->is_held() && !was->is_held();
    return is_held_since || (marks_tell && has_lost_mark(transaction, now, name));
  });
  return names;
}

} // namespace

base::Result<UninstallInput> look_for_uninstall(effects::Files& target,
                                                const host::HostFacts& facts,
                                                const plan::UninstallRequest& request,
                                                const std::vector<std::string>& arguments)
{
  UninstallInput input;
  input.request = request;
  input.facts = facts;
  input.now = read_system_state(target);
  input.relations = parse_relations(target.read(std::string(k_dpkg) + "status").value_or(""));
  input.dpkg_was_cut_off = dpkg_was_cut_off(target);
  CUDASETUP_TRY_ASSIGN(input.standing, standing_transactions(target));
  CUDASETUP_TRY(look_at_paths(target, input));
  look_at_conffiles(target, input);
  look_at_alternatives(target, input);
  if (!input.standing.empty()) {
    journal::Transaction& last = input.standing.back();
    last = as_found(last, input.now, input.paths_now);
    if (last.verb == journal::Verb::uninstall && !last.is_done() && last.arguments == arguments) {
      input.intended = still_intended(last, input.now);
    }
  }
  return input;
}

} // namespace cudasetup::apply
