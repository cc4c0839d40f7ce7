#!/bin/bash
# What cases of failure need: what a run changed in the root, overlays of their own, small packages, runs in the
# background. Sourced by cases after case.sh.
# shellcheck disable=SC2034,SC2153,SC2154  # ROOT, CASE_HOME and the like are case.sh's; RUN is for the cases

# changes_mark: from now on.
changes_mark() {
  : >"$CASE_HOME/changes-mark"
  # A file system keeps times by the clock's ticks: what comes next must not fall into the mark's own.
  sleep 0.05
}

# changes: prints the paths made or changed since the mark, and the folders that got or lost one. Of a folder's own rights
# only root_snapshot tells: overlayfs gives it a new time of change when something below it is first changed.
changes() {
  find "$ROOT" -xdev \( -type d -newer "$CASE_HOME/changes-mark" -o ! -type d -cnewer "$CASE_HOME/changes-mark" \) \
    -printf '/%P\n' | LC_ALL=C sort
}

# expect_untouched: nothing at all changed since the mark.
expect_untouched() {
  local found
  found=$(changes)
  [ -z "$found" ] || fail "these changed: $found"
}

# expect_only_ours: nothing changed since the mark but cudasetup's own state, cache and logs (and the folders they are in);
# apt's temporary files came and went in /tmp.
expect_only_ours() {
  local found
  found=$(changes | grep -Ev '^/(var/(lib|cache|log)|run)$|^/var/(lib|cache|log)/cudasetup(/|$)|^/run/cudasetup\.lock$|^/tmp$' || true)
  [ -z "$found" ] || fail "these changed: $found"
}

# expect_no_simulation: no copy of apt's state is left of a simulation.
expect_no_simulation() {
  [ ! -e "$ROOT/var/cache/cudasetup/simulation" ] || fail 'the simulation was left behind'
}

# overlay_copy NAME: an overlay of this case's own that may be edited; prints its folder.
overlay_copy() {
  cp -r "$OVERLAY" "$CASE_HOME/$1"
  chmod -R u+w "$CASE_HOME/$1"
  printf '%s\n' "$CASE_HOME/$1"
}

# overlay_edit FILE STATEMENT: runs a statement of Python on the document `d` of a manifest file.
overlay_edit() {
  python3 - "$1" "$2" <<'PYTHON'
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    d = json.load(file)
exec(sys.argv[2], {"d": d})
with open(sys.argv[1], "w", encoding="utf-8") as file:
    json.dump(d, file, indent=1)
PYTHON
}

# case_overlay NAME OPTIONS...: an overlay of the world's tree, made with options of overlay.py, in $CASE_HOME/NAME.
case_overlay() {
  "$CASE_WORLD/archive/overlay.py" --manifests "$REPOSITORY/manifests" --tree "$TREE" --systems "$(case_world systems)" \
    --out "$CASE_HOME/$1" "${@:2}"
}

# case_without_archive: takes the distribution's own archive out of the root. What only needs packages of the test
# archive takes seconds then, and no network.
case_without_archive() {
  : >"$ROOT/etc/apt/sources.list"
  rm -f "$ROOT"/etc/apt/sources.list.d/*
}

# case_dummy NAME [LINE...]: an empty package of that name, with more lines of control or, after --, of its postinst, is
# installed in the root; dpkg's status is the result.
case_dummy() {
  local name=$1 tree=$CASE_HOME/dummy deb=$CASE_HOME/dummy.deb
  shift
  rm -rf "$tree"
  mkdir -p "$tree/DEBIAN"
  printf '%s\n' "Package: $name" 'Version: 1.0' 'Architecture: all' 'Maintainer: Nobody <nobody@example.org>' \
    'Description: stands for a package of that name' >"$tree/DEBIAN/control"
  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    printf '%s\n' "$1" >>"$tree/DEBIAN/control"
    shift
  done
  if [ $# -gt 0 ]; then
    shift
    printf '%s\n' '#!/bin/sh' "$@" >"$tree/DEBIAN/postinst"
    chmod 0755 "$tree/DEBIAN/postinst"
  fi
  dpkg-deb -Zxz --root-owner-group --build "$tree" "$deb" >/dev/null
  cp "$deb" "$ROOT/tmp/dummy.deb"
  root_run "$ROOT" dpkg -i /tmp/dummy.deb >"$CASE_HOME/dummy.log" 2>&1
}

# case_start OPTIONS...: `cudasetup install` on $ROOT in the background, in a session of its own as in a terminal of its
# own; $RUN is its process and its group, $RUN_OUT and $RUN_ERR hold what it prints. ^C reaches it: a shell would have
# it ignored in the background.
case_start() {
  RUN_OUT=$CASE_HOME/run-out
  RUN_ERR=$CASE_HOME/run-err
  setsid env --default-signal=INT "$CUDASETUP" install --root "$ROOT" --mirror "nvidia=$NVIDIA" --mirror "pytorch=$PYTORCH" \
    --manifest "$OVERLAY" "$@" >"$RUN_OUT" 2>"$RUN_ERR" </dev/null &
  RUN=$!
}

# case_finish: waits for it, as run_it: $STATUS, $OUT and $ERR are then its own.
case_finish() {
  STATUS=0
  wait "$RUN" || STATUS=$?
  cp "$RUN_OUT" "$OUT"
  cp "$RUN_ERR" "$ERR"
}

# case_until SECONDS WHAT COMMAND...: waits until the command succeeds.
case_until() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || fail "waited in vain for $what"
    sleep 0.05
  done
}

# cache_holds BYTES: whether a file of so many bytes has arrived in the root's cache of downloads, whole or in part.
cache_holds() {
  [ -n "$(find "$ROOT/var/cache/cudasetup" -type f -size "+$(($1 - 1))c" -print -quit 2>/dev/null)" ]
}
