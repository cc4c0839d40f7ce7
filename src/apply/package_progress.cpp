#include "apply/package_progress.hpp"

#include "base/text.hpp"

#include <string>
#include <vector>

namespace cudasetup::apply {

namespace {

using effects::Progress;

/// The number before a word of apt's summary: "40 newly installed" is 40 for "newly"; 0 where it is not said.
std::uint64_t number_before(const std::vector<std::string_view>& words, std::string_view word)
{
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i] == word || words[i] == std::string(word) + ",") {
      return base::parse_number(words[i - 1]).value_or(0);
    }
  }
  return 0;
}

bool is_summary(const std::vector<std::string_view>& words)
{
  // apt-get says it so in apt 3 as well; only `apt` has other words there.
  return words.size() > 6 && words[1] == "upgraded," && base::parse_number(words[0]);
}

} // namespace

std::optional<Progress> PackageProgress::after(std::string_view line)
{
  const std::vector<std::string_view> words = base::words(line);
  if (is_summary(words)) {
    m_to_install = number_before(words, "upgraded") + number_before(words, "newly") +
                   number_before(words, "reinstalled") + number_before(words, "downgraded");
    m_to_remove = number_before(words, "to");
    return std::nullopt;
  }
  if (words.size() < 3 || words.back() != "...") {
    return std::nullopt;
  }
  // A package that is at work is not done: the one before it is.
  if (words[0] == "Unpacking") {
    return Progress{"packages unpacked", m_unpacked++, m_to_install, Progress::Unit::packages};
  }
  if (words[0] == "Setting" && words[1] == "up") {
    return Progress{"packages set up", m_set_up++, m_to_install, Progress::Unit::packages};
  }
  if (words[0] == "Removing") {
    return Progress{"packages removed", m_removed++, m_to_remove, Progress::Unit::packages};
  }
  return std::nullopt;
}

std::optional<Progress> PackageProgress::at_end() const
{
  if (m_set_up > 0) {
    return Progress{"packages set up", m_set_up, m_to_install, Progress::Unit::packages};
  }
  return m_removed > 0 ? std::optional(Progress{"packages removed", m_removed, m_to_remove, Progress::Unit::packages})
                       : std::nullopt;
}

} // namespace cudasetup::apply
