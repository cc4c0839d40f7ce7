#!/bin/bash
# A real torch for Python, the suite's own package, and no numpy: what the environment computes on the CPU is right, and is
# called no more than that. A torch that miscomputes anything, that crashes, hangs, ends early or prints rubbish is found.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"

case_root 22.04
root_run "$ROOT" apt-get update -qq
root_run "$ROOT" apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-unsafe-io \
  python3-torch python3-venv >"$OUT" 2>"$ERR" || skip 'python3-torch cannot be installed'
root_run "$ROOT" python3 -m venv --system-site-packages --without-pip /opt/venv
printf 'raise ModuleNotFoundError("there is none here")\n' |
  tee "$(printf '%s\n' "$ROOT"/opt/venv/lib/python3*/site-packages)/numpy.py" >/dev/null
! root_run "$ROOT" /opt/venv/bin/python -c 'import numpy' 2>/dev/null || fail 'there is a numpy'
start=$SECONDS
setup verify --level python --python-dir /opt/venv
expect_status 0
expect_out 'ok +python +probe +the probe of version 1\.[0-9.]+[^ ]* runs and sees no GPU'
for name in copies elementwise reduction matmul convolution autograd; do expect_out "ok +python +$name +computed on cpu"; done
expect_out '^cpu-only: what was computed was right'
printf 'right, on the CPU, without numpy: %s s\n' "$((SECONDS - start))"
setup verify --level python --python-dir /opt/venv --json
expect_status 0
grep -E '"(difference|tolerance|seconds)"' "$OUT" | tr -s ' \n' ' '
printf '\n'

setup verify --level python --python-dir /opt/venv --expect-gpu yes
expect_status 40

TORCH_FILE=$ROOT/usr/lib/python3/dist-packages/torch/__init__.py
cp "$TORCH_FILE" "$CASE_HOME/torch.py"
# spoilt PYTHON: torch with that at its end; verify must not take it for right.
spoilt() {
  { cat "$CASE_HOME/torch.py" && printf '%s\n' "$1"; } >"$TORCH_FILE"
  setup verify --level python --python-dir /opt/venv
  expect_status 40
  expect_out '^NOT verified'
  expect_no_out '^(cpu-only|verified)'
}
# miscomputes TEST PYTHON: that comparison fails, and it alone.
miscomputes() {
  spoilt "$2"
  expect_out "FAIL python +$1 +the result on cpu differs from that of plain loops"
  [ "$(grep -c 'FAIL python' "$OUT")" = 1 ] || fail "$1: more fails"
  printf 'found: a wrong number in %s\n' "$1"
}
miscomputes copies 'Tensor.clone = lambda self: self + 2.0 ** -20'
miscomputes elementwise $'_exp = exp\ndef exp(a): return _exp(a) * 1.0001'
miscomputes reduction $'_sum = Tensor.sum\nTensor.sum = lambda self, *a: _sum(self, *a) * 1.001 if a else _sum(self)'
miscomputes convolution $'_conv2d = conv2d\ndef conv2d(a, b):\n    c = _conv2d(a, b)\n    c[0, 7, 29, 29] += 0.5\n    return c'
miscomputes autograd $'_backward = Tensor.backward\nTensor.backward = lambda self: _backward(self * 1.1)'
miscomputes convolution $'_conv2d = conv2d\ndef conv2d(a, b): return _conv2d(a, b) * nan'
spoilt $'_matmul = matmul\ndef matmul(a, b): return _matmul(a, b) + 0.125'
expect_out 'FAIL python +matmul +the result on cpu differs from that of plain loops'
spoilt $'def matmul(a, b): raise RuntimeError("CUDA error: no kernel image is available for execution on the device")'
expect_out 'FAIL python +matmul +failed on cpu: CUDA error: no kernel image'
expect_out 'hint: this build has no kernels for this GPU'
spoilt $'import os as _os\ndef conv2d(a, b): _os._exit(0)'
expect_out 'FAIL python +compute +the probe ended after 4 of 6 comparisons'
spoilt $'import os as _os\n_os.kill(_os.getpid(), 11)'
expect_out 'FAIL python +compute +the probe crashed, by signal 11'
spoilt $'print("\\x1b[2J{" * 100000)\nimport os as _os\n_os._exit(0)'
expect_out 'FAIL python +compute +the probe ended without a result'
start=$SECONDS
spoilt $'import signal as _signal, time as _time\n_signal.signal(15, _signal.SIG_IGN)\n_time.sleep(3000)'
expect_out 'FAIL python +compute +the probe did not end within its time limit'
[ $((SECONDS - start)) -lt 330 ] || fail "it was waited for $((SECONDS - start)) s"
printf 'wrong numbers, an early end, a crash, rubbish and a hang are found\n'
