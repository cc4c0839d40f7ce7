#!/bin/bash
# An apt source of the user's own that is gone is no reason to stop: it is named, and the rest goes on, by install and by
# the script alike. The simulation runs none of the system's own hooks of apt. The cost is told before the question.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/failures.sh"

SMALL=(--cuda 11.1 --toolkit-only --profile runtime --method network)

fresh() {
  case_root 20.04
  case_without_archive
  printf 'deb http://127.0.0.2:9/gone focal main\n' >"$ROOT/etc/apt/sources.list.d/my-ppa.list"
}

case_serve
fresh
# The hook counts how often an update of lists runs it.
printf 'APT::Update::Pre-Invoke {"echo ran >>/srv/hook";};\nDPkg::Pre-Invoke {"echo ran >>/srv/dpkg-hook";};\n' \
  >"$ROOT/etc/apt/apt.conf.d/zz-hook"
setup install --yes "${SMALL[@]}"
expect_status 0
expect_err 'careful: apt cannot read http://127\.0\.0\.2:9/gone \(/etc/apt/sources\.list\.d/my-ppa\.list\)'
expect_err '^  download +[0-9.]+ [kM]?B'
expect_err '^  disk +[0-9.]+ [kM]?B'
[ "$(wc -l <"$ROOT/srv/hook")" = 1 ] || fail "apt's hooks ran $(wc -l <"$ROOT/srv/hook") times: in the simulation too"
root_run "$ROOT" dpkg-query -W cuda-libraries-11-1 >/dev/null || fail 'the toolkit is not there'
rm -rf "$ROOT"/srv/*hook "$ROOT/etc/apt/apt.conf.d/zz-hook"
case_system "$ROOT" >"$CASE_HOME/by-install"

fresh
setup plan "${SMALL[@]}"
expect_status 0
cp "$OUT" "$CASE_HOME/script"
run_it sh "$CASE_HOME/script"
expect_status 0
expect_err '^That was not all read; what comes next fails if it needs it\.$'
case_system "$ROOT" >"$CASE_HOME/by-script"
expect_same "$CASE_HOME/by-install" "$CASE_HOME/by-script" 'install (<) and the script (>) left different systems'

# --- No room for what is fetched: known before anything is.
fresh
mount -t tmpfs -o size=64k root-small "$ROOT/var/cache"
changes_mark
setup install --yes --cuda 11.1 --toolkit-only --profile runtime --method local
expect_status 31
expect_err '^error: the file system of /var/cache/cudasetup needs [0-9.]+ kB, and 65(\.5)? kB are free there; nothing was changed$'
expect_err '^  [0-9.]+ kB in /var/cache/cudasetup: cuda-repo-ubuntu2004-11-1-local_'
expect_err "^hint: .*: df -h $ROOT/var/cache$"
expect_only_ours
umount "$ROOT/var/cache"
