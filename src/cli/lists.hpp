#pragma once

#include "manifest/types.hpp"
#include "json/value.hpp"

#include <string>
#include <vector>

namespace cudasetup::cli {

/// One kind of record: for machines (the items of cudasetup.list/1) and as a table for people.
struct List {
  json::Array items;
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
};

List list_cuda(const manifest::Manifest& manifest);
List list_torch(const manifest::Manifest& manifest);
List list_drivers(const manifest::Manifest& manifest);
List list_gpus(const manifest::Manifest& manifest);
List list_pairs(const manifest::Manifest& manifest);

} // namespace cudasetup::cli
