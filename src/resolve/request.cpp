#include "resolve/request.hpp"

namespace cudasetup::resolve {

std::string_view name_of(Method method)
{
  switch (method) {
  case Method::automatic:
    return "auto";
  case Method::network:
    return "network";
  case Method::local:
    return "local";
  case Method::runfile:
    return "runfile";
  }
  return "auto";
}

} // namespace cudasetup::resolve
