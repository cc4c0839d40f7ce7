#include "verify/libraries.hpp"

#include "base/text.hpp"
#include "verify/elf_needs.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace cudasetup::verify {

namespace {

constexpr std::array<const char*, 10> k_usual_directories = {"/lib/x86_64-linux-gnu",
                                                             "/usr/lib/x86_64-linux-gnu",
                                                             "/lib/aarch64-linux-gnu",
                                                             "/usr/lib/aarch64-linux-gnu",
                                                             "/usr/lib/wsl/lib",
                                                             "/lib64",
                                                             "/usr/lib64",
                                                             "/lib",
                                                             "/usr/lib",
                                                             "/usr/local/lib"};

/// Of the driver, which is not installed where nothing computes on a GPU (images, containers without one).
constexpr std::array<std::string_view, 4> k_of_driver = {
    "libcuda.so.1", "libnvidia-ml.so.1", "libnvidia-ptxjitcompiler.so.1", "libnvcuvid.so.1"};

/// cuDNN's dispatcher loads these by name (NVIDIA's cuDNN API reference, "sub-libraries").
constexpr std::array<const char*, 6> k_cudnn_8 = {"libcudnn_ops_infer.so.8",
                                                  "libcudnn_ops_train.so.8",
                                                  "libcudnn_cnn_infer.so.8",
                                                  "libcudnn_cnn_train.so.8",
                                                  "libcudnn_adv_infer.so.8",
                                                  "libcudnn_adv_train.so.8"};
constexpr std::array<const char*, 7> k_cudnn_9 = {"libcudnn_ops.so.9",
                                                  "libcudnn_cnn.so.9",
                                                  "libcudnn_adv.so.9",
                                                  "libcudnn_graph.so.9",
                                                  "libcudnn_heuristic.so.9",
                                                  "libcudnn_engines_precompiled.so.9",
                                                  "libcudnn_engines_runtime_compiled.so.9"};

/// What every program with LibTorch loads, and what LibTorch loads by itself at first use: libcaffe2_nvrtc
/// (pytorch/pytorch, aten/src/ATen/DynamicLibrary), cuDNN's and nvrtc's. Whatever else lies beside them is optional.
constexpr std::array<std::string_view, 7> k_essential = {
    "libtorch.so", "libtorch_cpu", "libtorch_cuda", "libc10", "libcaffe2_nvrtc", "libcudnn", "libnvrtc"};

bool is_essential(std::string_view name)
{
  return std::any_of(
      k_essential.begin(), k_essential.end(), [&](std::string_view start) { return name.starts_with(start); });
}

/// Whether the libraries of a driver ought to be here. A tree sees the module of another system; so does a container,
/// unless it was given a GPU.
bool is_driver_here(const Context& context)
{
  if (!base::is_running_system(context.request.root)) {
    return false;
  }
  return context.facts.container == host::Container::none
             ? context.facts.driver.has_value()
             : context.effects.target.status("/dev/nvidia0", effects::FollowLinks::yes).has_value();
}

enum class Part { essential, optional };

std::string directory_of(const std::string& path)
{
  return path.substr(0, path.rfind('/'));
}

std::string name_in(const std::string& path)
{
  return path.substr(path.rfind('/') + 1);
}

class Walk {
public:
  Walk(const Context& context, std::string tree)
      : m_context(context), m_files(context.effects.target), m_tree(std::move(tree)),
        m_cache(read_loader_cache(m_files.read("/etc/ld.so.cache").value_or("")))
  {
  }

  LibraryLook look()
  {
    look_at(Part::essential);
    look_at_late_ones();
    look_at(Part::optional);
    m_look.followed = m_libraries.size();
    const std::string tree = m_files.resolve(m_tree).value_or(m_tree) + "/";
    m_look.libraries = static_cast<std::size_t>(std::count_if(
        m_libraries.begin(), m_libraries.end(), [&](const std::string& p) { return p.starts_with(tree); }));
    return std::move(m_look);
  }

private:
  void look_at(Part part)
  {
    m_part = part;
    for (const std::string& name : m_files.list(m_tree)) {
      if (name.find(".so") != std::string::npos && is_essential(name) == (part == Part::essential)) {
        follow(m_tree + "/" + name, {});
      }
    }
  }

  bool is_there(const std::string& path) const { return m_files.status(path, effects::FollowLinks::yes).has_value(); }

  std::string
  in_directories(const std::vector<std::string>& directories, const std::string& origin, const std::string& name) const
  {
    for (const std::string& directory : directories) {
      const std::string path =
          base::replace_all(base::replace_all(directory, "${ORIGIN}", origin), "$ORIGIN", origin) + "/" + name;
      if (is_there(path)) {
        return path;
      }
    }
    return "";
  }

  /// Where the loader would look for every program; the tree comes first: a program with one library of it has all.
  std::string anywhere(const std::string& name) const
  {
    if (is_there(m_tree + "/" + name)) {
      return m_tree + "/" + name;
    }
    const auto cached = m_cache.find(name);
    if (cached != m_cache.end() && is_there(cached->second)) {
      return cached->second;
    }
    return in_directories({k_usual_directories.begin(), k_usual_directories.end()}, "", name);
  }

  /// @p inherited: RPATHs of those that led here.
  std::string
  find(const std::string& name, const ElfNeeds& from, const std::string& origin, std::vector<std::string> inherited)
  {
    if (name.find('/') != std::string::npos) {
      return is_there(name) ? name : "";
    }
    const std::string found = in_directories(from.runpath.empty() ? inherited : from.runpath, origin, name);
    return found.empty() ? anywhere(name) : found;
  }

  void miss(const std::string& who, const std::string& name)
  {
    const bool is_of_driver = std::find(k_of_driver.begin(), k_of_driver.end(), name) != k_of_driver.end();
    if (m_part == Part::optional) {
      m_look.optional.push_back(name_in(who) + " lacks " + name);
      return;
    }
    const bool is_excused = is_of_driver && !is_driver_here(m_context);
    std::vector<std::string>& list = is_excused ? m_look.of_driver : m_look.missing;
    std::string text = is_excused ? name : name_in(who) + " needs " + name;
    if (std::find(list.begin(), list.end(), text) == list.end()) {
      list.push_back(std::move(text));
    }
    if (is_of_driver) {
      m_look.lacks_driver = !is_excused;
      return;
    }
    for (const host::Toolkit& toolkit : m_context.facts.toolkits) {
      const std::string directory = toolkit.directory + "/lib64";
      const bool is_told =
          std::find(m_look.unlisted.begin(), m_look.unlisted.end(), directory) != m_look.unlisted.end();
      if (!is_told && is_there(directory + "/" + name)) {
        m_look.unlisted.push_back(directory);
      }
    }
  }

  void follow(const std::string& path, const std::vector<std::string>& inherited)
  {
    const auto real = m_files.resolve(path);
    const auto status = real ? m_files.status(*real, effects::FollowLinks::yes) : std::nullopt;
    if (!status || status->type != effects::FileType::regular) {
      // A link that leads nowhere is a library that is missing.
      if (!real) {
        m_look.missing.push_back(path + " leads nowhere");
      }
      return;
    }
    if (!m_seen.insert(*real).second) {
      return;
    }
    const auto needs = read_elf_needs(
        [&](std::uint64_t offset, std::size_t count) {
          return m_files.read_range(*real, offset, count).value_or(std::string());
        },
        status->bytes);
    if (!needs) {
      return;
    }
    m_libraries.insert(*real);
    if (needs->is_cut) {
      m_look.cut.push_back(*real);
      return;
    }
    follow_needs(*real, *needs, inherited);
  }

  void follow_needs(const std::string& path, const ElfNeeds& needs, std::vector<std::string> inherited)
  {
    const std::string origin = directory_of(path);
    if (needs.runpath.empty()) {
      for (const std::string& directory : needs.rpath) {
        inherited.push_back(base::replace_all(base::replace_all(directory, "${ORIGIN}", origin), "$ORIGIN", origin));
      }
    }
    for (const std::string& name : needs.needed) {
      const std::string found = find(name, needs, origin, inherited);
      if (found.empty()) {
        miss(path, name);
      } else {
        follow(found, inherited);
      }
    }
  }

  void look_at_late_ones()
  {
    const std::set<std::string> seen = m_libraries;
    for (const std::string& path : seen) {
      const std::string name = name_in(path);
      if (name.starts_with("libcudnn.so.8") || name.starts_with("libcudnn-") || name.starts_with("libcudnn.so.9")) {
        look_at_cudnn(path);
      } else if (name.starts_with("libnvrtc") && !name.starts_with("libnvrtc-builtins")) {
        look_at_nvrtc(path);
      }
    }
  }

  void look_at_cudnn(const std::string& path)
  {
    const bool is_8 = path.find(".so.8") != std::string::npos;
    const bool is_9 = path.find(".so.9") != std::string::npos;
    std::vector<const char*> names;
    if (is_8) {
      names.assign(k_cudnn_8.begin(), k_cudnn_8.end());
    } else if (is_9) {
      names.assign(k_cudnn_9.begin(), k_cudnn_9.end());
    }
    for (const char* name : names) {
      const std::string beside = directory_of(path) + "/" + name;
      const std::string found = is_there(beside) ? beside : anywhere(name);
      if (found.empty()) {
        miss(path, name);
      } else {
        follow(found, {});
      }
    }
  }

  void look_at_nvrtc(const std::string& path)
  {
    constexpr std::string_view k_plain = "libnvrtc-builtins.so";
    std::string hidden;
    for (const std::string& name : m_files.list(directory_of(path))) {
      if (name.starts_with(k_plain)) {
        return;
      }
      hidden = name.starts_with("libnvrtc-builtins") ? name : hidden;
    }
    const bool is_cached = std::any_of(
        m_cache.begin(), m_cache.end(), [&](const auto& entry) { return entry.first.starts_with(k_plain); });
    if (is_cached) {
      return;
    }
    if (hidden.empty()) {
      miss(path, std::string(k_plain));
    } else {
      m_look.hidden_builtins = hidden;
    }
  }

  const Context& m_context;
  effects::Files& m_files;
  std::string m_tree;
  std::map<std::string, std::string> m_cache;
  std::set<std::string> m_seen;
  std::set<std::string> m_libraries; ///< those of them that are libraries
  Part m_part = Part::essential;     ///< what is looked at
  LibraryLook m_look;
};

std::string first_of(const std::vector<std::string>& texts)
{
  constexpr std::size_t k_most = 6;
  const std::size_t shown = std::min(texts.size(), k_most);
  std::string text = base::join({texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(shown)}, "; ");
  return shown == texts.size() ? text : text + "; and " + std::to_string(texts.size() - shown) + " more";
}

Check passed(const LibraryLook& look, const std::string& tree)
{
  Check check = make_check(Level::torch,
                           "libraries",
                           CheckResult::passed,
                           "the " + std::to_string(look.libraries) + " libraries of " + tree +
                               "/lib are whole, and what they need is found");
  if (!look.of_driver.empty()) {
    check.because += "; " + base::join(look.of_driver, " and ") + " comes with a driver, which is not here";
  }
  if (!look.optional.empty()) {
    check.because += "; optional: " + first_of(look.optional);
  }
  if (!look.hidden_builtins.empty()) {
    check.because += "; nvrtc will not find its built-ins, which are called " + look.hidden_builtins +
                     " here: kernels that are compiled at run time (torch::jit) fail without a toolkit's";
  }
  check.facts = {{"libraries", static_cast<std::int64_t>(look.libraries)},
                 {"followed", static_cast<std::int64_t>(look.followed)}};
  return check;
}

} // namespace

LibraryLook look_at_libraries(const Context& context, const std::string& directory)
{
  return Walk(context, directory).look();
}

Check check_libraries(const Context& context, const std::string& tree)
{
  const LibraryLook look = look_at_libraries(context, tree + "/lib");
  if (!look.cut.empty()) {
    Check check = make_check(
        Level::torch, "libraries", CheckResult::failed, first_of(look.cut) + " ends too early: it is cut short");
    check.hints.push_back({"take it away, then install that LibTorch again", base::Command{{"cudasetup", "install"}}});
    return check;
  }
  if (look.libraries == 0) {
    Check check = make_check(Level::torch, "libraries", CheckResult::failed, tree + "/lib has no libraries");
    check.hints.push_back({"install one", base::Command{{"cudasetup", "install"}}});
    return check;
  }
  if (look.missing.empty()) {
    return passed(look, tree);
  }
  Check check = make_check(
      Level::torch, "libraries", CheckResult::failed, "what libraries need is not found: " + first_of(look.missing));
  if (look.lacks_driver) {
    check.hints.push_back({"the driver's libraries are not here: see why", base::Command{{"cudasetup", "doctor"}}});
  }
  for (const std::string& directory : look.unlisted) {
    check.hints.push_back(
        {directory + " has it, and the loader does not look there: name it in /etc/ld.so.conf.d, then",
         base::Command{{"ldconfig"}}});
  }
  check.hints.push_back({"a library of CUDA's comes with the toolkit of the same major, any other with the tree itself",
                         base::Command{{"cudasetup", "install"}}});
  return check;
}

} // namespace cudasetup::verify
