#pragma once

#include "manifest/types.hpp"

#include <string>
#include <string_view>

namespace cudasetup::manifest {

/// @p manifest, which `load` found no fault in, as bytes that `unpack` reads in a small part of the time that its files
/// take. They are for a program built from the same sources, and never leave it: no version, no other machine's byte
/// order.
///
/// The form: a record is its members in the order of fields.hpp. A number or an enumeration is its bytes; a text its
/// length and its bytes; a version, an address and a digest are texts; a list its count and its elements; what may be
/// unknown is a byte that says whether it is known, then the value; sources are their number, counted from 0 in order
/// of first appearance, and the list itself where it appears first.
std::string pack(const Manifest& manifest);

/// What was packed. Throws std::logic_error for bytes that are not of `pack`: a fault of the build.
Manifest unpack(std::string_view bytes);

} // namespace cudasetup::manifest
