#include "plan/parts.hpp"

#include "base/text.hpp"
#include "host/paths.hpp"

#include <stdexcept>

namespace cudasetup::plan {

namespace {

/// PyTorch's wheels, and the one page of the long-term support release 1.8.2.
constexpr std::string_view k_wheels = "https://download.pytorch.org/whl/";

/// pip's option for where a release's wheels are: name and address.
struct Index {
  std::string option;
  base::Url url;
};

Index index_of(const Input& input)
{
  const resolve::TorchChoice& torch = *input.resolution.torch;
  const std::string& platform = torch.build->platform;
  const auto address = [&](const std::string& rest) {
    return pytorch_address(input, base::Url::parse(std::string(k_wheels) + rest).value());
  };
  switch (torch.release->pip) {
  case manifest::PipForm::find_links:
    return {"--find-links", address("torch_stable.html")};
  case manifest::PipForm::find_links_per_platform:
    return {"--find-links", address(platform + "/torch_stable.html")};
  case manifest::PipForm::extra_index:
    return {"--extra-index-url", address(platform)};
  case manifest::PipForm::index:
    return {"--index-url", address(platform)};
  case manifest::PipForm::long_term_support:
    return {"--find-links", address("lts/1.8/torch_lts.html")};
  }
  throw std::logic_error("unknown form of wheel index");
}

/// Says what pip put there; written last, so that a later run finds it only after success.
std::string record_file(const std::string& directory)
{
  return directory + "/" + std::string(host::k_python_record_name);
}

std::string record_text(const std::vector<std::string>& requirements)
{
  return base::join(requirements, "\n") + "\n";
}

} // namespace

std::vector<std::string> python_requirements(const resolve::TorchChoice& torch)
{
  const manifest::TorchRelease& release = *torch.release;
  const bool marked = release.unmarked_platform != torch.build->platform;
  const std::string mark = marked ? "+" + torch.build->platform : "";
  std::vector<std::string> requirements = {"torch==" + release.version.text() + mark};
  if (release.torchvision) {
    requirements.push_back("torchvision==" + *release.torchvision + mark);
  }
  if (release.torchaudio) {
    requirements.push_back("torchaudio==" + *release.torchaudio + (release.audio_has_platform ? mark : ""));
  }
  return requirements;
}

std::vector<Step> python_steps(const Input& input)
{
  if (!input.resolution.python || !input.resolution.torch) {
    return {};
  }
  const std::string& directory = input.resolution.python->directory;
  const std::vector<std::string> requirements = python_requirements(*input.resolution.torch);
  if (presence_of_file(input.facts, record_file(directory), record_text(requirements)) == Presence::present) {
    return {};
  }
  const Index index = index_of(input);
  std::vector<std::string> pip = {
      directory + "/bin/python", "-m", "pip", "install", "--no-input", "--disable-pip-version-check"};
  pip.insert(pip.end(), {index.option, index.url.text()});
  if (!index.url.is_https()) {
    pip.insert(pip.end(), {"--trusted-host", index.url.host()});
  }
  pip.insert(pip.end(), requirements.begin(), requirements.end());
  Step step;
  step.id = "python";
  step.title = "Install " + enumerate(requirements) + " into " + directory;
  step.because =
      "the same build for Python, in an environment of its own: the system's Python stays as it is. The wheels "
      "are accepted " +
      std::string(index.url.is_https() ? "over https" : "without https") + " from " + index.url.host() +
      " and whatever other index pip is set to: cudasetup knows no digest of them, and pip compares them "
      "only with the digests that the index itself names, where it names any";
  Run make = run({"python3", "-m", "venv", directory});
  make.makes = {directory};
  step.actions = {make, run(std::move(pip)), WriteFile{record_file(directory), record_text(requirements)}};
  step.undo = "rm -r " + directory;
  return {step};
}

} // namespace cudasetup::plan
