#!/bin/sh
# Made by cudasetup. It can be read, kept and run: it needs nothing of cudasetup's.
#
# Found:
#   system  Ubuntu 22.04 LTS, amd64
#   GPU     NVIDIA GeForce RTX 5090 (10de:2b85) at 0000:01:00.0
#   driver  none loaded
#   CUDA    none
#
# Chosen:
#   CUDA      13.4.2, profile full, method runfile
#   driver    none
#   LibTorch  2.14.0+cu132, ABI cxx11, in /opt/libtorch/2.14.0+cu132
#   with      libcudnn9-cuda-13 9.24.0.43-1, cuda-nvrtc-13-2
#
# Why:
#   - cuda: 13.4.2 is the newest release of 13.4
#   - torch: 2.14.0+cu132 is the pair of this CUDA
#
# Cost:
#   download  4.3 kB; not known beforehand: the installer of CUDA 13.4.2, LibTorch 2.14.0+cu132, apt's packages
#   disk      4.3 kB; not known beforehand: the installer of CUDA 13.4.2, LibTorch 2.14.0+cu132, apt's packages
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

# [1/16] Read Ubuntu's package lists
# Why: packages of Ubuntu's are missing, and a fresh system has no lists.
apt-get update -o APT::Update::Error-Mode=any ||
  echo 'That was not all read; what comes next fails if it needs it.' >&2

# [2/16] Install ca-certificates
# Why: without them nothing can be fetched over https; it comes first and alone, so that the rest can
# be tried out before anything else changes.
apt-get install --yes -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o APT::Cmd::Pattern-Only=true -o DPkg::Lock::Timeout=300 --no-install-recommends ca-certificates

# [3/16] Install cmake, g++, libxml2, make and unzip
# Why: unpacking, compiling or verifying needs them; no packages are added that they only recommend.
apt-get install --yes -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o APT::Cmd::Pattern-Only=true -o DPkg::Lock::Timeout=300 --no-install-recommends cmake g++ libxml2 make unzip

# [4/16] Make a directory for downloads
# Why: root alone may write to it, so that nobody changes a file after it was checked.
install -d -m 0700 /var/cache/cudasetup

# [5/16] Fetch NVIDIA's keyring package
# Why: it holds the key that signs the archive; checked against its sha256.
/usr/lib/apt/apt-helper download-file https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64/cuda-keyring_1.1-1_all.deb /var/cache/cudasetup/cuda-keyring_1.1-1_all.deb SHA256:dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd

# [6/16] Install NVIDIA's key, source and pin
# Why: apt then knows NVIDIA's archive and trusts it for its own packages alone; files that are in the
# way or missing become the package's.
dpkg -i --force-confnew,confmiss /var/cache/cudasetup/cuda-keyring_1.1-1_all.deb

# [7/16] Read the package lists
# Why: NVIDIA's list is new or may be old, and its packages need Ubuntu's.
apt-get update -o APT::Update::Error-Mode=any ||
  echo 'That was not all read; what comes next fails if it needs it.' >&2

# [8/16] Fetch the installer of CUDA 13.4.2
# Why: checked against its sha256.
/usr/lib/apt/apt-helper download-file https://developer.download.nvidia.com/compute/cuda/13.4.2/local_installers/cuda_13.4.2_610.43.02_linux.run /var/cache/cudasetup/cuda_13.4.2_610.43.02_linux.run SHA256:eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee

# [9/16] Install the CUDA toolkit 13.4.2 into /usr/local/cuda-13.4
# Why: the toolkit only, never the driver in it. Its silent mode accepts NVIDIA's licence. It unpacks
# beside its own file, as /tmp is often too small, fails on another user's /tmp/cuda-installer.log,
# and would refuse a compiler that is told to nvcc otherwise.
install -d -m 0700 /var/cache/cudasetup/runfile
rm -rf -- /tmp/cuda-installer.log
TMPDIR=/var/cache/cudasetup/runfile sh /var/cache/cudasetup/cuda_13.4.2_610.43.02_linux.run --silent --toolkit --toolkitpath=/usr/local/cuda-13.4 --tmpdir=/var/cache/cudasetup/runfile --override
rm -rf -- /var/cache/cudasetup/runfile

# [10/16] Install NVIDIA's libraries that the LibTorch zip lacks
# Why: LibTorch 2.14.0+cu132 asks for them without bringing them, and fails to load, or at the first
# use, without them.
apt-get install --yes -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o APT::Cmd::Pattern-Only=true -o DPkg::Lock::Timeout=300 --no-install-recommends libcudnn9-cuda-13=9.24.0.43-1 cuda-nvrtc-13-2

# [11/16] Fetch LibTorch 2.14.0+cu132
# Why: checked against its sha256.
/usr/lib/apt/apt-helper download-file https://download.pytorch.org/libtorch/cu132/libtorch-cxx11-abi-shared-with-deps-2.14.0%2Bcu132.zip /var/cache/cudasetup/libtorch-cxx11-abi-shared-with-deps-2.14.0+cu132.zip SHA256:1111111111111111111111111111111111111111111111111111111111111111

# [12/16] Unpack LibTorch into /opt/libtorch/2.14.0+cu132
# Why: it is unpacked beside its place and renamed, so that no half of it is ever found there.
mkdir -p /opt/libtorch
rm -rf /opt/libtorch/2.14.0+cu132.cudasetup-new
unzip -q /var/cache/cudasetup/libtorch-cxx11-abi-shared-with-deps-2.14.0+cu132.zip 'libtorch/*' -d /opt/libtorch/2.14.0+cu132.cudasetup-new
mv -T /opt/libtorch/2.14.0+cu132.cudasetup-new/libtorch /opt/libtorch/2.14.0+cu132
rmdir /opt/libtorch/2.14.0+cu132.cudasetup-new

# [13/16] Let the loader, CMake and pkg-config find LibTorch
# Why: they all look under /opt/libtorch/current, which another version can take over. The loader's
# entry comes after the system's own, whose libraries keep going first.
test '!' -e /opt/libtorch/current -o -L /opt/libtorch/current
ln -sfT 2.14.0+cu132 /opt/libtorch/current
mkdir -p /etc/ld.so.conf.d
rm -f /etc/ld.so.conf.d/zz-cudasetup-libtorch.conf
dd of=/etc/ld.so.conf.d/zz-cudasetup-libtorch.conf status=none <<'EOF'
/opt/libtorch/current/lib
/usr/local/cuda-13.2/targets/x86_64-linux/lib
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
Version: 2.14.0
Cflags: -D_GLIBCXX_USE_CXX11_ABI=1 -I${includedir} -I${includedir}/torch/csrc/api/include
Libs: -L${libdir} -Wl,-rpath,${libdir} -Wl,--no-as-needed -ltorch -ltorch_cpu -ltorch_cuda -lc10_cuda -lc10 -Wl,--as-needed
EOF
chmod 0644 /usr/local/lib/pkgconfig/libtorch.pc

# [14/16] Let the loader find the libraries of CUDA 13.4
# Why: the runfile, unlike NVIDIA's packages, leaves this to people.
mkdir -p /etc/ld.so.conf.d
rm -f /etc/ld.so.conf.d/cudasetup-cuda-13.4.conf
dd of=/etc/ld.so.conf.d/cudasetup-cuda-13.4.conf status=none <<'EOF'
/usr/local/cuda-13.4/lib64
EOF
chmod 0644 /etc/ld.so.conf.d/cudasetup-cuda-13.4.conf
ldconfig

# [15/16] Set PATH, CUDA_HOME and CMake's search path for new shells
# Why: one file that is read at login, and may be read twice; nobody's own shell files are touched.
mkdir -p /etc/profile.d
rm -f /etc/profile.d/cudasetup.sh
dd of=/etc/profile.d/cudasetup.sh status=none <<'EOF'
# Written by cudasetup, which replaces it when it installs another version.
# CUDA toolkit
export CUDA_HOME=/usr/local/cuda-13.4
case ":${PATH:-}:" in
  *":/usr/local/cuda-13.4/bin:"*) ;;
  *) export PATH="/usr/local/cuda-13.4/bin${PATH:+:${PATH}}" ;;
esac
# LibTorch
export Torch_DIR=/opt/libtorch/current/share/cmake/Torch
case ":${CMAKE_PREFIX_PATH:-}:" in
  *":/opt/libtorch/current:"*) ;;
  *) export CMAKE_PREFIX_PATH="/opt/libtorch/current${CMAKE_PREFIX_PATH:+:${CMAKE_PREFIX_PATH}}" ;;
esac
EOF
chmod 0644 /etc/profile.d/cudasetup.sh

# [16/16] Remove the downloads
# Why: what they held is installed; --keep-downloads leaves them.
rm -rf -- /var/cache/cudasetup/cuda-keyring_1.1-1_all.deb /var/cache/cudasetup/cuda_13.4.2_610.43.02_linux.run /var/cache/cudasetup/libtorch-cxx11-abi-shared-with-deps-2.14.0+cu132.zip
