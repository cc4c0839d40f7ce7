#include "journal/journal.hpp"

#include "base/text.hpp"
#include "json/reader.hpp"

#include <array>

namespace cudasetup::journal {

namespace {

constexpr std::string_view k_family = "cudasetup.journal/";
constexpr std::int64_t k_most_id = 0xFFFFFFFF;

Outcome read_outcome(json::Reader& reader)
{
  const std::string word = reader.word("outcome", {"done", "skipped", "failed", "interrupted"});
  for (const Outcome outcome : {Outcome::done, Outcome::skipped, Outcome::failed, Outcome::interrupted}) {
    if (word == name_of(outcome)) {
      return outcome;
    }
  }
  return Outcome::failed;
}

Before read_original(json::Reader& reader)
{
  Before before;
  before.path = reader.string("path");
  before.existed = reader.boolean("existed");
  if (!before.existed) {
    return before;
  }
  const std::string type = reader.word("type", {"regular", "directory", "link", "other"});
  before.status.type = type == "regular"     ? effects::FileType::regular
                       : type == "directory" ? effects::FileType::directory
                       : type == "link"      ? effects::FileType::link
                                             : effects::FileType::other;
  before.status.mode = static_cast<unsigned>(reader.integer("mode", 0, 07777));
  before.status.owner = static_cast<unsigned>(reader.integer("owner", 0, k_most_id));
  before.status.group = static_cast<unsigned>(reader.integer("group", 0, k_most_id));
  before.link_target = reader.optional_string("link").value_or("");
  before.saved = reader.optional_string("saved").value_or("");
  return before;
}

void read_end_of_step(json::Reader& reader, Transaction& transaction)
{
  const std::string id = reader.string("step");
  const Outcome outcome = read_outcome(reader);
  const json::Value* seconds = reader.value().find("seconds");
  reader.is_null("seconds");
  for (StepRecord& step : transaction.steps) {
    if (step.id == id && !step.outcome) {
      step.outcome = outcome;
      step.message = reader.string("message");
      step.seconds = seconds == nullptr              ? 0.0
                     : seconds->real() != nullptr    ? *seconds->real()
                     : seconds->integer() != nullptr ? static_cast<double>(*seconds->integer())
                                                     : 0.0;
      return;
    }
  }
  reader.problem("step", "expected a step that was started");
}

void read_record(json::Reader& reader, Transaction& transaction)
{
  reader.string("at");
  const std::string event = reader.word("event", {"step-started", "original", "step-ended", "ended"});
  if (event == "step-started") {
    StepRecord step;
    step.id = reader.string("step");
    step.title = reader.string("title");
    transaction.steps.push_back(std::move(step));
  } else if (event == "original") {
    transaction.originals.push_back(read_original(reader));
  } else if (event == "step-ended") {
    read_end_of_step(reader, transaction);
  } else if (event == "ended") {
    transaction.outcome = read_outcome(reader);
  }
}

void read_header(json::Reader& reader, Transaction& transaction)
{
  const std::string schema = reader.string("schema");
  if (schema != std::string(k_family) + "1") {
    reader.problem("schema",
                   schema.starts_with(k_family) ? "the journal was written by a newer cudasetup; use that version"
                                                : "expected cudasetup.journal/1");
  }
  transaction.id = reader.string("id");
  transaction.started = reader.string("at");
  reader.object("plan", [&](json::Reader& plan) {
    transaction.plan = plan.value();
    if (const json::Object* members = transaction.plan.object()) {
      for (const auto& [name, value] : *members) {
        plan.is_null(name);
      }
    }
  });
}

base::Error&& with_way_out(base::Error&& error)
{
  return std::move(error).with_hint("a journal only tells what was done: installing goes on without it");
}

} // namespace

base::Result<Transaction> read_transaction(std::string_view text, const std::string& file)
{
  Transaction transaction;
  std::vector<json::Problem> problems;
  if (!text.empty() && !text.ends_with('\n')) {
    transaction.torn = true;
    text = text.substr(0, text.rfind('\n') == std::string_view::npos ? 0 : text.rfind('\n') + 1);
  }
  const std::vector<std::string_view> records = base::lines(text);
  if (records.empty()) {
    return base::fail(with_way_out(
        base::make_error(base::ErrorKind::document, file + ": the journal is empty or was cut off in its first line")));
  }
  for (std::size_t i = 0; i < records.size(); ++i) {
    const std::string where = file + " line " + std::to_string(i + 1);
    const json::Value value = json::parse(records[i], where, problems);
    if (problems.empty()) {
      json::Reader reader(value, where, "", problems);
      i == 0 ? read_header(reader, transaction) : read_record(reader, transaction);
      reader.finish();
    }
    if (!problems.empty()) {
      return base::fail(with_way_out(json::to_error(problems)));
    }
  }
  return transaction;
}

} // namespace cudasetup::journal
