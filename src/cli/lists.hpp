#pragma once

#include "manifest/types.hpp"
#include "resolve/request.hpp"
#include "json/value.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cudasetup::cli {

/// What has to be settled on a machine for an item to run there.
struct Wish {
  resolve::Request request;
  std::optional<base::PciId> gpu;     ///< to take for the machine's
  std::vector<std::string> arguments; ///< the same, for `cudasetup why-not`
};

/// One kind of record: for machines (the items of cudasetup.list/1) and as a table for people.
struct List {
  json::Array items;
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  std::vector<Wish> wishes; ///< as long as `items` and `rows`
};

List list_cuda(const manifest::Manifest& manifest);
List list_torch(const manifest::Manifest& manifest);
List list_drivers(const manifest::Manifest& manifest);
List list_gpus(const manifest::Manifest& manifest);
List list_pairs(const manifest::Manifest& manifest);

} // namespace cudasetup::cli
