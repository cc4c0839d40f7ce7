#include "apply/keep_packages.hpp"

#include "base/text.hpp"
#include "plan/input.hpp"

#include <algorithm>

namespace cudasetup::apply {

namespace {

constexpr std::string_view k_archives = "/var/cache/apt/archives";

std::string directory_of(const std::string& transaction)
{
  return journal::originals_directory(transaction) + "/packages";
}

/// The ends that the file name of a package's installer may have: its architecture. That of the system comes first in
/// dpkg's list, which is there where packages of others may be installed too.
std::vector<std::string> file_ends(effects::Files& target, const std::string& name)
{
  if (const std::size_t colon = name.find(':'); colon != std::string::npos) {
    return {"_" + name.substr(colon + 1) + ".deb"};
  }
  const std::string list = target.read("/var/lib/dpkg/arch").value_or("");
  const std::string native(base::trim(list.substr(0, list.find('\n'))));
  return native.empty() ? std::vector<std::string>{".deb"}
                        : std::vector<std::string>{"_" + native + ".deb", "_all.deb"};
}

/// The file of @p directory that is this version's installer, `NAME_VERSION_ARCHITECTURE.deb`; empty where there is
/// none. Apt writes the colon of an epoch as %3a.
std::string find_installer(effects::Files& target,
                           const std::string& directory,
                           const std::string& name,
                           const std::string& version)
{
  const std::string start = name.substr(0, name.find(':')) + "_" + base::replace_all(version, ":", "%3a") + "_";
  const std::vector<std::string> ends = file_ends(target, name);
  for (const std::string& file : target.list(directory)) {
    const bool fits = file.starts_with(start) && std::any_of(ends.begin(), ends.end(), [&](const std::string& end) {
                        return file.ends_with(end);
                      });
    if (fits) {
      return directory + "/" + file;
    }
  }
  return "";
}

/// The installer, in @p directory; empty where neither apt's downloads nor an archive have it.
base::Result<std::string> obtain(effects::Files& target,
                                 Tools& tools,
                                 const std::string& directory,
                                 const std::string& name,
                                 const std::string& version)
{
  if (std::string kept = find_installer(target, directory, name, version); !kept.empty()) {
    return kept;
  }
  // A half-written file never has the name that is looked for.
  const std::string coming = directory + "/coming";
  CUDASETUP_TRY(target.remove(coming));
  CUDASETUP_TRY(target.make_directories(coming, 0700));
  const std::string downloaded = find_installer(target, std::string(k_archives), name, version);
  const base::Command command =
      downloaded.empty() ? base::Command{{"env",
                                          "-C",
                                          coming,
                                          "apt-get",
                                          "download",
                                          // The directory is private: apt's unprivileged user could not write to it.
                                          "-o",
                                          "APT::Sandbox::User=root",
                                          name + "=" + version}}
                         : base::Command{{"cp", "--", downloaded, coming}};
  if (auto ran = tools.run(command); !ran) {
    CUDASETUP_TRY(target.remove(coming));
    return ran.error().kind == base::ErrorKind::interrupted
               ? base::Result<std::string>(base::fail(std::move(ran).error()))
               : base::Result<std::string>("");
  }
  const std::string came = find_installer(target, coming, name, version);
  if (!came.empty()) {
    CUDASETUP_TRY(target.sync(came));
    CUDASETUP_TRY(target.rename(came, directory + came.substr(came.rfind('/'))));
  }
  CUDASETUP_TRY(target.remove(coming));
  return find_installer(target, directory, name, version);
}

} // namespace

std::string installer_here(effects::Files& target, const std::string& name, const std::string& version)
{
  std::string found = find_installer(target, std::string(k_archives), name, version);
  if (found.empty()) {
    found = find_installer(target, std::string(plan::k_cache), name, version);
  }
  for (const std::string& directory : target.list("/var")) {
    if (found.empty() && directory.starts_with("cuda-repo-")) {
      found = find_installer(target, "/var/" + directory, name, version);
    }
  }
  return found;
}

bool is_in_archives(effects::Files& target, const std::string& name, const std::string& version)
{
  return !find_installer(target, std::string(k_archives), name, version).empty();
}

bool is_kept(effects::Files& target,
             const std::string& transaction,
             const std::string& name,
             const std::string& version)
{
  return !find_installer(target, directory_of(transaction), name, version).empty();
}

base::Result<void> keep_packages(const effects::Effects& effects,
                                 Tools& tools,
                                 journal::Journal& journal,
                                 const std::vector<std::string>& names,
                                 const journal::Packages& installed)
{
  const std::string directory = directory_of(journal.id());
  for (const std::string& name : names) {
    const auto before = journal::find_in(installed, name);
    if (!before || !before->is_installed()) {
      continue;
    }
    CUDASETUP_TRY_ASSIGN(const std::string file, obtain(effects.target, tools, directory, name, before->version));
    if (file.empty()) {
      effects.events.emit(effects::Notice{name + " " + before->version +
                                          " cannot be had any more: undo will not bring this version back"});
    } else {
      CUDASETUP_TRY(journal.kept({name, before->version, file}));
    }
  }
  return {};
}

} // namespace cudasetup::apply
