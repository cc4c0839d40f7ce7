#include "system/terminal.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>

namespace cudasetup::system {

bool is_terminal(Standard stream)
{
  return isatty(stream == Standard::input    ? STDIN_FILENO
                : stream == Standard::output ? STDOUT_FILENO
                                             : STDERR_FILENO) == 1;
}

bool is_root()
{
  return geteuid() == 0;
}

std::optional<std::string> environment(const std::string& name)
{
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

void print(std::string_view text)
{
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

std::string read_input(const std::string& path, std::size_t most)
{
  constexpr std::size_t k_piece = 64 * 1024;
  std::string text;
  std::array<char, k_piece> piece{};
  std::FILE* file = path.empty() ? stdin : std::fopen(path.c_str(), "re");
  while (file != nullptr && text.size() < most) {
    const std::size_t count = std::fread(piece.data(), 1, std::min(piece.size(), most - text.size()), file);
    if (count == 0) {
      break;
    }
    text.append(piece.data(), count);
  }
  if (file != nullptr && file != stdin) {
    std::fclose(file);
  }
  return text;
}

bool ask(const std::string& question)
{
  // Unlike a read, ppoll ends when a signal comes: ^C is an answer too. One that comes as soon as the question stands
  // there waits for it.
  sigset_t stops;
  sigset_t usual;
  sigemptyset(&stops);
  sigaddset(&stops, SIGINT);
  sigaddset(&stops, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &stops, &usual);
  std::fputs((question + " [y/N] ").c_str(), stderr);
  std::fflush(stderr);
  struct pollfd input {
    STDIN_FILENO, POLLIN, 0
  };
  const int ready = ::ppoll(&input, 1, nullptr, &usual);
  ::pthread_sigmask(SIG_SETMASK, &usual, nullptr);
  if (ready < 0) {
    return false;
  }
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

} // namespace cudasetup::system
