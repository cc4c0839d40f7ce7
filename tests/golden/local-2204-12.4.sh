#!/bin/sh
# Made by cudasetup. It can be read, kept and run: it needs nothing of cudasetup's.
#
# Found:
#   system  Ubuntu 22.04 LTS, amd64
#   GPU     10de:2204 at 0000:01:00.0
#   driver  none loaded
#   CUDA    none
#
# Chosen:
#   CUDA      12.4.1, profile full, method local
#   driver    none
#   LibTorch  none
#
# Why:
#   - cuda: 12.4.1 is the newest release of 12.4
#
# Cost:
#   download  not known beforehand: cuda-ubuntu2204.pin, the local installer of CUDA 12.4.1, apt's packages
#   disk      not known beforehand: cuda-ubuntu2204.pin, the local installer of CUDA 12.4.1, apt's packages
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

# [1/12] Read Ubuntu's package lists
# Why: packages of Ubuntu's are missing, and a fresh system has no lists.
apt-get update -o APT::Update::Error-Mode=any ||
  echo 'That was not all read; what comes next fails if it needs it.' >&2

# [2/12] Install ca-certificates
# Why: without them nothing can be fetched over https; it comes first and alone, so that the rest can
# be tried out before anything else changes.
apt-get install --yes -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o APT::Cmd::Pattern-Only=true -o DPkg::Lock::Timeout=300 --no-install-recommends ca-certificates

# [3/12] Install g++
# Why: unpacking, compiling or verifying needs them; no packages are added that they only recommend.
apt-get install --yes -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o APT::Cmd::Pattern-Only=true -o DPkg::Lock::Timeout=300 --no-install-recommends g++

# [4/12] Make a directory for downloads
# Why: root alone may write to it, so that nobody changes a file after it was checked.
install -d -m 0700 /var/cache/cudasetup

# [5/12] Put NVIDIA's packages before Ubuntu's of the same name
# Why: driver and toolkit packages must come from one archive, and the pin must be there before the
# first update. Its text is not known beforehand; no digest of it was published: it is accepted as it
# comes from its address. Where cudasetup itself installs it, it records its sha256, and later runs
# compare.
/usr/lib/apt/apt-helper download-file https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64/cuda-ubuntu2204.pin /etc/apt/preferences.d/cuda-repository-pin-600

# [6/12] Fetch the local installer of CUDA 12.4.1
# Why: it holds NVIDIA's whole archive of this release; checked against its line in NVIDIA's list of
# MD5 sums, as no digest of it is known beforehand.
/usr/lib/apt/apt-helper download-file https://developer.download.nvidia.com/compute/cuda/12.4.1/local_installers/cuda-repo-ubuntu2204-12-4-local_12.4.1-550.54.15-1_amd64.deb /var/cache/cudasetup/cuda-repo-ubuntu2204-12-4-local_12.4.1-550.54.15-1_amd64.deb
/usr/lib/apt/apt-helper download-file https://developer.download.nvidia.com/compute/cuda/12.4.1/docs/sidebar/md5sum.txt /var/cache/cudasetup/md5sum-12.4.1.txt
env -C /var/cache/cudasetup md5sum --check --ignore-missing /var/cache/cudasetup/md5sum-12.4.1.txt

# [7/12] Unpack the local installer into /var/cuda-repo-ubuntu2204-12-4-local
# Why: apt installs from that directory; files that are in the way or missing become the package's.
dpkg -i --force-confnew,confmiss /var/cache/cudasetup/cuda-repo-ubuntu2204-12-4-local_12.4.1-550.54.15-1_amd64.deb

# [8/12] Put the local installer's key in place
# Why: the package's source names its key there but does not copy it.
find /var/cuda-repo-ubuntu2204-12-4-local -maxdepth 1 -name 'cuda-*-keyring.gpg' -exec install -D -m 0644 -t /usr/share/keyrings/ '{}' +

# [9/12] Read the package lists
# Why: the local installer's list is new or may be old, and its packages need Ubuntu's.
apt-get update -o APT::Update::Error-Mode=any ||
  echo 'That was not all read; what comes next fails if it needs it.' >&2

# [10/12] Install the CUDA toolkit 12.4.1
# Why: exact versions, since an archive keeps many; none of these packages reaches the driver.
apt-get install --yes -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o APT::Cmd::Pattern-Only=true -o DPkg::Lock::Timeout=300 cuda-toolkit-12-4=12.4.1-1

# [11/12] Set PATH, CUDA_HOME and CMake's search path for new shells
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

# [12/12] Remove the downloads
# Why: what they held is installed; --keep-downloads leaves them.
rm -rf -- /var/cache/cudasetup/cuda-repo-ubuntu2204-12-4-local_12.4.1-550.54.15-1_amd64.deb /var/cache/cudasetup/md5sum-12.4.1.txt
