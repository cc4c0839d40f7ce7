#!/bin/sh
# The golden scripts are POSIX sh: the shell's own parser and shellcheck take them.
set -eu
cd "$(dirname "$0")/../golden"
status=0
count=0
for script in *.sh; do
  [ -e "$script" ] || continue
  count=$((count + 1))
  sh -n "$script" || status=1
  shellcheck -s sh "$script" || status=1
done
if [ "$count" -eq 0 ]; then
  echo "tests/golden holds no script" >&2
  exit 1
fi
echo "golden scripts checked: $count"
exit "$status"
