#pragma once

#include "resolve/resolution.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cudasetup::resolve {

/// What was found while settling one selection: what keeps it from being, what to be careful of, why things were
/// chosen.
struct Findings {
  std::vector<Constraint> constraints;
  std::vector<Reason> cautions;
  std::vector<Reason> reasons;
  std::vector<Reason> doubts; ///< those of the cautions by which it is not known whether it works here

  /// Notes that the selection cannot be; said once, however often it is found.
  void refuse(std::string constraint, std::string text, std::string source);
  void caution(std::string about, std::string text);
  /// A caution that is a doubt as well.
  void doubt(std::string about, std::string text);
  void reason(std::string about, std::string text);
  /// Takes over everything of @p other.
  void add(const Findings& other);
  bool allow() const { return constraints.empty(); }
};

/// How a constraint names the manifest record it comes from: "manifest, cuda 11.8.0: <source>". Of several sources it
/// is the one that @p topic is part of, which tells what the constraint is about; else the first that is no copy.
std::string
record_source(std::string_view record, const std::vector<std::string>& sources, std::string_view topic = {});

} // namespace cudasetup::resolve
