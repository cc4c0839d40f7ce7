#include "apply/actions.hpp"

#include "apply/match.hpp"
#include "apply/packages_ahead.hpp"
#include "apply/stale.hpp"
#include "apply/unread.hpp"
#include "base/text.hpp"
#include "fetch/md5_list.hpp"
#include "fetch/zip_on_its_way.hpp"

#include <algorithm>

namespace cudasetup::apply {

namespace {

std::string parent_of(const std::string& path)
{
  const std::size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// Makes the parents of a path as `install -D` does.
base::Result<void> make_parents(effects::Files& target, const std::string& path)
{
  return target.make_directories(parent_of(path), 0755);
}

fetch::Tools fetch_tools(Workbench& bench)
{
  return fetch::tools_for(bench.effects, bench.effects.target);
}

base::Result<base::Digest> digest_in_list(Workbench& bench, const plan::Download& download)
{
  const plan::Md5List& list = *download.md5_list;
  CUDASETUP_TRY(fetch::download(
      fetch_tools(bench), fetch::DownloadRequest{list.url, list.to, std::nullopt, std::nullopt, "list of MD5 sums"}));
  const std::string name = download.url.file_name();
  const auto digest = fetch::find_md5(fetch::parse_md5_list(bench.effects.target.read(list.to).value_or("")), name);
  if (!digest) {
    return base::fail(base::make_error(base::ErrorKind::untrusted, list.url.text() + " has no line for " + name)
                          .with_hint("another method may have a digest",
                                     base::Command{{"cudasetup", "install", "--method", "network"}}));
  }
  return *digest;
}

bool is_ahead(const Workbench& bench, const std::string& file)
{
  return bench.ahead != nullptr && bench.ahead->request().to == file;
}

base::Result<void> perform_download(Workbench& bench, const plan::Download& download)
{
  CUDASETUP_TRY(make_parents(bench.effects.target, download.to));
  fetch::DownloadRequest request = request_for(bench, download);
  const bool unvouched = !download.digest && !download.md5_list;
  if (!download.digest && download.md5_list) {
    CUDASETUP_TRY_ASSIGN(request.digest, digest_in_list(bench, download));
  }
  auto downloaded =
      is_ahead(bench, download.to) ? bench.ahead->wait_for_download() : fetch::download(fetch_tools(bench), request);
  if (!downloaded) {
    base::Error error = std::move(downloaded).error();
    if (unvouched && request.digest && error.kind == base::ErrorKind::untrusted) {
      error.hints.push_back({"nobody published its digest; the one expected was recorded when it was first fetched. If "
                             "its owner has replaced the file since, forget what was recorded",
                             bench.tools.outside(base::Command{{"rm", std::string(journal::k_digests_file)}})});
    }
    return base::fail(std::move(error));
  }
  if (unvouched) {
    CUDASETUP_TRY(bench.digests.record(bench.effects.target, download.url.text(), downloaded->sha256));
  }
  return {};
}

base::Result<void> perform_write(Workbench& bench, const plan::WriteFile& write)
{
  CUDASETUP_TRY(make_parents(bench.effects.target, write.path));
  return bench.effects.target.write(write.path, write.content, write.mode);
}

base::Result<void> perform_directory(Workbench& bench, const plan::MakeDirectory& directory)
{
  CUDASETUP_TRY(make_parents(bench.effects.target, directory.path));
  CUDASETUP_TRY(bench.effects.target.make_directories(directory.path, directory.mode.value_or(0755)));
  return directory.mode ? bench.effects.target.set_mode(directory.path, *directory.mode) : base::Result<void>{};
}

base::Result<void> perform_unpack(Workbench& bench, const plan::Unpack& unpack)
{
  CUDASETUP_TRY(make_parents(bench.effects.target, unpack.to));
  const fetch::UnpackRequest request = unpack_request(bench, unpack);
  const effects::Effects& effects = bench.effects;
  auto unpacked = is_ahead(bench, unpack.zip)
                      ? bench.ahead->put_in_place(request)
                      : fetch::unpack(effects.target, effects.events, effects.interrupts, request);
  if (!unpacked) {
    return base::fail(std::move(unpacked).error().while_doing("unpacking " + unpack.zip + " to " + unpack.to));
  }
  return {};
}

base::Result<void> perform_link(Workbench& bench, const plan::Link& link)
{
  effects::Files& target = bench.effects.target;
  CUDASETUP_TRY(make_parents(target, link.path));
  const auto status = target.status(link.path, effects::FollowLinks::no);
  if (status && status->type != effects::FileType::link) {
    return base::fail(base::make_error(base::ErrorKind::refused, link.path + " is not a link; it is not replaced")
                          .with_hint("move it away first",
                                     bench.tools.outside(base::Command{{"mv", link.path, link.path + ".old"}})));
  }
  CUDASETUP_TRY(target.remove(link.path));
  return target.make_link(link.path, link.target);
}

/// The files of a directory whose names fit.
std::vector<std::string> matching_names(effects::Files& target, const plan::CopyMatch& copy)
{
  std::vector<std::string> names = target.list(copy.directory);
  std::erase_if(names, [&](const std::string& name) { return !matches(name, copy.pattern); });
  return names;
}

std::string destination(const plan::CopyMatch& copy, const std::string& name)
{
  return copy.to.ends_with('/') ? copy.to + name : copy.to;
}

base::Result<void> perform_copy(Workbench& bench, const plan::CopyMatch& copy)
{
  effects::Files& target = bench.effects.target;
  const std::vector<std::string> names = matching_names(target, copy);
  if (names.empty() || (names.size() > 1 && !copy.to.ends_with('/'))) {
    return base::fail(
        base::make_error(base::ErrorKind::refused,
                         (names.empty() ? "no file " : "more than one file ") + copy.pattern + " in " + copy.directory)
            .with_hint("see what is there; another method may do without it",
                       bench.tools.outside(base::Command{{"ls", "-la", copy.directory}})));
  }
  for (const std::string& name : names) {
    const auto bytes = target.read(copy.directory + "/" + name);
    if (!bytes) {
      return base::fail(
          base::make_error(base::ErrorKind::refused, "cannot read " + copy.directory + "/" + name)
              .with_hint("see what it is", bench.tools.outside(base::Command{{"ls", "-la", copy.directory}})));
    }
    const std::string to = destination(copy, name);
    CUDASETUP_TRY(make_parents(target, to));
    CUDASETUP_TRY(target.write(to, *bytes, copy.mode));
  }
  return {};
}

bool is_of_apt(const base::Command& command, std::string_view verb)
{
  const auto& argv = command.argv;
  return argv.front() == "apt-get" && std::find(argv.begin(), argv.end(), verb) != argv.end();
}

/// Gets apt the packages that it could not fetch, and has it try again; what came of that goes to @p ended.
base::Result<void> install_with_our_files(Workbench& bench, const base::Command& install, Tools::Ended& ended)
{
  const auto fetched = fetch_packages(bench, install);
  if (fetched && *fetched > 0) {
    CUDASETUP_TRY_ASSIGN(ended, bench.tools.try_run(install));
  } else if (!fetched && fetched.error().kind == base::ErrorKind::interrupted) {
    return base::fail(fetched.error());
  } else if (!fetched) {
    ended.error->details.push_back("fetched by its address and digest: " + fetched.error().message);
    ended.error->kind =
        fetched.error().kind == base::ErrorKind::untrusted ? base::ErrorKind::untrusted : ended.error->kind;
  }
  return {};
}

base::Result<Tools::Ended> install_with_apt(Workbench& bench, const base::Command& install)
{
  CUDASETUP_TRY_ASSIGN(const PackagesAhead packages, fetch_ahead(bench, install));
  CUDASETUP_TRY_ASSIGN(Tools::Ended ended, bench.tools.try_run(install));
  if (ended.error && failed_to_fetch(ended.output)) {
    CUDASETUP_TRY(install_with_our_files(bench, install, ended));
  }
  if (!ended.error) {
    drop_parts(bench.effects.target, packages);
  }
  return ended;
}

base::Result<Tools::Ended> end_of(Workbench& bench, const base::Command& command)
{
  if (is_of_apt(command, "update")) {
    return update_patiently(bench.effects, bench.tools, command);
  }
  return is_of_apt(command, "install") ? install_with_apt(bench, command) : bench.tools.try_run(command);
}

/// The command with what the program asks for on its standard input, which Tools neither shows nor logs.
base::Result<base::Command> answered(const Workbench& bench, const plan::Run& run)
{
  base::Command command = run.command;
  if (run.asks == plan::Asks::new_password) {
    if (bench.new_password.empty()) {
      return base::fail(base::ErrorKind::needs_person,
                        command.argv.front() + " asks for a password, and none was given");
    }
    command.input = bench.new_password + "\n" + bench.new_password + "\n";
  }
  return command;
}

/// The last line that a failed program said, in brackets; nothing, where it said nothing.
std::string last_words(const base::Error& error)
{
  const std::vector<std::string_view> said = base::lines(error.output_tail);
  return said.empty() ? std::string{} : " (" + std::string{base::trim(said.back())} + ")";
}

base::Result<void> perform_run(Workbench& bench, const plan::Run& run)
{
  CUDASETUP_TRY_ASSIGN(const base::Command command, answered(bench, run));
  CUDASETUP_TRY_ASSIGN(Tools::Ended ended, end_of(bench, command));
  if (ended.error && run.on_failure == plan::OnFailure::go_on) {
    bench.effects.events.emit(effects::Notice{ended.error->message + last_words(*ended.error) +
                                              "; it goes on, and what comes next shows whether it mattered"});
    return {};
  }
  if (run.on_failure == plan::OnFailure::go_on_unread) {
    bench.unread = unread_archives(ended.output);
    // What is of no archive in particular is no matter of one that nobody needs.
    if (ended.error && !bench.unread.empty()) {
      bench.effects.events.emit(effects::Notice{"not all of it was read: " + base::join(bench.unread, ", ")});
      return {};
    }
  }
  if (!ended.error) {
    return {};
  }
  for (const std::string& archive : bench.unread) {
    ended.error->details.push_back("before that, this archive could not be read: " + archive);
  }
  return base::fail(*std::move(ended.error));
}

/// A directory that is kept is moved to where undo finds it.
base::Result<void> perform_remove(Workbench& bench, const plan::Remove& remove)
{
  effects::Files& target = bench.effects.target;
  for (const std::string& path : remove.paths) {
    const std::string kept = journal::kept_tree(path, bench.transaction);
    const auto status = target.status(path, effects::FollowLinks::no);
    const bool moves = remove.trace == plan::Trace::kept && status && status->type == effects::FileType::directory &&
                       !target.status(kept, effects::FollowLinks::no);
    CUDASETUP_TRY(moves ? target.rename(path, kept) : target.remove(path));
  }
  return {};
}

base::Result<void> perform_remove_empty(Workbench& bench, const plan::RemoveEmpty& remove)
{
  effects::Files& target = bench.effects.target;
  for (const std::string& path : remove.directories) {
    const auto status = target.status(path, effects::FollowLinks::no);
    if (status && status->type == effects::FileType::directory && target.list(path).empty()) {
      CUDASETUP_TRY(target.remove(path));
    }
  }
  return {};
}

} // namespace

fetch::DownloadRequest request_for(const Workbench& bench, const plan::Download& download)
{
  const bool unvouched = !download.digest && !download.md5_list;
  return {download.url,
          download.to,
          unvouched ? bench.digests.find(download.url.text()) : download.digest,
          download.bytes,
          download.url.file_name()};
}

fetch::UnpackRequest unpack_request(const Workbench& bench, const plan::Unpack& unpack)
{
  const std::string name = unpack.zip.substr(unpack.zip.rfind('/') + 1);
  return {unpack.zip, unpack.top, unpack.to, journal::kept_tree(unpack.to, bench.transaction), name};
}

std::vector<std::string> destinations(effects::Files& target, const plan::CopyMatch& copy)
{
  std::vector<std::string> paths;
  for (const std::string& name : matching_names(target, copy)) {
    paths.push_back(destination(copy, name));
  }
  return paths;
}

base::Result<void> perform(Workbench& bench, const plan::Action& action)
{
  if (const auto* download = std::get_if<plan::Download>(&action)) {
    return perform_download(bench, *download);
  }
  if (const auto* write = std::get_if<plan::WriteFile>(&action)) {
    return perform_write(bench, *write);
  }
  if (const auto* directory = std::get_if<plan::MakeDirectory>(&action)) {
    return perform_directory(bench, *directory);
  }
  if (const auto* unpack = std::get_if<plan::Unpack>(&action)) {
    return perform_unpack(bench, *unpack);
  }
  if (const auto* link = std::get_if<plan::Link>(&action)) {
    return perform_link(bench, *link);
  }
  if (const auto* copy = std::get_if<plan::CopyMatch>(&action)) {
    return perform_copy(bench, *copy);
  }
  if (const auto* remove = std::get_if<plan::Remove>(&action)) {
    return perform_remove(bench, *remove);
  }
  if (const auto* remove = std::get_if<plan::RemoveEmpty>(&action)) {
    return perform_remove_empty(bench, *remove);
  }
  return perform_run(bench, std::get<plan::Run>(action));
}

} // namespace cudasetup::apply
