#!/bin/bash
# What is not what it should be is refused: digests, NVIDIA's list of sums, signatures; before anything changes, but for
# what arrives while apt works. What nobody has published a digest for is accepted once, said so, recorded, and compared
# from then on.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/failures.sh"

# Packages of the test archive alone, none of them a compiler: such an installation takes seconds.
SMALL=(install --yes --cuda 11.1 --toolkit-only --profile runtime)
NOUGHT=0000000000000000000000000000000000000000000000000000000000000000

case_serve --faults "$CASE_HOME/faults"
case_root 20.04
case_without_archive
for name in cmake g++ make unzip; do case_dummy "$name"; done
root_snapshot "$ROOT" >"$CASE_HOME/before"

# refused STATUS REGEX: the run that was just made, as a table row.
refused() {
  local first
  first=$(grep -E "^(error|refused): " "$ERR" | head -n 1 || true)
  printf '%3s  %-34s %s\n' "$STATUS" "$ROW" "$first"
  [ "$STATUS" = "$1" ] || fail "$ROW: status $STATUS, expected $1"
  printf '%s\n' "$first" | grep -Eq -- "$2" || fail "$ROW: the error is not like: $2"
  grep -Eq '^(hint|instead): ' "$ERR" || fail "$ROW: it says nothing of what to do next"
  expect_only_ours
  expect_no_simulation
  changes_mark
}

# with OVERLAY_NAME VERB OPTIONS...: setup with another overlay.
with() {
  OVERLAY=$CASE_HOME/$1 setup "${@:2}"
}

changes_mark

# --- Digests of the manifest
ROW='wrong digest of the keyring'
edited=$(overlay_copy bad-keyring)
overlay_edit "$edited/ubuntu/20.04.json" "d['ubuntu'][0]['archives'][0]['keyring']['sha256'] = '$NOUGHT'"
with bad-keyring "${SMALL[@]}" --method network
refused 21 'cuda-keyring_1\.1-1_all\.deb has a wrong digest: not used'
expect_err "expected $NOUGHT"
expect_err 'found +[0-9a-f]{64}'

ROW='wrong digest of the local installer'
edited=$(overlay_copy bad-local)
overlay_edit "$edited/cuda/11.1.json" "[i.update(sha256='$NOUGHT') for c in d['cuda'] for i in c['local_installers']]"
with bad-local "${SMALL[@]}" --method local
refused 21 'cuda-repo-ubuntu2004-11-1-local.*\.deb has a wrong digest'

ROW='wrong length of LibTorch'
edited=$(overlay_copy long-torch)
overlay_edit "$edited/torch/1.7.json" "[z.update(bytes=z['bytes'] + 1) for t in d['torch'] for b in t['builds'] for z in b['zips'] if z['bytes']]"
with long-torch install --yes --cuda 11.1 --driver none --torch 1.7.1+cpu --profile runtime
refused 21 'libtorch-.*\.zip has [0-9]+ bytes instead of [0-9]+'

# --- Keys: of the keyring package, and of the local installer
for method in network local; do
  ROW="another key ($method)"
  edited=$(overlay_copy "other-key-$method")
  overlay_edit "$edited/keys.json" "[k.update(fingerprint='0' * 32 + k['fingerprint'][-8:]) for k in d['keys']]"
  with "other-key-$method" "${SMALL[@]}" --method "$method"
  refused 21 "the key in .* is not the one that signs NVIDIA's archive"
  expect_err 'expected .*0{32}[0-9A-F]{8}'
  expect_err 'found +[0-9A-F]{40}$'
done
# What was fetched is kept; what comes next is to be fetched.
rm -f "$ROOT"/var/cache/cudasetup/*.deb
changes_mark

# --- NVIDIA's own list of MD5 sums
case_overlay md5-list --digests md5-list
ROW='another file than the list knows'
printf '[{"path": "cuda-repo-ubuntu2004-11-1-local.*deb$", "do": "wrong-bytes"}]' >"$CASE_HOME/faults"
with md5-list "${SMALL[@]}" --method local
refused 21 'cuda-repo-ubuntu2004-11-1-local.*\.deb has a wrong digest'
printf '[]' >"$CASE_HOME/faults"

ROW='no line in the list'
edited=$(OVERLAY=$CASE_HOME/md5-list overlay_copy other-list)
overlay_edit "$edited/cuda/11.1.json" "[c.update(md5_list=c['md5_list'].replace('/11.1.1/', '/12.8.1/')) for c in d['cuda'] if c['md5_list']]"
with other-list "${SMALL[@]}" --method local
refused 21 'md5sum\.txt has no line for cuda-repo-ubuntu2004-11-1-local'

# --- Signatures of the archive
for variant in unsigned expired wrong-key; do
  ROW="an archive that is $variant"
  case_overlay "$variant" --variant "$variant"
  NVIDIA=$SERVER/variants/$variant with "$variant" "${SMALL[@]}" --method network
  case $variant in
  unsigned) refused 21 'not signed|no signature' ;;
  expired) refused 21 'expired|no longer valid|too old' ;;
  wrong-key) refused 21 'sign|key' ;;
  esac
done

# --- Nobody knows a digest
case_overlay no-digests --digests none
ROW='--require-digests'
with no-digests "${SMALL[@]}" --method local --require-digests
refused 1 'digest'
root_snapshot "$ROOT" | grep -v '^/var/lib/cudasetup[[:space:]/]' >"$CASE_HOME/after"
expect_same "$CASE_HOME/before" "$CASE_HOME/after" 'the refused runs changed the root'
[ ! -e "$ROOT/var/lib/cudasetup/digests.json" ] || fail 'a digest of a refused file was recorded'

with no-digests "${SMALL[@]}" --method local
expect_status 0
expect_err 'nobody has published a digest for cuda-repo-ubuntu2004-11-1-local.*recorded|accepted over https'
recorded=$ROOT/var/lib/cudasetup/digests.json
[ "$(stat -c %a "$(dirname "$recorded")")" = 700 ] || fail 'others may look into our state'
digest=$(sha256sum "$TREE"/nvidia/compute/cuda/11.1.1/local_installers/cuda-repo-ubuntu2004-11-1-local_*.deb | cut -d ' ' -f 1)
grep -q "$digest" "$recorded" || fail 'the digest of what was accepted is not recorded'

# The file is another one the next time it is needed: refused, and the reason is said.
root_run "$ROOT" sh -c 'apt-get -qq --yes purge "cuda-*" "libcu*" "libn[pv]*-11-1" && rm -rf /var/cuda-repo-* /usr/share/keyrings/cuda-*' >"$CASE_HOME/purge.log" 2>&1
changes_mark
ROW='a file that changed since'
printf '[{"path": "cuda-repo-ubuntu2004-11-1-local.*deb$", "do": "wrong-bytes"}]' >"$CASE_HOME/faults"
with no-digests "${SMALL[@]}" --method local
refused 21 'cuda-repo-ubuntu2004-11-1-local.*\.deb has a wrong digest'
expect_err '^hint: .*recorded.* rm .*/var/lib/cudasetup/digests\.json$'
printf '[]' >"$CASE_HOME/faults"
with no-digests "${SMALL[@]}" --method local
expect_status 0
root_run "$ROOT" dpkg-query -W cuda-libraries-11-1 >/dev/null || fail 'the toolkit is not there in the end'

# --- LibTorch arrives, and is unpacked, while apt works: that its digest is wrong is told by its own step, and nothing of
# it is ever found in its place.
case_root 20.04
case_without_archive
for name in cmake g++ make unzip; do case_dummy "$name"; done
edited=$(overlay_copy bad-torch)
overlay_edit "$edited/torch/1.7.json" "[z.update(sha256='$NOUGHT') for t in d['torch'] for b in t['builds'] for z in b['zips']]"
with bad-torch install --yes --cuda 11.1 --driver none --torch 1.7.1+cpu --profile runtime
printf '%3s  %s\n' "$STATUS" "$(grep -E '^error: ' "$ERR" | head -n 1)"
expect_status 21
expect_err '^error: .*libtorch-.*1\.7\.1.*\.zip has a wrong digest: not used'
expect_err "expected $NOUGHT"
expect_err '^hint: or take back what was done: sudo cudasetup undo'
[ -z "$(find "$ROOT/opt" "$ROOT/var/cache/cudasetup" -name '*libtorch.so*' -o -name '*.cudasetup-new' -o -name '*.zip*')" ] ||
  fail 'something of it is left'
setup undo --yes
expect_status 0
[ -z "$(root_run "$ROOT" dpkg-query -W 'cuda-*' 2>/dev/null)" ] || fail 'the toolkit is still there'
