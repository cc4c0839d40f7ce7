#!/bin/bash
# Every way a network fails, one after the other, during an installation from the network archive: what it ends with, and
# that the root is as before or, once the network is well again, that `resume` makes of it what nobody disturbed makes.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/faults.sh"

KEYRING='cuda-keyring.*deb$'
ZIP='tiny.zip$'

# faults JSON: what the server does wrong from now on.
faults() {
  printf '%s' "$1" >"$CASE_HOME/faults.new"
  mv "$CASE_HOME/faults.new" "$CASE_HOME/faults"
}

# row NAME STATUS REGEX [COMMAND...]: an installation of a fresh root (with words before it), then the mending.
row() {
  local name=$1 status=$2 regex=$3 end=before first
  shift 3
  faults_fresh
  run_it "$@" "$CUDASETUP" install --root "$ROOT" --mirror "nvidia=$NVIDIA" --mirror "pytorch=$PYTORCH" \
    --manifest "$OVERLAY" --yes "${FAULTS_OPTIONS[@]}"
  first=$(grep -E '^(error|refused): ' "$ERR" | head -n 1 || true)
  [ "$STATUS" = "$status" ] || fail "$name: status $STATUS, expected $status: $first"
  printf '%s\n' "$first" | grep -Eq -- "$regex" || fail "$name: the error is not like: $regex"
  [ "$status" = 40 ] || grep -Eq '^hint: ' "$ERR" || fail "$name: it says nothing of what to do next"
  undo_state "$ROOT" >"$CASE_HOME/faults-now"
  if [ "$status" = 40 ]; then
    end=planned
    expect_same "$CASE_HOME/faults-after" "$CASE_HOME/faults-now" "$name: it is not what was planned"
    root_drop "$ROOT"
  elif cmp -s "$CASE_HOME/faults-before" "$CASE_HOME/faults-now"; then
    root_drop "$ROOT"
  else
    end=resumed
    faults '[]'
    NVIDIA=$GOOD_NVIDIA OVERLAY=$GOOD_OVERLAY faults_mend resume "$name"
  fi
  faults '[]'
  NVIDIA=$GOOD_NVIDIA
  OVERLAY=$GOOD_OVERLAY
  printf '%3s  %-8s %-34s %s\n' "$status" "$end" "$name" "$first"
}

FAULTS_FILE=$CASE_HOME/faults
case_serve --faults "$FAULTS_FILE"
faults '[]'
faults_prepare 20.04 11.1 --method network
GOOD_NVIDIA=$NVIDIA
GOOD_OVERLAY=$OVERLAY

faults "[{\"path\": \"$ZIP\", \"do\": \"reset\", \"times\": 1}]"
row 'reset once' 40 'verification failed'
faults "[{\"path\": \"$ZIP\", \"do\": \"reset\"}]"
row 'reset half-way, each time' 20 'cannot fetch .*tiny.zip'
faults "[{\"path\": \"$ZIP\", \"do\": \"truncate\"}]"
row 'truncated half-way, each time' 20 'cannot fetch .*tiny.zip'
faults "[{\"path\": \"$KEYRING\", \"do\": \"slow\", \"bytes_per_second\": 10, \"times\": 1}]"
row 'slow loris, once' 40 'verification failed'
for number in 404 403; do
  faults "[{\"path\": \"$KEYRING\", \"do\": $number}]"
  row "$number" 20 "HTTP $number"
done
faults "[{\"path\": \"$KEYRING\", \"do\": 503, \"times\": 2}]"
row '503 with Retry-After, twice' 40 'verification failed'
faults "[{\"path\": \"$KEYRING\", \"do\": 503}]"
row '503 for ever' 20 'HTTP 503'
faults "[{\"path\": \"$KEYRING\", \"do\": \"redirect\", \"to\": \"/nvidia/compute/cuda/repos/ubuntu2004/x86_64/cuda-keyring_1.1-1_all.deb\"}]"
row 'redirect loop' 20 'redirect'
faults "[{\"path\": \"$KEYRING\", \"do\": \"redirect\", \"to\": \"http://example.com/x.deb\"}]"
row 'redirect to http' 20 'not encrypted'
OVERLAY=$(overlay_copy long)
overlay_edit "$OVERLAY/torch/1.7.json" "[z.update(bytes=z['bytes'] + 1) for t in d['torch'] for b in t['builds'] for z in b['zips'] if z['bytes']]"
row 'wrong length' 21 'bytes instead of'
faults "[{\"path\": \"$ZIP\", \"do\": \"wrong-bytes\"}]"
row 'wrong digest' 21 'wrong digest'
faults '[{"path": "/Packages", "do": "wrong-bytes"}]'
row 'corrupt index' 20 'index|changing|sync|read|fetched'
faults '[{"path": "/libcufft-11-1_.*deb$", "do": 404}]'
row 'index older than packages' 20 'no such file any more|could not be fetched|cannot fetch'
for variant in unsigned expired wrong-key; do
  OVERLAY=$GOOD_OVERLAY
  case_overlay "$variant" --variant "$variant"
  cp "$GOOD_OVERLAY"/torch/*.json "$CASE_HOME/$variant/torch/"
  OVERLAY=$CASE_HOME/$variant NVIDIA=$SERVER/variants/$variant
  row "index: $variant" 21 'sign|key|expired|no longer valid|too old'
done
OVERLAY=$(overlay_copy other-key)
overlay_edit "$OVERLAY/keys.json" "[k.update(fingerprint='0' * 32 + k['fingerprint'][-8:]) for k in d['keys']]"
row 'another key' 21 'is not the one that signs'
row 'proxy down' 20 'reached|connect|proxy' env http_proxy=http://127.0.0.1:9 https_proxy=http://127.0.0.1:9 no_proxy=
NVIDIA=https://no-such-host.invalid/nvidia
row 'name not found' 20 'no-such-host\.invalid'
