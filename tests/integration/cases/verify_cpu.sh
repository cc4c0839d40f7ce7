#!/bin/bash
# The real LibTorch for the CPU of each root, with that root's own compiler and CMake: what verify says in JSON after the
# installation, and how long it takes; and probes that were spoilt on purpose: a wrong reference, rubbish, a crash. Prints the table.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"

# member NAME: its first value in the JSON of the last run.
member() { grep -m 1 -oE "\"$1\": (\"[^\"]*\"|[0-9.e+-]+)" "$OUT" | sed -e 's/^[^:]*: //' -e 's/"//g'; }

# sabotage SED: from now on the root's compiler changes the probe so before it compiles it.
sabotage() {
  [ -e "$ROOT/usr/bin/c++.real" ] || mv "$ROOT/usr/bin/c++" "$ROOT/usr/bin/c++.real"
  cat >"$ROOT/usr/bin/c++" <<SH
#!/bin/bash
for argument in "\$@"; do
  case \$argument in
  */torch_probe.cpp) sed -i '$1' "\$argument" ;;
  esac
done
exec /usr/bin/c++.real "\$@"
SH
  chmod 0755 "$ROOT/usr/bin/c++"
}

# refused REGEX: the torch level fails with a line like that.
refused() {
  setup verify --level torch
  expect_status 40
  expect_out "$1"
  expect_out '^NOT verified'
}

TRIED=0
MISSING=
printf '| Ubuntu | root | compiler | LibTorch | verdict | libraries | seconds, with the installation |\n|---|---|---|---|---|---|---|\n'
for os in 20.04 22.04 26.04; do
  case_root "$os"
  if [ -z "$TORCH" ]; then
    printf '| %s | %s | | none: the world has no real LibTorch for it | not tried | | |\n' "$os" "$SUITE"
    MISSING="$MISSING $os"
    continue
  fi
  start=$SECONDS
  setup install --cuda none --driver none --torch "$TORCH" --yes --json
  expect_status 0
  took=$((SECONDS - start))
  expect_out '"schema": "cudasetup\.verify/1"'
  expect_out '"result": "cpu-only"'
  for name in tree abi libraries build probe copies elementwise reduction matmul convolution autograd linking; do
    grep -A 1 "\"name\": \"$name\"" "$OUT" | grep -q '"result": "passed"' || fail "$TORCH: $name did not pass"
  done
  expect_no_out '"result": "failed"'
  compiler=$(root_run "$ROOT" c++ -dumpfullversion)
  printf '| %s | %s | g++ %s | %s | cpu-only | %s | %s |\n' "$os" "$SUITE" "$compiler" "$TORCH" "$(member libraries)" "$took"
  [ ! -e "$ROOT/var/cache/cudasetup/verify" ] || fail 'the work directory was left'
  TRIED=$((TRIED + 1))
done
[ "$TRIED" -ge 1 ] || skip "the world has no real LibTorch for$MISSING"

sabotage 's/reference\[i \* n + j\] += a\[i \* n + k\]/reference[i * n + j] += 1.01 * a[i * n + k]/'
refused 'FAIL torch +matmul +the result on cpu differs from that of plain loops'
expect_out 'ok +torch +convolution'
sabotage 's/const bool cuda = /std::puts("hello"); return 0; const bool cuda = /'
refused 'FAIL torch +compute +the probe ended without a result'
sabotage 's/const bool cuda = /*static_cast<volatile int*>(nullptr) = 1; const bool cuda = /'
refused 'FAIL torch +compute +the probe crashed, by signal (4|11)'
printf 'a wrong number, rubbish and a crash are found\n'
