#include "apply/actions.hpp"

#include "apply/match.hpp"

namespace cudasetup::apply {

namespace {

using journal::Extent;

/// The paths that each kind of action is about.
struct Finder {
  effects::Files& target;

  std::vector<ChangedPath> operator()(const plan::Download& download) const { return {{download.to}}; }
  std::vector<ChangedPath> operator()(const plan::WriteFile& write) const { return {{write.path}}; }
  std::vector<ChangedPath> operator()(const plan::MakeDirectory& directory) const { return {{directory.path}}; }
  std::vector<ChangedPath> operator()(const plan::Unpack& unpack) const
  {
    return {{unpack.to, Extent::tree, Former::moved}};
  }
  std::vector<ChangedPath> operator()(const plan::Link& link) const { return {{link.path}}; }
  std::vector<ChangedPath> operator()(const plan::CopyMatch& copy) const
  {
    std::vector<ChangedPath> paths;
    for (const std::string& path : destinations(target, copy)) {
      paths.push_back({path});
    }
    return paths;
  }
  std::vector<ChangedPath> operator()(const plan::Remove& remove) const
  {
    std::vector<ChangedPath> paths;
    for (const std::string& path : remove.paths) {
      if (remove.trace != plan::Trace::none) {
        paths.push_back({path, Extent::tree, remove.trace == plan::Trace::kept ? Former::moved : Former::stays});
      }
    }
    return paths;
  }
  std::vector<ChangedPath> operator()(const plan::RemoveEmpty& remove) const
  {
    std::vector<ChangedPath> paths;
    for (const std::string& path : remove.directories) {
      paths.push_back({path});
    }
    return paths;
  }
  std::vector<ChangedPath> operator()(const plan::Run& run) const
  {
    std::vector<ChangedPath> paths;
    for (const std::string& path : run.makes) {
      paths.push_back({path, Extent::tree, Former::changed});
    }
    return paths;
  }
};

/// The parents of @p path that are not there, outermost first.
std::vector<ChangedPath> missing_parents(effects::Files& target, const std::string& path)
{
  std::vector<ChangedPath> parents;
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string parent = path.substr(0, slash);
    if (!target.status(parent, effects::FollowLinks::yes)) {
      parents.push_back({parent});
    }
  }
  return parents;
}

} // namespace

std::vector<ChangedPath> paths_changed_by(effects::Files& target, const plan::Action& action)
{
  std::vector<ChangedPath> changed;
  for (const ChangedPath& path : std::visit(Finder{target}, action)) {
    if (!path.path.starts_with(k_cache_prefix)) {
      const std::vector<ChangedPath> parents = missing_parents(target, path.path);
      changed.insert(changed.end(), parents.begin(), parents.end());
      changed.push_back(path);
    }
  }
  return changed;
}

} // namespace cudasetup::apply
