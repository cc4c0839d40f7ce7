#include "plan/parts.hpp"

#include "base/text.hpp"
#include "host/package_names.hpp"

#include <algorithm>
#include <set>
#include <string_view>

namespace cudasetup::plan {

namespace {

/// The runfile's installer is linked to libxml2 from 10.1.243 on (spack cuda/package.py).
const base::Version& first_runfile_with_libxml2()
{
  static const base::Version version = base::Version::parse("10.1.243").value();
  return version;
}

bool is_https_download(const Action& action)
{
  const auto* download = std::get_if<Download>(&action);
  return download != nullptr && download->url.is_https();
}

/// Certificates are needed for downloads over https and for an apt source that is read over it. pip brings its own.
bool needs_certificates(const Input& input, const std::vector<Step>& later)
{
  const bool download = std::any_of(later.begin(), later.end(), [](const Step& step) {
    return std::any_of(step.actions.begin(), step.actions.end(), is_https_download);
  });
  const manifest::Archive* archive = input.resolution.archive;
  const bool source =
      source_kind(input) == SourceKind::network && archive != nullptr && nvidia_address(input, archive->url).is_https();
  return download || source;
}

/// Compilers for nvcc, and what building a program with LibTorch (and so verifying it) needs.
std::vector<std::string> compilers(const Input& input)
{
  const resolve::Resolution& resolution = input.resolution;
  const bool builds = resolution.cuda && resolution.cuda->profile != manifest::Profile::runtime;
  std::vector<std::string> names;
  if (builds || resolution.has_libtorch()) {
    names.emplace_back("g++");
  }
  if (builds && resolution.cuda->host_gcc) {
    names.push_back("g++-" + std::to_string(*resolution.cuda->host_gcc));
  }
  if (resolution.has_libtorch()) {
    names.emplace_back("make");
    // A newer one that did not come as a package serves as well.
    if (!input.facts.cmake) {
      names.emplace_back("cmake");
    }
  }
  return names;
}

bool has_step(const std::vector<Step>& steps, std::string_view id)
{
  return std::any_of(steps.begin(), steps.end(), [&](const Step& step) { return step.id == id; });
}

/// What an action puts into the cache; empty when nothing.
std::string cached_by(const Action& action)
{
  if (const auto* download = std::get_if<Download>(&action)) {
    return download->to;
  }
  if (const auto* command = std::get_if<Run>(&action);
      command != nullptr && command->command.argv.front() == "dpkg-deb") {
    return command->command.argv.back();
  }
  return "";
}

std::vector<std::string> cached_by(const std::vector<Step>& steps)
{
  std::vector<std::string> paths;
  for (const Step& step : steps) {
    for (const Action& action : step.actions) {
      if (std::string path = cached_by(action); path.starts_with(std::string(k_cache) + "/")) {
        paths.push_back(std::move(path));
      }
      const auto* download = std::get_if<Download>(&action);
      if (download != nullptr && download->md5_list) {
        paths.push_back(download->md5_list->to);
      }
    }
  }
  return paths;
}

/// @p names as those that fetching needs, and the rest.
std::pair<std::vector<std::string>, std::vector<std::string>>
split_off_certificates(const std::vector<std::string>& names)
{
  std::vector<std::string> certificates;
  std::vector<std::string> others;
  for (const std::string& name : names) {
    (name == "ca-certificates" ? certificates : others).push_back(name);
  }
  return {certificates, others};
}

Step install_step(const Input& input,
                  std::string_view id,
                  const std::vector<std::string>& names,
                  const std::string& because)
{
  Step step;
  step.id = id;
  step.title = "Install " + enumerate(names);
  step.because = because;
  step.actions = {apt_install(input, names, Recommends::leave_out)};
  step.undo = "apt-get purge --autoremove " + base::join(names, " ");
  step.interruptible = Interruptible::no;
  return step;
}

} // namespace

std::vector<std::string> missing_prerequisites(const Input& input, const std::vector<Step>& later)
{
  std::set<std::string> wanted;
  if (needs_certificates(input, later)) {
    wanted.insert("ca-certificates");
  }
  if (has_step(later, "unpack-libtorch")) {
    wanted.insert("unzip");
  }
  if (has_step(later, "python")) {
    wanted.insert({"python3", "python3-venv"});
  }
  const auto& cuda = input.resolution.cuda;
  if (has_step(later, "runfile-install-toolkit") && cuda->release->version >= first_runfile_with_libxml2()) {
    wanted.insert("libxml2");
  }
  for (std::string& name : compilers(input)) {
    wanted.insert(std::move(name));
  }
  for (std::string& name : module_tools(input)) {
    wanted.insert(std::move(name));
  }
  for (std::string& name : enrolment_tools(input)) {
    wanted.insert(std::move(name));
  }
  std::vector<std::string> missing;
  std::copy_if(wanted.begin(), wanted.end(), std::back_inserter(missing), [&](const std::string& name) {
    return presence_of(input.facts, name) == Presence::absent;
  });
  return missing;
}

namespace {

/// Whether the plan's own apt steps take up what is unfinished: packages of NVIDIA's that are unpacked in part. A
/// script of one may fail for want of another that is not unpacked yet.
bool is_taken_up(const Input& input)
{
  const std::vector<std::string>& unfinished = input.facts.dpkg_audit;
  return source_kind(input) != SourceKind::none &&
         std::all_of(unfinished.begin(), unfinished.end(), [](const std::string& line) {
           return line == host::k_dpkg_interrupted || host::is_nvidia_package(line.substr(0, line.find(':')));
         });
}

} // namespace

std::vector<Step> finish_steps(const Input& input)
{
  if (input.facts.dpkg_audit.empty()) {
    return {};
  }
  Step step;
  step.id = k_finish_step;
  step.title = "Let dpkg finish what it was cut off at";
  step.because = input.facts.dpkg_audit.front() +
                 "; apt does nothing before that is mended. Packages may be completed; none is removed but a local "
                 "installer that is there in part";
  // An empty list of selections changes nothing, but has dpkg merge what it had not written down yet: apt refuses to
  // work until then.
  Run merge = run({"dpkg", "--set-selections"});
  merge.command.input = "";
  Run mend = apt_install(input, {}, Recommends::take);
  mend.command.argv.insert(mend.command.argv.end(), {"--fix-broken", "--no-remove"});
  mend.on_failure = is_taken_up(input) ? OnFailure::go_on : OnFailure::stop;
  // Local installers of NVIDIA's are in no archive that apt could have them from again.
  Run purge = run({"dpkg", "--force-remove-reinstreq", "--purge"});
  std::vector<host::CutOffPackage> installable = input.facts.cut_off_packages;
  std::erase_if(installable, [&](const host::CutOffPackage& package) {
    const bool is_local = host::is_local_installer(package.name);
    if (is_local) {
      purge.command.argv.push_back(package.name);
    }
    return is_local;
  });
  Run marks = run({"apt-mark", "auto"});
  marks.on_failure = mend.on_failure;
  if (!installable.empty()) {
    // Apt by itself only tries to configure what is unpacked in part, and dpkg refuses.
    mend.command.argv.emplace_back("--reinstall");
  }
  for (const host::CutOffPackage& package : installable) {
    mend.command.argv.push_back(package.name);
    if (package.automatic) {
      marks.command.argv.push_back(package.name);
    }
  }
  step.actions = {merge};
  if (purge.command.argv.size() > 3) {
    step.actions.emplace_back(std::move(purge));
  }
  step.actions.emplace_back(std::move(mend));
  if (marks.command.argv.size() > 2) {
    // To name a package marks it as asked for.
    step.actions.emplace_back(std::move(marks));
  }
  step.undo = "nothing: it only completes what was begun before";
  step.interruptible = Interruptible::no;
  return {step};
}

std::vector<Step> system_steps(const Input& input, const std::vector<std::string>& missing)
{
  const bool driver = driver_origin(input) == DriverOrigin::ubuntu;
  if (missing.empty() && !driver) {
    return {};
  }
  Step update;
  update.id = "apt-update-system";
  update.title = "Read Ubuntu's package lists";
  update.because = "packages of Ubuntu's are missing, and a fresh system has no lists";
  update.actions = {apt_update()};
  update.undo = "nothing: lists are read again by every update";
  std::vector<Step> steps = component_steps(input);
  steps.push_back(std::move(update));
  const auto [certificates, others] = split_off_certificates(missing);
  if (!certificates.empty()) {
    steps.push_back(install_step(input,
                                 k_certificates_step,
                                 certificates,
                                 "without them nothing can be fetched over https; it comes first and alone, so that "
                                 "the rest can be tried out before anything else changes"));
  }
  if (!others.empty()) {
    steps.push_back(
        install_step(input,
                     "apt-install-prerequisites",
                     others,
                     std::string(enrols_key(input) ? "unpacking, compiling, signing" : "unpacking, compiling") +
                         " or verifying needs them; no packages are added that they only recommend"));
  }
  if (driver) {
    const std::vector<Step> more = driver_steps(input);
    steps.insert(steps.end(), more.begin(), more.end());
  }
  return steps;
}

std::vector<Step> cache_steps(const std::vector<Step>& later)
{
  if (cached_by(later).empty()) {
    return {};
  }
  Step step;
  step.id = "cache";
  step.title = "Make a directory for downloads";
  step.because = "root alone may write to it, so that nobody changes a file after it was checked";
  step.actions = {MakeDirectory{std::string(k_cache), 0700}};
  step.undo = "rmdir " + std::string(k_cache);
  return {step};
}

std::vector<Step> cleanup_steps(const Input& input, const std::vector<Step>& steps)
{
  const std::vector<std::string> paths = cached_by(steps);
  if (paths.empty() || input.settings.keep_downloads) {
    return {};
  }
  Step step;
  step.id = "clean-up";
  step.title = "Remove the downloads";
  step.because = "what they held is installed; --keep-downloads leaves them";
  step.actions = {Remove{paths}};
  step.undo = "nothing: they can be fetched again";
  return {step};
}

} // namespace cudasetup::plan
