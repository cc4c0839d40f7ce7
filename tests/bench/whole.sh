#!/bin/bash
# A whole installation against what NVIDIA and PyTorch tell people to paste. Sourced by run.
# shellcheck disable=SC2154  # work, programs, cudasetup and the like are run's

# whole: `install --cuda 11.1` on a fresh 20.04 with a compiler, over a link of 125 MB/s: the toolkit's packages and a
# LibTorch, each with some 500 MB of machine code. Ours verifies as well, which is told apart. Bytes are what the server sent.
whole() {
  local archive=tests/integration/world/archive world=$programs/whole root ours=() theirs=() done=() sent=() round start
  local real like=$world/libtorch.zip
  real=$(tests/integration/world/libtorch_zip.sh build bullseye)
  mkdir -p "$world/libtorch/share"
  if [ ! -e "$world/payload" ]; then
    for round in 1 2 3; do unzip -p "$real" 'libtorch/lib/*'; done >"$world/payload.new"
    mv "$world/payload.new" "$world/payload"
  fi
  if [ ! -e "$like" ]; then
    ln -f "$world/payload" "$world/libtorch/share/payload"
    cp "$real" "$like.new"
    (cd "$world" && command zip -q -g "$like.new" libtorch/share/payload)
    mv "$like.new" "$like"
  fi
  "$archive/build.py" --out "$world/tree" --zip "1.7.1=$like" --payload "11.1.1=$world/payload" 2>"$work/said" ||
    { cat "$work/said" >&2 && return 1; }
  "$archive/overlay.py" --manifests manifests --tree "$world/tree" \
    --systems "$(tests/integration/world/world.sh systems)" --out "$world/overlay" >"$work/said" 2>&1 ||
    { cat "$work/said" >&2 && return 1; }
  [ -n "${www:-}" ] || serve
  ln -sfn "$world/tree" "$www/whole"
  for ((round = 1; round <= ${CUDASETUP_BENCH_ROUNDS:-5}; ++round)); do
    whole_root
    start=$(date +%s.%N)
    "$cudasetup" install --root "$root" --cuda 11.1 --yes --gpu none --limit-rate 125000000 --manifest "$world/overlay" \
      --mirror "nvidia=$free/whole/nvidia" --mirror "pytorch=$free/whole/pytorch" >"$work/said" 2>&1 ||
      { cat "$work/said" >&2 && return 1; }
    ours+=("$(since "$start")")
    done+=("$(whole_installed "$start")")
    sent+=("$(awk '{ bytes += $1 } END { print int(bytes / 1e6) }' "$work/nginx.sent")")
    root_drop "$root"
    whole_root
    start=$(date +%s.%N)
    root_run "$root" /bin/sh -e -c "$(whole_pasted)" >"$work/said" 2>&1 || { cat "$work/said" >&2 && return 1; }
    theirs+=("$(since "$start")")
    sent+=("$(awk '{ bytes += $1 } END { print int(bytes / 1e6) }' "$work/nginx.sent")")
    root_drop "$root"
  done
  row 'install --cuda 11.1, up to the verification' "$(median "${done[@]}")" 'the pasted commands' "$(median "${theirs[@]}")"
  row 'install --cuda 11.1, with it' "$(median "${ours[@]}")" 'the pasted commands' "$(median "${theirs[@]}")"
  printf '%-44s | %6d MB | %6d MB %-30s | %5.3f | -\n' 'bytes of it' "${sent[0]}" "${sent[1]}" 'the pasted commands' \
    "$(awk "BEGIN { print ${sent[0]} / ${sent[1]} }")"
}

# whole_root: a fresh $root with what both sides need first; what was sent is counted from here.
whole_root() {
  root=$(root_make bullseye 20.04)
  root_run "$root" apt-get install -qq -y --no-install-recommends g++ cmake make wget unzip ca-certificates >"$work/said" 2>&1 ||
    { cat "$work/said" >&2 && return 1; }
  : >"$work/nginx.sent"
}

# whole_pasted: NVIDIA's commands for the network archive of 20.04, and those of PyTorch's page.
whole_pasted() {
  local repository=$link/whole/nvidia/compute/cuda/repos/ubuntu2004/x86_64
  cat <<EOF
wget -q $repository/cuda-ubuntu2004.pin
mv cuda-ubuntu2004.pin /etc/apt/preferences.d/cuda-repository-pin-600
wget -q $repository/cuda-keyring_1.1-1_all.deb
dpkg -i cuda-keyring_1.1-1_all.deb
sed -i 's#https://developer.download.nvidia.com#$link/whole/nvidia#' /etc/apt/sources.list.d/cuda*.list
apt-get update
apt-get -y install cuda-toolkit-11-1
cd /opt
wget -q -O libtorch.zip $link/whole/pytorch/libtorch/cpu/libtorch-cxx11-abi-shared-with-deps-1.7.1%2Bcpu.zip
unzip -q libtorch.zip
EOF
}

# since START: the seconds from then to now.
since() { awk "BEGIN { print $(date +%s.%N) - $1 }"; }

# median SECONDS...
median() { printf '%s\n' "$@" | sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }

# whole_installed START: the seconds from then to when all was in its place, which the history says.
whole_installed() {
  awk "BEGIN { print $(stat -c %.9Y "$root/var/log/cudasetup/history.jsonl") - $1 }"
}
