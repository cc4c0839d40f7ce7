#!/bin/bash
# LibTorch zips for the integration tests, laid out as upstream's, made from a suite's own libtorch-dev.
#
#   libtorch_zip.sh build SUITE            a whole CPU build with the libraries it needs; prints WORLD/libtorch-SUITE.zip
#   libtorch_zip.sh version SUITE          prints the LibTorch which that would be, as 1.7.1; nothing where the suite has none
#   libtorch_zip.sh prove SUITE            unpacks that in a fresh root, builds and runs a program with find_package(Torch)
#   libtorch_zip.sh tiny SUITE [VERSION]   the same layout with a few small files, for tests that do not run it;
#                                          prints WORLD/libtorch-tiny-SUITE[-VERSION].zip
#
# A whole zip is built once for a recipe and a version of the package, and kept only when it was proved. Both kinds hold
# the same bytes whenever they are built from the same packages. build-version has the form upstream's has, as 1.7.1+cpu;
# build-hash does not name a commit: it is made from the package's version.
# shellcheck source-path=SCRIPTDIR
set -eu -o pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# The libraries which are LibTorch itself: they lose the version in their names, as upstream's have none.
OWN=(libtorch.so libtorch_cpu.so libc10.so libshm.so libtorch_global_deps.so)
LIBRARIES=/usr/lib/x86_64-linux-gnu
# The part of the closure which every system has, and must have once only in a process.
SYSTEM='ld-linux-x86-64|libc|libm|libpthread|libdl|librt|libresolv|libutil|libstdc\+\+|libgcc_s'

# Prints the Ubuntu release for which a suite's root stands, the latest where it stands for two.
os_of() {
  "$WORLD_HERE/roots.sh" suites | awk -F '\t' -v suite="$1" '$2 == suite { os = $1 } END { print os }'
}

# package_version SUITE: the version of libtorch-dev in the suite's own package lists, nothing when it has none.
package_version() {
  local base
  base=$("$WORLD_HERE/roots.sh" build "$1")
  cat "$base"/var/lib/apt/lists/*_Packages |
    awk '$0 == "Package: libtorch-dev" { inside = 1 } /^$/ { inside = 0 } inside && /^Version: / && !said { print $2; said = 1 }'
}

# 2.6.0+dfsg-7 is 2.6.0.
upstream_version() { sed -E 's/^[0-9]+://; s/-[^-]*$//; s/\+.*$//' <<<"$1"; }

# write_identity TREE PACKAGE_VERSION UPSTREAM_VERSION
write_identity() {
  printf '%s+cpu\n' "$3" >"$1/build-version"
  printf 'libtorch-dev %s\n' "$2" | sha256sum | cut -c1-40 >"$1/build-hash"
}

# pack FOLDER ZIP: packs FOLDER/libtorch; the quickest deflate, since it is unpacked more often than it is stored.
pack() {
  (
    cd "$1"
    find libtorch -exec touch -h -d @946684800 {} +
    find libtorch | LC_ALL=C sort | TZ=UTC zip -1 -q -X -@ "$2"
  )
}

# unpack_package ROOT: puts libtorch-dev and all it needs into a root. The packages are unpacked and not installed: their
# scripts change nothing that is taken out again, and take most of the time.
unpack_package() {
  local root=$1 debs=/var/cache/libtorch
  mkdir -p "$root$debs/partial"
  root_run "$root" apt-get install --download-only -y -qq --no-install-recommends -o Dir::Cache::archives="$debs" \
    libtorch-dev >"$root$debs/log" 2>&1 || world_fail "libtorch-dev cannot be had: $(tail -n 3 "$root$debs/log")"
  # shellcheck disable=SC2016  # for the shell of each package
  find "$root$debs" -name '*.deb' -print0 | xargs -0 -n 1 -P 2 bash -c 'set -eu -o pipefail
    dpkg-deb --fsys-tarfile "$2" | tar -C "$1" -x --keep-directory-symlink --exclude="./usr/share/*"' unpack "$root"
}

# libraries_of ROOT: prints the paths of LibTorch's libraries and of all they need, but what every system has.
libraries_of() {
  local root=$1 listed
  # Alternatives, as for BLAS, were not set up: they are found in their own folders.
  # shellcheck disable=SC2016  # for the shell in the root
  listed=$(root_run "$root" sh -c '
    cd "$1" && shift
    export LD_LIBRARY_PATH="$PWD"
    for folder in "$PWD"/*/; do
      for library in "$folder"lib*.so.*; do
        if [ -e "$library" ]; then LD_LIBRARY_PATH=$LD_LIBRARY_PATH:$folder; break; fi
      done
    done
    for library; do
      if [ -e "$library" ]; then ldd "$PWD/$library" && echo "$PWD/$library"; fi
    done' sh "$LIBRARIES" "${OWN[@]}")
  if grep 'not found' <<<"$listed" >&2; then world_fail "libraries of libtorch-dev are missing"; fi
  grep -oE '/[^ ]+\.so[^ ]*' <<<"$listed" | sed 's#//*#/#g' | grep -vE "/($SYSTEM)\.so" | sort -u
}

# collect ROOT TREE: copies headers, CMake files and libraries out of a root with libtorch-dev.
collect() {
  local root=$1 tree=$2 top name own paths files i
  mkdir -p "$tree/lib" "$tree/include" "$tree/share/cmake"
  cp -a "$root$LIBRARIES"/cmake/{ATen,Caffe2,Torch} "$tree/share/cmake/"
  # glog's and gflags' headers are included by LibTorch's own where it was built with them.
  for top in $(dpkg-deb -c "$root"/var/cache/libtorch/libtorch-dev_*.deb | grep -oE ' \./usr/include/[^/]+/?$') ./usr/include/{glog,gflags}; do
    if [ -e "$root/$top" ]; then cp -a "$root/${top%/}" "$tree/include/"; fi
  done
  mapfile -t paths < <(libraries_of "$root")
  # Links are followed in the root: an absolute one must not lead to the host's files.
  mapfile -t files < <(root_run "$root" readlink -f "${paths[@]}")
  if [ "${#paths[@]}" -lt 20 ] || [ "${#files[@]}" != "${#paths[@]}" ]; then
    world_fail "the libraries of libtorch-dev could not be listed"
  fi
  for i in "${!paths[@]}"; do
    name=${paths[i]##*/}
    for own in "${OWN[@]}"; do
      case $name in "$own"*) name=$own ;; esac
    done
    install -m 0755 "$root${files[i]}" "$tree/lib/$name"
  done
}

# relocate TREE: every library finds the others beside it, and the five have plain names.
relocate() {
  local tree=$1 name other soname rename=()
  # shellcheck disable=SC2016  # for the loader
  find "$tree/lib" -type f -print0 | xargs -0 -n 8 -P 2 patchelf --set-rpath '$ORIGIN'
  for name in "${OWN[@]}"; do
    [ -f "$tree/lib/$name" ] || continue
    soname=$(patchelf --print-soname "$tree/lib/$name")
    patchelf --set-soname "$name" "$tree/lib/$name"
    rename+=(--replace-needed "$soname" "$name")
  done
  for other in "${OWN[@]}"; do
    if [ -f "$tree/lib/$other" ]; then patchelf "${rename[@]}" "$tree/lib/$other"; fi
  done
}

# rewrite_cmake FOLDER: in the package's CMake files, paths of the package's place become upstream's, plain names replace
# versioned ones, and libraries that the zip brings along need no CMake package of their own.
rewrite_cmake() {
  local caffe=$1/Caffe2
  sed -i -E -e 's#/(lib|x86_64-linux-gnu)/(lib[a-z0-9_]+\.so)[.0-9]*"#/lib/\2"#' \
    -e 's#(IMPORTED_SONAME_[A-Z]+ "lib[a-z0-9_]+\.so)[.0-9]*"#\1"#' \
    -e '/IMPORTED_LINK_DEPENDENT_LIBRARIES/d' "$caffe"/Caffe2Targets-*.cmake
  sed -i -E -e 's#_IMPORT_PREFIX\}/\.\./include#_IMPORT_PREFIX}/include#' \
    -e '/INTERFACE_LINK_LIBRARIES/s#(protobuf::libprotobuf|gflags|glog::glog|caffe2::mkldnn)(;|")#\2#g' \
    -e '/INTERFACE_LINK_LIBRARIES/{s#;+#;#g; s#";#"#; s#;"#"#}' "$caffe/Caffe2Targets.cmake"
  # The blocks that look for gflags and glog are switched off; the dummy protobuf is switched on.
  sed -i -E -e '/^# (Depending on whether Caffe2|not, invoke)/,/^if/s#^if\(ON\)#if(OFF)#' \
    -e '/^# Protobuf/,/^if/s#^if\(OFF\)#if(ON)#' \
    -e 's#/\.\./\.\./\.\./\.\./"#/../../../"#' "$caffe/Caffe2Config.cmake"
  sed -i -e 's#/\.\./\.\./\.\./\.\./"#/../../../"#' "$1/Torch/TorchConfig.cmake"
  # shellcheck disable=SC2016  # for CMake
  sed -i -E -e 's#^(set\(ATEN_INCLUDE_DIR) .*#\1 "${CMAKE_CURRENT_LIST_DIR}/../../../include")#' "$1/ATen/ATenConfig.cmake"
  if grep -rnE '"/(usr|build)/|x86_64-linux-gnu' "$1"/{ATen,Torch} "$caffe"/Caffe2*.cmake >&2; then
    world_fail "the CMake files still name places of the package"
  fi
}

write_probe() {
  mkdir -p "$1"
  cat >"$1/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.13)
project(probe CXX)
find_package(Torch REQUIRED)
add_executable(probe probe.cpp)
target_link_libraries(probe "${TORCH_LIBRARIES}")
set_property(TARGET probe PROPERTY CXX_STANDARD 17)
CMAKE
  cat >"$1/probe.cpp" <<'CPP'
#include <torch/torch.h>
#include <iostream>
// The sums are exact in float: 4x3 times 3x2 of ones gives 8 cells of 3, and a 3x3 kernel of ones over an
// 8x8 picture of ones gives 36 cells of 9.
int main() {
    auto product = torch::matmul(torch::ones({4, 3}), torch::ones({3, 2}));
    auto picture = torch::conv2d(torch::ones({1, 1, 8, 8}), torch::ones({1, 1, 3, 3}));
    std::cout << product.sum().item<float>() << ' ' << picture.sum().item<float>() << '\n';
}
CPP
}

# prove_zip SUITE ZIP: a fresh root with g++, cmake and make builds and runs a program against the unpacked zip.
prove_zip() {
  local root said
  root=$(root_make "$1" "$(os_of "$1")")
  mkdir -p "$root/opt"
  unzip -q "$2" -d "$root/opt"
  write_probe "$root/opt/probe"
  root_run "$root" apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-unsafe-io g++ cmake make >"$root/install.log" 2>&1 ||
    world_fail "no compiler in the $1 root: $(tail -n 3 "$root/install.log")"
  root_run "$root" cmake -S /opt/probe -B /opt/probe/build -DCMAKE_PREFIX_PATH=/opt/libtorch >"$root/cmake.log" 2>&1 ||
    world_fail "find_package(Torch) fails in $1: $(tail -n 20 "$root/cmake.log")"
  root_run "$root" cmake --build /opt/probe/build >"$root/build.log" 2>&1 ||
    world_fail "a program with LibTorch does not build in $1: $(tail -n 20 "$root/build.log")"
  said=$(root_run "$root" /opt/probe/build/probe) || world_fail "a program with LibTorch does not run in $1"
  [ "$said" = '24 324' ] || world_fail "LibTorch miscomputes in $1: '$said' instead of '24 324'"
  root_drop "$root"
}

build() {
  local suite=$1 name=libtorch-$1.zip version digest kept root tree
  world_need patchelf patchelf zip zip unzip unzip
  world_need_root
  version=$(package_version "$suite")
  [ -n "$version" ] || world_fail "$suite has no libtorch-dev, so no zip can be made from it. hint: libtorch_zip.sh tiny $suite VERSION"
  digest=$({ cat "$WORLD_HERE/libtorch_zip.sh" && printf '%s %s\n' "$suite" "$version"; } | world_digest)
  kept=$WORLD/libtorch/$suite-$digest.zip
  mkdir -p "$WORLD/libtorch"
  world_lock "libtorch-$suite"
  if [ ! -f "$kept" ]; then
    world_say "making $name of libtorch-dev $version"
    . "$WORLD_HERE/../lib/root.sh"
    root=$(root_make "$suite" "$(os_of "$suite")")
    tree=$(mktemp -d "$ROOT_SESSION/zip.XXXXXX")/libtorch
    unpack_package "$root"
    world_say "collecting"
    collect "$root" "$tree"
    root_drop "$root"
    relocate "$tree"
    rewrite_cmake "$tree/share/cmake"
    write_identity "$tree" "$version" "$(upstream_version "$version")"
    world_say "packing $(find "$tree/lib" -type f | wc -l) libraries, $(du -sm "$tree" | cut -f1) MB"
    pack "${tree%/*}" "${tree%/*}/new.zip"
    rm -rf "$tree"
    world_say "proving"
    prove_zip "$suite" "${tree%/*}/new.zip"
    publish "${tree%/*}/new.zip" "$kept"
    world_drop_others "$kept" "$WORLD/libtorch/$suite"-*
  fi
  # mv refuses two names of one file, and then there is nothing to do.
  if ! [ "$kept" -ef "$WORLD/$name" ]; then
    ln -f "$kept" "$WORLD/libtorch/.$name"
    mv -T "$WORLD/libtorch/.$name" "$WORLD/$name"
  fi
  printf '%s\n' "$WORLD/$name"
}

# publish FILE PLACE: into the world by one rename, from whatever file system.
publish() {
  cp "$1" "$2.new"
  mv -T "$2.new" "$2"
}

tiny() {
  local suite=$1 version=${2:-} name folder tree
  world_need zip zip
  name=libtorch-tiny-$suite${version:+-$version}.zip
  if [ -z "$version" ]; then version=$(upstream_version "$(package_version "$suite")"); fi
  [ -n "$version" ] || world_fail "$suite has no libtorch-dev to take the version from. hint: libtorch_zip.sh tiny $suite VERSION"
  folder=$(mktemp -d "$WORLD/.tiny.XXXXXX")
  # shellcheck disable=SC2064
  trap "rm -rf '$folder'" EXIT
  tree=$folder/libtorch
  mkdir -p "$tree/lib" "$tree/include/torch/csrc/api/include/torch" "$tree/share/cmake/Torch"
  printf 'stands for LibTorch %s\n' "$version" | tee "$tree"/lib/{libtorch,libtorch_cpu,libc10}.so >/dev/null
  chmod 0755 "$tree"/lib/*.so
  printf '#pragma once\n' >"$tree/include/torch/csrc/api/include/torch/torch.h"
  printf '%s\n' "get_filename_component(TORCH_INSTALL_PREFIX \"\${CMAKE_CURRENT_LIST_DIR}/../../..\" ABSOLUTE)" \
    "set(TORCH_LIBRARY \"\${TORCH_INSTALL_PREFIX}/lib/libtorch.so\")" 'set(TORCH_FOUND TRUE)' \
    >"$tree/share/cmake/Torch/TorchConfig.cmake"
  printf 'set(PACKAGE_VERSION "%s")\n' "$version" >"$tree/share/cmake/Torch/TorchConfigVersion.cmake"
  write_identity "$tree" "tiny $version" "$version"
  pack "$folder" "$folder/new.zip"
  mv -T "$folder/new.zip" "$WORLD/$name"
  printf '%s\n' "$WORLD/$name"
}

WORLD=$(world_dir)
case ${1:-}/$# in
build/2) build "$2" ;;
version/2)
  version=$(package_version "$2")
  if [ -n "$version" ]; then upstream_version "$version"; fi
  ;;
prove/2)
  world_need unzip unzip
  . "$WORLD_HERE/../lib/root.sh"
  [ -f "$WORLD/libtorch-$2.zip" ] || world_fail "there is no libtorch-$2.zip. hint: libtorch_zip.sh build $2"
  prove_zip "$2" "$WORLD/libtorch-$2.zip"
  ;;
tiny/2 | tiny/3) tiny "$2" "${3:-}" ;;
*) world_fail "usage: libtorch_zip.sh build SUITE | version SUITE | prove SUITE | tiny SUITE [VERSION]" ;;
esac
