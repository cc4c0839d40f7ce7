#pragma once

#include "manifest/types.hpp"

namespace cudasetup::built_in {

/// What the files of `manifests/` said when the program was built. They were read and checked then, by packer/, as any
/// other manifest is; the program itself only unpacks the result.
manifest::Manifest manifest();

} // namespace cudasetup::built_in
