#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

/// What the targets share: libFuzzer programs (clang++ -fsanitize=fuzzer) that besides memory errors check what a
/// parser promises.
namespace cudasetup::fuzz {

/// Ends the program where a promise is broken: libFuzzer then keeps the input, and prints from where it came.
inline void expect(bool truth)
{
  if (!truth) {
    std::abort();
  }
}

/// The first byte of an input picks what is done with the rest, of which this has a copy of exact size, so that a read
/// past its end is seen.
struct Input {
  Input(const std::uint8_t* data, std::size_t size)
      : pick(size == 0 ? 0u : data[0]),
        text(reinterpret_cast<const char*>(data) + (size == 0 ? 0 : 1), size == 0 ? 0 : size - 1)
  {
    text.shrink_to_fit();
  }
  unsigned pick;
  std::string text;
};

/// Whether the text can go to a terminal as one line.
inline bool is_line(std::string_view text)
{
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      return false;
    }
  }
  return !text.empty();
}

} // namespace cudasetup::fuzz
