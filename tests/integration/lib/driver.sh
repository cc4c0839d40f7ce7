#!/bin/bash
# Roots that take drivers, their modules and kernels from the served archive that plays Ubuntu's. Sourced by cases after case.sh.
#
#   driver_root 24.04 [COMPONENT...]     a root with that source; all four components where none is named
#   driver_nvidia                        NVIDIA's archive as well, without its pin
#   driver_install PACKAGE...            apt-get install in it, without recommended packages; $STATUS, $OUT, $ERR
#   driver_simulate PACKAGE...           what that would do; then expect_inst NAME [VERSION], expect_no_inst PATTERN
#   driver_dkms_fails [KERNEL...]        from now on DKMS's builds fail, those for these kernels or all; driver_dkms_works
#   driver_secure_boot on|off            the root's efivars say so
#   driver_console PASSWORD              the next boot's screen: the key that mokutil was given is enrolled, with that password
#   driver_console_missed                nobody is at that screen: the request is forgotten
# shellcheck source-path=SCRIPTDIR
# shellcheck disable=SC2154  # ROOT, SERVER and the like are case.sh's

DRIVER_SWITCHES=etc/cudasetup-test
DRIVER_SECURE_BOOT=SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
DRIVER_MOK_LIST=MokListRT-605dab50-e046-4300-abb6-3dd810dd8b23
DRIVER_MOK_NEW=MokNew-605dab50-e046-4300-abb6-3dd810dd8b23

# driver_root OSVERSION [COMPONENT...]: written as that Ubuntu writes its own source; the root keeps the archive that its
# compilers come from, which may not give what stands in for Ubuntu's tools.
driver_root() {
  local os=$1 codename address components
  shift
  components=${*:-main restricted universe multiverse}
  case_root "$os"
  case $SUITE in
  bullseye | bookworm | trixie) ;;
  *) skip "the roots of this host are Ubuntu's, with Ubuntu's own kernels and drivers" ;;
  esac
  # shellcheck disable=SC2119
  [ -n "$SERVER_PID" ] || case_serve
  address=$SERVER/ubuntu
  codename=$(sed -n 's/^UBUNTU_CODENAME=//p' "$ROOT/etc/os-release")
  printf 'Package: %s\nPin: release o=Debian\nPin-Priority: -1\n' 'dkms initramfs-tools mokutil shim-signed' \
    >"$ROOT/etc/apt/preferences.d/cudasetup-test"
  case $os in
  20.04 | 22.04)
    cp "$TREE/ubuntu/ubuntu-archive-keyring.gpg" "$ROOT/etc/apt/trusted.gpg.d/ubuntu-archive.gpg"
    printf 'deb %s %s %s\n' "$address" "$codename" "$components" "$address" "$codename-updates" "$components" \
      >"$ROOT/etc/apt/sources.list.d/ubuntu.list"
    DRIVER_SOURCE=/etc/apt/sources.list.d/ubuntu.list
    ;;
  *)
    cp "$TREE/ubuntu/ubuntu-archive-keyring.gpg" "$ROOT/usr/share/keyrings/ubuntu-archive-keyring.gpg"
    printf '%s\n' 'Types: deb' "URIs: $address" "Suites: $codename $codename-updates" "Components: $components" \
      'Signed-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg' >"$ROOT/etc/apt/sources.list.d/ubuntu.sources"
    DRIVER_SOURCE=/etc/apt/sources.list.d/ubuntu.sources
    ;;
  esac
  driver_trim
  driver_update
}

# driver_trim: of the archive that the compilers come from, apt is told only what the base root has fetched already: apt needs
# seconds for each question about all of it.
driver_trim() {
  local list kept=$CASE_HOME/list-$SUITE
  for list in "$ROOT"/var/lib/apt/lists/*_Packages; do
    if [ ! -e "$kept" ]; then
      find "$ROOT/var/cache/apt/archives" -name '*.deb' -printf '%f\n' | cut -d _ -f 1 >"$kept.names"
      awk 'NR == FNR { have[$0]; next } $2 in have' "$kept.names" RS= ORS='\n\n' "$list" >"$kept"
    fi
    cat "$kept" >"$list"
  done
}

# driver_nvidia: as somebody adds it by hand.
driver_nvidia() {
  local system key=/usr/share/keyrings/cuda-archive-keyring.gpg
  system=ubuntu$(sed -n 's/^VERSION_ID="\(.*\)\.\(.*\)"$/\1\2/p' "$ROOT/etc/os-release")
  dpkg-deb --fsys-tarfile "$TREE/nvidia/compute/cuda/repos/$system/x86_64"/cuda-keyring_*.deb | tar -xO ".$key" >"$ROOT$key"
  DRIVER_SOURCE=/etc/apt/sources.list.d/cuda-$system-x86_64.list
  printf 'deb [signed-by=%s] %s/compute/cuda/repos/%s/x86_64/ /\n' "$key" "$NVIDIA" "$system" >"$ROOT$DRIVER_SOURCE"
  driver_update
}

# driver_update: the indexes of the source that was added last are fetched anew.
driver_update() {
  run_it root_run "$ROOT" apt-get update -q -o "Dir::Etc::sourcelist=$DRIVER_SOURCE" -o Dir::Etc::sourceparts=- \
    -o APT::Get::List-Cleanup=0 -o APT::Update::Error-Mode=any
  [ "$STATUS" = 0 ] || fail "apt-get update ends with $STATUS"
}

driver_install() { run_it root_run "$ROOT" apt-get install -y --no-install-recommends "$@"; }
driver_simulate() { run_it root_run "$ROOT" apt-get install -s -y --no-install-recommends "$@"; }

# expect_inst NAME [VERSION]: the simulation would install it, at that version.
expect_inst() {
  local version
  version=$(awk -v name="$1" '$1 == "Inst" && $2 == name { sub(/^\(/, "", $3); print $3 }' "$OUT")
  [ -n "$version" ] || fail "$1 would not be installed"
  [ -z "${2:-}" ] || [ "$version" = "$2" ] || fail "$1 would be installed as $version, expected $2"
}

# expect_no_inst PATTERN: nothing with such a name would be.
expect_no_inst() { ! grep -E "^Inst ($1)( |\$)" "$OUT" || fail "that would be installed"; }

driver_dkms_fails() {
  mkdir -p "$ROOT/$DRIVER_SWITCHES"
  : >"$ROOT/$DRIVER_SWITCHES/dkms-fails"
  [ $# = 0 ] || printf '%s\n' "$@" >"$ROOT/$DRIVER_SWITCHES/dkms-fails"
}

driver_dkms_works() { rm -f "$ROOT/$DRIVER_SWITCHES/dkms-fails"; }

driver_secure_boot() {
  local variables=$ROOT/sys/firmware/efi/efivars byte='\0'
  [ "$1" = off ] || byte='\1'
  mkdir -p "$variables"
  printf '\6\0\0\0%b' "$byte" >"$variables/$DRIVER_SECURE_BOOT"
}

driver_console() {
  local variables=$ROOT/sys/firmware/efi/efivars
  [ -e "$variables/$DRIVER_MOK_NEW" ] || fail 'mokutil was given no key'
  [ "$(printf '%s' "$1" | sha256sum | cut -c 1-64)" = "$(cat "$ROOT/var/lib/cudasetup-test/mok-password")" ] ||
    fail 'mokutil was given another password'
  cp "$variables/$DRIVER_MOK_NEW" "$variables/$DRIVER_MOK_LIST"
  driver_console_missed
}

driver_console_missed() { rm "$ROOT/sys/firmware/efi/efivars/$DRIVER_MOK_NEW" "$ROOT/var/lib/cudasetup-test/mok-password"; }
