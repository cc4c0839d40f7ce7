#!/bin/bash
# Throw-away roots for integration tests. Source it; needs bash and root.
#
#   suite=$(root_suite 20.04)            which base root stands for that Ubuntu on this host
#   root=$(root_make "$suite" 20.04)     a fresh root; < 1 s once the base root is built
#   root_run "$root" apt-get --version   in it, with a built environment
#   root_exec "$root" CMD & pid=$!       the same, and $pid is the command's own process: for signals
#   root_snapshot "$root" >before        what lies in it
#   root_drop "$root"                    ends its processes, unmounts and removes it
#
# All roots of a shell are dropped when that shell ends, however it ends but by SIGKILL; what a killed shell left is
# dropped when the next one sources this file. A test that sets an EXIT trap of its own calls root_drop_all in it.
# Nothing is written outside the session's folder: in TMPDIR, else in memory where there is plenty, else in /tmp.
# shellcheck source-path=SCRIPTDIR

ROOT_LIB=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT_ROOTS=$ROOT_LIB/../world/roots.sh

root_fail() {
  printf 'root.sh: %s\n' "$*" >&2
  return 1
}

# root_suite OSVERSION: the name of the base root which stands for that Ubuntu on this host.
root_suite() {
  "$ROOT_ROOTS" suites | awk -F '\t' -v os="$1" '$1 == os { print $2; found = 1 } END { exit !found }' ||
    root_fail "no root stands for Ubuntu '$1'"
}

# What a fresh machine of that release says of itself; the point release of an LTS at its first day.
root_os_release() {
  local version=$1 codename name pretty
  case $version in
  18.04) codename=bionic name='Bionic Beaver' ;;
  20.04) codename=focal name='Focal Fossa' ;;
  22.04) codename=jammy name='Jammy Jellyfish' ;;
  24.04) codename=noble name='Noble Numbat' ;;
  26.04) codename=resolute name='Resolute Raccoon' ;;
  *) root_fail "no os-release is known for Ubuntu '$version'" || return ;;
  esac
  pretty="Ubuntu $version LTS"
  # The order of the keys and which values are quoted changed with 22.04.
  case $version in
  18.04 | 20.04)
    printf '%s\n' 'NAME="Ubuntu"' "VERSION=\"$version LTS ($name)\"" 'ID=ubuntu' 'ID_LIKE=debian' "PRETTY_NAME=\"$pretty\"" \
      "VERSION_ID=\"$version\""
    ;;
  *)
    printf '%s\n' "PRETTY_NAME=\"$pretty\"" 'NAME="Ubuntu"' "VERSION_ID=\"$version\"" "VERSION=\"$version LTS ($name)\"" \
      "VERSION_CODENAME=$codename" 'ID=ubuntu' 'ID_LIKE=debian'
    ;;
  esac
  printf '%s\n' 'HOME_URL="https://www.ubuntu.com/"' 'SUPPORT_URL="https://help.ubuntu.com/"' \
    'BUG_REPORT_URL="https://bugs.launchpad.net/ubuntu/"' \
    'PRIVACY_POLICY_URL="https://www.ubuntu.com/legal/terms-and-policies/privacy-policy"'
  case $version in
  18.04 | 20.04) printf '%s\n' "VERSION_CODENAME=$codename" "UBUNTU_CODENAME=$codename" ;;
  22.04) printf '%s\n' "UBUNTU_CODENAME=$codename" ;;
  *) printf '%s\n' "UBUNTU_CODENAME=$codename" 'LOGO=ubuntu-logo' ;;
  esac
}

# root_identify TREE OSVERSION: makes the tree say that it is that Ubuntu. A tree which is a real Ubuntu keeps
# its own words, and must be the release asked for.
root_identify() {
  local tree=$1 version=$2 codename
  if grep -qx 'ID=ubuntu' "$tree/usr/lib/os-release"; then
    grep -qx "VERSION_ID=\"$version\"" "$tree/usr/lib/os-release" || root_fail "the base root is another Ubuntu than $version"
    return
  fi
  root_os_release "$version" >"$tree/usr/lib/os-release" || return
  ln -sfn ../usr/lib/os-release "$tree/etc/os-release"
  codename=$(sed -n 's/^UBUNTU_CODENAME=//p' "$tree/usr/lib/os-release")
  printf 'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=%s\nDISTRIB_CODENAME=%s\nDISTRIB_DESCRIPTION="Ubuntu %s LTS"\n' \
    "$version" "$codename" "$version" >"$tree/etc/lsb-release"
}

# The few devices programs need, on a file system of its own. Where nodes cannot be made (a user namespace), the
# host's are bound. No GPU is among them, whatever the host has.
root_devices() {
  local dev=$1/dev name major minor
  mount -t tmpfs -o mode=0755,size=64m root-dev "$dev"
  mkdir "$dev/pts" "$dev/shm"
  chmod 1777 "$dev/shm"
  while read -r name major minor; do
    if mknod -m 0666 "$dev/$name" c "$major" "$minor" 2>/dev/null && : 2>/dev/null <>"$dev/null"; then continue; fi
    rm -f "$dev/$name"
    : >"$dev/$name"
    mount --bind "/dev/$name" "$dev/$name"
  done <<<$'null 1 3\nzero 1 5\nfull 1 7\nrandom 1 8\nurandom 1 9\ntty 5 0'
  ln -s /proc/self/fd "$dev/fd"
  ln -s /proc/self/fd/0 "$dev/stdin"
  ln -s /proc/self/fd/1 "$dev/stdout"
  ln -s /proc/self/fd/2 "$dev/stderr"
  mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 root-pts "$dev/pts"
  ln -s pts/ptmx "$dev/ptmx"
}

# root_make SUITE OSVERSION [LAYER]: prints the folder of a fresh root, which says that it is Ubuntu OSVERSION. /sys is
# empty, so a test can write there what hardware it wants to be found. LAYER (see root_layer) is laid over the base.
root_make() {
  local base home root layer=${3:-}
  base=$("$ROOT_ROOTS" build "$1") || return
  home=$(mktemp -d "$ROOT_SESSION/XXXXXX") || return
  root=$home/root
  mkdir "$root" "$home/upper" "$home/work"
  chmod 0755 "$home" "$home/upper"
  if ! mount -t overlay -o "lowerdir=${layer:+$layer:}$base,upperdir=$home/upper,workdir=$home/work" root-overlay "$root" \
    2>/dev/null; then
    [ -z "$layer" ] || root_fail "this kernel has no overlay file system" || return
    cp -a --reflink=auto "$base/." "$root"
  fi
  if ! { root_identify "$root" "$2" && mount -t proc root-proc "$root/proc" && root_devices "$root" &&
    { [ ! -f /etc/resolv.conf ] || cat /etc/resolv.conf >"$root/etc/resolv.conf"; }; }; then
    root_drop "$root"
    root_fail "could not make a root of $1"
    return 1
  fi
  printf '%s\n' "$root"
}

# root_layer ROOT: ends the root and prints the folder of what it had more than its base, for other roots to begin with. It
# goes with the session.
root_layer() {
  local home=${1%/root} layer path
  layer=$(mktemp -d "$ROOT_SESSION/layer.XXXXXX") || return
  while read -r path; do umount "$path" || return; done < <(root_mounts "$home")
  mv "$home/upper" "$layer/upper" || return
  root_drop "$1"
  printf '%s\n' "$layer/upper"
}

# root_run ROOT COMMAND...: runs the command in the root as its root, with an environment built here; its status is
# the command's. For more variables: root_run ROOT env NAME=VALUE COMMAND...
root_run() { (root_exec "$@"); }

# root_exec ROOT COMMAND...: as root_run, but in place of the calling shell.
root_exec() {
  local root=$1
  shift
  exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root USER=root \
    LC_ALL=C.UTF-8 TERM=dumb DEBIAN_FRONTEND=noninteractive chroot "$root" "$@"
}

# root_snapshot ROOT: a line "path <tab> type mode uid:gid <tab> what" for everything in the root, sorted by bytes;
# what is a file's SHA-256 or a link's target. Left out with all below: /proc /sys /dev /run /tmp /var/cache /var/log
# /var/lib/apt/lists. Times are left out too. Paths may hold anything but a newline or a tab. A file of a layer that
# several roots share is read once a session: it is known by inode, time of last change (nobody can set that) and size.
root_snapshot() {
  (
    cd "$1" || exit
    local skip=(\( -path ./proc -o -path ./sys -o -path ./dev -o -path ./run -o -path ./tmp -o -path ./var/cache
      -o -path ./var/log -o -path ./var/lib/apt/lists \) -prune -o)
    local known=$ROOT_SESSION/digests listing
    set -o pipefail
    touch "$known"
    listing=$(mktemp "$ROOT_SESSION/listing.XXXXXX") || exit
    find . "${skip[@]}" -printf '%p\t%y %m %U:%G\t%l\t%i %C@ %s\n' >"$listing" || exit
    LC_ALL=C awk -F '\t' 'FILENAME == ARGV[1] { known[$2, $3]; next } $2 ~ /^f/ && !(($1, $4) in known) { print $1 }' \
      "$known" "$listing" | xargs -d '\n' -r -P 2 -n 512 sha256sum -b |
      LC_ALL=C awk -F '\t' 'FILENAME == ARGV[1] { digest[substr($0, 67)] = substr($0, 1, 64); next }
        $1 in digest { print digest[$1] "\t" $1 "\t" $4 }' - "$listing" >"$listing.new" || exit
    cat "$listing.new" >>"$known"
    LC_ALL=C awk -F '\t' 'FILENAME == ARGV[1] { digest[$2, $3] = $1; next }
      { print substr($1, 2) "\t" $2 "\t" ($2 ~ /^f/ ? digest[$1, $4] : $3) }' "$known" "$listing" | LC_ALL=C sort
    rm "$listing" "$listing.new"
  )
}

# Prints the processes whose root is in the folder.
root_processes() {
  { find /proc/[0-9]*/root -maxdepth 0 -lname "$1/*" 2>/dev/null || true; } | tr -dc '0-9\n'
}

# Prints the mounts in a folder, the innermost first.
root_mounts() {
  awk -v at="$1" '{ gsub(/\\040/, " ", $5) } $5 == at || index($5, at "/") == 1 { print $5 }' /proc/self/mountinfo | tac
}

# root_clear FOLDER: ends the processes that live in it, unmounts what is mounted in it, removes it.
root_clear() {
  local folder=$1 pids path try
  for try in TERM KILL KILL KILL; do
    pids=$(root_processes "$folder")
    [ -n "$pids" ] || break
    # shellcheck disable=SC2086
    kill -s "$try" $pids 2>/dev/null || true
    sleep 0.1
  done
  while read -r path; do
    umount "$path" 2>/dev/null || umount -l "$path" || true
  done < <(root_mounts "$folder")
  # A mount still there would let rm reach into what is mounted.
  [ -z "$(root_mounts "$folder")" ] || root_fail "still mounted: $(root_mounts "$folder")" || return
  rm -rf --one-file-system "$folder"
}

# root_drop ROOT: the end of one root; nothing of it stays. Dropping one that is gone is no error.
root_drop() {
  case $1 in
  "$ROOT_SESSION"/*/root) root_clear "${1%/root}" ;;
  *) root_fail "not a root of this session: $1" ;;
  esac
}

# root_drop_all: the end of every root of this shell.
root_drop_all() { root_clear "$ROOT_SESSION"; }

# Prints where sessions are made. A root in memory needs no disk to keep up with dpkg's syncs and with its removal;
# 8 GiB is enough for four roots with a compiler and an unpacked LibTorch (1.2 GB each, measured) and what they run.
root_place() {
  local enough=$((8 * 1024 * 1024)) memory room
  memory=$(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo)
  room=$(df --output=avail -k -t tmpfs /dev/shm 2>/dev/null | tail -n 1) || room=0
  if [ -n "${TMPDIR:-}" ]; then
    printf '%s\n' "$TMPDIR"
  elif [ "${memory:-0}" -ge "$enough" ] && [ "${room:-0}" -ge "$enough" ]; then
    printf '/dev/shm\n'
  else
    printf '/tmp\n'
  fi
}

# Drops what shells left that were killed.
root_sweep() {
  local session pid
  for session in "$1"/cudasetup-root.*; do
    [ -d "$session" ] || continue
    pid=${session##*/cudasetup-root.}
    pid=${pid%%.*}
    if [ ! -d "/proc/$pid" ]; then root_clear "$session"; fi
  done
}

root_begin() {
  local place
  if [ "$(id -u)" != 0 ]; then
    root_fail "needs root: it mounts"
    return 1
  fi
  place=$(root_place) || return
  root_sweep "$place"
  ROOT_SESSION=$(mktemp -d "$place/cudasetup-root.$$.XXXXXX") || return
  ROOT_SESSION=$(cd -P "$ROOT_SESSION" && pwd)
  trap root_drop_all EXIT
}

root_begin
