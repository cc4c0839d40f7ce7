#!/bin/bash
# What a machine can be short of, and others who are at work on it: no space while fetching, unpacking and installing; a
# package's own script that fails; many runs at once. CUDASETUP_FAULT_PAIRS (10): how many times two start together.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/faults.sh"

row() { printf '%3s  %-34s %s\n' "$STATUS" "$1" "$(grep -E '^(error|refused): ' "$ERR" | head -n 1 || true)"; }

# small PATH SIZE: a file system of its own there.
small() {
  mkdir -p "$ROOT$1"
  mount -t tmpfs -o "size=$2,mode=$(stat -c %a "$ROOT$1")" small "$ROOT$1"
}

# unchanged WHAT: the root is as before.
unchanged() {
  undo_state "$ROOT" >"$CASE_HOME/faults-now"
  expect_same "$CASE_HOME/faults-before" "$CASE_HOME/faults-now" "$1: the root is not as before"
}

case_serve --faults "$CASE_HOME/faults"
printf '[]' >"$CASE_HOME/faults"
faults_prepare 20.04 11.1 --method local

# --- Space that is short from the start is known before the first byte.
faults_fresh
small /var/cache/cudasetup 64k
: >"$CASE_HOME/requests"
setup install --yes "${FAULTS_OPTIONS[@]}"
row 'no space for the downloads'
expect_status 31
[ ! -s "$CASE_HOME/requests" ] || fail 'it fetched something all the same'
unchanged 'no space for the downloads'
umount "$ROOT/var/cache/cudasetup"
faults_mend resume 'no space for the downloads'

# --- Somebody else fills the disk meanwhile.
faults_fresh
small /var/cache/cudasetup 200m
printf '[{"path": "cuda-repo-ubuntu2004.*deb$", "do": "slow", "bytes_per_second": 20000}]' >"$CASE_HOME/faults"
case_start --yes "${FAULTS_OPTIONS[@]}"
case_until 20 'the download' cache_holds 8000
dd if=/dev/zero of="$ROOT/var/cache/cudasetup/filler" bs=1M 2>/dev/null || true
case_finish
row 'the disk is filled while fetching'
expect_status 31
expect_err '^hint: '
rm -f "$ROOT/var/cache/cudasetup/filler"
unchanged 'the disk is filled while fetching'
printf '[]' >"$CASE_HOME/faults"
faults_mend resume 'the disk is filled while fetching'

# --- No space where LibTorch goes: a real one, which says in itself how large it is.
faults_fresh
small /opt 20m
rmdir "$ROOT/opt" 2>/dev/null || true
OVERLAY=$(case_world overlay) PYTORCH=$SERVER/pytorch setup install --yes "${FAULTS_OPTIONS[@]}"
row 'no space to unpack'
expect_status 31
expect_err '^hint: '
umount "$ROOT/opt"
setup undo --yes
expect_status 0
unchanged 'no space to unpack'
root_drop "$ROOT"

# --- No space where apt's packages go.
faults_fresh
small /usr/local 48k
setup install --yes "${FAULTS_OPTIONS[@]}"
row 'no space to install'
expect_status 31
expect_err '^hint: '
mkdir "$CASE_HOME/kept"
cp -a "$ROOT/usr/local/." "$CASE_HOME/kept/"
umount "$ROOT/usr/local"
cp -a "$CASE_HOME/kept/." "$ROOT/usr/local/"
faults_mend resume 'no space to install'

# --- A script of a package fails, as that of a driver does whose module cannot be built; both ways out.
rm -rf "$CASE_HOME/tiny" "$CASE_HOME/tiny-torch" "$CASE_HOME/tiny-port"
faults_prepare 22.04 11.8 --method local
for way in resume undo; do
  faults_fresh
  mv "$ROOT/usr/bin/update-alternatives" "$ROOT/usr/bin/update-alternatives.real"
  printf '#!/bin/sh\nexit 1\n' >"$ROOT/usr/bin/update-alternatives"
  chmod 0755 "$ROOT/usr/bin/update-alternatives"
  setup install --yes "${FAULTS_OPTIONS[@]}"
  row "a package's script fails, then $way"
  expect_status 30
  expect_err "^error: a package's own script failed"
  expect_err '^hint: then go on from what is there: sudo cudasetup resume'
  mv "$ROOT/usr/bin/update-alternatives.real" "$ROOT/usr/bin/update-alternatives"
  faults_mend "$way" "a package's script fails"
done

# --- Two at once: one works, the other waits its turn and finds it done, or says so and leaves.
pairs=${CUDASETUP_FAULT_PAIRS:-10}
waited=0 busy=0
for number in $(seq "$pairs"); do
  faults_fresh
  timeout=60
  [ $((number % 2)) = 0 ] || timeout=0
  for each in 1 2; do
    setsid "$CUDASETUP" install --root "$ROOT" --mirror "nvidia=$NVIDIA" --mirror "pytorch=$PYTORCH" --manifest "$OVERLAY" \
      --yes --lock-timeout "$timeout" "${FAULTS_OPTIONS[@]}" >"$CASE_HOME/out-$each" 2>"$CASE_HOME/err-$each" </dev/null &
    eval "pid_$each=$!"
  done
  statuses=()
  for each in 1 2; do
    eval "pid=\$pid_$each"
    STATUS=0
    # shellcheck disable=SC2154
    wait "$pid" || STATUS=$?
    statuses+=("$STATUS")
  done
  case "${statuses[*]}" in
  '40 0' | '0 40') waited=$((waited + 1)) ;;
  '40 75' | '75 40') busy=$((busy + 1)) ;;
  *)
    cat "$CASE_HOME/err-1" "$CASE_HOME/err-2" >&2
    fail "pair $number: statuses ${statuses[*]}"
    ;;
  esac
  undo_state "$ROOT" >"$CASE_HOME/faults-now"
  expect_same "$CASE_HOME/faults-after" "$CASE_HOME/faults-now" "pair $number: it is not what was planned"
  root_drop "$ROOT"
done
printf '%s pairs: %s waited, %s were told 75\n' "$pairs" "$waited" "$busy"
