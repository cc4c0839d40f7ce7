#!/bin/bash
# What `status` and `doctor` say of a system: nothing is wrong with a fresh one and with one that cudasetup installed on,
# and each of many faults made on purpose is found, alone. Neither changes anything; `doctor --fix` does what can be taken
# back. Prints the table.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/machine.sh"
. "$(dirname "$0")/../lib/repair.sh"

need_torch 20.04 1.7.1+cpu
ROWS=0

# marks: what lies in the root, with the times at which anything of it was changed.
marks() { find "$ROOT" -xdev -printf '%p %y %m %U:%G %s %C@\n' | LC_ALL=C sort; }

# looked VERB OPTIONS...: the verb, which leaves everything as it was.
looked() {
  marks >"$CASE_HOME/before"
  setup "$@"
  marks >"$CASE_HOME/after"
  expect_same "$CASE_HOME/before" "$CASE_HOME/after" "$1 changed something"
}

# sound WHAT OPTIONS...: doctor has nothing to say.
sound() {
  local what=$1
  shift
  looked doctor "$@"
  [ "$STATUS" = 0 ] || fail "$what: status $STATUS, expected 0"
  expect_out '^Nothing is wrong, as far as it is known here\.$'
}

# finds WHAT ID OPTIONS...: doctor finds that and nothing else, names what to do, and status counts it.
finds() {
  local what=$1 id=$2 found
  shift 2
  looked doctor --json "$@"
  [ "$STATUS" = 2 ] || fail "$what: status $STATUS, expected 2"
  found=$(grep -oE '^ +"id": "[^"]*"' "$OUT" | cut -d '"' -f 4 | tr '\n' ' ')
  [ "$found" = "$id " ] || fail "$what: found $found, expected $id"
  looked doctor "$@"
  printf '| %s | %s | %s |\n' "$what" "$id" "$(grep -m 1 -E '^    here: ' "$OUT" | sed -e 's/^    here: *//' -e "s|$CASE_HOME|...|g" | cut -c 1-110)"
  expect_out '^    do: '
  looked status "$@"
  [ "$STATUS" = 0 ] || fail "$what: the status of status is $STATUS"
  expect_out '^Faults     1: see cudasetup doctor --root '
  ROWS=$((ROWS + 1))
}

# --- Fresh.
repair_begin 20.04
case_root 20.04
sound 'a fresh system'
looked status
expect_status 0
expect_out '^Toolkits   none below /usr/local$'
expect_out '^Faults     none that is known$'
bus none
sound 'a machine without a GPU' --sys-path "$BUS"
bus fresh 1eb8 none
finds 'a GPU without a driver' driver-missing --sys-path "$BUS"
bus nouveau 1eb8 nouveau
finds 'nouveau has the GPU' nouveau-holds-gpu --sys-path "$BUS"
bus nova 2204 NovaCore
finds 'nova_core has the GPU' nova-holds-gpu --sys-path "$BUS"
bus two 1b06 nvidia 2b85 nvidia
driver 580.95.05
finds 'GPUs without a common driver' gpus-without-common-driver --sys-path "$BUS"
bus kepler 102d none
driver 580.95.05
finds 'a driver that has dropped the GPU' driver-too-new-for-gpu --sys-path "$BUS"
bus blackwell 2f06 none
driver 550.54.15
finds 'a driver that does not know the GPU' driver-too-old-for-gpu --sys-path "$BUS"

mkdir -p "$ROOT/var/log"
printf 'kernel: NVRM: Xid (PCI:0000:01:00): 79, pid=1, GPU has fallen off the bus.\n' >"$ROOT/var/log/kern.log"
bus fallen 1eb8 nvidia
driver 580.95.05
finds 'the kernel says that the GPU is gone' kernel-log --sys-path "$BUS"
rm "$ROOT/var/log/kern.log"

# --- What a tool said, through a pipe.
EXPLAINED=$("$CUDASETUP" explain <(printf 'AssertionError: Torch not compiled with CUDA enabled\n')) ||
  fail 'a pipe is not explained'
[[ $EXPLAINED == 'this torch is a build for the CPU alone'* ]] || fail "a pipe is explained as $EXPLAINED"

# --- apt and dpkg.
mkdir -p "$ROOT/var/lib/dpkg/updates"
: >"$ROOT/var/lib/dpkg/updates/0001"
finds 'dpkg was cut off' dpkg-interrupted
rm "$ROOT/var/lib/dpkg/updates/0001"
cp -a "$ROOT/var/lib/dpkg/status" "$CASE_HOME/status"
printf '\nPackage: nvidia-dkms-580\nStatus: install ok half-configured\nArchitecture: amd64\nVersion: 580.95.05-0ubuntu0.20.04.1\n\n' \
  >>"$ROOT/var/lib/dpkg/status"
finds 'a package half installed' dpkg-unfinished
cp -a "$CASE_HOME/status" "$ROOT/var/lib/dpkg/status"
for state in conflict:apt-sources-conflict local_installer_is_gone:apt-source-gone old_key_signed_by:apt-key-old; do
  cp -a "$ROOT/etc/apt" "$CASE_HOME/apt-kept"
  "state_${state%:*}"
  setup doctor --json
  [ "$STATUS" = 2 ] || fail "$state: status $STATUS, expected 2"
  grep -F "\"${state#*:}\"" "$OUT" >/dev/null || fail "$state: ${state#*:} was not found"
  printf '| %s | %s |\n' "${state%:*}" "${state#*:}"
  ROWS=$((ROWS + 1))
  rm -rf "$ROOT/etc/apt" "$ROOT/usr/share/keyrings/cuda-old.gpg" "$ROOT/usr/share/keyrings/cuda-archive-keyring.gpg"
  mv "$CASE_HOME/apt-kept" "$ROOT/etc/apt"
done
sound 'after the sources'

# --- What is mended, and taken back.
state_conflict
setup doctor
expect_status 2
system >"$CASE_HOME/system-before"
setup doctor --fix --yes
expect_status 0
expect_out '^Nothing is wrong, as far as it is known here\.$'
expect_err 'To take it back: sudo cudasetup undo 0001'
apt_reads
[ "$APT$SAID" = 0 ] || fail "apt complains after --fix: $SAID"
setup undo --yes
expect_status 0
system >"$CASE_HOME/system-after"
expect_same "$CASE_HOME/system-before" "$CASE_HOME/system-after" 'taking --fix back did not leave what was before'

# --- After an installation.
case_root 20.04
setup install --cuda none --driver none --torch 1.7.1+cpu --yes
expect_status 0
sound 'after LibTorch was installed'
setup install --cuda 11.8 --toolkit-only --method network --yes
expect_status 0
sound 'after a toolkit was installed'
looked status
expect_out '^Toolkits   CUDA 11\.8\.[0-9] in /usr/local/cuda-11\.8.*; in use: /usr/local/cuda leads there'
expect_out '^LibTorch   1\.7\.1\+cpu in /opt/libtorch/1\.7\.1\+cpu; in use'
expect_out '^Last done  0002 of .*: install .*--cuda 11\.8.*: done$'
chmod 0711 "$ROOT_SESSION" "$CASE_HOME" "$(dirname "$ROOT")"
install -m 0755 "$CUDASETUP" "$CASE_HOME/cudasetup"
AS_NOBODY=$(setpriv --reuid=65534 --regid=65534 --clear-groups "$CASE_HOME/cudasetup" doctor --root "$ROOT" 2>&1) ||
  fail "as nobody: $AS_NOBODY"
grep -F "the journal of what cudasetup did: it is root's" <<<"$AS_NOBODY" >/dev/null || fail "a user is not told of the journal: $AS_NOBODY"

LIBRARIES=$ROOT/opt/libtorch/1.7.1+cpu/lib
KEPT=$CASE_HOME/kept
away() { mv "$1" "$KEPT" && TAKEN=$1; }
back() { rm -rf "$TAKEN" && mv "$KEPT" "$TAKEN"; }

away "$LIBRARIES/libtorch_cpu.so"
head -c 1000000 "$KEPT" >"$TAKEN"
finds 'a library cut short' torch-damaged
back
away "$LIBRARIES/libc10.so"
finds 'a library missing' torch-damaged
back
away "$ROOT/opt/libtorch/1.7.1+cpu/share/cmake/Torch/TorchConfig.cmake"
finds 'no CMake configuration' torch-damaged
back
away "$ROOT/opt/libtorch/current"
ln -s 9.9.9+cpu "$TAKEN"
finds 'current leads nowhere' torch-current-dangling
back
away "$ROOT/usr/local/cuda"
ln -s /usr/local/cuda-9.9 "$TAKEN"
finds 'cuda leads nowhere' cuda-link-dangling
back
printf 'export PATH=/usr/local/cuda-9.0/bin\n' >"$ROOT/etc/profile.d/cuda.sh"
finds 'a profile of a toolkit that is gone' profile-names-missing
rm "$ROOT/etc/profile.d/cuda.sh"
printf '/usr/local/cuda-9.0/lib64\n' >"$ROOT/etc/ld.so.conf.d/cuda-9-0.conf"
finds 'a loader entry of a toolkit that is gone' loader-names-missing
rm "$ROOT/etc/ld.so.conf.d/cuda-9-0.conf"
install -m 0644 -o 1000 /dev/null "$ROOT/tmp/cuda-installer.log"
finds "somebody's log of the runfile" installer-log-of-another
rm "$ROOT/tmp/cuda-installer.log"
JOURNAL=$ROOT/var/lib/cudasetup/transactions/0002.jsonl
cp -a "$JOURNAL" "$CASE_HOME/journal"
sed -i '$d' "$JOURNAL"
finds 'an installation cut off' transaction-cut-off
cp -a "$CASE_HOME/journal" "$JOURNAL"
sed -i '1s/install/INSTALL/' "$JOURNAL"
finds 'a damaged journal' journal-damaged
cp -a "$CASE_HOME/journal" "$JOURNAL"
sound 'after all of it'
[ "$ROWS" -ge 20 ] || fail "only $ROWS broken states were tried"
printf '%s broken states\n' "$ROWS"
