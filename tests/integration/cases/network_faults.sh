#!/bin/bash
# A network that fails: what passes is tried again and resumed, what does not ends with status 20, the cause and what to
# do; nothing is changed by a run that fails before its first change, and one that fails later is completed by the next.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/failures.sh"

SMALL=(install --yes --cuda 11.1 --toolkit-only --profile runtime)
KEYRING='cuda-keyring.*deb$'
LOCAL='cuda-repo-ubuntu2004-11-1-local.*deb$'

# faults JSON: what the server does wrong from now on.
faults() {
  printf '%s' "$1" >"$CASE_HOME/faults.new"
  mv "$CASE_HOME/faults.new" "$CASE_HOME/faults"
  : >"$CASE_HOME/requests"
}

# failed ROW REGEX: the run that was just made failed for want of the network and changed nothing.
failed() {
  local first
  first=$(grep -E "^(error|refused): " "$ERR" | head -n 1 || true)
  printf '%3s  %-26s %s\n' "$STATUS" "$1" "$first"
  [ "$STATUS" = 20 ] || fail "$1: status $STATUS, expected 20"
  printf '%s\n' "$first" | grep -Eq -- "$2" || fail "$1: the error is not like: $2"
  grep -Eq '^hint: ' "$ERR" || fail "$1: it says nothing of what to do next"
  expect_only_ours
  expect_no_simulation
  changes_mark
}

# passed ROW: the run that was just made ended well.
passed() {
  printf '%3s  %s\n' "$STATUS" "$1"
  expect_status 0
  root_run "$ROOT" dpkg-query -W cuda-libraries-11-1 >/dev/null || fail "$1: the toolkit is not there"
}

# requests REGEX: how many requests the server saw for paths that end so since the faults were set.
requests() { grep -Ec "\"path\": \"[^\"]*${1%\$}\"" "$CASE_HOME/requests" || true; }

case_serve --faults "$CASE_HOME/faults"
case_root 20.04
case_without_archive
changes_mark

# --- What does not pass
faults '[]'
good=$NVIDIA
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
NVIDIA=http://127.0.0.1:$port/nvidia
started=$SECONDS
setup "${SMALL[@]}" --method network
[ $((SECONDS - started)) -lt 5 ] || fail 'a refused connection was tried again'
failed 'nobody listens' 'cannot fetch .*: cannot connect to 127\.0\.0\.1'
NVIDIA=$good

faults "[{\"path\": \"$KEYRING\", \"do\": 404}]"
setup "${SMALL[@]}" --method network
failed 'no such file' 'cuda-keyring.*: no such file on the server \(HTTP 404\)'
[ "$(requests "$KEYRING")" = 1 ] || fail 'a 404 was tried again'

faults "[{\"path\": \"$KEYRING\", \"do\": 403}]"
setup "${SMALL[@]}" --method network
failed 'forbidden' 'cuda-keyring.*\(HTTP 403\)'

faults "[{\"path\": \"$KEYRING\", \"do\": \"redirect\", \"to\": \"http://example.com/cuda-keyring.deb\"}]"
setup "${SMALL[@]}" --method network
failed 'sent to plain http' 'refused to fetch http://example\.com/.*: it is not encrypted'

faults '[{"path": "/InRelease$", "do": 404}, {"path": "/Release$", "do": 404}]'
setup "${SMALL[@]}" --method network
failed 'an archive without index' 'archive that is not there|has no such file'

faults '[{"path": "/Packages", "do": 404}]'
setup "${SMALL[@]}" --method network
failed 'an archive without packages' 'has no such file|could not be fetched'

# --- What passes: half of it and a reset, then half of the rest. What arrived is kept and not asked for again.
faults "[{\"path\": \"$LOCAL\", \"do\": \"reset\", \"times\": 1}, {\"path\": \"$LOCAL\", \"do\": \"truncate\", \"times\": 1}]"
setup "${SMALL[@]}" --method local
passed 'reset, then truncated'
expect_err 'trying again in 1 s'
expect_err 'trying again in 2 s'
[ "$(requests "$LOCAL")" = 3 ] || fail "the installer was asked for $(requests "$LOCAL") times, not 3"
[ "$(grep -c '"range": "bytes=[1-9][0-9]*-"' "$CASE_HOME/requests")" = 2 ] || fail 'the download was not resumed twice'

case_root 20.04
case_without_archive
faults "[{\"path\": \"$KEYRING\", \"do\": 503, \"times\": 1}]"
setup "${SMALL[@]}" --method network
passed 'out of order once'
expect_err 'out of order \(HTTP 503\); trying again in 1 s'
[ "$(requests "$KEYRING")" = 2 ] || fail 'the keyring was not asked for twice'

# --- After the first change: a package of the archive is gone. The next run goes on.
case_root 20.04
case_without_archive
faults '[{"path": "/libcufft-11-1_.*deb$", "do": 404}]'
setup "${SMALL[@]}" --method network
printf '%3s  %-26s %s\n' "$STATUS" 'a package is gone' "$(grep '^error: ' "$ERR")"
expect_status 20
expect_err '^error: .*no such file any more'
expect_err '^hint: then go on from what is there: sudo cudasetup resume'
expect_err '^  log: .*/var/log/cudasetup/terminal\.log$'
[ -z "$(root_run "$ROOT" dpkg --audit)" ] || fail 'dpkg was left with unfinished work'
setup history
expect_out '^0001 .* failed '
faults '[]'
setup "${SMALL[@]}" --method network
passed 'and is there again'
setup history
expect_out '^0001 .* done '
