#pragma once

#include "apply/tools.hpp"
#include "journal/journal.hpp"

namespace cudasetup::apply {

/// Puts aside the installers of the versions of these packages that are there, so that the transaction can be taken
/// back exactly: from apt's own downloads, else from an archive. What cannot be had is said, and does not stop the run.
base::Result<void> keep_packages(const effects::Effects& effects,
                                 Tools& tools,
                                 journal::Journal& journal,
                                 const std::vector<std::string>& names,
                                 const journal::Packages& installed);

} // namespace cudasetup::apply
