#!/bin/sh
# Made by cudasetup. It can be read, kept and run: it needs nothing of cudasetup's.
#
# Found:
#   system  Ubuntu 22.04 LTS, amd64
#   inside  a container
#   GPU     none
#   driver  none loaded
#   CUDA    none
#
# Chosen:
#   CUDA      12.4.1, profile full, method network
#   driver    none
#   LibTorch  2.6.0+cu124, ABI cxx11, in /opt/libtorch/2.6.0+cu124
#   Python    /opt/venv
#
# Why:
#   - cuda: 12.4.1 is the newest release of 12.4
#   - torch: 2.6.0+cu124 is the pair of this CUDA
#   - driver: none in a container: the host brings it
#
# Cost:
#   download  4.3 kB; not known beforehand: LibTorch 2.6.0+cu124, the wheels for Python, apt's packages
#   disk      4.3 kB; not known beforehand: LibTorch 2.6.0+cu124, the wheels for Python, apt's packages
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

# [1/14] Read Ubuntu's package lists
# Why: packages of Ubuntu's are missing, and a fresh system has no lists.
apt-get update -o APT::Update::Error-Mode=any ||
  echo 'That was not all read; what comes next fails if it needs it.' >&2

# [2/14] Install ca-certificates
# Why: without them nothing can be fetched over https; it comes first and alone, so that the rest can
# be tried out before anything else changes.
apt-get install --yes -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o Dpkg::Options::=--force-unsafe-io -o APT::Cmd::Pattern-Only=true -o DPkg::Lock::Timeout=300 --no-install-recommends ca-certificates

# [3/14] Install cmake, g++, make, python3, python3-venv and unzip
# Why: unpacking, compiling or verifying needs them; no packages are added that they only recommend.
apt-get install --yes -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o Dpkg::Options::=--force-unsafe-io -o APT::Cmd::Pattern-Only=true -o DPkg::Lock::Timeout=300 --no-install-recommends cmake g++ make python3 python3-venv unzip

# [4/14] Make a directory for downloads
# Why: root alone may write to it, so that nobody changes a file after it was checked.
install -d -m 0700 /var/cache/cudasetup

# [5/14] Fetch NVIDIA's keyring package
# Why: it holds the key that signs the archive; checked against its sha256.
/usr/lib/apt/apt-helper download-file https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64/cuda-keyring_1.1-1_all.deb /var/cache/cudasetup/cuda-keyring_1.1-1_all.deb SHA256:dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd

# [6/14] Install NVIDIA's key, source and pin
# Why: apt then knows NVIDIA's archive and trusts it for its own packages alone; files that are in the
# way or missing become the package's.
dpkg -i --force-confnew,confmiss /var/cache/cudasetup/cuda-keyring_1.1-1_all.deb

# [7/14] Read the package lists
# Why: NVIDIA's list is new or may be old, and its packages need Ubuntu's.
apt-get update -o APT::Update::Error-Mode=any ||
  echo 'That was not all read; what comes next fails if it needs it.' >&2

# [8/14] Install the CUDA toolkit 12.4.1
# Why: exact versions, since an archive keeps many; none of these packages reaches the driver.
apt-get install --yes -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o Dpkg::Options::=--force-unsafe-io -o APT::Cmd::Pattern-Only=true -o DPkg::Lock::Timeout=300 --no-install-recommends cuda-toolkit-12-4=12.4.1-1

# [9/14] Fetch LibTorch 2.6.0+cu124
# Why: checked against its sha256.
/usr/lib/apt/apt-helper download-file https://download.pytorch.org/libtorch/cu124/libtorch-cxx11-abi-shared-with-deps-2.6.0%2Bcu124.zip /var/cache/cudasetup/libtorch-cxx11-abi-shared-with-deps-2.6.0+cu124.zip SHA256:1111111111111111111111111111111111111111111111111111111111111111

# [10/14] Unpack LibTorch into /opt/libtorch/2.6.0+cu124
# Why: it is unpacked beside its place and renamed, so that no half of it is ever found there.
mkdir -p /opt/libtorch
rm -rf /opt/libtorch/2.6.0+cu124.cudasetup-new
unzip -q /var/cache/cudasetup/libtorch-cxx11-abi-shared-with-deps-2.6.0+cu124.zip 'libtorch/*' -d /opt/libtorch/2.6.0+cu124.cudasetup-new
mv -T /opt/libtorch/2.6.0+cu124.cudasetup-new/libtorch /opt/libtorch/2.6.0+cu124
rmdir /opt/libtorch/2.6.0+cu124.cudasetup-new

# [11/14] Let the loader, CMake and pkg-config find LibTorch
# Why: they all look under /opt/libtorch/current, which another version can take over. The loader's
# entry comes after the system's own, whose libraries keep going first.
test '!' -e /opt/libtorch/current -o -L /opt/libtorch/current
ln -sfT 2.6.0+cu124 /opt/libtorch/current
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
Version: 2.6.0
Cflags: -D_GLIBCXX_USE_CXX11_ABI=1 -I${includedir} -I${includedir}/torch/csrc/api/include
Libs: -L${libdir} -Wl,-rpath,${libdir} -Wl,--no-as-needed -ltorch -ltorch_cpu -ltorch_cuda -lc10_cuda -lc10 -Wl,--as-needed
EOF
chmod 0644 /usr/local/lib/pkgconfig/libtorch.pc

# [12/14] Install torch==2.6.0+cu124, torchvision==0.21.0+cu124 and torchaudio==2.6.0+cu124 into
# /opt/venv
# Why: the same build for Python, in an environment of its own: the system's Python stays as it is.
# The wheels are accepted over https from download.pytorch.org and whatever other index pip is set to:
# cudasetup knows no digest of them, and pip compares them only with the digests that the index itself
# names, where it names any.
python3 -m venv /opt/venv
/opt/venv/bin/python -m pip install --no-input --disable-pip-version-check --index-url https://download.pytorch.org/whl/cu124 torch==2.6.0+cu124 torchvision==0.21.0+cu124 torchaudio==2.6.0+cu124
mkdir -p /opt/venv
rm -f /opt/venv/cudasetup-requirements.txt
dd of=/opt/venv/cudasetup-requirements.txt status=none <<'EOF'
torch==2.6.0+cu124
torchvision==0.21.0+cu124
torchaudio==2.6.0+cu124
EOF
chmod 0644 /opt/venv/cudasetup-requirements.txt

# [13/14] Set PATH, CUDA_HOME and CMake's search path for new shells
# Why: one file that is read at login, and may be read twice; nobody's own shell files are touched.
mkdir -p /etc/profile.d
rm -f /etc/profile.d/cudasetup.sh
dd of=/etc/profile.d/cudasetup.sh status=none <<'EOF'
# Written by cudasetup, which replaces it when it installs another version.
# CUDA toolkit
export CUDA_HOME=/usr/local/cuda-12.4
case ":${PATH:-}:" in
  *":/usr/local/cuda-12.4/bin:"*) ;;
  *) export PATH="/usr/local/cuda-12.4/bin${PATH:+:${PATH}}" ;;
esac
# LibTorch
export Torch_DIR=/opt/libtorch/current/share/cmake/Torch
case ":${CMAKE_PREFIX_PATH:-}:" in
  *":/opt/libtorch/current:"*) ;;
  *) export CMAKE_PREFIX_PATH="/opt/libtorch/current${CMAKE_PREFIX_PATH:+:${CMAKE_PREFIX_PATH}}" ;;
esac
EOF
chmod 0644 /etc/profile.d/cudasetup.sh

# [14/14] Remove the downloads
# Why: what they held is installed; --keep-downloads leaves them.
rm -rf -- /var/cache/cudasetup/cuda-keyring_1.1-1_all.deb /var/cache/cudasetup/libtorch-cxx11-abi-shared-with-deps-2.6.0+cu124.zip
