#pragma once

#include "base/error.hpp"

#include <span>
#include <string_view>

namespace cudasetup::diagnose {

/// When a text is looked for: a cause before what only follows from one.
enum class Rank { cause, consequence };

/// A text of a failing tool and what it means. A line shows it that has both texts.
struct Symptom {
  std::string_view text;
  std::string_view and_text; ///< empty: none
  Rank rank = Rank::cause;
  base::ErrorKind kind = base::ErrorKind::packages;
  std::string_view cause;
  std::string_view hint;
  std::string_view command; ///< words separated by blanks; empty: there is none
};

/// The known symptoms; of several that are shown, the first counts. From the message catalogues of apt and dpkg and
/// what DKMS, modprobe, pip and NVIDIA's installer print.
std::span<const Symptom> known_symptoms();

/// What people bring beside that: from nvidia-smi, the kernel's log, builds of modules, nvcc, CMake and programs with
/// LibTorch. Their texts are those of the issues that report them.
std::span<const Symptom> program_symptoms();

} // namespace cudasetup::diagnose
