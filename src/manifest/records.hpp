#pragma once

#include "manifest/load.hpp"
#include "json/value.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cudasetup::manifest {

/// A record as it stands in a manifest file, with every member.
struct Record {
  std::string kind; ///< the array it is an element of: cuda, pairs, …
  std::string id;   ///< a version, a GPU's or a key's id, a branch; of a pair: its CUDA version
  std::string file; ///< "" where it is built in
  json::Value value;
};

/// The kinds of records: the names of the arrays in a manifest file.
const std::vector<std::string>& record_kinds();

/// The records of sources that load without a problem, in order of appearance.
std::vector<Record> read_records(const std::vector<Source>& sources);

/// The records of a manifest, as they stood in its files.
std::vector<Record> records_of(const Manifest& manifest);

/// How many files, package lists and so on in a record are said to be seen, and how many derived.
struct EvidenceCount {
  std::size_t seen = 0;
  std::size_t derived = 0;
};
EvidenceCount count_evidence(const json::Value& value);

} // namespace cudasetup::manifest
