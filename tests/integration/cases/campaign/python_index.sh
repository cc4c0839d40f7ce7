#!/bin/bash
# A virtual environment with the wheels of 2.6.0: from an index in PyPI's place.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../../lib/case.sh"
. "$(dirname "$0")/../../lib/python.sh"

check_python 26.04 --index-url 2.6.0+cpu 0.21.0+cpu 2.6.0+cpu --cuda none --driver none --torch 2.6.0+cpu
