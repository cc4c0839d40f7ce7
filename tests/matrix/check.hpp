#pragma once

#include "matrix/possible.hpp"
#include "resolve/resolution.hpp"

#include <string>
#include <vector>

namespace cudasetup::matrix {

/// A rule that an answer breaks.
struct Breach {
  std::string rule; ///< a word that classes alike breaches
  std::string text;
};

/// What a resolution breaks of the rules, taken alone.
std::vector<Breach>
check(const Machine& machine, const resolve::Request& request, const resolve::Resolution& resolution);

/// What it breaks of the documented order of preference (the contract of --cuda, --torch and --method): whether
/// something more wanted was possible. @p possible is of the same machine and request, @p asked what the request names.
std::vector<Breach> check_preference(const Possible& possible,
                                     const Asked& asked,
                                     const resolve::Request& request,
                                     const resolve::Resolution& resolution);

/// Whether a refusal was due: nothing that was asked is possible, it says why, and it offers something where anything
/// is possible at all.
std::vector<Breach>
check(const Possible& possible, const Asked& asked, const resolve::Refusal& refusal, bool anything_possible);

} // namespace cudasetup::matrix
