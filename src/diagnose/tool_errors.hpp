#pragma once

#include "base/error.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cudasetup::diagnose {

/// What a failed tool's output means, where its text is known.
struct KnownFailure {
  base::ErrorKind kind = base::ErrorKind::packages;
  std::string cause;
  std::vector<base::Hint> hints;
};

/// Recognises the text of a failed apt, dpkg, pip or runfile run. Pure; nullopt for unknown text, which is then shown
/// as it is. The symptoms are those of apt's and dpkg's own message catalogues.
std::optional<KnownFailure> recognise(std::string_view output);

/// A line of a text, and what it is known to mean.
struct Explained {
  std::string line;
  KnownFailure failure;
};

/// All that is known of a text: each cause once, with the first line that shows it; where none is, what only follows
/// from one. Empty for unknown text. Pure.
std::vector<Explained> explain(std::string_view output);

/// Who holds apt's or dpkg's lock, as the tool said it ("process 1234 (unattended-upgr)"); nullopt when the output is
/// about something else.
std::optional<std::string> lock_holder(std::string_view output);

/// That apt's lock is held by @p holder ("process 1234 (apt)", "another program").
KnownFailure held_by(const std::string& holder);

} // namespace cudasetup::diagnose
