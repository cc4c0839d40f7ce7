#!/bin/sh
# Made by cudasetup. It can be read, kept and run: it needs nothing of cudasetup's.
#
# Found:
#   system  Ubuntu 22.04 LTS, amd64
#   inside  WSL
#   GPU     not known
#   driver  none loaded
#   CUDA    none
#
# Chosen:
#   CUDA      12.4.1, profile full, method network
#   driver    none
#   LibTorch  none
#
# Why:
#   - cuda: 12.4.1 is the newest release of 12.4
#
# Cost:
#   download  4.3 kB; not known beforehand: apt's packages
#   disk      4.3 kB; not known beforehand: apt's packages
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

# [1/11] Read Ubuntu's package lists
# Why: packages of Ubuntu's are missing, and a fresh system has no lists.
apt-get update -o APT::Update::Error-Mode=any ||
  echo 'That was not all read; what comes next fails if it needs it.' >&2

# [2/11] Install ca-certificates
# Why: without them nothing can be fetched over https; it comes first and alone, so that the rest can
# be tried out before anything else changes.
apt-get install --yes -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o APT::Cmd::Pattern-Only=true -o DPkg::Lock::Timeout=300 --no-install-recommends ca-certificates

# [3/11] Install g++
# Why: unpacking, compiling or verifying needs them; no packages are added that they only recommend.
apt-get install --yes -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o APT::Cmd::Pattern-Only=true -o DPkg::Lock::Timeout=300 --no-install-recommends g++

# [4/11] Make a directory for downloads
# Why: root alone may write to it, so that nobody changes a file after it was checked.
install -d -m 0700 /var/cache/cudasetup

# [5/11] Fetch NVIDIA's keyring package
# Why: it holds the key that signs the archive; checked against its sha256.
/usr/lib/apt/apt-helper download-file https://developer.download.nvidia.com/compute/cuda/repos/wsl-ubuntu/x86_64/cuda-keyring_1.1-1_all.deb /var/cache/cudasetup/cuda-keyring_1.1-1_all.deb SHA256:dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd

# [6/11] Install NVIDIA's key, source and pin
# Why: apt then knows NVIDIA's archive and trusts it for its own packages alone; files that are in the
# way or missing become the package's.
dpkg -i --force-confnew,confmiss /var/cache/cudasetup/cuda-keyring_1.1-1_all.deb

# [7/11] Put NVIDIA's packages before Ubuntu's of the same name
# Why: driver and toolkit packages must come from one archive, and the pin must be there before the
# first update. It is what
# https://developer.download.nvidia.com/compute/cuda/repos/wsl-ubuntu/x86_64/cuda-wsl-ubuntu.pin
# holds.
mkdir -p /etc/apt/preferences.d
rm -f /etc/apt/preferences.d/cuda-repository-pin-600
dd of=/etc/apt/preferences.d/cuda-repository-pin-600 status=none <<'EOF'
Package: *
Pin: release l=NVIDIA CUDA
Pin-Priority: 600
EOF
chmod 0644 /etc/apt/preferences.d/cuda-repository-pin-600

# [8/11] Read the package lists
# Why: NVIDIA's list is new or may be old, and its packages need Ubuntu's.
apt-get update -o APT::Update::Error-Mode=any ||
  echo 'That was not all read; what comes next fails if it needs it.' >&2

# [9/11] Install the CUDA toolkit 12.4.1
# Why: exact versions, since an archive keeps many; none of these packages reaches the driver.
apt-get install --yes -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o APT::Cmd::Pattern-Only=true -o DPkg::Lock::Timeout=300 cuda-toolkit-12-4=12.4.1-1

# [10/11] Set PATH, CUDA_HOME and CMake's search path for new shells
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
EOF
chmod 0644 /etc/profile.d/cudasetup.sh

# [11/11] Remove the downloads
# Why: what they held is installed; --keep-downloads leaves them.
rm -rf -- /var/cache/cudasetup/cuda-keyring_1.1-1_all.deb
