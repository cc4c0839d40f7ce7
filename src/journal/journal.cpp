#include "journal/journal.hpp"

#include "base/text.hpp"
#include "json/value.hpp"

#include <algorithm>
#include <ctime>

namespace cudasetup::journal {

namespace {

constexpr std::string_view k_schema = "cudasetup.journal/1";
constexpr std::size_t k_id_digits = 4;

std::string transactions_directory()
{
  return std::string(k_state_directory) + "/transactions";
}

std::string padded(std::uint64_t number)
{
  std::string digits = std::to_string(number);
  return std::string(digits.size() < k_id_digits ? k_id_digits - digits.size() : 0, '0') + digits;
}

std::string_view name_of(effects::FileType type)
{
  switch (type) {
  case effects::FileType::regular:
    return "regular";
  case effects::FileType::directory:
    return "directory";
  case effects::FileType::link:
    return "link";
  case effects::FileType::other:
    break;
  }
  return "other";
}

} // namespace

std::string_view name_of(Outcome outcome)
{
  switch (outcome) {
  case Outcome::done:
    return "done";
  case Outcome::skipped:
    return "skipped";
  case Outcome::failed:
    return "failed";
  case Outcome::interrupted:
    break;
  }
  return "interrupted";
}

std::string timestamp(effects::Clock& clock)
{
  const std::time_t seconds = std::chrono::system_clock::to_time_t(clock.now());
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::string text(32, '\0');
  text.resize(std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts));
  return text;
}

std::string transaction_path(const std::string& id)
{
  return transactions_directory() + "/" + id + ".jsonl";
}

std::vector<std::string> transaction_ids(effects::Files& target)
{
  std::vector<std::string> ids;
  for (const std::string& name : target.list(transactions_directory())) {
    if (name.ends_with(".jsonl") && base::parse_number(name.substr(0, name.size() - 6))) {
      ids.push_back(name.substr(0, name.size() - 6));
    }
  }
  const auto earlier = [](const std::string& a, const std::string& b) {
    return base::parse_number(a) < base::parse_number(b);
  };
  std::sort(ids.begin(), ids.end(), earlier);
  return ids;
}

Journal::Journal(effects::Files& target, effects::Clock& clock, std::string id)
    : m_target(&target), m_clock(&clock), m_id(std::move(id)), m_path(transaction_path(m_id))
{
}

base::Result<Journal> Journal::begin(effects::Files& target, effects::Clock& clock, const json::Value& plan_document)
{
  CUDASETUP_TRY(target.make_directories(std::string(k_state_directory), 0700));
  CUDASETUP_TRY(target.make_directories(transactions_directory(), 0700));
  const std::vector<std::string> ids = transaction_ids(target);
  const std::uint64_t last = ids.empty() ? 0 : base::parse_number(ids.back()).value_or(0);
  Journal journal(target, clock, padded(last + 1));
  CUDASETUP_TRY(journal.append({{"schema", k_schema}, {"id", journal.m_id}, {"plan", plan_document}}));
  return journal;
}

base::Result<void> Journal::append(json::Object record)
{
  record.emplace_back("at", timestamp(*m_clock));
  auto appended =
      m_target->append(m_path, json::write(json::Value(std::move(record)), json::Layout::compact) + "\n", 0600);
  if (!appended) {
    return base::fail(std::move(appended).error().while_doing("writing the journal " + m_path));
  }
  return {};
}

base::Result<void> Journal::step_started(const plan::Step& step)
{
  return append({{"event", "step-started"}, {"step", step.id}, {"title", step.title}});
}

base::Result<void> Journal::keep_original(const std::string& path)
{
  json::Object record = {{"event", "original"}, {"path", path}};
  const auto status = m_target->status(path, effects::FollowLinks::no);
  record.emplace_back("existed", status.has_value());
  if (status) {
    record.emplace_back("type", name_of(status->type));
    record.emplace_back("mode", static_cast<std::int64_t>(status->mode));
    record.emplace_back("owner", static_cast<std::int64_t>(status->owner));
    record.emplace_back("group", static_cast<std::int64_t>(status->group));
  }
  if (status && status->type == effects::FileType::link) {
    record.emplace_back("link", m_target->link_target(path).value_or(""));
  }
  if (status && status->type == effects::FileType::regular) {
    const std::string directory = transactions_directory() + "/" + m_id + ".originals";
    const std::string saved = directory + "/" + padded(++m_saved);
    const auto bytes = m_target->read(path);
    if (!bytes) {
      return base::fail(
          base::make_error(base::ErrorKind::needs_root, "cannot read " + path + ", whose original must be kept")
              .with_hint("see who may read it, and move it away if nobody needs it",
                         base::Command{{"ls", "-la", path}}));
    }
    CUDASETUP_TRY(m_target->make_directories(directory, 0700));
    CUDASETUP_TRY(m_target->write(saved, *bytes, 0600));
    record.emplace_back("saved", saved);
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
