// What programs have written: our journal and notes of parts, apt's simulation and settings, what the verification's
// programs print, the headers of an HTTP server.
#include "fuzz.hpp"

#include "apply/apt_settings.hpp"
#include "apply/apt_simulation.hpp"
#include "fetch/spans.hpp"
#include "host/package_names.hpp"
#include "journal/journal.hpp"
#include "journal/seal.hpp"
#include "system/http_headers.hpp"
#include "verify/elf_needs.hpp"
#include "verify/probe_output.hpp"

#include "base/text.hpp"

namespace {

using namespace cudasetup;
using fuzz::expect;

/// A journal that is cut off anywhere (power fails, the disk is full) still tells what was written before.
void check_cut(std::string_view text, const journal::Transaction& whole)
{
  const std::size_t header = text.find('\n') + 1;
  for (std::size_t size = text.size() / 2; size < text.size(); size += text.size() / 7 + 1) {
    const auto cut = journal::read_transaction(text.substr(0, size), "cut");
    expect(cut.has_value() == (size >= header));
    if (cut) {
      expect(cut->torn == (text[size - 1] != '\n') && cut->id == whole.id);
      expect(cut->steps.size() <= whole.steps.size() && cut->originals.size() <= whole.originals.size());
    }
  }
}

/// The text with its lines sealed anew: what is behind a line whose seal is broken is not read.
std::string resealed(std::string_view text)
{
  std::string result;
  std::string seal;
  for (const std::string_view line : base::lines(text)) {
    const std::string whole = line.ends_with('}') ? journal::sealed(journal::record_of(line), seal) : std::string(line);
    seal = journal::check_seal(whole, seal).value_or("");
    result += whole + '\n';
  }
  if (!text.ends_with('\n') && !result.empty()) {
    result.pop_back();
  }
  return result;
}

void fuzz_journal(std::string_view text)
{
  const auto read = journal::read_transaction(text, "journal");
  if (!read) {
    expect(read.error().kind == base::ErrorKind::document && fuzz::is_line(read.error().message));
    expect(!read.error().hints.empty());
    return;
  }
  expect(read->torn == !text.ends_with('\n'));
  expect(read->plan.object() != nullptr);
  for (const journal::Original& original : read->originals) {
    expect(original.before.status.mode <= 07777);
  }
  check_cut(text, *read);
}

/// No removal may be overlooked: each line that says one is in what is checked.
void fuzz_simulation(std::string_view text)
{
  for (const apply::PackageFile& file : apply::parse_package_files(text)) {
    expect(file.name.find('/') == std::string::npos && (file.url.is_https() || file.url.is_loopback()));
  }
  const apply::AptSimulation simulation = apply::parse_simulation(text);
  std::size_t removals = 0;
  bool harmless = true;
  for (const std::string_view line : base::split(text, '\n')) {
    if ((line.starts_with("Remv ") || line.starts_with("Purg ")) && base::words(line).size() > 1) {
      ++removals;
    }
  }
  for (const std::string& name : simulation.removals) {
    expect(text.find(name) != std::string_view::npos && name.find_first_of(" \n") == std::string::npos);
    harmless = harmless && host::is_nvidia_package(name);
  }
  expect(simulation.removals.size() >= removals);
  const auto checked = apply::check_simulation(simulation);
  expect(checked.has_value() == harmless && (checked || checked.error().kind == base::ErrorKind::packages));
}

void fuzz_settings(std::string_view text)
{
  const std::string archives = apply::parse_apt_settings(text).archives;
  expect(archives.empty() || archives.ends_with('/'));
}

void fuzz_spans(std::string_view text)
{
  const auto spans = fetch::Spans::parse(text);
  if (!spans) {
    return;
  }
  expect(fetch::Spans::parse(spans->text()) == spans);
  fetch::Spans again;
  std::uint64_t end = 0;
  for (const fetch::Span& span : spans->all()) {
    again.add(span);
    end = span.to;
  }
  expect(again == *spans);
  for (const fetch::Span& gap : spans->gaps(end)) {
    again.add(gap);
  }
  expect(again.from_the_start() == end && again.is_gapless());
}

void fuzz_probe_output(std::string_view text)
{
  const verify::ProbeReport report = verify::read_probe_output(text);
  expect(report.tests.size() <= text.size());
  for (const verify::ProbeTest& test : report.tests) {
    expect(test.name == base::printable(test.name) && test.error == base::printable(test.error));
  }
}

void fuzz_libraries(std::string_view text)
{
  const auto read = [text](std::uint64_t offset, std::size_t count) {
    return offset < text.size() ? std::string(text.substr(offset, count)) : std::string();
  };
  const auto needs = verify::read_elf_needs(read, text.size());
  expect(!needs || !needs->is_cut || needs->needed.empty());
  for (const auto& [name, file] : verify::read_loader_cache(text)) {
    expect(!name.empty() && text.find(file) != std::string_view::npos);
  }
}

void fuzz_headers(std::string_view text)
{
  system::HttpHeaders headers;
  for (const std::string_view line : base::lines(text)) {
    headers.take(line);
    const effects::HttpHead head = headers.head();
    expect(head.status == headers.status() && head.status >= 0 && head.status < 1000);
    expect(head.validator.find_first_of("\r\n") == std::string::npos);
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  const fuzz::Input input(data, size);
  switch (input.pick % 4) {
  case 0:
    fuzz_journal(input.text);
    fuzz_journal(resealed(input.text));
    break;
  case 1:
    fuzz_simulation(input.text);
    fuzz_settings(input.text);
    break;
  case 2:
    fuzz_probe_output(input.text);
    fuzz_libraries(input.text);
    break;
  default:
    fuzz_headers(input.text);
    fuzz_spans(input.text);
  }
  return 0;
}
