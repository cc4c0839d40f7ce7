#!/bin/bash
# Upgrades that come behind our back, by hand and by unattended-upgrades: with the hold nothing of a driver moves, nor the kernel
# that its modules are built for; without it all of it moves together, and until the reboot library and loaded module are
# apart; where only the kernel is let go it has no module. What status and doctor say of each.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"
. "$(dirname "$0")/../lib/driver.sh"
. "$(dirname "$0")/../lib/install.sh"
. "$(dirname "$0")/../lib/machines.sh"
. "$(dirname "$0")/../lib/undo.sh"

OLD=580.178.04
NEW=580.200.01
BLOCK=/etc/apt/apt.conf.d/52cudasetup-unattended-upgrades
HOLDS=/etc/apt/preferences.d/cudasetup-holds
ONLY=(--yes --cuda none --torch none --gpu 10de:2204)

# unattended: unattended-upgrades, which Ubuntu's images have, told to take Ubuntu's upgrades; of the archive that it comes
# from the root knows a part alone.
unattended() {
  local lists=$CASE_HOME/lists
  mkdir "$lists"
  find "$ROOT/var/lib/apt/lists" -name "*_${SUITE}_*_Packages" -exec mv -t "$lists" {} +
  root_run "$ROOT" apt-get update >/dev/null
  driver_install unattended-upgrades
  [ "$STATUS" = 0 ] || skip 'the archive of this host has no unattended-upgrades that installs'
  cp "$lists"/* "$ROOT/var/lib/apt/lists/"
  printf 'Unattended-Upgrade::Origins-Pattern { "origin=Ubuntu"; };\n' >"$ROOT/etc/apt/apt.conf.d/60case"
}

# newer: an archive of Ubuntu's with the next upload of the driver, a kernel after this one, and the modules for it, made of what is
# installed.
newer() {
  local archive=$ROOT/srv/newer name version deb tree path
  local edit="s/${OLD//./\\.}/$NEW/g; s/7\.0\.0-43\.43/7.0.0-44.44/g; s/7\.0\.0-43/7.0.0-44/g"
  mkdir -p "$archive"
  # shellcheck disable=SC2016  # the format is dpkg-query's
  root_run "$ROOT" dpkg-query -W -f '${db:Status-Abbrev} ${Package} ${Version}\n' |
    awk '$1 ~ /i$/ && $2 ~ /nvidia|^linux-.*(7\.0\.0-43-generic|hwe-24\.04)/ { print $2, $3 }' >"$CASE_HOME/installed"
  while read -r name version; do
    deb=$(find "$TREE/ubuntu/pool" -name "${name}_${version}_*.deb" -print -quit)
    [ -n "$deb" ] || fail "$name $version is not in the archive"
    tree=$CASE_HOME/newer
    dpkg-deb -R "$deb" "$tree"
    while read -r path; do mv "$path" "${path%/*}/$(sed "$edit" <<<"${path##*/}")"; done < \
      <(find "$tree" -depth \( -name "*$OLD*" -o -name '*7.0.0-43*' \))
    while read -r path; do ln -sfn "$(readlink "$path" | sed "$edit")" "$path"; done < <(find "$tree" -type l)
    find "$tree" -type f -print0 | xargs -0 grep -lIZE "$OLD|7\.0\.0-43" | xargs -0 -r sed -i "$edit"
    dpkg-deb -Zxz --root-owner-group --build "$tree" "$archive" >/dev/null
    rm -r "$tree"
  done <"$CASE_HOME/installed"
  (
    cd "$archive"
    dpkg-scanpackages . /dev/null 2>/dev/null >Packages
    printf 'Origin: Ubuntu\nLabel: Ubuntu\nSuite: noble-security\nCodename: noble\nSHA256:\n %s %s Packages\n' \
      "$(sha256sum Packages | cut -c 1-64)" "$(stat -c %s Packages)" >Release
  )
  DRIVER_SOURCE=/etc/apt/sources.list.d/newer.list
  printf 'deb [trusted=yes] file:/srv/newer ./\n' >"$ROOT$DRIVER_SOURCE"
  driver_update
}

# moves COMMAND...: apt would change something of the driver or the kernel.
moves() {
  root_run "$ROOT" apt-get "$@" --yes --simulate >"$CASE_HOME/moves"
  grep -E '^(Inst|Remv) (lib)?(nvidia|linux)' "$CASE_HOME/moves" >/dev/null
}

# unattended_moves: unattended-upgrades would.
unattended_moves() {
  run_it root_run "$ROOT" unattended-upgrade --dry-run --debug
  expect_status 0
  cat "$OUT" "$ERR" >"$CASE_HOME/unattended"
  grep -E '^Packages that will be upgraded:.* (nvidia|linux-image)' "$CASE_HOME/unattended" >/dev/null
}

# runs VERSION: from here on that module is the one loaded, and the machine has the GPU.
runs() {
  [ -d "$CASE_HOME/machine" ] || machine_make driver-open-prebuilt "$CASE_HOME/machine"
  find "$CASE_HOME/machine" -path '*nvidia/version' -exec sed -i -E "s/580\.[0-9]+\.[0-9]+/$1/" {} +
}

# says VERB [OPTION...]: on the root as the running system, with that machine's /proc, /sys and /dev.
says() {
  local place
  umount "$ROOT/proc"
  for place in proc sys dev; do cp -a "$CASE_HOME/machine/$place/." "$ROOT/$place/"; done
  run_it machine_run "$ROOT" "$@"
  find "$ROOT/proc" "$ROOT/sys" -mindepth 1 -delete
  rm -f "$ROOT"/dev/nvidia*
  mount -t proc root-proc "$ROOT/proc"
}

driver_root 24.04
driver_install linux-image-generic-hwe-24.04 linux-headers-generic-hwe-24.04 initramfs-tools
expect_status 0
mkdir -p "$ROOT/etc/modprobe.d"
unattended
root_run "$ROOT" update-initramfs -u
undo_mark

# --- Held.
setup install "${ONLY[@]}" --driver "$OLD"
expect_status 0
root_run "$ROOT" apt-config dump Unattended-Upgrade::Package-Blacklist >"$CASE_HOME/blocked"
for name in libnvidia-compute nvidia-kernel- linux-modules-nvidia- 'linux-image-generic-hwe-24.04$'; do
  grep -xF "Unattended-Upgrade::Package-Blacklist:: \"$name\";" "$CASE_HOME/blocked" >/dev/null || fail "$name may be upgraded unattended"
done
setup undo --yes
expect_status 0
expect_undone
setup install "${ONLY[@]}" --driver "$OLD"
expect_status 0
newer
! moves upgrade || fail 'an upgrade moves what is held'
! moves dist-upgrade || fail 'a full upgrade moves what is held'
! unattended_moves || fail 'unattended-upgrades moves what is held'
# The machine was started since.
rm -f "$ROOT"/run/reboot-required*
runs "$OLD"
says status
expect_status 0
expect_out '^On hold .*linux-image-generic-hwe-24\.04.*nvidia-headless-no-dkms-580-open'
expect_out '^ +cuda-drivers\*, libnvidia-cfg1\*, libnvidia-common\* and [0-9]+ more to release a=now at 1001, by '
expect_out '^Reboot +not needed$'
expect_out '^Faults +none'
cp "$OUT" "$CASE_HOME/status-held"
# The list alone serves where no hold does: versions before 1.18 go by no pin.
root_run "$ROOT" apt-mark showhold >"$CASE_HOME/held"
mapfile -t held <"$CASE_HOME/held"
root_run "$ROOT" apt-mark unhold "${held[@]}" >/dev/null
mv "$ROOT$HOLDS" "$CASE_HOME/holds"
! unattended_moves || fail 'the block list keeps nothing'
mv "$ROOT$BLOCK" "$CASE_HOME/block"
unattended_moves || fail 'without list and hold nothing moves: the case proves nothing'
root_run "$ROOT" apt-mark hold "${held[@]}" >/dev/null
mv "$CASE_HOME/block" "$ROOT$BLOCK"
mv "$CASE_HOME/holds" "$ROOT$HOLDS"

# --- Held, and somebody lets the kernel alone go on: the next one has no module, which is told before it boots.
root_run "$ROOT" apt-mark unhold linux-image-generic-hwe-24.04 >/dev/null
driver_install linux-image-7.0.0-44-generic
expect_status 0
says doctor
expect_status 2
expect_out 'the kernel that boots next has no NVIDIA module'
expect_out '7\.0\.0-44-generic boots next, and has no nvidia\.ko; .* on hold'
expect_out '^ +sudo apt-get purge linux-image-7\.0\.0-44-generic$'
expect_out '^ +sudo cudasetup install --cuda none --torch none --driver keep --no-hold$'
says status
expect_out '^Faults +2: see cudasetup doctor'
run_it root_run "$ROOT" apt-get purge --autoremove --yes linux-image-7.0.0-44-generic
expect_status 0
root_run "$ROOT" apt-mark hold linux-image-generic-hwe-24.04 >/dev/null

# --- Let go: driver, modules and kernel go on together, and the loaded module is the former one until the reboot.
setup install "${ONLY[@]}" --driver "$OLD" --no-hold
expect_status 0
[ ! -e "$ROOT$BLOCK" ] || fail 'the block list stays without the hold'
moves dist-upgrade || fail 'without the hold nothing moves: the case proves nothing'
run_it root_run "$ROOT" apt-get dist-upgrade --yes
expect_status 0
expect_package nvidia-utils-580 "$NEW-0ubuntu0.24.04.1"
expect_package linux-modules-nvidia-580-open-7.0.0-44-generic ''
rm -f "$ROOT"/run/reboot-required*
says status
expect_out "^Driver +$OLD is loaded \(open module\)$"
expect_out "^ +$NEW is installed, by nvidia-headless-no-dkms-580-open$"
expect_out '^On hold +nothing'
expect_out "^Reboot +needed: the loaded module is $OLD, the installed libraries are $NEW$"
says doctor
expect_status 2
expect_out 'the driver was upgraded, and its former module is still loaded: "Driver/library version mismatch"'
expect_out 'a reboot loads the new module; then .sudo cudasetup install --cuda none --torch none --driver keep --hold. has'
expect_out '^ +sudo reboot$'

# --- After the reboot all fits, and what doctor named holds it.
runs "$NEW"
find "$CASE_HOME/machine/proc" -type f -exec sed -i 's/7\.0\.0-43/7.0.0-44/g' {} +
says doctor
expect_status 0
says install --yes --cuda none --torch none --driver keep --hold
# No GPU answers the stand-in of nvidia-smi.
expect_status 40
expect_out '^  ok +driver +library +its libraries are of '
root_run "$ROOT" apt-mark showhold >"$CASE_HOME/held"
for name in nvidia-headless-no-dkms-580-open linux-modules-nvidia-580-open-7.0.0-44-generic linux-image-generic-hwe-24.04; do
  grep -x "$name" "$CASE_HOME/held" >/dev/null || fail "$name is not held"
done
[ -e "$ROOT$BLOCK" ] || fail 'unattended-upgrades is told nothing'

# --- Taken away, it leaves nothing held.
setup uninstall --driver --yes
expect_status 0
root_run "$ROOT" apt-mark showhold >"$CASE_HOME/held"
[ ! -s "$CASE_HOME/held" ] || fail 'something stays held without the driver'
for file in "$BLOCK" "$HOLDS"; do [ ! -e "$ROOT$file" ] || fail "$file stays without the driver"; done
