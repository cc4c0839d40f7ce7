#include "host/details_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cudasetup::host {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> blacklisted(std::string_view text)
{
  std::vector<std::string> modules;
  for (const Blacklisted& each : parse_blacklists(text, "/etc/modprobe.d/x.conf")) {
    EXPECT_EQ(each.file, "/etc/modprobe.d/x.conf");
    modules.push_back(each.module);
  }
  return modules;
}

TEST(DetailsText, ModulesThatModprobeIsKeptFrom)
{
  EXPECT_THAT(blacklisted("# blacklist nvidia\nblacklist nouveau\nblacklist  lbm-nouveau\nalias nvidia off\n"),
              ElementsAre("nouveau", "nvidia"));
  EXPECT_THAT(blacklisted("blacklist nvidiafb\noptions nvidia NVreg_X=1\nalias nvidia\nblacklist\n"), IsEmpty());
}

TEST(DetailsText, TheCompilerOfTheKernel)
{
  EXPECT_EQ(parse_kernel_gcc("Linux version 6.8.0-45-generic (buildd@x) (x86_64-linux-gnu-gcc-12 (Ubuntu "
                             "12.3.0-1ubuntu1~22.04) 12.3.0, GNU ld (GNU Binutils for Ubuntu) 2.38) #45 SMP"),
            12U);
  EXPECT_EQ(parse_kernel_gcc("Linux version 5.4.0-42-generic (buildd@x) (gcc version 7.5.0 (Ubuntu 7.5.0-3)) #46"), 7U);
  EXPECT_EQ(parse_kernel_gcc("Linux version 6.1 (clang version 14.0, LLD 14.0)"), std::nullopt);
  EXPECT_EQ(parse_kernel_gcc(""), std::nullopt);
}

TEST(DetailsText, WhatALogOfDkmsSays)
{
  const FailedBuild build = parse_make_log("DKMS make.log for nvidia-580.119.02 for kernel 6.17.9-76061709-generic "
                                           "(x86_64)\nmake[1]: Entering directory\n"
                                           "/var/lib/dkms/x.c:12:3: error: too few arguments to function 'a'\n"
                                           "make: *** [Makefile:1] Error 2\n");
  EXPECT_EQ(build.kernel, "6.17.9-76061709-generic");
  EXPECT_EQ(build.error, "/var/lib/dkms/x.c:12:3: error: too few arguments to function 'a'");
  EXPECT_EQ(parse_make_log("make: *** [all] Error 2\n").error, "make: *** [all] Error 2");
  EXPECT_EQ(parse_make_log("nothing\n").error, "");
}

TEST(DetailsText, DirectoriesOfToolkitsAndLibTorch)
{
  EXPECT_THAT(named_directories("export PATH=/usr/local/cuda-11.1/bin:/usr/local/cuda-12.4/bin${PATH:+:$PATH}\n"
                                "# /usr/local/cuda-9.0\nLD=\"/usr/local/cuda-11.1/lib64\"\n"
                                "/opt/libtorch/1.7.1+cu110/lib\n/usr/local/cuda/lib64\n/usr/local/cuda-\n"),
              ElementsAre("/usr/local/cuda-11.1", "/usr/local/cuda-12.4", "/opt/libtorch/1.7.1+cu110"));
}

TEST(DetailsText, LibrariesOfTheDriver)
{
  EXPECT_EQ(parse_driver_library("libcuda.so.580.95.05")->text(), "580.95.05");
  for (const char* name : {"libcuda.so", "libcuda.so.1", "libcuda.so.1.1", "libcudart.so.11.0", "libcuda.so.580.x"}) {
    EXPECT_EQ(parse_driver_library(name), std::nullopt) << name;
  }
}

TEST(DetailsText, AnElfFileTellsItsArchitectureAndLength)
{
  std::string header("\x7f"
                     "ELF\x02\x01",
                     6);
  header.resize(64, '\0');
  header[0x12] = '\x3e';
  header[0x29] = '\x10'; // 0x1000
  header[0x3a] = '\x40';
  header[0x3c] = '\x02';
  EXPECT_EQ(parse_elf_header(header)->arch, base::Arch::amd64);
  EXPECT_EQ(parse_elf_header(header)->least_bytes, 0x1080U);
  header[0x12] = '\xb7';
  EXPECT_EQ(parse_elf_header(header)->arch, base::Arch::arm64);
  header[0x12] = '\x01';
  EXPECT_EQ(parse_elf_header(header)->arch, std::nullopt);
  EXPECT_FALSE(parse_elf_header(header.substr(0, 63)));
  EXPECT_FALSE(parse_elf_header("/* GNU ld script */ GROUP ( /lib/libtorch_cpu.so.2 AS_NEEDED ( libgomp ) ) and more"));
}

TEST(DetailsText, VariablesOfTheFirmware)
{
  EXPECT_TRUE(is_on(std::string_view("\x06\0\0\0\x01", 5)));
  EXPECT_FALSE(is_on(std::string_view("\x06\0\0\0\0", 5)));
  EXPECT_FALSE(is_on(std::string_view("\x06\0\0\x01", 4)));
}

TEST(DriverLog, HasWhatTheDriverSaidSinceTheLastStart)
{
  const std::string log = "Nov  1 h kernel: [    0.0] Linux version 6.8.0-45-generic (buildd@lcy02) (gcc)\n"
                          "Nov  1 h kernel: [    9.0] NVRM: Xid (PCI:0000:01:00): 79, GPU has fallen off the bus.\n"
                          "Nov  2 h kernel: [    0.0] Linux version 6.8.0-48-generic (buildd@lcy02) (gcc)\n"
                          "Nov  2 h kernel: [    9.0] NVRM: No NVIDIA GPU found.\n"
                          "Nov  2 h kernel: [    9.5] NVRM: No NVIDIA GPU found.\n"
                          "Nov  2 h prog: something else\n";
  EXPECT_EQ(parse_driver_log(log, "6.8.0-48-generic"), (std::vector<std::string>{"NVRM: No NVIDIA GPU found."}));
  EXPECT_EQ(parse_driver_log(log, ""), (std::vector<std::string>{"NVRM: No NVIDIA GPU found."}));
  for (const char* other : {"6.8.0-45-generic", "6.8.0-48", "6.8.0-48-generic-64k", "6.11.0-9-generic"}) {
    EXPECT_TRUE(parse_driver_log(log, other).empty()) << "an old log, of another kernel than " << other;
  }
  std::string many;
  for (int i = 0; i < 200; ++i) {
    many += "NVRM: line " + std::to_string(i) + "\n";
  }
  EXPECT_EQ(parse_driver_log(many, "6.8.0-48-generic").size(), 100U) << "a log without the start";
}

} // namespace
} // namespace cudasetup::host
