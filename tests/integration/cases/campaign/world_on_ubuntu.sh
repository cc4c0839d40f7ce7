#!/bin/bash
# On an Ubuntu host the world is made of Ubuntu's own suites: what is asked of mmdebstrap, and what becomes of roots without a
# libtorch-dev. The host is a folder here, and mmdebstrap a recorder that makes what it would of a few files.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"

HOST=$CASE_HOME/host
RECORDS=$CASE_HOME/records
export CUDASETUP_WORLD_HOST=$HOST CUDASETUP_WORLD=$CASE_HOME/world RECORDS
KEYRING=/usr/share/keyrings/ubuntu-archive-keyring.gpg
mkdir -p "$HOST/etc/apt/sources.list.d" "$HOST/usr/share/keyrings" "$CASE_HOME/bin" "$RECORDS"
roots() { run_it "$CASE_WORLD/roots.sh" "$@"; }

# Every suite has a glibc and a compiler of its own, so that none is taken for another.
cat >"$CASE_HOME/bin/mmdebstrap" <<'RECORDER'
#!/bin/sh
# The last three words are the suite, the folder and the source.
for word; do first=${second-} second=${third-} third=$word; done
printf '%s\n' "$@" >"$RECORDS/$first"
case $first in
bionic) release=18.04 number=27 gcc=7.4 ;;
focal) release=20.04 number=31 gcc=9.3 ;;
jammy) release=22.04 number=35 gcc=11.2 ;;
noble) release=24.04 number=39 gcc=13.2 ;;
resolute) release=26.04 number=43 gcc=15.2 ;;
esac
mkdir -p "$second/proc" "$second/dev" "$second/usr/lib" "$second/usr/sbin" "$second/etc/apt" "$second/var/lib/dpkg" "$second/var/lib/apt/lists"
printf '%s\n' 'ID=ubuntu' "VERSION_ID=\"$release\"" "VERSION_CODENAME=$first" >"$second/usr/lib/os-release"
printf '%s\n' "$third" >"$second/etc/apt/sources.list"
printf '%s\n' 'Package: libc6-dev' 'Version: 1' '' 'Package: libc6' "Version: 2.$number-0ubuntu3.1" >"$second/var/lib/dpkg/status"
printf '%s\n' 'Package: g++' 'Architecture: amd64' "Version: 4:$gcc.0-1ubuntu1" >"$second/var/lib/apt/lists/${first}_Packages"
RECORDER
# The host's own apt, told nothing.
printf '#!/bin/sh\n:\n' >"$CASE_HOME/bin/apt-config"
chmod 0755 "$CASE_HOME/bin/mmdebstrap" "$CASE_HOME/bin/apt-config"
PATH=$CASE_HOME/bin:$PATH

# --- Which archive: an interim release's new format, sources that are no archive of Ubuntu's own, and disabled ones
printf '%s\n' 'NAME="Ubuntu"' 'ID=ubuntu' 'VERSION_ID="25.10"' 'VERSION_CODENAME=questing' >"$HOST/etc/os-release"
roots suites
expect_status 1
expect_err "no apt source of this host has the suite 'questing'. hint: "
cat >"$HOST/etc/apt/sources.list.d/ubuntu.sources" <<'SOURCES'
Types: deb
URIs: http://old.invalid/ubuntu/
Suites: questing
Enabled: no

Types: deb-src
URIs: http://src.invalid/ubuntu/
Suites: questing

# The archive
Types: deb
URIs: http://mirror.invalid/ubuntu/
Suites: questing questing-updates
 questing-backports
Components: main universe
Signed-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg
SOURCES
printf 'deb [arch=amd64] https://other.invalid/apt questing-security main\n' >"$HOST/etc/apt/sources.list.d/aaa.list"
roots suites
expect_status 0
printf '%s\n' 18.04:bionic 20.04:focal 22.04:jammy 24.04:noble 26.04:resolute |
  sed 's/\(.*\):\(.*\)/\1\t\2\tubuntu http:\/\/mirror.invalid\/ubuntu/' >"$CASE_HOME/expected"
expect_same "$CASE_HOME/expected" "$OUT" 'other suites or another archive were chosen'

# --- The older format, and a file of mirrors
printf '%s\n' 'ID=ubuntu' 'VERSION_CODENAME=jammy' >"$HOST/etc/os-release"
rm "$HOST"/etc/apt/sources.list.d/*
printf '%s\n' '# deb http://comment.invalid/ubuntu jammy main' 'deb-src http://src.invalid/ubuntu jammy main' \
  'deb [arch=amd64 trusted=no] http://mirror.invalid/ubuntu/ jammy main restricted' >"$HOST/etc/apt/sources.list"
roots suites
expect_out '^22\.04.jammy.ubuntu http://mirror\.invalid/ubuntu$'
printf 'deb mirror+file:/etc/apt/mirrors.txt jammy main\n' >"$HOST/etc/apt/sources.list"
printf '%s\n' 'mirror+file:/none' 'http://near.invalid/ubuntu/	priority:1' 'https://far.invalid/ubuntu/' >"$HOST/etc/apt/mirrors.txt"
roots source noble
expect_out "^deb \[signed-by=$KEYRING\] http://near\.invalid/ubuntu noble main universe$"

# --- What mmdebstrap is asked for
roots build noble
expect_status 1
expect_err 'ubuntu-archive-keyring\.gpg is missing. hint: apt-get install ubuntu-keyring'
: >"$HOST$KEYRING"
roots build bullseye
expect_status 1
expect_err "no root 'bullseye' can be made from a ubuntu archive"
roots build noble
expect_status 0
tail -n 1 "$RECORDS/noble" | grep -qxF "deb [signed-by=$KEYRING] http://near.invalid/ubuntu noble main universe" ||
  fail "mmdebstrap was given the source $(tail -n 1 "$RECORDS/noble")"
grep -qx -- '--variant=apt' "$RECORDS/noble" || fail 'mmdebstrap was not asked for the smallest system with apt'
! grep -q -- '--aptopt' "$RECORDS/noble" || fail 'settings of the host went into the root'
# A host whose archive is a dated copy: that archive's dates are not checked, and no other's.
# shellcheck disable=SC2016  # for the shell of the script
printf '%s\n' '#!/bin/sh' 'case ${2-} in' 'Acquire::Check-Valid-Until) echo "$2 \"false\";" ;;' \
  'Acquire::Check-Date) echo "$2 \"true\";" ;;' "'') echo 'Acquire::http::Proxy \"http://proxy.invalid:3128\";'" \
  "echo 'Acquire::Check-Valid-Until \"false\";' ;;" 'esac' >"$CASE_HOME/bin/apt-config"
roots build noble
expect_status 0
tail -n 1 "$RECORDS/noble" | grep -qF "deb [signed-by=$KEYRING check-valid-until=no] http://" ||
  fail "mmdebstrap was given the source $(tail -n 1 "$RECORDS/noble")"
[ "$(grep -- '--aptopt' "$RECORDS/noble")" = '--aptopt=Acquire::http::Proxy "http://proxy.invalid:3128";' ] ||
  fail "mmdebstrap was given the settings $(grep -- '--aptopt' "$RECORDS/noble")"

# --- The whole world: five suites of Ubuntu's, none with a libtorch-dev
run_it "$CASE_WORLD/world.sh" build
expect_status 0
for suite in bionic focal jammy noble resolute; do
  expect_err "^world\.sh: $suite has no libtorch-dev: its cases go without LibTorch$"
  tail -n 1 "$RECORDS/$suite" | grep -qF " http://near.invalid/ubuntu $suite main universe" || fail "no root of $suite was made"
done
printf '%s\n' '18.04 bionic 2.27 7.4.0' '20.04 focal 2.31 9.3.0' '22.04 jammy 2.35 11.2.0' '24.04 noble 2.39 13.2.0' \
  '26.04 resolute 2.43 15.2.0' | sed 's/ /\t/g; s/$/\t-/' >"$CASE_HOME/expected"
expect_same "$CASE_HOME/expected" "$CUDASETUP_WORLD/systems" 'the systems are others'
run_it "$CASE_WORLD/world.sh" torch 22.04
expect_status 0
[ ! -s "$OUT" ] || fail 'there is a LibTorch for 22.04'
find "$(case_world overlay)" -name '*.json' -print0 | xargs -0 "$CUDASETUP" manifest lint >"$OUT" 2>"$ERR" || fail 'the overlay is no manifest'
# Ubuntu's own compiler is one that CUDA 11.8 takes: none is put beside it.
run_it "$CUDASETUP" plan --manifest "$(case_world overlay)" --os ubuntu22.04 --gpu none --cuda 11.8 --toolkit-only \
  --format text
expect_status 0
expect_out '^ +[0-9]+  Install .*g\+\+'
expect_no_out 'g\+\+-11'

# A root says that it is the Ubuntu it is, and is taken for no other.
case_root 24.04
[ "$SUITE$TORCH" = noble ] || fail 'the root is of another suite, or has a LibTorch'
grep -qx 'VERSION_ID="24.04"' "$ROOT/usr/lib/os-release" || fail 'the root says that it is something else'
! root_make noble 22.04 >"$OUT" 2>"$ERR" || fail 'a noble root was taken for 22.04'
expect_err 'the base root is another Ubuntu than 22\.04'
case_options --cuda 12.8
[ "${OPTIONS[*]}" = '--cuda 12.8 --toolkit-only' ] || fail 'LibTorch is asked for where there is none'
