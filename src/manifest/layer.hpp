#pragma once

#include "manifest/load.hpp"
#include "manifest/types.hpp"
#include "json/value.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace cudasetup::manifest {

/// Where a record stands: an element of an array of a file; nowhere where it was in the manifest below the files.
struct Place {
  const std::string* file = nullptr;  ///< of a Source
  std::string_view array;             ///< cuda, pairs, …
  std::size_t index = 0;              ///< in that array
  const json::Value* value = nullptr; ///< of a Layer's documents
  bool is_in_file() const { return file != nullptr; }
  std::string text() const; ///< "cuda/11.1.json:12"
};

template<typename Record> struct Located {
  Record record;
  Place place;
  bool sound = true; ///< read without a problem
};

/// The records of a set of files, in order of appearance. The sources and the documents must outlive the places.
struct Layer {
  std::vector<Located<CudaRelease>> cuda;
  std::vector<Located<Pair>> pairs;
  std::vector<Located<UbuntuRelease>> ubuntu;
  std::vector<Located<SigningKey>> keys;
  std::vector<Located<Gpu>> gpus;
  std::vector<Located<DriverBranch>> drivers;
  std::vector<Located<TorchRelease>> torch;
  bool sound = true; ///< every file could be read as a manifest
};

/// Reads @p sources; the values stay in @p documents.
Layer read_layer(const std::vector<Source>& sources,
                 std::deque<json::Value>& documents,
                 std::vector<json::Problem>& problems);

/// Sorts every array but the pairs by identity and adds a Problem for each identity that occurs twice.
void sort_layer(Layer& layer, std::vector<json::Problem>& problems);

/// One layer of both, sorted (@p base and @p overlay must be): a record of @p overlay takes the place of that of the
/// same identity; the pairs of a CUDA version in @p overlay take the place of all pairs of that version.
Layer merge_layers(Layer base, Layer overlay);

/// Adds a Problem for each name in @p layer (sorted) that leads nowhere: the CUDA release, torch release and platform
/// of a pair, the key of an archive; and for an archive that is there twice. What refers to something that could not
/// be read is left alone.
void check_references(const Layer& layer, std::vector<json::Problem>& problems);

/// A Problem at @p pointer within the record at @p place, or of no file where the record is in none.
json::Problem problem_at(const Place& place, std::string_view pointer, std::string text);

} // namespace cudasetup::manifest
