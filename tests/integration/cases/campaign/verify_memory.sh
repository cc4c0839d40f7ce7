#!/bin/bash
# The probe of LibTorch under valgrind's memcheck, with the real LibTorch for the CPU: every comparison holds, and no error is the
# probe's own. What is found within LibTorch and the libraries it loads is counted apart. Prints the table.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"

case_root 22.04
[ -n "$TORCH" ] || skip 'the world has no real LibTorch for 22.04'
setup install --cuda none --driver none --torch "$TORCH" --yes
expect_status 0
root_run "$ROOT" apt-get update -qq
root_run "$ROOT" apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-unsafe-io valgrind libc6-dbg \
  >"$OUT" 2>"$ERR" || skip 'valgrind cannot be installed'
cat >"$CASE_HOME/owners.py" <<'PYTHON'
import re
import sys

OF_VALGRIND = re.compile(r"\((?:in .*/valgrind/|vg_replace_)")
blocks, block = [], []
for line in open(sys.argv[1], encoding="utf-8", errors="replace"):
    text = re.sub(r"^==\d+== ?", "", line.rstrip("\n"))
    if text.strip():
        block.append(text)
    elif block:
        blocks.append(block)
        block = []
blocks.append(block)
errors = {"the probe": [], "LibTorch and what it loads": []}
for block in blocks:
    frames = [line for line in block if re.match(r"\s+(?:at|by) 0x", line)]
    if not frames or block[0].startswith(("Memcheck", "Command")):
        continue
    # Whose it is: that of the innermost frame that is not valgrind's own.
    inner = next((frame for frame in frames if not OF_VALGRIND.search(frame)), frames[0])
    owner = "the probe" if "torch_probe" in inner else "LibTorch and what it loads"
    errors[owner].append((block[0].strip(), inner.strip()))
for owner, found in errors.items():
    print("| %s | %d |" % (owner, len(found)))
    for what, where in found[:8]:
        print("    %s: %s" % (what, where))
summary = [line for block in blocks for line in block if re.search(r"ERROR SUMMARY|definitely lost:|indirectly lost:", line)]
print("\n".join(line.strip() for line in summary))
sys.exit(3 if not any("ERROR SUMMARY" in line for line in summary) else len(errors["the probe"]) > 0)
PYTHON
cp -r "$REPOSITORY/src/verify/programs" "$ROOT/probe"
mkdir "$ROOT/probe/build"
run_it root_run "$ROOT" env -C /probe/build cmake .. -DCMAKE_BUILD_TYPE=RelWithDebInfo -DPROBE_CXX_STANDARD=14 \
  -DCMAKE_PREFIX_PATH=/opt/libtorch/current
expect_status 0

# under_valgrind ARGUMENTS...: builds the probe and runs it so; $OWNED is 0 where none of what was found is the probe's.
under_valgrind() {
  run_it root_run "$ROOT" cmake --build /probe/build --target torch_probe_as-needed
  expect_status 0
  run_it root_run "$ROOT" env OMP_NUM_THREADS=1 valgrind --tool=memcheck --leak-check=full --show-leak-kinds=definite,indirect \
    --errors-for-leak-kinds=definite --num-callers=40 --log-file=/probe/log /probe/build/torch_probe_as-needed "$@"
  expect_status 0
  OWNED=0
  python3 "$CASE_HOME/owners.py" "$ROOT/probe/log" || OWNED=$?
}
start=$SECONDS
under_valgrind
printf '%s s under valgrind, with the building\n' "$((SECONDS - start))"
[ "$(grep -c '"held":true' "$OUT")" = 6 ] || fail 'a comparison does not hold under valgrind'
[ "$OWNED" = 0 ] || fail 'the probe has errors'

# What is made on purpose is found, and known for the probe's.
sed -i 's/^  if (count > 1) {$/  static volatile int* lost = new int[3];\n  if (lost[count] > 1) {\n    std::puts("x");\n  }\n  lost = nullptr;\n&/' \
  "$ROOT/probe/torch_probe.cpp"
under_valgrind look
[ "$OWNED" = 1 ] || fail 'an error that was made on purpose is not found'
