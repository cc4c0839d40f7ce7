#include "resolve/alternatives.hpp"

#include "resolve/arguments.hpp"
#include "resolve/cuda.hpp"
#include "resolve/driver_need.hpp"
#include "resolve/search.hpp"
#include "resolve/torch_check.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace cudasetup::resolve {

namespace {

constexpr std::size_t k_torch_neighbours = 6;

/// Where the virtual environment goes when an alternative brings Python in.
constexpr std::string_view k_environment = "/opt/torch-venv";

Request with_method(Request request)
{
  request.method = Method::automatic;
  return request;
}

Request with_driver(Request request, DriverChoice choice)
{
  request.driver = {choice, std::nullopt};
  if (choice == DriverChoice::automatic) {
    request.module = ModuleChoice::automatic;
  }
  return request;
}

Request with_torch(Request request, Choice choice)
{
  request.torch = {choice, std::nullopt, std::nullopt};
  if (choice == Choice::none) {
    request.python.reset();
  }
  return request;
}

Request without_toolkit(Request request)
{
  request.cuda = {Choice::none, std::nullopt};
  return request;
}

Request with_cuda(Request request, const base::Version& version)
{
  request.cuda = {Choice::exact, version};
  return request;
}

/// What the user did not insist on by naming it is left open again.
Request relaxed(Request request)
{
  return with_torch(with_driver(with_method(std::move(request)), DriverChoice::automatic), Choice::automatic);
}

/// One thing changed, the rest as asked.
void add_single_changes(const Question& refused, std::vector<Request>& tries)
{
  const Request& request = refused.request;
  if (request.method != Method::automatic) {
    tries.push_back(with_method(request));
  }
  if (request.module != ModuleChoice::automatic) {
    tries.push_back(request);
    tries.back().module = ModuleChoice::automatic;
  }
  if (request.driver.choice != DriverChoice::automatic) {
    tries.push_back(with_driver(request, DriverChoice::automatic));
  }
  if (request.driver.choice != DriverChoice::none) {
    tries.push_back(with_driver(request, DriverChoice::none));
  }
  if (request.abi != manifest::Abi::cxx11) {
    tries.push_back(request);
    tries.back().abi = manifest::Abi::cxx11;
  }
  if (request.require_digests && request.python) {
    tries.push_back(request);
    tries.back().python.reset();
  }
  if (refused.target.arch == base::Arch::arm64 && !request.require_digests && !request.python &&
      request.torch.choice != Choice::none) {
    tries.push_back(request);
    tries.back().python = std::string(k_environment);
  }
  if (request.torch.choice == Choice::exact && request.torch.version) {
    if (request.torch.platform) {
      tries.push_back(request);
      tries.back().torch.platform.reset();
    }
    tries.push_back(with_torch(request, Choice::automatic));
    std::size_t tried = 0;
    for (const manifest::TorchRelease* neighbour : nearest_torch(refused.manifest, *request.torch.version)) {
      // Wheels are made for few versions of Python: the nearest release may be many releases away.
      if (tried < k_torch_neighbours && (!request.python || serves_python(*neighbour, refused.target))) {
        tries.push_back(request);
        tries.back().torch = {Choice::exact, neighbour->version, std::nullopt};
        ++tried;
      }
    }
  }
}

std::vector<Request> tries_for(const Question& refused)
{
  const Request& request = refused.request;
  std::vector<Request> tries;
  add_single_changes(refused, tries);
  std::vector<const manifest::CudaRelease*> others;
  if (request.cuda.choice == Choice::exact && request.cuda.version) {
    others = nearest_cuda(refused.manifest, *request.cuda.version);
  }
  for (const manifest::CudaRelease* other : others) {
    tries.push_back(with_cuda(request, other->version));
  }
  if (request.torch.choice != Choice::none) {
    tries.push_back(with_torch(request, Choice::none));
  }
  const Request open = relaxed(request);
  const bool is_open = open == request; // then what follows was there already
  if (!is_open) {
    tries.push_back(open);
  }
  for (const manifest::CudaRelease* other : others) {
    if (!is_open) {
      tries.push_back(with_cuda(open, other->version));
    }
  }
  const Request bare = with_torch(open, Choice::none);
  if (bare != request) {
    tries.push_back(bare);
  }
  for (const manifest::CudaRelease* other : others) {
    tries.push_back(with_cuda(bare, other->version));
  }
  if (request.driver.choice != DriverChoice::none) {
    tries.push_back(with_torch(with_driver(request, DriverChoice::none), Choice::none));
  }
  if (request.cuda.choice != Choice::automatic) {
    for (Request any : {open, bare}) {
      any.cuda = {Choice::automatic, std::nullopt};
      tries.push_back(std::move(any));
    }
  }
  if (request.cuda.choice != Choice::none) {
    Request plain = open;
    plain.python = refused.target.arch == base::Arch::arm64 ? std::optional(std::string(k_environment)) : std::nullopt;
    plain.abi = manifest::Abi::cxx11;
    std::vector<Request> wider = {request};
    for (const Request& next : {open, plain}) {
      if (next != wider.back()) {
        wider.push_back(next);
      }
    }
    for (const Request& with : wider) {
      tries.push_back(without_toolkit(with));
      tries.push_back(without_toolkit(with_driver(with, DriverChoice::none)));
    }
  }
  return tries;
}

/// What comes how, and what does not come.
std::string text_of(const Resolution& resolution)
{
  std::string text;
  if (resolution.cuda) {
    const Method method = resolution.cuda->method;
    text = method == Method::network ? "from NVIDIA's network archive"
                                     : (method == Method::local ? "by the local installer" : "by the runfile");
  }
  const DriverSelection& driver = resolution.driver;
  if (driver.action != DriverAction::none && driver.version) {
    text += text.empty() ? "" : ", ";
    text += driver.action == DriverAction::install ? "installing driver " : "keeping driver ";
    text += driver.version->text();
  } else {
    text += text.empty() ? "without a driver" : ", without installing a driver";
  }
  if (resolution.python) {
    text += ", with the wheels in " + resolution.python->directory;
  }
  if (resolution.torch && resolution.arch == base::Arch::arm64) {
    text += " (there is no LibTorch zip for arm64: the wheel holds the same libraries)";
  }
  return text;
}

/// Whether nothing is left of what was asked for: that helps nobody.
bool is_nothing(const Resolution& resolution)
{
  return !resolution.cuda && !resolution.torch && resolution.driver.action != DriverAction::install;
}

} // namespace

Alternative alternative_of(const Request& request, const Resolution& resolution)
{
  return {selection_of(resolution), text_of(resolution), arguments_of(request, resolution), resolution.doubts};
}

std::vector<Alternative> find_alternatives(const Question& refused)
{
  std::vector<Alternative> alternatives;
  // The request's own contradictions can be mended, the machine's cannot.
  if (!refused.target.findings.allow() || age_obstacle(refused.manifest, refused.target.gpus).stands()) {
    return alternatives;
  }
  for (const Request& request : tries_for(refused)) {
    const Question question = ask(request, refused.manifest, refused.target);
    const auto resolution = may_resolve(question) ? find_selection(question) : std::nullopt;
    if (!resolution || is_nothing(*resolution)) {
      continue;
    }
    Alternative alternative = alternative_of(request, *resolution);
    const bool known = std::any_of(alternatives.begin(), alternatives.end(), [&](const Alternative& other) {
      return other.selection == alternative.selection && other.text == alternative.text;
    });
    if (!known) {
      alternatives.push_back(std::move(alternative));
    }
    if (alternatives.size() == k_most_alternatives) {
      break;
    }
  }
  return alternatives;
}

} // namespace cudasetup::resolve
