#!/bin/bash
# A real torch for Python, the suite's own package: what the environment computes on the CPU is right, and is called no
# more than that.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"

case_root 22.04
root_run "$ROOT" apt-get update -qq
root_run "$ROOT" apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-unsafe-io \
  python3-torch python3-venv >"$OUT" 2>"$ERR" || skip 'python3-torch cannot be installed'
root_run "$ROOT" python3 -m venv --system-site-packages --without-pip /opt/venv
setup verify --level python --python-dir /opt/venv
expect_status 0
expect_out 'ok +python +probe +the probe of version 1\.[0-9.]+[^ ]* runs and sees no GPU'
expect_out 'ok +python +matmul +computed on cpu'
expect_out '^cpu-only: what was computed was right'

setup verify --level python --python-dir /opt/venv --expect-gpu yes
expect_status 40

# A torch that miscomputes is found out.
cat >>"$ROOT/usr/lib/python3/dist-packages/torch/__init__.py" <<'PYTHON'

_right = matmul


def matmul(a, b):
    return _right(a, b) + 0.125
PYTHON
setup verify --level python --python-dir /opt/venv
expect_status 40
expect_out "FAIL python +matmul +the result on cpu differs from that of plain loops"
