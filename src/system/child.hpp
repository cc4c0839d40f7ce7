#pragma once

#include "system/fd.hpp"

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace cudasetup::system {

/// A program that runs in its own process group, and the reading ends of its two outputs (non-blocking).
struct Child {
  pid_t pid = -1;
  Fd out;
  Fd err;
};

/// Descriptors that we were started with (from a shell, a CI runner) are not for our children either; once this was
/// called, those that are open by then reach none.
void close_inherited_on_exec();

/// Starts @p program. Descriptors 0, 1 and 2 reach it, and a lock of Files::lock; its signals are at their defaults.
/// Standard input holds
/// @p input, or is /dev/null. 0, or errno.
int start_child(const std::string& program,
                const std::vector<std::string>& argv,
                const std::vector<std::string>& environment,
                const std::optional<std::string>& input,
                Child& child);

/// Whether the child has ended. Never waits; the child stays to be reaped.
bool has_ended(pid_t pid);

/// Takes the status of a child that has ended: its exit status, or 128 + N for signal N.
int reap(pid_t pid);

} // namespace cudasetup::system
