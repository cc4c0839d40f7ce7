#pragma once

#include "support/fake_files.hpp"
#include "support/test_data.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace cudasetup::test {

/// What machines.py made of a text that has more than printable characters: \n, \\ and \xHH.
inline std::string unescaped(std::string_view text)
{
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\') {
      plain += text[at];
    } else if (++at; text[at] == 'x') {
      plain += static_cast<char>(std::stoi(std::string(text.substr(at + 1, 2)), nullptr, 16));
      at += 2;
    } else {
      plain += text[at] == 'n' ? '\n' : text[at];
    }
  }
  return plain;
}

/// Puts the files of a machine of tests/data/machines/ into a tree; the test fails when there is no such machine. They
/// are read from tests/data/machines.txt, which `tests/integration/lib/machines.py flat` writes.
inline void put_machine_files(FakeFiles& files, std::string_view name)
{
  const std::string all = read_data("machines.txt");
  bool is_it = false;
  bool found = false;
  for (const std::string_view line : base::lines(all)) {
    const std::size_t first = line.find(' ');
    const std::string_view kind = line.substr(0, first);
    const std::string_view rest = line.substr(first + 1);
    if (kind == "machine") {
      is_it = rest == name;
      found = found || is_it;
    } else if (is_it) {
      const std::size_t end = std::min(rest.find(' '), rest.size());
      const std::string path(rest.substr(0, end));
      std::string content = unescaped(rest.substr(std::min(end + 1, rest.size())));
      kind == "link" ? files.put_link(path, std::move(content)) : files.put(path, std::move(content));
    }
  }
  if (!found) {
    ADD_FAILURE() << "no machine " << name;
  }
}

} // namespace cudasetup::test
