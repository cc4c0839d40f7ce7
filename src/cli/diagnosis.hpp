#pragma once

#include "cli/pipeline.hpp"
#include "diagnose/diagnose.hpp"
#include "host/details.hpp"
#include "journal/transaction.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

/// The road from a command line to what is known of a machine, for the verbs that tell it.
namespace cudasetup::cli {

struct Diagnosis {
  std::unique_ptr<manifest::Manifest> manifest;
  host::HostFacts facts;
  host::Details details;
  /// Transactions that are not taken back, oldest first; none where the journal may not be read.
  std::vector<journal::Transaction> transactions;
  diagnose::Past past;
  std::vector<diagnose::Finding> findings; ///< their commands hold for the system that the command line is about
  bool is_other_machine = false;           ///< HOST options name another one: then nothing of this one's is looked at
  std::vector<std::string> unknown;        ///< what could not be looked at, a sentence each
};

/// Looks at the machine and its journal, and judges. Changes nothing. Systems that cudasetup does not serve are looked
/// at, too. Errors: usage and document, of the command line's places and manifest.
base::Result<Diagnosis> diagnose_machine(const Options& options, Outside& outside, const effects::Effects& effects);

} // namespace cudasetup::cli
