#include "base/error.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace cudasetup::base {

namespace {

struct Row {
  ErrorKind kind;
  int status;
  std::string_view name;
};

// The statuses are the contract of the command line.
constexpr std::array k_rows = {
    Row{ErrorKind::refused, 1, "refused"},
    Row{ErrorKind::usage, 3, "usage"},
    Row{ErrorKind::document, 4, "document"},
    Row{ErrorKind::needs_root, 5, "needs-root"},
    Row{ErrorKind::needs_reboot, 10, "needs-reboot"},
    Row{ErrorKind::needs_person, 11, "needs-person"},
    Row{ErrorKind::network, 20, "network"},
    Row{ErrorKind::untrusted, 21, "untrusted"},
    Row{ErrorKind::packages, 30, "packages"},
    Row{ErrorKind::no_space, 31, "no-space"},
    Row{ErrorKind::unverified, 40, "unverified"},
    Row{ErrorKind::bug, 70, "bug"},
    Row{ErrorKind::busy, 75, "busy"},
    Row{ErrorKind::interrupted, 130, "interrupted"},
};

const Row& row_of(ErrorKind kind)
{
  const auto* row = std::find_if(k_rows.begin(), k_rows.end(), [&](const Row& r) { return r.kind == kind; });
  if (row == k_rows.end()) {
    throw std::logic_error("an error kind without a row");
  }
  return *row;
}

} // namespace

const std::vector<ErrorKind>& all_error_kinds()
{
  static const std::vector<ErrorKind> kinds = [] {
    std::vector<ErrorKind> result;
    result.reserve(k_rows.size());
    for (const Row& row : k_rows) {
      result.push_back(row.kind);
    }
    return result;
  }();
  return kinds;
}

int exit_status(ErrorKind kind)
{
  return row_of(kind).status;
}

std::string_view name_of(ErrorKind kind)
{
  return row_of(kind).name;
}

Error&& Error::while_doing(std::string what) &&
{
  context.push_back(std::move(what));
  return std::move(*this);
}

Error&& Error::with_hint(std::string text, std::optional<Command> command) &&
{
  hints.push_back(Hint{std::move(text), std::move(command)});
  return std::move(*this);
}

Error make_error(ErrorKind kind, std::string message)
{
  Error error;
  error.kind = kind;
  error.message = std::move(message);
  return error;
}

} // namespace cudasetup::base
