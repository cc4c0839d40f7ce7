// libFuzzer target (clang -fsanitize=fuzzer,address,undefined): any bytes as a JSON document and as an overlay over a
// small manifest (the built-in one would take most of the time). Beyond memory errors it checks what the two promise.
#include "manifest/load.hpp"
#include "support/sample_manifest.hpp"
#include "json/value.hpp"

#include <cstdint>
#include <cstdlib>

namespace json = cudasetup::json;
namespace manifest = cudasetup::manifest;

namespace {

void require(bool holds)
{
  if (!holds) {
    std::abort();
  }
}

void check_parse(std::string_view text)
{
  std::vector<json::Problem> problems;
  const json::Value value = json::parse(text, "fuzz.json", problems);
  if (!problems.empty()) {
    require(value.is_null());
    for (const json::Problem& problem : problems) {
      require(json::to_text(problem).find('\n') == std::string::npos);
    }
    return;
  }
  // What was read can be written, and reading that gives the same value.
  for (const json::Layout layout : {json::Layout::compact, json::Layout::indented}) {
    const json::Value again = json::parse(json::write(value, layout), "again.json", problems);
    require(problems.empty() && again == value);
  }
}

void check_load(std::string_view text)
{
  const auto loaded = manifest::load({{"base.json", cudasetup::test::k_sample_manifest}}, {{"fuzz.json", text}});
  if (!loaded) {
    require(!loaded.error().message.empty());
    return;
  }
  for (const auto& [version, pairs] : loaded->pairs) {
    for (const manifest::Pair& pair : pairs) {
      require(loaded->find_cuda(pair.cuda) != nullptr && loaded->find_torch(pair.torch) != nullptr);
    }
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_parse(text);
  check_load(text);
  return 0;
}
