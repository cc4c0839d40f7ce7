#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Each record of a journal carries the SHA-256 of itself and of the seal before it, so that a line that was changed,
/// taken out or put in is noticed. It is no signature: root can make a whole journal anew.
namespace cudasetup::journal {

/// The line (without its end) that holds the compact JSON object @p record, sealed after @p former, the seal of the
/// line before; empty for the first.
std::string sealed(const std::string& record, std::string_view former);

/// The seal of a line, where it is the right one after @p former; nullopt where it is not, or where there is none.
std::optional<std::string> check_seal(std::string_view line, std::string_view former);

/// The record of a sealed line, without its seal.
std::string record_of(std::string_view line);

} // namespace cudasetup::journal
