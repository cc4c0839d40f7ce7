"""What the test archive carries: releases, package versions, and edges.

Facts are those of NVIDIA's public packages and release notes. What is not known follows one rule each, and every package
it touches says so in its control file (`X-Cudasetup-Derived`):

* VERSION_RULE: a component whose version is not known has that of its release, `<release>-1`; a -dev half has its runtime
  half's.
* EDGES_RULE: edges that are not known are those of CUDA 11.5.1, applied to the names of that release; a -dev package needs
  its runtime package, and from 11.5 on a runtime library needs cudart, which needs the config-common packages. Edges to
  packages outside NVIDIA's archive (openjdk, dkms, X) are left out, so that an install needs no other archive.
"""

from __future__ import annotations

from dataclasses import dataclass, field

VERSION_RULE = "not known, that of the release"
EDGES_RULE = "not known, those of CUDA 11.5.1"


@dataclass(frozen=True)
class Release:
    """One CUDA release, and where it is offered."""

    version: str
    driver: str | None  # None from 13.4 on: neither its installers nor its packages bring one
    network: tuple  # NVIDIA's directory names whose archive has it
    local: tuple = ()  # those with a local installer
    runfile: bool = False
    build: str | None = None  # what version.json says, where it is not the release's number
    known: dict = field(default_factory=dict)  # component (without -X-Y) -> package version
    gcc: tuple = (6, 15)
    capability: tuple = ("7.5", "12.1")
    minimum: str = ""
    compatible: str = ""

    @property
    def numbers(self):
        return tuple(int(part) for part in self.version.split("."))

    @property
    def minor(self):
        return "%d.%d" % self.numbers[:2]

    @property
    def dashed(self):
        return "%d-%d" % self.numbers[:2]

    @property
    def major(self):
        return str(self.numbers[0])

    @property
    def bundle(self):
        """Release and driver as installers are named by them: 12.8.1-570.124.06; the release alone where there is none."""
        return self.version + ("-" + self.driver if self.driver else "")

    @property
    def prefix(self):
        return "/usr/local/cuda-" + self.minor

    def name(self, component):
        """Package name of a component: nvcc of 11.1 is cuda-nvcc-11-1, libcublas is libcublas-11-1."""
        if component in UNVERSIONED or component.endswith("config-common"):
            return component
        if component.startswith("lib") and component.split("-", maxsplit=1)[0] in LIBRARIES_ALL:
            return component + "-" + self.dashed
        if component == "gds-tools":
            return "gds-tools-" + self.dashed
        return "cuda-" + component + "-" + self.dashed if component else "cuda-" + self.dashed


UNVERSIONED = ("cuda", "cuda-toolkit", "cuda-toolkit-12", "cuda-toolkit-13")
LIBRARIES = ("libcublas", "libcufft", "libcurand", "libcusolver", "libcusparse", "libnpp", "libnvjpeg")
LIBRARIES_ALL = LIBRARIES + ("libcufile", "libnvjitlink", "libnvfatbin")
METAS = ("", "toolkit", "runtime", "libraries", "libraries-dev", "compiler", "tools", "command-line-tools",
         "visual-tools", "minimal-build", "nsight-compute", "nsight-systems")

# cuda-11-1 component versions: NVIDIA's container images of 11.1.1.
KNOWN_11_1_1 = {
    "demo-suite": "11.1.74-1", "nvtx": "11.1.74-1", "nvml-dev": "11.1.74-1", "nvprof": "11.1.105-1",
    "nvrtc": "11.1.105-1", "libnpp": "11.1.2.301-1", "libcublas": "11.3.0.106-1", "libcusparse": "11.3.0.10-1",
}

# Seen in full: apt's listing of cuda-runtime-11-8.
KNOWN_EDGES = {("11.8.0", "runtime")}

# Oldest first: that is the order of an archive's stanzas. Of each minor the newest patch is here, which is what a user gets
# who names the minor. Drivers, gcc, capabilities: NVIDIA's release notes and installer names. The builds of 12.x are of the
# form seen in 11.8.0 (11.8.20220929) and 12.6.3 (12.6.20241114), with days that are not known; 13.3.1 says 13.3.1 and 11.5.2
# says 11.5.2, as 11.1 and 13.x are taken to do.
RELEASES = (
    Release("11.1.0", "455.23.05", ("ubuntu1804", "ubuntu2004"), gcc=(5, 10), capability=("3.5", "8.6"),
            minimum="455.23", compatible="450.80.02"),
    Release("11.1.1", "455.32.00", ("ubuntu1804", "ubuntu2004"), ("ubuntu1804", "ubuntu2004"), True,
            known=KNOWN_11_1_1, gcc=(5, 10), capability=("3.5", "8.6"), minimum="455.32", compatible="450.80.02"),
    Release("11.8.0", "520.61.05", ("ubuntu1804", "ubuntu2004", "ubuntu2204"), ("ubuntu1804", "ubuntu2004", "ubuntu2204"),
            True, build="11.8.20220929", known={"nvtx": "11.8.86-1"}, gcc=(6, 11), capability=("3.5", "9.0"),
            minimum="520.61.05", compatible="450.80.02"),
    Release("12.4.1", "550.54.15", ("ubuntu2004", "ubuntu2204"), ("ubuntu2004", "ubuntu2204"), True,
            build="12.4.20240401", known={"nvtx": "12.4.127-1"}, gcc=(6, 13), capability=("5.0", "9.0"),
            minimum="550.54.15", compatible="525.60.13"),
    Release("12.8.0", "570.86.10", ("ubuntu2204", "ubuntu2404"), build="12.8.20250101", gcc=(6, 14),
            capability=("5.0", "12.0"), minimum="570.26", compatible="525.60.13"),
    Release("12.8.1", "570.124.06", ("ubuntu2204", "ubuntu2404"), ("ubuntu2404",), True, build="12.8.20250301",
            known={"nvtx": "12.8.90-1", "nvml-dev": "12.8.90-1"}, gcc=(6, 14), capability=("5.0", "12.0"),
            minimum="570.124.06", compatible="525.60.13"),
    Release("12.8.2", "570.211.01", ("ubuntu2204", "ubuntu2404"), (), True, build="12.8.20251101", gcc=(6, 14),
            capability=("5.0", "12.0"), compatible="525.60.13"),
    Release("12.9.2", "575.57.08", ("ubuntu2004", "ubuntu2204", "ubuntu2404"), ("ubuntu2404",), True,
            build="12.9.20251101", gcc=(6, 14), capability=("5.0", "12.1"), compatible="525.60.13"),
    Release("13.0.2", "580.95.05", ("ubuntu2204", "ubuntu2404"), ("ubuntu2204", "ubuntu2404"), True,
            minimum="580.95.05", compatible="580.65.06"),
    Release("13.0.3", "580.126.20", ("ubuntu2204", "ubuntu2404"), (), True, compatible="580.65.06"),
    Release("13.3.1", "610.43.02", ("ubuntu2204", "ubuntu2404", "ubuntu2604"), ("ubuntu2204", "ubuntu2404", "ubuntu2604"),
            True, minimum="610.43.02", compatible="580.65.06"),
    Release("13.4.2", None, ("ubuntu2404", "ubuntu2604"), ("ubuntu2404", "ubuntu2604"), True, compatible="580.65.06"),
)

SYSTEMS = {
    "ubuntu1804": ("18.04", "bionic"), "ubuntu2004": ("20.04", "focal"), "ubuntu2204": ("22.04", "jammy"),
    "ubuntu2404": ("24.04", "noble"), "ubuntu2604": ("26.04", "resolute"),
}


def components(release):
    """The components of a release, without the release's part of the name, leaves before metas."""
    at = release.numbers
    names = ["cudart", "cudart-dev", "cuobjdump", "cupti", "cupti-dev", "documentation", "driver-dev", "gdb", "nsight",
             "nsight-compute", "nsight-systems", "nvcc", "nvdisasm", "nvml-dev", "nvprune", "nvrtc", "nvrtc-dev", "nvtx",
             "sanitizer"]
    for library in libraries(release):
        names += [library, library + "-dev"]
    if at >= (11, 5):
        names = common(release) + names + ["cccl", "cuxxfilt", "gds-tools"]
    if at < (11, 6):
        names.append("samples")
    if at < (12,):
        names.append("memcheck")
    if at >= (12,):
        names += ["profiler-api", "opencl", "opencl-dev"]
    if at >= (12, 4):
        names += ["crt", "nvvm"]
    if at < (13,):
        names += ["nvprof", "nvvp", "demo-suite"]
    names += ["compiler", "libraries", "libraries-dev", "command-line-tools", "visual-tools", "tools", "minimal-build",
              "toolkit", "runtime", ""]
    if at >= (12,):
        names += ["cuda-toolkit-" + release.major, "cuda-toolkit"]
    return names + ["cuda"]


def libraries(release):
    """Names of the lib* components of a release, without their -dev halves."""
    at = release.numbers
    found = list(LIBRARIES)
    if at >= (11, 5):
        found.append("libcufile")
    if at >= (12,):
        found.append("libnvjitlink")
    if at >= (12, 4):
        found.append("libnvfatbin")
    return found


def common(release):
    """The shared config packages (from 11.5 on): Architecture all, two of them without a minor in their name."""
    return ["cuda-toolkit-config-common", "cuda-toolkit-%s-config-common" % release.major,
            "cuda-toolkit-%s-config-common" % release.dashed]


def version_of(release, component):
    """(package version, whether it is known). A -dev half is built with its runtime half."""
    if component in release.known:
        return release.known[component], True
    runtime = component[:-4] if component.endswith("-dev") else component
    if runtime in release.known:
        return release.known[runtime], False
    known = component in METAS or component in UNVERSIONED
    return release.version + "-1", known


def members(release, component):
    """Components that a meta package or a component needs, by EDGES_RULE."""
    have = set(components(release))
    wanted = {
        "": ["runtime", "toolkit", "demo-suite"],
        "cuda": [""],
        "cuda-toolkit": ["toolkit"],
        "cuda-toolkit-" + release.major: ["toolkit"],
        "runtime": ["libraries"],
        "toolkit": ["compiler", "libraries", "libraries-dev", "tools", "documentation", "samples", "nvml-dev"],
        "compiler": ["cuobjdump", "cuxxfilt", "nvcc", "nvprune"],
        "libraries": ["cudart", "nvrtc", "opencl"] + libraries(release),
        "libraries-dev": ["cccl", "cudart-dev", "driver-dev", "nvrtc-dev", "opencl-dev", "profiler-api"]
        + [library + "-dev" for library in libraries(release)],
        "command-line-tools": ["cuobjdump", "cupti", "cupti-dev", "gdb", "memcheck", "nvcc", "nvdisasm", "nvprof", "nvtx",
                               "sanitizer"],
        "tools": ["command-line-tools", "visual-tools", "gds-tools"],
        "visual-tools": ["nsight", "nsight-compute", "nsight-systems", "nvvp", "libraries-dev"],
        "minimal-build": ["nvcc", "cudart-dev"],
        "demo-suite": ["runtime"],
        "nvcc": ["crt", "nvvm"],
        "cudart": common(release) if release.numbers >= (11, 5) else [],
    }.get(component)
    if wanted is None:
        wanted = []
        if component.endswith("-dev") and component[:-4] in have:
            wanted.append(component[:-4])
        elif component in libraries(release) and release.numbers >= (11, 5):
            wanted.append("cudart")
    return [name for name in wanted if name in have]


def edges(release, component):
    """(the Depends entries of a component's package, whether they are known)."""
    out = []
    for member in members(release, component):
        upstream = version_of(release, member)[0].rsplit("-", 1)[0]
        out.append("%s (>= %s)" % (release.name(member), upstream))
    if component == "runtime" and release.driver:
        out.append("cuda-drivers (>= %s)" % release.driver)
    return out, (release.version, component) in KNOWN_EDGES
