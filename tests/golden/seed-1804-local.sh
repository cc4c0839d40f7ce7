#!/bin/sh
# Made by cudasetup. It can be read, kept and run: it needs nothing of cudasetup's.
#
# Found:
#   system  Ubuntu 18.04 LTS, amd64
#   GPU     10de:1eb8 at 0000:01:00.0
#   driver  none loaded
#   CUDA    none
#
# Chosen:
#   CUDA      11.1.1, profile full, method local
#   driver    install 455.32.00 (cuda-drivers-455)
#   LibTorch  1.7.1+cu110, ABI cxx11, in /opt/libtorch/1.7.1+cu110
#
# Why:
#   - cuda: 11.1.1 is the newest release of 11.1
#   - torch: 1.7.1+cu110 is the pair of this CUDA
#
# Cost:
#   download  not known beforehand: the local installer of CUDA 11.1.1, LibTorch 1.7.1+cu110, apt's packages
#   disk      not known beforehand: the local installer of CUDA 11.1.1, LibTorch 1.7.1+cu110, apt's packages
#   reboot    needed, before the driver is in use

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

# [1/17] Read Ubuntu's package lists
# Why: packages of Ubuntu's are missing, and a fresh system has no lists.
apt-get update -o APT::Update::Error-Mode=any ||
  echo 'That was not all read; what comes next fails if it needs it.' >&2

# [2/17] Install ca-certificates
# Why: without them nothing can be fetched over https; it comes first and alone, so that the rest can
# be tried out before anything else changes.
apt-get install --yes -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o APT::Cmd::Pattern-Only=true --no-install-recommends ca-certificates

# [3/17] Install cmake, g++, make and unzip
# Why: unpacking, compiling or verifying needs them; no packages are added that they only recommend.
apt-get install --yes -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o APT::Cmd::Pattern-Only=true --no-install-recommends cmake g++ make unzip

# [4/17] Make a directory for downloads
# Why: root alone may write to it, so that nobody changes a file after it was checked.
install -d -m 0700 /var/cache/cudasetup

# [5/17] Put NVIDIA's packages before Ubuntu's of the same name
# Why: driver and toolkit packages must come from one archive, and the pin must be there before the
# first update. It is what
# https://developer.download.nvidia.com/compute/cuda/repos/ubuntu1804/x86_64/cuda-ubuntu1804.pin
# holds.
mkdir -p /etc/apt/preferences.d
rm -f /etc/apt/preferences.d/cuda-repository-pin-600
dd of=/etc/apt/preferences.d/cuda-repository-pin-600 status=none <<'EOF'
Package: *
Pin: release l=NVIDIA CUDA
Pin-Priority: 600
EOF
chmod 0644 /etc/apt/preferences.d/cuda-repository-pin-600

# [6/17] Fetch the local installer of CUDA 11.1.1
# Why: it holds NVIDIA's whole archive of this release; checked against its line in NVIDIA's list of
# MD5 sums, as no digest of it is known beforehand.
/usr/lib/apt/apt-helper download-file https://developer.download.nvidia.com/compute/cuda/11.1.1/local_installers/cuda-repo-ubuntu1804-11-1-local_11.1.1-455.32.00-1_amd64.deb /var/cache/cudasetup/cuda-repo-ubuntu1804-11-1-local_11.1.1-455.32.00-1_amd64.deb
/usr/lib/apt/apt-helper download-file https://developer.download.nvidia.com/compute/cuda/11.1.1/docs/sidebar/md5sum.txt /var/cache/cudasetup/md5sum-11.1.1.txt
env -C /var/cache/cudasetup md5sum --check --ignore-missing /var/cache/cudasetup/md5sum-11.1.1.txt

# [7/17] Unpack the local installer into /var/cuda-repo-ubuntu1804-11-1-local
# Why: apt installs from that directory; files that are in the way or missing become the package's.
dpkg -i --force-confnew,confmiss /var/cache/cudasetup/cuda-repo-ubuntu1804-11-1-local_11.1.1-455.32.00-1_amd64.deb

# [8/17] Put the local installer's key in place
# Why: the package adds its source without a key and later apt has no apt-key; named in the source,
# the key is trusted for this directory alone.
install -D -m 0644 /var/cuda-repo-ubuntu1804-11-1-local/7fa2af80.pub /usr/share/keyrings/cuda-ubuntu1804-11-1-local.asc
mkdir -p /etc/apt/sources.list.d
rm -f /etc/apt/sources.list.d/cuda-ubuntu1804-11-1-local.list
dd of=/etc/apt/sources.list.d/cuda-ubuntu1804-11-1-local.list status=none <<'EOF'
deb [signed-by=/usr/share/keyrings/cuda-ubuntu1804-11-1-local.asc] file:///var/cuda-repo-ubuntu1804-11-1-local /
EOF
chmod 0644 /etc/apt/sources.list.d/cuda-ubuntu1804-11-1-local.list

# [9/17] Read the package lists
# Why: the local installer's list is new or may be old, and its packages need Ubuntu's.
apt-get update -o APT::Update::Error-Mode=any ||
  echo 'That was not all read; what comes next fails if it needs it.' >&2

# [10/17] Keep Ubuntu's driver packages out
# Why: the two archives have packages of the same names that do not go together: all of a driver comes
# from one.
mkdir -p /etc/apt/preferences.d
rm -f /etc/apt/preferences.d/cudasetup-driver
dd of=/etc/apt/preferences.d/cudasetup-driver status=none <<'EOF'
Explanation: The driver is NVIDIA's.
Package: cuda-drivers* libnvidia-cfg1* libnvidia-common* libnvidia-compute* libnvidia-decode* libnvidia-encode* libnvidia-extra* libnvidia-fbc1* libnvidia-gl* libnvidia-gpucomp* libnvidia-ifr1* nvidia-compute-utils* nvidia-dkms* nvidia-driver* nvidia-fabricmanager* nvidia-firmware* nvidia-headless* nvidia-kernel-* nvidia-open* nvidia-utils* xserver-xorg-video-nvidia* linux-modules-nvidia-* linux-objects-nvidia-*
Pin: release o=Ubuntu
Pin-Priority: -1
EOF
chmod 0644 /etc/apt/preferences.d/cudasetup-driver

# [11/17] Install the NVIDIA driver 455.32.00
# Why: NVIDIA's packages at exact versions, so that no newer branch is taken.
apt-get install --yes -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o APT::Cmd::Pattern-Only=true cuda-drivers-455=455.32.00-1

# [12/17] Install the CUDA toolkit 11.1.1
# Why: exact versions, since an archive keeps many; none of these packages reaches the driver.
apt-get install --yes -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o APT::Cmd::Pattern-Only=true cuda-toolkit-11-1=11.1.1-1

# [13/17] Fetch LibTorch 1.7.1+cu110
# Why: checked against its sha256.
/usr/lib/apt/apt-helper download-file https://download.pytorch.org/libtorch/cu110/libtorch-cxx11-abi-shared-with-deps-1.7.1%2Bcu110.zip /var/cache/cudasetup/libtorch-cxx11-abi-shared-with-deps-1.7.1+cu110.zip SHA256:1111111111111111111111111111111111111111111111111111111111111111

# [14/17] Unpack LibTorch into /opt/libtorch/1.7.1+cu110
# Why: it is unpacked beside its place and renamed, so that no half of it is ever found there.
mkdir -p /opt/libtorch
rm -rf /opt/libtorch/1.7.1+cu110.cudasetup-new
unzip -q /var/cache/cudasetup/libtorch-cxx11-abi-shared-with-deps-1.7.1+cu110.zip 'libtorch/*' -d /opt/libtorch/1.7.1+cu110.cudasetup-new
mv -T /opt/libtorch/1.7.1+cu110.cudasetup-new/libtorch /opt/libtorch/1.7.1+cu110
rmdir /opt/libtorch/1.7.1+cu110.cudasetup-new

# [15/17] Let the loader, CMake and pkg-config find LibTorch
# Why: they all look under /opt/libtorch/current, which another version can take over. The loader's
# entry comes after the system's own, whose libraries keep going first.
test '!' -e /opt/libtorch/current -o -L /opt/libtorch/current
ln -sfT 1.7.1+cu110 /opt/libtorch/current
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
Version: 1.7.1
Cflags: -D_GLIBCXX_USE_CXX11_ABI=1 -I${includedir} -I${includedir}/torch/csrc/api/include
Libs: -L${libdir} -Wl,-rpath,${libdir} -Wl,--no-as-needed -ltorch -ltorch_cpu -ltorch_cuda -lc10_cuda -lc10 -Wl,--as-needed
EOF
chmod 0644 /usr/local/lib/pkgconfig/libtorch.pc

# [16/17] Set PATH, CUDA_HOME and CMake's search path for new shells
# Why: one file that is read at login, and may be read twice; nobody's own shell files are touched.
mkdir -p /etc/profile.d
rm -f /etc/profile.d/cudasetup.sh
dd of=/etc/profile.d/cudasetup.sh status=none <<'EOF'
# Written by cudasetup, which replaces it when it installs another version.
# CUDA toolkit
export CUDA_HOME=/usr/local/cuda-11.1
case ":${PATH:-}:" in
  *":/usr/local/cuda-11.1/bin:"*) ;;
  *) export PATH="/usr/local/cuda-11.1/bin${PATH:+:${PATH}}" ;;
esac
# LibTorch
export Torch_DIR=/opt/libtorch/current/share/cmake/Torch
case ":${CMAKE_PREFIX_PATH:-}:" in
  *":/opt/libtorch/current:"*) ;;
  *) export CMAKE_PREFIX_PATH="/opt/libtorch/current${CMAKE_PREFIX_PATH:+:${CMAKE_PREFIX_PATH}}" ;;
esac
EOF
chmod 0644 /etc/profile.d/cudasetup.sh

# [17/17] Remove the downloads
# Why: what they held is installed; --keep-downloads leaves them.
rm -rf -- /var/cache/cudasetup/cuda-repo-ubuntu1804-11-1-local_11.1.1-455.32.00-1_amd64.deb /var/cache/cudasetup/md5sum-11.1.1.txt /var/cache/cudasetup/libtorch-cxx11-abi-shared-with-deps-1.7.1+cu110.zip
