"""The toolkit's packages of one CUDA release: NVIDIA's names, places and maintainer scripts, with stand-ins inside."""

from __future__ import annotations

import json

import recipe
from debs import File, Link, Package, text

STAND_IN = "stand-in %s of a test archive"

# nvcc: its version is in the form of the real one; it cannot compile, and says so.
NVCC = """#!/bin/sh
case ${{1-}} in
--version|-V)
  echo "nvcc: NVIDIA (R) Cuda compiler driver"
  echo "Cuda compilation tools, release {minor}, V{tool}"
  echo "stand-in nvcc of a test archive"
  exit 0
  ;;
esac
echo "nvcc: this is the stand-in nvcc of a test archive: it cannot compile" >&2
exit 1
"""

TOOL = """#!/bin/sh
echo "{name}: stand-in {name} of a test archive"
[ "${{1-}}" = --version ] && exit 0
exit 1
"""

CUDA_H = """/* Stand-in header of a test archive. */
#ifndef CUDASETUP_TEST_CUDA_H
#define CUDASETUP_TEST_CUDA_H
#define CUDA_VERSION {number}
#ifdef __cplusplus
extern "C" {{
#endif
typedef int CUresult;
CUresult cuInit(unsigned int flags);
CUresult cuDriverGetVersion(int *version);
#ifdef __cplusplus
}}
#endif
#endif
"""

CUDA_RUNTIME_API_H = """/* Stand-in header of a test archive. */
#ifndef CUDASETUP_TEST_CUDA_RUNTIME_API_H
#define CUDASETUP_TEST_CUDA_RUNTIME_API_H
#define CUDART_VERSION {number}
#ifdef __cplusplus
extern "C" {{
#endif
typedef int cudaError_t;
cudaError_t cudaRuntimeGetVersion(int *version);
cudaError_t cudaGetDeviceCount(int *count);
const char *cudaGetErrorString(cudaError_t error);
#ifdef __cplusplus
}}
#endif
#endif
"""

CUDA_RUNTIME_H = "/* Stand-in header of a test archive. */\n#include \"cuda_runtime_api.h\"\n"

# Tools by component; `bin/` of the toolkit.
TOOLS = {"cuobjdump": "cuobjdump", "nvdisasm": "nvdisasm", "nvprune": "nvprune", "cuxxfilt": "cu++filt", "gdb": "cuda-gdb",
         "memcheck": "cuda-memcheck", "sanitizer": "compute-sanitizer", "nvprof": "nvprof", "nvvp": "nvvp",
         "nsight": "nsight", "nsight-compute": "ncu", "nsight-systems": "nsys", "crt": "crt-stand-in"}

HEADERS = {"nvrtc-dev": "nvrtc.h", "cupti-dev": "cupti.h", "nvml-dev": "nvml.h", "nvtx": "nvToolsExt.h",
           "profiler-api": "cuda_profiler_api.h", "opencl-dev": "CL/cl.h", "libcublas-dev": "cublas_v2.h",
           "libcufft-dev": "cufft.h", "libcurand-dev": "curand.h", "libcusolver-dev": "cusolverDn.h",
           "libcusparse-dev": "cusparse.h", "libnpp-dev": "npp.h", "libnvjpeg-dev": "nvjpeg.h", "libcufile-dev": "cufile.h",
           "libnvjitlink-dev": "nvJitLink.h", "libnvfatbin-dev": "nvFatbin.h", "cccl": "thrust/version.h"}

SUMMARY = {"": "CUDA %s meta-package", "toolkit": "CUDA Toolkit %s meta-package", "runtime": "CUDA Runtime %s meta-package",
           "libraries": "CUDA Libraries %s meta-package", "libraries-dev": "CUDA Libraries %s development meta-package"}


def sonames(release):
    """(file stem, SONAME's end) of every library by component: what that generation of CUDA has."""
    major = release.numbers[0]
    at = release.numbers
    plain = str(major)
    nvrtc = plain if major >= 12 else ("11.2" if at >= (11, 2) else "11.1")
    return {
        "cudart": [("libcudart", "11.0" if major == 11 else plain)],
        "nvrtc": [("libnvrtc", nvrtc)],
        "cupti": [("libcupti", plain if major >= 12 else release.minor)],
        "nvtx": [("libnvToolsExt", "1")] if at < (12, 9) else [],
        "opencl": [("libOpenCL", "1")],
        "libcublas": [("libcublas", plain), ("libcublasLt", plain)],
        "libcufft": [("libcufft", str(major - 1)), ("libcufftw", str(major - 1))],
        "libcurand": [("libcurand", "10")],
        "libcusolver": [("libcusolver", "12" if major >= 13 else "11")],
        "libcusparse": [("libcusparse", "11" if major == 11 else "12")],
        "libnpp": [("libnppc", plain), ("libnppial", plain), ("libnpps", plain)],
        "libnvjpeg": [("libnvjpeg", plain)],
        "libcufile": [("libcufile", "0")],
        "libnvjitlink": [("libnvJitLink", plain)],
        "libnvfatbin": [("libnvfatbin", plain)],
    }


def number(release):
    """CUDA_VERSION: 11010 for 11.1."""
    return release.numbers[0] * 1000 + release.numbers[1] * 10


def _libraries(release, component, linker):
    """The runtime half's files: each library under its own version, and its SONAME as a link."""
    lib = release.prefix + "/targets/x86_64-linux/lib/"
    files = {release.prefix + "/lib64": Link("targets/x86_64-linux/lib")}
    upstream = recipe.version_of(release, component)[0].rsplit("-", 1)[0]
    for stem, soname in sonames(release)[component]:
        define = "STUB_CUDART=%d" % number(release) if stem == "libcudart" else ""
        real = "%s.so.%s" % (stem, upstream)
        files[lib + real] = File(linker.shared("%s.so.%s" % (stem, soname), define))
        if soname != upstream:
            files["%s%s.so.%s" % (lib, stem, soname)] = Link(real)
        if component == "nvtx":
            files["%s%s.so" % (lib, stem)] = Link("%s.so.%s" % (stem, soname))
    return files


def _development(release, component, linker):
    """The -dev half's files: headers, the names that a linker looks for, and static libraries."""
    target = release.prefix + "/targets/x86_64-linux/"
    files = {release.prefix + "/include": Link("targets/x86_64-linux/include"),
             release.prefix + "/lib64": Link("targets/x86_64-linux/lib")}
    for stem, soname in sonames(release).get(component[:-4], []):
        files["%slib/%s.so" % (target, stem)] = Link("%s.so.%s" % (stem, soname))
    if component in HEADERS:
        header = "/* Stand-in %s of a test archive. */\n" % HEADERS[component]
        files[target + "include/" + HEADERS[component]] = text(header)
    if component == "cudart-dev":
        for name, body in (("cuda.h", CUDA_H), ("cuda_runtime_api.h", CUDA_RUNTIME_API_H)):
            files[target + "include/" + name] = text(body.format(number=number(release)))
        files[target + "include/cuda_runtime.h"] = text(CUDA_RUNTIME_H)
        for name in ("libcudart_static.a", "libcudadevrt.a"):
            files[target + "lib/" + name] = File(linker.static())
    if component == "driver-dev":
        stub = linker.shared("libcuda.so.1", "STUB_DRIVER=%d" % number(release))
        files[target + "lib/stubs/libcuda.so"] = File(stub)
    if component == "nvml-dev":
        files[target + "lib/stubs/libnvidia-ml.so"] = File(linker.shared("libnvidia-ml.so.1"))
    return files


def version_json(release):
    """version.json in the form of the real one: three blanks, ` : `. From 11.7 to 12.6 the SDK's third number is a day."""
    entries = {"cuda": {"name": "CUDA SDK", "version": release.build or release.version}}
    for component in sorted(recipe.components(release)):
        if component in recipe.METAS or component.startswith("cuda") or component.endswith("-dev"):
            continue
        key = component.replace("-", "_")
        key = key if component.startswith("lib") or component == "gds-tools" else "cuda_" + key
        upstream = recipe.version_of(release, component)[0].rsplit("-", 1)[0]
        entries[key] = {"name": "CUDA " + component, "version": upstream}
    if release.driver:
        entries["nvidia_driver"] = {"name": "NVIDIA Linux Driver", "version": release.driver}
    return json.dumps(entries, indent=3, separators=(",", " : ")) + "\n"


def _nvcc(release):
    tool = recipe.version_of(release, "nvcc")[0].rsplit("-", 1)[0]
    return {release.prefix + "/bin/nvcc": text(NVCC.format(minor=release.minor, tool=tool), 0o755),
            release.prefix + "/include": Link("targets/x86_64-linux/include")}


def files_of(release, component, linker):
    """What a component's package installs."""
    prefix = release.prefix
    if component == "nvcc":
        return _nvcc(release)
    if component == "documentation":
        return {prefix + "/version.json": text(version_json(release)),
                prefix + "/EULA.txt": text(STAND_IN % "licence" + "\n")}
    if component in TOOLS:
        return {prefix + "/bin/" + TOOLS[component]: text(TOOL.format(name=TOOLS[component]), 0o755)}
    if component == "nvtx":
        return {**_libraries(release, component, linker), **_development(release, component, linker)}
    if component in sonames(release):
        return _libraries(release, component, linker)
    if component.endswith("-dev") and component != "libraries-dev" or component in HEADERS:
        return _development(release, component, linker)
    if component == "cuda-toolkit-config-common":
        return {"/etc/ld.so.conf.d/000_cuda.conf": text("/usr/local/cuda/targets/x86_64-linux/lib\n")}
    if component == "cuda-toolkit-%s-config-common" % release.major:
        path = "/etc/ld.so.conf.d/988_cuda-%s.conf" % release.major
        return {path: text("/usr/local/cuda-%s/targets/x86_64-linux/lib\n" % release.major)}
    places = {"demo-suite": "/extras/demo_suite/README", "samples": "/samples/README", "gds-tools": "/gds/README",
              "nvvm": "/nvvm/README"}
    if component in places:
        return {prefix + places[component]: text(STAND_IN % component + "\n")}
    return {}


def scripts_of(release, component):
    """The alternatives /usr/local/cuda and /usr/local/cuda-X: the toolkit's until 11.4, config-common's from 11.5 on."""
    owner = "cuda-toolkit-%s-config-common" % release.dashed if release.numbers >= (11, 5) else "toolkit"
    if component != owner:
        return {}
    priority = release.numbers[0] * 10 + release.numbers[1]
    names = ("cuda", "cuda-" + release.major)
    install = "".join("  update-alternatives --install /usr/local/%s %s %s %d\n" % (name, name, release.prefix, priority)
                      for name in names)
    remove = "".join("  update-alternatives --remove %s %s\n" % (name, release.prefix) for name in names)
    return {"postinst": 'if [ "$1" = configure ]; then\n%sfi\n' % install,
            "prerm": 'if [ "$1" = remove ] || [ "$1" = deconfigure ]; then\n%sfi\n' % remove}


def package(release, component, linker):
    version, version_known = recipe.version_of(release, component)
    depends, depends_known = recipe.edges(release, component)
    derived = ([] if version_known else ["version (%s)" % recipe.VERSION_RULE])
    derived += [] if depends_known else ["depends (%s)" % recipe.EDGES_RULE]
    files = files_of(release, component, linker)
    is_shared = component.endswith("config-common")
    summary = SUMMARY.get(component, "CUDA " + (component or "meta-package"))
    return Package(
        release.name(component), version, summary % release.minor if "%s" in summary else summary, depends,
        files=files, scripts=scripts_of(release, component), architecture="all" if is_shared else "amd64",
        triggers="activate-noawait ldconfig" if any("/lib/" in path or "ld.so" in path for path in files) else "",
        derived="; ".join(derived))


def packages(release, linker):
    """Every toolkit package of a release, leaves before metas."""
    return [package(release, component, linker) for component in recipe.components(release)]
