#include "host/stanzas.hpp"

#include "base/text.hpp"

namespace cudasetup::host {

std::vector<Stanza> parse_stanzas(std::string_view text)
{
  std::vector<Stanza> stanzas;
  Stanza current;
  std::string* value = nullptr;
  const auto end_stanza = [&] {
    if (!current.empty()) {
      stanzas.push_back(std::move(current));
    }
    current.clear();
    value = nullptr;
  };
  for (const std::string_view line : base::lines(text)) {
    if (line.starts_with('#')) {
      continue;
    }
    const std::string_view content = base::trim(line);
    if (content.empty()) {
      end_stanza();
    } else if (line.front() == ' ' || line.front() == '\t') {
      if (value != nullptr) {
        *value += "\n" + std::string(content);
      }
    } else if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
      value = &current[base::lower(base::trim(line.substr(0, colon)))];
      *value = base::trim(line.substr(colon + 1));
    } else {
      value = nullptr;
    }
  }
  end_stanza();
  return stanzas;
}

std::string_view field(const Stanza& stanza, const std::string& name)
{
  const auto found = stanza.find(name);
  return found == stanza.end() ? std::string_view{} : std::string_view(found->second);
}

} // namespace cudasetup::host
