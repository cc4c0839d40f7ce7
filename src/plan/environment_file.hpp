#pragma once

#include <string>

namespace cudasetup::plan {

/// host::k_environment_file by its sections, of which one may be empty.
struct EnvironmentFile {
  std::string cuda;
  std::string torch;

  /// The toolkit's directory that the first section names; empty where there is none.
  std::string cuda_home() const;
};

EnvironmentFile read_environment(const std::string& text);
/// Empty where both sections are: no file is needed then.
std::string write_environment(const EnvironmentFile& file);

} // namespace cudasetup::plan
