// unpack_bench ZIP TOP FOLDER: unpacks as an installation does, so with its checks and its last flush to the disk.

#include "fetch/unpack.hpp"
#include "system/posix_files.hpp"
#include "system/signal_interrupts.hpp"

#include <cstdio>

namespace {

class NoEvents : public cudasetup::effects::Events {
public:
  void emit(const cudasetup::effects::Event&) override {}
};

} // namespace

int main(int argc, char** argv)
{
  using namespace cudasetup;
  if (argc != 4) {
    std::fputs("usage: unpack_bench ZIP TOP FOLDER\n", stderr);
    return 3;
  }
  system::PosixFiles files("/");
  NoEvents events;
  system::SignalInterrupts interrupts;
  const auto unpacked =
      fetch::unpack(files, events, interrupts, {argv[1], argv[2], argv[3], std::string(argv[3]) + ".former", argv[1]});
  if (!unpacked) {
    std::fprintf(stderr, "%s\n", unpacked.error().message.c_str());
    return 1;
  }
  return 0;
}
