#include "plan/plan.hpp"

#include "base/octal.hpp"

#include <string_view>
#include <utility>

namespace cudasetup::plan {

namespace {

using base::Command;
using Commands = std::vector<Command>;

constexpr std::string_view k_apt_helper = "/usr/lib/apt/apt-helper";

Command command(std::vector<std::string> argv)
{
  return Command{std::move(argv)};
}

std::string parent_of(const std::string& path)
{
  const std::size_t slash = path.find_last_of('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

/// What each action is in commands of every Ubuntu: coreutils 8.28, apt 1.6, findutils, and unzip, which is a
/// prerequisite of a plan that unpacks.
struct Translator {
  Commands operator()(const Download& download) const
  {
    std::vector<std::string> fetch = {std::string(k_apt_helper), "download-file", download.url.text(), download.to};
    if (download.digest) {
      fetch.push_back(download.digest->apt_text());
    }
    Commands commands = {command(std::move(fetch))};
    if (!download.digest && download.md5_list) {
      const Md5List& list = *download.md5_list;
      commands.push_back(command({std::string(k_apt_helper), "download-file", list.url.text(), list.to}));
      // The list has bare file names. A list without our file is a failure to md5sum.
      commands.push_back(
          command({"env", "-C", parent_of(download.to), "md5sum", "--check", "--ignore-missing", list.to}));
    }
    return commands;
  }

  Commands operator()(const WriteFile& file) const
  {
    // Not `install /dev/stdin`: the install of Ubuntu 25.10 (uutils) cannot, and a root may have no /dev.
    Command write = command({"dd", "of=" + file.path, "status=none"});
    write.input = file.content;
    return {command({"mkdir", "-p", parent_of(file.path)}),
            command({"rm", "-f", file.path}),
            write,
            command({"chmod", base::octal(file.mode), file.path})};
  }

  Commands operator()(const MakeDirectory& directory) const
  {
    if (directory.mode) {
      return {command({"install", "-d", "-m", base::octal(*directory.mode), directory.path})};
    }
    return {command({"mkdir", "-p", directory.path})};
  }

  Commands operator()(const Unpack& unpack) const
  {
    const std::string partial = unpack.to + ".cudasetup-new";
    const std::string old = unpack.to + ".cudasetup-old";
    Commands commands;
    if (unpack.former == Former::tree) {
      commands.push_back(command({"test", "-d", unpack.to + "/share/cmake/Torch"}));
    }
    commands.push_back(command({"rm", "-rf", partial}));
    commands.push_back(command({"unzip", "-q", unpack.zip, unpack.top + "/*", "-d", partial}));
    if (unpack.former == Former::tree) {
      commands.push_back(command({"rm", "-rf", old}));
      commands.push_back(command({"mv", "-T", unpack.to, old}));
    }
    // With -T a directory that is not empty is a failure, and not a place to put the new one into.
    commands.push_back(command({"mv", "-T", partial + "/" + unpack.top, unpack.to}));
    commands.push_back(command({"rmdir", partial}));
    if (unpack.former == Former::tree) {
      commands.push_back(command({"rm", "-rf", old}));
    }
    return commands;
  }

  // With -T a directory at the link's place is a failure, and not a place to put the link into.
  // ln would replace a file: the test stops the script before that.
  Commands operator()(const Link& link) const
  {
    return {command({"test", "!", "-e", link.path, "-o", "-L", link.path}),
            command({"ln", "-sfT", link.target, link.path})};
  }

  Commands operator()(const CopyMatch& copy) const
  {
    const std::string mode = base::octal(copy.mode);
    const bool into = copy.to.ends_with('/');
    if (copy.pattern.find_first_of("*?[") == std::string::npos) {
      const std::string from = copy.directory + "/" + copy.pattern;
      return {command({"install", "-D", "-m", mode, from, into ? copy.to + copy.pattern : copy.to})};
    }
    std::vector<std::string> argv = {"find", copy.directory, "-maxdepth", "1", "-name", copy.pattern, "-exec"};
    if (into) {
      argv.insert(argv.end(), {"install", "-D", "-m", mode, "-t", copy.to, "{}", "+"});
    } else {
      argv.insert(argv.end(), {"install", "-D", "-m", mode, "{}", copy.to, ";"});
    }
    return {command(std::move(argv))};
  }

  Commands operator()(const Remove& remove) const
  {
    std::vector<std::string> argv = {"rm", "-rf", "--"};
    argv.insert(argv.end(), remove.paths.begin(), remove.paths.end());
    return {command(std::move(argv))};
  }

  Commands operator()(const RemoveEmpty& remove) const
  {
    std::vector<std::string> argv = {"rmdir", "--ignore-fail-on-non-empty", "--"};
    argv.insert(argv.end(), remove.directories.begin(), remove.directories.end());
    return {command(std::move(argv))};
  }

  Commands operator()(const Run& run) const { return {run.command}; }
};

} // namespace

std::vector<base::Command> commands_for(const Action& action, const std::string& root)
{
  Commands commands = std::visit(Translator{}, action);
  for (Command& each : commands) {
    each = base::in_root(std::move(each), root);
  }
  return commands;
}

} // namespace cudasetup::plan
