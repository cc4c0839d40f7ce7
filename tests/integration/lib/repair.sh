#!/bin/bash
# Broken states of apt's sources, and what `cudasetup repair repo` makes of them. Sourced by cases after case.sh.
#
#   repair_begin 22.04          the system that comes next; $KEYS holds the public keys, binary, of the test archive
#   check_state NAME            makes the state (a function state_NAME), looks at apt, repairs, looks again, takes it back
#
# A state function sets BROKEN, a regular expression of what apt says before ("" where apt goes on all the same), and
# MENDED, a regular expression of paths that repairing may change. Each prints a row: state, what apt said, what was done,
# what apt says then.
# shellcheck source-path=SCRIPTDIR
# shellcheck disable=SC2034,SC2154  # ROOT, NVIDIA and the like are case.sh's

# shellcheck source=failures.sh
. "$CASE_LIB/failures.sh"

LISTS=/etc/apt/sources.list.d

repair_begin() {
  local name home=$CASE_HOME/gnupg
  RELEASE=$1
  DIRECTORY=ubuntu${1/./}
  # shellcheck disable=SC2119
  [ -n "$SERVER_PID" ] || case_serve --faults "$CASE_HOME/faults"
  [ -z "${KEYS:-}" ] || return 0
  KEYS=$CASE_HOME/keys
  mkdir "$KEYS"
  mkdir -m 0700 "$home"
  for name in archive old wrong sha1; do
    gpg --homedir "$home" --batch --quiet --import "$TREE/private/$name.secret.asc" 2>/dev/null
    gpg --homedir "$home" --batch --quiet --export "$name@cudasetup.invalid" >"$KEYS/$name.gpg"
    gpg --homedir "$home" --batch --quiet --armor --export "$name@cudasetup.invalid" >"$KEYS/$name.asc"
  done
  gpgconf --homedir "$home" --kill all
}

# key NAME PATH: that key lies there in the root.
key() { install -D -m 0644 "$KEYS/$1.gpg" "$ROOT$2"; }

# archive [DIRECTORY]: the address of NVIDIA's archive, of this release if no other is named.
archive() { printf '%s/compute/cuda/repos/%s/x86_64/' "$NVIDIA" "${1:-$DIRECTORY}"; }

list() { printf '%s\n' "${@:2}" >"$ROOT$LISTS/$1"; }

# a_good_source: as cudasetup or NVIDIA's package leaves it.
a_good_source() {
  key archive /usr/share/keyrings/cuda-archive-keyring.gpg
  list "cuda-$DIRECTORY-x86_64.list" "deb [signed-by=/usr/share/keyrings/cuda-archive-keyring.gpg] $(archive) /"
}

# --- A.1: the key of before 2022
state_old_key_signed_by() {
  key old /usr/share/keyrings/cuda-old.gpg
  list cuda.list "deb [signed-by=/usr/share/keyrings/cuda-old.gpg] $(archive) /"
  BROKEN='NO_PUBKEY|Missing key' MENDED="$LISTS/cuda.list"
}
state_old_key_by_apt_key() {
  key old /etc/apt/trusted.gpg.d/7fa2af80.gpg
  list cuda.list "deb $(archive) /"
  BROKEN='NO_PUBKEY|Missing key' MENDED="$LISTS/cuda.list|/etc/apt/trusted.gpg.d/7fa2af80.gpg"
}
state_old_key_in_the_keyrings_place() {
  key old /usr/share/keyrings/cuda-archive-keyring.gpg
  list "cuda-$DIRECTORY-x86_64.list" "deb [signed-by=/usr/share/keyrings/cuda-archive-keyring.gpg] $(archive) /"
  BROKEN='NO_PUBKEY|Missing key' MENDED="$LISTS/cuda-$DIRECTORY-x86_64.list"
}
# --- A.2: two sources that contradict each other
state_conflict() {
  a_good_source
  key archive /etc/apt/trusted.gpg.d/cuda.gpg
  list developer_download.list "deb $(archive) /" "# deb-src $(archive) /"
  BROKEN='E: Conflicting values set for option Signed-By'
  # apt 3 takes a source without a key beside one with a key.
  [ ! -x "$ROOT/usr/bin/sqv" ] || BROKEN=''
  MENDED="$LISTS/developer_download.list|/etc/apt/trusted.gpg.d/cuda.gpg"
}
state_conflict_deb822() {
  a_good_source
  key archive /usr/share/keyrings/another.gpg
  list nvidia.sources 'Types: deb' "URIs: $(archive)" 'Suites: /' 'Signed-By: /usr/share/keyrings/another.gpg'
  BROKEN='E: Conflicting values set for option Signed-By' MENDED="$LISTS/nvidia.sources"
}
state_conflict_in_sources_list() {
  a_good_source
  key archive /usr/share/keyrings/another.gpg
  mkdir -p "$ROOT/srv/mine"
  : >"$ROOT/srv/mine/Packages"
  printf '%s\n' '# my own' 'deb [trusted=yes] file:/srv/mine ./' "deb [signed-by=/usr/share/keyrings/another.gpg] $(archive) /" '' '# the end' \
    >"$ROOT/etc/apt/sources.list"
  BROKEN='E: Conflicting values set for option Signed-By' MENDED=/etc/apt/sources.list
}
# --- A.3: the SHA-1 cut-off; older apt does not know it
state_sha1_key() {
  NVIDIA=$SERVER/variants/sha1-key OVERLAY=$CASE_HOME/sha1-key
  [ -d "$OVERLAY" ] || case_overlay sha1-key --variant sha1-key
  key sha1 /usr/share/keyrings/cuda-archive-keyring.gpg
  list cuda.list "deb [signed-by=/usr/share/keyrings/cuda-archive-keyring.gpg] $(archive) /"
  BROKEN='SHA1 is not considered secure' MENDED="$LISTS/cuda.list"
  [ -x "$ROOT/usr/bin/sqv" ] || BROKEN='' MENDED=sound
}
# --- A.4: a key that was copied from elsewhere, or is not there
state_key_of_another_archive() {
  key wrong /usr/share/keyrings/nvidia.gpg
  list cuda.list "deb [signed-by=/usr/share/keyrings/nvidia.gpg] $(archive) /"
  BROKEN='NO_PUBKEY|Missing key' MENDED="$LISTS/cuda.list"
}
state_key_is_not_there() {
  list cuda.list "deb [signed-by=/etc/apt/keyrings/nvidia.gpg] $(archive) /"
  BROKEN='NO_PUBKEY|Missing key|not readable|Failed to parse keyring|No such file' MENDED="$LISTS/cuda.list"
}
# --- A.7: local installer and network archive, both in use: said, and left
state_local_and_network() {
  local folder=/var/cuda-repo-$DIRECTORY-11-1-local
  a_good_source
  mkdir -p "$ROOT$folder"
  : >"$ROOT$folder/Packages"
  list cuda-local.list "deb [trusted=yes] file://$folder ./"
  BROKEN='' MENDED=sound
}
# --- A.8: what a local installer left
state_local_installer_is_gone() {
  key old /usr/share/keyrings/cuda-local.gpg
  list "cuda-$DIRECTORY-11-1-local.list" "deb [signed-by=/usr/share/keyrings/cuda-local.gpg] file:///var/cuda-repo-$DIRECTORY-11-1-local /"
  BROKEN='does not have a Release file|File not found|Failed to fetch' MENDED="$LISTS/cuda-$DIRECTORY-11-1-local.list"
}
# --- A.9: what apt-key left
state_apt_key() {
  key archive /etc/apt/trusted.gpg.d/cuda.gpg
  list cuda.list "deb $(archive) /"
  BROKEN='' MENDED="$LISTS/cuda.list|/etc/apt/trusted.gpg.d/cuda.gpg"
}
state_apt_key_trusted_gpg() {
  key archive /etc/apt/trusted.gpg
  list cuda.list "deb $(archive) /"
  BROKEN='' MENDED="$LISTS/cuda.list|/etc/apt/trusted.gpg"
  # apt 3 reads that file no more.
  [ ! -x "$ROOT/usr/bin/sqv" ] || BROKEN='NO_PUBKEY|Missing key'
}
# --- A.10: the archive of another Ubuntu
state_another_release() {
  local other=ubuntu2004
  [ "$DIRECTORY" != "$other" ] || other=ubuntu1804
  key archive /usr/share/keyrings/cuda-archive-keyring.gpg
  list "cuda-$other-x86_64.list" "deb [signed-by=/usr/share/keyrings/cuda-archive-keyring.gpg] $(archive "$other") /"
  BROKEN='' MENDED="$LISTS/cuda-$other-x86_64.list"
}
# --- A.11: the archive of machine learning
state_machine_learning() {
  a_good_source
  list nvidia-ml.list "deb $NVIDIA/compute/machine-learning/repos/$DIRECTORY/x86_64 /"
  BROKEN='does not have a Release file|404' MENDED="$LISTS/nvidia-ml.list"
}
# --- The same archive twice (apt takes a key after none without a word), and a machine on which nothing is wrong
state_doubled() {
  a_good_source
  list nvidia.list "deb [signed-by=/usr/share/keyrings/cuda-archive-keyring.gpg] $(archive) /"
  BROKEN='' MENDED="$LISTS/nvidia.list"
}
state_doubled_without_key() {
  a_good_source
  key archive /etc/apt/trusted.gpg.d/cuda.gpg
  list archive_uri-cuda.list "deb $(archive) /"
  BROKEN='' MENDED="$LISTS/archive_uri-cuda.list|/etc/apt/trusted.gpg.d/cuda.gpg"
}
state_sound() {
  a_good_source
  BROKEN='' MENDED=sound
}

# apt_reads: the status of apt-get update in $APT, its words in $CASE_HOME/apt, the first complaint in $SAID. An apt that
# only warns of a list that it would not take did not read it.
apt_reads() {
  APT=0
  root_run "$ROOT" apt-get update >"$CASE_HOME/apt" 2>&1 || APT=$?
  SAID=$(grep -E "${1:-^E: |^Error: |^W: |^Warning: }" "$CASE_HOME/apt" | head -n 1 | cut -c 1-100 || true)
  if grep -Eq '^(W|Warning): .*(not signed|Failed to fetch|GPG error|verification failed)' "$CASE_HOME/apt"; then APT=100; fi
}

# system: packages and files, without asking apt, which may refuse to say anything.
system() {
  root_run "$ROOT" dpkg --get-selections
  root_snapshot "$ROOT" | grep -Ev $'^/(var/(log|cache)|var/lib/(apt|dpkg|cudasetup)|run|tmp)(/|\t)' |
    grep -Ev $'^/etc/ld\\.so\\.cache\t' || true
}

# tree: what lies in the root outside of apt's lists and of our own state, but for the paths that may change.
tree() {
  root_snapshot "$ROOT" | grep -Ev $'^/(var/(lib|cache|log)/cudasetup|var/lib/apt|var/cache|run|tmp)(/|\t)' |
    grep -Ev "^(${1:-nothing})(\.cudasetup\.disabled)?"$'\t' |
    grep -Ev "^($LISTS/cuda-$DIRECTORY-x86_64\.list|/usr/share/keyrings/cuda-archive-keyring\.gpg|/etc/apt/preferences\.d/cuda-repository-pin-600)"$'\t' |
    grep -Ev $'^/(etc/apt|var/lib)\t' || true
}

check_state() {
  local name=$1 good=$NVIDIA overlay=$OVERLAY before did
  case_root "$RELEASE"
  case_without_archive
  "state_$name"
  system >"$CASE_HOME/system-before"
  tree "$MENDED" >"$CASE_HOME/tree-before"
  apt_reads "$BROKEN"
  before="$APT ${BROKEN:+$SAID}"
  if [ -n "$BROKEN" ]; then
    [ "$APT" = 100 ] || fail "$name: apt was to fail, and did not: $(cat "$CASE_HOME/apt")"
    [ -n "$SAID" ] || fail "$name: apt does not say '$BROKEN': $(cat "$CASE_HOME/apt")"
  else
    [ "$APT" = 0 ] || fail "$name: apt was to go on: $(cat "$CASE_HOME/apt")"
  fi

  # What would be done changes nothing.
  changes_mark
  setup repair repo --dry-run
  expect_status 0
  expect_untouched
  cp "$OUT" "$CASE_HOME/script"
  setup repair repo --yes
  expect_status 0
  if [ "$MENDED" = sound ]; then
    expect_out '^Nothing to do'
    did='nothing'
    expect_untouched
  else
    expect_out '^Apt.s sources and keys of NVIDIA.s are mended'
    did=$(find "$ROOT/etc/apt" -name '*.cudasetup.disabled' -printf '%f ' | sed 's/\.cudasetup\.disabled//g')
    did="off: ${did:-lines of sources.list }$(! grep -q 'Put NVIDIA' "$ERR" || printf '; archive and key anew')"
  fi
  tree "$MENDED" >"$CASE_HOME/tree-after"
  expect_same "$CASE_HOME/tree-before" "$CASE_HOME/tree-after" "$name: more than that was changed"
  apt_reads
  [ "$APT" = 0 ] || fail "$name: apt fails after the repair: $(cat "$CASE_HOME/apt")"
  [ "$MENDED" = sound ] || [ -z "$SAID" ] || fail "$name: apt still complains: $SAID"
  printf '| %s | %s | %s | %s |\n' "${name//_/ }" "$before" "$did" "$APT${SAID:+ $SAID}"
  setup repair repo --yes
  expect_status 0
  expect_out '^Nothing to do'
  if [ "$MENDED" != sound ]; then
    system >"$CASE_HOME/by-repair"
    setup undo --yes
    expect_status 0
    system >"$CASE_HOME/system-after"
    expect_same "$CASE_HOME/system-before" "$CASE_HOME/system-after" "$name: taking back did not leave what was before"
    # The script does the same.
    run_it sh "$CASE_HOME/script"
    expect_status 0
    system >"$CASE_HOME/by-script"
    expect_same "$CASE_HOME/by-repair" "$CASE_HOME/by-script" "$name: repair (<) and its script (>) left different systems"
  fi
  NVIDIA=$good OVERLAY=$overlay
  root_drop "$ROOT"
}

# check_all_states OSVERSION: all of them, as a table in $REPAIR_TABLE where that is set.
check_all_states() {
  local state table=${REPAIR_TABLE:-/dev/null}
  repair_begin "$1"
  printf '| on %s (apt %s) | before | repair | after |\n' "$1" "$(awk '$1 == "Package:" { mine = $2 == "apt" }
    mine && $1 == "Version:" { print $2 }' "$("$ROOT_ROOTS" path "$(root_suite "$1")")/var/lib/dpkg/status")" >>"$table"
  for state in old_key_signed_by old_key_by_apt_key old_key_in_the_keyrings_place conflict conflict_deb822 \
    conflict_in_sources_list sha1_key key_of_another_archive key_is_not_there local_and_network local_installer_is_gone \
    apt_key apt_key_trusted_gpg another_release machine_learning doubled doubled_without_key sound; do
    check_state "$state" | tee -a "$table"
  done
}
