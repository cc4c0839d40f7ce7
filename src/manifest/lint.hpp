#pragma once

#include "manifest/load.hpp"
#include "json/value.hpp"

#include <vector>

namespace cudasetup::manifest {

/// What is wrong or doubtful in @p files, read over @p base: every problem that `load` finds, and where there is none,
/// what loads but cannot be right:
/// - a record, or a file said to be seen, that names no source;
/// - a pair of a toolkit from 12.9 on with torch up to 2.7 (which needs libnvToolsExt, gone from 12.9 on), of a toolkit
///   and a platform of different major versions, or with a driver older than the toolkit or the torch build needs;
/// - a package whose name ends with the version of another release;
/// - a file whose name says another system, architecture, version, platform or ABI than its record.
/// An empty list means that nothing was found.
std::vector<json::Problem> lint(Manifest base, const std::vector<Source>& files);

} // namespace cudasetup::manifest
