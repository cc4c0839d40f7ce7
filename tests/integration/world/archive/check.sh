#!/bin/bash
# Proves the test archive by hand, without cudasetup: NVIDIA's and PyTorch's own instructions are followed in
# throw-away roots, against the server on loopback.
#
#   check.sh TREE [OSVERSION ...]     TREE was made by build.py --variants; 20.04, 22.04 and 26.04 by default
#
# Needs root (chroot, mounts). Prints a line for each thing that was seen, and ends with 1 when one was not as it should.
# shellcheck source-path=SCRIPTDIR
# shellcheck disable=SC2317  # functions are called by seen and refused
set -u -o pipefail

HERE=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TREE=${1:?"usage: check.sh TREE [OSVERSION ...]"}
shift
[ $# -gt 0 ] || set -- 20.04 22.04 26.04
. "$HERE/../../lib/root.sh"

failed=0
work=$(mktemp -d)
trap 'root_drop_all; rm -rf "$work"' EXIT

# seen WHAT COMMAND...: the command must succeed; its output is shown when it does not.
seen() {
  local what=$1
  shift
  if "$@" >"$work/out" 2>&1; then
    printf 'ok       %s\n' "$what"
  else
    printf 'NOT OK   %s\n' "$what"
    tail -n 15 "$work/out" | sed 's/^/         /'
    failed=1
  fi
}

# refused WHAT PATTERN COMMAND...: the command must fail and say something that matches.
refused() {
  local what=$1 pattern=$2
  shift 2
  if "$@" >"$work/out" 2>&1 || ! grep -qE "$pattern" "$work/out"; then
    printf 'NOT OK   %s\n' "$what"
    tail -n 15 "$work/out" | sed 's/^/         /'
    failed=1
  else
    printf 'ok       %s: %s\n' "$what" "$(grep -m1 -oE ".{0,50}$pattern.{0,40}" "$work/out" | head -n 1)"
  fi
}

in_root() { root_run "$root" "$@"; }
sh_in_root() { root_run "$root" sh -euc "$1"; }

# release OSVERSION: what that Ubuntu's checks install: "CUDA driver torch pair-of-vision-and-audio".
release() {
  case $1 in
  18.04 | 20.04) printf '11.1.1 455.32.00\n' ;;
  22.04) printf '12.4.1 550.54.15\n' ;;
  24.04) printf '12.8.1 570.124.06\n' ;;
  26.04) printf '13.3.1 610.43.02\n' ;;
  esac
}

# The key package, the list (ours in place of the one that names the real host), the pin, update.
add_network() { # BASE: the address that stands for NVIDIA's host
  local directory=$1/compute/cuda/repos/$os/x86_64
  sh_in_root "
    /usr/lib/apt/apt-helper download-file $directory/cuda-keyring_1.1-1_all.deb /tmp/keyring.deb
    dpkg -i /tmp/keyring.deb
    grep -q 'https://developer.download.nvidia.com/compute/cuda/repos/$os/x86_64/ /' /etc/apt/sources.list.d/cuda-$os-x86_64.list
    echo 'deb [signed-by=/usr/share/keyrings/cuda-archive-keyring.gpg] $directory/ /' >/etc/apt/sources.list.d/cuda-$os-x86_64.list
    /usr/lib/apt/apt-helper download-file $directory/cuda-$os.pin /tmp/pin
    cmp /tmp/pin /etc/apt/preferences.d/cuda-repository-pin-600
    apt-get update -o APT::Update::Error-Mode=any -o APT::Get::List-Cleanup=0 \
      -o Dir::Etc::sourcelist=/etc/apt/sources.list.d/cuda-$os-x86_64.list -o Dir::Etc::sourceparts=-"
}

check_toolkit() {
  seen "$1: nvcc says release $minor" sh_in_root "/usr/local/cuda-$minor/bin/nvcc --version | grep 'release $minor, V'"
  refused "$1: nvcc does not compile" 'stand-in' in_root "/usr/local/cuda-$minor/bin/nvcc" x.cu
  seen "$1: headers, libcudart, links" sh_in_root "
    cd /usr/local/cuda-$minor
    grep -q 'CUDA_VERSION $number\$' include/cuda.h
    grep -q 'CUDART_VERSION $number\$' include/cuda_runtime_api.h
    test -e lib64/libcudart.so && grep -q '\"CUDA SDK\"' version.json
    test \"\$(readlink -f /usr/local/cuda)\" = /usr/local/cuda-$minor"
}

check_network() {
  root=$(root_make "$suite" "$1") || exit 1
  seen "network: key, list, pin, update" add_network "$base/nvidia"
  seen "network: label and priority 600" sh_in_root 'apt-cache policy | grep -q "600 .*repos/" && apt-cache policy | grep -q "l=NVIDIA CUDA"'
  root_snapshot "$root" >"$work/before"
  seen "network: apt-get install cuda-toolkit-$dashed=$cuda-1" in_root apt-get install -y "cuda-toolkit-$dashed=$cuda-1"
  seen "network: no driver came with it" sh_in_root '! dpkg-query -W "nvidia-driver*" "libnvidia-*" 2>/dev/null | grep -q .'
  check_toolkit network
  seen "network: purge leaves nothing" sh_in_root 'apt-get purge -y "cuda-*" && apt-get autoremove --purge -y && test ! -e /usr/local/cuda'
  root_snapshot "$root" | grep -v 'cuda-keyring\|/var/lib/dpkg\|/var/lib/apt\|/etc/apt\|/usr/share/keyrings' >"$work/after"
  grep -v 'cuda-keyring\|/var/lib/dpkg\|/var/lib/apt\|/etc/apt\|/usr/share/keyrings' "$work/before" >"$work/was"
  seen "network: no file is left" diff "$work/was" "$work/after"
  root_drop "$root"
}

check_driver() {
  root=$(root_make "$suite" "$1") || exit 1
  seen "driver: key, list, pin, update" add_network "$base/nvidia"
  seen "driver: cuda-drivers=$driver-1" in_root apt-get install -y "cuda-drivers=$driver-1" ${branch:+"cuda-drivers-$branch=$driver-1"}
  seen "driver: nouveau is blacklisted" in_root grep -q '^blacklist nouveau' /etc/modprobe.d/nvidia-graphics-drivers.conf
  seen "driver: libcuda is found" sh_in_root 'ldconfig -p | grep -q libcuda.so.1'
  refused "driver: nvidia-smi finds none" "NVIDIA-SMI has failed" in_root nvidia-smi
  root_drop "$root"
  root=$(root_make "$suite" "$1") || exit 1
  seen "driver: key, list, pin, update" add_network "$base/nvidia"
  mkdir -p "$root/etc/cudasetup-test"
  : >"$root/etc/cudasetup-test/dkms-fails"
  refused "driver: a build that fails" 'exit status 10' in_root apt-get install -y "cuda-drivers=$driver-1" ${branch:+"cuda-drivers-$branch=$driver-1"}
  root_drop "$root"
}

check_local() {
  local file=cuda-repo-$os-$dashed-local_$cuda-$driver-1_amd64.deb
  local address=$base/nvidia/compute/cuda/$cuda sum key
  root=$(root_make "$suite" "$1") || exit 1
  sum=$(awk -v file="$file" '$2 == file { print $1 }' "$TREE/nvidia/compute/cuda/$cuda/docs/sidebar/md5sum.txt")
  seen "local: fetched, by its MD5" in_root /usr/lib/apt/apt-helper download-file "$address/local_installers/$file" /tmp/local.deb "MD5Sum:$sum"
  seen "local: dpkg -i" in_root dpkg -i /tmp/local.deb
  refused "local: refused without its key" 'NO_PUBKEY|not signed|no public key|Missing key|could.*not be verified' in_root apt-get update -o APT::Update::Error-Mode=any \
    -o APT::Get::List-Cleanup=0 -o Dir::Etc::sourceparts=- -o "Dir::Etc::sourcelist=/etc/apt/sources.list.d/cuda-$os-$dashed-local.list"
  case $minor in
  11.1) key="mv /var/cuda-repo-*-local/7fa2af80.pub /etc/apt/trusted.gpg.d/7fa2af80.asc" ;;
  *) key="cp /var/cuda-repo-*-local/cuda-*-keyring.gpg /usr/share/keyrings/" ;;
  esac
  seen "local: key, update" sh_in_root "$key; apt-get update -o APT::Update::Error-Mode=any -o APT::Get::List-Cleanup=0 \
    -o Dir::Etc::sourceparts=- -o Dir::Etc::sourcelist=/etc/apt/sources.list.d/cuda-$os-$dashed-local.list"
  seen "local: apt-get install cuda-toolkit-$dashed" in_root apt-get install -y "cuda-toolkit-$dashed=$cuda-1"
  check_toolkit local
  root_drop "$root"
}

check_runfile() {
  local file=cuda_${cuda}_${driver}_linux.run
  [ -e "$TREE/nvidia/compute/cuda/$cuda/local_installers/$file" ] || return 0
  root=$(root_make "$suite" "$1") || exit 1
  seen "runfile: fetched" in_root /usr/lib/apt/apt-helper download-file "$base/nvidia/compute/cuda/$cuda/local_installers/$file" /tmp/cuda.run
  refused "runfile: needs --silent" 'silent' in_root sh /tmp/cuda.run --toolkit
  refused "runfile: unknown option" 'Unknown option' in_root sh /tmp/cuda.run --silent --tolkit
  refused "runfile: needs libxml2" 'libxml2.so.2' in_root sh /tmp/cuda.run --silent --toolkit
  seen "runfile: libxml2" in_root apt-get install -y libxml2
  refused "runfile: needs --toolkit" 'name --toolkit' in_root sh /tmp/cuda.run --silent
  refused "runfile: looks at gcc" 'verify gcc' in_root sh /tmp/cuda.run --silent --toolkit
  mkdir "$root/var/big"
  root_snapshot "$root" >"$work/before"
  seen "runfile: installs" in_root sh /tmp/cuda.run --silent --toolkit --override --no-man-page "--toolkitpath=/usr/local/cuda-$minor" --tmpdir=/var/big
  check_toolkit runfile
  seen "runfile: log, nothing left in tmpdir" sh_in_root "test -s /tmp/cuda-installer.log && test -z \"\$(ls /var/big)\""
  seen "runfile: uninstaller" in_root "/usr/local/cuda-$minor/bin/cuda-uninstaller"
  root_snapshot "$root" >"$work/after"
  seen "runfile: no file is left" sh -c "diff '$work/before' '$work/after' | grep -v ld.so.cache | grep '^[<>]' >'$work/diff'; ! [ -s '$work/diff' ] || { cat '$work/diff'; false; }"
  root_drop "$root"
}

check_pip() {
  local index
  root=$(root_make "$suite" "$1") || exit 1
  seen "pip: python3-venv" in_root apt-get install -y python3-venv
  for index in \
    "-f $base/pytorch/whl/torch_stable.html --no-index torch==1.7.1+cpu torchvision==0.8.2+cpu torchaudio==0.7.2" \
    "-f $base/pytorch/whl/cu110/torch_stable.html --no-index torch==1.7.1+cu110 torchvision==0.8.2+cu110 torchaudio==0.7.2" \
    "--index-url $base/pytorch/whl/cpu torch==1.13.1+cpu torchvision==0.14.1+cpu torchaudio==0.13.1" \
    "--index-url $base/pytorch/whl/cpu torch==2.6.0 torchvision==0.21.0 torchaudio==2.6.0"; do
    seen "pip: $(printf '%s' "$index" | sed "s|$base||")" sh_in_root "
      rm -rf /opt/venv && python3 -m venv /opt/venv && /opt/venv/bin/pip install --disable-pip-version-check $index
      /opt/venv/bin/python -c 'import torch, torchvision, torchaudio; print(torch.__version__, torch.version.cuda, torch.cuda.is_available())'"
    cut -c1-200 "$work/out" | tail -n 1
  done
  root_drop "$root"
}

check_variants() {
  root=$(root_make "$suite" "$1") || exit 1
  refused "variant: unsigned" 'not signed' add_network "$base/variants/unsigned"
  root_drop "$root"
  root=$(root_make "$suite" "$1") || exit 1
  refused "variant: expired" 'is expired|is not valid anymore' add_network "$base/variants/expired"
  root_drop "$root"
  root=$(root_make "$suite" "$1") || exit 1
  refused "variant: wrong key" 'NO_PUBKEY|Missing key|No good signature|not signed' add_network "$base/variants/wrong-key"
  root_drop "$root"
  root=$(root_make "$suite" "$1") || exit 1
  case $suite in
  bullseye | bookworm) seen "variant: a SHA-1 key is taken by this apt" add_network "$base/variants/sha1-key" ;;
  *) refused "variant: a SHA-1 key is refused by this apt" 'SHA1 is not considered secure' add_network "$base/variants/sha1-key" ;;
  esac
  root_drop "$root"
}

"$HERE/server.py" --tree "$TREE" --port-file "$work/port" --parent-pid $$ &
for _ in $(seq 100); do
  [ -e "$work/port" ] && break
  sleep 0.1
done
base=http://127.0.0.1:$(cat "$work/port")

for version in "$@"; do
  suite=$(root_suite "$version")
  read -r cuda driver <<<"$(release "$version")"
  minor=${cuda%.*} dashed=${cuda%.*} os=ubuntu${version/./}
  dashed=${dashed/./-}
  number=$((${minor%.*} * 1000 + ${minor#*.} * 10))
  branch=${driver%%.*}
  [ "$branch" -lt 590 ] || branch=
  printf -- '--- Ubuntu %s (%s): CUDA %s\n' "$version" "$suite" "$cuda"
  check_network "$version"
  check_driver "$version"
  check_local "$version"
  check_runfile "$version"
  check_pip "$version"
  check_variants "$version"
done
exit "$failed"
