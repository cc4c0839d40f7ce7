#include "apply/keep_packages.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace cudasetup::apply {

namespace {

constexpr std::string_view k_archives = "/var/cache/apt/archives";

std::string directory_of(const std::string& transaction)
{
  return journal::originals_directory(transaction) + "/packages";
}

/// The start of an installer's file name, up to the architecture; apt writes the colon of an epoch as %3a.
std::string file_prefix(const std::string& name, const std::string& version)
{
  return name.substr(0, name.find(':')) + "_" + base::replace_all(version, ":", "%3a") + "_";
}

/// The file of @p directory that is this version's installer; empty where there is none.
std::string find_installer(effects::Files& target, const std::string& directory, const std::string& prefix)
{
  for (const std::string& name : target.list(directory)) {
    if (name.starts_with(prefix) && name.ends_with(".deb")) {
      return directory + "/" + name;
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
  const std::string prefix = file_prefix(name, version);
  if (std::string kept = find_installer(target, directory, prefix); !kept.empty()) {
    return kept;
  }
  // A half-written file never has the name that is looked for.
  const std::string coming = directory + "/coming";
  CUDASETUP_TRY(target.remove(coming));
  CUDASETUP_TRY(target.make_directories(coming, 0700));
  const std::string downloaded = find_installer(target, std::string(k_archives), prefix);
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
  const std::string came = find_installer(target, coming, prefix);
  if (!came.empty()) {
    CUDASETUP_TRY(target.sync(came));
    CUDASETUP_TRY(target.rename(came, directory + came.substr(came.rfind('/'))));
  }
  CUDASETUP_TRY(target.remove(coming));
  return find_installer(target, directory, prefix);
}

} // namespace

bool is_in_archives(effects::Files& target, const std::string& name, const std::string& version)
{
  return !find_installer(target, std::string(k_archives), file_prefix(name, version)).empty();
}

bool is_kept(effects::Files& target,
             const std::string& transaction,
             const std::string& name,
             const std::string& version)
{
  return !find_installer(target, directory_of(transaction), file_prefix(name, version)).empty();
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
