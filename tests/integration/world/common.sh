#!/bin/bash
# What the builders of the test world share: where the world lies, which roots stand for which Ubuntu,
# and where this host takes its packages from. Sourced, never run. Every function's name starts with world_.
#
#   CUDASETUP_WORLD          the world's folder; build/world in the repository when unset
#   CUDASETUP_WORLD_ARCHIVE  "debian URI" or "ubuntu URI" in place of what the host's apt sources say
#   CUDASETUP_WORLD_HOST     a folder that stands for the host's / where its os-release, apt sources and archive keys
#                            are looked at: another host's, for tests of these functions

set -eu -o pipefail

WORLD_HOST=${CUDASETUP_WORLD_HOST:-}
WORLD_HERE=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# Says on stderr what failed and ends the script.
world_fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

world_say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

# world_need COMMAND PACKAGE ...: refuses when a command is missing, and names the package which has it.
world_need() {
  while [ $# -ge 2 ]; do
    command -v "$1" >/dev/null || world_fail "$1 is not installed. hint: apt-get install $2"
    shift 2
  done
}

world_need_root() { [ "$(id -u)" = 0 ] || world_fail "needs root: it makes device nodes and mounts"; }

# Prints the world's folder, which it makes.
world_dir() {
  local dir=${CUDASETUP_WORLD:-$WORLD_HERE/../../../build/world}
  mkdir -p "$dir"
  (cd -P "$dir" && pwd)
}

# world_os_release KEY [FILE]: prints one value of an os-release file, nothing when it is not there.
world_os_release() {
  sed -n "s/^$1=//p" "${2:-$WORLD_HOST/etc/os-release}" | tr -d '"'\'
}

# world_sources_of CODENAME APT_DIR: prints the first http, https or file address of the apt sources under
# APT_DIR that serves exactly the suite CODENAME; both formats of sources are read, disabled ones are not. A list of
# mirrors in a file stands as mirror+file:PATH.
world_sources_of() {
  local files=() file
  for file in "$2/sources.list" "$2"/sources.list.d/*.list "$2"/sources.list.d/*.sources; do
    if [ -f "$file" ]; then files+=("$file"); fi
  done
  [ ${#files[@]} -gt 0 ] || return 0
  awk -v want="$1" '
    function consider(uris, suites,   n, m, u, s, i, j) {
      n = split(uris, u, " "); m = split(suites, s, " ")
      for (i = 1; i <= n; i++)
        for (j = 1; j <= m; j++)
          if (!found && s[j] == want && u[i] ~ /^(https?|file|mirror\+file):/) { found = 1; sub(/\/+$/, "", u[i]); print u[i] }
    }
    function stanza_ends() {
      if (field["types"] ~ /(^| )deb( |$)/ && tolower(field["enabled"]) != "no") consider(field["uris"], field["suites"])
      split("", field); key = ""
    }
    FNR == 1 { stanza_ends() }
    FILENAME ~ /\.list$/ {
      if ($1 != "deb") next
      gsub(/\[[^]]*\]/, ""); consider($2, $3); next
    }
    /^[ \t]*#/ { next }
    /^[ \t]*$/ { stanza_ends(); next }
    /^[ \t]/ { field[key] = field[key] " " $0; gsub(/[ \t]+/, " ", field[key]); next }
    { at = index($0, ":"); key = tolower(substr($0, 1, at - 1)); value = substr($0, at + 1)
      gsub(/^[ \t]+|[ \t]+$/, "", value); gsub(/[ \t]+/, " ", value); field[key] = value }
    END { stanza_ends() }' "${files[@]}"
}

# world_mirror URI: prints the URI, or the first http or https address in the file that a mirror+file:PATH names.
world_mirror() {
  case $1 in
  mirror+file:*) sed -nE 's,^(https?://[^[:space:]]*[^[:space:]/])/*([[:space:]].*)?$,\1,p' "$WORLD_HOST/${1#mirror+file:}" | head -n 1 ;;
  *) printf '%s\n' "$1" ;;
  esac
}

# Prints "FAMILY URI" of the archive this host takes its packages from: the family is debian or ubuntu.
world_archive() {
  local family codename uri
  if [ -n "${CUDASETUP_WORLD_ARCHIVE:-}" ]; then
    printf '%s\n' "$CUDASETUP_WORLD_ARCHIVE"
    return
  fi
  family=$(world_os_release ID)
  codename=$(world_os_release VERSION_CODENAME)
  case $family in
  debian | ubuntu) ;;
  *) world_fail "roots are made on Debian or Ubuntu, and this is '$family'. hint: set CUDASETUP_WORLD_ARCHIVE" ;;
  esac
  uri=$(world_mirror "$(world_sources_of "$codename" "$WORLD_HOST/etc/apt")")
  [ -n "$uri" ] || world_fail "no apt source of this host has the suite '$codename'. hint: set CUDASETUP_WORLD_ARCHIVE='$family URI'"
  printf '%s %s\n' "$family" "$uri"
}

# world_components FAMILY: the parts of an archive which roots use.
world_components() {
  case $1 in
  ubuntu) printf 'main universe\n' ;;
  *) printf 'main\n' ;;
  esac
}

# world_codename OSVERSION: the codename of an Ubuntu release.
world_codename() {
  case $1 in
  18.04) printf 'bionic\n' ;;
  20.04) printf 'focal\n' ;;
  22.04) printf 'jammy\n' ;;
  24.04) printf 'noble\n' ;;
  26.04) printf 'resolute\n' ;;
  *) world_fail "no root stands for Ubuntu '$1'. hint: 18.04, 20.04, 22.04, 24.04 or 26.04" ;;
  esac
}

# world_suite_for OSVERSION: the suite whose root stands for that Ubuntu on this host: the release itself where
# the host's archive is Ubuntu's, else the Debian release with the nearest generation of apt.
world_suite_for() {
  local archive
  archive=$(world_archive)
  case ${archive%% *}/$1 in
  ubuntu/*) world_codename "$1" ;;
  */18.04 | */20.04) printf 'bullseye\n' ;;
  */22.04 | */24.04) printf 'bookworm\n' ;;
  */26.04) printf 'trixie\n' ;;
  *) world_codename "$1" ;;
  esac
}

# world_suite_check SUITE FAMILY: refuses a suite which the family's archive does not have.
world_suite_check() {
  case $2/$1 in
  debian/bullseye | debian/bookworm | debian/trixie) ;;
  ubuntu/bionic | ubuntu/focal | ubuntu/jammy | ubuntu/noble | ubuntu/resolute) ;;
  *) world_fail "no root '$1' can be made from a $2 archive. hint: see 'roots.sh suites'" ;;
  esac
}

# world_keyring FAMILY: the file of the archive's keys, at the same path on the host and in the roots.
world_keyring() { printf '/usr/share/keyrings/%s-archive-keyring.gpg\n' "$1"; }

# world_keyring_package FAMILY: the package which has that file, named so in both families' archives.
world_keyring_package() {
  case $1 in
  debian) printf 'debian-archive-keyring\n' ;;
  *) printf '%s-keyring\n' "$1" ;;
  esac
}

# The host's own proxies, as lines of apt.conf. No other setting of the host's apt enters a root.
world_apt_settings() {
  apt-config dump | grep -E '^Acquire::(http|https)::(Proxy|Proxy::[^ ]+) "[^"]+";$' || true
}

# Prints options for the roots' source line: a host whose archive is a dated copy has the checks of dates switched off, so
# its roots do not check them for that archive; for every other one they do, as apt does unless told otherwise.
world_source_options() {
  local option setting
  for option in Check-Date Check-Valid-Until; do
    setting=$(apt-config dump "Acquire::$option" | sed -nE "s/^Acquire::$option \"(.*)\";\$/\1/p" | tail -n 1)
    case $setting in
    false | no | off | without | disable | 0) printf '%s=no\n' "${option,,}" ;;
    esac
  done
}

# world_digest: 12 hexadecimal digits of what stdin holds.
world_digest() { sha256sum | cut -c1-12; }

# world_lock NAME: waits until no other builder in this world makes NAME; held until the calling shell ends.
world_lock() {
  local dir
  dir=$(world_dir)/lock
  mkdir -p "$dir"
  exec {WORLD_LOCK}>"$dir/$1"
  flock "$WORLD_LOCK"
}

# world_drop_others KEEP PATH...: removes the earlier builds of what was built newly as KEEP, but none that is in a mount.
world_drop_others() {
  local keep=$1 path
  shift
  for path in "$@"; do
    if [ -e "$path" ] && [ "$path" != "$keep" ] && ! grep -qF "$path" /proc/self/mounts; then
      rm -rf --one-file-system "$path"
    fi
  done
}
