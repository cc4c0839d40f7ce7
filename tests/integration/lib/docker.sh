#!/bin/bash
# Images from docker/, built on a root that stands for ubuntu:22.04, without a daemon or a registry.
# Sourced by cases after case.sh.
# shellcheck disable=SC2154  # CASE_HOME and the like are case.sh's

# docker_store WORDS...: world/image.sh, with a store that ends with the case.
docker_store() { CUDASETUP_STORE=$ROOT_SESSION/buildah "$CASE_WORLD/image.sh" "$@"; }

# docker_base: the image to build on in $BASE, and the binary for it in $CASE_HOME/context. The binary that users get is
# static; one that is not, as ./dev build makes it, is given the libraries it was linked with.
docker_base() {
  local packaged=$REPOSITORY/build/package/cudasetup binary=$CUDASETUP
  command -v buildah >/dev/null || skip 'buildah is not installed'
  [ ! "$packaged" -nt "$binary" ] || binary=$packaged
  mkdir "$CASE_HOME/context"
  cp "$binary" "$CASE_HOME/context/cudasetup"
  BASE=ubuntu:22.04
  docker_store build "$(root_suite 22.04)" 22.04 "$BASE"
  ! ldd "$binary" 2>/dev/null | grep '=>' >/dev/null || docker_base_with_libraries "$binary"
}

# docker_base_with_libraries BINARY: $BASE with what that needs.
docker_base_with_libraries() {
  docker_libraries "$1" >"$CASE_HOME/libraries.tar"
  case_root 22.04
  tar -C "$ROOT" -xf "$CASE_HOME/libraries.tar"
  cp "$1" "$ROOT/usr/local/bin/cudasetup"
  root_run "$ROOT" ldconfig
  root_run "$ROOT" cudasetup --version >"$OUT" 2>"$ERR" || skip 'this binary is for a newer system. hint: ./dev package'
  root_drop "$ROOT"
  printf 'FROM %s\nADD libraries.tar /\nRUN ldconfig\n' "$BASE" >"$CASE_HOME/Dockerfile.base"
  BASE=ubuntu-with-libraries
  docker_store bud --quiet -t "$BASE" -f "$CASE_HOME/Dockerfile.base" "$CASE_HOME" >/dev/null
}

# docker_libraries BINARY: prints an archive of what it is linked with, in a place that the loader looks at last.
docker_libraries() {
  local folder=$CASE_HOME/libraries path
  mkdir -p "$folder/usr/local/lib"
  while read -r path; do
    case $path in
    */ld-linux* | */libc.so.* | */libm.so.* | */libstdc++.so.* | */libgcc_s.so.* | */libresolv.so.*) ;;
    *) cp -L "$path" "$folder/usr/local/lib/" ;;
    esac
  done < <(ldd "$1" | grep -oE ' /[^ ]+')
  tar -C "$folder" -c .
}

# docker_build NAME FILE CONTEXT OPTIONS...: an image of docker/FILE, with the served world standing for the hosts.
docker_build() {
  local name=$1 file=$2 context=$3 debs
  shift 3
  debs=$(docker_store debs "$(root_suite 22.04)")
  run_it docker_store bud -t "$name" -f "$REPOSITORY/docker/$file" --build-arg "BASE=$BASE" "$debs" \
    --volume "$OVERLAY:/overlay:ro" --build-arg CUDASETUP_MANIFEST=/overlay \
    --build-arg "CUDASETUP_MIRROR_NVIDIA=$NVIDIA" --build-arg "CUDASETUP_MIRROR_PYTORCH=$PYTORCH" "$@" "$context"
  expect_status 0
}

# docker_start NAME: a container of it in $CONTAINER, its files in $ROOT.
docker_start() {
  CONTAINER=$(docker_store buildah from --pull-never "$1")
  ROOT=$(docker_store buildah mount "$CONTAINER")
}

# docker_run COMMAND...: in that container, as docker run would: with the image's environment.
docker_run() { run_it docker_store buildah run --isolation chroot "$CONTAINER" -- "$@"; }

# expect_lean: nothing that was only needed for building is in the image, and no driver.
expect_lean() {
  local found
  found=$(find "$ROOT/var/lib/apt/lists" "$ROOT/var/cache/apt" -type f ! -name lock)
  [ -z "$found" ] || fail "apt's lists or packages are in the image: $found"
  [ -z "$(find "$ROOT/var/cache/cudasetup" -mindepth 1)" ] || fail 'downloads are in the image'
  [ ! -e "$ROOT/overlay" ] || [ -z "$(ls -A "$ROOT/overlay")" ] || fail 'the manifests are in the image'
  found=$(grep -E '^Package: (cuda-drivers|nvidia-driver|nvidia-dkms|nvidia-kernel|libnvidia)' "$ROOT/var/lib/dpkg/status" || true)
  [ -z "$found" ] || fail "a driver is in the image: $found"
}
