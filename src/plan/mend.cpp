#include "plan/parts.hpp"

#include "base/text.hpp"
#include "host/apt_sources.hpp"

#include <algorithm>

namespace cudasetup::plan {

namespace {

host::ArchiveKnowledge knowledge_of(const Input& input)
{
  const manifest::Archive* archive = find_archive(input);
  host::ArchiveKnowledge knowledge;
  for (const manifest::SigningKey& key : input.settings.keys) {
    const bool signs = archive != nullptr && (key.id == archive->key || key.file == archive->key);
    (signs ? knowledge.fingerprints : knowledge.old_fingerprints).push_back(key.fingerprint);
  }
  if (archive != nullptr) {
    knowledge.addresses = {archive->url.text(), nvidia_address(input, archive->url).text()};
  }
  return knowledge;
}

bool holds(const std::vector<std::string>& all, const std::string& one)
{
  return std::find(all.begin(), all.end(), one) != all.end();
}

/// A name with which apt passes the file over without a word (Debian/apt, Dir::Ignore-Files-Silently), and that nobody
/// has taken.
std::string name_off(const std::string& file, const host::HostFacts& facts)
{
  std::string name = file + ".cudasetup.disabled";
  for (unsigned number = 2; holds(facts.switched_off, name); ++number) {
    name = file + ".cudasetup" + std::to_string(number) + ".disabled";
  }
  return name;
}

/// Whether all sources of a file are among the faulty ones.
bool goes_whole(const std::string& file, const std::vector<host::FaultySource>& faulty, const host::HostFacts& facts)
{
  const auto in_file = [&](const host::AptSource& source) { return source.file == file; };
  const auto all = std::count_if(facts.nvidia_sources.begin(), facts.nvidia_sources.end(), in_file);
  const auto off =
      std::count_if(faulty.begin(), faulty.end(), [&](const host::FaultySource& each) { return in_file(each.source); });
  return all == off && !faulty.empty() &&
         std::none_of(facts.nvidia_sources.begin(), facts.nvidia_sources.end(), [&](const host::AptSource& source) {
           return in_file(source) && source.shares_file;
         });
}

void switch_off(const host::FaultySource& faulty,
                const std::vector<host::FaultySource>& all,
                const host::HostFacts& facts,
                std::vector<SwitchedOff>& off)
{
  const std::string& file = faulty.source.file;
  auto found = std::find_if(off.begin(), off.end(), [&](const SwitchedOff& each) { return each.file == file; });
  if (found == off.end()) {
    const bool whole = goes_whole(file, all, facts);
    off.push_back({file, whole ? name_off(file, facts) : ""});
    found = std::prev(off.end());
  }
  if (found->renamed.empty() &&
      std::find(found->parts.begin(), found->parts.end(), faulty.source.part) == found->parts.end()) {
    found->parts.push_back(faulty.source.part);
  }
}

/// A basic regular expression that a whole line fits which says exactly this. `|` is taken for its end.
std::string expression_of(std::string_view line)
{
  std::string expression = "^";
  for (const char c : line) {
    if (std::string_view("\\.*[]^$|").find(c) != std::string_view::npos) {
      expression += '\\';
    }
    expression += c;
  }
  return expression + "$";
}

/// By number and by what it says: a file that somebody has changed meanwhile is left as it is.
Run comment_out(const SwitchedOff& off)
{
  std::vector<std::string> argv = {"sed", "-i"};
  for (const host::FilePart& part : off.parts) {
    for (std::size_t i = 0; i < part.lines.size(); ++i) {
      argv.insert(argv.end(),
                  {"-e",
                   std::to_string(part.first_line + i) + "{\\|" + expression_of(part.lines[i]) + "|s|^|" +
                       std::string(host::k_switched_off) + "|}"});
    }
  }
  argv.push_back(off.file);
  Run edit = run(std::move(argv));
  edit.makes = {off.file};
  return edit;
}

Run rename(const SwitchedOff& off)
{
  Run move = run({"mv", "-T", off.file, off.renamed});
  move.makes = {off.file, off.renamed};
  return move;
}

std::vector<std::string> reasons_of(const host::AptFaults& faults)
{
  std::vector<std::string> reasons;
  for (const host::FaultySource& faulty : faults.sources) {
    const std::string reason = faulty.source.file + ": " + faulty.because;
    if (!holds(reasons, reason)) {
      reasons.push_back(reason);
    }
  }
  for (const host::FaultyKeyring& keyring : faults.keyrings) {
    reasons.push_back(keyring.path + ": " + keyring.because);
  }
  return reasons;
}

/// The file of the local installer's source, where the plan itself puts back the key that it names: an installation
/// that was cut off between the two.
std::string completed_source(const Input& input)
{
  const auto& cuda = input.resolution.cuda;
  const bool local = cuda && cuda->method == resolve::Method::local && source_kind(input) == SourceKind::local;
  return local && !local_source_steps(input).empty() ? local_source(input).list : "";
}

} // namespace

Mend plan_mend(const Input& input, host::Harm harm)
{
  Mend mend{host::find_apt_faults(input.facts, knowledge_of(input)), {}, input.facts};
  auto& sources = mend.faults.sources;
  const std::string completed = completed_source(input);
  std::erase_if(sources, [&](const host::FaultySource& faulty) {
    return faulty.harm < harm || (faulty.source.file == completed && faulty.fault == host::SourceFault::no_key);
  });
  if (harm > host::Harm::untidy) {
    mend.faults.keyrings.clear();
  }
  for (const host::FaultySource& faulty : sources) {
    switch_off(faulty, sources, input.facts, mend.switched_off);
    if (faulty.fault == host::SourceFault::gone) {
      // Its package, which has the directory's name, is installed and holds nothing.
      const std::string directory = host::local_directory(faulty.source.uri);
      mend.facts.packages.erase(directory.substr(directory.rfind('/') + 1));
    }
    std::erase_if(mend.facts.nvidia_sources, [&](const host::AptSource& source) {
      return source.file == faulty.source.file && source.line == faulty.source.line &&
             source.part == faulty.source.part;
    });
  }
  for (const host::FaultyKeyring& keyring : mend.faults.keyrings) {
    mend.switched_off.push_back({keyring.path, name_off(keyring.path, input.facts)});
  }
  for (const SwitchedOff& off : mend.switched_off) {
    mend.facts.files.erase(off.file);
  }
  return mend;
}

std::vector<Step> mend_steps(const Mend& mend)
{
  if (mend.switched_off.empty()) {
    return {};
  }
  Step step;
  step.id = "mend-sources";
  step.title = "Switch off what is wrong with apt's sources of NVIDIA's";
  step.because = base::join(reasons_of(mend.faults), "; ");
  std::vector<std::string> undo;
  for (const SwitchedOff& off : mend.switched_off) {
    step.actions.emplace_back(off.renamed.empty() ? comment_out(off) : rename(off));
    undo.push_back(off.renamed.empty() ? "take \"" + std::string(host::k_switched_off) + "\" out of " + off.file
                                       : "mv " + off.renamed + " " + off.file);
  }
  step.undo = base::join(undo, "; ");
  return {step};
}

} // namespace cudasetup::plan
