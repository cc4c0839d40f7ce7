#!/bin/bash
# A CMake and a program with LibTorch that hang, and take no notice of being asked to end: verify ends them at their time
# limits, leaves no process of theirs, and says so.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"

# A root with LibTorch in which a preloaded library lets the program $1 hang when it starts.
hanging_root() {
  setup install --cuda none --driver none --torch "$TORCH" --yes
  expect_status 0
  cat >"$ROOT/hang.c" <<C
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
__attribute__((constructor)) static void hang(void)
{
  if (strcmp(program_invocation_short_name, "$1") == 0) {
    signal(SIGTERM, SIG_IGN);
    fork();
    for (;;) {
      pause();
    }
  }
}
C
  root_run "$ROOT" gcc -shared -fPIC -o /hang.so /hang.c
  printf '/hang.so\n' >"$ROOT/etc/ld.so.preload"
}

case_root 22.04
[ -n "$TORCH" ] || skip 'the world has no real LibTorch for 22.04'
hanging_root torch_probe_as-needed
FIRST=$ROOT
case_root 22.04
hanging_root cmake
start=$SECONDS
"$CUDASETUP" verify --root "$FIRST" --level torch >"$CASE_HOME/first" 2>&1 &
FIRST_PID=$!
setup verify --level torch
expect_status 40
expect_out 'FAIL torch +build +cmake did not end within its time limit'
expect_out '^NOT verified'
took=$((SECONDS - start))
if [ "$took" -lt 180 ] || [ "$took" -gt 220 ]; then fail "CMake was waited for $took s"; fi
wait "$FIRST_PID" && fail 'a program that hangs was verified'
took=$((SECONDS - start))
if [ "$took" -lt 300 ] || [ "$took" -gt 500 ]; then fail "the program was waited for $took s"; fi
cat "$CASE_HOME/first" >"$OUT"
expect_out 'FAIL torch +compute +the probe did not end within its time limit'
expect_out '^NOT verified'
for root in "$FIRST" "$ROOT"; do
  [ -z "$(root_processes "$root")" ] || fail 'a process was left'
  [ ! -e "$root/var/cache/cudasetup/verify" ] || fail 'the work directory was left'
done
printf 'a CMake that hangs was ended after 180 s, a program after 300 s\n'
