#pragma once

#include <string>
#include <string_view>

namespace cudasetup::system {

/// Puts a file with these bytes and permission bits at @p name in an open directory, or leaves what was there: written
/// beside as `.NAME.cudasetup-new`, synced, renamed, and the directory synced. A left-over of an earlier run that was
/// cut off is taken over; two writers at once take turns. 0, or errno.
int write_atomically(int directory, const std::string& name, std::string_view bytes, unsigned mode);

/// Syncs the directory itself, so that names in it outlive a power cut; @p directory may be opened with O_PATH. 0, or
/// errno.
int sync_directory(int directory);

} // namespace cudasetup::system
