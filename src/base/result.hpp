#pragma once

#include "base/error.hpp"

#include <tl/expected.hpp>

#include <utility>

namespace cudasetup::base {

/// A value, or the error that kept us from it.
template<typename T> using Result = tl::expected<T, Error>;

/// A failed Result of any type.
inline tl::unexpected<Error> fail(Error error)
{
  return tl::unexpected<Error>(std::move(error));
}

/// A failed Result of any type, from a kind and one line of text.
inline tl::unexpected<Error> fail(ErrorKind kind, std::string message)
{
  return fail(make_error(kind, std::move(message)));
}

} // namespace cudasetup::base

#define CUDASETUP_CONCAT_(a, b) a##b
#define CUDASETUP_CONCAT(a, b) CUDASETUP_CONCAT_(a, b)

/// Evaluates a Result<void>-like expression and returns its error to the caller.
#define CUDASETUP_TRY(expression)                                                                                      \
  do {                                                                                                                 \
    if (auto result_ = (expression); !result_) {                                                                       \
      return ::cudasetup::base::fail(std::move(result_).error());                                                      \
    }                                                                                                                  \
  } while (false)

/// Declares or assigns @p target from a Result, or returns its error to the caller.
#define CUDASETUP_TRY_ASSIGN(target, expression)                                                                       \
  CUDASETUP_TRY_ASSIGN_(CUDASETUP_CONCAT(result_, __LINE__), target, expression)
#define CUDASETUP_TRY_ASSIGN_(result, target, expression)                                                              \
  auto result = (expression);                                                                                          \
  if (!result) {                                                                                                       \
    return ::cudasetup::base::fail(std::move(result).error());                                                         \
  }                                                                                                                    \
  target = std::move(*result)
