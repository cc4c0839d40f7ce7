#include "system/terminal.hpp"

#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
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

namespace {

/// Waits until standard input has something, or a signal to stop comes; whether it is the former.
bool wait_for_answer(const std::string& question)
{
  // Unlike a read, ppoll ends when a signal comes: ^C is an answer too. One that comes as soon as the question stands
  // there waits for it.
  sigset_t stops;
  sigset_t usual;
  sigemptyset(&stops);
  sigaddset(&stops, SIGINT);
  sigaddset(&stops, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &stops, &usual);
  std::fputs(question.c_str(), stderr);
  std::fflush(stderr);
  struct pollfd input {
    STDIN_FILENO, POLLIN, 0
  };
  const int ready = ::ppoll(&input, 1, nullptr, &usual);
  ::pthread_sigmask(SIG_SETMASK, &usual, nullptr);
  return ready > 0;
}

} // namespace

bool ask(const std::string& question)
{
  if (!wait_for_answer(question + " [y/N] ")) {
    return false;
  }
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

std::optional<std::string> ask_hidden(const std::string& question)
{
  termios usual{};
  if (::tcgetattr(STDIN_FILENO, &usual) != 0) {
    return std::nullopt;
  }
  termios hidden = usual;
  hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  // What was typed before the question is no answer to it.
  if (::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) != 0) {
    return std::nullopt;
  }
  std::optional<std::string> answer;
  if (wait_for_answer(question + " ")) {
    std::string line;
    if (std::getline(std::cin, line)) {
      answer = std::move(line);
    }
  }
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &usual);
  std::fputs("\n", stderr); // that of the answer was not shown either
  return answer;
}

std::optional<std::string> read_line(int descriptor, std::size_t most)
{
  std::string line;
  while (line.size() < most) {
    char c = 0;
    const ssize_t count = ::read(descriptor, &c, 1);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return std::nullopt;
    }
    if (count == 0 || c == '\n') {
      break;
    }
    line += c;
  }
  return line;
}

} // namespace cudasetup::system
