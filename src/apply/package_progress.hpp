#pragma once

#include "effects/events.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace cudasetup::apply {

/// How far apt and dpkg are, from what they print: apt's summary ("3 upgraded, 40 newly installed, …") says how many
/// packages there are, dpkg's lines ("Unpacking NAME (VERSION) ...") which one is next. Pure.
class PackageProgress {
public:
  /// What the line says of it; nullopt where it says nothing.
  std::optional<effects::Progress> after(std::string_view line);
  /// What is known once the program has ended well; nullopt where it did nothing of it.
  std::optional<effects::Progress> at_end() const;

private:
  std::optional<std::uint64_t> m_to_install;
  std::optional<std::uint64_t> m_to_remove;
  std::uint64_t m_unpacked = 0;
  std::uint64_t m_set_up = 0;
  std::uint64_t m_removed = 0;
};

} // namespace cudasetup::apply
