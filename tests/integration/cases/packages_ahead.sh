#!/bin/bash
# apt's packages are fetched by us, at the same time, into apt's archives: apt then fetches nothing. One that was cut
# off is gone on with, and what cannot be had so is left to apt.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/failures.sh"

SMALL=(--yes --cuda 11.1 --toolkit-only --profile runtime --method network)
SLOW='/libcublas-11-1_.*deb$'

faults() {
  printf '%s' "$1" >"$CASE_HOME/faults.new"
  mv "$CASE_HOME/faults.new" "$CASE_HOME/faults"
}
part() { find "$ROOT/var/cache/apt/archives" -name 'libcublas-11-1_*.deb.part' -size +0 -print -quit | grep .; }
all_but_one() { part && [ "$(find "$ROOT/var/cache/apt/archives" -name '*.deb' | wc -l)" -gt 2 ]; }
# requests_for REGEX: the ranges (null: the whole) that were asked for of what is named so.
requests_for() { grep -E "\"path\": \"[^\"]*$1" "$CASE_HOME/requests" | grep -Eo '"range": [^,]*' || true; }

case_serve --faults "$CASE_HOME/faults"
case_root 20.04
case_without_archive

faults "[{\"path\": \"$SLOW\", \"do\": \"slow\", \"bytes_per_second\": 60}]"
: >"$CASE_HOME/requests"
case_start "${SMALL[@]}"
case_until 60 'a part among whole packages' all_but_one
kill -INT -- "-$RUN"
case_finish
expect_status 130
part >/dev/null || fail 'what had arrived was not kept'
whole=$(find "$ROOT/var/cache/apt/archives" -name '*-11-1_*.deb' -printf '%f\n')
[ -n "$whole" ] || fail 'nothing was whole'
[ -z "$(root_run "$ROOT" dpkg --audit)" ] || fail 'dpkg was left with unfinished work'

faults '[]'
setup resume
expect_status 0
root_run "$ROOT" dpkg-query -W libcublas-11-1 >/dev/null || fail 'the toolkit is not there'
requests_for 'libcublas-11-1_[^"]*deb' | grep -q '"bytes=[1-9][0-9]*-' || fail 'the package was not gone on with'
for name in $whole; do
  [ "$(requests_for "$name" | wc -l)" = 1 ] || fail "$name was fetched twice"
done
grep -q '^Need to get 0 B/' "$ROOT/var/log/cudasetup/terminal.log" || fail 'apt fetched something itself'
[ -z "$(find "$ROOT/var/cache/apt/archives" -name '*.part*')" ] || fail 'parts are left'

# --- Where apt has a proxy, it is apt that fetches.
case_root 20.04
case_without_archive
printf 'Acquire::http::Proxy::example.com "http://127.0.0.1:9";\n' >"$ROOT/etc/apt/apt.conf.d/zz-proxy"
setup install "${SMALL[@]}"
expect_status 0
! grep -q '^Need to get 0 B/' "$ROOT/var/log/cudasetup/terminal.log" || fail 'they were fetched past the proxy'
