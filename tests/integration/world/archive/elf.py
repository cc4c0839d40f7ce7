"""Tiny shared objects with the right SONAME. They need no libc, so that they load on every root."""

from __future__ import annotations

import os
import subprocess
import tempfile

# cuInit: CUDA_ERROR_NO_DEVICE. cudaGetDeviceCount: cudaErrorNoDevice. Both are 100.
SOURCE = """
#if defined(STUB_CUDART)
int cudaRuntimeGetVersion(int *v) { *v = STUB_CUDART; return 0; }
int cudaGetDeviceCount(int *n) { *n = 0; return 100; }
const char *cudaGetErrorString(int e) { return e ? "no CUDA-capable device (stand-in)" : "no error"; }
#elif defined(STUB_DRIVER)
int cuInit(unsigned flags) { (void)flags; return 100; }
int cuDriverGetVersion(int *v) { *v = STUB_DRIVER; return 0; }
#endif
const char cudasetup_stand_in[] = "stand-in library of a test archive";
"""


class Linker:
    """Makes shared objects with gcc, each kind once."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="cudasetup-elf-")
        self._made = {}
        self._source = os.path.join(self._folder.name, "stub.c")
        with open(self._source, "w", encoding="ascii") as file:
            file.write(SOURCE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._folder.cleanup()

    def _gcc(self, *arguments):
        out = os.path.join(self._folder.name, "out")
        done = subprocess.run(["gcc", "-nostdlib", "-ffreestanding", "-O1", *arguments, "-o", out], capture_output=True,
                              check=False)
        if done.returncode != 0:
            raise RuntimeError("gcc: " + done.stderr.decode(errors="replace"))
        with open(out, "rb") as file:
            return file.read()

    def shared(self, soname, define=""):
        """The bytes of a shared object; define is STUB_CUDART=11010 or the like."""
        if (soname, define) not in self._made:
            extra = ["-D" + define] if define else []
            self._made[soname, define] = self._gcc("-shared", "-fPIC", "-Wl,--build-id=none", "-s", *extra, self._source,
                                                   "-Wl,-soname," + soname)
        return self._made[soname, define]

    def static(self):
        """The bytes of a static library with one object."""
        if "static" not in self._made:
            obj = os.path.join(self._folder.name, "stub.o")
            with open(obj, "wb") as file:
                file.write(self._gcc("-c", "-fPIC", self._source))
            path = os.path.join(self._folder.name, "stub.a")
            subprocess.run(["ar", "rcD", path, obj], check=True)
            with open(path, "rb") as file:
                self._made["static"] = file.read()
        return self._made["static"]
