#include "base/text.hpp"
#include "journal/seal.hpp"
#include "journal/transaction.hpp"

#include <algorithm>

namespace cudasetup::journal {

namespace {

constexpr std::string_view k_family = "cudasetup.journal/";

Outcome read_outcome(json::Reader& reader)
{
  return reader.choice<Outcome>("outcome",
                                {{"failed", Outcome::failed},
                                 {"done", Outcome::done},
                                 {"skipped", Outcome::skipped},
                                 {"interrupted", Outcome::interrupted}});
}

Original read_original(json::Reader& reader)
{
  Original original;
  original.path = reader.string("path");
  original.extent = reader.choice<Extent>("extent", {{"single", Extent::single}, {"tree", Extent::tree}});
  original.before = read_path_state(reader);
  original.saved = reader.optional_string("saved").value_or("");
  return original;
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

/// Later records of the same name count.
void add_changes(StateChanges& all, const StateChanges& more)
{
  for (const auto& [name, state] : more.packages) {
    all.packages[name] = state;
  }
  for (const auto& [name, state] : more.alternatives) {
    all.alternatives[name] = state;
  }
}

void read_step_record(const std::string& event, json::Reader& reader, Transaction& transaction)
{
  if (event == "step-started") {
    StepRecord step;
    step.id = reader.string("step");
    step.title = reader.string("title");
    transaction.steps.push_back(std::move(step));
  } else if (event == "step-ended") {
    read_end_of_step(reader, transaction);
  } else if (event == "ended") {
    transaction.outcome = read_outcome(reader);
  } else if (event == "resumed") {
    transaction.outcome.reset();
  }
}

void read_record(json::Reader& reader, Transaction& transaction)
{
  reader.string("at");
  reader.string("seal");
  const std::string event = reader.word("event",
                                        {"before",
                                         "intends",
                                         "kept",
                                         "original",
                                         "result",
                                         "changed",
                                         "step-started",
                                         "step-ended",
                                         "ended",
                                         "resumed",
                                         "awaits-boot",
                                         "verified"});
  if (event == "before") {
    transaction.before = read_state(reader);
  } else if (event == "intends") {
    const std::vector<std::string> packages = reader.strings("packages");
    transaction.intended.insert(packages.begin(), packages.end());
  } else if (event == "kept") {
    transaction.kept.push_back({reader.string("name"), reader.string("version"), reader.string("file")});
  } else if (event == "original") {
    transaction.originals.push_back(read_original(reader));
  } else if (event == "result") {
    const std::string path = reader.string("path");
    transaction.results[path] = read_path_state(reader);
  } else if (event == "awaits-boot") {
    transaction.boot = reader.string("boot");
  } else if (event == "verified") {
    transaction.verdict = reader.word("verdict", {"passed", "cpu-only", "failed"});
  } else if (event == "changed") {
    add_changes(transaction.changed, read_changes(reader));
  } else {
    read_step_record(event, reader, transaction);
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
  transaction.verb = reader.choice<Verb>(
      "verb",
      {{"install", Verb::install}, {"uninstall", Verb::uninstall}, {"undo", Verb::undo}, {"repair", Verb::repair}});
  transaction.arguments = reader.strings("arguments");
  transaction.of = reader.optional_string("of").value_or("");
  reader.string("seal");
  reader.object("plan", [&](json::Reader& plan) {
    transaction.plan = plan.value();
    if (const json::Object* members = transaction.plan.object()) {
      for (const auto& [name, value] : *members) {
        plan.is_null(name);
      }
    }
  });
}

std::string beside(const std::string& path, const std::string& mark)
{
  const std::size_t name = path.rfind('/') + 1;
  return path.substr(0, name) + ".cudasetup-" + mark + "-" + path.substr(name);
}

base::Error&& with_way_out(base::Error&& error)
{
  return std::move(error).with_hint("installing goes on without it; what it tells of can then not be taken back");
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

std::string_view name_of(Verb verb)
{
  switch (verb) {
  case Verb::install:
    return "install";
  case Verb::uninstall:
    return "uninstall";
  case Verb::undo:
    return "undo";
  case Verb::repair:
    break;
  }
  return "repair";
}

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
    const auto seal = check_seal(records[i], transaction.seal);
    if (!seal) {
      return base::fail(with_way_out(base::make_error(
          base::ErrorKind::document, where + " does not fit its seal: the journal was changed after it was written")));
    }
    transaction.seal = *seal;
  }
  return transaction;
}

std::string transaction_path(const std::string& id)
{
  return std::string(k_state_directory) + "/transactions/" + id + ".jsonl";
}

std::string originals_directory(const std::string& id)
{
  return std::string(k_state_directory) + "/transactions/" + id + ".originals";
}

std::string kept_tree(const std::string& path, const std::string& id)
{
  return beside(path, id);
}

std::string doomed_tree(const std::string& path, const std::string& id)
{
  return beside(path, "undo-" + id);
}

std::vector<std::string> transaction_ids(effects::Files& target)
{
  std::vector<std::string> ids = journal_ids(target);
  std::erase_if(ids, [&](const std::string& id) {
    const auto text = target.read(transaction_path(id));
    return text && text->find('\n') == std::string::npos;
  });
  return ids;
}

std::vector<std::string> journal_ids(effects::Files& target)
{
  constexpr std::string_view k_ending = ".jsonl";
  std::vector<std::string> ids;
  for (const std::string& name : target.list(std::string(k_state_directory) + "/transactions")) {
    const std::string id = name.substr(0, name.size() - std::min(name.size(), k_ending.size()));
    if (name.ends_with(k_ending) && base::parse_number(id)) {
      ids.push_back(id);
    }
  }
  std::sort(ids.begin(), ids.end(), [](const std::string& a, const std::string& b) {
    return base::parse_number(a) < base::parse_number(b);
  });
  return ids;
}

base::Result<Transaction> load_transaction(effects::Files& target, const std::string& id)
{
  const std::string path = transaction_path(id);
  const auto status = target.status(path, effects::FollowLinks::no);
  if (status && status->type != effects::FileType::regular) {
    return base::fail(with_way_out(base::make_error(
        base::ErrorKind::document, path + ": expected a file; a link or a directory there is none of ours")));
  }
  const auto text = target.read(path);
  if (!text) {
    return base::fail(base::make_error(base::ErrorKind::needs_root, path + " cannot be read: the journal is root's")
                          .with_hint("give the same command with sudo"));
  }
  return read_transaction(*text, path);
}

} // namespace cudasetup::journal
