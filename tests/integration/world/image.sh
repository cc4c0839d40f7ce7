#!/bin/bash
# Container images of the roots, so that a Dockerfile "FROM ubuntu:22.04" builds without a registry or a daemon.
# The images, and all else that buildah writes, lie in the world's folder, or in CUDASETUP_STORE.
#
#   image.sh build SUITE OSVERSION TAG   imports the suite's root, which says that it is Ubuntu OSVERSION, as TAG
#                                        (as ubuntu:22.04), under the names a FROM line of that word can mean
#   image.sh bud ARGUMENTS...            buildah bud there, with chroot isolation, never asking a registry
#   image.sh buildah ARGUMENTS...        any other command of buildah there (images, rmi, from, run ...)
#   image.sh debs SUITE                  prints the option for bud that lends the root's cached .debs to RUN lines
#   image.sh drop                        removes every image and what is left of builds
#
# As in the real image: no package lists, no cached .debs, no hosts file, services do not start.
# shellcheck source-path=SCRIPTDIR
set -eu -o pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

in_store() {
  world_need buildah buildah
  mkdir -p "$STORE/tmp" "$STORE/home"
  if [ ! -f "$STORE/policy.json" ]; then printf '{"default":[{"type":"insecureAcceptAnything"}]}\n' >"$STORE/policy.json"; fi
  if [ ! -f "$STORE/registries.conf" ]; then printf 'unqualified-search-registries = []\n' >"$STORE/registries.conf"; fi
  # Without a folder of its own for networks buildah makes one in /etc.
  if [ ! -f "$STORE/containers.conf" ]; then printf '[network]\nnetwork_config_dir = "%s/network"\n' "$STORE" >"$STORE/containers.conf"; fi
  local new=() path=/var/lib/containers/cache/blob-info-cache-v1.boltdb status=0
  while [ ! -e "$path" ]; do
    new+=("$path")
    path=${path%/*}
  done
  env -i PATH="$PATH" HOME="$STORE/home" TMPDIR="$STORE/tmp" LC_ALL=C.UTF-8 BUILDAH_ISOLATION=chroot \
    CONTAINERS_CONF="$STORE/containers.conf" CONTAINERS_REGISTRIES_CONF="$STORE/registries.conf" \
    ${http_proxy:+http_proxy="$http_proxy"} \
    buildah --root "$STORE/storage" --runroot "$STORE/run" --storage-driver vfs "$@" || status=$?
  # A cache of layers goes to this one place whatever the options say; where it was not before, it goes again.
  for path in "${new[@]}"; do
    if [ -d "$path" ]; then rmdir --ignore-fail-on-non-empty "$path"; else rm -f "$path"; fi
  done
  return "$status"
}

# Prints from what an image was made, nothing when there is no such image.
label_of() {
  in_store inspect --type image --format "{{index .OCIv1.Config.Labels \"$LABEL\"}}" "localhost/$1" 2>/dev/null || true
}

build() {
  local suite=$1 version=$2 tag=$3 made_of root container
  world_need_root
  case $tag in
  *:*) ;;
  *) world_fail "'$tag' is no NAME:TAG. hint: ubuntu:$version" ;;
  esac
  made_of=$version/$(basename "$("$WORLD_HERE/roots.sh" build "$suite")")
  if [ "$(label_of "$tag")" = "$made_of" ]; then return; fi
  world_say "making the image $tag"
  in_store rmi --force "localhost/$tag" "docker.io/library/$tag" >/dev/null 2>&1 || true
  . "$WORLD_HERE/../lib/root.sh"
  root=$(root_make "$suite" "$version")
  tar -C "$root" --one-file-system --sort=name --exclude=./var/lib/apt/lists/?* --exclude=./var/cache/apt/?* \
    --exclude=./dev/?* --exclude=./etc/hosts --exclude=./etc/hostname --exclude=./etc/resolv.conf -cf "$ROOT_SESSION/image.tar" .
  root_drop "$root"
  container=$(in_store from scratch)
  in_store add --quiet "$container" "$ROOT_SESSION/image.tar" / >/dev/null
  in_store config --cmd /bin/bash --label "$LABEL=$made_of" --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
  in_store commit --quiet --rm "$container" "localhost/$tag" >/dev/null
  in_store tag "localhost/$tag" "docker.io/library/$tag"
}

# Everything of the world's images; what builds left mounted is unmounted first.
drop() {
  . "$WORLD_HERE/../lib/root.sh"
  if [ -d "$STORE" ]; then root_clear "$STORE"; fi
}

STORE=${CUDASETUP_STORE:-$(world_dir)/buildah}
LABEL=cudasetup.world
case ${1:-}/$# in
build/4) build "$2" "$3" "$4" ;;
bud/*) shift && in_store bud --isolation chroot --pull-never --signature-policy "$STORE/policy.json" "$@" ;;
buildah/*) shift && in_store "$@" ;;
debs/2) printf '%s\n' "--volume=$("$WORLD_HERE/roots.sh" build "$2")/var/cache/apt/archives:/var/cache/apt/archives:O" ;;
drop/1) drop ;;
*) world_fail "usage: image.sh build SUITE OSVERSION TAG | bud ARGUMENTS | buildah ARGUMENTS | debs SUITE | drop" ;;
esac
