#include "host/apt_preferences.hpp"

#include "base/text.hpp"
#include "host/package_names.hpp"
#include "host/stanzas.hpp"

#include <charconv>
#include <optional>

namespace cudasetup::host {

namespace {

std::optional<int> parse_priority(std::string_view text)
{
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

} // namespace

std::vector<Pin> parse_apt_preferences(std::string_view text, const std::string& file)
{
  std::vector<Pin> pins;
  for (const Stanza& stanza : parse_stanzas(text)) {
    const auto priority = parse_priority(field(stanza, "pin-priority"));
    const std::string_view pin = field(stanza, "pin");
    if (!priority || pin.empty()) {
      continue;
    }
    for (const std::string_view package : base::words(field(stanza, "package"))) {
      pins.push_back(Pin{file, std::string(package), std::string(pin), *priority});
    }
  }
  return pins;
}

bool touches_nvidia(const Pin& pin)
{
  const std::string about = base::lower(pin.pin);
  return is_nvidia_package(pin.package) || about.find("nvidia") != std::string::npos ||
         about.find("cuda") != std::string::npos;
}

} // namespace cudasetup::host
