#pragma once

#include "base/result.hpp"
#include "cli/manifest_files.hpp"
#include "cli/options.hpp"
#include "cli/outside.hpp"
#include "host/facts.hpp"
#include "manifest/types.hpp"
#include "plan/plan.hpp"
#include "probe/probe.hpp"
#include "resolve/resolution.hpp"

#include <memory>
#include <variant>

/// The road from a command line to a plan: manifest, facts, resolution, plan.
namespace cudasetup::cli {

/// The effects for the system that HOST options name, with the network's limits of HOW.
effects::Effects effects_of(const Options& options, Outside& outside);

/// The files of `--manifest DIR`: every *.json below it, two levels deep. None without that option. Errors: document,
/// where there are none or one cannot be read.
base::Result<ManifestFiles> read_overlay(const HowOptions& how, effects::Files& files);

/// The built-in manifest with the files of `--manifest DIR` laid over it.
base::Result<manifest::Manifest> load_manifest(const HowOptions& how, effects::Files& files);

/// Whether the places that HOST options name are there. Errors: usage.
base::Result<void> check_places(const HostOptions& host, effects::Files& files);

/// How the options say to look at the machine.
probe::ProbeOptions probe_options(const Options& options, bool is_root);

/// The machine's facts, the places that the request names among them, with HOST options in their place. Errors: usage
/// where an option names a place that is not there; refused where the system is no Ubuntu LTS. With what apt knows of
/// Ubuntu's drivers, where there is a GPU.
base::Result<host::HostFacts>
find_facts(const Options& options, const manifest::Manifest& manifest, const effects::Effects& effects, bool is_root);

/// How a plan will be run, by the options.
plan::Settings settings_of(const Options& options, const manifest::Manifest& manifest);

/// A plan with what it was made from. The plan points into the manifest, which therefore stays with it.
struct Prepared {
  std::unique_ptr<manifest::Manifest> manifest;
  host::HostFacts facts;
  plan::Plan plan;
};

/// All of it: a plan, or the refusal.
base::Result<std::variant<Prepared, resolve::Refusal>>
prepare(const Options& options, Outside& outside, const effects::Effects& effects);

} // namespace cudasetup::cli
