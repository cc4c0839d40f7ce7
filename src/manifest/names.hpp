#pragma once

#include <string>
#include <string_view>

/// The character sets that names in a manifest are held to. Names end in command lines, file names and scripts; those
/// are quoted where they are written, and these sets see to it that nothing in them needs it: no shell metacharacter,
/// blank, control character, `..`, leading `-`, and no path where a name belongs.
namespace cudasetup::manifest {

/// A kind of text: what it must be, in words for a Problem, and the test for it.
struct TextKind {
  std::string_view expected;
  bool (*fits)(std::string_view text);
};

extern const TextKind k_package_name;    ///< deb-control(5): lower case letters, digits, `+-.`
extern const TextKind k_package_version; ///< deb-version(7)
extern const TextKind k_directory_name;  ///< ubuntu1804, wsl-ubuntu
extern const TextKind k_platform;        ///< cu110, cpu
extern const TextKind k_word;            ///< GK107, Turing, bionic, long-term-support
extern const TextKind k_release_number;  ///< 0.8.2, 7.6.5.32: a version of somebody else's numbering
extern const TextKind k_file_name;       ///< 3bf863cc.pub
extern const TextKind k_file_pattern;    ///< cuda-*-keyring.gpg: a file name that may hold `*`
extern const TextKind k_path;            ///< /var/cuda-repo-{os}-11-1-local: absolute, `{os}` the only place holder
extern const TextKind k_key_id;          ///< 8 or 16 upper case hexadecimal digits
extern const TextKind k_fingerprint;     ///< 40 upper case hexadecimal digits
extern const TextKind k_date;            ///< 2026-04-30
extern const TextKind k_line;            ///< text for people: one line, not empty, at most 1000 bytes
extern const TextKind k_pin_text;        ///< lines of printable ASCII, the last one ended

/// Whether installing @p package would also install NVIDIA's driver. Rule: the package graph of NVIDIA's archive, where
/// `cuda`, `cuda-X-Y`, `cuda-runtime-X-Y` and `cuda-demo-suite-X-Y` depend on `cuda-drivers`.
bool reaches_driver(std::string_view package);

} // namespace cudasetup::manifest
