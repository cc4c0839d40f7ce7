#!/bin/bash
# A virtual environment with the wheels of LibTorch's build, 1.7.1: from the page of links that pip is given. LibTorch goes
# to a place of the user's own; a second run finds both.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/python.sh"

check_python 20.04 --find-links 1.7.1+cpu 0.8.2+cpu 0.7.2 \
  --cuda none --driver none --torch 1.7.1+cpu --libtorch-dir /srv/libtorch
[ "$(readlink "$ROOT/opt/libtorch/current")" = /srv/libtorch ] || fail 'current does not lead to /srv/libtorch'
