#pragma once

#include "cli/options.hpp"

#include <string>
#include <vector>

namespace cudasetup::cli {

/// The options as they were typed.
struct OptionTexts {
  std::string verb;
  bool has_selection = false;
  std::string cuda = "auto";
  std::string torch = "auto";
  std::string abi = "cxx11";
  std::string driver = "auto";
  std::string module = "auto";
  std::string flavour = "auto";
  bool toolkit_only = false;
  std::string profile = "full";
  std::string method = "auto";
  std::string python;
  std::string libtorch_dir;
  std::string os;
  std::string arch;
  std::vector<std::string> gpus;
  std::string driver_present;
  bool container = false;
  bool wsl = false;
  std::string root;
  std::string os_release_file;
  std::string sys_path;
  std::vector<std::string> mirrors;
  std::string manifest;
  bool require_digests = false;
  bool keep_downloads = false;
  bool hold = false;
  bool no_hold = false;
  std::string lock_timeout = "300";
  std::string jobs; ///< 16 where nothing is said
  std::string limit_rate;
  std::string reboot = "ask";
  bool no_mok = false;
  std::string mok_password_fd;
  bool after_boot = false;
  bool yes = false;
  bool dry_run = false;
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  std::string color = "auto";
  std::string progress = "auto";
  std::string format; ///< "": sh, or json with --json
  std::string output_file;
  bool detailed_exitcode = false;
  bool allow_inexact_undo = false;
  std::string gone_cuda;
  std::string gone_torch;
  bool gone_driver = false;
  bool no_undo = false;
  bool fix = false;
  std::vector<std::string> levels;
  std::string torch_dir;
  std::string cuda_dir;
  std::string python_dir;
  std::string expect_gpu = "auto";
  std::string subject;
  bool here = false;
  std::vector<std::string> words;
};

/// The typed texts as values. Errors: usage, one for the first wrong text.
base::Result<Options> options_of(const OptionTexts& texts, Environment environment, Terminal error_terminal);

} // namespace cudasetup::cli
