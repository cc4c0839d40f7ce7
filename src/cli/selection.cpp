#include "cli/selection.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace cudasetup::cli {

base::Error wrong_word(const std::string& option,
                       const std::string& text,
                       const std::string& expected,
                       const std::vector<std::string>& words)
{
  base::Error error =
      base::make_error(base::ErrorKind::usage, option + " " + base::quote(text) + ": expected " + expected);
  if (const auto near = base::nearest(text, words)) {
    error.hints.push_back(base::Hint{"did you mean " + *near + "?", std::nullopt});
  }
  return error;
}

base::Result<resolve::CudaRequest> parse_cuda(const std::string& text)
{
  resolve::CudaRequest request;
  if (text == "auto") {
    return request;
  }
  if (text == "latest" || text == "none") {
    request.choice = text == "none" ? resolve::Choice::none : resolve::Choice::latest;
    return request;
  }
  request.choice = resolve::Choice::exact;
  request.version = base::Version::parse(text);
  if (!request.version || request.version->parts().size() > 3) {
    return base::fail(
        wrong_word(
            "--cuda", text, "a version such as 11, 11.1 or 11.1.1, or latest, auto or none", {"latest", "auto", "none"})
            .with_hint("see what there is", base::Command{{"cudasetup", "list", "cuda"}}));
  }
  return request;
}

base::Result<resolve::TorchRequest> parse_torch(const std::string& text)
{
  resolve::TorchRequest request;
  if (text == "auto") {
    return request;
  }
  if (text == "latest" || text == "none") {
    request.choice = text == "none" ? resolve::Choice::none : resolve::Choice::latest;
    return request;
  }
  request.choice = resolve::Choice::exact;
  const std::size_t plus = text.find('+');
  request.version = base::Version::parse(text.substr(0, plus));
  const auto is_platform = [](const std::string& word) {
    return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    });
  };
  if (plus != std::string::npos) {
    request.platform = text.substr(plus + 1);
  }
  if (!request.version || (request.platform && !is_platform(*request.platform))) {
    return base::fail(wrong_word("--torch",
                                 text,
                                 "a version such as 1.7.1 or 1.7.1+cu110, or latest, auto or none",
                                 {"latest", "auto", "none"})
                          .with_hint("see what there is", base::Command{{"cudasetup", "list", "torch"}}));
  }
  return request;
}

base::Result<resolve::DriverRequest> parse_driver(const std::string& text)
{
  resolve::DriverRequest request;
  if (text == "auto") {
    return request;
  }
  if (text == "none" || text == "keep") {
    request.choice = text == "none" ? resolve::DriverChoice::none : resolve::DriverChoice::keep;
    return request;
  }
  request.choice = resolve::DriverChoice::exact;
  request.version = base::Version::parse(text);
  if (!request.version) {
    return base::fail(wrong_word("--driver",
                                 text,
                                 "a branch such as 455, a version such as 455.32.00, or auto, none or keep",
                                 {"auto", "none", "keep"})
                          .with_hint("see what there is", base::Command{{"cudasetup", "list", "drivers"}}));
  }
  return request;
}

base::Result<base::Url> parse_mirror(const std::string& text)
{
  const auto url = base::Url::parse(text);
  if (!url || (!url->is_https() && !url->is_loopback())) {
    return base::fail(wrong_word("--mirror", text, "an https address, or an http one on this machine (127.0.0.1)", {}));
  }
  return *url;
}

base::Result<plan::UninstallRequest>
parse_uninstall(const std::string& cuda, const std::string& torch, plan::DriverGoes driver)
{
  plan::UninstallRequest request;
  if (!cuda.empty()) {
    request.cuda = base::Version::parse(cuda);
    if (!request.cuda) {
      return base::fail(wrong_word("--cuda", cuda, "a version: 12, 12.4 or 12.4.1", {}));
    }
  }
  if (!torch.empty()) {
    if (!base::Version::parse(torch.substr(0, torch.find('+')))) {
      return base::fail(wrong_word("--torch", torch, "a version: 1.7.1 or 1.7.1+cu110", {}));
    }
    request.torch = torch;
  }
  request.driver = driver;
  return request;
}

} // namespace cudasetup::cli
