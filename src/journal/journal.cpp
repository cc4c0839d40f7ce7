#include "journal/journal.hpp"

#include "base/text.hpp"
#include "journal/seal.hpp"

#include <ctime>

namespace cudasetup::journal {

namespace {

constexpr std::string_view k_schema = "cudasetup.journal/1";
constexpr std::size_t k_id_digits = 4;
constexpr unsigned k_others_may_write = 0022;

std::string padded(std::uint64_t number)
{
  std::string digits = std::to_string(number);
  return std::string(digits.size() < k_id_digits ? k_id_digits - digits.size() : 0, '0') + digits;
}

/// Makes a directory that is root's alone; one that is there must be so: what is in it is believed later.
base::Result<void> make_private(effects::Files& target, const std::string& path)
{
  CUDASETUP_TRY(target.make_directories(path, 0700));
  const auto status = target.status(path, effects::FollowLinks::no);
  if (status && status->type == effects::FileType::directory && status->owner == 0 &&
      (status->mode & k_others_may_write) == 0) {
    return {};
  }
  return base::fail(
      base::make_error(base::ErrorKind::refused, path + " is not a directory of root's alone; nothing was changed")
          .with_hint("see what it is", base::Command{{"ls", "-la", path}})
          .with_hint("move it away; what was done before can then not be taken back",
                     base::Command{{"mv", path, path + ".old"}}));
}

json::Array strings(const std::vector<std::string>& all)
{
  return {all.begin(), all.end()};
}

} // namespace

std::string timestamp(effects::Clock& clock)
{
  const std::time_t seconds = std::chrono::system_clock::to_time_t(clock.now());
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::string text(32, '\0');
  text.resize(std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts));
  return text;
}

Journal::Journal(effects::Files& target, effects::Clock& clock, std::string id)
    : m_target(&target), m_clock(&clock), m_id(std::move(id)), m_path(transaction_path(m_id))
{
}

base::Result<Journal> Journal::begin(effects::Files& target, effects::Clock& clock, const Header& header)
{
  CUDASETUP_TRY(make_private(target, std::string(k_state_directory)));
  CUDASETUP_TRY(make_private(target, std::string(k_state_directory) + "/transactions"));
  const std::vector<std::string> ids = journal_ids(target);
  const std::uint64_t last = ids.empty() ? 0 : base::parse_number(ids.back()).value_or(0);
  Journal journal(target, clock, padded(last + 1));
  json::Object record = {{"schema", k_schema},
                         {"id", journal.m_id},
                         {"verb", name_of(header.verb)},
                         {"arguments", strings(header.arguments)}};
  if (!header.of.empty()) {
    record.emplace_back("of", header.of);
  }
  record.emplace_back("plan", header.plan);
  CUDASETUP_TRY(journal.append(std::move(record)));
  return journal;
}

base::Result<Journal> Journal::reopen(effects::Files& target, effects::Clock& clock, const Transaction& transaction)
{
  CUDASETUP_TRY(make_private(target, std::string(k_state_directory)));
  Journal journal(target, clock, transaction.id);
  if (transaction.torn) {
    std::optional<std::string> read = target.read(journal.m_path);
    if (!read) {
      return base::fail(base::ErrorKind::document, journal.m_path + " cannot be read any more");
    }
    std::string text = *std::move(read);
    text.resize(text.rfind('\n') + 1);
    CUDASETUP_TRY(target.write(journal.m_path, text, 0600));
  }
  journal.m_seal = transaction.seal;
  journal.m_results = transaction.results;
  for (const Original& original : transaction.originals) {
    journal.m_paths.emplace(original.path, original.extent);
    journal.m_saved += original.saved.empty() ? 0 : 1;
  }
  CUDASETUP_TRY(journal.append({{"event", "resumed"}}));
  return journal;
}

base::Result<void> Journal::append(json::Object record)
{
  record.emplace_back("at", timestamp(*m_clock));
  const std::string line = sealed(json::write(json::Value(std::move(record)), json::Layout::compact), m_seal);
  auto appended = m_target->append(m_path, line + "\n", 0600);
  if (!appended) {
    return base::fail(std::move(appended).error().while_doing("writing the journal " + m_path));
  }
  m_seal = *check_seal(line, m_seal);
  return {};
}

base::Result<void> Journal::awaits_boot(const std::string& boot)
{
  return append({{"event", "awaits-boot"}, {"boot", boot}});
}

base::Result<void> Journal::verified(std::string_view verdict)
{
  return append({{"event", "verified"}, {"verdict", verdict}});
}

base::Result<void> Journal::state_before(const SystemState& state)
{
  json::Object record = {{"event", "before"}};
  for (auto& member : to_json(state)) {
    record.push_back(std::move(member));
  }
  return append(std::move(record));
}

base::Result<void> Journal::intends(const std::vector<std::string>& packages)
{
  return append({{"event", "intends"}, {"packages", strings(packages)}});
}

base::Result<void> Journal::kept(const KeptPackage& package)
{
  return append({{"event", "kept"}, {"name", package.name}, {"version", package.version}, {"file", package.file}});
}

base::Result<void> Journal::step_started(const plan::Step& step)
{
  return append({{"event", "step-started"}, {"step", step.id}, {"title", step.title}});
}

base::Result<void> Journal::keep_original(const std::string& path, Extent extent, const std::string& kept_at)
{
  if (m_paths.contains(path)) {
    return {};
  }
  CUDASETUP_TRY_ASSIGN(const PathState before, look_at(*m_target, path, extent));
  json::Object record = {{"event", "original"}, {"path", path}, {"extent", extent == Extent::tree ? "tree" : "single"}};
  std::string saved = before.exists && before.status.type == effects::FileType::directory ? kept_at : "";
  if (before.exists && before.status.type == effects::FileType::regular) {
    saved = originals_directory(m_id) + "/" + padded(m_saved + 1);
    CUDASETUP_TRY(make_private(*m_target, originals_directory(m_id)));
    const auto bytes = m_target->read(path);
    if (!bytes) {
      return base::fail(
          base::make_error(base::ErrorKind::refused, path + " cannot be read, and so not be kept for undo")
              .with_hint("see what it is", base::Command{{"ls", "-la", path}}));
    }
    CUDASETUP_TRY(m_target->write(saved, *bytes, 0600));
  }
  for (auto& member : to_json(before)) {
    record.push_back(std::move(member));
  }
  if (!saved.empty()) {
    ++m_saved;
    record.emplace_back("saved", saved);
  }
  CUDASETUP_TRY(append(std::move(record)));
  m_paths.emplace(path, extent);
  return {};
}

base::Result<void> Journal::results(const std::vector<std::string>& paths)
{
  for (const std::string& path : paths) {
    const auto known = m_paths.find(path);
    if (known == m_paths.end()) {
      continue;
    }
    CUDASETUP_TRY_ASSIGN(const PathState now, look_at(*m_target, path, known->second));
    const auto last = m_results.find(path);
    if (last != m_results.end() && last->second == now) {
      continue;
    }
    json::Object record = {{"event", "result"}, {"path", path}};
    for (auto& member : to_json(now)) {
      record.push_back(std::move(member));
    }
    CUDASETUP_TRY(append(std::move(record)));
    m_results[path] = now;
  }
  return {};
}

base::Result<void> Journal::changed(const StateChanges& changes)
{
  if (changes.empty()) {
    return {};
  }
  json::Object record = {{"event", "changed"}};
  for (auto& member : to_json(changes)) {
    record.push_back(std::move(member));
  }
  return append(std::move(record));
}

base::Result<void>
Journal::step_ended(const plan::Step& step, Outcome outcome, double seconds, const std::string& message)
{
  m_done += outcome == Outcome::done ? 1 : 0;
  return append({{"event", "step-ended"},
                 {"step", step.id},
                 {"outcome", name_of(outcome)},
                 {"seconds", seconds},
                 {"message", message}});
}

base::Result<void> Journal::ended(Outcome outcome)
{
  add_to_history(outcome);
  return append({{"event", "ended"}, {"outcome", name_of(outcome)}});
}

void Journal::add_to_history(Outcome outcome)
{
  const std::string path(k_history_log);
  const json::Object line = {
      {"at", timestamp(*m_clock)}, {"id", m_id}, {"outcome", name_of(outcome)}, {"steps", m_done}};
  if (m_target->make_directories(path.substr(0, path.rfind('/')), 0755)) {
    // The journal is what is relied upon: a log that cannot be written stops nothing.
    static_cast<void>(m_target->append(path, json::write(json::Value(line), json::Layout::compact) + "\n", 0644));
  }
}

} // namespace cudasetup::journal
