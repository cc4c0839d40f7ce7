#include "plan/environment_file.hpp"
#include "plan/parts.hpp"

#include "host/paths.hpp"

namespace cudasetup::plan {

namespace {

// The file has a section for each of the two, so that a plan of one alone leaves the other's as it is.
constexpr std::string_view k_cuda_mark = "# CUDA toolkit\n";
constexpr std::string_view k_torch_mark = "# LibTorch\n";

/// The line block that puts @p entry first in the list variable @p name, once.
std::string prepended(const std::string& name, const std::string& entry)
{
  return "case \":${" + name + ":-}:\" in\n  *\":" + entry + ":\"*) ;;\n  *) export " + name + "=\"" + entry + "${" +
         name + ":+:${" + name + "}}\" ;;\nesac\n";
}

std::string cuda_section(const resolve::ToolkitChoice& choice)
{
  const std::string directory = toolkit_directory(choice);
  std::string text = std::string(k_cuda_mark);
  text += "export CUDA_HOME=" + directory + "\n" + prepended("PATH", directory + "/bin");
  if (choice.host_gcc) {
    // nvcc reads this before its other arguments, so that a later -ccbin still wins.
    text += "export NVCC_PREPEND_FLAGS='-ccbin /usr/bin/g++-" + std::to_string(*choice.host_gcc) + "'\n";
  }
  return text;
}

std::string torch_section()
{
  const std::string prefix(host::k_current_libtorch);
  return std::string(k_torch_mark) + "export Torch_DIR=" + prefix + "/share/cmake/Torch\n" +
         prepended("CMAKE_PREFIX_PATH", prefix);
}

/// The section that begins with @p mark in an environment file of ours; empty when there is none.
std::string section_of(const std::string& file, std::string_view mark)
{
  const std::size_t begin = file.find(mark);
  if (begin == std::string::npos) {
    return "";
  }
  const std::string_view other = mark == k_cuda_mark ? k_torch_mark : k_cuda_mark;
  const std::size_t end = file.find(other, begin + mark.size());
  return file.substr(begin, end == std::string::npos ? end : end - begin);
}

std::string environment_text(const Input& input)
{
  const auto old = input.facts.files.find(std::string(host::k_environment_file));
  const EnvironmentFile file = read_environment(old == input.facts.files.end() ? "" : old->second);
  // A toolkit that came another way has its environment from there.
  const auto& cuda = input.resolution.cuda;
  const bool own_cuda = cuda && toolkit_state(input) != ToolkitState::foreign;
  if (!own_cuda && !input.resolution.has_libtorch()) {
    return "";
  }
  return write_environment(
      {own_cuda ? cuda_section(*cuda) : file.cuda, input.resolution.has_libtorch() ? torch_section() : file.torch});
}

Step environment_step(const std::string& text)
{
  Step step;
  step.id = "environment";
  step.title = "Set PATH, CUDA_HOME and CMake's search path for new shells";
  step.because = "one file that is read at login, and may be read twice; nobody's own shell files are touched";
  step.actions = {WriteFile{std::string(host::k_environment_file), text}};
  step.undo = "rm " + std::string(host::k_environment_file);
  return step;
}

/// NVIDIA's packages enter their libraries themselves, its runfile leaves that to people.
std::vector<Step> runfile_loader_steps(const Input& input)
{
  const auto& cuda = input.resolution.cuda;
  if (!cuda || cuda->method != resolve::Method::runfile) {
    return {};
  }
  const std::string minor = cuda->release->minor();
  const std::string file = std::string(host::k_cuda_loader_prefix) + minor + ".conf";
  const std::string text = toolkit_directory(*cuda) + "/lib64\n";
  if (presence_of_file(input.facts, file, text) == Presence::present) {
    return {};
  }
  Step step;
  step.id = "register-toolkit";
  step.title = "Let the loader find the libraries of CUDA " + minor;
  step.because = "the runfile, unlike NVIDIA's packages, leaves this to people";
  step.actions = {WriteFile{file, text}, run({"ldconfig"})};
  step.undo = "rm " + file + " and ldconfig";
  return {step};
}

} // namespace

std::string EnvironmentFile::cuda_home() const
{
  constexpr std::string_view k_name = "export CUDA_HOME=";
  const std::size_t begin = cuda.find(k_name);
  if (begin == std::string::npos) {
    return "";
  }
  const std::size_t value = begin + k_name.size();
  return cuda.substr(value, cuda.find('\n', value) - value);
}

EnvironmentFile read_environment(const std::string& text)
{
  return {section_of(text, k_cuda_mark), section_of(text, k_torch_mark)};
}

std::string write_environment(const EnvironmentFile& file)
{
  if (file.cuda.empty() && file.torch.empty()) {
    return "";
  }
  return "# Written by cudasetup, which replaces it when it installs another version.\n" + file.cuda + file.torch;
}

std::vector<Step> environment_steps(const Input& input)
{
  std::vector<Step> steps = runfile_loader_steps(input);
  const std::string text = environment_text(input);
  if (!text.empty() && presence_of_file(input.facts, host::k_environment_file, text) == Presence::absent) {
    steps.push_back(environment_step(text));
  }
  return steps;
}

} // namespace cudasetup::plan
