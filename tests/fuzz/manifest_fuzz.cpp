// The manifest loader, and the JSON reader below it. An input is a JSON document, or (where it begins with a byte of
// k_edits) changes to a manifest without a fault, since most changed bytes of a document only give bad JSON.
#include "fuzz.hpp"

#include "manifest/lint.hpp"
#include "manifest/load.hpp"
#include "manifest/pack.hpp"
#include "support/sample_manifest.hpp"

#include <algorithm>

namespace {

using namespace cudasetup;
using fuzz::expect;

constexpr unsigned k_edits = 'E';

/// Each change is four bytes (where, in two; how much goes; how much comes) and the bytes that come.
std::string edited(std::string_view edits)
{
  std::string text(test::k_sample_manifest);
  while (edits.size() >= 4) {
    const auto number = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(edits[at])); };
    const std::size_t at = (number(0) * 256 + number(1)) % text.size();
    const std::size_t gone = std::min(number(2), text.size() - at);
    const std::size_t come = std::min(number(3), edits.size() - 4);
    text.replace(at, gone, edits.substr(4, come));
    edits.remove_prefix(4 + come);
    if (text.empty()) {
      break;
    }
  }
  return text;
}

void check_parse(std::string_view text)
{
  std::vector<json::Problem> problems;
  const json::Value value = json::parse(text, "fuzz.json", problems);
  if (!problems.empty()) {
    expect(value.is_null());
    return;
  }
  // What was read can be written, and reading that gives the same value.
  for (const json::Layout layout : {json::Layout::compact, json::Layout::indented}) {
    const json::Value again = json::parse(json::write(value, layout), "again.json", problems);
    expect(problems.empty() && again == value);
  }
}

void check_manifest(const manifest::Manifest& all)
{
  for (const auto& [version, pairs] : all.pairs) {
    for (const manifest::Pair& pair : pairs) {
      expect(all.find_cuda(pair.cuda) != nullptr && all.find_torch(pair.torch) != nullptr);
    }
  }
  for (const manifest::CudaRelease& release : all.cuda) {
    expect(all.find_cuda(release.version) == &release);
    for (const manifest::Runfile& runfile : release.runfiles) {
      expect(runfile.file.url.is_https());
    }
    for (const auto& [profile, packages] : release.packages) {
      for (const manifest::AptPackage& package : packages) {
        expect(package.name.find_first_of(" ;$`'\"\\/\n") == std::string::npos && package.name.front() != '-');
      }
    }
  }
  for (const manifest::Gpu& gpu : all.gpus) {
    expect(all.find_gpu(gpu.id) == &gpu);
  }
  expect(manifest::unpack(manifest::pack(all)) == all);
}

void check_load(std::string_view text, const manifest::Manifest& base)
{
  std::vector<json::Problem> problems;
  const manifest::Manifest all = manifest::load(base, {{"fuzz.json", text}}, problems);
  expect(problems.size() <= json::k_max_problems);
  for (const json::Problem& problem : problems) {
    expect(fuzz::is_line(json::to_text(problem)));
    expect(problem.file == "fuzz.json" ? problem.line > 0 || problem.pointer.empty() : !problem.file.empty());
  }
  if (problems.empty()) {
    check_manifest(all);
    for (const json::Problem& problem : manifest::lint(base, {{"fuzz.json", text}})) {
      expect(fuzz::is_line(json::to_text(problem)));
    }
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  const fuzz::Input input(data, size);
  if (input.pick == k_edits) {
    check_load(edited(input.text), {});
    return 0;
  }
  static const manifest::Manifest base = manifest::load({}, {{"base.json", test::k_sample_manifest}}).value();
  const std::string text(reinterpret_cast<const char*>(data), size);
  check_parse(text);
  check_load(text, base);
  return 0;
}
