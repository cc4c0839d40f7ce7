#include "plan/parts.hpp"

#include "base/text.hpp"
#include "host/apt_sources.hpp"
#include "host/paths.hpp"

#include <algorithm>
#include <stdexcept>

namespace cudasetup::plan {

namespace {

const host::AptSource* find_source(const Input& input, const LocalSource& source)
{
  const auto& sources = input.facts.nvidia_sources;
  const auto found = std::find_if(sources.begin(), sources.end(), [&](const host::AptSource& candidate) {
    return host::local_directory(candidate.uri) == source.directory;
  });
  return found == sources.end() ? nullptr : &*found;
}

/// The source is there and names a key that is there.
Presence key_presence(const Input& input, const LocalSource& source)
{
  const host::AptSource* found = find_source(input, source);
  const bool key = found != nullptr && !found->signed_by.empty() &&
                   presence_of_keyring(input.facts, found->signed_by) == Presence::present;
  return key ? Presence::present : Presence::absent;
}

/// `[signed-by=…] file:///var/cuda-repo-… /`
std::string list_text(const LocalSource& source)
{
  return "deb [signed-by=" + source.keyring.value() + "] file://" + source.directory + " /\n";
}

Step fetch_step(const Input& input, const LocalSource& source)
{
  const resolve::ToolkitChoice& choice = *input.resolution.cuda;
  std::optional<Md5List> list;
  if (choice.release->md5_list) {
    list = Md5List{nvidia_address(input, *choice.release->md5_list),
                   in_cache("md5sum-" + choice.release->version.text() + ".txt")};
  }
  const Download download = download_of(choice.local_installer->file, source.url, list);
  Step step;
  step.id = "fetch-local-installer";
  step.title = "Fetch the local installer of CUDA " + choice.release->version.text();
  step.because = "it holds NVIDIA's whole archive of this release; " + check_of(download);
  step.actions = {download};
  step.undo = "rm " + download.to;
  return step;
}

Step install_step(const LocalSource& source)
{
  Step step;
  step.id = "local-installer";
  step.title = "Unpack the local installer into " + source.directory;
  step.because = "apt installs from that directory; files that are in the way or missing become the package's";
  step.actions = {run({"dpkg", "-i", "--force-confnew,confmiss", source.file})};
  step.undo = "apt-get purge " + source.deb.name;
  step.interruptible = Interruptible::no;
  return step;
}

Step key_step(const LocalSource& source)
{
  Step step;
  step.id = "local-key";
  step.title = "Put the local installer's key in place";
  if (source.keyring) {
    step.because = "the package adds its source without a key and later apt has no apt-key; named in the source, the "
                   "key is trusted for this directory alone";
    step.actions = {CopyMatch{source.directory, source.key, *source.keyring},
                    WriteFile{source.list, list_text(source)}};
    step.undo = "rm " + *source.keyring;
  } else {
    step.because = "the package's source names its key there but does not copy it";
    step.actions = {CopyMatch{source.directory, source.key, std::string(host::k_keyrings_directory) + "/"}};
    step.undo = "rm " + std::string(host::k_keyrings_directory) + "/" + source.key;
  }
  return step;
}

} // namespace

LocalSource local_source(const Input& input)
{
  const resolve::ToolkitChoice& choice = *input.resolution.cuda;
  if (choice.local_installer == nullptr || !choice.release->local_repository) {
    throw std::logic_error("the local method was chosen without a local installer and its repository");
  }
  const manifest::LocalRepository& repository = *choice.release->local_repository;
  const std::string& os = choice.local_installer->os;
  const base::Url url = nvidia_address(input, choice.local_installer->file.url);
  const std::string file = url.file_name();
  // cuda-repo-ubuntu1804-11-1-local_11.1.1-455.32.00-1_amd64.deb
  const std::vector<std::string_view> pieces = base::split(file, '_');
  if (pieces.size() < 3) {
    throw std::logic_error("the local installer's name is not that of a package: " + file);
  }
  std::string key = base::replace_all(repository.key, "{os}", os);
  const std::string directory = base::replace_all(repository.directory, "{os}", os);
  std::optional<std::string> keyring;
  if (key.ends_with(".pub")) {
    // apt takes an armored key by its ending.
    keyring = std::string(host::k_keyrings_directory) + "/cuda-" + os + "-" +
              base::replace_all(choice.release->minor(), ".", "-") + "-local.asc";
  }
  return LocalSource{manifest::AptPackage{std::string(pieces[0]), std::string(pieces[1])},
                     directory,
                     base::replace_all(repository.list, "{os}", os),
                     std::move(key),
                     keyring,
                     url,
                     in_cache(file)};
}

std::vector<Step> local_source_steps(const Input& input)
{
  const LocalSource source = local_source(input);
  std::vector<Step> steps;
  if (presence_of(input.facts, source.deb) == Presence::absent) {
    steps.push_back(fetch_step(input, source));
    steps.push_back(install_step(source));
  } else if (key_presence(input, source) == Presence::present) {
    return {};
  }
  steps.push_back(key_step(source));
  return steps;
}

} // namespace cudasetup::plan
