#include "host/nvidia_driver.hpp"

#include "base/text.hpp"

namespace cudasetup::host {

std::optional<LoadedDriver> parse_proc_driver_version(std::string_view text)
{
  for (const std::string_view line : base::lines(text)) {
    const std::size_t kind = line.find("Kernel Module");
    if (!line.starts_with("NVRM version:") || kind == std::string_view::npos) {
      continue;
    }
    const bool open = line.substr(0, kind).ends_with("Open ");
    for (const std::string_view word : base::words(line.substr(kind))) {
      const auto version = base::Version::parse(word);
      if (version && version->parts().size() >= 2) {
        return LoadedDriver{*version, open ? ModuleFlavour::open : ModuleFlavour::proprietary};
      }
    }
  }
  return std::nullopt;
}

std::optional<base::Version> parse_module_version(std::string_view text)
{
  auto version = base::Version::parse(base::trim(text));
  return version && version->parts().size() >= 2 ? version : std::nullopt;
}

} // namespace cudasetup::host
