#!/bin/bash
# What a hostile server or a planted file may try: nothing outside the places that are ours is ever touched.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/faults.sh"

row() { printf '%3s  %-34s %s\n' "$STATUS" "$1" "$(grep -E '^(error|refused): ' "$ERR" | head -n 1 || true)"; }

# evil NAME: a LibTorch zip with something in it that should not be there, and its digest in an overlay: the digest being
# right, only what is in the zip can give it away.
evil() {
  local folder=$CASE_HOME/evil/pytorch/libtorch/cpu
  mkdir -p "$folder"
  rm -f "$folder"/*.zip
  python3 - "$1" "$folder/evil.zip" <<'PYTHON'
import stat
import struct
import sys
import zipfile

kind, path = sys.argv[1:]


def entry(name, mode=stat.S_IFREG | 0o644):
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = mode << 16
    return info


link = stat.S_IFLNK | 0o777
more = {
    "parent": [(entry("libtorch/../../../../tmp/evil"), b"x")],
    "absolute": [(entry("/tmp/evil"), b"x")],
    "link out": [(entry("libtorch/out", link), b"../../../../../tmp")],
    "through a link": [(entry("libtorch/out", link), b"../../../../../tmp"), (entry("libtorch/out/evil"), b"x")],
    "absolute link": [(entry("libtorch/out", link), b"/tmp/evil")],
    "device": [(entry("libtorch/null", stat.S_IFCHR | 0o666), b"")],
    "pipe": [(entry("libtorch/pipe", stat.S_IFIFO | 0o666), b"")],
    "set-user-id": [(entry("libtorch/su", stat.S_IFREG | 0o4755), b"#!/bin/sh\n")],
    "twice": [(entry("libtorch/a"), b"1"), (entry("libtorch/a"), b"2")],
    "beside": [(entry("evil/a"), b"1")],
    "escapes": [(entry("libtorch/\x1b[31mred\x07\nline"), b"1")],
    "bomb": [(entry("libtorch/zeros"), None)],
    "bad crc": [(entry("libtorch/crc"), b"a fine text")],
}[kind]
with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zip_file:
    zip_file.writestr(entry("libtorch/build-version"), b"1.7.1+cpu\n")
    for info, data in more:
        info.compress_type = zipfile.ZIP_DEFLATED
        if data is None:
            with zip_file.open(info, "w", force_zip64=True) as out:
                for _ in range(6 * 1024):
                    out.write(bytes(1 << 20))
        else:
            zip_file.writestr(info, data)
if kind == "bad crc":
    with open(path, "r+b") as file:
        text = file.read()
        at = text.rindex(b"PK\x01\x02")
        file.seek(at + 16)
        file.write(struct.pack("<I", 12345))
PYTHON
  OVERLAY=$(case_world overlay)
  rm -rf "$CASE_HOME/hostile"
  OVERLAY=$(overlay_copy hostile)
  overlay_edit "$OVERLAY/torch/1.7.json" "[z.update(url='https://download.pytorch.org/libtorch/cpu/evil.zip', sha256='$(sha256sum "$folder/evil.zip" | cut -d ' ' -f 1)', bytes=$(stat -c %s "$folder/evil.zip")) for t in d['torch'] for b in t['builds'] if b['platform'] == 'cpu' for z in b['zips']]"
}

case_serve
mkdir -p "$CASE_HOME/evil/pytorch"
"$CASE_WORLD/archive/server.py" --tree "$CASE_HOME/evil" --port-file "$CASE_HOME/evil-port" --parent-pid $$ \
  --log "$CASE_HOME/evil-requests" &
case_until 10 'the second server' test -s "$CASE_HOME/evil-port"
faults_layer 20.04
PYTORCH=http://127.0.0.1:$(cat "$CASE_HOME/evil-port")/pytorch
ONLY=(--cuda none --driver none --torch 1.7.1+cpu)
faults_fresh
root_snapshot "$ROOT" >"$CASE_HOME/pristine"
undo_state "$ROOT" >"$CASE_HOME/faults-before"

for kind in parent absolute 'link out' 'through a link' 'absolute link' device pipe twice beside escapes bomb 'bad crc'; do
  evil "$kind"
  setup install --yes "${ONLY[@]}"
  row "a zip: $kind"
  [ "$STATUS" = 21 ] || [ "$STATUS" = 31 ] || fail "$kind: status $STATUS, expected 21 (or 31 of a bomb)"
  expect_err '^hint: '
  if LC_ALL=C grep -q $'[\x1b\x07]' "$OUT" "$ERR"; then fail "$kind: bytes for the terminal came through"; fi
  if [ -e "$ROOT/tmp/evil" ] || [ -e /tmp/evil ]; then fail "$kind: it got out"; fi
  if [ -n "$(find "$ROOT/opt" -mindepth 1 2>/dev/null)" ]; then
    setup undo --yes
    expect_status 0
  fi
  undo_state "$ROOT" >"$CASE_HOME/faults-now"
  expect_same "$CASE_HOME/faults-before" "$CASE_HOME/faults-now" "$kind: something is left"
done

# A set-user-id bit does not come along.
evil set-user-id
setup install --yes "${ONLY[@]}"
row 'a zip: set-user-id'
[ -z "$(find "$ROOT/opt" -perm /6000 -type f)" ] || fail 'a set-user-id bit came along'
root_drop "$ROOT"

# --- Links planted where we write: what they lead to is left alone.
faults_tiny_torch
# A cache elsewhere is an administrator's own choice: only root can put a link there.
for place in /var/lib/cudasetup /var/lib/cudasetup/transactions /run/cudasetup.lock; do
  faults_fresh
  mkdir -p "$ROOT/srv/elsewhere" "$ROOT$(dirname "$place")"
  [ "$place" != /var/lib/cudasetup/transactions ] || chmod 0700 "$ROOT/var/lib/cudasetup"
  : >"$ROOT/srv/elsewhere/file"
  ln -s "$([ "$place" = /run/cudasetup.lock ] && echo /srv/elsewhere/file || echo /srv/elsewhere)" "$ROOT$place"
  setup install --yes "${ONLY[@]}"
  row "a link at $place"
  if [ "$STATUS" = 0 ] || [ "$STATUS" = 40 ]; then fail "$place: it went on through a link"; fi
  expect_err '^hint: '
  if [ "$(find "$ROOT/srv/elsewhere" -mindepth 1 | wc -l)" != 1 ] || [ -s "$ROOT/srv/elsewhere/file" ]; then
    fail "$place: what the link leads to was changed"
  fi
  root_drop "$ROOT"
done

# --- A folder of ours that is another user's.
for place in /var/cache/cudasetup /var/lib/cudasetup; do
  faults_fresh
  mkdir -p "$ROOT$place"
  chown 65534 "$ROOT$place"
  setup install --yes "${ONLY[@]}"
  row "another user's $place"
  if [ "$STATUS" = 0 ] || [ "$STATUS" = 40 ]; then fail "$place: another user could change what root trusts"; fi
  expect_err '^hint: '
  root_drop "$ROOT"
done
