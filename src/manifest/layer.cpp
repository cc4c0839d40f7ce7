#include "manifest/layer.hpp"

#include "manifest/read.hpp"

namespace cudasetup::manifest {

namespace {

/// In place of a file's name.
constexpr std::string_view k_below = "the built-in manifest";

template<typename Record>
void read_array(json::Reader& root,
                std::string_view array,
                const std::string& file,
                Record (*read)(json::Reader&),
                std::vector<Located<Record>>& records)
{
  std::size_t index = 0;
  root.optional_each(array, [&](json::Reader& element) {
    Located<Record> located{read(element), {&file, array, index++, &element.value()}, true};
    element.finish();
    located.sound = element.is_sound();
    records.push_back(std::move(located));
  });
}

/// Whether the document is of the kind and version that this program reads. Where it is of another, that is the one
/// Problem: what its members should be is not known.
bool is_of_this_version(json::Reader& root)
{
  root.word("schema", {"cudasetup.manifest/1"});
  const json::Value* schema = root.value().find("schema");
  if (root.is_sound() || schema == nullptr || schema->string() == nullptr) {
    return true;
  }
  for (const auto& [name, value] : *root.value().object()) {
    root.is_null(name); // asked for, so that it is not called unknown
  }
  return false;
}

void read_document(const json::Value& document,
                   const std::string& file,
                   Layer& layer,
                   std::vector<json::Problem>& problems)
{
  json::Reader root(document, file, "", problems);
  const bool is_readable = is_of_this_version(root);
  layer.sound = layer.sound && root.is_sound();
  if (!is_readable) {
    return;
  }
  read_array(root, "cuda", file, read_cuda, layer.cuda);
  read_array(root, "pairs", file, read_pair, layer.pairs);
  read_array(root, "ubuntu", file, read_ubuntu, layer.ubuntu);
  read_array(root, "keys", file, read_key, layer.keys);
  read_array(root, "gpus", file, read_gpu, layer.gpus);
  read_array(root, "drivers", file, read_driver, layer.drivers);
  read_array(root, "torch", file, read_torch, layer.torch);
}

} // namespace

std::string Place::text() const
{
  if (!is_in_file()) {
    return std::string(k_below);
  }
  return *file + ":" + std::to_string(value->line());
}

json::Problem problem_at(const Place& place, std::string_view pointer, std::string text)
{
  if (!place.is_in_file()) {
    return {std::string(k_below), "", 0, std::move(text)};
  }
  const json::Value* value = json::at(*place.value, pointer);
  return {*place.file,
          json::element_pointer(json::member_pointer("", place.array), place.index) + std::string(pointer),
          (value == nullptr ? place.value : value)->line(),
          std::move(text)};
}

Layer read_layer(const std::vector<Source>& sources,
                 std::deque<json::Value>& documents,
                 std::vector<json::Problem>& problems)
{
  Layer layer;
  for (const Source& source : sources) {
    const std::size_t before = problems.size();
    documents.push_back(json::parse(source.text, source.file, problems));
    if (problems.size() != before || before >= json::k_max_problems) {
      layer.sound = false;
      continue;
    }
    read_document(documents.back(), source.file, layer, problems);
  }
  return layer;
}

} // namespace cudasetup::manifest
