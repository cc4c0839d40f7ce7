#pragma once

#include "manifest/load.hpp"
#include "json/value.hpp"

#include <vector>

namespace cudasetup::manifest {

/// What is wrong or doubtful in @p files, read over @p base: every problem that `load` finds (shape, references,
/// doubled records, addresses, digests), and where there is none, what loads but cannot be right:
/// - a record without a source, a file said to be seen without one or derived without its rule, an http address in one;
/// - a pair of a toolkit from 12.9 on with torch up to 2.7 (which needs libnvToolsExt, gone from 12.9 on), of a toolkit
///   and a platform of different major versions or for the CPU, or with a driver older than one of both needs;
/// - a package of another release, of the driver, or named twice;
/// - a file whose name says another system, architecture, version, platform or ABI than its record;
/// - a name that leads nowhere: the system of a local installer or of Ubuntu's driver packages, the unmarked platform;
/// - an archive's, key's, GPU's, branch's or build's members that contradict each other;
/// - records out of order, or in the file of another minor version.
/// An empty list means that nothing was found. Whether each pair resolves somewhere is asked where there is a resolver.
std::vector<json::Problem> lint(Manifest base, const std::vector<Source>& files);

} // namespace cudasetup::manifest
