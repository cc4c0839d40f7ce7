#include "manifest/load.hpp"

#include "base/hash.hpp"
#include "manifest/layer.hpp"

#include <algorithm>

namespace cudasetup::manifest {

namespace {

template<typename Record> std::vector<Record> records_of(std::vector<Located<Record>> located)
{
  std::vector<Record> records;
  records.reserve(located.size());
  for (Located<Record>& one : located) {
    records.push_back(std::move(one.record));
  }
  return records;
}

/// Adds the bytes of @p sources with their lengths, so that no two sets of files give the same bytes. Of a file's name
/// only the last part counts: a plan does not become stale because the same overlay is named by another path.
void add_sources(base::Hasher& hasher, const std::vector<Source>& sources)
{
  for (const Source& source : sources) {
    const std::string name = source.file.substr(source.file.rfind('/') + 1);
    hasher.update(std::to_string(name.size()) + ":" + name + std::to_string(source.text.size()) + ":");
    hasher.update(source.text);
  }
}

std::string digest_over(const std::string& base_digest, const std::vector<Source>& files)
{
  base::Hasher hasher(base::DigestKind::sha256);
  hasher.update(base_digest);
  add_sources(hasher, files);
  hasher.update("+"); // the end of a set of files
  return "sha256:" + hasher.finish().hex();
}

template<typename Record> std::vector<Located<Record>> located(std::vector<Record> records)
{
  std::vector<Located<Record>> all;
  all.reserve(records.size());
  for (Record& record : records) {
    all.push_back({std::move(record), Place{}});
  }
  return all;
}

Layer to_layer(Manifest manifest)
{
  Layer layer;
  layer.cuda = located(std::move(manifest.cuda));
  layer.ubuntu = located(std::move(manifest.ubuntu));
  layer.keys = located(std::move(manifest.keys));
  layer.gpus = located(std::move(manifest.gpus));
  layer.drivers = located(std::move(manifest.drivers));
  layer.torch = located(std::move(manifest.torch));
  for (auto& [version, pairs] : manifest.pairs) {
    for (Pair& pair : pairs) {
      layer.pairs.push_back({std::move(pair), Place{}});
    }
  }
  return layer;
}

Manifest to_manifest(Layer layer)
{
  Manifest manifest;
  manifest.cuda = records_of(std::move(layer.cuda));
  manifest.ubuntu = records_of(std::move(layer.ubuntu));
  manifest.keys = records_of(std::move(layer.keys));
  manifest.gpus = records_of(std::move(layer.gpus));
  manifest.drivers = records_of(std::move(layer.drivers));
  manifest.torch = records_of(std::move(layer.torch));
  for (Located<Pair>& pair : layer.pairs) {
    const CudaRelease* release = manifest.find_cuda(pair.record.cuda);
    const std::string& version = (release == nullptr ? pair.record.cuda : release->version).text();
    manifest.pairs[version].push_back(std::move(pair.record));
  }
  return manifest;
}

} // namespace

Manifest load(Manifest base, const std::vector<Source>& files, std::vector<json::Problem>& problems)
{
  if (files.empty()) {
    return base;
  }
  const std::string digest = digest_over(base.digest, files);
  std::deque<json::Value> documents;
  Layer upper = read_layer(files, documents, problems);
  sort_layer(upper, problems);
  Layer merged = merge_layers(to_layer(std::move(base)), std::move(upper));
  check_references(merged, problems);
  Manifest manifest = to_manifest(std::move(merged));
  manifest.digest = digest;
  return manifest;
}

base::Result<Manifest> load(Manifest base, const std::vector<Source>& files)
{
  std::vector<json::Problem> problems;
  Manifest manifest = load(std::move(base), files, problems);
  if (!problems.empty()) {
    return base::fail(json::to_error(problems));
  }
  return manifest;
}

} // namespace cudasetup::manifest
