#pragma once

#include "built_in/built_in.hpp"
#include "unit/resolve/asking.hpp"

namespace cudasetup::resolve::test {

/// Asks the resolver with the manifests that are in the program.
class BuiltInTest : public testing::Test {
protected:
  static const manifest::Manifest& known()
  {
    static const manifest::Manifest manifest = built_in::manifest();
    return manifest;
  }

  static Resolution get(std::initializer_list<std::string_view> arguments, const host::HostFacts& facts)
  {
    return resolved(asking(arguments), known(), facts);
  }

  static Refusal refusal(std::initializer_list<std::string_view> arguments, const host::HostFacts& facts)
  {
    Refusal refusal = refused(asking(arguments), known(), facts);
    expect_alternatives_resolve(refusal, known(), facts);
    return refusal;
  }
};

} // namespace cudasetup::resolve::test
