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

/// That version's installer among apt's own downloads, or ours, or in the folder of a local installer of NVIDIA's
/// (/var/cuda-repo-…); empty where neither has it.
std::string installer_here(effects::Files& target, const std::string& name, const std::string& version);
/// Whether apt's own downloads have that version's installer.
bool is_in_archives(effects::Files& target, const std::string& name, const std::string& version);
/// Whether the transaction has put it aside.
bool is_kept(effects::Files& target,
             const std::string& transaction,
             const std::string& name,
             const std::string& version);

} // namespace cudasetup::apply
