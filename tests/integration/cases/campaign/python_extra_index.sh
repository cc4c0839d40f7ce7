#!/bin/bash
# A virtual environment with the wheels of 1.13.1: from an index beside PyPI's.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/python.sh"

# The release's own command asks for torchaudio without a platform, which the build with one meets.
check_python 22.04 --extra-index-url 1.13.1+cpu 0.14.1+cpu 0.13.1+cpu --cuda none --driver none --torch 1.13.1+cpu
