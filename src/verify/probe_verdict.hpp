#pragma once

#include "verify/checks.hpp"

namespace cudasetup::verify {

/// The checks that a finished probe amounts to: what it found itself to be, then one per comparison. A probe that
/// crashed, was ended, printed no report or compared nothing is a failure, whatever its status. @p expected_version:
/// what the probe must say it was built against or is, in its first parts (1.7.1 fits 1.7.1+cu110); empty: anything.
/// Pure.
std::vector<Check> judge_probe(Level level,
                               std::string_view probe,
                               std::string_view expected_version,
                               const effects::ProcessResult& result);

} // namespace cudasetup::verify
