#pragma once

#include "base/digest.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cudasetup::fetch {

/// One line of a list that md5sum writes.
struct Md5Line {
  base::Digest digest;
  std::string name;
};

/// The lines of the form `HASH  NAME` or `HASH *NAME`; others (headings, blanks, a page of HTML) are left out.
std::vector<Md5Line> parse_md5_list(std::string_view text);

/// The digest of the file of that name, folders in the list left aside; nullopt where it is missing, or there with
/// different digests.
std::optional<base::Digest> find_md5(const std::vector<Md5Line>& list, std::string_view file_name);

} // namespace cudasetup::fetch
