#!/bin/sh
# Made by cudasetup. It can be read, kept and run: it needs nothing of cudasetup's.
#
# Found:
#   system  Ubuntu 24.04 LTS, amd64
#   GPU     10de:2204 at 0000:01:00.0
#   driver  none loaded
#   CUDA    none
#
# Chosen:
#   CUDA      12.8.1, profile full, method network
#   driver    none
#   LibTorch  2.7.1+cu128, ABI cxx11, in /opt/libtorch/2.7.1+cu128
#
# Why:
#   - cuda: 12.8.1 is the newest release of 12.8
#   - torch: 2.7.1+cu128 is the pair of this CUDA
#
# Cost:
#   download  4.3 kB; not known beforehand: LibTorch 2.7.1+cu128, apt's packages
#   disk      4.3 kB; not known beforehand: LibTorch 2.7.1+cu128, apt's packages
#   reboot    not needed

set -eu
umask 022
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
DEBIAN_FRONTEND=noninteractive
LC_ALL=C.UTF-8
NEEDRESTART_MODE=a
export PATH DEBIAN_FRONTEND LC_ALL NEEDRESTART_MODE
if [ "$(id -u)" -ne 0 ]; then
  echo 'This script installs software: run it as root.' >&2
  exit 5
fi

# [1/13] Read Ubuntu's package lists
# Why: packages of Ubuntu's are missing, and a fresh system has no lists.
apt-get update -o APT::Update::Error-Mode=any ||
  echo 'That was not all read; what comes next fails if it needs it.' >&2

# [2/13] Install cmake, g++, make and unzip
# Why: unpacking, compiling or verifying needs them; no packages are added that they only recommend.
apt-get install --yes -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o APT::Cmd::Pattern-Only=true -o DPkg::Lock::Timeout=300 --no-install-recommends cmake g++ make unzip

# [3/13] Make a directory for downloads
# Why: root alone may write to it, so that nobody changes a file after it was checked.
install -d -m 0700 /var/cache/cudasetup

# [4/13] Fetch NVIDIA's keyring package
# Why: it holds the key that signs the archive; checked against its sha256.
/usr/lib/apt/apt-helper download-file http://127.0.0.1:8080/nvidia/compute/cuda/repos/ubuntu2404/x86_64/cuda-keyring_1.1-1_all.deb /var/cache/cudasetup/cuda-keyring_1.1-1_all.deb SHA256:dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd

# [5/13] Put NVIDIA's key in place and add the mirror of its archive
# Why: the keyring package would add NVIDIA's own address, so only the key is taken out of it.
dpkg-deb -x /var/cache/cudasetup/cuda-keyring_1.1-1_all.deb /var/cache/cudasetup/cuda-keyring
install -D -m 0644 /var/cache/cudasetup/cuda-keyring/usr/share/keyrings/cuda-archive-keyring.gpg /usr/share/keyrings/cuda-archive-keyring.gpg
mkdir -p /etc/apt/sources.list.d
rm -f /etc/apt/sources.list.d/cuda-ubuntu2404-x86_64.list
dd of=/etc/apt/sources.list.d/cuda-ubuntu2404-x86_64.list status=none <<'EOF'
deb [signed-by=/usr/share/keyrings/cuda-archive-keyring.gpg] http://127.0.0.1:8080/nvidia/compute/cuda/repos/ubuntu2404/x86_64/ /
EOF
chmod 0644 /etc/apt/sources.list.d/cuda-ubuntu2404-x86_64.list

# [6/13] Put NVIDIA's packages before Ubuntu's of the same name
# Why: driver and toolkit packages must come from one archive, and the pin must be there before the
# first update. Its text is taken out of the keyring package.
install -D -m 0644 /var/cache/cudasetup/cuda-keyring/etc/apt/preferences.d/cuda-repository-pin-600 /etc/apt/preferences.d/cuda-repository-pin-600

# [7/13] Read the package lists
# Why: NVIDIA's list is new or may be old, and its packages need Ubuntu's.
apt-get update -o APT::Update::Error-Mode=any ||
  echo 'That was not all read; what comes next fails if it needs it.' >&2

# [8/13] Install the CUDA toolkit 12.8.1
# Why: exact versions, since an archive keeps many; none of these packages reaches the driver.
apt-get install --yes -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o APT::Cmd::Pattern-Only=true -o DPkg::Lock::Timeout=300 cuda-toolkit-12-8=12.8.1-1

# [9/13] Fetch LibTorch 2.7.1+cu128
# Why: checked against its sha256.
/usr/lib/apt/apt-helper download-file http://127.0.0.1:8080/pytorch/libtorch/cu128/libtorch-cxx11-abi-shared-with-deps-2.7.1%2Bcu128.zip /var/cache/cudasetup/libtorch-cxx11-abi-shared-with-deps-2.7.1+cu128.zip SHA256:1111111111111111111111111111111111111111111111111111111111111111

# [10/13] Unpack LibTorch into /opt/libtorch/2.7.1+cu128
# Why: it is unpacked beside its place and renamed, so that no half of it is ever found there.
mkdir -p /opt/libtorch
rm -rf /opt/libtorch/2.7.1+cu128.cudasetup-new
unzip -q /var/cache/cudasetup/libtorch-cxx11-abi-shared-with-deps-2.7.1+cu128.zip 'libtorch/*' -d /opt/libtorch/2.7.1+cu128.cudasetup-new
mv -T /opt/libtorch/2.7.1+cu128.cudasetup-new/libtorch /opt/libtorch/2.7.1+cu128
rmdir /opt/libtorch/2.7.1+cu128.cudasetup-new

# [11/13] Let the loader, CMake and pkg-config find LibTorch
# Why: they all look under /opt/libtorch/current, which another version can take over. The loader's
# entry comes after the system's own, whose libraries keep going first.
test '!' -e /opt/libtorch/current -o -L /opt/libtorch/current
ln -sfT 2.7.1+cu128 /opt/libtorch/current
mkdir -p /etc/ld.so.conf.d
rm -f /etc/ld.so.conf.d/zz-cudasetup-libtorch.conf
dd of=/etc/ld.so.conf.d/zz-cudasetup-libtorch.conf status=none <<'EOF'
/opt/libtorch/current/lib
EOF
chmod 0644 /etc/ld.so.conf.d/zz-cudasetup-libtorch.conf
ldconfig
mkdir -p /usr/local/lib/pkgconfig
rm -f /usr/local/lib/pkgconfig/libtorch.pc
dd of=/usr/local/lib/pkgconfig/libtorch.pc status=none <<'EOF'
prefix=/opt/libtorch/current
libdir=${prefix}/lib
includedir=${prefix}/include

Name: LibTorch
Description: The C++ library of PyTorch
Version: 2.7.1
Cflags: -D_GLIBCXX_USE_CXX11_ABI=1 -I${includedir} -I${includedir}/torch/csrc/api/include
Libs: -L${libdir} -Wl,-rpath,${libdir} -Wl,--no-as-needed -ltorch -ltorch_cpu -ltorch_cuda -lc10_cuda -lc10 -Wl,--as-needed
EOF
chmod 0644 /usr/local/lib/pkgconfig/libtorch.pc

# [12/13] Set PATH, CUDA_HOME and CMake's search path for new shells
# Why: one file that is read at login, and may be read twice; nobody's own shell files are touched.
mkdir -p /etc/profile.d
rm -f /etc/profile.d/cudasetup.sh
dd of=/etc/profile.d/cudasetup.sh status=none <<'EOF'
# Written by cudasetup, which replaces it when it installs another version.
# CUDA toolkit
export CUDA_HOME=/usr/local/cuda-12.8
case ":${PATH:-}:" in
  *":/usr/local/cuda-12.8/bin:"*) ;;
  *) export PATH="/usr/local/cuda-12.8/bin${PATH:+:${PATH}}" ;;
esac
# LibTorch
export Torch_DIR=/opt/libtorch/current/share/cmake/Torch
case ":${CMAKE_PREFIX_PATH:-}:" in
  *":/opt/libtorch/current:"*) ;;
  *) export CMAKE_PREFIX_PATH="/opt/libtorch/current${CMAKE_PREFIX_PATH:+:${CMAKE_PREFIX_PATH}}" ;;
esac
EOF
chmod 0644 /etc/profile.d/cudasetup.sh

# [13/13] Remove the downloads
# Why: what they held is installed; --keep-downloads leaves them.
rm -rf -- /var/cache/cudasetup/cuda-keyring_1.1-1_all.deb /var/cache/cudasetup/cuda-keyring /var/cache/cudasetup/libtorch-cxx11-abi-shared-with-deps-2.7.1+cu128.zip
