#pragma once

#include <string_view>

namespace cudasetup::test {

/// A whole small manifest, one record of each kind (two pairs), a member per line where a test needs the line.
inline constexpr std::string_view k_sample_manifest = R"({
"schema": "cudasetup.manifest/1",
"keys": [
{"id": "3BF863CC",
 "fingerprint": "EB693B3035CD5710E231E123A4B469963BF863CC",
 "file": "3bf863cc.pub", "sources": ["a"]}
],
"cuda": [
{"version": "11.1.1",
 "bundled_driver": "455.32.00", "minimum_driver": "455.32",
 "compatible_driver": "450.80.02",
 "packages": {"full": [{"name": "cuda-toolkit-11-1", "version": "11.1.1-1"}],
  "build": [], "runtime": []},
 "packages_evidence": "seen",
 "local_installers": [
  {"os": "ubuntu1804", "arch": "amd64",
   "url": "https://developer.download.nvidia.com/cuda-repo-ubuntu1804-11-1-local_11.1.1-455.32.00-1_amd64.deb",
   "sha256": null, "md5": null, "bytes": 123, "evidence": "seen", "sources": ["a"]}],
 "local_repository": {"directory": "/var/cuda-repo-{os}-11-1-local",
  "list": "/etc/apt/sources.list.d/cuda-{os}-11-1-local.list",
  "key": "7fa2af80.pub"},
 "runfiles": [
  {"arch": "amd64", "url": "https://developer.download.nvidia.com/cuda_11.1.1_455.32.00_linux.run",
   "sha256": "3eae6727086024925ebbcef3e9a45ad379d8490768fd00f9c2d8b6fd9cd8dd8f",
   "md5": null, "bytes": null, "evidence": "seen", "sources": ["a"]}],
 "md5_list": "https://developer.download.nvidia.com/md5sum.txt",
 "gcc": {"least": 5, "most": 10},
 "least_capability": "3.5", "most_capability": "8.6",
 "glibc_below": "2.42", "notes": ["n"], "sources": ["a"]}
],
"pairs": [
{"cuda": "11.1.1", "driver": "455.32.00", "torch": "1.7.1", "platform": "cu110", "sources": ["a"]},
{"cuda": "11.1.1", "driver": "455.32.00", "torch": "1.7.1", "platform": "cpu", "sources": ["a"]}
],
"ubuntu": [
{"version": "18.04", "codename": "bionic", "os": "ubuntu1804",
 "glibc": "2.27", "gcc": "7.4.0", "apt": "1.6", "python": "3.6", "gcc_packages": {"least": 5, "most": 8}, "kernels": [], "archives": [
  {"os": "ubuntu1804", "arch": "amd64",
   "url": "https://developer.download.nvidia.com/compute/cuda/repos/ubuntu1804/x86_64/",
   "keyring": {"url": "https://developer.download.nvidia.com/cuda-keyring_1.1-1_all.deb",
    "sha256": null, "md5": null, "bytes": null, "evidence": "derived", "sources": []},
   "key": "3BF863CC",
   "pin_url": "https://developer.download.nvidia.com/cuda-ubuntu1804.pin",
   "pin_text": "Package: *\nPin: release l=NVIDIA CUDA\nPin-Priority: 600\n",
   "oldest_cuda": "10.0", "newest_cuda": "12.1", "sources": ["a"]}], "sources": ["a"]}
],
"gpus": [
{"id": "10de:1eb8", "name": "Tesla T4", "chip": "TU104", "architecture": "Turing",
 "compute_capability": "7.5", "module": "either",
 "first_branch": 410, "last_branch": null, "sources": ["a"]}
],
"drivers": [
{"branch": 455, "type": "new-feature", "cuda": "11.1", "modules": ["proprietary"],
 "latest": "455.45.01", "end_of_life": "2021-10-01", "proprietary_package": "cuda-drivers-455",
 "ubuntu_packages": {"20.04": [{"name": "nvidia-driver-455", "version": "455.45.01-0ubuntu1", "component": "restricted", "becomes": null, "prebuilt": false}]}, "sources": ["a"]}
],
"torch": [
{"version": "1.7.1", "torchvision": "0.8.2", "torchaudio": "0.7.2", "least_python": "3.6", "most_python": "3.9",
 "pip": "find-links", "audio_has_platform": false, "unmarked_platform": "cu102", "cxx_standard": 14,
 "glibc": null, "gcc": null,
 "builds": [
  {"platform": "cu110", "cuda": "11.0.3",
   "sm": ["3.7", "5.0"], "ptx": [],
   "minimum_driver": "450.36.06", "cudnn": "8.0.5.39", "lacks": [{"names": "cuFFT", "brought_by": "toolkit", "packages": [{"name": "libcufft-{minor}", "version": null}], "directory": "/usr/local/cuda-{minor}/lib64", "evidence": "seen", "sources": ["a"]}], "arm64_wheel": {"exists": "no", "sm": [], "ptx": [], "evidence": "derived", "sources": ["a"]},
   "zips": [{"abi": "cxx11",
     "url": "https://download.pytorch.org/libtorch/cu110/libtorch-cxx11-abi-shared-with-deps-1.7.1%2Bcu110.zip",
     "sha256": null, "md5": null, "bytes": null, "evidence": "seen", "sources": ["a"]}], "sources": ["a"]},
  {"platform": "cpu", "cuda": null, "sm": [], "ptx": [], "minimum_driver": null, "cudnn": null,
   "zips": [], "sources": ["a"]}], "sources": ["a"]}
]
}
)";

} // namespace cudasetup::test
